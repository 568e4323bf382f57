/* What this tab learned of its scanner on earlier pages. A browser may forbid to keep anything: then each page learns it anew. */

const ENDS = "shopfloor.scanner.ends";

/** Whether the scanner was seen to end its codes with Enter or Tab. */
export function ended() {
  try {
    return sessionStorage.getItem(ENDS) === "1";
  } catch {
    return false;
  }
}

/** Remembers whether it does. */
export function learned(ends) {
  try {
    sessionStorage.setItem(ENDS, ends ? "1" : "");
  } catch {
    // The next page learns it again.
  }
}
