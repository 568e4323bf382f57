/*
 * Labels are scanned back as fast as they come out of the printer: scans wait in line and are answered one after the other.
 *
 * Each scan is sent with a key of its own. When no answer comes it is sent once more with the same key, so that it counts once.
 */

import { capture } from "./capture.js";
import { play } from "./sound.js";

const TRIES = 2;
let before = Promise.resolve();

capture.onScan((scan) => take(scan.text));
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-label-scans]")) return;
  event.preventDefault();
  const field = event.target.elements.namedItem("text");
  if (field.value) take(field.value);
  field.value = "";
});

function take(text) {
  before = before.then(() => check(text));
}

async function check(text) {
  const form = document.querySelector("[data-label-scans]");
  const body = new URLSearchParams({ text, command_key: key() });
  for (let tried = 0; tried < TRIES; tried += 1) {
    try {
      const response = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
      if (response.status < 500) return show(await response.text());
    } catch {
      // Sent again below: the answer may have been lost on its way, and the key makes it count once.
    }
  }
  play("refused");
  document.querySelector(".proving").textContent = `${form.dataset.textLost} (${text})`;
}

function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("main");
  if (!fresh) return location.reload();
  document.getElementById("main").replaceWith(fresh);
  play(fresh.querySelector("[data-sound]").dataset.sound || "information");
  fresh.querySelector("[data-takes-scan]").focus();
}

function key() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
