/*
 * Which readings of a live picture count as a scan, and when (IMG-3, IMG-6, IMG-12). Pure: times are given, nothing is looked up.
 *
 * What is believed is decided as on the server, by the same tables: acceptance.json. One code counts once until it has been
 * away: people hold labels still.
 */

// A held reading that is not repeated within this time was a mistake or is gone.
const HOLD_MS = 1000;
const CLOSE_HOLD_MS = 8000;
// A code is away when frames were decoded without it for this long. What only the server could read is away when the server says so.
const AWAY_MS = 1500;
const AWAY_FRAMES = 4;
// As floor.css draws it.
const BOX = { width: 0.86, height: 0.7 };
const FRAME_BEFORE = "frame before";

/** What one station believes: the tables of acceptance.json with the station's `{symbols, itf_lengths}`, both blank for the usual. */
export function stationRules(tables, { symbols = [], itf_lengths: lengths = [] } = {}) {
  return { tables, symbols: new Set(symbols), itfLengths: new Set(lengths.length ? lengths : tables.itf_lengths) };
}

/** What a second reading must equal: family of symbols and text, as the server writes it. */
export function sighting({ symbol, text }, { tables }) {
  return `${tables.families[symbol] ?? symbol}:${text}`;
}

/**
 * Judges the readings of one picture together, each code once, in their order: `[{reading, verdict, reason, secondedBy}]`.
 * `before`: sightings that the frame before held.
 */
export function judge(readings, rules, before = new Set()) {
  const groups = new Map();
  for (const reading of readings) {
    const key = sighting(reading, rules);
    groups.set(key, [...(groups.get(key) ?? []), reading]);
  }
  return withoutContradictions([...groups].map(([key, equal]) => judgeOne(equal, rules, before.has(key))), rules);
}

function judgeOne(equal, rules, seenBefore) {
  const reading = equal.find(({ identifier }) => identifier) ?? equal[0];
  const reason = refusedFor(reading, rules);
  if (reason) return { reading, verdict: "refused", reason, secondedBy: "" };
  const other = equal.find(({ engine }) => engine !== reading.engine)?.engine ?? equal.find(({ seconded }) => seconded)?.seconded;
  const secondedBy = other ?? (seenBefore ? FRAME_BEFORE : "");
  const believed = rules.tables.at_once.includes(reading.symbol) || secondedBy !== "";
  return { reading, verdict: believed ? "accepted" : "held", reason: believed ? "" : "second_reading", secondedBy };
}

/** Reason that no second reading can heal, or "". */
function refusedFor({ symbol, text, content }, { tables, symbols, itfLengths }) {
  if (symbols.size && !symbols.has(symbol)) return "not_allowed";
  if (!text || tables.unread_contents.includes(content)) return "no_text";
  if (symbol === "ITF" && !itfLengths.has(text.length)) return "itf_length";
  if (symbol === "ITF" && text.length === tables.itf_checked_length && !hasCheckDigit(text)) return "check_digit";
  return text.length < (tables.shortest[symbol] ?? 0) ? "too_short" : "";
}

/** Two values of such a family in one picture: what nobody seconded is not believed. */
function withoutContradictions(judged, { tables }) {
  const family = ({ reading }) => tables.families[reading.symbol];
  const crowded = (name) => judged.filter((one) => one.verdict !== "refused" && family(one) === name).length > 1;
  const doubted = tables.one_in_a_picture.filter(crowded);
  return judged.map((one) => (one.verdict === "held" && doubted.includes(family(one)) ? { ...one, verdict: "refused", reason: "contradiction" } : one));
}

/** GS1's check digit: weights 3 and 1 from the right. */
function hasCheckDigit(digits) {
  if (!/^[0-9]+$/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, place) => total + Number(digit) * (place % 2 ? 3 : 1), 0);
  return sum % 10 === 0;
}

/** Joins frames to scans. `seen()` takes the readings of one frame and gives what happened. */
export class Acceptance {
  constructor(rules) {
    this.rules = rules;
    this.held = new Map();
    this.counted = new Map();
  }

  /**
   * Readings of one frame at `at` milliseconds, the one nearest to the middle first; `close`: the server looked, which sees more.
   * Gives `{accepted}`, `{waiting}`, `{ignored}` (counted already), `{refused: reason, reading}` or `{}`.
   */
  seen(readings, at, close = false) {
    this.#age(readings, at, close);
    const judged = judge(readings, this.rules, new Set(this.held.keys()));
    // A refused code does not hide another beside it.
    const best = judged.find(({ verdict }) => verdict !== "refused") ?? judged[0];
    if (!best) return {};
    const { reading, verdict, reason } = best;
    if (verdict === "refused") return { refused: reason, reading };
    const key = sighting(reading, this.rules);
    if (this.counted.has(key)) return { ignored: reading };
    if (verdict === "held") {
      this.held.set(key, { until: at + (close ? CLOSE_HOLD_MS : HOLD_MS) });
      return { waiting: reading };
    }
    this.held.delete(key);
    this.counted.set(key, { at, missed: 0, close });
    return { accepted: reading };
  }

  #age(readings, at, close) {
    const present = new Set(readings.map((one) => sighting(one, this.rules)));
    for (const [key, { until }] of this.held) if (at > until) this.held.delete(key);
    for (const [key, mark] of this.counted) {
      if (present.has(key)) Object.assign(mark, { at, missed: 0, close: mark.close && close });
      else if (mark.close && !close) continue;
      else if ((mark.missed += 1) >= (mark.close ? 1 : AWAY_FRAMES) && at - mark.at >= AWAY_MS) this.counted.delete(key);
    }
  }
}

/** A reading of the worker with its symbol named as the server names it, and UPC-A as the EAN-13 that begins with 0. */
export function named({ format, symbology, ...reading }, { tables }) {
  const symbol = tables.browser_names[format] ?? tables.browser_names[symbology] ?? format;
  const text = (reading.identifier === "]E0" && reading.text.length === 12 ? "0" : "") + reading.text;
  return { ...reading, symbol, text };
}

/** What a scanner with symbology identifiers would send. */
export function scanText({ identifier, text }) {
  return identifier + text;
}

/** How it was read, to be kept with the scan (IMG-5). */
export function howRead({ symbol, identifier, content, engine, how }) {
  const known = Object.entries({ symbol, identifier, content, engine, ...how }).filter(([, value]) => value !== null && value !== "");
  return JSON.stringify(Object.fromEntries(known));
}

/**
 * Size of the frame that is drawn in the view, in dots of the video, which fills the view and is cut at its edges: a tablet held
 * upright gives a tall video. What lies beside the frame is somebody else's label, and what nobody sees all the more.
 */
export function boxOf(videoWidth, videoHeight, viewWidth, viewHeight) {
  const scale = Math.max(viewWidth / videoWidth, viewHeight / videoHeight);
  const size = (view, part) => (scale > 0 && Number.isFinite(scale) ? Math.round((view / scale) * part) : 0);
  return { width: size(viewWidth, BOX.width), height: size(viewHeight, BOX.height) };
}

/** Readings by distance of their middle from the middle of the picture. */
export function nearestFirst(readings, width, height) {
  const distance = ({ position }) => {
    const corners = [position.topLeft, position.topRight, position.bottomRight, position.bottomLeft];
    const x = corners.reduce((sum, corner) => sum + corner.x, 0) / corners.length;
    const y = corners.reduce((sum, corner) => sum + corner.y, 0) / corners.length;
    return (x - width / 2) ** 2 + (y - height / 2) ** 2;
  };
  return [...readings].sort((one, other) => distance(one) - distance(other));
}
