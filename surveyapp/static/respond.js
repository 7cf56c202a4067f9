// What JavaScript adds to a page of a questionnaire: it saves each answer, shows and hides, and measures time.
"use strict";
(() => {
  const form = document.querySelector("form.page");
  if (!form) return;
  const control = name => form.elements[":" + name];
  const items = [...form.querySelectorAll("[data-item]")];
  const byKey = { __proto__: null, ...Object.fromEntries(items.map(el => [el.dataset.item, el])) };
  const others = { __proto__: null, ...JSON.parse(form.dataset.values || "{}") };
  const say = text => { form.querySelector(".state").textContent = text; };
  const fields = el => [...el.querySelectorAll("input:not([type=range]), select, textarea")];
  const isFilled = f => /radio|checkbox/.test(f.type) ? f.checked : f.value.trim() !== "";

  // Time during which the page can be seen.
  let spent = 0, since = 0;
  const time = () => Math.round(spent + (since && performance.now() - since));
  const look = () => { spent = time(); since = document.hidden ? 0 : performance.now(); };
  document.addEventListener("visibilitychange", look);

  // Show and hide.
  const value = key => {
    const el = byKey[key];
    if (!el) return others[key] ?? "";
    if (el.hidden) return "";
    const filled = fields(el).filter(isFilled);
    if (el.dataset.kind === "r") return filled.sort((a, b) => a.value - b.value).map(f => f.name.slice(key.length + 1));
    const given = filled.filter(f => f.name === key).map(f => f.value);
    if (el.dataset.kind === "m") return given;
    if (!given.length || given[0] === "-93") return "";
    return el.dataset.kind === "n" && !isNaN(given[0]) ? Number(given[0]) : given[0];
  };
  const conditional = [...form.querySelectorAll("[data-if]")].map(el => [el, JSON.parse(el.dataset.if)]);
  const show = () => {
    for (const [el, tree] of conditional) {
      el.hidden = !window.surveyLogic.isTrue(tree, value, "", form.dataset.today);
      for (const f of fields(el)) f.disabled = el.hidden;
    }
    control("seen").value = items.filter(el => !el.hidden).map(el => el.dataset.item).join();
  };

  // Save each answer as it is given; one request at a time, so that none overtakes another.
  const dirty = new Set(), cleared = new Set();
  let timer = 0, busy = false, sent = false;
  const body = keys => {
    const data = new URLSearchParams({ ":at": control("at").value, ":only": keys.join() });
    for (const f of keys.flatMap(k => fields(byKey[k]))) if (!f.disabled && isFilled(f)) data.append(f.name, f.value);
    return data;
  };
  const later = wait => { clearTimeout(timer); timer = setTimeout(save, wait); };
  const save = async () => {
    if (busy || sent || !dirty.size) return;
    const keys = [...dirty];
    dirty.clear();
    busy = true;
    try {
      const reply = await fetch(form.action, { method: "POST", body: body(keys) });
      // What is refused for good, because the questionnaire is closed or handed in, is told and not tried again.
      const told = reply.status > 399 && reply.status < 500 && await reply.json();
      if (!reply.ok && !told) throw reply.status;
      say(told ? told.reason : form.dataset.saved);
    } catch {
      keys.forEach(k => dirty.add(k));
      if (!sent) say(form.dataset.unsaved);
      later(5000);
    }
    busy = false;
    if (dirty.size) later(300);
  };
  form.addEventListener("input", ({ target }) => {
    const el = target.closest("[data-item]");
    if (!el) return;
    if (el.matches(".upload")) return show();       // a file goes with the page
    dirty.add(el.dataset.item);
    cleared[fields(el).some(isFilled) ? "delete" : "add"](el.dataset.item);
    control("cleared").value = [...cleared].join();
    show();
    later(/text/.test(target.type) ? 1500 : 300);
  });
  form.addEventListener("submit", () => { sent = true; control("time").value = time(); });
  addEventListener("pagehide", () => {
    if (sent) return;
    const data = body([...dirty]);
    data.append(":time", time());
    navigator.sendBeacon(form.action, data);
    spent = since = 0;
  });
  addEventListener("pageshow", () => { sent = false; look(); show(); });
})();
