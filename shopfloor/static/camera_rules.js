/*
 * Which readings of a live picture count as a scan, and when (IMG-3, IMG-6, IMG-12). Pure: times are given, nothing is looked up.
 *
 * Symbols with error correction, and Code 128 with its check character, count at once. The others are held until a second frame
 * says the same: a damaged retail code can read as another one with a right check digit. One code counts once until it has been
 * away: people hold labels still.
 */

const AT_ONCE = new Set(["DataMatrix", "QRCode", "Aztec", "PDF417", "MaxiCode", "Code128"]);
const RETAIL = "EANUPC";
const LEAST_LENGTH = { Code39: 3, Codabar: 6 };
const ITF_LENGTH = 14;
// A held reading that is not repeated within this time was a mistake or is gone.
const HOLD_MS = 1000;
const CLOSE_HOLD_MS = 8000;
// A code is away when frames were decoded without it for this long. What only the server could read is away when the server says so.
const AWAY_MS = 1500;
const AWAY_FRAMES = 4;

/** Joins frames to scans. `seen()` takes the readings of one frame and gives what happened. */
export class Acceptance {
  constructor() {
    this.held = new Map();
    this.counted = new Map();
  }

  /**
   * Readings of one frame at `at` milliseconds, the one nearest to the middle first; `close`: the server looked, which sees more.
   * Gives `{accepted}`, `{waiting}`, `{ignored}` (counted already), `{refused: reason, reading}` or `{}`.
   */
  seen(readings, at, close = false) {
    this.#age(readings, at, close);
    const retail = new Set(readings.filter((one) => one.symbology === RETAIL).map((one) => one.text));
    const reading = readings[0];
    if (!reading) return {};
    if (reading.symbology === RETAIL && retail.size > 1) return { refused: "two", reading };
    const reason = refusal(reading);
    if (reason) return { refused: reason, reading };
    const key = reading.identifier + reading.text;
    if (this.counted.has(key)) return { ignored: reading };
    if (!AT_ONCE.has(reading.symbology) && !this.held.has(key)) {
      this.held.set(key, { until: at + (close ? CLOSE_HOLD_MS : HOLD_MS) });
      return { waiting: reading };
    }
    this.held.delete(key);
    this.counted.set(key, { at, missed: 0, close });
    return { accepted: reading };
  }

  #age(readings, at, close) {
    const present = new Set(readings.map((one) => one.identifier + one.text));
    for (const [key, { until }] of this.held) if (at > until) this.held.delete(key);
    for (const [key, mark] of this.counted) {
      if (present.has(key)) Object.assign(mark, { at, missed: 0, close: mark.close && close });
      else if (mark.close && !close) continue;
      else if ((mark.missed += 1) >= (mark.close ? 1 : AWAY_FRAMES) && at - mark.at >= AWAY_MS) this.counted.delete(key);
    }
  }
}

/** Why a reading is never believed, or "". */
function refusal({ symbology, text, content }) {
  if (content === "binary" || text === "") return "binary";
  if (symbology === "ITF" && !(text.length === ITF_LENGTH && hasCheckDigit(text))) return "short";
  if (text.length < (LEAST_LENGTH[symbology] ?? 1)) return "short";
  return "";
}

/** GS1's check digit: weights 3 and 1 from the right. */
function hasCheckDigit(digits) {
  if (!/^[0-9]+$/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, place) => total + Number(digit) * (place % 2 ? 3 : 1), 0);
  return sum % 10 === 0;
}

/** What a scanner with symbology identifiers would send; UPC-A is an EAN-13 that begins with 0. */
export function scanText({ identifier, text }) {
  return identifier + (identifier === "]E0" && text.length === 12 ? "0" : "") + text;
}

/** How it was read, to be kept with the scan (IMG-5). */
export function howRead({ symbol, identifier, content, how }) {
  const known = Object.entries({ symbol, identifier, content, ...how }).filter(([, value]) => value !== null && value !== "");
  return JSON.stringify(Object.fromEntries(known));
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
