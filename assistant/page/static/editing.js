// Changing what is known of an article, and removing it: asked once, undone while the page is open.
import { element, find, plain, toast } from "./dom.js";
import { languageName, languages, say } from "./words.js";
import * as api from "./api.js";

const FIELDS = ["title", "source", "author", "published", "language", "url"];

export async function edit(id, reload) {
  const [article, held] = await Promise.all([api.read(id), api.facets()]);
  const dialog = find("sanad-edit");
  const form = dialog.querySelector("form");
  fillLanguages(form.elements.language, Object.keys(held.language), article.language);
  const problem = dialog.querySelector(".sanad-bad");
  problem.textContent = "";
  const before = Object.fromEntries(FIELDS.map((name) => [name, article[name] ?? ""]));
  before.published = before.published.slice(0, 10);
  for (const name of FIELDS) form.elements[name].value = before[name];
  form.querySelector("[value=cancel]").onclick = () => dialog.close();
  form.onsubmit = async (event) => {
    event.preventDefault();
    const changes = {};
    for (const name of FIELDS) {
      const value = form.elements[name].value.trim();
      if (value !== before[name]) changes[name] = value || null;
    }
    try {
      if (Object.keys(changes).length) await api.edit(id, changes);
      dialog.close();
      toast(say("saved"));
      await reload();
    } catch (error) {
      problem.textContent = plain(error.message);
    }
  };
  dialog.showModal();
}

// Every language by its name, those of the collection first.
function fillLanguages(select, held, current) {
  const here = [...new Set([...held, current])].filter((code) => code && code !== "und");
  const others = languages().filter((code) => !here.includes(code));
  const group = (name, codes) => element("optgroup", { label: say(name) }, ...codes
    .map((code) => [languageName(code), code]).sort(([a], [b]) => a.localeCompare(b, document.documentElement.lang))
    .map(([text, value]) => element("option", { value, text })));
  select.replaceChildren(element("option", { value: "", text: say("unknown") }), group("here", here), group("others", others));
}

export function remove(id, title, reload) {
  const dialog = find("sanad-confirm");
  find("sanad-confirm-name").textContent = plain(title);
  dialog.returnValue = "cancel";
  dialog.onclose = async () => {
    if (dialog.returnValue !== "remove") return;
    try {
      const article = await api.read(id);
      await api.remove(id);
      await reload();
      toast(`${say("removed")}: ${plain(title)}`, say("undo"), () => putBack(article, reload), say("close"));
    } catch (error) {
      toast(plain(error.message));
    }
  };
  dialog.showModal();
}

async function putBack(article, reload) {
  try {
    await api.add(article);
    await reload();
    toast(`${say("restored")}: ${plain(article.title)}`);
  } catch (error) {
    toast(plain(error.message));
  }
}
