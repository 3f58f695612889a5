// The question box. What was typed or asked is kept until it is answered, whatever becomes of the page and the server meanwhile.
import { element, find, store, toast } from "./dom.js";
import { language, say } from "./words.js";
import * as api from "./api.js";
import { askEarly } from "./early.js";
import { answered, begun, put, refused, taken } from "./talk.js";

const ASKED = "sanad-asked";
const DRAFT = "sanad-draft";
const TURN_MS = 250;
const SHOWN_AFTER = 2; // turns: most questions are answered sooner
const CHECKED_EVERY = 4;
const LINK = /^(https?:\/\/|www\.)\S+$/i;
let waiting = ""; // the question that is not answered yet
let delivery = null; // the one that is under way for it
let lost = false; // the server did not answer when it was last asked
const box = () => find("sanad-box").elements.question;

export function startAsking() {
  find("sanad-box").addEventListener("submit", (event) => { event.preventDefault(); ask(box().value); });
  box().addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    ask(box().value);
  });
  box().addEventListener("input", drafted);
  find("sanad-pending").querySelector("button").addEventListener("click", takeBack);
  find("sanad-new").addEventListener("click", () => { keep(""); box().focus(); });
  addEventListener("sanad:language", drafted);
  addEventListener("sanad:cleared", offer);
  addEventListener("sanad:said", settle);
  addEventListener("pagehide", settle);
  if (!box().value) box().value = store(sessionStorage, DRAFT) ?? ""; // else it was typed before this script came
  drafted();
  waiting = store(sessionStorage, ASKED) ?? "";
  if (waiting) deliver();
}

function drafted() {
  const field = box();
  store(sessionStorage, DRAFT, field.value);
  field.dir = field.value ? "auto" : document.documentElement.dir; // by what is typed; while it is empty, by the interface
  field.style.blockSize = "auto";
  field.style.blockSize = `${field.scrollHeight}px`;
}

function fill(text) {
  box().value = text;
  drafted();
}

function ask(text) {
  const question = text.trim();
  settle();
  if (waiting || !question) { box().focus(); return; }
  if (question.split(/\s+/).every((word) => LINK.test(word))) { explainLink(question); return; }
  keep(question);
  fill("");
  deliver();
}

function keep(question) {
  waiting = question;
  store(sessionStorage, ASKED, question);
  if (question) return;
  delivery = null;
  tell(true);
}

async function explainLink(link) {
  const { links, writes } = await api.start(language()).catch(() => ({ writes: "closed" }));
  const sentence = `${say("isLink")} ${say(links ? "linksOn" : "linksOff")}`;
  if (writes === "closed") toast(sentence);
  else toast(sentence, say("addTitle"), () => { location.hash = `/library/add?${new URLSearchParams({ link })}`; }, say("close"));
}

// What was asked goes back into the box, to be changed or left.
function takeBack() {
  if (!box().value) fill(waiting);
  keep("");
  box().focus();
}

// Gradio ignores a press while it works on one; a press before it listens has no effect.
async function deliver() {
  const mine = delivery = { given: false };
  const isAnswered = !begun() && await askEarly(waiting);
  if (delivery !== mine) return;
  if (isAnswered) { settled(); return; }
  for (let turn = 0, next = 0; delivery === mine; turn++) {
    if (turn >= next && begun() && !lost && !(mine.given && taken())) {
      put(waiting);
      mine.given = true;
      next = turn + Math.min(40, Math.max(2, turn));
    }
    if (turn >= SHOWN_AFTER) tell(mine.given && taken());
    await new Promise((done) => setTimeout(done, TURN_MS));
    if (delivery !== mine) return;
    settle();
    if (turn % CHECKED_EVERY === CHECKED_EVERY - 1) await check();
  }
}

// Once it is answered, or said to be no question, nothing is waited for any more.
function settle() {
  if (delivery?.given && answered()) settled();
}

function settled() {
  if (refused() && !box().value) fill(waiting);
  keep("");
}

// A server that was started anew, or was out of reach, does not know this page any more: it is loaded again, and asks then.
async function check() {
  if (!delivery) return;
  const now = await api.started();
  if (now && (lost || String(now) !== String(window.gradio_config.app_id))) location.reload();
  lost = !now;
}

function tell(taken) {
  const line = find("sanad-pending");
  line.hidden = taken && !(lost && waiting);
  line.children[0].textContent = waiting;
  line.children[1].textContent = say(lost ? "lost" : "asked");
}

// What can be asked: questions made from the articles, or that there are none yet.
export async function offer() {
  if (document.body.dataset.talk) return;
  let about;
  try { about = await api.start(language()); } catch { return; } // the next time tells
  find("sanad-nothing").hidden = about.articles > 0;
  find("sanad-add-first").hidden = about.writes === "closed";
  find("sanad-examples").replaceChildren(...about.examples.map((text) =>
    element("button", { type: "button", className: "sanad-chip", text, onclick: () => ask(text) })));
}
