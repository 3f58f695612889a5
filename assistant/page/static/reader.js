// An article beside the chat: the same page that a shared link opens, scrolled to the passage.
import { element, find, plain } from "./dom.js";
import { glossable } from "./gloss.js";
import { language, say } from "./words.js";

let from = null; // what had the focus before

export async function openReader(path) {
  const pane = find("sanad-reader");
  if (pane.hidden) from = document.activeElement;
  pane.hidden = false;
  document.body.dataset.reading = "yes";
  const wanted = path;
  pane.dataset.path = path;
  const separator = path.includes("?") ? "&" : "?";
  let article;
  try {
    const response = await fetch(`${path}${separator}ui=${language()}`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html"); // made by our server
    article = page.querySelector("#sanad-article");
  } catch {
    article = null;
  }
  if (pane.dataset.path !== wanted || pane.hidden) return; // another was opened meanwhile
  const close = element("button", {
    type: "button", className: "sanad-close", "aria-label": say("close"), text: "✕", onclick: leave });
  pane.replaceChildren(close, article ? document.importNode(article, true) : element("p", { text: say("offline") }));
  wireCopy(pane);
  glossable(pane);
  pane.scrollTop = 0;
  pane.focus({ preventScroll: true });
  showPassage(pane);
}

function showPassage(pane) {
  const passage = pane.querySelector("#passage");
  if (!passage) return;
  const top = passage.getBoundingClientRect().top - pane.getBoundingClientRect().top;
  pane.scrollTop += top - Math.min(200, pane.clientHeight / 3);
}

export function closeReader() {
  const pane = find("sanad-reader");
  if (pane.hidden) return;
  pane.hidden = true;
  pane.replaceChildren();
  delete document.body.dataset.reading;
  if (from?.isConnected) from.focus({ preventScroll: true });
}

function leave() {
  location.hash = document.body.dataset.view === "library" ? "/library" : "/";
}

document.addEventListener("keydown", (event) => {
  const pane = find("sanad-reader");
  if (event.key === "Escape" && pane && !pane.hidden && !document.querySelector("dialog[open]")) leave();
});

export function wireCopy(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) {
    button.addEventListener("click", async () => {
      await copy(root.querySelector(`#${button.dataset.copy}`).textContent);
      const name = button.textContent;
      button.textContent = plain(button.dataset.done);
      setTimeout(() => { button.textContent = name; }, 1500);
    });
  }
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // not a secure context: the old way
    const field = element("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}
