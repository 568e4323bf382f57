/*
 * CMD:REPORT opens the report of the current unit once everything that was scanned before it is registered; the way back to where the page
 * was opened from (ENT-3) waits for the same, because it takes along or shows what was registered. A second tap does not wait.
 */
let wanted = false;
let leaving = null;

const back = document.getElementById("back");
back?.addEventListener(back.href ? "click" : "submit", (event) => {
  if (leaving || Number(document.getElementById("waiting").dataset.count) === 0) return;
  event.preventDefault();
  leaving = back;
});

function leave() {
  if (leaving.href) location.assign(leaving.href);
  else leaving.submit();
}

export function wantReport() {
  wanted = true;
}

/** `product` is the current unit, blank for none. Gives whether a report was asked for and there is no unit. */
export function reportWhenSent(waiting, product) {
  if (leaving && waiting === 0) setTimeout(leave);
  if (!wanted || waiting > 0) return false;
  wanted = false;
  if (!product) return true;
  const address = new URL(document.querySelector("[data-associations]").href);
  for (const [name, value] of Object.entries({ product, do: "report", "selected.0": product })) address.searchParams.set(name, value);
  location.assign(address);
  return false;
}
