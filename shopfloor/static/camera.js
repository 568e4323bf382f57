/*
 * Scans with the tablet's camera (A3, IMG-7, IMG-12): frames of the viewfinder box go to a worker, what counts goes to the same
 * collector as a scanner's keys. Opened by a tap, which also unlocks the sound. The panel is outside #main and never swapped.
 */
import { Lens, cameras, errorName, hindrance, open, remember } from "./camera_lens.js";
import { Acceptance, howRead, nearestFirst, scanText } from "./camera_rules.js";
import { readOnServer } from "./camera_server.js";
import { capture } from "./capture.js";

// The middle of the picture; what lies beside it is somebody else's label.
const BOX = { width: 0.86, height: 0.7 };
const FLASH_MS = 400;
// What the tablet does not read in this time is shown to the server, a few times and not for ever: most often there is no code.
const HELP_AFTER_MS = 1500;
const HELP_EVERY_MS = 3000;
const MOST_HELP = 3;

const panel = document.getElementById("camera");
const part = (name) => panel.querySelector(`[data-camera-part="${name}"]`);
const video = part("video");
const canvas = document.createElement("canvas");
const picture = canvas.getContext("2d", { willReadFrequently: true });

let stream = null;
let lens = null;
let worker = null;
let acceptance = null;
let awake = null;
let number = 0;
let flash = 0;
let looked = 0;
let help = { since: 0, given: 0, running: false };

for (const button of document.querySelectorAll("[data-camera]")) button.addEventListener("click", () => actions[button.dataset.camera]());
part("choice").addEventListener("change", ({ target }) => switchTo(target.value));
part("zoom").addEventListener("input", ({ target }) => lens?.zoomTo(Number(target.value)));
document.addEventListener("visibilitychange", () => (document.hidden ? pause() : resume()));
addEventListener("pagehide", () => close());

const actions = { open: () => (panel.hidden ? start() : close()), close: () => close(), torch: toggleTorch, hard: () => ask("hard_mark") };

async function start(deviceId) {
  panel.hidden = false;
  pressed(true);
  const reason = hindrance();
  if (reason) return say(reason);
  say("starting");
  try {
    stream = await open(deviceId);
    if (panel.hidden) return stopTracks();
    acceptance = new Acceptance();
    await show();
    await loadReader().catch(readWithoutWorker);
    help = { since: performance.now(), given: 0, running: false };
    say("looking");
    void keepAwake();
    next(number);
  } catch (error) {
    stopTracks();
    say(error instanceof DOMException ? errorName(error) : "reader");
    console.warn(error);
  }
}

async function show() {
  lens = new Lens(stream);
  remember(lens.deviceId);
  lens.track.addEventListener("ended", () => stream?.getVideoTracks()[0] === lens.track && (stopTracks(), say("gone")));
  video.srcObject = stream;
  await video.play();
  part("torch").hidden = !lens.hasTorch;
  part("zoom").closest("label").hidden = !lens.zoom;
  if (lens.zoom) Object.assign(part("zoom"), { min: lens.zoom.min, max: lens.zoom.max, step: lens.zoom.step || 0.1, value: lens.zoom.min });
  const found = await cameras();
  part("choice").replaceChildren(...found.map(({ deviceId, label }, place) => new Option(label || `${place + 1}`, deviceId, false, deviceId === lens.deviceId)));
  part("choice").closest("label").hidden = found.length < 2;
}

/** Once a page: the WebAssembly stays compiled while the page is open. */
function loadReader() {
  if (worker) return worker.ready;
  worker = new Worker("/static/camera_worker.js");
  worker.ready = new Promise((resolve, reject) => {
    worker.addEventListener("message", ({ data }) => (data.ready ? resolve() : data.broken && reject(new Error(data.broken))));
    worker.addEventListener("error", (event) => reject(new Error(event.message)));
  }).catch((error) => {
    worker = null;
    throw error;
  });
  worker.addEventListener("message", ({ data }) => data.number === number && judged(data));
  return worker.ready;
}

/** An old browser, or WebAssembly switched off: the server reads every frame, slower but as well. */
function readWithoutWorker(error) {
  console.warn(error);
  panel.dataset.reader = "server";
}

/** Asks for the next frame; a newer round makes the old one end. */
function next(round) {
  if (round !== number || !stream) return;
  const frame = () => round === number && stream && !document.hidden && look();
  if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(frame);
  else requestAnimationFrame(frame);
}

