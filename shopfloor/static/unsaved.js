/*
 * A scan that belongs into no field of the page is looked up (UI-1), and that leaves the page. Where somebody has typed what is nowhere else
 * yet, the page stays instead, says so, and the look-up is one tap away.
 */

import { searchAddress } from "./fields.js";
import { play } from "./sound.js";

const touched = new WeakSet();
for (const kind of ["input", "change"]) document.addEventListener(kind, ({ target }) => touched.add(target), true);

/** Looks the code up, or keeps the page and offers that. */
export function lookUp(text) {
  const kept = document.querySelector("template[data-scan-kept]");
  const place = document.getElementById("main");
  if (!kept || !place || !unsaved()) return location.assign(searchAddress(text));
  const block = kept.content.firstElementChild.cloneNode(true);
  for (const code of block.querySelectorAll("[data-code]")) code.textContent = text;
  block.querySelector("a").href = searchAddress(text);
  place.querySelector(":scope > [data-scan-kept]")?.remove();
  place.prepend(block);
  block.scrollIntoView({ block: "nearest" });
  play("attention");
}

/** Whether a form that writes holds more than the page brought, or came back with what was typed: refused, asked about, or filled further. */
function unsaved() {
  const forms = [...document.forms].filter((form) => form.method === "post");
  return forms.some((form) => "unsaved" in form.dataset || [...form.elements].some(edited));
}

/** By somebody: what scripts choose by themselves, and the first keys of a scan, which are taken out again, are no edit. */
function edited(field) {
  if (!touched.has(field)) return false;
  if (["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
  if (!field.matches("select")) return field.value !== field.defaultValue;
  return field.selectedIndex !== Math.max([...field.options].findIndex((option) => option.defaultSelected), 0);
}
