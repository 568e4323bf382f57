/*
 * A scan while the cursor is in a text field of a form belongs into that field: what was typed beside it stays. The search box, and
 * pages that take scans themselves, are no such fields.
 *
 * Text without structure is taken as it is. Of a label, and of any code for an item, the server says which part the field wants: serial
 * number, lot, or item.
 */

const ENTRY = "input:is([type=text], [type=search], :not([type])):not([inputmode=decimal], [inputmode=numeric], [readonly]), textarea";
const STRUCTURED = /^[\](]|[^ -~]|^\d{16}|^(https?|BADGE):/i;
// A plain code may name an item in more ways than its number: EAN digits, a vendor's reference.
const OF_AN_ITEM = /(^|\.)item_no$/;
const LINE_LENGTH = 1000;

/** The field with the cursor, if a scan belongs into it. */
export function entryField() {
  const field = document.activeElement;
  return field?.matches(ENTRY) && field.name && field.form && !field.closest("[role=search]") ? field : null;
}

/** Puts what was scanned into the field. A list of numbers gets one more line. */
export async function fill(field, text) {
  const structured = STRUCTURED.test(text);
  if (!structured) write(field, text);
  if (!structured && !OF_AN_ITEM.test(field.name)) return;
  const value = await part(field, text);
  // What was typed or scanned into the field while the server thought about an item counts.
  if (structured || field.value === text) write(field, value);
}

function write(field, value) {
  const list = field.tagName === "TEXTAREA";
  field.value = list ? `${field.value.replace(/([^\n])$/, "$1\n")}${value.slice(0, LINE_LENGTH)}\n` : value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  if (!list && document.activeElement === field) field.select();
}

async function part(field, text) {
  try {
    const found = await (await fetch(`/scanned?${new URLSearchParams({ text })}`)).json();
    const name = field.name.split(".").at(-1);
    return found[name] || (name === "item_no" ? "" : found.number) || found.text;
  } catch {
    return text;
  }
}

const LONGEST_ADDRESS = 4000;
const LONGEST_PART = 330;

/** Where a code is looked up. A longer address would be refused without a word about the code; of a part, the search says what is wrong. */
export function searchAddress(text) {
  const address = `/find?text=${encodeURIComponent(text)}`;
  return address.length <= LONGEST_ADDRESS ? address : `/find?text=${encodeURIComponent(Array.from(text).slice(0, LONGEST_PART).join(""))}`;
}
