// Before anything is drawn: the interface's language and theme, as chosen or as the browser has them.
"use strict";
(() => {
  const root = document.documentElement;
  const chosen = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const preferred = navigator.languages.map((tag) => tag.split("-")[0]).find((code) => code === "ar" || code === "en");
  root.dataset.speaks = chosen("sanad-language") || preferred || "en";
  // Gradio gives the page its own language, which is the browser's.
  const speak = () => {
    const { speaks } = root.dataset;
    if (root.lang !== speaks) root.lang = speaks;
    root.dir = speaks === "ar" ? "rtl" : "ltr";
  };
  speak();
  new MutationObserver(speak).observe(root, { attributes: true, attributeFilter: ["lang", "data-speaks"] });
  root.dataset.js = "yes";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = () => {
    const wanted = chosen("sanad-theme") || (dark.matches ? "dark" : "light");
    if (root.dataset.theme !== wanted) root.dataset.theme = wanted;
    const body = document.body;
    if (body && body.classList.contains("dark") !== (wanted === "dark")) body.classList.toggle("dark", wanted === "dark");
  };
  theme();
  dark.addEventListener("change", theme);
  addEventListener("sanad:theme", theme);
  // Gradio follows the browser; here it follows what was chosen.
  addEventListener("DOMContentLoaded", () => {
    theme();
    new MutationObserver(theme).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  });
})();
