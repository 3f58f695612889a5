// The watched folders: how it stands with each, and what becomes of articles whose files are gone.
import { element, find, plain, toast } from "./dom.js";
import { count, language, moment, say } from "./words.js";
import * as api from "./api.js";

const TITLES = 20;
const TROUBLES = { folder: "watchedGone", store: "watchedStore", other: "watchedOther" };

const drawn = {};

export function showWatched({ watched }, writable, reload) {
  const untimed = watched.map(({ synced, ...facts }) => facts);
  draw("sanad-warnings", [untimed, writable], () => watched.filter(calls).map((folder) => warning(folder, writable, reload)));
  draw("sanad-watched", watched.map(({ synced, ...facts }) => [facts, synced?.slice(0, 16)]), () => watched.map(standing));
}

// Only where it says something else: what is open in it stays open, and nothing is read aloud twice.
function draw(id, facts, make) {
  const now = JSON.stringify([language(), facts]);
  if (drawn[id] !== now) find(id).replaceChildren(...make());
  drawn[id] = now;
}

const calls = (folder) => folder.trouble || folder.missing || folder.unlisted || folder.by === "polling";

function warning(folder, writable, reload) {
  const lines = [];
  if (folder.trouble) lines.push(say(TROUBLES[folder.trouble]));
  if (folder.unlisted) lines.push(say("watchedUnlisted", { n: count(folder.unlisted) }));
  if (folder.missing) lines.push(say("watchedMissing", { n: count(folder.missing) }));
  if (folder.by === "polling") lines.push(say("watchedPolling"));
  const box = element("section", { className: "sanad-panel sanad-warning" },
    element("h2", {}, `${say("watched")}: `, element("bdi", { text: folder.name })),
    ...lines.map((text) => element("p", { text })));
  if (!folder.missing || !writable) return box;
  const button = (name, className, onclick) => element("button", {
    type: "button", className, text: say(name, { n: count(folder.missing) }), onclick });
  box.append(element("div", { className: "sanad-buttons" },
    button("removeMissing", "sanad-plain", () => ask(folder, reload)),
    button("keepMissing", "sanad-plain", () => decide(folder, "keep", reload))));
  return box;
}

function standing(folder) {
  const facts = [`${say("since")} ${moment(folder.since)}`, `${say("synced")} ${folder.synced ? moment(folder.synced) : "–"}`];
  if (folder.withheld) facts.push(say("withheld", { n: count(folder.withheld) }));
  const line = element("li", {}, `${say("watched")}: `, element("bdi", { text: folder.name }), element("span", { text: facts.join(" · ") }));
  if (!folder.skipped) return line;
  const reasons = element("ul");
  const more = element("details", {}, element("summary", { text: `${say("skipped")}: ${count(folder.skipped)}` }), reasons);
  more.addEventListener("toggle", async () => {
    const details = more.open && (await detailsOf(folder));
    if (details) reasons.replaceChildren(...details.skipped.map(({ reason }) => element("li", {}, element("bdi", { text: reason }))));
  });
  line.append(more);
  return line;
}

async function detailsOf({ name }) {
  try {
    const { watched } = await api.watched();
    return watched.find((folder) => folder.name === name)?.details;
  } catch (error) {
    toast(plain(error.message));
    return null;
  }
}

async function ask(folder, reload) {
  const details = await detailsOf(folder);
  const titles = (details?.missing ?? []).slice(0, TITLES).map(({ id, title }) => element("li", {}, element("bdi", { text: title || id })));
  if (titles.length < folder.missing) titles.push(element("li", { text: say("of", { shown: count(titles.length), total: count(folder.missing) }) }));
  find("sanad-missing-titles").replaceChildren(...titles);
  const dialog = find("sanad-missing");
  dialog.returnValue = "cancel";
  dialog.onclose = () => dialog.returnValue === "remove" && decide(folder, "remove", reload);
  dialog.showModal();
}

async function decide(folder, what, reload) {
  try {
    const { removed, kept } = await api.decide({ folder: folder.name, articles: folder.missing, do: what });
    toast(`${say(what === "keep" ? "kept" : "removed")}: ${count(removed.length + kept.length)}`);
  } catch (error) {
    toast(plain(error.message));
  }
  await reload();
}
