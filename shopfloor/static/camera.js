/*
 * Scans with the tablet's camera (A3, IMG-7, IMG-12): frames of the viewfinder box go to a worker, what counts goes to the same
 * collector as a scanner's keys. Opened by a tap, which also unlocks the sound. The panel is outside #main and never swapped.
 */
import { Lens, errorName, hindrance, letSleep, offerCameras, open, remember, stayAwake } from "./camera_lens.js";
import { WorkerReader } from "./camera_reader.js";
import { Acceptance, boxOf, howRead, named, nearestFirst, scanText } from "./camera_rules.js";
import { ServerBusy, readOnServer, stationsRules } from "./camera_server.js";
import { capture } from "./capture.js";

const FLASH_MS = 400;
// What the tablet does not read in this time is shown to the server, a few times and not for ever: most often there is no code.
const HELP_AFTER_MS = 1500;
const HELP_EVERY_MS = 3000;
const MOST_HELP = 3;
const BUSY_MS = 1000;
// Words about a code that is not there any more would mislead.
const WORDS_MS = 2500;
const PASSING = /^(hold|read|hard|not-found|busy|no-answer|server|refused-.*)$/;

const panel = document.getElementById("camera");
const part = (name) => panel.querySelector(`[data-camera-part="${name}"]`);
const video = part("video");
const canvas = document.createElement("canvas");
const picture = canvas.getContext("2d", { willReadFrequently: true });
const reader = new WorkerReader({
  read: (round, readings) => round === number && judged(readings.map((one) => named(one, rules))),
  ended: (error) => (readWithoutWorker(error), next(number)),
});

let stream = null;
let lens = null;
let rules = null;
let acceptance = null;
// The opening that counts: a later one, closing or leaving the page ends those before it.
let opening = 0;
let starting = false;
let number = 0;
let flash = 0;
let [looked, said] = [0, 0];
let hardMark = false;
let help = { since: 0, given: 0, running: false };

for (const button of document.querySelectorAll("[data-camera]")) button.addEventListener("click", () => actions[button.dataset.camera]());
part("choice").addEventListener("change", ({ target }) => switchTo(target.value));
part("zoom").addEventListener("input", ({ target }) => lens?.zoomTo(Number(target.value)));
document.addEventListener("visibilitychange", () => (document.hidden ? pause() : resume()));
addEventListener("pagehide", () => close());

const actions = { open: () => (stream || starting ? close() : start()), again: () => start(), close: () => close(), torch: toggleTorch, hard: askHard };

async function start(deviceId) {
  const mine = (opening += 1);
  panel.hidden = false;
  pressed(true);
  const reason = hindrance();
  starting = !reason;
  say(reason || "starting");
  if (reason) return;
  try {
    const opened = await open(deviceId);
    // Closed, left or opened again meanwhile: nobody would ever stop this one.
    if (mine !== opening) return opened.getTracks().forEach((track) => track.stop());
    stream = opened;
    panel.dataset.live = "";
    rules ??= await stationsRules(panel.dataset.rules);
    acceptance = new Acceptance(rules);
    await show();
    await reader.load().catch(readWithoutWorker);
    if (mine !== opening) return;
    help = { since: performance.now(), given: 0, running: false };
    say("looking");
    void stayAwake();
    next(number);
  } catch (error) {
    if (mine !== opening) return;
    stopTracks();
    say(error instanceof DOMException ? errorName(error) : "failed");
    console.warn(error);
  } finally {
    if (mine === opening) starting = false;
  }
}

async function show() {
  lens = new Lens(stream);
  remember(lens.deviceId);
  lens.track.addEventListener("ended", () => stream?.getVideoTracks()[0] === lens.track && (stopTracks(), say("gone")));
  video.srcObject = stream;
  await video.play();
  part("torch").hidden = !lens.hasTorch;
  lens.offerZoom(part("zoom"));
  await offerCameras(part("choice"), lens.deviceId);
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
  const { width, height } = boxOf(video.videoWidth, video.videoHeight, video.clientWidth, video.clientHeight);
  if (!width || !height) return next(number);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  picture.drawImage(video, (video.videoWidth - width) / 2, (video.videoHeight - height) / 2, width, height, 0, 0, width, height);
  number += 1;
  looked = performance.now();
  if (reader.works) reader.look(number, picture.getImageData(0, 0, width, height));
  else void lookOnServer(number);
}

