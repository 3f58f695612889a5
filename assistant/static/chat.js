// The library beside the chat: what the collection holds, and the form that adds to it.
// All text from articles goes in through textContent: nothing of it can become markup.
"use strict";
(() => {
  const SHOWN = 30;
  const REFRESH_MS = 10000;
  // Controls that reorder text around them are not shown.
  const HIDDEN = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
  const RTL = new Set("ar arc ckb dv fa he ku ps sd syr ug ur yi".split(" "));
  const REPORT = { added: "Added", updated: "Updated", unchanged: "Already there", skipped: "Not taken" };
  const find = (id) => document.getElementById(id);
  const plain = (text) => String(text ?? "").replace(HIDDEN, "").trim();

  function element(tag, className, text, language) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.textContent = plain(text);
    if (language) {
      made.lang = language;
      made.dir = RTL.has(language) ? "rtl" : "ltr";
    }
    return made;
  }

  async function call(path, options) {
    const response = await fetch(path, { cache: "no-store", ...options });
    const body = response.status === 204 ? {} : await response.json();
    if (!response.ok) throw new Error(body.detail || body.title || `status ${response.status}`);
    return body;
  }

  function entry(article) {
    const item = document.createElement("li");
    item.append(element("div", "sanad-list-name", article.title || article.id, article.language));
    const facts = [article.source, article.published && article.published.slice(0, 10), article.language];
    const line = element("div", "sanad-list-facts", "");
    for (const fact of facts.filter(Boolean)) line.append(element("bdi", "", fact));
    item.append(line);
    return item;
  }

  let shown = null; // the collection's sequence number that the list shows

  async function refresh() {
    try {
      const { sequence } = await call("/api/health");
      if (sequence === shown) return;
      const { articles, total } = await call(`/api/articles?order=newest&limit=${SHOWN}`);
      find("sanad-count").textContent = total.toLocaleString("en");
      find("sanad-articles").replaceChildren(...articles.map(entry));
      if (total > SHOWN) {
        const rest = `and ${(total - SHOWN).toLocaleString("en")} more`;
        find("sanad-articles").append(element("li", "sanad-list-facts", rest));
      }
      shown = sequence;
    } catch { /* the server is restarting: the next round tells */ }
  }

  async function add(event) {
    event.preventDefault();
    const form = event.target;
    const given = Object.fromEntries(new FormData(form));
    const headers = { "Content-Type": "application/json" };
    if (given.token) headers.Authorization = `Bearer ${given.token}`;
    delete given.token;
    const article = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, name === "text" ? value : value.trim()])
        .filter(([, value]) => value));
    const report = find("sanad-report");
    const button = form.querySelector("button");
    button.disabled = true;
    report.className = "";
    report.textContent = "Adding…";
    try {
      const done = await call("/api/articles", { method: "POST", headers, body: JSON.stringify(article) });
      const [state, [item]] = Object.entries(done).find(([, items]) => items.length);
      report.replaceChildren(
        document.createTextNode(`${REPORT[state]}: `), element("bdi", "", item.title || item.name));
      const token = form.elements.token.value;
      form.reset();
      form.elements.token.value = token;
      await refresh();
    } catch (error) {
      report.className = "sanad-bad";
      report.textContent = plain(error.message);
    } finally {
      button.disabled = false;
    }
  }

  async function fill(place) {
    place.dataset.filled = "yes";
    place.innerHTML = await (await fetch("/ui/library.html")).text(); // our own file
    find("sanad-form").addEventListener("submit", add);
    const { writes } = await call("/api/health");
    find("sanad-add").hidden = writes === "closed";
    find("sanad-token").hidden = writes !== "token";
    await refresh();
    setInterval(() => document.hidden || refresh(), REFRESH_MS);
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

  // Gradio builds the page after the document is ready, and may build it again.
  new MutationObserver(() => {
    const place = find("sanad-library");
    if (place && !place.dataset.filled) fill(place);
    showNewest();
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
