// What the collection holds, how it is, and building it anew.
import { element, find, plain } from "./dom.js";
import { count, languageName, moment, say } from "./words.js";
import * as api from "./api.js";

const BARS = 6;
const MONTHS = 12;

export function startHoldings(reload) {
  find("sanad-rebuild").addEventListener("click", () => rebuild(reload));
}

export async function showHoldings(health) {
  const [facets, { articles: [newest] }] = await Promise.all([api.facets(), api.list({ order: "newest", limit: 1 })]);
  find("sanad-charts").replaceChildren(
    chart("byLanguage", most(facets.language), languageName),
    chart("bySource", most(facets.source), (value) => value || say("unknown")),
    chart("byMonth", months(facets.month), (value) => value || say("unknown")));
  const facts = [
    [say("state"), say(health.status === "ok" ? "ok" : "attention")], [say("articles"), count(health.articles)], [say("passages"), count(health.passages)],
    [say("embedded"), embedded(health)], [say("words"), count(health.words)], [say("model"), health.model],
    [say("change"), say("changeNumber", { n: count(health.sequence) })], [say("newest"), newest ? moment(newest.added) : "–"],
  ];
  find("sanad-health").replaceChildren(...facts.flatMap(([name, value]) => [
    element("dt", { text: name }), element("dd", {}, element("bdi", { text: value }))]));
}

// How many passages have their vectors, and how long the others will take.
function embedded({ passages, embedding }) {
  if (!embedding.waiting) return say("all");
  const known = { done: count(passages - embedding.waiting), all: count(passages) };
  if (embedding.problem) return say("embeddingFails", known);
  const left = embedding.seconds_left;
  return left === null ? say("progress", known) : say("embedding", { ...known, minutes: count(Math.max(1, Math.ceil(left / 60))) });
}

const most = (counts) => Object.entries(counts).slice(0, BARS);
const months = (counts) => Object.entries(counts).sort(([a], [b]) => (a < b ? 1 : -1)).slice(0, MONTHS);

function chart(title, entries, naming) {
  const highest = Math.max(1, ...entries.map(([, n]) => n));
  const rows = entries.map(([value, n]) => element("li", {},
    element("span", { className: "sanad-bar-name" }, element("bdi", { text: naming(value) })),
    bar(n / highest),
    element("span", { className: "sanad-bar-count", text: count(n) })));
  return element("div", { className: "sanad-chart" }, element("h3", { text: say(title) }), element("ul", {}, ...rows));
}

function bar(share) {
  const make = (name, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const drawn = make("svg", { viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" });
  drawn.append(make("rect", { width: Math.max(1, Math.round(100 * share)), height: 4 }));
  return drawn;
}

async function rebuild(reload) {
  const button = find("sanad-rebuild");
  const bar = find("sanad-rebuilding");
  const told = find("sanad-rebuilt");
  button.disabled = true;
  bar.hidden = false;
  bar.removeAttribute("value");
  told.textContent = say("rebuildingPlain");
  try {
    const done = await api.rebuild(({ done: n, total }) => {
      bar.max = total;
      bar.value = n;
      told.textContent = say("rebuilding", { done: count(n), all: count(total) });
    });
    told.textContent = say("rebuilt", { seconds: (done.took_ms / 1000).toFixed(1) });
    await reload();
  } catch (error) {
    told.textContent = plain(error.message);
  } finally {
    bar.hidden = true;
    button.disabled = false;
  }
}
