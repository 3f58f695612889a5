// The library: the articles in a table that is sorted and searched by the server, a page at a time.
import { element, find } from "./dom.js";
import { count, languageName, localise, say } from "./words.js";
import * as api from "./api.js";
import { fillLink, openAdding, startAdding } from "./adding.js";
import { edit, remove } from "./editing.js";
import { showHoldings, startHoldings } from "./holdings.js";
import { showWatched } from "./watched.js";
import shelf from "./library.html" with { type: "text" };

const PAGE = 50;
const REFRESH_MS = 10000;
const ALIKE = 2; // named of the articles that are nearly the same
// column, its name, the order of the API it sorts by
const COLUMNS = [
  ["title", "title", "title"], ["source", "source", "source"], ["language", "language", "language"],
  ["published", "published", "published"], ["passages", "passages", "passages"], ["added", "when", "added"],
];
const DESCENDING_FIRST = new Set(["published", "passages", "added"]);
let order = { column: "added", down: true };
let shown = null; // the state of the collection that the table shows
let writable = false;
let asked = 0;

export async function openLibrary(toAdd) { // `toAdd`: what is known of it
  const place = find("sanad-library");
  const filled = place.dataset.filled;
  if (!filled) fill(place);
  if (toAdd) openAdding();
  await (filled ? refresh() : reload());
  if (toAdd?.get("link")) fillLink(toAdd.get("link"));
}

function fill(place) {
  place.dataset.filled = "yes";
  place.innerHTML = shelf; // our own file
  localise(place);
  let waiting;
  find("sanad-search").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(list, 200);
  });
  find("sanad-more").addEventListener("click", more);
  startAdding(reload);
  startHoldings(reload);
  addEventListener("sanad:language", () => reload());
  setInterval(() => document.hidden || document.body.dataset.view !== "library" || refresh(), REFRESH_MS);
}

async function refresh() {
  try {
    const health = await api.health();
    if (stateOf(health) !== shown) await reload(health); else showWatched(health, writable, reload);
  } catch { /* the server is restarting: the next round tells */ }
}

export async function reload(known) {
  const health = known?.writes ? known : await api.health();
  writable = health.writes !== "closed";
  find("sanad-add").hidden = !writable;
  find("sanad-closed").hidden = writable;
  find("sanad-link").hidden = !health.links;
  find("sanad-rebuild").hidden = !writable;
  find("sanad-token").hidden = health.writes !== "token";
  heads();
  showWatched(health, writable, reload);
  await Promise.all([list(), showHoldings(health)]);
  shown = stateOf(health);
}

const stateOf = ({ sequence, status }) => `${sequence} ${status}`;

function heads() {
  const cells = COLUMNS.map(([column, name]) => {
    const active = order.column === column;
    const sort = active ? (order.down ? "descending" : "ascending") : "none";
    return element("th", { scope: "col", "aria-sort": sort, className: `sanad-col-${column}` },
      element("button", { type: "button", onclick: () => sortBy(column) }, say(name),
        element("span", { "aria-hidden": "true", text: active ? (order.down ? " ↓" : " ↑") : "" })));
  });
  cells.push(element("th", { scope: "col", className: "sanad-col-actions", text: say("actions") }));
  document.querySelector("#sanad-table thead tr").replaceChildren(...cells);
}

function sortBy(column) {
  order = { column, down: order.column === column ? !order.down : DESCENDING_FIRST.has(column) };
  heads();
  document.querySelector(`.sanad-col-${column} button`).focus();
  list();
}

function query(offset) {
  const { column, down } = order;
  const sorted = column === "added" ? (down ? "newest" : "oldest") : `${down ? "-" : ""}${column}`;
  return { title: find("sanad-search").value.trim(), order: sorted, offset, limit: PAGE };
}

async function list() {
  const mine = ++asked;
  const { articles, total } = await api.list(query(0));
  if (mine !== asked) return; // another was asked meanwhile
  find("sanad-articles").replaceChildren(...articles.map(row));
  told(articles.length, total);
}

async function more() {
  const rows = find("sanad-articles");
  const { articles, total } = await api.list(query(rows.children.length));
  rows.append(...articles.map(row));
  told(rows.children.length, total);
}

function told(n, total) {
  find("sanad-count").textContent = n < total ? say("of", { shown: count(n), total: count(total) }) : count(total);
  find("sanad-more").hidden = n >= total;
  find("sanad-table").hidden = !total;
  const none = find("sanad-none");
  none.hidden = total > 0;
  none.textContent = find("sanad-search").value.trim() ? say("none") : say("empty");
}

function row(article) {
  const title = article.title || article.id;
  const link = element("a", {
    href: `/article/${encodeURIComponent(article.id)}`, className: "sanad-list-name", text: title, language: article.language || "und" });
  const cell = (column, name, text) => element("td", { className: `sanad-col-${column}`, "data-name": say(name) },
    element("bdi", { text: text || "–" }));
  const line = element("tr", {},
    element("td", { className: "sanad-col-title" }, link, ...marks(article)),
    cell("source", "source", article.source),
    cell("language", "language", languageName(article.language)),
    cell("published", "published", article.published?.slice(0, 10)),
    cell("passages", "passages", count(article.passages)),
    cell("added", "when", article.added?.slice(0, 10)),
    element("td", { className: "sanad-col-actions" }, ...actions(article, title)));
  return line;
}

// An agency's text in another paper, a corrected version: said of both.
function marks({ alike }) {
  if (!alike.length) return [];
  const links = alike.slice(0, ALIKE).map(({ id, title, overlap }) => element("a", {
    href: `/article/${encodeURIComponent(id)}`, title: `${Math.round(100 * overlap)}%` }, element("bdi", { text: title || id })));
  const more = alike.length > ALIKE ? ` +${alike.length - ALIKE}` : "";
  return [element("div", { className: "sanad-alike" }, `${say("alike")} `, ...links.flatMap((one, n) => (n ? [", ", one] : [one])), more)];
}

function actions(article, title) {
  const button = (name, run) => element("button", {
    type: "button", className: "sanad-quiet", text: say(name), "aria-label": `${say(name)}: ${title}`, onclick: run });
  const ask = element("a", {
    className: "sanad-quiet", href: `/?article=${encodeURIComponent(article.id)}`, "data-title": title,
    text: say("ask"), "aria-label": `${say("askHere")}: ${title}` });
  if (!writable) return [ask];
  return [ask, button("edit", () => edit(article.id, reload)), button("remove", () => remove(article.id, title, reload))];
}
