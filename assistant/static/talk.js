// The conversation: kept over a reload, cleared, saved; its newest question is brought to the top.
import { find, store, toast, type } from "./dom.js";
import * as api from "./api.js";
import { say } from "./words.js";

const field = (id) => document.querySelector(`#${id} textarea, #${id} input`);
const press = (id) => document.querySelector(`button#${id}, #${id} button`)?.click();
export const logField = () => field("sanad-log");
let wired = null; // the field that Gradio built last

export function setFilters(value) {
  const narrow = field("sanad-narrow");
  if (narrow && narrow.value !== value) type(narrow, value);
}

export function watchChat() {
  find("sanad-new").addEventListener("click", () => { press("sanad-clear"); field("sanad-box")?.focus(); });
  for (const button of document.querySelectorAll("[data-export]")) {
    button.addEventListener("click", () => save(button.dataset.export));
  }
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#sanad-save")) find("sanad-save").open = false;
  });
  new MutationObserver(changed).observe(document.querySelector("gradio-app") ?? document.body, { childList: true, subtree: true });
  addEventListener("pagehide", keep);
  addEventListener("sanad:language", namePlace);
  changed();
}

function changed() {
  const log = logField();
  if (log && wired !== log && field("sanad-narrow")) {
    wired = log;
    setFilters(store(sessionStorage, "sanad-filters") ?? "");
    const kept = store(sessionStorage, "sanad-log");
    if (kept) {
      type(log, kept);
      setTimeout(() => restore(log, kept), 0);
    }
    namePlace();
  }
  find("sanad-talk").hidden = !document.querySelector(".sanad-question");
  // Gradio names each message by its source, markup and all: read aloud that is noise.
  for (const message of document.querySelectorAll("#sanad-chat [aria-label*='<']")) message.removeAttribute("aria-label");
  showNewest();
  setTimeout(keep, 100); // the fields are filled a moment after the messages
}

function namePlace() {
  const box = field("sanad-box");
  if (!box) return;
  box.dir = "auto";
  box.placeholder = say("placeholder");
  document.querySelector("#sanad-box button")?.setAttribute("aria-label", say("send"));
}

// Gradio shows its fields a moment before it listens to them.
function restore(log, kept, tries = 20) {
  if (wired !== log || !tries || document.querySelector(".sanad-question")) return;
  if (log.value !== kept) type(log, kept);
  press("sanad-restore");
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
  const pane = newest.closest(".panel-wrap, .bubble-wrap");
  if (pane) pane.scrollTop += newest.getBoundingClientRect().top - pane.getBoundingClientRect().top - 8;
}

async function save(format) {
  find("sanad-save").open = false;
  const link = document.createElement("a");
  try {
    link.href = URL.createObjectURL(await api.save(logField().value, format));
  } catch (error) {
    toast(error.message);
    return;
  }
  link.download = `sanad.${format === "json" ? "json" : "md"}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
