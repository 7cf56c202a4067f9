// What JavaScript adds to a page of a questionnaire: it saves each answer, shows and hides, and measures time.
"use strict";
(() => {
  const form = document.querySelector("form.page");
  if (!form) return;
  const control = name => form.elements[":" + name];
  const items = [...form.querySelectorAll("[data-item]")];
  const state = form.querySelector(".state");
  const byKey = Object.fromEntries(items.map(el => [el.dataset.item, el]));
  const others = JSON.parse(form.dataset.values || "{}");

  // Time during which the page can be seen.
  let spent = 0, since = document.hidden ? 0 : performance.now();
  const pause = () => { if (since) spent += performance.now() - since; since = 0; };
  const time = () => Math.round(spent + (since ? performance.now() - since : 0));
  document.addEventListener("visibilitychange", () => { document.hidden ? pause() : since = performance.now(); });

  const fields = el => [...el.querySelectorAll("input, select, textarea")];
  const isFilled = f => f.type === "radio" || f.type === "checkbox" ? f.checked : f.value.trim() !== "";

  // Show and hide.
  const value = key => {
    const el = byKey[key];
    if (!el) return others[key] ?? "";
    if (el.hidden) return "";
    const given = fields(el).filter(f => f.name === key && isFilled(f)).map(f => f.value);
    if (el.dataset.kind === "m") return given;
    if (!given.length || given[0] === "-93") return "";
    return el.dataset.kind === "n" && !isNaN(given[0]) ? Number(given[0]) : given[0];
  };
  const conditional = [...form.querySelectorAll("[data-if]")].map(el => [el, JSON.parse(el.dataset.if)]);
  const show = () => {
    if (!conditional.length) return;
    for (const [el, tree] of conditional) {
      el.hidden = !window.surveyLogic.isTrue(tree, value);
      for (const f of fields(el)) f.disabled = el.hidden;
    }
    control("seen").value = items.filter(el => !el.hidden).map(el => el.dataset.item).join(",");
  };

  // Save each answer as it is given; one request at a time, so that none overtakes another.
  let dirty = new Set(), cleared = new Set(), timer = 0, busy = false, sent = false;
  const body = keys => {
    const data = new URLSearchParams();
    for (const f of keys.flatMap(k => fields(byKey[k]))) {
      if (!f.disabled && isFilled(f)) data.append(f.name, f.value);
    }
    for (const name of ["at", "base"]) data.append(":" + name, control(name).value);
    data.append(":only", keys.join(","));
    return data;
  };
  const save = async () => {
    clearTimeout(timer);
    timer = 0;
    if (busy || sent || !dirty.size) return;
    const keys = [...dirty];
    dirty.clear();
    busy = true;
    try {
      const reply = await fetch(form.action, { method: "POST", body: body(keys), headers: { Accept: "application/json" } });
      if (!reply.ok) throw new Error(reply.status);
      state.textContent = dirty.size ? "" : form.dataset.saved;
    } catch {
      keys.forEach(k => dirty.add(k));
      if (!sent) state.textContent = form.dataset.unsaved;
      timer = setTimeout(save, 5000);
    }
    busy = false;
    if (dirty.size && !timer) save();
  };
  const changed = (event, wait) => {
    const el = event.target.closest("[data-item]");
    if (!el) return;
    const key = el.dataset.item;
    dirty.add(key);
    fields(el).some(isFilled) ? cleared.delete(key) : cleared.add(key);
    control("cleared").value = [...cleared].join(",");
    show();
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  };
  form.addEventListener("change", event => changed(event, 300));
  form.addEventListener("input", event => { if (/text/.test(event.target.type)) changed(event, 1500); });
  form.addEventListener("submit", () => { sent = true; clearTimeout(timer); control("time").value = time(); });
  addEventListener("pagehide", () => {
    if (sent) return;
    const data = body([...dirty]);
    data.append(":time", time());
    navigator.sendBeacon(form.action, data);
    dirty.clear();
    spent = 0;
    since = 0;
  });
  addEventListener("pageshow", event => { if (event.persisted) { sent = false; spent = 0; since = performance.now(); } });
  show();
})();
