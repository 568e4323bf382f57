/*
 * The keyboard at the desk (UI-1, screens: Associations): Alt+Q goes to the page's search box; in table[data-keys]
 * arrows, Home and End move from cell to cell, Enter edits or opens, Esc cancels and goes back to the cell.
 *
 * A cell edits through its first [data-edit], field, button or link; a cell without one opens the first link of its row.
 * Esc in a field puts its old value back and presses [data-cancel] of the row, if there is one.
 */

const TABLE = "table[data-keys]";
const CELL = "td, th";
const CONTROL = "[data-edit], input:not([type=hidden]), select, textarea, button, a[href]";
const FIELD = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), select, textarea";
const oldValues = new WeakMap();

document.addEventListener("keydown", pressed);
document.addEventListener("focusin", focused);
// After a swap the new rows need one cell that Tab can reach.
for (const swap of ["htmx:load", "shopfloor:swap"]) document.addEventListener(swap, (event) => prepare(event.target));
prepare(document);

function prepare(root) {
  for (const table of [...root.querySelectorAll(TABLE), ...(root.closest?.(TABLE) ? [root.closest(TABLE)] : [])]) {
    for (const cell of table.querySelectorAll(CELL)) if (!cell.hasAttribute("tabindex")) cell.tabIndex = -1;
    if (!table.querySelector('[tabindex="0"]')) (table.tBodies[0]?.rows[0] ?? table.rows[0])?.cells[0]?.setAttribute("tabindex", "0");
  }
}

function pressed(event) {
  if (event.altKey && event.code === "KeyQ" && !event.ctrlKey) return search(event);
  if (event.altKey || event.metaKey || event.isComposing) return;
  const cell = event.target.closest?.(`:is(${TABLE}) :is(${CELL})`);
  if (!cell) return;
  if (event.target === cell) onCell(event, cell);
  else if (event.key === "Escape") cancel(event, cell);
}

function search(event) {
  const box = document.querySelector("[data-search]");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
}

function onCell(event, cell) {
  if (event.key === "Enter") return edit(event, cell);
  const target = neighbour(event, cell);
  if (!target) return;
  event.preventDefault();
  target.focus();
}

function neighbour({ key, ctrlKey }, cell) {
  const row = cell.parentElement;
  const rows = [...row.closest("table").rows].filter((one) => !one.hidden && one.cells.length);
  const column = (one, index) => one?.cells[Math.min(index, one.cells.length - 1)];
  const beside = (step) => rows[rows.indexOf(row) + step];
  const moves = {
    ArrowLeft: () => row.cells[cell.cellIndex - 1],
    ArrowRight: () => row.cells[cell.cellIndex + 1],
    ArrowUp: () => column(beside(-1), cell.cellIndex),
    ArrowDown: () => column(beside(1), cell.cellIndex),
    Home: () => (ctrlKey ? column(rows[0], 0) : row.cells[0]),
    End: () => column(ctrlKey ? rows.at(-1) : row, Infinity),
  };
  return Object.hasOwn(moves, key) ? moves[key]() : null;
}

function edit(event, cell) {
  const control = cell.querySelector(CONTROL) ?? cell.parentElement.querySelector("a[href]");
  if (!control) return;
  event.preventDefault();
  if (!control.matches(FIELD)) return control.click();
  control.focus();
  control.select?.();
}

function cancel(event, cell) {
  const { target } = event;
  event.preventDefault();
  if (oldValues.has(target)) target.value = oldValues.get(target);
  cell.focus();
  cell.parentElement.querySelector("[data-cancel]")?.click();
}

/** One cell of a table is in the Tab order: the one used last. */
function focused({ target }) {
  const cell = target.closest?.(`:is(${TABLE}) :is(${CELL})`);
  if (!cell) return;
  if (target !== cell && target.matches(FIELD)) oldValues.set(target, target.value);
  for (const other of cell.closest("table").querySelectorAll('[tabindex="0"]:is(td, th)')) other.tabIndex = -1;
  cell.tabIndex = 0;
}
