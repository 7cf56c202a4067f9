// Conditions in the browser: the part of the expression language that pages need; the server decides in the end.
"use strict";
window.surveyLogic = (() => {
  const text = v => Array.isArray(v) ? v.join(" ") : typeof v === "number" && !isFinite(v) ? "" : String(v);
  const trimmed = v => text(v).replace(/^[ \t\n\r]+|[ \t\n\r]+$/g, "");
  const number = v => {
    if (typeof v === "number" || typeof v === "boolean") return Number(v);
    const t = trimmed(v);
    if (/^-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(t)) return Number(t);
    const day = /^[1-9]\d{3}-\d\d-\d\d$/.test(t) && new Date(t + "T00:00Z");
    return day && !isNaN(day) && day.toISOString().startsWith(t) ? day / 864e5 : NaN;
  };
  const truth = v => typeof v === "number" ? v !== 0 && !isNaN(v) : typeof v === "boolean" ? v : v.length > 0;
  const words = v => Array.isArray(v) ? v : text(v).split(/[ \t\n\r]+/).filter(w => w);
  const equal = (a, b) =>
    [a, b].some(v => typeof v === "number") ? number(a) === number(b) : text(a) === text(b);
  const call = {
    selected: (v, w) => words(v).includes(trimmed(w)), not: v => !truth(v), true: () => true, false: () => false,
    if: (c, a, b) => truth(c) ? a : b, "count-selected": v => words(v).length,
    "string-length": v => [...text(v)].length, coalesce: (...a) => a.find(v => text(v) !== "") ?? "", number,
  };
  const binary = {
    "=": equal, "!=": (a, b) => !equal(a, b),
    and: (a, b) => truth(a) && truth(b), or: (a, b) => truth(a) || truth(b),
    "<": (a, b) => number(a) < number(b), "<=": (a, b) => number(a) <= number(b),
    ">": (a, b) => number(a) > number(b), ">=": (a, b) => number(a) >= number(b),
    "+": (a, b) => number(a) + number(b), "-": (a, b) => number(a) - number(b),
    "*": (a, b) => number(a) * number(b), div: (a, b) => number(a) / number(b),
  };
  const evaluate = ([kind, name, ...rest], get) => {
    const of = t => evaluate(t, get);
    return kind === "item" ? get(name) : kind === "negate" ? -number(of(name)) :
      kind === "call" ? call[name](...rest[0].map(of)) : kind === "binary" ? binary[name](...rest.map(of)) : name;
  };
  return { evaluate, isTrue: (tree, get) => truth(evaluate(tree, get)) };
})();
