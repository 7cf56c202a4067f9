// What a script adds to single kinds of item; loaded only where a page has one of them.
"use strict";
const all = (what, where = document) => where.querySelectorAll(what);
const add = (to, tag, values) => to.appendChild(Object.assign(document.createElement(tag), values));

// Ranking by dragging, or with two buttons a row. What is moved gets a place; the number selects beside hold it, and what
// nobody moved has none: the order in which options are shown is no answer.
for (const box of all("fieldset.ranking")) {
  const words = box.dataset, rows = () => [...all(".rank:not([hidden])", box)];
  const live = add(box, "span", { className: "live" });
  live.setAttribute("role", "status");
  const select = row => row.firstChild, name = row => row.children[1].textContent;
  const place = row => row && +select(row).value;
  const beside = row => row.matches(".rank:not([hidden])") && row;
  const above = row => beside(row.previousElementSibling), below = row => beside(row.nextElementSibling);
  const middle = row => row.getBoundingClientRect().top + row.offsetHeight / 2;
  // Others move round a row, never the row itself, which would lose pointer and focus.
  const up = row => row.after(above(row)), down = row => row.before(below(row));
  // Only rows that stand wrong are moved, so that the one that is used keeps the focus.
  const sort = () => rows().sort((a, b) => (place(a) || 1e9) - (place(b) || 1e9)).forEach(
    (row, at) => rows()[at] === row || rows()[at].before(row));
  // Number the rows from the top as they stand; those never moved stay without a place.
  const number = moved => {
    let n = 0;
    for (const row of rows()) if (row === moved || place(row)) select(row).value = ++n > words.most ? "" : n;
    sort();
    live.textContent = words.place.replace("{0}", name(moved)).replace("{1}", select(moved).value);
    select(moved).dispatchEvent(new Event("input", { bubbles: true }));
  };
  all(".rank[hidden]", box).forEach(row => live.before(row));
  for (const row of rows()) {
    const tools = add(row, "span", { className: "moves" });
    const button = (textContent, label, swap, next) => add(tools, "button", { type: "button", textContent, onclick() {
      if (!place(row)) while (above(row) && !place(above(row))) up(row);
      else if (place(next(row))) swap(row);
      number(row);
    } }).setAttribute("aria-label", label + ": " + name(row));
    button("▲", words.up, up, above);
    button("▼", words.down, down, below);
    const held = is => row.classList.toggle("held", is), isHeld = () => row.matches(".held");
    add(row, "span", {
      className: "grip", textContent: "⠿", ariaHidden: true,
      onpointerdown(e) {
        if (e.button) return;
        e.preventDefault();
        this.setPointerCapture(e.pointerId);
        held(true);
      },
      onpointermove({ clientY: y }) {
        while (isHeld() && above(row) && y < middle(above(row))) up(row);
        while (isHeld() && below(row) && y > middle(below(row))) down(row);
      },
      onpointerup() { if (isHeld()) number(row, held(false)); },
      onpointercancel() { held(false); sort(); }
    });
  }
  box.onchange = sort;
  addEventListener("pageshow", sort);
}

// A slider beside a number field. It has no thumb until it is touched: a position would be an answer nobody gave.
for (const box of all("[data-slider]")) {
  const [min, max, step] = box.dataset.slider.split(" ");
  const range = add(box.parentNode.parentNode, "input", { type: "range", min, max, step });
  const follow = () => { range.value = box.value || (+min + +max) / 2; range.className = box.value ? "" : "untouched"; };
  range.setAttribute("aria-labelledby", box.labels[0].id = "l-" + box.id);
  range.oninput = range.onclick = ({ type }) => {
    box.value = step === "any" ? +(+range.value).toPrecision(4) : range.value;
    range.className = "";
    if (type === "click") box.dispatchEvent(new Event("input", { bubbles: true }));
  };
  box.addEventListener("input", () => document.activeElement === box && follow());
  follow();
  box.parentNode.after(range);
}

// A file that is too large is refused before it is sent.
for (const box of all("[data-largest]")) box.addEventListener("input", () => {
  const isTooLarge = box.files[0]?.size > box.dataset.largest;
  box.nextElementSibling.textContent = isTooLarge ? box.dataset.refusal : "";
  if (isTooLarge) box.value = "";
}, true);
