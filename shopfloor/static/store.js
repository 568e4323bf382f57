/*
 * What the station must not lose: the queue of entries and the state of each order, in IndexedDB (A3).
 *
 * queue: one row per entry, in the order of capture. state is "waiting" (to be sent) or "held" (captured before the
 *   operator could know of a refusal; only the operator sends or discards it, D16).
 * station: one row per order with mode, product and line of the last answer; the row #lease names the tab that sends
 *   where the browser has no Web Locks; the row #agent says which captures of the station agent are here already.
 *
 * Every write is one transaction that the disk has before it counts as done. Transactions run in the order in which they
 * are made, and every method makes its own before it waits for anything: so the order of calls is the order of facts.
 */

const LEASE = "#lease";
const AGENT = "#agent";

export async function openStore() {
  const request = indexedDB.open("shopfloor", 1);
  request.onupgradeneeded = () => {
    const queue = request.result.createObjectStore("queue", { keyPath: "id", autoIncrement: true });
    queue.createIndex("state", "state");
    request.result.createObjectStore("station", { keyPath: "order_no" });
  };
  return new Store(await asked(request));
}

class Store {
  constructor(database) {
    this.database = database;
    // A newer page wants to change the tables: it may. This tab then says that it cannot keep scans.
    database.onversionchange = () => database.close();
  }

  /**
   * Keeps an entry. Its after_key is that of the last unanswered entry of the same order, if there is one. If the order
   * has no entry at all, the station as the page shows it becomes the order's state. `mark` is the number of a capture in
   * the agent's spool: what was stored with that number, or a later one, is not stored again.
   */
  add(entry, station, mark = null) {
    return this.#write(async ({ queue, stations }) => {
      if (mark && !(await isNew(stations, mark))) return;
      await append(queue, stations, entry, station);
    });
  }

  /** Keeps an entry that an earlier page may have kept already. */
  addAgain(entry, station) {
    return this.#write(async ({ queue, stations }) => {
      const known = await asked(queue.getAll());
      if (!known.some((other) => other.key === entry.key)) await append(queue, stations, entry, station);
    });
  }
  /** The entry to send next and the state of its order, or null. */
  async next() {
    const transaction = this.database.transaction(["queue", "station"]);
    const cursor = await asked(transaction.objectStore("queue").index("state").openCursor("waiting"));
    if (!cursor) return null;
    const entry = cursor.value;
    return { entry, station: await asked(transaction.objectStore("station").get(entry.order_no)) };
  }

  /** The state of an order that still has entries, or null: then the page knows best. */
  async stationOf(orderNo) {
    const transaction = this.database.transaction(["queue", "station"]);
    const entries = await asked(transaction.objectStore("queue").getAll());
    if (!entries.some((entry) => entry.order_no === orderNo)) return null;
    return (await asked(transaction.objectStore("station").get(orderNo))) ?? null;
  }

  /** How many wait, how many are held, and how many of those may still be sent again (D16). */
  async counts() {
    const transaction = this.database.transaction(["queue", "station"]);
    const index = transaction.objectStore("queue").index("state");
    const waiting = await asked(index.count("waiting"));
    const held = await asked(index.getAll("held"));
    const stations = await stationsOf(transaction.objectStore("station"), held);
    return { waiting, held: held.length, continuable: held.filter((entry) => continuable(entry, stations.get(entry.order_no))).length };
  }

  /**
   * Removes the answered entry and stores the station of its answer, at once. Unless another tab was first:
   * - stops: what was captured before this answer is held, up to the next change to Product mode;
   * - keeps: the entry itself is held, because the server held it;
   * - releases: the question with this key was confirmed; what it held may now be sent again.
   */
  answered(entry, station, { stops = false, keeps = false, releases = "" }) {
    return this.#write(async ({ queue, stations }) => {
      const current = await asked(queue.get(entry.id));
      if (current?.key !== entry.key || current.state !== "waiting") return;
      await asked(stations.put(station));
      if (keeps) await asked(queue.put(heldBy(entry, entry.key, station)));
      else await asked(queue.delete(entry.id));
      if (stops) await holdAfter(queue, entry, station);
      if (releases) await release(queue, releases, station);
    });
  }

  /** Holds one waiting entry instead of sending it: its unit is no longer the current one. */
  hold(entry) {
    return this.#write(async ({ queue }) => asked(queue.put({ ...entry, state: "held" })));
  }

  /**
   * The operator's choice: held entries go to the end of the queue, each with a new key that names the old one; the old
   * row goes in the same transaction. *Continue* takes those whose unit is still current, *discard* takes all. Gives the
   * number taken.
   */
  choose(kind, newKey) {
    return this.#write(async ({ queue, stations }) => {
      const held = await asked(queue.index("state").getAll("held"));
      const states = await stationsOf(stations, held);
      const taken = kind === "continue" ? held.filter((one) => continuable(one, states.get(one.order_no))) : held;
      for (const entry of taken) {
        const waiting = await last(queue, "waiting", (other) => other.order_no === entry.order_no);
        const { id, ...rest } = entry;
        const choice = { key: newKey(), holds: entry.key, after_key: waiting?.key ?? "", state: "waiting" };
        // A discard that the server sent back is still the scan that it was.
        const original = entry.original ?? entry.kind;
        await asked(queue.add({ ...rest, ...choice, original, kind: kind === "continue" ? original : kind }));
        await asked(queue.delete(id));
      }
      return taken.length;
    });
  }

  /** Takes or renews the right to send for this tab until `until` (wall clock, milliseconds). */
  lease(tab, now, until) {
    return this.#write(async ({ stations }) => {
      const row = await asked(stations.get(LEASE));
      // A clock that was set back must not lock everybody out: no lease lies further ahead than it was given.
      const free = !row || row.tab === tab || row.until < now || row.until > now + 2 * (until - now);
      if (free) await asked(stations.put({ order_no: LEASE, tab, until }));
      return free;
    });
  }

  async #write(work) {
    const transaction = this.database.transaction(["queue", "station"], "readwrite", { durability: "strict" });
    const finished = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error ?? new Error("The queue could not be written."));
    });
    const stores = { queue: transaction.objectStore("queue"), stations: transaction.objectStore("station") };
    const worked = work(stores).catch((error) => {
      if (!transaction.error) transaction.abort();
      throw error;
    });
    return (await Promise.all([worked, finished]))[0];
  }
}