function look() {
  const [width, height] = [Math.round(video.videoWidth * BOX.width), Math.round(video.videoHeight * BOX.height)];
  if (!width) return next(number);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  picture.drawImage(video, (video.videoWidth - width) / 2, (video.videoHeight - height) / 2, width, height, 0, 0, width, height);
  number += 1;
  looked = performance.now();
  if (!worker) return void lookOnServer(number);
  const image = picture.getImageData(0, 0, width, height);
  worker.postMessage({ number, image }, [image.data.buffer]);
}

async function lookOnServer(round) {
  const readings = await readOnServer(canvas, "live").catch(() => null);
  if (round !== number) return;
  if (readings) return judged({ readings });
  say("server");
  setTimeout(() => next(round), HELP_EVERY_MS);
}

function judged({ readings = [] }) {
  panel.dataset.frames = String(Number(panel.dataset.frames ?? 0) + 1);
  if (readings.length) help = { ...help, since: looked, given: 0 };
  else if (worker && help.given < MOST_HELP && looked - help.since > HELP_AFTER_MS + help.given * HELP_EVERY_MS) void ask("still");
  weigh(readings);
  next(number);
}

/** One frame on the server, beside the live ones. */
async function ask(mode) {
  if (help.running || !stream) return;
  help.running = true;
  help.given += 1;
  if (mode === "hard_mark") say("hard");
  const [asked, at] = [stream, looked];
  const readings = await readOnServer(canvas, mode).catch(() => []);
  help.running = false;
  if (stream !== asked) return;
  looked = at;
  if (weigh(readings, true)) help = { ...help, since: performance.now(), given: 0 };
  if (mode === "hard_mark" && !readings.length) say("not-found");
}

/** Gives whether there was something. */
function weigh(readings, close = false) {
  const { accepted, waiting, refused } = acceptance.seen(nearestFirst(readings, canvas.width, canvas.height), looked, close);
  if (accepted) count(accepted);
  else if (refused) say(`not-${refused}`);
  else if (waiting) say("hold");
  return readings.length > 0;
}

/** Seen at once, heard as the queue's tick; right or wrong comes with the server's answer. */
function count(reading) {
  panel.dataset.flash = "on";
  clearTimeout(flash);
  flash = setTimeout(() => delete panel.dataset.flash, FLASH_MS);
  say("read");
  panel.dataset.read = String(Number(panel.dataset.read ?? 0) + 1);
  capture.deliver(scanText(reading), "camera", { at: looked, reading: howRead(reading) });
}

async function switchTo(deviceId) {
  stopTracks();
  remember(deviceId);
  await start(deviceId);
}

async function toggleTorch() {
  const on = part("torch").getAttribute("aria-pressed") !== "true";
  if (await lens?.torch(on)) part("torch").setAttribute("aria-pressed", String(on));
}

/** A page in the background must not hold the camera: other programs want it, and people do not expect it. */
function pause() {
  if (!stream) return;
  stopTracks();
  panel.dataset.paused = "yes";
}

function resume() {
  if (!panel.dataset.paused) return;
  delete panel.dataset.paused;
  void start();
}

function close() {
  panel.hidden = true;
  delete panel.dataset.paused;
  pressed(false);
  stopTracks();
  document.getElementById("text")?.focus();
}

function stopTracks() {
  number += 1;
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  video.srcObject = null;
  part("torch").setAttribute("aria-pressed", "false");
  void awake?.release().catch(() => {});
  awake = null;
}

/** The tablet must not fall asleep while somebody aims. */
async function keepAwake() {
  try {
    awake = await navigator.wakeLock?.request("screen");
  } catch {
    // Low battery, or not allowed: then it sleeps as usual.
  }
}

function pressed(on) {
  for (const button of document.querySelectorAll('[data-camera="open"]')) button.setAttribute("aria-pressed", String(on));
}

/** Words of the template; the state is there for the style and for those who look over the shoulder. */
function say(state) {
  panel.dataset.state = state;
  const region = part("words");
  const words = region.dataset[`text${state.replace(/(^|-)(\w)/g, (_match, _dash, letter) => letter.toUpperCase())}`] ?? "";
  if (region.textContent !== words) region.textContent = words;
}
