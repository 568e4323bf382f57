/*
 * Ticked lines of a table (screens: Associations): one box ticks all, and the buttons that act on the selection say how many
 * there are. Without script the buttons work just the same and say no number.
 *
 * table[data-selection=FORM] holds the boxes; buttons of that form with data-count-text="Pick {count}" say it in their span.
 */

document.addEventListener("change", ({ target }) => {
  const table = target.closest("table[data-selection]");
  if (!table) return;
  if (target.matches("[data-select-all]")) for (const box of boxes(table)) box.checked = target.checked;
  show(table);
});
document.addEventListener("htmx:load", prepare);
prepare();

function prepare() {
  for (const table of document.querySelectorAll("table[data-selection]")) show(table);
}

function show(table) {
  const all = boxes(table);
  const count = all.filter((box) => box.checked).length;
  const every = table.querySelector("[data-select-all]");
  if (every) Object.assign(every, { checked: count > 0 && count === all.length, indeterminate: count > 0 && count < all.length });
  for (const box of all) box.closest("tr").setAttribute("aria-selected", String(box.checked));
  for (const button of document.querySelectorAll(`button[form="${table.dataset.selection}"][data-count-text]`)) {
    const label = button.querySelector("span");
    button.dataset.plain ??= label.textContent;
    label.textContent = count ? button.dataset.countText.replace("{count}", String(count)) : button.dataset.plain;
    button.disabled = count === 0;
  }
}

function boxes(table) {
  return [...table.querySelectorAll("tbody input[type=checkbox][name^='selected.']")];
}
