/*
 * The Tracked components page: joins the collector, the queue, the sounds and the page (A3, TCP-6 to TCP-10).
 *
 * Outside #main, never swapped: form#scan, its field [name=text][form=scan], #waiting, #connection, #held, #announce.
 * Words come from the template, translated, as data-text-* of those elements; what is written here is the fallback.
 */
import { capture } from "./capture.js";
import { PARTS_WAIT_MS, Queue } from "./queue.js";
import { reportWhenSent, wantReport } from "./report.js";
import { bindSoundControls, play } from "./sound.js";
import { openStore } from "./store.js";

const TEXTS = {
  waiting: { count: "{count} waiting" },
  held: { count: "{count} held" },
  connection: {
    online: "Online",
    waiting: "Waiting. Your scan is kept.",
    offline: "No connection. Your scans are kept and will be sent.",
    busy: "Busy. Your scan is kept and will be sent again.",
    "signed-out": "You are signed out. Your scans are kept.",
    failed: "The server could not answer. Your scan is kept.",
  },
  announce: {
    accepted: "Accepted.",
    information: "Accepted, with information.",
    question: "Please check.",
    refused: "Refused.",
    cut: "The code was not read whole. Scan it again.",
    lost: "This browser could not keep your scan. Scan it again.",
    noUnit: "No unit is chosen. Scan a product first.",
    nothing: "Nothing can be continued. Scan the product, or discard what is held.",
  },
};
const form = document.getElementById("scan");
const field = form.elements.namedItem("text");
// The queue opens its database; codes that come before are kept here, in order.
let [queue, early] = [null, []];
let [shown, partsTimer] = ["", 0];

capture.onScan(({ text, ...rest }) => {
  // A badge that is scanned for an override is no part.
  const badge = document.activeElement?.closest("[data-badge]");
  if (badge) return void (badge.value = text);
  if (text === "CMD:REPORT") {
    wantReport();
    return report(Number(document.getElementById("waiting").dataset.count));
  }
  show(text);
  take({ text, ...rest });
});
capture.onCut(() => complain("cut"));
bindSoundControls();
form.addEventListener("submit", submitted);
field.addEventListener("keydown", submitOnTab);
document.addEventListener("keydown", pressed);
document.addEventListener("click", tapped);
field.focus();
void start();

async function start() {
  try {
    const store = await openStore();
    const station = { product: "", line: "", ...JSON.parse(document.getElementById("main").dataset.station) };
    const on = { answer: answered, state: connection, counts, nothing: () => complain("nothing", "attention") };
    const { operator } = document.body.dataset;
    const opened = new Queue({ store, action: form.action, station, operator, extra: hiddenFields, on });
    await opened.start();
    queue = opened;
    // Unasked, a browser may throw the queue away when the disk is full.
    void navigator.storage?.persist?.();
    early.splice(0).forEach(take);
    document.documentElement.dataset.queue = "ready";
  } catch (error) {
    console.error(error);
    early = null;
    lost();
  }
}

/** Tick at once, keep, send. The sound of success comes only from the server's answer. */
function take(entry) {
  if (!queue && early === null) return lost();
  play("tick");
  if (!queue) return void early.push({ ...entry, at: entry.at ?? performance.now() });
  queue.capture(entry).catch(lost);
}

function lost() {
  complain("lost");
}

function complain(name, sound = "refused") {
  say(name);
  play(sound);
}

/** The form's other hidden fields, such as the CSRF token; the key of the page without script is not ours. */
function hiddenFields() {
  const hidden = [...form.elements].filter((input) => input.type === "hidden" && input.name);
  return Object.fromEntries(hidden.map((input) => [input.name, input.value]));
}

function submitted(event) {
  event.preventDefault();
  const text = field.value;
  if (text === "") return;
  shown = text;
  field.select();
  field.focus();
  take({ text, source: "typed" });
}

/** Slow scanners end with Tab. What a refusal left selected is not sent again by it (TCP-6). */
function submitOnTab(event) {
  if (event.code !== "Tab" || event.shiftKey || field.value === "" || field.value === shown) return;
  event.preventDefault();
  form.requestSubmit();
}

/** SCN-20: Escape drops the parts that wait. D18: Enter in a field of a question is its button, and not the code once more. */
function pressed(event) {
  const asked = event.target.closest?.("[data-override]")?.querySelector("button");
  const button = { Escape: document.querySelector("#main [data-parts] [data-command]"), Enter: asked, NumpadEnter: asked }[event.code];
  if (event.defaultPrevented || !button || button === event.target) return;
  event.preventDefault();
  button.click();
}

