// At a device that strangers share: after a minute without a touch everything is cleared, and nothing is sent twice.
"use strict";
(() => {
  const start = document.querySelector("main").dataset.start;
  const leave = document.querySelector("form.leave"), idle = document.querySelector(".idle");
  const isFirst = !!document.querySelector("main form[action='" + start + "']");
  // No entry of the history is a post that the browser would offer to send again, and none is the last page.
  history.replaceState(null, "", leave || isFirst ? location.href : start);
  const WARN = 40000, CLEAR = 60000;
  let warning = 0, clearing = 0, sent = false;
  const clear = () => { if (leave) leave.submit(); else location.replace(start); };
  const touched = () => {
    clearTimeout(warning);
    clearTimeout(clearing);
    idle.textContent = "";
    warning = setTimeout(() => { idle.textContent = idle.dataset.words; }, WARN);
    clearing = setTimeout(clear, CLEAR);
  };
  for (const type of ["pointerdown", "touchstart", "mousedown", "keydown", "input", "scroll"])
    document.addEventListener(type, touched, { passive: true });
  // The first page has nothing to clear until somebody touches it, or asked for another language.
  if (!isFirst || location.search) touched();
  document.addEventListener("submit", event => { if (sent) event.preventDefault(); sent = true; });
  // A page kept whole by the browser is the former person's.
  addEventListener("pageshow", event => { if (event.persisted) location.replace(start); });
})();
