// The coding screen: marking, saving, the palette. Without a script every turn can be coded by sentence.
// coding_keys.js (keys) and coding_edges.js (boundaries) are loaded after this file and share its names.
"use strict";

const root = document.getElementById("coding");
const panel = document.getElementById("panel");
const form = document.getElementById("mark");
const search = document.getElementById("search");
const palette = document.getElementById("palette");
const recent = document.getElementById("recent");
const statusLine = document.getElementById("status");
const hint = document.getElementById("passage").textContent;
const MOST_RECENT = 9;
let passage = null;
let edge = null;        // the boundary that is being moved
let litMark = "";       // the coding that is shown

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
  if (edge || !selection.rangeCount || selection.isCollapsed) return;
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

// Return the parts of the page the server drew anew, or say why there are none.
async function post(address, fields) {
  let reply;
  try {
    reply = await fetch(address, { method: "POST", body: fields, headers: { "X-Fragment": "1" } });
  } catch {
    say(root.dataset.failed, true);
    return null;
  }
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  if (reply.ok && !reply.redirected) return page;
  const parts = [...page.querySelectorAll("main h1, main .lead")].map((node) => node.textContent);
  say(parts.join(" ") || root.dataset.failed, true);
  return null;
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
  const page = await post(form.getAttribute("action"), fields);
  if (!page) return;
  showSaved(page);
  remember(extra.code);
  form.reset();
  dropPassage();
  const warning = page.querySelector("#warning");
  say(root.dataset.saved + name + (warning ? `. ${warning.textContent}` : ""), Boolean(warning));
  document.getElementById(marked.turn.id).focus({ preventScroll: true });
}

function showSaved(page) {
  for (const turn of page.querySelectorAll(".turn")) document.getElementById(turn.id)?.replaceWith(turn);
  const note = page.querySelector(".memo-short");
  if (note) document.getElementById("memo-list").prepend(note);
  const row = page.querySelector("tr");
  if (!row) return;
  const rows = document.getElementById("rows");
  const known = document.getElementById(row.id);
  known?.remove();
  const after = [...rows.children].find((other) => Number(other.dataset.start) > Number(row.dataset.start));
  rows.insertBefore(row, after || null);
  const count = document.getElementById("n-codings");
  if (!known) count.textContent = Number(count.textContent) + 1;
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

// Every word must occur, in key, names or definition, in either language; whose key or name has them comes first.
search.addEventListener("input", () => {
  const wanted = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  for (const option of palette.children) {
    option.hidden = !wanted.every((word) => option.dataset.words.includes(word));
  }
  const has = (words) => shown().find((option) => wanted.every((word) => words(option).includes(word)));
  activate(wanted.length ? has((option) => option.dataset.code.toLowerCase())
    || has((option) => option.textContent.toLowerCase()) || shown()[0] : null);
});

function onListKey(event) {
  if (event.isComposing) return;        // Enter chooses a sign of the input method, not a code
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
document.getElementById("save-memo").addEventListener("click", () => save({ deed: "memo", code: "" }, root.dataset.memo));
form.addEventListener("submit", (event) => event.preventDefault());

// ---- from the text to the table -------------------------------------------------------------------------------------
function unlight() {
  litMark = "";
  for (const lit of document.querySelectorAll(".is-lit")) lit.classList.remove("is-lit");
}

// The row comes into sight within its table and column; the text stays where the reader is.
function reveal(row) {
  for (const box of [row.closest(".tall"), row.closest(".side")]) {
    const [inner, outer] = [row.getBoundingClientRect(), box.getBoundingClientRect()];
    if (inner.top < outer.top) box.scrollTop -= outer.top - inner.top;
    else if (inner.bottom > outer.bottom) box.scrollTop += inner.bottom - outer.bottom;
  }
}

function light(mark) {
  litMark = litMark || mark;
  const row = document.getElementById(`row-${mark}`);
  row?.classList.add("is-lit");
  if (row) reveal(row);
  for (const part of root.querySelectorAll(`.run[data-codings~="${mark}"]`)) part.classList.add("is-lit");
}

root.querySelector(".text").addEventListener("click", (event) => {
  if (edge || event.target.closest(".handle")) return;
  unlight();
  const run = event.target.closest(".run");
  if (run && document.getSelection().isCollapsed) {
    const marks = run.dataset.codings.split(" ");
    marks.forEach(light);
    say(marks.map((mark) => document.querySelector(`#row-${mark} .code`)?.textContent).join(" · "));
  }
  showHandles();
});

panel.hidden = false;
