/*
 * The menu and the screen keyboard: a click outside or Esc closes the menu, Alt+Q opens the one that hides the search box
 * (UI-1; keys.js then goes there), and a touch on [data-keyboard] opens the screen keyboard for the scan field.
 * That field is always focused, so it never opens one by itself.
 */

function closeMenus(event) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (event.type === "click" && !menu.contains(event.target)) menu.open = false;
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
}

function openSearch(event) {
  // event.code: on some layouts Alt turns the letter into another character.
  if (!event.altKey || event.ctrlKey || event.code !== "KeyQ") return;
  const menu = document.querySelector("[data-search]")?.closest("details");
  if (menu) menu.open = true;
}

function toggleScreenKeyboard(event) {
  const button = event.target.closest("[data-keyboard]");
  if (!button) return;
  const input = document.getElementById(button.dataset.keyboard);
  const open = input.inputMode === "none";
  input.inputMode = open ? "text" : "none";
  button.setAttribute("aria-pressed", String(open));
  input.blur();
  input.focus();
}

// In the capture phase, before keys.js looks for the box: what a closed menu hides cannot take the focus.
document.addEventListener("keydown", openSearch, true);
document.addEventListener("keydown", closeMenus);
document.addEventListener("click", closeMenus);
document.addEventListener("click", toggleScreenKeyboard);
