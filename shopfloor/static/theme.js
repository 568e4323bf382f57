/*
 * The station remembers its theme. Loaded in the head without defer: the attribute must stand before the first paint,
 * or a dark hall gets a white flash on every page.
 */
(function () {
  "use strict";
  const key = "shopfloor.theme";
  const themes = ["system", "light", "dark", "contrast"];
  const root = document.documentElement;

  function stored() {
    try {
      const theme = localStorage.getItem(key);
      return themes.includes(theme) ? theme : "system";
    } catch {
      return "system"; // Storage can be switched off; the page still works in the system's theme.
    }
  }

  function apply(theme) {
    const wanted = theme === "system" && matchMedia("(prefers-contrast: more)").matches ? "contrast" : theme;
    if (wanted === "system") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", wanted);
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
    }
  }

  function choose(theme) {
    try {
      localStorage.setItem(key, theme);
    } catch {
      // Not remembered, but shown.
    }
    apply(theme);
  }

  // Only the browser knows for sure whether it gives the camera here; the hint that it does not is hidden by this mark.
  root.toggleAttribute("data-secure", isSecureContext);
  apply(stored());
  matchMedia("(prefers-contrast: more)").addEventListener("change", () => apply(stored()));
  addEventListener("storage", (event) => { if (event.key === key) apply(stored()); });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-theme-choice]");
    if (button) choose(button.dataset.themeChoice);
  });
  // The choice is shown only where it works: without script the system's theme rules.
  document.addEventListener("DOMContentLoaded", () => {
    for (const group of document.querySelectorAll("[data-themes]")) group.hidden = false;
    apply(stored());
  });
})();
