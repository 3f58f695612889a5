// Adding articles: several files, a pasted text, or a link; each with what became of it.
import { element, find, plain } from "./dom.js";
import { say } from "./words.js";
import * as api from "./api.js";

const STATES = ["added", "updated", "unchanged", "skipped"];
let reload;

export function startAdding(whenDone) {
  reload = whenDone;
  for (const form of ["sanad-form", "sanad-link"]) find(form).addEventListener("submit", addGiven);
  find("sanad-files").addEventListener("submit", addFiles);
  find("sanad-token").addEventListener("submit", (event) => event.preventDefault());
  find("sanad-token").querySelector("input").addEventListener("input", (event) => api.setToken(event.target.value));
  const drop = document.querySelector(".sanad-drop");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("sanad-over", kind === "dragover");
      if (kind !== "drop") return;
      drop.querySelector("input").files = event.dataTransfer.files;
      chosen();
    });
  }
  drop.querySelector("input").addEventListener("change", chosen);
}

export function openAdding() {
  find("sanad-add").open = true;
  find("sanad-form").elements.text.focus();
}

export function fillLink(link) {
  const form = find("sanad-link");
  if (form.hidden) return; // the server fetches none
  form.elements.url.value = link;
  form.elements.url.focus();
}

// The browser's own words for this are in its language, not the interface's.
function chosen() {
  const drop = document.querySelector(".sanad-drop");
  const names = [...drop.querySelector("input").files].map((file) => plain(file.name));
  const more = names.length > 3 ? ` +${names.length - 3}` : "";
  drop.querySelector("span").textContent = names.length ? names.slice(0, 3).join(", ") + more : say("drop");
}

function tell(state, name, reason, bad) {
  const line = element("li", { className: bad ? "sanad-bad" : "" }, `${say(state)}: `, element("bdi", { text: name }));
  if (reason && bad) line.append(" · ", element("bdi", { text: reason }));
  find("sanad-report").append(line);
}

function tellReport(report) {
  for (const state of STATES) {
    for (const item of report[state]) tell(state, item.name, item.reason, state === "skipped");
  }
}

async function addGiven(event) {
  event.preventDefault();
  const form = event.target;
  const given = Object.fromEntries([...new FormData(form)]
    .map(([name, value]) => [name, name === "text" ? value : value.trim()]).filter(([, value]) => value));
  const button = form.querySelector("button");
  button.disabled = true;
  find("sanad-report").replaceChildren();
  try {
    tellReport(await api.add(given));
    form.reset();
    await reload();
  } catch (error) {
    tell("skipped", given.title || given.url || "", plain(error.message), true);
  } finally {
    button.disabled = false;
  }
}

async function addFiles(event) {
  event.preventDefault();
  const form = event.target;
  const files = [...form.elements.files.files];
  const bar = find("sanad-progress");
  const button = form.querySelector("button");
  if (!files.length) { form.elements.files.focus(); return; }
  button.disabled = true;
  bar.hidden = false;
  bar.max = files.length;
  find("sanad-report").replaceChildren();
  for (const [done, file] of files.entries()) {
    bar.value = done;
    button.textContent = say("progress", { done, all: files.length });
    try {
      tellReport(await api.addFile(file));
    } catch (error) {
      tell("skipped", file.name, plain(error.message), true);
    }
  }
  form.reset();
  chosen();
  bar.hidden = true;
  button.disabled = false;
  button.textContent = say("add");
  await reload();
}
