// The HTTP API, as the page uses it.
import { say } from "./words.js";

let token = "";
export const setToken = (value) => { token = value.trim(); };

async function send(path, { json, headers, ...options } = {}) {
  const told = { ...headers };
  if (json !== undefined) {
    told["Content-Type"] = "application/json";
    options.body = JSON.stringify(json);
  }
  if (token) told.Authorization = `Bearer ${token}`;
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...options, headers: told });
  } catch {
    throw new Error(say("offline"));
  }
  if (response.status === 401 && !options.method) location.reload(); // the session has ended: the form stands here now
  if (!response.ok) throw new Error(await problem(response));
  return response;
}

async function problem(response) {
  try {
    const { detail, title } = await response.json();
    return detail || title;
  } catch {
    return `status ${response.status}`;
  }
}

const get = async (path) => (await send(path)).json();
const post = async (path, json) => (await send(path, { method: "POST", json })).json();
const article = (id) => `/api/v1/articles/${encodeURIComponent(id)}`;

export const file = async (path) => (await send(path, { cache: "default" })).text();
export const health = () => get("/api/v1/health");
export const session = () => get("/api/v1/session");
export const logOut = () => send("/api/v1/session", { method: "DELETE" });
export const logOutEverywhere = () => send("/api/v1/sessions", { method: "DELETE" });
export const facets = () => get("/api/v1/facets");
export const list = (query) => get(`/api/v1/articles?${new URLSearchParams(query)}`);
export const read = (id) => get(article(id));
export const remove = (id) => send(article(id), { method: "DELETE" });
export const watched = () => get("/api/v1/watched");
export const decide = (decision) => post("/api/v1/missing", decision);
export const add = (given) => post("/api/v1/articles", given);
export const edit = async (id, changes) => (await send(article(id), { method: "PATCH", json: changes })).json();

export async function addFile(file) {
  const body = new FormData();
  body.append("files", file);
  return (await send("/api/v1/articles/files", { method: "POST", body })).json();
}

// What the question box offers: questions in a language, how many articles there are, and who may add some.
export const start = (language) => get(`/page/start?${new URLSearchParams({ ui: language })}`);

// Which start of the server answers now; nothing: none does.
export async function started() {
  try {
    const response = await fetch("/gradio_api/app_id", { cache: "no-store" });
    if (response.status === 401) return "asks for the token";
    return response.ok ? (await response.json()).app_id : null;
  } catch {
    return null;
  }
}

// What the chat shows of a conversation with one more question, and its log.
export const answer = (asked) => post("/page/answer", asked);

export const save = async (log, format) =>
  (await send("/page/export", { method: "POST", json: { log, format } })).blob();

// Calls `tell` with the name and data of each event (server-sent events); one of the name `problem` is thrown.
async function follow(response, tell) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const events = text.split("\n\n");
    text = events.pop();
    for (const event of events) {
      const name = /^event: (.*)$/m.exec(event)?.[1];
      const data = JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? "null");
      if (name === "problem") throw new Error(data.detail || data.title);
      if (name) tell(name, data);
    }
  }
}

// What the language model makes of a part of an article, whose address names the language too.
export const translate = async (address, signal) => (await send(address, { method: "POST", signal })).json();

const EVENTS = { Accept: "text/event-stream" };

// Tells how far it is, then gives what `done` tells.
export async function rebuild(progress) {
  let told = null;
  await follow(await send("/api/v1/rebuild", { method: "POST", headers: EVENTS }), (name, data) => {
    if (name === "progress") progress(data);
    if (name === "done") told = data;
  });
  if (!told) throw new Error(say("offline"));
  return told;
}

// Asks, and has the language model write; tells the answer, each sentence, and the whole.
export async function write(given, signal, tell) {
  await follow(await send("/api/v1/ask", { method: "POST", json: given, headers: EVENTS, signal }), tell);
}
