// The coding screen: marking with mouse and keys. Without this script every turn can be coded by sentence.
"use strict";

const root = document.getElementById("coding");
const panel = document.getElementById("panel");
const form = document.getElementById("mark");
const search = document.getElementById("search");
const palette = document.getElementById("palette");
const recent = document.getElementById("recent");
const statusLine = document.getElementById("status");
const help = document.getElementById("help");
const keysBox = document.getElementById("keys");
const hint = document.getElementById("passage").textContent;
const MOST_RECENT = 9;
const KEYS_OFF = "surveyapp-keys-off";
let passage = null;

// ---- positions: the server counts code points, the browser UTF-16 units ---------------------------------------------
const codePoints = (text) => Array.from(text);
const turnOf = (words) => words.closest(".turn");

function offsetIn(words, node, offset) {
  const before = document.createRange();
  before.setStart(words, 0);
  before.setEnd(node, offset);
  return before.toString().length;
}

// A selection never ends inside what people see as one sign: a flag, a letter with its accent, a family of faces.
function snapped(text, start, end) {
  if (!window.Intl || !Intl.Segmenter) return [start, end];
  for (const piece of new Intl.Segmenter().segment(text)) {
    const stop = piece.index + piece.segment.length;
    if (piece.index < start && start < stop) start = piece.index;
    if (piece.index < end && end < stop) end = stop;
    if (piece.index >= end) break;
  }
  return [start, end];
}

function pieceOf(words, range) {
  const text = words.textContent;
  let start = words.contains(range.startContainer) ? offsetIn(words, range.startContainer, range.startOffset) : 0;
  let end = words.contains(range.endContainer) ? offsetIn(words, range.endContainer, range.endOffset) : text.length;
  [start, end] = snapped(text, start, end);
  while (start < end && /\s/.test(text[start])) start += 1;
  while (start < end && /\s/.test(text[end - 1])) end -= 1;
  return { words, text, start, end };
}

function passageOf(range) {
  const pieces = [];
  for (const words of root.querySelectorAll(".words")) {
    if (range.intersectsNode(words)) {
      const piece = pieceOf(words, range);
      if (piece.start < piece.end) pieces.push(piece);
    }
  }
  if (!pieces.length) return null;
  // Between turns stand the speakers' labels; they belong to the text and so to a passage that runs over them.
  let quote = "";
  pieces.forEach((piece, index) => {
    const isLast = index === pieces.length - 1;
    if (index) quote += turnOf(piece.words).dataset.gap;
    quote += piece.text.slice(index ? 0 : piece.start, isLast ? piece.end : undefined);
  });
  const first = pieces[0];
  const start = Number(turnOf(first.words).dataset.start) + codePoints(first.text.slice(0, first.start)).length;
  return { start, end: start + codePoints(quote).length, quote, turn: turnOf(first.words) };
}

function showPassage(found) {
  passage = found;
  document.getElementById("passage").textContent = found ? found.quote : hint;
  panel.classList.toggle("has-passage", Boolean(found));
  document.getElementById("drop").hidden = !found;
}

const dropPassage = () => { document.getSelection().removeAllRanges(); showPassage(null); };
document.getElementById("drop").addEventListener("click", dropPassage);

document.addEventListener("selectionchange", () => {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return;
  const range = selection.getRangeAt(0);
  if (!root.querySelector(".text").contains(range.startContainer)) return;
  const found = passageOf(range);
  if (found) showPassage(found);
});

// ---- saving ---------------------------------------------------------------------------------------------------------
function say(text, isError = false) {
  statusLine.textContent = text;
  statusLine.classList.toggle("is-error", isError);
}

