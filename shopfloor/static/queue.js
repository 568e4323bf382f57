/*
 * The ordered queue of everything the operator scans or taps (A3, D16, OPS-4 to OPS-6).
 *
 * capture() keeps an entry; one tab sends the entries one at a time, in order, each with its own key, until the server
 * has answered. The answer's station state (mode, product, line) goes with the next entry. A refusal or a question stops
 * the line. The page is told through `on`: answer, state, counts, nothing.
 */
import { COMMANDS } from "./commands.js";
import { lead } from "./leader.js";
import { continuable, heldApart, isProductMode } from "./store.js";
import { keep, keepTheRest } from "./under_way.js";

const WAITING_AFTER_MS = 1000;
const OFFLINE_AFTER_MS = 3000;
const GIVE_UP_AFTER_MS = 10000;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 2000;
// D18: the same code again confirms a question from 1 to 15 seconds after it was asked.
const CONFIRM_FROM_MS = 1000;
const CONFIRM_UNTIL_MS = 15000;
const NO_STATION = { mode: "Product", product: "", line: "", held: "" };
// SCN-20: a part of a GS1 code waits this long for the rest.
export const PARTS_WAIT_MS = 60000;
// What the server sends back to be decided on later: neither done nor dropped.
const KEPT = ["HELD_AFTER_REFUSAL", "OTHER_OPERATOR"];

