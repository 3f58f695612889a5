// What a language model writes under the short answer: sentence by sentence, as text, each with links to its passages.
// It is kept for the tab, so that a reload brings it back without asking the model again.
import { element, find, store } from "./dom.js";
import { language, say } from "./words.js";
import * as api from "./api.js";
import { answered, logField } from "./talk.js";

const KEPT = "sanad-written";
const OFF = "sanad-unwritten";
const MOST_KEPT = 30;
const TROUBLES = ["llm_stopped", "llm_unreachable", "llm_refused", "llm_limited", "llm_missing", "llm_failed", "llm_slow", "llm_cut",
  "llm_garbled", "llm_busy", "llm_other", "llm_same", "llm_unknown"];
const shown = new Map(); // of this page: the log up to a question -> what is written for it, with its element
let model = null; // the name of the language model, if the server has one
let fresh = false; // whether a question was asked that nothing was written for yet
let early = false; // whether that was before Gradio was there, which then takes the answer over
let under_way = null; // what stops the request

export const modelName = () => model;
// What happened, in the interface's language.
export const trouble = (name) => say(TROUBLES.find((one) => one === `llm_${name}`) ?? "llm_failed");

export async function startWriting() {
  find("sanad-writes").querySelector("input").addEventListener("change", ({ target }) => {
    store(sessionStorage, OFF, target.checked ? "" : "yes");
    if (!target.checked) under_way?.abort();
  });
  addEventListener("sanad:asked", ({ detail }) => { fresh = true; early = detail === "early"; under_way?.abort(); });
  addEventListener("sanad:cleared", () => { under_way?.abort(); shown.clear(); store(sessionStorage, KEPT, ""); });
  addEventListener("sanad:said", place);
  addEventListener("sanad:language", () => { for (const one of shown.values()) draw(one); });
  for (const [log, one] of kept()) shown.set(log, one);
  try { model = (await api.start(language())).model; } catch { return; }
  find("sanad-writes").hidden = !model;
  find("sanad-writes").querySelector("bdi").textContent = model ?? "";
  find("sanad-writes").querySelector("input").checked = !store(sessionStorage, OFF);
  place();
  dispatchEvent(new Event("sanad:model"));
}

function kept() {
  try { return JSON.parse(store(sessionStorage, KEPT) || "[]"); } catch { return []; }
}

function keep() {
  const whole = [...shown].filter(([, one]) => one.written).slice(-MOST_KEPT);
  store(sessionStorage, KEPT, JSON.stringify(whole.map(([log, { element: _, ...told }]) => [log, told])));
}

// The answers shown, each with the conversation up to its question.
function answers() {
  let exchanges;
  try { exchanges = JSON.parse(logField()?.value || "[]"); } catch { exchanges = []; }
  const said = [...document.querySelectorAll("#sanad-chat :is(.sanad-question, .sanad-answer)")];
  const first = exchanges.length - said.filter((one) => one.matches(".sanad-question")).length;
  let asked = first - 1;
  return said.flatMap((one) => {
    if (one.matches(".sanad-question")) { asked += 1; return []; }
    return exchanges[asked] ? [[one, exchanges.slice(0, asked + 1)]] : [];
  });
}

// Gradio may draw its messages anew: what is written goes back to where it was. Under the newest answer writing begins.
function place() {
  const all = answers();
  for (const [answer, exchanges] of all) {
    const one = shown.get(JSON.stringify(exchanges));
    if (one && !(one.element && answer.contains(one.element)) && stands(one, answer)) attach(one, answer);
  }
  const [answer, exchanges] = all.at(-1) ?? [];
  if (!fresh || !answer || !(early || answered()) || answer.querySelector(".sanad-searching")) return;
  fresh = false;
  const wanted = model && !store(sessionStorage, OFF) && !answer.matches(".sanad-missing, .sanad-keywords");
  if (wanted && !shown.has(JSON.stringify(exchanges))) write(answer, exchanges);
}

const passages = (answer) => [...answer.querySelectorAll(".sanad-card")].map((card) =>
  [card.querySelector(".sanad-title")?.getAttribute("href"), card.querySelector(".sanad-passage")?.textContent].join(" "));

// Whether the passages are those that it was written from: an article may be gone, or changed, since.
const stands = (one, answer) => String(one.passages) === String(passages(answer));

async function write(answer, exchanges) {
  const one = { sentences: [], written: null, trouble: "", passages: passages(answer) };
  const stop = under_way = new AbortController();
  one.stop = () => stop.abort();
  shown.set(JSON.stringify(exchanges), one);
  attach(one, answer);
  const { question, filters } = exchanges.at(-1);
  const history = exchanges.slice(0, -1).map((each) => each.question);
  try {
    await api.write({ question, history, filters, write: true }, stop.signal, (name, data) => {
      if (name === "answer") one.language = data.language;
      if (name === "sentence") one.sentences.push(data);
      if (name === "written") one.written = { model: data.model, left_out: data.left_out.length, trouble: data.trouble };
      draw(one);
    });
  } catch (error) {
    one.trouble = stop.signal.aborted ? "" : error.message;
  }
  one.written ??= { model, left_out: 0, trouble: stop.signal.aborted ? "stopped" : "cut" };
  delete one.stop;
  draw(one);
  keep();
}

function attach(one, answer) {
  one.element = element("div", { className: "sanad-written", role: "status" });
  answer.insertBefore(one.element, answer.querySelector(".sanad-card"));
  draw(one);
}

function draw(one) {
  if (!one.element) return;
  const titles = [...one.element.parentElement.querySelectorAll(".sanad-card .sanad-title")];
  const link = (number) => element("a", {
    className: "sanad-rank", text: number, href: titles[number - 1]?.getAttribute("href"), "aria-label": say("passage", { n: number }) });
  const text = element("p", { language: one.language ?? language() });
  for (const { text: sentence, citations } of one.sentences) {
    text.append(element("span", { text: sentence }), " ", ...citations.map(link), " ");
  }
  one.element.replaceChildren(element("div", { className: "sanad-written-name", text: say("writtenBy", { model: one.written?.model ?? model }) }));
  if (one.sentences.length) one.element.append(text);
  const line = notes(one);
  if (line) one.element.append(element("div", { className: "sanad-written-note", text: line }));
  if (one.stop) one.element.append(element("button", { type: "button", className: "sanad-quiet", text: say("stop"), onclick: one.stop }));
}

// What is missing, in one line.
function notes({ written, sentences, trouble: failed }) {
  if (!written) return sentences.length ? "" : say("writing");
  const lines = [failed, written.trouble ? trouble(written.trouble) : ""];
  if (written.left_out) lines.push(written.left_out === 1 ? say("leftOutOne") : say("leftOut", { n: written.left_out }));
  if (!written.left_out && !written.trouble && !sentences.length) lines.push(say("llm_nothing"));
  return lines.filter(Boolean).join(" ");
}
