/*
 * The header of the item tracking lines follows what is typed (TL-01): sum of the rows, and what has no number yet.
 *
 * What is typed and not saved is pending, and that much less of the number is available (AV-01, AV-04): in the item tracking summary,
 * and beside the saved numbers of the line, where it is the difference to what was saved.
 *
 * Quantities are whole hundred-thousandths in BigInt, as on the server: no fraction is ever rounded.
 */

const PLACES = 5;
const WRITTEN = /^([+-]?)(\d{1,13})(?:\.(\d{1,5}))?$/;

document.addEventListener("input", ({ target }) => {
  if (target.closest("[data-matrix-form]")) show();
  if (target.closest("[data-pending-form]")) showPending(target.closest("tr"));
});
if (document.querySelector("[data-matrix-form]")) show();

function show() {
  const rows = [...document.querySelectorAll("[data-matrix-form] tbody tr")].map(read);
  // Numbers on other pages of the line count as they are saved.
  const rest = document.querySelector("[data-matrix-form]").dataset;
  const sum = rows.reduce((total, row) => total + row.quantity, parse(rest.rest));
  const toHandle = rows.reduce((total, row) => total + row.toHandle, parse(rest.restToHandle));
  for (const saved of document.querySelectorAll("tr[data-saved]")) showTyped(saved, rows);
  write("sum", sum);
  write("sum-to-handle", toHandle);
  write("undefined", parse(cell("source").dataset.value) - sum);
  write("undefined-to-handle", parse(cell("source-to-handle").dataset.value) - toHandle);
}

function showPending(row) {
  sayPending(row, parse(row.querySelector('[name$=".quantity"]').value.trim()));
}

/** A number that is typed nowhere is taken off the line. */
function showTyped(saved, rows) {
  const { saved: quantity, serial, lot, package: packageNo } = saved.dataset;
  const same = rows.filter((row) => row.number.join("\n") === [serial, lot, packageNo].join("\n"));
  sayPending(saved, same.reduce((total, row) => total + row.quantity, 0n) - parse(quantity));
}

function sayPending(row, pending) {
  const available = row.querySelector("[data-available]");
  say(row.querySelector("[data-pending]"), pending);
  say(available, parse(available.dataset.available) - pending);
}

/** A serial without a quantity is one; a blank to handle is all of it. */
function read(row) {
  const value = (name) => row.querySelector(`[name$=".${name}"]`)?.value.trim() ?? "";
  const quantity = value("quantity") === "" && value("serial_no") !== "" ? parse("1") : parse(value("quantity"));
  const number = ["serial_no", "lot_no", "package_no"].map(value);
  return { number, quantity, toHandle: value("to_handle") === "" ? quantity : parse(value("to_handle")) };
}

function parse(text) {
  const [, sign, whole, fraction = ""] = WRITTEN.exec(text) ?? ["", "", "0"];
  const value = BigInt(whole + fraction.padEnd(PLACES, "0"));
  return sign === "-" ? -value : value;
}

function write(name, value) {
  say(cell(name), value);
}

function say(at, value) {
  const digits = String(value < 0n ? -value : value).padStart(PLACES + 1, "0");
  const fraction = digits.slice(-PLACES).replace(/0+$/, "");
  at.textContent = `${value < 0n ? "−" : ""}${BigInt(digits.slice(0, -PLACES)).toLocaleString(document.documentElement.lang)}${fraction && `.${fraction}`}`;
  at.toggleAttribute("data-short", value < 0n);
}

function cell(name) {
  return document.querySelector(`[data-matrix="${name}"]`);
}
