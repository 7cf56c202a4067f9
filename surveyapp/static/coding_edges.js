// Boundaries of a coded passage: moved with the mouse or a finger by two handles, or with the arrow keys.
"use strict";

// ---- places: code points of the whole text; a sign is what people see as one ---------------------------------------
const turnsShown = () => [...root.querySelectorAll(".text .turn")];
const wordsOf = (turn) => turn.querySelector(".words");

function bordersOf(turn) {
  const text = wordsOf(turn).textContent;
  const signs = window.Intl && Intl.Segmenter ? Array.from(new Intl.Segmenter().segment(text), (piece) => piece.segment)
    : codePoints(text);
  const borders = [Number(turn.dataset.start)];
  for (const sign of signs) borders.push(borders[borders.length - 1] + codePoints(sign).length);
  return borders;
}

const endOf = (turn) => Number(turn.dataset.start) + codePoints(wordsOf(turn).textContent).length;
const sentencesOf = (turn) => turn.dataset.sentences.split(" ").filter(Boolean)
  .map((span) => span.split("-").map((place) => Number(place) + Number(turn.dataset.start)));

// Where an edge comes to when it moves over one piece; an edge never rests at the far border of a turn.
function stepped(place, step, isEnd, piecesOf) {
  const turns = turnsShown();
  const at = Math.max(turns.findIndex((turn) => place <= endOf(turn)), 0);
  for (let index = at; turns[index] && Math.abs(index - at) < 3; index += step) {
    const places = piecesOf(turns[index], isEnd);
    const next = step > 0 ? places.find((border) => border > place) : places.filter((border) => border < place).pop();
    if (next !== undefined) return next;
  }
  return place;
}

const signBorders = (turn, isEnd) => (isEnd ? bordersOf(turn).slice(1) : bordersOf(turn).slice(0, -1));
const sentenceBorders = (turn, isEnd) => sentencesOf(turn).map((span) => span[isEnd ? 1 : 0]);
const stepSign = (place, step, isEnd) => stepped(place, step, isEnd, signBorders);
const stepSentenceEdge = (place, step, isEnd) => stepped(place, step, isEnd, sentenceBorders);

// The place in the page of so many code points of a turn's words.
function pointIn(words, count, isEnd) {
  let left = codePoints(words.textContent).slice(0, Math.max(count, 0)).join("").length;
  const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const length = walker.currentNode.data.length;
    if (left < length || (isEnd && left === length)) break;
    left -= length;
  }
  const node = walker.currentNode;
  return [node, Math.min(left, node.length || 0)];
}

function rangeOf(start, end) {
  const turns = turnsShown();
  const first = turns.find((turn) => endOf(turn) > start);
  const last = turns.filter((turn) => Number(turn.dataset.start) < end).pop();
  if (!first || !last) return null;
  const range = document.createRange();
  range.setStart(...pointIn(wordsOf(first), start - Number(first.dataset.start), false));
  range.setEnd(...pointIn(wordsOf(last), end - Number(last.dataset.start), true));
  return range;
}

function selectPlaces(start, end) {
  const range = rangeOf(start, end);
  if (!range) return null;
  document.getSelection().removeAllRanges();
  document.getSelection().addRange(range);
  return passageOf(range);
}

// ---- moving an edge -------------------------------------------------------------------------------------------------
const rowOf = (mark) => document.getElementById(`row-${mark}`);
const nameOf = (row) => row.querySelector(".code").textContent;

function tellEdge() {
  const told = edge.side === "end" ? root.dataset.endEdge : root.dataset.startEdge;
  say(told.replace("{code}", nameOf(rowOf(edge.mark))));
}

function beginEdge(mark, side) {
  const row = rowOf(mark);
  if (!row || row.dataset.own === undefined || !row.dataset.end) {
    say(root.dataset.notYours, true);
    return;
  }
  edge = { mark, side, start: Number(row.dataset.start), end: Number(row.dataset.end) };
  showPassage(null);
  selectPlaces(edge.start, edge.end);
  tellEdge();
}

function putEdge(place) {
  const other = edge.side === "end" ? edge.start : edge.end;
  if (edge.side === "end" ? place <= other : place >= other) return;
  edge[edge.side] = place;
  selectPlaces(edge.start, edge.end);
  placeHandles(edge.start, edge.end);
}

function leaveEdge() {
  edge = null;
  dropPassage();
  say("");
  showHandles();
}