/** 128 random bits; crypto.randomUUID does not exist on plain http. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Queue {
  /**
   * `action` and `station` are those of the page's order, `operator` is the number of whoever is signed in on it; `extra()`
   * gives the form's other hidden fields.
   */
  constructor({ store, action, station, operator = "", extra = () => ({}), on }) {
    Object.assign(this, { store, action, station, operator, extra, on, clockId: newKey() });
    this.stop = null;
    this.question = null;
    this.held = 0;
    this.channel = new BroadcastChannel("shopfloor.queue");
    this.channel.onmessage = ({ data }) => this.#heard(data);
    addEventListener("online", () => this.#wake("retry"));
  }

  async start() {
    await keepTheRest(this.store);
    this.station = (await this.store.stationOf(this.station.order_no)) ?? this.station;
    await this.#count();
    void lead(this.store, this.clockId, (maySend) => this.#send(maySend));
  }

  /**
   * Keeps one entry; rejects if the browser cannot. `at` and `startedAt` are performance.now() milliseconds of the last
   * and the first key. `agent` comes with what the station agent captured: its own key and times, and whether it stands apart.
   */
  async capture({ kind = "scan", text = "", source = "typed", at = performance.now(), startedAt = at, confirms = "", agent = null, ...yes }) {
    agent?.take();
    const command = kind === "scan" ? COMMANDS[text] : null;
    const wish = { kind, text, confirms, yes, operator: this.operator, ...command, ...(command ? null : this.#confirmation(kind, text, at)) };
    // Whose first key came before the refusal was captured before the operator could know of it.
    const blind = agent?.apart || (this.stop !== null && startedAt < this.stop.at);
    if (this.held && !blind && (wish.kind === "continue" || wish.kind === "discard")) return this.choose(wish.kind).then(agent?.stored);
    const entry = {
      key: newKey(), ...wish, raw: text, source, holds: "", after_key: "", state: "waiting", order_no: this.station.order_no, action: this.action,
      captured_at: new Date(Date.now() - performance.now() + at).toISOString(), clock_ms: Math.round(at), clock_id: this.clockId, ...agent?.entry,
    };
    this.question = null;
    if (blind && (agent?.apart || !isProductMode(entry))) Object.assign(entry, agent?.apart ? heldApart(this.station) : this.stop.hold);
    // The agent keeps its own captures until they are stored.
    await (agent ? this.store.add(entry, this.station, agent.mark).then(agent.stored) : keep(this.store, entry, this.station));
    this.#changed();
  }

  /** The operator's choice about held entries: "continue" or "discard". */
  async choose(kind) {
    if ((await this.store.choose(kind, newKey)) === 0) this.on.nothing();
    else this.#changed();
  }

  /** Goes on after a sign-in or an error of the server. */
  retry() {
    this.channel.postMessage({ type: "retry" });
    this.#wake("retry");
  }

  #confirmation(kind, text, at) {
    const { question } = this;
    if (kind !== "scan" || !question || question.text !== text) return null;
    const age = at - question.at;
    return age >= CONFIRM_FROM_MS && age <= CONFIRM_UNTIL_MS ? { kind: "confirm", confirms: question.key } : null;
  }

  #changed() {
    this.channel.postMessage({ type: "entry" });
    this.#wake("entry");
    return this.#count();
  }

  async #count() {
    const counts = await this.store.counts();
    this.held = counts.held;
    this.on.counts(counts);
  }

  #heard({ type, ...news }) {
    this.#wake(type);
    if (type === "state") this.on.state(news.state);
    if (type === "answer") this.#show(news);
    void this.#count();
  }

  #wake(reason) {
    if (this.sleeper?.reasons.includes(reason)) this.sleeper.resolve();
  }

  /** Ends after the time (0: never by itself) or when something of these reasons happens: "entry", "retry". */
  #sleep(reasons, milliseconds = 0) {
    return new Promise((resolve) => {
      this.sleeper = { reasons, resolve };
      if (milliseconds) setTimeout(resolve, milliseconds);
    });
  }

  #state(state) {
    if (state === this.state) return;
    this.state = state;
    this.channel.postMessage({ type: "state", state });
    this.on.state(state);
  }

  async #send(maySend) {
    while (await maySend()) {
      try {
        // Armed before looking: an entry that comes in between must not be slept over.
        const sleep = this.#sleep(["entry"]);
        const next = await this.store.next();
        if (next) await this.#deliver(next.entry, next.station ?? { order_no: next.entry.order_no, ...NO_STATION }, maySend);
        else await sleep;
      } catch (error) {
        console.error(error);
        this.#state("failed");
        await this.#sleep(["retry"]);
      }
    }
  }

  async #deliver(entry, station, maySend) {
    if (entry.holds && entry.kind !== "discard" && !continuable(entry, station)) {
      await this.store.hold(entry);
      return this.#count();
    }
    const since = performance.now();
    const timers = [WAITING_AFTER_MS, OFFLINE_AFTER_MS].map((wait) => setTimeout(() => this.#late(since), wait));
    let reply = await this.#post(entry, station);
    for (let attempt = 0; reply.state !== "answered"; attempt += 1) {
      if (reply.state === "unreachable") this.#late(since);
      else timers.forEach(clearTimeout);
      if (reply.state !== "unreachable") this.#state(reply.state);
      // A new scan is a good moment to look for the network again; a busy server is left in peace.
      await this.#sleep(reply.state === "unreachable" ? ["entry", "retry"] : ["retry"], this.#pause(reply.state, attempt));
      if (!(await maySend())) return timers.forEach(clearTimeout);
      reply = await this.#post(entry, station);
    }
    timers.forEach(clearTimeout);
    await this.#answered(entry, station, reply);
  }

  #late(since) {
    const age = performance.now() - since;
    if (age >= OFFLINE_AFTER_MS - 1) this.#state("offline");
    else if (age >= WAITING_AFTER_MS - 1) this.#state("waiting");
  }

  /** Milliseconds until the next try; 0 waits for the operator. Spread out, so that stations do not come back as one. */
  #pause(state, attempt) {
    if (state === "failed" || state === "signed-out") return 0;
    return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 8)) * (0.75 + Math.random() / 2);
  }

  async #post(entry, station) {
    try {
      const response = await fetch(entry.action, {
        method: "POST", body: new URLSearchParams({ ...this.extra(), ...fields(entry, station) }), headers: { "HX-Request": "true" },
        cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(GIVE_UP_AFTER_MS),
      });
      const html = await response.text();
      const answer = parsed(response.headers.get("X-Shopfloor-Answer"));
      return { state: stateOf(response, answer), status: response.status, answer, html };
    } catch {
      return { state: "unreachable" };
    }
  }

  async #answered(entry, before, { status, answer, html }) {
    const { mode, product, line, held } = answer;
    const since = held && held === before.held ? before.held_at : Date.now();
    const station = { ...before, mode, product: String(product ?? ""), line: String(line ?? ""), held: held ?? "", held_at: since };
    const stops = status !== 200 && entry.kind !== "discard";
    const effect = { stops, keeps: KEPT.includes(answer.code), releases: status === 200 ? entry.confirms : "" };
    const saved = this.store.answered(entry, station, effect);
    this.#state("online");
    // The server has it. If this tab dies before the row is gone, the same key brings the same answer again.
    const news = { entry, station, answer, html, stops };
    this.channel.postMessage({ type: "answer", ...news });
    this.#show(news);
    await saved;
    await this.#changed();
  }

  #show({ entry, station, answer, html, stops }) {
    const [at, product] = [performance.now(), station.mode === "Component" ? station.product : null];
    const mine = entry.order_no === this.station.order_no;
    if (mine) this.station = station;
    if (mine && isProductMode(entry)) this.stop = null;
    if (mine && stops) this.stop = { at, hold: { state: "held", held_by: entry.key, after_key: entry.key, for_product: product } };
    this.question = mine && answer.confirmable ? { key: entry.key, text: entry.text, at } : null;
    this.on.answer({ entry, answer, html, mine });
  }
}

function parsed(header) {
  try {
    return JSON.parse(header);
  } catch {
    return null;
  }
}

function stateOf(response, answer) {
  if (answer && [200, 409, 422].includes(response.status)) return "answered";
  if (response.status === 503) return "busy";
  if ([401, 403].includes(response.status) || response.type === "opaqueredirect") return "signed-out";
  return [502, 504].includes(response.status) ? "unreachable" : "failed";
}

/** A command carries its target in `text` and in the field it sets; everything else goes with the last answer's state. */
function fields(entry, station) {
  const target = ["mode", "product", "line"].includes(entry.kind) ? { [entry.kind]: entry.text } : {};
  const fresh = Date.parse(entry.captured_at) - station.held_at <= PARTS_WAIT_MS;
  return {
    command_key: entry.key, kind: entry.kind, text: entry.text, source: entry.source, mode: station.mode, product: station.product,
    line: station.line, held: fresh ? station.held : "", operator: entry.operator ?? "", ...entry.yes, ...target, captured_at: entry.captured_at, clock_ms: entry.clock_ms, clock_id: entry.clock_id,
    after_key: entry.after_key, confirms: entry.confirms, holds: entry.holds,
  };
}
