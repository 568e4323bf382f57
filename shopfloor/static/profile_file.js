/**
 * The profile file of scanners. A tablet that lost the radio while the page opened must still scan once it is back, so it is
 * asked for until it comes.
 */

const AGAIN_MS = 1000;

/** wedge.json, as the server keeps it. */
export async function readProfile() {
  for (;;) {
    try {
      return await (await fetch(new URL("wedge.json", import.meta.url))).json();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
