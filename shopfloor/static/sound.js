/*
 * Sound and vibration for the answers, told apart by rhythm and not only by pitch (TCP-10, operations 5.1).
 * "tick" is the neutral sign that a code was caught; it never says that it was right.
 */

const VOLUME_KEY = "shopfloor.volume";
const VIBRATION_KEY = "shopfloor.vibration";
// Tones are [hertz, start, length], milliseconds; vibration is on, off, on ... milliseconds.
const SOUNDS = {
  tick: { wave: "sine", gain: 0.15, tones: [[2400, 0, 15]], vibration: [] },
  accepted: { wave: "sine", gain: 0.8, tones: [[1900, 0, 90]], vibration: [60] },
  information: { wave: "sine", gain: 0.8, tones: [[1600, 0, 60], [1600, 110, 60]], vibration: [60, 60, 60] },
  attention: { wave: "triangle", gain: 0.9, tones: [[1100, 0, 170], [1100, 260, 170]], vibration: [150, 100, 150] },
  refused: { wave: "square", gain: 0.7, tones: [[320, 0, 700]], vibration: [150, 80, 150, 80, 150] },
};
const EDGE_SECONDS = 0.006;
let context = null;

/** Plays one of tick, accepted, information, attention, refused; an unknown name sounds as attention. */
export function play(name) {
  const sound = SOUNDS[name] ?? SOUNDS.attention;
  document.dispatchEvent(new CustomEvent("shopfloor:sound", { detail: name }));
  if (vibrates() && sound.vibration.length) navigator.vibrate?.(sound.vibration);
  if (volume() === 0 || !("AudioContext" in window)) return;
  context ??= new AudioContext({ latencyHint: "interactive" });
  // Browsers keep it asleep until the first key or tap.
  if (context.state === "suspended") void context.resume();
  for (const tone of sound.tones) playTone(sound, tone);
}

/** 0 to 1, kept per station. */
export function volume() {
  const stored = Number.parseFloat(read(VOLUME_KEY) ?? "0.8");
  return Number.isFinite(stored) ? Math.min(1, Math.max(0, stored)) : 0.8;
}

export function setVolume(value) {
  write(VOLUME_KEY, String(value));
}

export function vibrates() {
  return read(VIBRATION_KEY) !== "off";
}

export function setVibration(on) {
  write(VIBRATION_KEY, on ? "on" : "off");
}

/** Controls: input[data-sound-volume] (0 to 1), input[type=checkbox][data-sound-vibration], button[data-sound-test=NAME]. */
export function bindSoundControls() {
  for (const input of document.querySelectorAll("[data-sound-volume]")) input.value = String(volume());
  for (const input of document.querySelectorAll("[data-sound-vibration]")) input.checked = vibrates();
  document.addEventListener("input", ({ target }) => {
    if (target.matches("[data-sound-volume]")) setVolume(target.value);
    if (target.matches("[data-sound-vibration]")) setVibration(target.checked);
  });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-sound-test]");
    if (button) play(button.dataset.soundTest || "accepted");
  });
}

function playTone({ wave, gain }, [hertz, start, length]) {
  const from = context.currentTime + start / 1000;
  const until = from + length / 1000;
  const oscillator = new OscillatorNode(context, { type: wave, frequency: hertz });
  const level = new GainNode(context, { gain: 0 });
  // Soft edges: a tone that starts at full height clicks, and the click sounds like the tick.
  level.gain.setValueAtTime(0, from);
  level.gain.linearRampToValueAtTime(gain * volume(), from + EDGE_SECONDS);
  level.gain.setValueAtTime(gain * volume(), Math.max(from + EDGE_SECONDS, until - EDGE_SECONDS));
  level.gain.linearRampToValueAtTime(0, until);
  oscillator.connect(level).connect(context.destination);
  oscillator.start(from);
  oscillator.stop(until);
}

function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // Storage can be switched off; the defaults then hold.
  }
}

function write(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Not remembered.
  }
}
