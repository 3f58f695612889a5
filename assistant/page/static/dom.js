// Small helpers. All text from articles goes in through textContent: nothing of it can become markup.
const HIDDEN = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u0000-\u0008\u000e-\u001f\u007f-\u009f]/g;
const RTL = new Set("ar arc ckb dv fa he ku ps sd syr ug ur yi".split(" "));

export const find = (id) => document.getElementById(id);
export const plain = (text) => String(text ?? "").replace(HIDDEN, "").trim();

// An element with text; with a language it gets that language's direction.
export function element(tag, { className, text, language, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = plain(text);
  if (language) {
    made.lang = language;
    made.dir = RTL.has(language) ? "rtl" : "ltr";
  }
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export function store(area, name, value) {
  try {
    if (value === undefined) return area.getItem(name);
    if (value) area.setItem(name, value); else area.removeItem(name);
  } catch { /* storage is switched off: kept until the page is closed */ }
  return null;
}

// Gradio's fields are Svelte's: it is told as by typing.
export function type(field, value) {
  const prototype = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype;
  Object.getOwnPropertyDescriptor(prototype, "value").set.call(field, value);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function submit(field, value) {
  type(field, value);
  field.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true, cancelable: true }));
}

// A short message at the edge of the page; what can be done about it stays until it is done or put away (`done` names that).
export function toast(text, action, run, done) {
  const place = find("sanad-toasts");
  const shown = element("div", { className: "sanad-toast" }, element("span", { text }));
  const close = () => shown.remove();
  if (action) {
    shown.append(
      element("button", { type: "button", text: action, onclick: () => { close(); run(); } }),
      element("button", { type: "button", text: "✕", "aria-label": done, onclick: close }));
  } else setTimeout(close, 6000);
  place.append(shown);
}
