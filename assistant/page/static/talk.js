// The conversation: kept over a reload, cleared, saved; its newest question is brought to the top.
// Until Gradio is there, static/early.js shows it.
import { find, store, submit, toast, type } from "./dom.js";
import { language } from "./words.js";
import * as api from "./api.js";

const SAID = "#sanad-chat :is(.sanad-question, .sanad-answer, .sanad-notice)";
const field = (id) => document.querySelector(`#${id} textarea, #${id} input`);
export const logField = () => field("sanad-log");
let wired = null; // the field that Gradio built last
let asked = null; // the field that a question was put into last
let restoring = Boolean(store(sessionStorage, "sanad-log"));
let filters = store(sessionStorage, "sanad-filters") || "{}"; // of the next question, as JSON
let wanted = ""; // the log that Gradio is to show

// What narrows the next question, and the interface's language, in which one too short to tell its own is answered.
export const narrowed = () => JSON.stringify({ ...JSON.parse(filters), interface: language() });

export function setFilters(value) {
  filters = value || "{}";
  tellGradio();
}

function tellGradio() {
  const narrow = field("sanad-narrow");
  if (narrow && narrow.value !== narrowed()) type(narrow, narrowed());
}

export function watchChat() {
  find("sanad-new").addEventListener("click", clear);
  for (const button of document.querySelectorAll("[data-export]")) {
    button.addEventListener("click", () => save(button.dataset.export));
  }
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#sanad-save")) find("sanad-save").open = false;
  });
  new MutationObserver(changed).observe(document.querySelector("gradio-app"), { childList: true, subtree: true });
  addEventListener("pagehide", keep);
  addEventListener("sanad:language", tellGradio);
  changed();
}

// Whether Gradio is there.
export const begun = () => Boolean(wired?.isConnected);

// Put a question to Gradio, which empties the field when it takes it.
export function put(question) {
  asked = field("sanad-asked");
  submit(asked, question);
  dispatchEvent(new Event("sanad:asked"));
}

export const taken = () => asked?.value === "";
export const answered = () => taken() && !document.querySelector(".sanad-searching");

// Whether what was put last was no question: then there is a notice, and no question before it.
export function refused() {
  const [before, last] = [...document.querySelectorAll(SAID)].slice(-2);
  return (last ?? before)?.matches(".sanad-notice") && !(last && before.matches(".sanad-question"));
}

export function changed() {
  const log = logField();
  if (log && wired !== log && field("sanad-narrow")) {
    wired = log;
    tellGradio();
    takeOver();
  }
  if (document.querySelector("gradio-app .sanad-question")) find("sanad-early").replaceChildren();
  find("sanad-talk").hidden = !document.querySelector(".sanad-question");
  // Gradio names each message by its source, markup and all: read aloud that is noise.
  for (const message of document.querySelectorAll("#sanad-chat [aria-label*='<']")) message.removeAttribute("aria-label");
  showTalk();
  showNewest();
  setTimeout(filled, 100); // the fields are filled a moment after the messages
}

// Gradio shows the conversation that was kept.
export function takeOver() {
  wanted = store(sessionStorage, "sanad-log") ?? "";
  if (!wanted) return;
  const [log, kept] = [wired, wanted];
  type(log, kept);
  // a question that is still to be asked brings the conversation back with it
  setTimeout(() => store(sessionStorage, "sanad-asked") || restore(log, kept), 0);
}

function clear() {
  wanted = "";
  store(sessionStorage, "sanad-log", "");
  find("sanad-early").replaceChildren();
  if (begun()) submit(wired, "");
  changed();
}

function filled() {
  keep();
  dispatchEvent(new Event("sanad:said"));
}

// The welcome stands where the conversation will be.
function showTalk() {
  const said = Boolean(document.querySelector(SAID));
  restoring &&= !said;
  const before = document.body.dataset.talk;
  document.body.dataset.talk = said || restoring ? "yes" : "";
  if (before && !document.body.dataset.talk) dispatchEvent(new Event("sanad:cleared"));
}

// Gradio shows its fields a moment before it listens to them.
function restore(log, kept, tries = 20) {
  if (wired !== log || wanted !== kept || document.querySelector("gradio-app .sanad-question")) return;
  if (!tries) {
    restoring = false;
    showTalk();
    return;
  }
  submit(log, kept);
  setTimeout(() => restore(log, kept, tries - 1), 300);
}

function keep() {
  const log = logField();
  if (log && log === wired) store(sessionStorage, "sanad-log", log.value);
}

// A long answer is read from its beginning: bring the newest question to the top.
function showNewest() {
  const asked = document.querySelectorAll("#sanad-chat .sanad-question");
  const shown = document.querySelectorAll("#sanad-chat .sanad-answer").length;
  const state = `${asked.length} ${shown}`;
  if (!asked.length || state === showNewest.last) return;
  showNewest.last = state;
  const newest = asked[asked.length - 1];
  const pane = newest.closest(".panel-wrap, .bubble-wrap, #sanad-early");
  if (pane) pane.scrollTop += newest.getBoundingClientRect().top - pane.getBoundingClientRect().top - 8;
}

async function save(format) {
  find("sanad-save").open = false;
  const link = document.createElement("a");
  try {
    link.href = URL.createObjectURL(await api.save(logField()?.value || store(sessionStorage, "sanad-log") || "", format));
  } catch (error) {
    toast(error.message);
    return;
  }
  link.download = `sanad.${format === "json" ? "json" : "md"}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
