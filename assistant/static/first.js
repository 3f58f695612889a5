// Before anything is drawn: the interface's language and theme, as chosen or as the browser has them.
"use strict";
(() => {
  const root = document.documentElement;
  const chosen = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const preferred = navigator.languages.map((tag) => tag.split("-")[0]).find((code) => code === "ar" || code === "en");
  root.lang = chosen("sanad-language") || preferred || "en";
  root.dir = root.lang === "ar" ? "rtl" : "ltr";
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
