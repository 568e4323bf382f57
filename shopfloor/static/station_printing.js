/*
 * Labels on the printers of this station, through the station agent (hardware/).
 *
 * The agent keeps the job on disk before it prints, under a key that is made here: pressing again after a lost answer prints
 * nothing twice. When the printer has everything, the server is told that the labels came out.
 */

import { agentAddress } from "./agent.js";

const LOOK_MS = 500;
const form = document.querySelector("[data-station-printing]");
let key = newKey();

if (form && agentAddress) void offer();

/** Shows the form where the station has a printer of the format's resolution. */
async function offer() {
  const { printers = [], resolutions = {} } = await ask("/printers").catch(() => ({}));
  const fitting = printers.filter((name) => resolutions[name] === Number(form.dataset.dpi));
  if (!fitting.length) return;
  const choice = form.elements.namedItem("station_printer");
  choice.replaceChildren(...fitting.map((name) => new Option(name, name)));
  choice.removeAttribute("name"); // the server is told how, not where
  form.hidden = false;
  document.querySelector("[data-no-printer]")?.remove();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void print(choice.value);
  });
}

async function print(printer) {
  const button = form.querySelector("button");
  button.disabled = true;
  tell(form.dataset.textSending);
  try {
    const labels = await fetch(form.dataset.zpl, { cache: "no-store" });
    if (!labels.ok) throw new Error(`The server answered ${labels.status}.`);
    await ask("/jobs", { key, printer, text: await labels.text() });
    if (await printed()) return form.submit();
    key = newKey(); // it broke off: whoever looked at the printer decides
  } catch {
    tell(form.dataset.textLost);
  }
  button.disabled = false;
}

/** Follows the job until it ended: true if the printer took all of it. */
async function printed() {
  for (;;) {
    const { state, detail } = await ask(`/jobs/${key}`);
    if (state === "sent") return true;
    tell([form.dataset.textSending, detail].filter(Boolean).join(": "));
    if (state === "failed") {
      tell(detail);
      return false;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function ask(path, body) {
  const headers = { "Content-Type": "application/json" };
  const options = body ? { method: "POST", headers, body: JSON.stringify(body) } : {};
  const response = await fetch(agentAddress + path, { cache: "no-store", credentials: "omit", ...options });
  if (!response.ok) throw new Error(`The station agent answered ${response.status}.`);
  return response.json();
}

function tell(text) {
  const line = form.querySelector("[role=status]");
  line.textContent = text;
  line.hidden = false;
}

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
