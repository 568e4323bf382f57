/*
 * CMD:REPORT opens the report of the current unit once everything that was scanned before it is registered; the way back to a journal
 * line (ENT-5, ENT-7) waits for the same, because it takes along what was registered.
 */
let wanted = false;
let leaving = null;

document.getElementById("back")?.addEventListener("submit", (event) => {
  if (Number(document.getElementById("waiting").dataset.count) === 0) return;
  event.preventDefault();
  leaving = event.target;
});

export function wantReport() {
  wanted = true;
}

/** `product` is the current unit, blank for none. Gives whether a report was asked for and there is no unit. */
export function reportWhenSent(waiting, product) {
  if (leaving && waiting === 0) setTimeout(() => leaving.submit());
  if (!wanted || waiting > 0) return false;
  wanted = false;
  if (!product) return true;
  const address = new URL(document.querySelector("[data-associations]").href);
  for (const [name, value] of Object.entries({ product, do: "report", "selected.0": product })) address.searchParams.set(name, value);
  location.assign(address);
  return false;
}
