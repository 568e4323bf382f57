/*
 * A picture of a code beside the scan field: taking it sends it, and a code that was read goes into the station's queue.
 *
 * Without this script the button beside the file field sends the picture, and a code's button sends the scan by itself.
 */
import { capture } from "./capture.js";

let chosen = null;

document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-picture]") || target.files.length === 0) return;
  target.form.requestSubmit(chosen ?? target.form.querySelector("[data-picture-send]"));
});

document.addEventListener("click", (event) => {
  if (event.target.matches("[data-picture]")) return;
  const hard = event.target.closest("[data-picture-hard]");
  chosen = hard ?? (event.target.closest("label.picture") ? null : chosen);
  const input = document.querySelector("[data-picture]");
  if (!hard || input.files.length > 0) return;
  event.preventDefault();
  input.click();
});

// Before the station's own listener: a picture is no entry of the queue, and is sent as a form sends a file.
document.addEventListener("submit", (event) => {
  if (event.submitter?.name === "picture_mode") return event.stopPropagation();
  if (!event.target.matches("[data-reading]")) return;
  event.preventDefault();
  const { text, source, reading } = Object.fromEntries(new FormData(event.target));
  capture.deliver(text, source, { reading });
}, true);
