// Conditions in the browser: the part of the expression language that pages need; the server decides in the end.
"use strict";
window.surveyLogic = (() => {
  const text = v => Array.isArray(v) ? v.join(" ") : v === true ? "true" : v === false ? "false" :
    typeof v === "number" ? (isFinite(v) ? String(v === 0 ? 0 : v) : "") : v;
  const number = v => {
    if (typeof v === "number") return v;
    if (typeof v === "boolean") return v ? 1 : 0;
    const t = text(v).replace(/^[ \t\n\r]+|[ \t\n\r]+$/g, "");
    if (/^-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(t)) return Number(t);
    if (!/^[1-9]\d{3}-\d\d-\d\d$/.test(t)) return NaN;
    const day = new Date(t + "T00:00Z");
    return !isNaN(day) && day.toISOString().slice(0, 10) === t ? day / 864e5 : NaN;
  };
  const truth = v => typeof v === "number" ? v !== 0 && !isNaN(v) : typeof v === "boolean" ? v : v.length > 0;
  const words = v => Array.isArray(v) ? v : text(v).split(/[ \t\n\r]+/).filter(w => w);
  const some = a => a.filter(v => text(v) !== "").map(number);
  const call = {
    selected: (v, w) => words(v).includes(text(w)), not: v => !truth(v), true: () => true, false: () => false,
    if: (c, a, b) => truth(c) ? a : b, "count-selected": v => words(v).length,
    "string-length": v => [...text(v)].length, coalesce: (...a) => a.find(v => text(v) !== "") ?? "",
    number, int: v => Math.trunc(number(v)), min: (...a) => some(a).length ? Math.min(...some(a)) : NaN,
    max: (...a) => some(a).length ? Math.max(...some(a)) : NaN,
    sum: (...a) => some(a).length ? some(a).reduce((x, y) => x + y, 0) : NaN,
  };
  const numeric = v => typeof v === "number";
  const equal = (a, b) => numeric(a) || numeric(b) ? number(a) === number(b) : text(a) === text(b);
  const binary = {
    "=": equal, "!=": (a, b) => !equal(a, b), "<": (a, b) => number(a) < number(b), "<=": (a, b) => number(a) <= number(b),
    ">": (a, b) => number(a) > number(b), ">=": (a, b) => number(a) >= number(b), "+": (a, b) => number(a) + number(b),
    "-": (a, b) => number(a) - number(b), "*": (a, b) => number(a) * number(b), div: (a, b) => number(a) / number(b),
    mod: (a, b) => number(a) % number(b),
  };
  const evaluate = (t, get) => {
    switch (t[0]) {
      case "number": case "string": return t[1];
      case "item": return get(t[1]);
      case "negate": return -number(evaluate(t[1], get));
      case "call": return call[t[1]](...t[2].map(x => evaluate(x, get)));
      case "binary": {
        if (t[1] === "and") return truth(evaluate(t[2], get)) && truth(evaluate(t[3], get));
        if (t[1] === "or") return truth(evaluate(t[2], get)) || truth(evaluate(t[3], get));
        return binary[t[1]](evaluate(t[2], get), evaluate(t[3], get));
      }
    }
    return "";
  };
  return { evaluate, isTrue: (t, get) => truth(evaluate(t, get)) };
})();
