/*
 * A scan that belongs into no field of the page is looked up (UI-1), and that leaves the page. Where somebody has typed what is nowhere else
 * yet, the page stays instead, says so, and the look-up is one tap away.
 */

import { searchAddress } from "./fields.js";
import { play } from "./sound.js";

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

/** Whether a form that writes holds more than the page brought, or what was just refused. */
function unsaved() {
  const forms = [...document.forms].filter((form) => form.method === "post");
  const refused = document.querySelector("#main .message[data-result=refused]:not([hidden])");
  return forms.some((form) => [...form.elements].some((field) => edited(field) || (refused && isEntry(field) && field.value !== "")));
}

function isEntry(field) {
  return field.matches("input:not([type=hidden]), textarea, select");
}

function edited(field) {
  if (!isEntry(field)) return false;
  if (["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
  if (!field.matches("select")) return field.value !== field.defaultValue;
  const begun = [...field.options].findIndex((option) => option.defaultSelected);
  return field.selectedIndex !== Math.max(begun, 0);
}
