/*
 * Labels on the printers of this station, through the station agent (hardware/).
 *
 * The agent keeps the job on disk before it prints, under a key that is made and remembered here until the job ended: pressing
 * again after a lost answer or a reload prints nothing twice. When the printer has everything, the server is told so. A job of which
 * nothing was sent can be taken back.
 */

import { agentAddress } from "./agent.js";

const LOOK_MS = 500;
const form = document.querySelector("[data-station-printing]");
const button = form?.querySelector("button");
const back = form?.querySelector("[data-take-back]");
let unwanted = false;

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
  back.addEventListener("click", () => {
    unwanted = true;
    back.disabled = true;
  });
  const begun = fitting.find((name) => localStorage.getItem(placeOf(name)));
  if (!begun) return;
  choice.value = begun;
  void follow(begun);
}

async function print(printer) {
  button.disabled = true;
  tell(form.dataset.textSending);
  try {
    const labels = await fetch(form.dataset.zpl, { cache: "no-store" });
    if (!labels.ok) throw new Error(`The server answered ${labels.status}.`);
    const key = localStorage.getItem(placeOf(printer)) ?? newKey();
    localStorage.setItem(placeOf(printer), key);
    await ask("/jobs", { key, printer, text: await labels.text() });
    await follow(printer);
  } catch {
    tell(form.dataset.textLost);
    button.disabled = false;
  }
}

/** Follows a job until it ended. One that broke off is left to whoever looks at the printer. */
async function follow(printer) {
  const key = localStorage.getItem(placeOf(printer));
  button.disabled = true;
  unwanted = false;
  for (;;) {
    if (unwanted && (await ask("/jobs/cancel", { key }).catch(() => ({}))).cancelled) {
      localStorage.removeItem(placeOf(printer));
      return ended(form.dataset.textTakenBack);
    }
    const { state, detail } = await ask(`/jobs/${key}`).catch(() => ({ state: "lost", detail: form.dataset.textLost }));
    if (state === "sent" || state === "failed") localStorage.removeItem(placeOf(printer));
    if (state === "sent") return form.submit();
    if (state === "failed" || state === "lost") {
      return ended(detail);
    }
    // Also while it is being sent: a printer that is away leaves it waiting again, and then it is taken back.
    back.hidden = false;
    back.disabled = unwanted;
    tell(state === "printer away" ? `${form.dataset.textWaits}: ${detail}` : form.dataset.textSending);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function ended(words) {
  tell(words);
  button.disabled = false;
  back.hidden = true;
}

function placeOf(printer) {
  return `shopfloor.station-printing ${form.dataset.zpl} ${printer}`;
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
