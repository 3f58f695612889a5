// What a word of a passage answers to, and what each word of a passage in another language may mean: under the
// pointer, on a tap, by the arrow keys. The server is asked when it is first wanted. Words are put into elements that
// add no text, so that what is copied is the passage.
import { element, find } from "./dom.js";
import { hide, isShown, show } from "./bubble.js";
import { say } from "./words.js";

const INTO = /\bsanad-into-([a-z]+)\b/;
const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
const known = new WeakMap(); // element of a word -> what the server tells of it
const words = new WeakMap(); // passage -> the promise of its elements
let pointer = null; // the last event of the pointer in a passage

export function startGloss() {
  document.addEventListener("pointerover", hint);
  document.addEventListener("click", hint);
  addEventListener("scroll", leave, true);
  addEventListener("sanad:said", () => glossable(document));
  addEventListener("sanad:language", () => glossable(document));
  document.body.append(element("div", { id: "sanad-aloud", role: "status" }));
  glossable(document);
}

// A word that the keyboard is on keeps its box, whatever moves under the pointer.
function leave() {
  if (!document.activeElement?.matches(".sanad-glossed")) hide();
}

// Over or on a marked word: the word of the question that it answers to.
function hint(event) {
  if (event.target.closest?.(".sanad-glossed")) return;
  const word = event.target.closest?.(".sanad-word");
  if (word) show(word, answersTo(word)); else leave();
}

function answersTo(word) {
  if (word.title) { word.dataset.asked = word.title; word.removeAttribute("title"); }
  return element("div", {}, element("bdi", { text: word.dataset.asked }), " = ", element("bdi", { text: word.textContent }));
}

// Let the passages below an element be glossed; those that can be already stay as they are.
export function glossable(root) {
  for (const passage of root.querySelectorAll("[class*='sanad-into-']")) {
    passage.setAttribute("aria-label", say("wordByWord"));
    if (passage.tabIndex === 0) continue;
    passage.tabIndex = 0;
    passage.setAttribute("role", "group");
    passage.addEventListener("pointermove", (event) => { pointer = event; });
    passage.addEventListener("pointerover", (event) => { if (event.pointerType !== "touch") point(passage, event); });
    passage.addEventListener("pointerleave", () => { pointer = null; });
    passage.addEventListener("click", (event) => { if (getSelection().isCollapsed) point(passage, event); });
    passage.addEventListener("keydown", (event) => step(passage, event));
    passage.addEventListener("focusout", hide);
  }
}

async function point(passage, event) {
  pointer = event;
  await glossed(passage);
  const word = pointer && document.elementFromPoint(pointer.clientX, pointer.clientY)?.closest(".sanad-glossed");
  if (word) tell(word);
}

async function step(passage, event) {
  if (event.key === "Escape" && isShown()) {
    event.stopPropagation(); // or it would close the article too
    hide();
  }
  const wanted = STEPS[event.key];
  if (!wanted || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const own = await glossed(passage);
  if (!own.length) return;
  const forward = getComputedStyle(passage).direction === "rtl" && Number.isFinite(wanted) ? -wanted : wanted;
  const word = own[Math.max(0, Math.min(own.indexOf(document.activeElement) + forward, own.length - 1))];
  word.tabIndex = -1;
  word.focus();
  tell(word);
  find("sanad-aloud").textContent = find("sanad-bubble").innerText;
}

function tell(word) {
  const { parts } = known.get(word);
  const { lang, dir } = word.closest("[lang]");
  const answering = word.closest(".sanad-word");
  const [, language] = INTO.exec(word.closest("[class*='sanad-into-']").className);
  const lines = parts.map(({ word: part, meanings, name, stem }) => element("div", { language },
    element("bdi", { className: "sanad-part", text: part, lang, dir }), `: ${[meanings.join(", "), name].filter(Boolean).join(" · ") || "—"}`,
    ...(stem === part ? [] : [element("span", { className: "sanad-stem" }, ` (${say("stem")} `, element("bdi", { text: stem, lang, dir }), ")")])));
  show(word, ...(answering ? [answersTo(answering)] : []), ...lines);
}

// The elements of a passage's words, in order; none if the server cannot tell.
function glossed(passage) {
  if (!words.has(passage)) words.set(passage, asked(passage).then((told) => wrapped(passage, told)));
  return words.get(passage);
}

async function asked(passage) {
  const place = passage.dataset.place ?? passage.closest(".sanad-card").querySelector(".sanad-read").getAttribute("href");
  const [path] = place.replace("/article/", "/page/gloss/").split("#");
  try {
    const response = await fetch(`${path}&into=${INTO.exec(passage.className)[1]}`);
    return response.ok ? (await response.json()).words : [];
  } catch {
    words.delete(passage); // the server may be back at the next try
    return [];
  }
}

function wrapped(passage, told) {
  const text = passage.textContent;
  const found = [];
  let end = 0;
  for (const one of told) {
    const start = text.indexOf(one.word, end);
    if (start < 0) continue; // shown otherwise than it is written
    end = start + one.word.length;
    found.push({ start, end, one });
  }
  const made = [];
  let before = 0;
  const walker = document.createTreeWalker(passage, NodeFilter.SHOW_TEXT);
  for (const node of [...nodes(walker)]) {
    const [from, to] = [before, before + node.length];
    before = to;
    const inside = found.filter(({ start, end }) => start < to && end > from);
    if (inside.length) node.replaceWith(...pieces(node.data, inside, from, made));
  }
  return made;
}

function* nodes(walker) {
  while (walker.nextNode()) yield walker.currentNode;
}

// The text of a node in pieces: strings, and an element for each word, which is noted in `made`.
function pieces(text, inside, from, made) {
  const found = [];
  let done = 0;
  for (const { start, end, one } of inside) {
    const [first, last] = [Math.max(start - from, 0), Math.min(end - from, text.length)];
    const word = document.createElement("span");
    word.className = "sanad-glossed";
    word.textContent = text.slice(first, last);
    known.set(word, one);
    made.push(word);
    found.push(text.slice(done, first), word);
    done = last;
  }
  return [...found, text.slice(done)];
}
