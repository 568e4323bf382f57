/*
 * The scan field never opens the screen keyboard by itself: it is always focused, and a keyboard would cover the page.
 * A touch on [data-keyboard] opens it for one number and closes it again.
 */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-keyboard]");
  if (!button) return;
  const input = document.getElementById(button.dataset.keyboard);
  const open = input.inputMode === "none";
  input.inputMode = open ? "text" : "none";
  button.setAttribute("aria-pressed", String(open));
  input.blur();
  input.focus();
});
