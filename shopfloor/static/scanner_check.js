/*
 * The station check: records the keys of each scan as the browser gets them and lets the server take them apart.
 * Listens on the window, before the collector, which would swallow them. Slow scanners are the point, so a scan ends after a
 * longer silence than elsewhere; what a person types into a field is left alone.
 */

const SILENCE_MS = 700;
const LEAST_KEYS = 8;
// The server's limits, so that a stuck key is cut here.
const MOST_KEYS = 600;
const MOST_SCANS = 12;

const scans = JSON.parse(document.querySelector("[data-scanner-check]").dataset.scans || "[]");
let presses = [];
let timer = 0;

window.addEventListener("keydown", pressed, true);

function pressed(event) {
  if (event.isComposing || event.target.matches?.("input, textarea, select") || event.metaKey) return;
  // Tab and Enter of a person who moves through the page.
  if (presses.length === 0 && ["Tab", "Enter", "NumpadEnter", "Space", "Escape"].includes(event.code)) return;
  const { code, key, shiftKey: shift, ctrlKey: ctrl, altKey: alt, timeStamp } = event;
  if (presses.length < MOST_KEYS && !event.repeat) presses.push({ code, key, shift, ctrl, alt, at: Math.round(timeStamp) });
  if (presses.length > 1) event.preventDefault();
  event.stopImmediatePropagation();
  clearTimeout(timer);
  timer = setTimeout(ended, SILENCE_MS);
}

function ended() {
  const scan = presses;
  presses = [];
  if (scan.length < LEAST_KEYS) return;
  scans.push(scan);
  scans.splice(0, scans.length - MOST_SCANS);
  void examine();
}

async function examine() {
  const region = document.querySelector("[data-scanner-check]");
  const response = await fetch(region.dataset.action, {
    method: "POST", body: new URLSearchParams({ scans: JSON.stringify(scans) }), headers: { "HX-Request": "true" },
  });
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("main");
  if (!fresh) return;
  document.getElementById("main").replaceWith(document.adoptNode(fresh));
  window.htmx?.process(fresh);
}
