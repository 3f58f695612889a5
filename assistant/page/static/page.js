// What stands around the chat: header, views, reader, filters, the library; all outside Gradio's own elements.
import { element, find, store, toast } from "./dom.js";
import { localise, say, setLanguage } from "./words.js";
import { watchChat } from "./talk.js";
import { offer, startAsking } from "./asking.js";
import { startWriting } from "./writing.js";
import { startTranslating } from "./translating.js";
import * as api from "./api.js";
import { closeReader, openReader } from "./reader.js";
import { narrowTo, startFilters } from "./filters.js";
import { startSession } from "./session.js";
import { startGloss } from "./gloss.js";

const AT_ONCE = 4; // files that are loaded

function start() {
  localise();
  nameLanguage();
  find("sanad-language").addEventListener("click", () => setLanguage(say("otherLanguageCode")));
  find("sanad-theme").addEventListener("click", switchTheme);
  addEventListener("sanad:language", () => { nameLanguage(); route(); });
  addEventListener("hashchange", route);
  document.addEventListener("click", follow, true);
  startFilters();
  watchChat();
  startSession();
  startGloss();
  startAsking();
  startTranslating();
  startWriting();
  askedArticle();
  route();
  prepareGradio();
}

// Load what Gradio will ask for, round after round, without waiting for it. Browsers hold six connections to a server: a
// question that is asked meanwhile finds one free.
function prepareGradio() {
  const { content } = find("sanad-preload");
  document.head.append(...content.querySelectorAll("[disabled]")); // not loaded: they only tell Gradio not to
  const wanted = [...content.children];
  const next = () => {
    const link = wanted.shift();
    if (!link) return;
    link.onload = link.onerror = next;
    document.head.append(link);
  };
  for (let n = 0; n < AT_ONCE; n++) next();
}

function nameLanguage() {
  const button = find("sanad-language");
  button.textContent = say("otherLanguage");
  button.lang = say("otherLanguageCode");
}

function switchTheme() {
  const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  store(localStorage, "sanad-theme", next);
  dispatchEvent(new Event("sanad:theme"));
}

// The address says what is shown: #/ the chat, #/library, #/article/ID?start=&end= the reader beside the chat.
function route() {
  const path = location.hash.slice(1) || "/";
  const view = path.startsWith("/library") ? "library" : "ask";
  document.body.dataset.view = view;
  for (const tab of document.querySelectorAll("#sanad-views a")) {
    if (tab.dataset.view === view) tab.setAttribute("aria-current", "page"); else tab.removeAttribute("aria-current");
  }
  if (view === "library") showLibrary(path.startsWith("/library/add") ? new URLSearchParams(path.split("?")[1]) : null);
  else offer();
  if (path.startsWith("/article/") || path.startsWith("/library/article/")) openReader(path.replace("/library", ""));
  else closeReader();
}

// Its script comes when it is first wanted: the chat does not wait for it.
async function showLibrary(toAdd) {
  let library;
  try {
    library = await import(find("sanad-library").dataset.script);
  } catch {
    await api.session().catch(() => {}); // if the session has ended, this brings the form
    toast(say("offline"));
    return;
  }
  library.openLibrary(toAdd);
}

// A link to an article opens beside what is being read; with a modifier key it is a link like any other.
function follow(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
  const address = new URL(link.href, location.origin);
  if (address.origin !== location.origin) return;
  if (address.pathname.startsWith("/article/") && !link.dataset.away) {
    event.preventDefault();
    event.stopPropagation();
    location.hash = (document.body.dataset.view === "library" ? "/library" : "") + address.pathname + address.search;
  } else if (address.pathname === "/" && address.searchParams.has("article")) {
    event.preventDefault();
    narrowTo(address.searchParams.get("article"), link.dataset.title);
    location.hash = "/";
  } else if (address.pathname === "/" && address.hash) { // of a message: Gradio would open a window
    event.preventDefault();
    location.hash = address.hash;
  }
}

// "/?article=ID", from an article's own page
function askedArticle() {
  const wanted = new URLSearchParams(location.search).get("article");
  if (!wanted) return;
  narrowTo(wanted);
  history.replaceState(null, "", "/");
}

start();