/** Parts that waited too long are not sent any more; so they are not shown either. */
function watchParts() {
  clearTimeout(partsTimer);
  partsTimer = setTimeout(() => document.querySelector("#main [data-parts]")?.remove(), PARTS_WAIT_MS);
}

function tapped(event) {
  const target = event.target.closest("[data-command], [data-held], [data-connection=retry]");
  if (!target) return;
  event.preventDefault();
  const { command: kind, value: text = "", held } = target.dataset;
  if (held) queue?.choose(held).catch(lost);
  else if (!kind) queue?.retry();
  else if (kind === "confirm") confirm(target, text);
  else take({ kind, text, source: "typed" });
  field.focus();
}

/** Yes to a question: with the line that was chosen, or with reason code, remark and badge for an override (D18). */
function confirm(target, key) {
  const inputs = [...(target.closest("[data-override]")?.querySelectorAll("input, select") ?? [])];
  const empty = inputs.find((input) => input.value === "" && !("optional" in input.dataset));
  if (empty) return void requestAnimationFrame(() => empty.focus());
  const yes = Object.fromEntries(inputs.map((input) => [input.name, input.value]));
  if (target.dataset.choice) yes.choice = target.dataset.choice;
  // A second tap would be a second yes; the answer brings a new block.
  target.disabled = true;
  take({ kind: "confirm", source: "typed", confirms: key, ...yes });
}

function answered({ entry, answer, html, mine }) {
  if (mine) swap(html);
  announce(answer);
  // Nine discarded scans are one choice; only what went wrong with them is heard.
  if (document.visibilityState === "visible" && (entry.kind !== "discard" || answer.answer === "refused")) play(answer.sound);
  settleField(entry, answer);
}

function swap(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("main");
  if (!fresh) return;
  document.getElementById("main").replaceWith(document.adoptNode(fresh));
  watchParts();
  window.htmx?.process(fresh);
  fresh.dispatchEvent(new CustomEvent("shopfloor:swap", { bubbles: true }));
}

/** TCP-9: emptied after success, else the text stays fully selected. What a person is typing meanwhile is left alone. */
function settleField(entry, { answer }) {
  const ours = field.value === "" || field.value === shown;
  if (ours && !["accepted", "information"].includes(answer)) show(entry.raw);
  else if (ours && (shown === entry.raw || shown.startsWith("CMD:") || entry.kind === "confirm")) show("");
  settleFocus();
}

/** Never inside a code: a focus that moves there can call the screen keyboard, which cuts the code in two. */
function settleFocus() {
  const active = document.activeElement;
  if (active !== field && (capture.underWay || active?.matches("input, textarea, select"))) return;
  if (field.value === "" || field.value === shown) field.select();
  field.focus();
}

function show(text) {
  if (field.value !== "" && field.value !== shown) return;
  field.value = text;
  shown = field.value;
  field.setSelectionRange(0, shown.length); // select() would take the focus
}

/** The answer in words: [data-answer-text] of the new block, else a plain word. */
function announce({ answer }) {
  say(answer, document.querySelector("#main [data-answer-text]")?.textContent.trim().replace(/\s+/g, " "));
}

/** A live region is read out only if its text changes; the no-break space makes the second "Accepted." a change. */
function say(name, spoken = "") {
  const region = document.getElementById("announce");
  if (!region) return;
  const text = spoken || words(region, "announce", name);
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}

function connection(state) {
  const region = document.getElementById("connection");
  if (!region) return;
  region.dataset.state = state;
  setText(region.querySelector("[data-connection-text]") ?? region, words(region, "connection", state));
  const retry = region.querySelector("[data-connection=retry]");
  if (retry) retry.hidden = !["failed", "signed-out"].includes(state);
}

function report(waiting) {
  if (queue && reportWhenSent(waiting, queue.station.product)) complain("noUnit", "attention");
}

function counts({ waiting, held, continuable }) {
  report(waiting);
  count(document.getElementById("waiting"), "waiting", waiting);
  const region = document.getElementById("held");
  if (!region) return;
  region.hidden = held === 0;
  count(region.querySelector("[data-held-count]"), "held", held);
  const button = region.querySelector("[data-held=continue]");
  if (button) button.hidden = continuable === 0;
}

function count(region, name, number) {
  if (!region) return;
  region.dataset.count = String(number);
  setText(region, words(region, name, "count").replace("{count}", String(number)));
}

function words(region, group, name) {
  const key = `text${name.replace(/(^|-)(\w)/g, (_match, _dash, letter) => letter.toUpperCase())}`;
  return region?.dataset[key] ?? TEXTS[group][name];
}

function setText(region, text) {
  if (region && region.textContent !== text) region.textContent = text;
}
