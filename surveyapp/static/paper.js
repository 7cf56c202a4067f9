// Entering sheets: a field that takes one sign hands on to the next one, Enter too; the last one stays.
"use strict";
(() => {
  const fields = [...document.querySelectorAll("form.sheet input[type=text]")];
  const next = field => { const to = fields[fields.indexOf(field) + 1]; if (to) to.focus(); return to; };
  for (const field of fields) {
    field.addEventListener("input", () => { if ("advance" in field.dataset && field.value.length === 1) next(field); });
    field.addEventListener("keydown", event => { if (event.key === "Enter" && next(field)) event.preventDefault(); });
  }
  (document.querySelector("form.sheet [aria-invalid]") || fields[0])?.focus();
})();
