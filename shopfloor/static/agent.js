/*
 * Scans of the station agent (hardware/): scanners of this terminal that type into no window.
 *
 * The agent keeps every capture until this page says that it is stored, so a page or a browser that dies loses none; the
 * queue notes the capture's number in the same transaction, so none is stored twice. What was captured while this page was
 * not the open one stands apart: it is held, because nobody saw what it would meet (D16).
 * Off until the link on the agent's own page turned it on in this browser.
 */

import { capture } from "./capture.js";
import { commandText } from "./commands.js";
import { play } from "./sound.js";

const FLAG = "shopfloor.station-agent";
const FRESH_MS = 5000;
const RETRY_MS = 2000;
const LOOK_AGAIN_MS = 5000;
const GIVE_UP_MS = 30000;
const SETTLE_MS = 300;
// They act on the page that is open now; late, they would act on another one.
const PAGE_COMMANDS = ["CMD:SIGNOUT", "CMD:REPORT", "CMD:CONTINUE", "CMD:DISCARD"];
const meta = document.querySelector("meta[name=station-agent]");
const hasQueue = Boolean(document.querySelector("main[data-station]"));
const place = `${hasQueue ? "queue" : "page"} ${document.body.dataset.operator ?? ""} ${location.pathname}`;
const tab = crypto.getRandomValues(new Uint32Array(2)).join("");
let after = 0;
// What this page shows; null until the agent answered once, which it then does without waiting.
let problems = null;
let failures = 0;
let leaving = false;

/** Where the agent of this station answers; blank where there is none. */
export const agentAddress = meta && turnedOn() ? meta.content : "";

if (agentAddress) void serve();

function turnedOn() {
  try {
    const asked = /^#station-agent=(on|off)$/.exec(location.hash)?.[1];
    if (asked) history.replaceState(history.state, "", location.pathname + location.search);
    if (asked === "on") localStorage.setItem(FLAG, "on");
    if (asked === "off") localStorage.removeItem(FLAG);
    return localStorage.getItem(FLAG) === "on";
  } catch {
    return false; // Without storage there is no queue either.
  }
}

async function serve() {
  addEventListener("beforeunload", () => (leaving = true));
  await capture.ready;
  if (hasQueue) await queueReady();
  let claim = document.hasFocus();
  for (;;) {
    if (document.visibilityState !== "visible") claim = await front();
    const answer = await ask(claim);
    if (!answer) await pause(RETRY_MS);
    else if (answer.elsewhere) claim = await front(LOOK_AGAIN_MS);
    else {
      claim = false;
      for (const one of answer.captures ?? []) await hand(one, answer.spool);
    }
  }
}

/** Resolves when the queue of this page is open. A browser that cannot keep scans is given none. */
function queueReady() {
  const root = document.documentElement;
  return new Promise((resolve) => {
    const look = () => root.dataset.queue === "ready" && resolve();
    new MutationObserver(look).observe(root, { attributes: true });
    look();
  });
}

/** Waits until this page is the one in front: true if it came there, false after the time if it was there already. */
async function front(milliseconds = 0) {
  const stop = new AbortController();
  const came = new Promise((resolve) => {
    for (const name of ["focus", "pointerdown", "keydown"]) addEventListener(name, () => resolve(true), { signal: stop.signal });
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && resolve(true), { signal: stop.signal });
  });
  const first = await Promise.race([came, ...(milliseconds ? [pause(milliseconds)] : [])]);
  stop.abort();
  return first === true;
}

/** The next captures for this page, or null. The agent answers when there are some; a page that goes to the back hangs up. */
async function ask(claim) {
  const stop = new AbortController();
  const hidden = () => document.visibilityState !== "visible" && stop.abort();
  document.addEventListener("visibilitychange", hidden);
  const timer = setTimeout(() => stop.abort(), GIVE_UP_MS);
  try {
    const answer = await (await post("/captures", { tab, place, queue: hasQueue, claim, after, problems }, { signal: stop.signal })).json();
    failures = 0;
    if (answer.problems) tell(answer.problems);
    return answer;
  } catch {
    failures += 1;
    if (failures > 1 && document.visibilityState === "visible") tell(null);
    return null;
  } finally {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", hidden);
  }
}

async function hand(one, spool) {
  after = Math.max(after, one.seq);
  const apart = one.place !== place && (one.place.startsWith("queue") || one.age_ms > FRESH_MS);
  const at = performance.now() - one.age_ms;
  if ((apart || one.age_ms > FRESH_MS) && PAGE_COMMANDS.includes(commandText(one.text))) return void (await confirm(one));
  if (!hasQueue) return toPage(one, at);
  let taken = false;
  const { key, captured_at, clock_ms, clock_id } = one;
  const agent = {
    apart, mark: { spool, seq: one.seq }, entry: { key, captured_at, clock_ms, clock_id },
    take: () => (taken = true),
    stored: () => void confirm(one),
  };
  capture.deliver(one.text, one.source, { at, startedAt: at, agent });
  if (!taken) await confirm(one);
}

/** A page without the queue searches or fills a field. It may lead away from here; what follows is for the page that comes. */
async function toPage(one, at) {
  if (!(await confirm(one))) return;
  capture.deliver(one.text, one.source, { at, startedAt: at });
  await pause(SETTLE_MS);
  if (leaving) await pause(LOOK_AGAIN_MS);
  leaving = false;
}

/** From now on the agent forgets it. If this does not arrive, it is offered again and known by its number. */
async function confirm({ key }) {
  try {
    return (await post("/kept", { keys: [key] }, { keepalive: true })).ok;
  } catch {
    return false;
  }
}

async function post(path, body, options) {
  const response = await fetch(meta.content + path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), cache: "no-store", credentials: "omit", ...options,
  });
  if (!response.ok) throw new Error(`The station agent answered ${response.status}.`);
  return response;
}

/** What is wrong with the scanners of this station; null: the agent itself does not answer. */
function tell(told) {
  const { dataset } = document.documentElement;
  const first = dataset.agent === undefined;
  const texts = told ?? [meta.dataset.textAway];
  const changed = dataset.agent !== (told ? "ready" : "away") || texts.join("\n") !== problems?.join("\n");
  dataset.agent = told ? "ready" : "away";
  problems = told;
  if (!changed) return;
  let line = document.getElementById("agent-problems");
  line ??= document.body.appendChild(Object.assign(document.createElement("p"), { id: "agent-problems", className: "notice" }));
  line.setAttribute("role", "status");
  line.textContent = texts.join(" ");
  line.hidden = texts.length === 0;
  if (texts.length && !first) play("attention");
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