async function save(extra, name) {
  if (!passage) {
    say(root.dataset.nothing, true);
    return;
  }
  const marked = passage;
  const fields = new URLSearchParams();
  for (const [key, value] of new FormData(form)) fields.set(key, value);
  for (const [key, value] of Object.entries({ start: marked.start, end: marked.end, quote: marked.quote, ...extra })) {
    fields.set(key, value);
  }
  let reply;
  try {
    reply = await fetch(form.action, { method: "POST", body: fields, headers: { "X-Fragment": "1" } });
  } catch {
    say(root.dataset.failed, true);
    return;
  }
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  if (!reply.ok || reply.redirected) {
    const parts = [...page.querySelectorAll("main h1, main .lead")].map((node) => node.textContent);
    say(parts.join(" ") || root.dataset.failed, true);
    return;
  }
  showSaved(page);
  remember(extra.code);
  form.reset();
  dropPassage();
  say(root.dataset.saved + name);
  document.getElementById(marked.turn.id).focus({ preventScroll: true });
}

function showSaved(page) {
  for (const turn of page.querySelectorAll(".turn")) document.getElementById(turn.id).replaceWith(turn);
  const rows = document.getElementById("rows");
  const row = page.querySelector("tr");
  const after = [...rows.children].find((other) => Number(other.dataset.start) > Number(row.dataset.start));
  rows.insertBefore(row, after || null);
  document.getElementById("n-codings").textContent = rows.children.length;
}

function remember(code) {
  if (!code) return;
  const known = [...recent.children].find((entry) => entry.firstElementChild.dataset.code === code);
  const entry = known || document.createElement("li");
  if (!known) {
    const button = entry.appendChild(document.createElement("button"));
    button.type = "button";
    button.dataset.code = button.textContent = code;
  }
  recent.prepend(entry);
  while (recent.children.length > MOST_RECENT) recent.lastElementChild.remove();
}

const give = (code) => save({ deed: "code", code }, code);

// ---- the palette: a combobox whose list stays open ------------------------------------------------------------------
const shown = () => [...palette.children].filter((option) => !option.hidden);
const active = () => palette.querySelector("[aria-selected=true]");

function activate(option) {
  active()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  search.setAttribute("aria-activedescendant", option ? option.id : "");
  const source = option && document.querySelector(`[data-definition="${CSS.escape(option.dataset.code)}"] > div`);
  document.getElementById("definition").replaceChildren(...(source ? [...source.cloneNode(true).children] : []));
}

function move(step) {
  const options = shown();
  const at = options.indexOf(active());
  activate(options[(at + step + options.length) % options.length]);
}

search.addEventListener("input", () => {
  const wanted = search.value.trim().toLowerCase();
  for (const option of palette.children) option.hidden = !option.textContent.toLowerCase().includes(wanted);
  activate(wanted ? shown()[0] : null);
});

function onListKey(event) {
  if (event.key === "ArrowDown") move(1);
  else if (event.key === "ArrowUp") move(-1);
  else if (event.key === "Enter") {
    if (active()) give(active().dataset.code).then(clearSearch);
  } else if (event.key === "Escape") (passage?.turn || root.querySelector(".turn")).focus();
  else return;
  event.preventDefault();
}
search.addEventListener("keydown", onListKey);
palette.addEventListener("keydown", onListKey);

function clearSearch() {
  search.value = "";
  for (const option of palette.children) option.hidden = false;
  activate(null);
}

palette.addEventListener("mousedown", (event) => event.preventDefault());     // keeps the selection
palette.addEventListener("click", (event) => {
  const option = event.target.closest("[data-code]");
  if (!option) return;
  activate(option);
  if (passage) give(option.dataset.code);
});
palette.addEventListener("mouseover", (event) => {
  const option = event.target.closest("[data-code]");
  if (option && document.activeElement !== search) activate(option);
});
recent.addEventListener("click", (event) => {
  const button = event.target.closest("[data-code]");
  if (button) give(button.dataset.code);
});
document.getElementById("save-link").addEventListener("click", () => {
  const [cause, problem] = [form.elements.cause.value, form.elements.problem.value];
  save({ deed: "link", cause, problem, code: "" }, `${cause} → ${problem}`);
});
form.addEventListener("submit", (event) => event.preventDefault());

