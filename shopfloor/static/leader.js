/*
 * One tab sends, however many are open: Web Locks where the page is a secure context, else a lease row in IndexedDB (A3).
 */

const LEASE_MS = 4000;
const RENEWAL_MS = 1000;

/**
 * Calls `work(mayStillSend)` while this tab is the one that sends. `mayStillSend()` is asked before each entry; on false
 * `work` must return. If two tabs ever send the same entry, the server gives both the same answer: the key is the same.
 */
export async function lead(store, tab, work) {
  if (navigator.locks) return navigator.locks.request("shopfloor.queue", () => work(async () => true));
  const renew = () => store.lease(tab, Date.now(), Date.now() + LEASE_MS);
  addEventListener("pagehide", () => void store.lease(tab, Date.now(), Date.now()));
  for (;;) {
    if (await renew()) {
      const timer = setInterval(renew, RENEWAL_MS);
      await work(renew).finally(() => clearInterval(timer));
    }
    await new Promise((resolve) => setTimeout(resolve, RENEWAL_MS));
  }
}
