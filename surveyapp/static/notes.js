// Notes during an interview: saves each box by itself and keeps what could not be sent. Without this script the button saves.
"use strict";

const form = document.getElementById("notes");
const statusLine = document.getElementById("note-status");
const elapsed = document.getElementById("elapsed");
const TAB = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const PAUSE_MS = 1200;          // after the last key
const RETRY_MS = 4000;
const MINUTE_MS = 60000;
const boxes = new Map();        // key → { area, number, sent, timer, isBusy, trouble }

const isOpen = (box) => box.area.value !== box.sent || box.isBusy || box.isTicked || box.trouble === "conflict";

function say() {
  const all = [...boxes.values()];
  const trouble = ["signedOut", "refused", "offline", "conflict"].find((kind) => all.some((box) => box.trouble === kind));
  const refused = all.find((box) => box.trouble === "refused");
  let words = form.dataset.saved;
  if (refused) words = refused.words;
  else if (trouble) words = form.dataset[trouble];
  else if (all.some((box) => box.isBusy)) words = form.dataset.saving;
  else if (all.some(isOpen)) words = form.dataset.typing;
  if (statusLine.textContent !== words) statusLine.textContent = words;
  statusLine.classList.toggle("is-trouble", Boolean(trouble));
}

function fieldsOf(key, box) {
  const fields = new FormData();
  fields.set("csrf_token", form.elements.csrf_token.value);
  fields.set("tab", TAB);
  fields.set(`text_${key}`, box.area.value);
  fields.set(`number_${key}`, box.number);
  const state = form.querySelector(`[name="state_${CSS.escape(key)}"]:checked`);
  if (state && box.isTicked) fields.set(`state_${key}`, state.value);
  return fields;
}

async function send(key) {
  const box = boxes.get(key);
  if (box.isBusy || box.trouble === "conflict") return;
  clearTimeout(box.timer);
  const text = box.area.value;
  const fields = fieldsOf(key, box);
  const wasTicked = box.isTicked;
  box.isBusy = true;
  box.isTicked = false;
  say();
  try {
    const reply = await fetch(form.action, { method: "POST", body: fields, headers: { "X-Fragment": "1" } });
    if (reply.redirected || !(reply.headers.get("Content-Type") || "").includes("json")) throw new Error("signedOut");
    take(key, box, text, await reply.json());
  } catch (error) {
    box.trouble = error.message === "signedOut" ? "signedOut" : "offline";
    box.isTicked ||= wasTicked;
    if (box.trouble === "signedOut") await renewToken();
    box.timer = setTimeout(send, RETRY_MS, key);
  }
  box.isBusy = false;
  if (!box.trouble && (box.area.value !== box.sent || box.isTicked)) later(key);
  say();
}

// Whoever logged in again has another token; the page itself stays, because it holds what was written.
async function renewToken() {
  try {
    const reply = await fetch(form.action);
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const field = page.querySelector("#notes [name=csrf_token]");
    if (!reply.redirected && field) form.elements.csrf_token.value = field.value;
  } catch {
    // no connection: the next try finds out
  }
}

function take(key, box, text, answer) {
  const other = answer.conflicts && answer.conflicts[key];
  box.trouble = other ? "conflict" : answer.refused ? "refused" : "";
  box.words = answer.refused || "";
  if (other) {
    ask(key, box, other);
  } else if (!answer.refused) {
    box.sent = text;
    box.number = answer.numbers[key];
    form.elements[`number_${key}`].value = box.number;
  }
}

// Two texts: nothing is thrown away unless somebody says so.
function ask(key, box, other) {
  const panel = document.getElementById("conflict").content.firstElementChild.cloneNode(true);
  panel.querySelector(".words").textContent = other.text;
  panel.addEventListener("click", (event) => {
    const keep = event.target.dataset.keep;
    if (!keep) return;
    if (keep === "theirs") box.area.value = other.text;
    if (keep === "both") box.area.value = `${other.text}\n${box.area.value}`;
    box.number = other.number;
    box.trouble = "";
    panel.remove();
    box.area.focus();
    send(key);
  });
  box.area.before(panel);
}

function later(key) {
  const box = boxes.get(key);
  clearTimeout(box.timer);
  box.timer = setTimeout(send, PAUSE_MS, key);
  say();
}

function grow(area) {
  if (area.scrollHeight > area.clientHeight) area.rows = Math.min(area.rows + 2, 30);
}

function markAsSaid(area) {
  const [first, last] = form.dataset.marks;
  const { selectionStart: start, selectionEnd: end, value } = area;
  area.setRangeText(first + value.slice(start, end) + last, start, end, "end");
  area.selectionStart = area.selectionEnd = start === end ? start + 1 : end + 2;
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

for (const section of form.querySelectorAll(".note")) {
  const key = section.dataset.box;
  const area = section.querySelector("textarea");
  boxes.set(key, { area, number: form.elements[`number_${key}`].value, sent: area.value, timer: 0, isBusy: false, trouble: "" });
  const button = document.getElementById("as-said").content.firstElementChild.cloneNode(true);
  button.addEventListener("click", () => markAsSaid(area));
  area.after(button);
  area.addEventListener("input", () => { grow(area); later(key); });
  area.addEventListener("blur", () => { if (isOpen(boxes.get(key))) send(key); });
  grow(area);
  for (const tick of section.querySelectorAll("[type=radio]")) {
    tick.addEventListener("change", () => { boxes.get(key).isTicked = true; send(key); });
  }
}

const sendAll = () => boxes.forEach((box, key) => { if (isOpen(box)) send(key); });
window.addEventListener("online", sendAll);
document.addEventListener("visibilitychange", () => { if (document.hidden) sendAll(); });
form.addEventListener("submit", (event) => { event.preventDefault(); sendAll(); });

// What leaves the page waits until everything is saved; if it cannot be, the browser asks.
async function afterSaving(go) {
  sendAll();
  const isPending = () => [...boxes.values()].some((box) => isOpen(box) && !box.trouble);
  while (isPending()) await new Promise((done) => setTimeout(done, 50));
  go();
}
document.getElementById("finish-notes").addEventListener("click", (event) => {
  event.preventDefault();
  afterSaving(() => { location.href = event.target.href; });
});
for (const clock of document.querySelectorAll(".clock form")) {
  clock.addEventListener("submit", (event) => {
    const { submitter } = event;
    if (![...boxes.values()].some(isOpen)) return;
    event.preventDefault();
    afterSaving(() => clock.requestSubmit(submitter));
  });
}
window.addEventListener("beforeunload", (event) => { if ([...boxes.values()].some(isOpen)) event.preventDefault(); });

if (elapsed && elapsed.dataset.since) {
  const tick = () => {
    const minutes = Math.max(Math.floor((Date.now() - elapsed.dataset.since * 1000) / MINUTE_MS), 0);
    elapsed.textContent = elapsed.dataset.words.replace("{n}", minutes);
  };
  setInterval(tick, MINUTE_MS / 6);
  tick();
}
say();
