/*
 * A picture of a code beside the scan field: taking it sends it, and a code that was read goes into the station's queue.
 *
 * Without this script the button beside the file field sends the picture, and a code's button sends the scan by itself.
 */
import { capture } from "./capture.js";

// What the server takes (A35). Many cameras give more than it needs: such a picture is made smaller here, on its way.
const MOST_BYTES = 8 * 1024 * 1024;
const MOST_DOTS = 12 * 1024 * 1024;
const JPEG_QUALITY = 0.85;

let chosen = null;

document.addEventListener("change", async ({ target }) => {
  if (!target.matches("[data-picture]") || target.files.length === 0) return;
  // What cannot be made smaller is sent as it is: the server says what is wrong with it.
  await makeSmaller(target).catch(console.warn);
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

async function makeSmaller(input) {
  const [file] = input.files;
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, Math.sqrt(MOST_DOTS / (bitmap.width * bitmap.height)));
  if (scale === 1 && file.size <= MOST_BYTES) return bitmap.close();
  const [width, height] = [Math.floor(bitmap.width * scale), Math.floor(bitmap.height * scale)];
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
  const smaller = new DataTransfer();
  smaller.items.add(new File([blob], "photo.jpg", { type: "image/jpeg" }));
  input.files = smaller.files;
}

// Before the station's own listener: a picture is no entry of the queue, and is sent as a form sends a file.
document.addEventListener("submit", (event) => {
  if (event.submitter?.name === "picture_mode") return event.stopPropagation();
  if (!event.target.matches("[data-reading]")) return;
  event.preventDefault();
  const { text, source, reading } = Object.fromEntries(new FormData(event.target));
  capture.deliver(text, source, { reading });
}, true);
