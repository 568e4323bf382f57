/*
 * Item tracing: opens and closes lines of the tree, goes to a line that was traced already (TR-44, C12), finds the row of a box
 * of the drawing and the box of a row, sizes the drawing, and keeps the questions of this tab (TR-54). Without it, the tree is
 * open, its links lead to their rows, and the browser's Back is the history.
 */

const HISTORY = "shopfloor.traces";
const LONGEST_HISTORY = 50;
const SVG = "http://www.w3.org/2000/svg";
const SMALLEST_START = 0.7;
const SELECTED = 'tr[aria-selected="true"]';

document.addEventListener("click", clicked);
document.addEventListener("htmx:load", () => prepare());
addEventListener("hashchange", () => show(lineOf(location.hash)));
addEventListener("beforeprint", () => expandAll(true));
prepare();
remember();

function prepare() {
  const tree = document.querySelector("table.tree");
  for (const hidden of document.querySelectorAll("[data-print], [data-zoom-buttons]")) hidden.hidden = false;
  if (!tree || tree.dataset.ready) return;
  tree.dataset.ready = "yes";
  for (const place of tree.querySelectorAll("[data-twist]")) place.replaceWith(twist(place.dataset.twist));
  for (const row of tree.querySelectorAll("tr[aria-expanded]")) mark(row, true);
  document.querySelector("[data-tree-buttons]").hidden = !tree.querySelector("tr[aria-expanded]");
  zoom("start");
  show(lineOf(location.hash));
}

// ---- tree

function twist(name) {
  const button = document.createElement("button");
  const picture = document.createElementNS(SVG, "svg");
  button.type = "button";
  button.className = "twist";
  button.dataset.name = name;
  picture.setAttribute("class", "i");
  picture.setAttribute("aria-hidden", "true");
  picture.append(document.createElementNS(SVG, "use"));
  button.append(picture);
  return button;
}

function mark(row, open) {
  const button = row.querySelector(".twist");
  const words = row.closest("table").dataset;
  row.setAttribute("aria-expanded", String(open));
  if (!button) return;
  button.querySelector("use").setAttribute("href", `/static/icons.svg#${open ? "down" : "right"}`);
  button.setAttribute("aria-label", (open ? words.textCollapse : words.textExpand).replace("{name}", button.dataset.name));
}

const level = (row) => Number(row.getAttribute("aria-level"));
const rows = () => [...document.querySelectorAll("table.tree tbody tr")];

/** One pass over the page: a row is hidden below the first closed line above it. */
function refresh() {
  let closed = Infinity;
  for (const row of rows()) {
    row.hidden = level(row) > closed;
    if (row.hidden) continue;
    closed = row.getAttribute("aria-expanded") === "false" ? level(row) : Infinity;
  }
}

function expandAll(open) {
  for (const row of rows()) if (row.hasAttribute("aria-expanded")) mark(row, open);
  refresh();
}

/** Open everything above a row and everything below it (C12). */
function reveal(row) {
  for (let above = row.previousElementSibling, below = level(row); above && below > 1; above = above.previousElementSibling) {
    if (level(above) >= below) continue;
    below = level(above);
    mark(above, true);
  }
  for (let inner = row; inner && (inner === row || level(inner) > level(row)); inner = inner.nextElementSibling) {
    if (inner.hasAttribute("aria-expanded")) mark(inner, true);
  }
  refresh();
}

function lineOf(hash) {
  return /^#line-\d+$/.test(hash) ? document.getElementById(hash.slice(1)) : null;
}

function show(row) {
  if (row && row.getAttribute("aria-selected") !== "true") choose([row]);
}

/** Select rows, and the boxes that stand for them. */
function choose(chosen) {
  for (const old of document.querySelectorAll(SELECTED)) old.removeAttribute("aria-selected");
  for (const row of chosen) {
    reveal(row);
    row.setAttribute("aria-selected", "true");
  }
  chosen[0].scrollIntoView({ block: "center" });
  const numbers = new Set(chosen.map((row) => row.id.slice("line-".length)));
  for (const box of document.querySelectorAll("[data-lines]")) {
    box.classList.toggle("chosen", box.dataset.lines.split(" ").some((number) => numbers.has(number)));
  }
}

// ---- what is clicked

function clicked(event) {
  const on = (selector) => event.target.closest?.(selector);
  const button = on(".twist");
  if (button) {
    const row = button.closest("tr");
    mark(row, row.getAttribute("aria-expanded") !== "true");
    return refresh();
  }
  const all = on("[data-tree]");
  if (all) return expandAll(all.dataset.tree === "expand");
  if (on("[data-print]")) return window.print();
  const size = on("[data-zoom]");
  if (size) return zoom(size.dataset.zoom);
  const box = on("[data-lines]");
  if (box) {
    const found = box.dataset.lines.split(" ").map((number) => document.getElementById(`line-${number}`)).filter(Boolean);
    if (found.length) choose(found);
    return undefined;
  }
  const again = on("[data-goto]");
  if (again) return show(lineOf(again.getAttribute("href")));
  const row = on("table.tree tbody tr");
  if (row && !on("a, button")) choose([row]);
  return undefined;
}

/** `start`: as wide as its place, but never so small that it cannot be read. */
function zoom(how) {
  const picture = document.querySelector("svg.drawing");
  const { width, height } = picture.viewBox.baseVal;
  const room = picture.parentElement.clientWidth - 40;
  const now = picture.width.baseVal.value / width;
  const fit = Math.min(room / width, 1);
  const scale = { fit, start: Math.max(fit, SMALLEST_START), in: Math.min(now * 1.25, 4), out: Math.max(now * 0.8, 0.1) }[how];
  picture.setAttribute("width", String(Math.round(width * scale)));
  picture.setAttribute("height", String(Math.round(height * scale)));
}

// ---- history of this tab

/** TR-54: a question that is the one before or after the shown one moves; any other cuts off what lay ahead. */
function remember() {
  const bar = document.querySelector("[data-history]");
  if (!bar) return;
  let { asked, position } = stored();
  if (document.querySelector("table.tree")) {
    const address = question();
    const beside = [position, position - 1, position + 1].find((place) => asked[place] === address);
    if (beside !== undefined) position = beside;
    else {
      asked = [...asked.slice(0, position + 1), address].slice(-LONGEST_HISTORY);
      position = asked.length - 1;
    }
    sessionStorage.setItem(HISTORY, JSON.stringify({ asked, position }));
    offer(bar, "previous", asked[position - 1]);
    offer(bar, "next", asked[position + 1]);
  } else {
    offer(bar, "previous", asked[position]);
    offer(bar, "next", asked[position + 1]);
  }
  bar.hidden = asked.length === 0;
}

/** The question alone: neither a page of its lines nor a row. */
function question() {
  const parts = new URLSearchParams(location.search);
  for (const name of ["from", "rows", "groups"]) parts.delete(name);
  for (const [name, value] of [...parts]) if (!value) parts.delete(name);
  return `${location.pathname}?${parts}`;
}

function stored() {
  try {
    const { asked, position } = JSON.parse(sessionStorage.getItem(HISTORY));
    if (Array.isArray(asked) && Number.isInteger(position)) return { asked, position };
  } catch {
    // Nothing kept yet, or not ours.
  }
  return { asked: [], position: -1 };
}

function offer(bar, which, address) {
  const link = bar.querySelector(`[data-history-${which}]`);
  if (address) link.href = address;
  else link.removeAttribute("href");
  link.toggleAttribute("aria-disabled", !address);
  if (!address) link.setAttribute("aria-disabled", "true");
}
