// A small box beside a word. Screen readers do not see it: who opens it tells them in another way.
import { element, find } from "./dom.js";

function bubble() {
  if (!find("sanad-bubble")) document.body.append(element("div", { id: "sanad-bubble", dir: "ltr", "aria-hidden": "true", hidden: true }));
  return find("sanad-bubble");
}

export const isShown = () => !bubble().hidden;
export const hide = () => { bubble().hidden = true; };

// Above the word, or below it where there is no room above.
export function show(word, ...content) {
  const box = bubble();
  box.replaceChildren(...content);
  box.hidden = false;
  const at = word.getClientRects()[0];
  const own = box.getBoundingClientRect();
  box.style.left = `${Math.max(8, Math.min(at.x + at.width / 2 - own.width / 2, innerWidth - own.width - 8))}px`;
  box.style.top = `${at.top > own.height + 12 ? at.top - own.height - 6 : at.bottom + 6}px`;
}