// ---- from the text to the table -------------------------------------------------------------------------------------
root.querySelector(".text").addEventListener("click", (event) => {
  for (const lit of document.querySelectorAll(".is-lit")) lit.classList.remove("is-lit");
  const run = event.target.closest(".run");
  if (!run || !document.getSelection().isCollapsed) return;
  for (const mark of run.dataset.codings.split(" ")) {
    const row = document.getElementById(`row-${mark}`);
    row?.classList.add("is-lit");
    row?.scrollIntoView({ block: "nearest" });
    for (const part of root.querySelectorAll(`.run[data-codings~="${mark}"]`)) part.classList.add("is-lit");
  }
});

// ---- keys -----------------------------------------------------------------------------------------------------------
const currentTurn = () => document.activeElement.closest?.(".turn") || passage?.turn;

function stepTurn(step) {
  const turns = [...root.querySelectorAll(".turn")];
  const at = turns.indexOf(currentTurn());
  const next = turns[at < 0 ? 0 : Math.min(Math.max(at + step, 0), turns.length - 1)];
  dropPassage();
  next.focus();
}

// Selecting by sentence goes through the same passage as the mouse: the browser's own selection.
function stepSentence(step, isExtended) {
  const turn = currentTurn() || root.querySelector(".turn");
  const words = turn.querySelector(".words");
  const base = Number(turn.dataset.start);
  const spans = turn.dataset.sentences.split(" ").map((span) => span.split("-").map(Number));
  const from = passage && passage.turn === turn ? passage.start - base : -1;
  const to = passage && passage.turn === turn ? passage.end - base : -1;
  const first = spans.findIndex((span) => span[1] > from);
  const last = to < 0 ? -1 : spans.findIndex((span) => span[1] >= to);
  const edge = isExtended || step > 0 ? last : first;
  const at = Math.min(Math.max(edge + step, 0), spans.length - 1);
  select(words, spans[isExtended && last >= 0 ? first : at][0], spans[at][1]);
}

function select(words, start, end) {
  const signs = codePoints(words.textContent);
  const range = document.createRange();
  const units = (count) => signs.slice(0, count).join("").length;
  for (const [set, offset, isEnd] of [["setStart", units(start), false], ["setEnd", units(end), true]]) {
    const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
    let left = offset;
    while (walker.nextNode()) {
      const length = walker.currentNode.data.length;
      if (left < length || (isEnd && left === length)) break;
      left -= length;
    }
    range[set](walker.currentNode, Math.min(left, walker.currentNode.length || 0));
  }
  document.getSelection().removeAllRanges();
  document.getSelection().addRange(range);
  showPassage(passageOf(range));      // the browser tells of the new selection only later
  words.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => stepTurn(1), k: () => stepTurn(-1),
  "]": () => stepSentence(1, false), "[": () => stepSentence(-1, false), "}": () => stepSentence(1, true),
  c: () => search.focus(),
  m: () => { document.getElementById("more").open = true; document.getElementById("memo").focus(); },
  u: () => document.getElementById("undo").requestSubmit(),
  "?": () => help.showModal(),
  Escape: dropPassage,
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (!keysBox.checked || isTyping || help.open || event.ctrlKey || event.metaKey || event.altKey) return;
  const button = /^[1-9]$/.test(event.key) && recent.children[Number(event.key) - 1]?.firstElementChild;
  const deed = button ? () => give(button.dataset.code) : KEYS[event.key];
  if (!deed) return;
  event.preventDefault();
  deed();
});

document.getElementById("ask").addEventListener("click", () => help.showModal());
keysBox.checked = localStorage.getItem(KEYS_OFF) !== "1";
keysBox.addEventListener("change", () => localStorage.setItem(KEYS_OFF, keysBox.checked ? "0" : "1"));
for (const id of ["panel", "ask", "keys-tick"]) document.getElementById(id).hidden = false;
