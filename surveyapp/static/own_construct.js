// The form of a problem or cause: what the checks say is told while it is filled in. Without this script, saving shows it.
"use strict";

const form = document.getElementById("own");
const told = document.getElementById("findings");
const PAUSE_MS = 600;
let waiting = 0;
let asked = 0;

async function check() {
  const mine = ++asked;
  try {
    const reply = await fetch(form.dataset.check, { method: "POST", body: new FormData(form), credentials: "same-origin" });
    if (reply.ok && mine === asked) told.innerHTML = await reply.text();
  } catch {
    // Out of reach: what was told last stays, and saving tells it anew.
  }
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(check, PAUSE_MS);
});
