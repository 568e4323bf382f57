/* The button of a page that is made for printing. */

document.querySelector("[data-print]").addEventListener("click", () => print());
