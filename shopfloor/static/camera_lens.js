/*
 * The camera itself: opening it, choosing one, torch, zoom and focus (scanning.md 5). What it cannot do is not offered.
 */

const CHOICE_KEY = "shopfloor.camera";
const SIZE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

/** Why no camera can be opened here at all, or "": "insecure" (plain http from elsewhere) or "missing". */
export function hindrance() {
  if (!isSecureContext) return "insecure";
  return navigator.mediaDevices?.getUserMedia ? "" : "missing";
}

/** Opens the remembered camera, else the one that looks away from the person. Rejects with the browser's error. */
export async function open(deviceId = remembered()) {
  const wish = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { ideal: "environment" } };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...SIZE, ...wish } });
  } catch (error) {
    // The remembered camera was unplugged: any other is better than none.
    if (!deviceId || error.name === "NotAllowedError") throw error;
    return navigator.mediaDevices.getUserMedia({ audio: false, video: { ...SIZE, facingMode: { ideal: "environment" } } });
  }
}

/** A word for each error a browser gives, for the texts of the page. */
export function errorName({ name }) {
  const names = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "none", OverconstrainedError: "none", NotReadableError: "used", AbortError: "used" };
  return names[name] ?? "failed";
}

/** Cameras by label; labels are known only after a camera was allowed. */
export async function offerCameras(select, chosen) {
  const cameras = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
  const options = cameras.map(({ deviceId, label }, place) => new Option(label || `${place + 1}`, deviceId, false, deviceId === chosen));
  select.replaceChildren(...options);
  select.closest("label").hidden = cameras.length < 2;
}

export function remember(deviceId) {
  try {
    localStorage.setItem(CHOICE_KEY, deviceId);
  } catch {
    // Not remembered.
  }
}

function remembered() {
  try {
    return localStorage.getItem(CHOICE_KEY) ?? "";
  } catch {
    return "";
  }
}

let awake = null;

/** The tablet must not fall asleep while somebody aims. */
export async function stayAwake() {
  try {
    awake = await navigator.wakeLock?.request("screen");
  } catch {
    // Low battery, or not allowed: then it sleeps as usual.
  }
}

export function letSleep() {
  void awake?.release().catch(() => {});
  awake = null;
}

/** Torch, zoom and focus of a running camera. */
export class Lens {
  constructor(stream) {
    this.track = stream.getVideoTracks()[0];
    // Firefox has no getCapabilities.
    this.able = this.track.getCapabilities?.() ?? {};
    if (this.able.focusMode?.includes("continuous")) void this.#set({ focusMode: "continuous" });
  }

  get deviceId() {
    return this.track.getSettings().deviceId ?? "";
  }

  get hasTorch() {
    return this.able.torch === true;
  }

  offerZoom(input) {
    const { min, max, step } = this.able.zoom ?? {};
    input.closest("label").hidden = !(max > min);
    if (max > min) Object.assign(input, { min, max, step: step || 0.1, value: this.track.getSettings().zoom ?? min });
  }

  torch(on) {
    return this.#set({ torch: on });
  }

  zoomTo(value) {
    return this.#set({ zoom: value });
  }

  /** Some cameras offer what they then refuse. Gives whether it was done. */
  async #set(constraint) {
    try {
      await this.track.applyConstraints({ advanced: [constraint] });
      return true;
    } catch {
      return false;
    }
  }
}
