// Comments by keyboard: the page works without this file; here are only keys, the number of ticks, and where one was.
"use strict";
const batch = document.getElementById("batch");
const lines = [...document.querySelectorAll(".lines li[data-number]")];
const codeField = document.getElementById("code");
const helpBox = document.getElementById("help");
const keysBox = document.getElementById("keys");
const ticked = document.getElementById("n-ticked");
const KEYS_OFF = "surveyapp-keys-off";

const tickOf = (line) => line.querySelector("input[type=checkbox]");
const currentLine = () => document.activeElement.closest?.(".lines li[data-number]");
let lastLine = null;

function goTo(line) {
  if (!line) return;
  lastLine = line;
  line.focus();
  line.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const at = lines.indexOf(currentLine() || lastLine);
  goTo(lines[at < 0 ? 0 : Math.min(Math.max(at + by, 0), lines.length - 1)]);
}

function countTicks() {
  ticked.textContent = lines.filter((line) => tickOf(line).checked).length;
}

function toggle() {
  const line = currentLine() || lastLine;
  if (!line) return;
  tickOf(line).checked = !tickOf(line).checked;
  countTicks();
}

function toggleAll() {
  const all = lines.every((line) => tickOf(line).checked);
  for (const line of lines) tickOf(line).checked = !all;
  countTicks();
}

// A suggestion goes into the field and is saved only when the person gives the code.
function takeSuggestion() {
  const line = currentLine() || lastLine;
  const hint = line?.querySelector("[data-code]");
  if (!hint) return;
  tickOf(line).checked = true;
  countTicks();
  codeField.value = hint.dataset.code;
  codeField.focus();
}

const KEYS = {
  j: () => step(1), k: () => step(-1), x: toggle, a: toggleAll, s: takeSuggestion,
  l: () => { document.getElementById("linking").open = true; document.getElementById("cause").focus(); },
  c: () => codeField.focus(), m: () => document.getElementById("memo").focus(),
  "/": () => document.getElementById("q").focus(),
  u: () => document.getElementById("undo").requestSubmit(), U: () => document.getElementById("redo").requestSubmit(),
  "?": () => helpBox.showModal(),
  Escape: () => goTo(lastLine || lines[0]),
};

document.addEventListener("keydown", (event) => {
  if (!keysBox.checked || helpBox.open || event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select");
  if (isTyping && event.key !== "Escape") return;
  const recent = document.querySelectorAll("#recent button");
  const button = /^[1-9]$/.test(event.key) && recent[Number(event.key) - 1];
  const deed = button ? () => batch.requestSubmit(button) : KEYS[event.key];
  if (!deed) return;
  event.preventDefault();
  deed();
});

batch.addEventListener("change", countTicks);
for (const line of lines) line.addEventListener("focusin", () => { lastLine = line; });
document.getElementById("tick-all").addEventListener("click", toggleAll);
document.getElementById("ask").addEventListener("click", () => helpBox.showModal());
keysBox.checked = localStorage.getItem(KEYS_OFF) !== "1";
keysBox.addEventListener("change", () => localStorage.setItem(KEYS_OFF, keysBox.checked ? "0" : "1"));
for (const id of ["keys-tick", "ask", "tick-all", "n-ticked"]) document.getElementById(id).hidden = false;
countTicks();

// After saving, go on where one was: at the line itself, or at the next one if the filter hides it now.
const wantedLine = Number(location.hash.replace("#line-", ""));
if (wantedLine) goTo(lines.find((line) => Number(line.dataset.number) >= wantedLine) || lines[lines.length - 1]);
