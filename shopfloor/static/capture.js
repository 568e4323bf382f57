/*
 * Catches what a keyboard-wedge scanner types, wherever the focus is (A3, R-05).
 *
 * One listener on the document, in the capture phase. Text comes from event.code and shiftKey through the scanner's own
 * layout, so the host's layout and caps lock change nothing, and a group separator is not lost as it is in a text field.
 * Only bursts are taken: keys that follow each other at machine speed. A person's typing is left alone.
 *
 * Link this file on every page, always under the same address as its importers use (no version query), and register with
 * capture.onScan(). Without a listener a scan goes into the field with the cursor, else to [data-takes-scan], else to /find.
 */

import { commandText } from "./commands.js";
import { entryField, fill } from "./fields.js";
import { readProfile } from "./profile_file.js";
import { ended, learned } from "./scanner_memory.js";
import { lookUp } from "./unsaved.js";
import { endsInVariableField } from "./variable_field.js";

const TERMINATOR_CHARACTERS = "\r\n\t";
// Silence is judged by the keys' own times. When no key follows, wait this much longer: on a busy machine keys arrive late,
// and a code cut in two is worse than a scanner without Enter being answered later.
const DELIVERY_MS = 400;
// After an Enter that may stand for FNC1 the code is most likely whole: every scan of such a scanner waits, so it waits less.
const JOIN_DELIVERY_MS = 150;
// A scanner that was seen to end its codes with Enter or Tab ends all of them: a code without its end is on its way, or lost in part.
const PATIENCE_MS = 1500;
const LATE_TIMER_MS = 20;

/**
 * Turns key events into scans. `profile` is wedge.json with the station's own settings in `scanner`. `ended` says whether the scanner
 * was seen to end its codes on an earlier page; `learned(ends)` is told when a code shows whether it does.
 */
export class Collector {
  constructor(profile, { scan, cut, scanner = {}, ended = false, learned = () => {}, now = () => performance.now() }) {
    Object.assign(this, { profile, scan, cut, scanner, ended, learned, timing: profile.timing });
    this.layout = profile.layouts[scanner.layout] ?? profile.layouts[profile.default_layout];
    this.attachedAt = now();
    this.lastAt = -Infinity;
    this.lastKeyAt = -Infinity;
    this.endedAt = -Infinity;
    this.terminates = false;
    this.#clear();
  }

  /** One keydown event. Keys of a recognised burst go no further: a code may hold Ctrl+W. */
  keydown(event) {
    if (event.isComposing) return;
    if (event.repeat) return this.known ? swallow(event) : this.#clear();
    const allowed = this.known ? this.timing.silence_ms : this.timing.key_gap_ms;
    if (event.timeStamp - this.lastAt > allowed) {
      if (this.known) this.#silent();
      this.#begin(event);
    } else if (!this.begun) this.#begin(event);
    this.lastAt = event.timeStamp;
    if (!this.profile.modifiers.includes(event.code)) this.#key(event);
    if (this.known) swallow(event);
  }

  /** Whether the keys of a code, or of what may become one, are coming in. */
  get underWay() {
    return this.known || performance.now() - this.lastAt < this.timing.key_gap_ms;
  }

  /** Releasing Alt ends a character typed as digits on the number pad. */
  keyup(event) {
    if (!event.code.startsWith("Alt") || !this.altDigits) return;
    const digits = this.altDigits;
    this.altDigits = "";
    const separator = this.profile.group_separator_alt_digits.includes(digits);
    this.text += separator ? this.profile.group_separator : String.fromCharCode(Number(digits) % 256);
    this.lastAt = event.timeStamp;
    if (this.known) this.#arm();
  }

  /** The window went away: the rest of the code did not reach this page. */
  interrupt() {
    if (this.begun) this.broken = true;
  }

