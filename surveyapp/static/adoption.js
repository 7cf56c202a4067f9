// Says of each item, while it is being worded, whether it stays comparable. Without a script the page says so once saved.
"use strict";

(() => {
  const plain = (text) => text.split(/\s+/u).filter(Boolean).join(" ");
  const status = document.querySelector("[data-count]");
  const items = [...document.querySelectorAll("[data-item]")];
  if (!status || !items.length) {
    return;
  }
  const stored = Number(status.dataset.same);

  const isSame = (item) => [...item.querySelectorAll("textarea:not([data-free])")]
    .every((field) => plain(field.value) === plain(field.dataset.original));

  // An item that is not comparable for a reason outside this page, such as a label of its scale, stays so.
  const elsewhere = new Set(items.filter((item) => item.dataset.now !== "same"
    && [...item.querySelectorAll("textarea:not([data-free])")].every(
      (field) => plain(field.defaultValue) === plain(field.dataset.original))));

  const tell = () => {
    let same = stored;
    for (const item of items) {
      const now = isSame(item) && !elsewhere.has(item);
      same += Number(now) - Number(item.dataset.now === "same");
      const tag = item.querySelector("[data-fate]");
      tag.classList.toggle("same", now);
      tag.classList.toggle("reworded", !now);
      tag.textContent = now ? tag.dataset.sameWords : tag.dataset.otherWords;
    }
    status.textContent = status.dataset.words.replace("{same}", String(same));
  };

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-item] textarea")) {
      tell();
    }
  });
  tell();
})();
