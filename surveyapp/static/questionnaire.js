// The outline of a draft: a filter over its items. Without this script the browser's own search does the same.
"use strict";

const outline = document.getElementById("outline");
const rows = [...outline.querySelectorAll(".row")];
const MANY = 12;
if (rows.length > MANY) {
  const field = document.createElement("input");
  field.type = "search";
  field.setAttribute("aria-label", document.documentElement.lang.startsWith("zh") ? "筛选题项" : "Filter items");
  field.placeholder = field.getAttribute("aria-label");
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    for (const row of rows) row.hidden = wanted !== "" && !row.textContent.toLowerCase().includes(wanted);
  });
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  outline.prepend(field);
}