async function lookOnServer(round) {
  const mode = hardMark ? "hard_mark" : "live";
  hardMark = false;
  const readings = await readOnServer(canvas, mode).catch((error) => (error instanceof ServerBusy ? "busy" : "server"));
  if (round !== number) return;
  if (!Array.isArray(readings)) return say(readings), void setTimeout(() => next(round), readings === "busy" ? BUSY_MS : HELP_EVERY_MS);
  judged(readings);
  if (mode === "hard_mark" && !readings.length) say("not-found");
}

function judged(readings) {
  panel.dataset.frames = String(Number(panel.dataset.frames ?? 0) + 1);
  if (readings.length) help = { ...help, since: looked, given: 0 };
  else if (reader.works && help.given < MOST_HELP && looked - help.since > HELP_AFTER_MS + help.given * HELP_EVERY_MS) void ask("still");
  weigh(readings);
  next(number);
}

/** Dots in metal, when a person says so: with the next frame, or beside the live ones. */
function askHard() {
  if (!stream) return;
  hardMark = true;
  say("hard");
  if (reader.works) void ask("hard_mark");
}

/** One frame on the server, beside the live ones, one at a time. */
async function ask(mode) {
  if (help.running || !stream) return;
  help.running = true;
  help.given += 1;
  if (mode === "hard_mark") hardMark = false;
  const [asked, at] = [stream, looked];
  const readings = await readOnServer(canvas, mode).catch((error) => (error instanceof ServerBusy ? "busy" : "no-answer"));
  help.running = false;
  if (stream !== asked) return;
  looked = at;
  if (Array.isArray(readings) && weigh(readings, true)) help = { ...help, since: performance.now(), given: 0 };
  // Tapped while an earlier frame was with the server.
  if (hardMark) return void ask("hard_mark");
  if (mode === "hard_mark" && !readings.length) say("not-found");
  else if (mode === "hard_mark" && !Array.isArray(readings)) say(readings);
}

/** Gives whether there was something. */
function weigh(readings, close = false) {
  const { accepted, waiting, refused } = acceptance.seen(nearestFirst(readings, canvas.width, canvas.height), looked, close);
  if (accepted) count(accepted);
  else if (refused) say(`refused-${refused.replaceAll("_", "-")}`);
  else if (waiting) say("hold");
  else if (!readings.length && !help.running && !hardMark && isPast()) say("looking");
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
  leave();
  remember(deviceId);
  await start(deviceId);
}

async function toggleTorch() {
  const on = part("torch").getAttribute("aria-pressed") !== "true";
  if (await lens?.torch(on)) part("torch").setAttribute("aria-pressed", String(on));
}

/** A page in the background must not hold the camera: other programs want it, and people do not expect it. */
function pause() {
  if (!stream && !starting) return;
  leave();
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
  leave();
  document.getElementById("text")?.focus();
}

/** Whatever is being opened is not wanted any more. */
function leave() {
  opening += 1;
  starting = false;
  stopTracks();
}

function stopTracks() {
  number += 1;
  hardMark = false;
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  delete panel.dataset.live;
  video.srcObject = null;
  part("torch").setAttribute("aria-pressed", "false");
  letSleep();
}

function pressed(on) {
  for (const button of document.querySelectorAll('[data-camera="open"]')) button.setAttribute("aria-pressed", String(on));
}

function isPast() {
  return PASSING.test(panel.dataset.state) && performance.now() - said > WORDS_MS;
}

/** Words of the template; the state is there for the style and for those who look over the shoulder. */
function say(state) {
  panel.dataset.state = state;
  said = performance.now();
  const region = part("words");
  const words = region.dataset[`text${state.replace(/(^|-)(\w)/g, (_match, _dash, letter) => letter.toUpperCase())}`] ?? "";
  if (region.textContent !== words) region.textContent = words;
}
