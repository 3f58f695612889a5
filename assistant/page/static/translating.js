// A passage in another language than the interface's, translated by the language model: beside it, as text, in its own
// direction. What is cited, saved and asked for stays the passage.
import { element } from "./dom.js";
import { language, say } from "./words.js";
import * as api from "./api.js";
import { modelName, trouble } from "./writing.js";

const known = new Map(); // of this page: the address of a translation -> what came of it, and whether it is shown

export function startTranslating() {
  for (const event of ["sanad:said", "sanad:language", "sanad:model"]) addEventListener(event, offer);
}

// Gradio may draw its messages anew: each card gets its button, and its translation back. What is there already stays, as
// every change brings us here again.
function offer() {
  if (!modelName()) return;
  for (const card of document.querySelectorAll("#sanad-chat .sanad-card")) {
    const { lang } = card.querySelector(".sanad-passage");
    if (["", "und", language()].includes(lang)) {
      for (const old of card.querySelectorAll(".sanad-translate, .sanad-translation")) old.remove();
    } else draw(card);
  }
}

// Where a card's translation into the interface's language is asked for.
function address(card) {
  const { pathname, searchParams } = new URL(card.querySelector(".sanad-read").href);
  const part = { start: searchParams.get("start"), end: searchParams.get("end"), into: language() };
  return `${pathname.replace("/article/", "/page/translation/")}?${new URLSearchParams(part)}`;
}

async function press(card) {
  const place = address(card);
  const one = known.get(place);
  if (one?.stop) { one.stop.abort(); return; }
  if (one?.text) { one.shown = !one.shown; offer(); return; }
  const made = { shown: true, stop: new AbortController() };
  known.set(place, made);
  offer();
  try {
    const { text, trouble: name, model } = await api.translate(place, made.stop.signal);
    Object.assign(made, { text, model, line: name && trouble(name) });
  } catch (error) {
    made.line = made.stop.signal.aborted ? trouble("stopped") : error.message;
  }
  made.stop = null;
  offer();
}

function draw(card) {
  const place = address(card);
  const one = known.get(place) ?? {};
  const button = card.querySelector(".sanad-translate") ?? added(card);
  const state = JSON.stringify([place, one]);
  if (button.dataset.state === state) return;
  button.dataset.state = state;
  const name = one.stop ? say("stop") : one.text ? say(one.shown ? "hideTranslation" : "showTranslation") : say("translate");
  button.textContent = name;
  button.setAttribute("aria-label", `${name}: ${say("passage", { n: card.querySelector(".sanad-rank").textContent })}`);
  const old = card.querySelector(".sanad-translation");
  if (!one.shown) { old?.remove(); return; }
  const shown = old ?? element("div", { className: "sanad-translation", role: "status" });
  if (!old) card.querySelector(".sanad-passage").after(shown);
  shown.replaceChildren(...(one.text
    ? [note(say("machine", { model: one.model })), element("div", { className: "sanad-translated", language: language(), text: one.text })]
    : [note(one.stop ? say("translating") : one.line)]));
}

const note = (text) => element("div", { className: "sanad-written-note", text });

function added(card) {
  const button = element("button", { type: "button", className: "sanad-quiet sanad-translate", onclick: () => press(card) });
  card.append(button);
  return button;
}
