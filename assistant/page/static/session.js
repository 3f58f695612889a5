// The menu of a server that has a token: log in, log out, log out everywhere.
import * as api from "./api.js";
import { find, toast } from "./dom.js";

export async function startSession() {
  let told;
  try { told = await api.session(); } catch { return; } // the page goes on without its menu
  const menu = find("sanad-session");
  menu.hidden = !told.login;
  find("sanad-log-in").hidden = told.session;
  find("sanad-log-out").hidden = !told.session;
  find("sanad-log-out-all").hidden = !(told.session && told.ends_all);
  find("sanad-log-in").addEventListener("click", () => location.assign("/login"));
  find("sanad-log-out").addEventListener("click", () => leave(api.logOut));
  find("sanad-log-out-all").addEventListener("click", () => leave(api.logOutEverywhere));
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#sanad-session")) menu.open = false;
  });
}

// Whoever sits here next finds no conversation.
async function leave(end) {
  try { await end(); } catch (error) { toast(error.message); return; }
  addEventListener("pagehide", () => sessionStorage.clear()); // after what the page keeps when it is left
  location.assign("/");
}