  #begin(event) {
    this.#clear();
    this.begun = true;
    this.startedAt = event.timeStamp;
    // A scanner that was already typing when this page began to listen: its first keys are missing. So are they if keys without an end
    // went before, closer than the silence that ends a code: it paused where it could be a person, or it was given up too early.
    const torn = this.lastKeyAt !== this.endedAt && event.timeStamp - this.lastKeyAt <= this.timing.silence_ms;
    this.broken = torn || event.timeStamp - this.attachedAt <= this.timing.key_gap_ms;
    // No person types this soon after a scanner's Enter, so the next code, or a line feed, is known from its first key.
    this.known = event.timeStamp - this.endedAt <= this.timing.key_gap_ms;
    this.field = this.known ? null : snapshot(document.activeElement);
    if (this.known) this.#arm();
  }

  #key(event) {
    const character = this.#character(event);
    const ends = this.profile.terminators.includes(event.code) || (character !== "" && TERMINATOR_CHARACTERS.includes(character));
    this.keys += 1;
    if (ends || character !== "") this.lastKeyAt = event.timeStamp;
    if (this.joining) {
      this.text += this.profile.group_separator;
      this.joining = false;
    }
    if (!ends) this.text += character;
    if (!this.known && this.keys >= this.timing.least_keys) {
      this.known = true;
      restore(this.field);
    }
    if (!this.known) return ends ? this.#forget() : undefined;
    if (!ends) return this.#arm();
    this.endedAt = event.timeStamp;
    if (!this.terminates) this.learned(true);
    this.terminates = this.ended = true;
    swallow(event);
    if (this.#mayJoin(event)) {
      this.joining = true;
      this.#arm(this.timing.join_ms);
    } else this.#finish();
  }

  #mayJoin(event) {
    return this.scanner.fnc1_is_enter && event.code.endsWith("Enter") && endsInVariableField(this.text, this.profile.group_separator);
  }

  #character(event) {
    const { code, ctrlKey, altKey, shiftKey } = event;
    const separator = this.profile.group_separator_keys.some(
      (key) => key.code === code && key.ctrl === ctrlKey && key.alt === altKey && key.shift === shiftKey);
    if (separator) return this.profile.group_separator;
    if (altKey) {
      if (/^Numpad\d$/.test(code)) this.altDigits += code.at(-1);
      return "";
    }
    // Screen keyboards and some Android wedges leave the code empty; then the key is all there is.
    const plain = code ? this.layout[code]?.[shiftKey ? 1 : 0] ?? "" : event.key.length === 1 ? event.key : "";
    if (!ctrlKey) return plain;
    if (!shiftKey && code in this.profile.control_keys) return this.profile.control_keys[code];
    const control = plain === "" ? 0 : plain.toUpperCase().charCodeAt(0);
    return control >= 64 && control < 96 ? String.fromCharCode(control - 64) : "";
  }

  #arm(silence = this.timing.silence_ms) {
    clearTimeout(this.timer);
    const wait = silence + (this.joining ? JOIN_DELIVERY_MS : this.ended ? PATIENCE_MS : DELIVERY_MS);
    const due = performance.now() + wait;
    // A timer that is itself late was held up with the page: the keys of that time come after it.
    this.timer = setTimeout(() => (performance.now() - due > LATE_TIMER_MS ? this.#arm(silence) : this.#silent()), wait);
  }

  /** No key followed: the end of a code from a scanner that sends no Enter, else a code that came in part. */
  #silent() {
    if (this.terminates && !this.joining) this.broken = true;
    else if (this.ended && !this.joining) this.learned((this.ended = false));
    this.#finish();
  }

  #finish() {
    const { text, startedAt, lastAt: at, broken } = this;
    this.#clear();
    if (text === "") return;
    if (broken) this.cut({ text });
    else this.scan({ text, source: "wedge", at, startedAt });
  }

  /** A few keys and an Enter: a person. */
  #forget() {
    this.lastKeyAt = -Infinity;
    this.#clear();
  }

  #clear() {
    clearTimeout(this.timer);
    Object.assign(this, { text: "", keys: 0, known: false, begun: false, broken: false, joining: false, altDigits: "", field: null });
  }
}

function swallow(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function snapshot(element) {
  if (!element || !("value" in element) || element.tagName === "BUTTON") return null;
  return { element, value: element.value, start: element.selectionStart, end: element.selectionEnd };
}

/** Takes back what the first keys of a scan, not yet known as one, left in the field that had the focus. */
function restore(field) {
  if (!field || field.element.value === field.value) return;
  field.element.value = field.value;
  if (typeof field.start === "number") field.element.setSelectionRange(field.start, field.end);
  field.element.dispatchEvent(new Event("input", { bubbles: true }));
}

const SIGN_OUT = "CMD:SIGNOUT";

function fallback({ text }) {
  const field = document.querySelector("[data-takes-scan]");
  const entry = field ? null : entryField();
  if (entry) return fill(entry, text);
  if (!field) return lookUp(text);
  field.value = text;
  field.form.requestSubmit();
}

function create() {
  const scanListeners = [];
  const cutListeners = [];
  let collector = null;
  let scanner = {};
  const deliver = (given) => {
    const scan = { ...given, text: commandText(given.text, scanner) };
    // Works on every page: what the queue still keeps waits for this person (OPS-7).
    const leave = scan.text === SIGN_OUT && document.querySelector('form[action="/sign-out"]');
    if (leave) return leave.requestSubmit();
    return (scanListeners.length ? scanListeners : [fallback]).forEach((listener) => listener(scan));
  };
  return {
    /** Calls `listener({text, source, at, startedAt})` for every scan; times are performance.now() milliseconds. */
    onScan: (listener) => void scanListeners.push(listener),
    /** Calls `listener({text})` for a scan that began before the page listened, or that lost its end. */
    onCut: (listener) => void cutListeners.push(listener),
    /** Whether a code is being typed at this moment. */
    get underWay() {
      return collector?.underWay ?? false;
    },
    /** What a scan does where no listener takes it. */
    search: fallback,
    /** Camera and station agent hand over their codes here: `at` is the time of the capture, `more` is kept with the scan. */
    deliver: (text, source, { at = performance.now(), ...more } = {}) => deliver({ ...more, text, source, at, startedAt: at }),
    async start() {
      const profile = await readProfile();
      scanner = JSON.parse(document.documentElement.dataset.scanner || "{}");
      const cut = (scan) => cutListeners.forEach((listener) => listener(scan));
      collector = new Collector(profile, { scan: deliver, cut, scanner, learned, ended: ended() });
      document.addEventListener("keydown", (event) => collector.keydown(event), true);
      document.addEventListener("keyup", (event) => collector.keyup(event), true);
      // Alt codes put their character into the field without a key event of their own.
      document.addEventListener("beforeinput", (event) => collector.known && event.preventDefault(), true);
      addEventListener("blur", () => collector.interrupt());
      setTimeout(() => (document.documentElement.dataset.capture = "ready"), profile.timing.key_gap_ms);
      return profile;
    },
  };
}

// Two addresses of this file would be two modules; both must share one collector, or every scan counts twice.
const shared = Symbol.for("shopfloor.capture");
const first = !window[shared];
export const capture = (window[shared] ??= create());
if (first) capture.ready = capture.start();
