// Memos in the margin: the passage of the one that is open or in focus is shown, and a key goes from one to the next.
// They open and close without a script.
"use strict";

const notesShown = () => [...root.querySelectorAll(".notes li")];

function showNote(note) {
  for (const lit of root.querySelectorAll(".is-noted")) lit.classList.remove("is-noted");
  if (!note) return;
  for (const part of root.querySelectorAll(`[data-notes~="${note.dataset.note}"]`)) part.classList.add("is-noted");
  if (rowOf(note.dataset.note)) {
    unlight();
    light(note.dataset.note);
    showHandles();
  }
}

// The next one after where one is: a memo in focus, else the turn; after the last comes the first.
function stepNote() {
  const notes = notesShown();
  if (!notes.length) {
    say(root.dataset.noNote, true);
    return;
  }
  const here = document.activeElement.closest(".notes li");
  const turn = currentTurn();
  const next = here ? notes[notes.indexOf(here) + 1]
    : notes.find((note) => !turn || turn.contains(note) || turn.compareDocumentPosition(note) & Node.DOCUMENT_POSITION_FOLLOWING);
  const note = next || notes[0];
  note.querySelector("summary").focus({ preventScroll: true });
  note.scrollIntoView({ block: "nearest" });
  say(`${root.dataset.memo} ${notes.indexOf(note) + 1}/${notes.length}`);
}

const textShown = root.querySelector(".text");
textShown.addEventListener("focusin", (event) => showNote(event.target.closest(".notes li")));
textShown.addEventListener("click", (event) => {
  const part = event.target.closest("[data-notes]");
  if (!part || !document.getSelection().isCollapsed) return;
  for (const mark of part.dataset.notes.split(" ")) {
    const note = textShown.querySelector(`[data-note="${mark}"]`);
    if (!note) continue;
    note.querySelector("details").open = true;
    showNote(note);
  }
});
