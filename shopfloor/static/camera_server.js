/*
 * The server reads a frame where the tablet cannot: a browser without WebAssembly, a symbol that is hard to read, dots in metal
 * (scanning.md 4, 5), and tells what is believed of a reading. Gives readings of the same shape as the worker's.
 */

import { stationRules } from "./camera_rules.js";

const GIVE_UP_AFTER_MS = 8000;
const JPEG_QUALITY = 0.85;
const BUSY = 503;

// Asked for when the page opens: a tablet that has lost the radio since must be able to open its camera.
let tables = loadTables();
tables.catch(() => {});

/** The tables that the server judges by as well, with what this station takes, as the page says it (IMG-6, R-24). */
export async function stationsRules(told) {
  tables = tables.catch(loadTables);
  return stationRules(await tables, JSON.parse(told || "{}"));
}

async function loadTables() {
  return (await fetch(new URL("acceptance.json", import.meta.url))).json();
}

/** The server answered that it has too many pictures at the moment. */
export class ServerBusy extends Error {}

/** Readings of a canvas; `mode` is live, still or hard_mark. Rejects when the server cannot be reached, is busy or refuses the picture. */
export async function readOnServer(canvas, mode) {
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
  const body = new FormData();
  body.append("picture", blob, "frame.jpg");
  body.append("mode", mode);
  const response = await fetch("/api/v1/pictures/read", { method: "POST", body, signal: AbortSignal.timeout(GIVE_UP_AFTER_MS) });
  if (response.status === BUSY) throw new ServerBusy();
  if (!response.ok) throw new Error(`${response.status}`);
  const { codes } = await response.json();
  return codes.map(reading);
}

function reading({ reading: seen, seconded_by: seconded }) {
  const { symbol, identifier, text, content, engine, place } = seen;
  const [topLeft, topRight, bottomRight, bottomLeft] = place.length === 4 ? place.map(([x, y]) => ({ x, y })) : Array(4).fill({ x: 0, y: 0 });
  const how = { stage: seen.stage, hex: seen.hex, unused_error_correction: seen.unused_error_correction };
  return { symbol, identifier, text, content, engine, seconded, how, position: { topLeft, topRight, bottomRight, bottomLeft } };
}