async function saveEdge() {
  const { mark, start, end } = edge;
  const row = rowOf(mark);
  const found = selectPlaces(start, end);
  const isSame = found && found.start === Number(row.dataset.start) && found.end === Number(row.dataset.end);
  edge = null;
  if (found && !isSame) {
    const fields = new URLSearchParams({
      csrf_token: form.elements.csrf_token.value, version: form.elements.version.value, deed: "move",
      coding_version: row.dataset.version, start: found.start, end: found.end, quote: found.quote });
    const page = await post(`${root.dataset.base}/codings/${mark}/edges`, fields);
    if (page) {
      showSaved(page);
      say(root.dataset.saved + nameOf(rowOf(mark)));
    }
  }
  dropPassage();
  unlight();
  light(mark);
  showHandles();
  turnsShown().find((turn) => endOf(turn) > start)?.focus({ preventScroll: true });
}

// Return whether the key was one for the edge that is being moved.
function onEdgeKey(event) {
  if (!edge) return false;
  const isEnd = edge.side === "end";
  const isRightToLeft = getComputedStyle(wordsOf(currentTurn() || turnsShown()[0])).direction === "rtl";
  const along = { ArrowRight: isRightToLeft ? -1 : 1, ArrowLeft: isRightToLeft ? 1 : -1 }[event.key];
  const over = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (along) putEdge(stepSign(edge[edge.side], along, isEnd));
  else if (over) putEdge(stepSentenceEdge(edge[edge.side], over, isEnd));
  else if (event.key === "e") { edge.side = isEnd ? "start" : "end"; tellEdge(); }
  else if (event.key === "Enter") saveEdge();
  else if (event.key === "Escape") leaveEdge();
  else return false;
  return true;
}

// ---- handles --------------------------------------------------------------------------------------------------------
const handles = Object.fromEntries(["start", "end"].map((side) => {
  const handle = document.createElement("button");
  handle.type = "button";
  handle.className = `handle is-${side}`;
  handle.dataset.side = side;
  handle.setAttribute("aria-label", side === "end" ? root.dataset.handleEnd : root.dataset.handleStart);
  return [side, handle];
}));

function placeHandles(start, end) {
  const text = root.querySelector(".text");
  const boxes = [...(rangeOf(start, end)?.getClientRects() || [])].filter((box) => box.width > 0);
  if (!boxes.length) return;
  const frame = text.getBoundingClientRect();
  for (const [side, box] of [["start", boxes[0]], ["end", boxes[boxes.length - 1]]]) {
    handles[side].style.left = `${(side === "end" ? box.right : box.left) - frame.left}px`;
    handles[side].style.top = `${box.top - frame.top}px`;
    handles[side].style.height = `${box.height}px`;
    if (!handles[side].isConnected) text.append(handles[side]);
  }
}

function showHandles() {
  const row = litMark && rowOf(litMark);
  if (row && row.dataset.own !== undefined && row.dataset.end) {
    placeHandles(Number(row.dataset.start), Number(row.dataset.end));
  } else {
    handles.start.remove();
    handles.end.remove();
  }
}

function placeUnder(event) {
  const spot = document.caretPositionFromPoint ? document.caretPositionFromPoint(event.clientX, event.clientY)
    : document.caretRangeFromPoint(event.clientX, event.clientY);
  const node = spot && (spot.offsetNode || spot.startContainer);
  const words = node && node.parentElement?.closest(".words");
  if (!words || !root.contains(words)) return null;
  const units = offsetIn(words, node, spot.offset ?? spot.startOffset);
  const place = Number(turnOf(words).dataset.start) + codePoints(words.textContent.slice(0, units)).length;
  return bordersOf(turnOf(words)).find((border) => border >= place);
}

function onDrag(event) {
  const place = placeUnder(event);
  if (edge && place !== null && place !== undefined) putEdge(place);
}

function onDrop() {
  document.removeEventListener("pointermove", onDrag);
  document.removeEventListener("pointerup", onDrop);
  root.classList.remove("is-dragging");
  if (edge) saveEdge();
}

for (const handle of Object.values(handles)) {
  handle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    beginEdge(litMark, handle.dataset.side);
    root.classList.add("is-dragging");
    document.addEventListener("pointermove", onDrag);
    document.addEventListener("pointerup", onDrop);
  });
  handle.addEventListener("keydown", (event) => {
    if (!event.key.startsWith("Arrow")) return;
    if (!edge || edge.side !== handle.dataset.side) beginEdge(litMark, handle.dataset.side);
    onEdgeKey(event);
    event.preventDefault();
    event.stopPropagation();
  });
}
window.addEventListener("resize", () => showHandles());
document.getElementById("labels").addEventListener("change", () => showHandles());
