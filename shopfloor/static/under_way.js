/*
 * What was captured and is not in the queue's store yet (A3). A page may end in the milliseconds that the disk needs, by a
 * reload or a link, and what it was writing is then undone. The tab's own storage takes a note at once, and the next page of
 * the tab with a queue writes what is left of them. Where a browser forbids to keep anything, those milliseconds stay.
 */

const NOTES = "shopfloor.queue.under-way";

let notes = left();

/** Stores an entry; rejects if the browser cannot. */
export async function keep(store, entry, station) {
  save([...notes, { entry, station }]);
  try {
    await store.add(entry, station);
  } finally {
    forget(entry);
  }
}

/** Stores what the page before could not: in its order, with the keys it had. */
export async function keepTheRest(store) {
  for (const { entry, station } of notes) {
    await store.addAgain(entry, station);
    forget(entry);
  }
}

function forget({ key }) {
  save(notes.filter((note) => note.entry.key !== key));
}

function save(rest) {
  notes = rest;
  try {
    sessionStorage.setItem(NOTES, JSON.stringify(rest));
  } catch {
    // The store is the one that counts.
  }
}

function left() {
  try {
    return JSON.parse(sessionStorage.getItem(NOTES)) ?? [];
  } catch {
    return [];
  }
}
