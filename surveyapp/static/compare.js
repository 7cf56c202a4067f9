// Going from difference to difference by n and p; the page works without this file.
"use strict";
const differences = [...document.querySelectorAll(".difference:not(.is-agreed)")];
const keysBox = document.getElementById("keys");
const place = document.getElementById("place");
const KEYS_OFF = "surveyapp-keys-off";
let at = -1;

function goTo(number) {
  if (!differences.length) return;
  at = Math.min(Math.max(number, 0), differences.length - 1);
  differences[at].focus();
  differences[at].scrollIntoView({ block: "center" });
  place.textContent = `${at + 1} / ${differences.length}`;
}

document.addEventListener("keydown", (event) => {
  if (!keysBox.checked || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select")) return;
  if (event.key === "n") goTo(at + 1);
  else if (event.key === "p") goTo(at - 1);
  else return;
  event.preventDefault();
});
for (const [number, difference] of differences.entries()) {
  difference.addEventListener("focusin", () => { at = number; });
}
keysBox.checked = localStorage.getItem(KEYS_OFF) !== "1";
keysBox.addEventListener("change", () => localStorage.setItem(KEYS_OFF, keysBox.checked ? "0" : "1"));
document.getElementById("tools").hidden = false;
