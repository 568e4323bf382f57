/*
 * A scan into a number field of the item tracking lines fills that row and goes on to the next one, which is made when there is none.
 *
 * Scans are answered one after the other, in their order: the server reads the label, and where the next number goes depends on the
 * row that was filled before. A scan anywhere else on the page goes where scans go on every page.
 */

import { capture } from "./capture.js";
import { play } from "./sound.js";

const KINDS = { serial_no: "Serial", lot_no: "Lot", package_no: "Package" };
const NUMBER = /^lines\.\d+\.(serial_no|lot_no|package_no)$/;
const READING_MS = 5000;
const form = document.querySelector("[data-number-scans]");
const place = form?.querySelector("[data-number-scan-answer]");
let before = Promise.resolve();
let waiting = 0;
let saidAt = -Infinity;
// Where the scan before this one led to, should the focus be elsewhere by now.
let next = null;

if (form) capture.onScan(take);

function take(scan) {
  const at = document.activeElement;
  if (waiting === 0) next = isNumberField(at) ? at : null;
  if (!next) return capture.search(scan);
  // While an answer is on its way the row that comes next is not known yet: this scan follows the one before it.
  waiting += 1;
  before = before.then(() => fill(scan.text)).finally(() => (waiting -= 1));
}

async function fill(text) {
  const field = isNumberField(document.activeElement) ? document.activeElement : next;
  const name = NUMBER.exec(field.name)[1];
  const found = await ask(text, KINDS[name]);
  if (!found) return;
  const twice = rowWith(found);
  if (twice) return say(form.dataset.textTwice.replace("{number}", found.serial_no || found.lot_no).replace("{row}", number(twice)));
  const row = freeRow(field.closest("tr"), found);
  for (const [key, value] of Object.entries(found)) write(row, key, value);
  forget();
  play("accepted");
  next = cell(rowAfter(row), name);
  next.focus();
}

function isNumberField(field) {
  return form.contains(field) && NUMBER.test(field.name ?? "");
}

async function ask(text, kind) {
  try {
    const response = await fetch(`${form.dataset.numberScans}&${new URLSearchParams({ text, kind })}`);
    const answer = await response.json();
    if (response.ok) return answer;
    say(answer.detail || answer.title);
  } catch {
    say(form.dataset.textLost.replace("{number}", text));
  }
  return null;
}

/** TL-05: a serial, or a lot and package, stands in one row only. */
function rowWith(found) {
  const names = found.serial_no ? ["serial_no"] : ["lot_no", "package_no"];
  const same = (row) => names.every((name) => (cell(row, name)?.value ?? "") === (found[name] ?? ""));
  return rows().find((row) => same(row) && !(found.serial_no === "" && cell(row, "serial_no")?.value));
}

/** The row of the field, or the first one below it that says nothing yet of what the label says. */
function freeRow(row, found) {
  const taken = (one) => Object.keys(KINDS).some((name) => found[name] && cell(one, name)?.value);
  while (taken(row)) row = rowAfter(row);
  return row;
}

function rowAfter(row) {
  return row.nextElementSibling ?? addRow(row);
}

function addRow(last) {
  const row = last.cloneNode(true);
  const count = rows().length;
  row.querySelector("th").textContent = String(count + 1);
  for (const error of row.querySelectorAll(".error")) error.remove();
  for (const field of row.querySelectorAll("[name]")) {
    field.name = field.name.replace(/^lines\.\d+/, `lines.${count}`);
    field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/\d+(?=\D*$)/, String(count + 1)));
    field.removeAttribute("aria-invalid");
    field.removeAttribute("title");
    field.removeAttribute("value");
    field.value = "";
  }
  last.after(row);
  return row;
}

function write(row, name, value) {
  const field = cell(row, name);
  if (!field || value === null || value === "") return;
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** What was not taken stays to be read, although the next scans of the burst are good. */
function say(text) {
  const line = document.createElement("p");
  line.textContent = text;
  forget();
  place.lastElementChild.append(line);
  place.hidden = false;
  saidAt = performance.now();
  play("refused");
}

function forget() {
  if (performance.now() - saidAt < READING_MS) return;
  place.lastElementChild.replaceChildren();
  place.hidden = true;
}

function rows() {
  return [...form.querySelectorAll("tbody tr")];
}

function cell(row, name) {
  return row.querySelector(`[name$=".${name}"]`);
}

function number(row) {
  return row.querySelector("th").textContent.trim();
}