/** A held entry may be sent again only onto the unit that was current when it was held. */
export function continuable(entry, station) {
  return station?.mode === "Component" && entry.for_product === station.product;
}

/** For what was captured while no page, or another one, was open: only the operator sends or discards it. */
export function heldApart(station) {
  return { state: "held", held_by: "", for_product: station.mode === "Component" ? station.product : null };
}

async function append(queue, stations, entry, station) {
  const waiting = await last(queue, "waiting", (other) => other.order_no === entry.order_no);
  const held = waiting ?? (await last(queue, "held", (other) => other.order_no === entry.order_no));
  if (!held) await asked(stations.put(station));
  const kept = entry.held_by && (await endsHold(queue, entry)) ? free(entry) : entry;
  await asked(queue.add({ ...kept, after_key: waiting?.key ?? entry.after_key }));
}

async function isNew(stations, { spool, seq }) {
  const known = await asked(stations.get(AGENT));
  if (known?.spool === spool && seq <= known.seq) return false;
  await asked(stations.put({ order_no: AGENT, spool, seq }));
  return true;
}

function heldBy(entry, key, station) {
  return { ...entry, state: "held", held_by: key, for_product: station.mode === "Component" ? station.product : null };
}

async function holdAfter(queue, refused, station) {
  let unit = station;
  for (let cursor = await asked(queue.index("state").openCursor("waiting")); cursor; cursor = await advanced(cursor)) {
    const entry = cursor.value;
    if (entry.id < refused.id || entry.order_no !== refused.order_no || entry.kind === "discard") continue;
    if (isProductMode(entry)) break;
    await asked(cursor.update(heldBy(entry, refused.key, unit)));
    if (entry.kind === "product") unit = { mode: "Component", product: entry.text };
  }
}

/** A hold ends at the next change to Product mode: what follows it belongs to another unit. */
export function isProductMode(entry) {
  return entry.kind === "mode" && entry.text === "Product";
}

/** Keys may be delivered late: what was captured blind, but behind a change to Product mode, belongs to another unit all the same. */
function endsHold(queue, entry) {
  return last(queue, "waiting", (other) => other.order_no === entry.order_no && isProductMode(other));
}

function free({ held_by: _heldBy, for_product: _forProduct, ...entry }) {
  return { ...entry, state: "waiting" };
}

async function release(queue, question, station) {
  for (let cursor = await asked(queue.index("state").openCursor("held")); cursor; cursor = await advanced(cursor)) {
    if (cursor.value.held_by === question) await asked(cursor.update(heldBy(cursor.value, question, station)));
  }
}

async function last(queue, state, matches) {
  let cursor = await asked(queue.index("state").openCursor(state, "prev"));
  while (cursor && !matches(cursor.value)) cursor = await advanced(cursor);
  return cursor?.value;
}

async function stationsOf(stations, entries) {
  const found = new Map();
  for (const { order_no: orderNo } of entries) {
    if (!found.has(orderNo)) found.set(orderNo, await asked(stations.get(orderNo)));
  }
  return found;
}

function advanced(cursor) {
  const { request } = cursor;
  cursor.continue();
  return asked(request);
}

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
