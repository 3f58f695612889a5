// Which articles are asked: chosen in a dialog, shown as chips, kept while asking on and over a reload.
import { element, find, plain, store } from "./dom.js";
import { languageName, localise, say } from "./words.js";
import { facets, read } from "./api.js";
import { setFilters } from "./talk.js";

const CHOSEN = ["source", "language", "published_from", "published_to"];
const NAMES = [...CHOSEN, "article"];
let filters = {};
const titles = {};

export function startFilters() {
  try { filters = JSON.parse(store(sessionStorage, "sanad-filters") || "{}"); } catch { filters = {}; }
  const { from, to, ...others } = filters; // as a tab keeps them that was open before the dates had other names
  filters = { published_from: from, published_to: to, ...others };
  find("sanad-filter").addEventListener("click", choose);
  find("sanad-filters").addEventListener("close", chosen);
  addEventListener("sanad:language", show);
  if (filters.article) nameArticle(filters.article);
  show();
}

function set(next) {
  filters = Object.fromEntries(NAMES.filter((name) => next[name]).map((name) => [name, next[name]]));
  const text = Object.keys(filters).length ? JSON.stringify(filters) : "";
  store(sessionStorage, "sanad-filters", text);
  setFilters(text);
  show();
}

export function narrowTo(article, title) {
  if (title) titles[article] = title; else nameArticle(article);
  set({ ...filters, article });
}

async function nameArticle(id) {
  try {
    titles[id] ??= (await read(id)).title;
    show();
  } catch { /* it is gone: its id stands for it */ }
}

function words(name) {
  const value = filters[name];
  if (name === "language") return languageName(value);
  if (name === "article") return titles[value] || value;
  return value;
}

function show() {
  const chips = NAMES.filter((name) => filters[name]).map((name) => {
    const text = plain(words(name));
    return element("li", { className: "sanad-filter-chip" },
      element("span", { text: `${say(name)}: ` }),
      element("bdi", { text: text.length > 40 ? `${text.slice(0, 39)}…` : text }),
      element("button", {
        type: "button", text: "✕", "aria-label": `${say("removeFilter")}: ${say(name)} ${text}`,
        onclick: () => { set({ ...filters, [name]: "" }); find("sanad-filter").focus(); } }));
  });
  find("sanad-chips").replaceChildren(...chips);
}

async function choose() {
  const dialog = find("sanad-filters");
  const form = dialog.querySelector("form");
  localise(dialog);
  let held = { source: {}, language: {} };
  try { held = await facets(); } catch { /* the lists stay empty */ }
  fill(form.elements.source, held.source, (value) => value);
  fill(form.elements.language, held.language, languageName);
  for (const name of CHOSEN) form.elements[name].value = filters[name] ?? "";
  dialog.returnValue = "cancel";
  dialog.showModal();
}

function fill(select, counts, naming) {
  const options = Object.entries(counts).filter(([value]) => value && value !== "und")
    .map(([value, n]) => element("option", { value, text: `${naming(value)} (${n})` }));
  select.replaceChildren(element("option", { value: "", text: say("any") }), ...options);
}

function chosen() {
  const dialog = find("sanad-filters");
  if (dialog.returnValue === "reset") set({});
  if (dialog.returnValue !== "apply") return;
  const form = dialog.querySelector("form");
  const given = Object.fromEntries(CHOSEN.map((name) => [name, form.elements[name].value]));
  const { published_from: first, published_to: last } = given;
  if (first && last && first > last) [given.published_from, given.published_to] = [last, first];
  set({ ...filters, ...given });
}
