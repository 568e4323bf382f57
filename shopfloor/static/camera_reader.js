/*
 * The reader beside the page: a worker with its WebAssembly, so that the picture stays smooth. Loaded once a page; an old browser
 * has none, and one that fails at frame after frame is given up.
 */

const SCRIPT = "/static/camera_worker.js";
// A reader that fails at so many frames in a row will not read the next one.
const MOST_FAILURES = 5;

/** Calls `read(number, readings)` for every frame, and `ended(error)` when it will read no more. */
export class WorkerReader {
  #worker = null;
  #ready = null;
  #running = false;
  #failures = 0;

  constructor({ read, ended }) {
    this.read = read;
    this.ended = ended;
  }

  /** Whether it takes frames. */
  get works() {
    return this.#running;
  }

  /** Resolves when the WebAssembly is compiled; rejects where that cannot be, and may be called again. */
  load() {
    this.#ready ??= this.#start().catch((error) => {
      this.#stop();
      throw error;
    });
    return this.#ready;
  }

  look(number, image) {
    this.#worker.postMessage({ number, image }, [image.data.buffer]);
  }

  async #start() {
    const worker = (this.#worker = new Worker(SCRIPT));
    await new Promise((resolve, reject) => {
      worker.addEventListener("message", ({ data }) => (data.ready ? resolve() : data.broken && reject(new Error(data.broken))));
      worker.addEventListener("error", (event) => reject(new Error(event.message)));
    });
    this.#running = true;
    worker.addEventListener("message", ({ data }) => this.#answered(data));
    worker.addEventListener("error", (event) => this.#giveUp(new Error(event.message)));
  }

  #answered({ number, readings = [], failed = "" }) {
    this.#failures = failed ? this.#failures + 1 : 0;
    if (this.#failures >= MOST_FAILURES) this.#giveUp(new Error(failed));
    else this.read(number, readings);
  }

  #giveUp(error) {
    if (!this.#running) return;
    this.#stop();
    this.ended(error);
  }

  #stop() {
    this.#worker?.terminate();
    this.#worker = this.#ready = null;
    this.#running = false;
    this.#failures = 0;
  }
}
