// The keys of the coding screen. None is active in a field, and all can be switched off.
"use strict";

const help = document.getElementById("help");
const keysBox = document.getElementById("keys");
const KEYS_OFF = "surveyapp-keys-off";

const currentTurn = () => document.activeElement.closest?.(".turn") || passage?.turn;

function stepTurn(step) {
  const turns = turnsShown();
  const at = turns.indexOf(currentTurn());
  const next = turns[at < 0 ? 0 : Math.min(Math.max(at + step, 0), turns.length - 1)];
  dropPassage();
  next.focus();
}

// Selecting goes through the same passage as the mouse: the browser's own selection, told of only later.
function mark(start, end) {
  const turn = currentTurn();
  const found = selectPlaces(start, end);
  if (found) showPassage(found);
  (found?.turn || turn)?.scrollIntoView({ block: "nearest" });
}

function stepSentence(step) {
  const turn = currentTurn() || turnsShown()[0];
  const spans = sentencesOf(turn);
  const isHere = passage && passage.turn === turn;
  const first = isHere ? spans.findIndex((span) => span[1] > passage.start) : -1;
  const last = isHere ? spans.findIndex((span) => span[1] >= passage.end) : -1;
  const at = Math.min(Math.max((step > 0 ? last : first) + step, 0), spans.length - 1);
  mark(...spans[at]);
}

// The end of the passage moves; without a passage the first sign or sentence of the turn is marked.
function extend(step, stepEnd) {
  const turn = currentTurn() || turnsShown()[0];
  const start = passage ? passage.start : Number(turn.dataset.start);
  const end = passage ? stepEnd(passage.end, step, true) : stepEnd(start, 1, true);
  if (end > start) mark(start, end);
}

function extendAlong(step) {
  const turn = currentTurn() || turnsShown()[0];
  extend(getComputedStyle(wordsOf(turn)).direction === "rtl" ? -step : step, stepSign);
}

function nextOverlap() {
  const turn = currentTurn();
  const [start, end] = passage ? [passage.start, passage.end] : turn ? [Number(turn.dataset.start), endOf(turn)] : [0, 0];
  const rows = [...document.getElementById("rows").children].filter(
    (row) => row.dataset.end && Number(row.dataset.start) < end && Number(row.dataset.end) > start);
  if (!rows.length) {
    say(root.dataset.noneHere, true);
    return;
  }
  const at = (rows.findIndex((row) => row.id === `row-${litMark}`) + 1) % rows.length;
  unlight();
  light(rows[at].id.slice("row-".length));
  showHandles();
  say(`${rows[at].querySelector("th").textContent.replace(/\s+/g, " ").trim()} (${at + 1}/${rows.length})`);
}

function moveBoundary() {
  if (!litMark || !rowOf(litMark)) nextOverlap();
  if (litMark && rowOf(litMark)) beginEdge(litMark, "end");
}

// After the page is loaded anew one is where one was.
function submitHere(id) {
  const sent = document.getElementById(id);
  sent.elements.turn.value = currentTurn()?.id.slice("turn-".length) || "";
  sent.requestSubmit();
}

const KEYS = {
  j: () => stepTurn(1), k: () => stepTurn(-1), "]": () => stepSentence(1), "[": () => stepSentence(-1),
  "}": () => extend(1, stepSentenceEdge), "Shift+ArrowDown": () => extend(1, stepSentenceEdge),
  "Shift+ArrowUp": () => extend(-1, stepSentenceEdge), "Shift+ArrowRight": () => extendAlong(1),
  "Shift+ArrowLeft": () => extendAlong(-1),
  c: () => search.focus(),
  l: () => { document.getElementById("linking").open = true; document.getElementById("cause").focus(); },
  m: () => { document.getElementById("more").open = true; document.getElementById("memo").focus(); },
  n: () => stepNote(), o: nextOverlap, e: moveBoundary,
  u: () => submitHere("undo"), U: () => submitHere("redo"),
  "?": () => help.showModal(),
  Escape: () => { dropPassage(); unlight(); showHandles(); },
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (!keysBox.checked || isTyping || help.open || event.ctrlKey || event.metaKey || event.altKey) return;
  if (onEdgeKey(event)) {
    event.preventDefault();
    return;
  }
  const button = /^[1-9]$/.test(event.key) && recent.children[Number(event.key) - 1]?.firstElementChild;
  const key = event.shiftKey && event.key.startsWith("Arrow") ? `Shift+${event.key}` : event.key;
  const deed = button ? () => give(button.dataset.code) : KEYS[key];
  if (!deed) return;
  event.preventDefault();
  if (edge) leaveEdge();
  deed();
});

document.getElementById("ask").addEventListener("click", () => help.showModal());
keysBox.checked = localStorage.getItem(KEYS_OFF) !== "1";
keysBox.addEventListener("change", () => localStorage.setItem(KEYS_OFF, keysBox.checked ? "0" : "1"));
for (const id of ["ask", "keys-tick"]) document.getElementById(id).hidden = false;

if (location.hash.startsWith("#turn-")) document.getElementById(location.hash.slice(1))?.focus({ preventScroll: true });
const told = [...document.querySelectorAll("main > .notice")].map((notice) => notice.textContent).join(" ");
if (told) say(told);
