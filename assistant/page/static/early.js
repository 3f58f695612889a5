// The chat until Gradio is there: what is asked meanwhile is answered here. Gradio then takes it over, by the log.
import { element, find, store } from "./dom.js";
import { say } from "./words.js";
import * as api from "./api.js";
import { begun, changed, narrowed, takeOver } from "./talk.js";

// Answer a question; gives whether the server did.
export async function askEarly(question) {
  const pane = find("sanad-early");
  if (!pane.firstChild) pane.append(element("div", { id: "sanad-chat" })); // it looks as the chat does
  const searching = element("div", {},
    element("div", { className: "sanad-question", dir: "auto", text: question }),
    element("div", { className: "sanad-notice sanad-searching", text: say("searching") }));
  pane.firstChild.append(searching);
  changed();
  const log = store(sessionStorage, "sanad-log") ?? "";
  let told = null;
  try { told = await api.answer({ question, narrow: narrowed(), log }); } catch { /* it is asked again when Gradio is there */ }
  if (told && searching.isConnected) { // else a new conversation was begun meanwhile
    pane.firstChild.innerHTML = told.shown; // made by our server, as an article's page is
    store(sessionStorage, "sanad-log", told.log);
    dispatchEvent(new CustomEvent("sanad:asked", { detail: "early" }));
    if (begun()) takeOver();
  }
  searching.remove();
  if (!pane.querySelector("#sanad-chat > *")) pane.replaceChildren();
  changed();
  return Boolean(told);
}
