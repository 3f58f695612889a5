// What stands around the chat: header, views, reader, filters, the library; all outside Gradio's own elements.
import { find, store } from "./dom.js";
import { localise, say, setLanguage } from "./words.js";
import { watchChat } from "./talk.js";
import { offer, startAsking } from "./asking.js";
import { closeReader, openReader } from "./reader.js";
import { narrowTo, startFilters } from "./filters.js";
import { openLibrary } from "./library.js";
import { startSession } from "./session.js";
import { startGloss } from "./gloss.js";

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
  askedArticle();
  route();
  document.head.append(find("sanad-preload").content); // what Gradio will ask for, round after round, all at once
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
  if (view === "library") openLibrary(path.startsWith("/library/add") ? new URLSearchParams(path.split("?")[1]) : null);
  else offer();
  if (path.startsWith("/article/") || path.startsWith("/library/article/")) openReader(path.replace("/library", ""));
  else closeReader();
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
