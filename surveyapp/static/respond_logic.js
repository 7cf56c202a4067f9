// The expression language of instruments/logic in the browser, equal to the server's; the server decides in the end.
"use strict";
window.surveyLogic = (() => {
  // Values: a text, a number, true or false, a list of choices. Empty is the empty text.
  const { isArray } = Array;
  const isNumber = v => typeof v === "number";
  const value = v => v == null ? "" : isArray(v) ? v.map(e => text(value(e))) : v;
  const text = v => isArray(v) ? v.join(" ") : isNumber(v) && !isFinite(v) ? "" : String(v);
  const trimmed = v => text(v).replace(/^[ \t\n\r]+|[ \t\n\r]+$/g, "");
  const words = v => isArray(v) ? v : text(v).split(/[ \t\n\r]+/).filter(w => w);
  const truth = v => isNumber(v) ? v !== 0 && !isNaN(v) : v === true || v.length > 0;
  const date = days => {
    const day = new Date(Math.floor(days) * 864e5), year = day.getUTCFullYear();
    return year > 999 && year < 1e4 ? day.toISOString().slice(0, 10) : "";
  };
  const daysOf = t => {
    const days = /^[1-9]\d{3}-\d\d-\d\d$/.test(t) ? Date.parse(t + "T00:00Z") / 864e5 : NaN;
    return date(days) === t ? days : NaN;
  };
  const number = v => {
    if (isNumber(v) || v === true || v === false) return +v;
    const t = trimmed(v);
    return /^-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(t) ? +t : daysOf(t);
  };

  // Patterns: all possible places in the pattern are followed at once, so that no text can stall it.
  const fail = () => { throw Error(); };
  const classes = {
    d: c => c > 47 && c < 58, s: c => c > 8 && c < 14 || c === 32,
    w: c => c > 47 && c < 58 || c > 64 && c < 91 || c === 95 || c > 96 && c < 123,
  };
  const compile = pattern => {
    const signs = [...pattern], steps = [];     // a step: a test of one sign, a list of places to go on from, "^" or "$"
    let at = 0;
    const take = () => at < signs.length ? signs[at++] : fail();
    const skip = sign => signs[at] === sign && ++at;
    const one = c => isNumber(c) ? d => d === c : c;
    const escaped = () => {
      const sign = take(), holds = classes[sign.toLowerCase()];
      if (/[dwsDWS]/.test(sign)) return classes[sign] || (c => !holds(c));
      const length = { u: 4, x: 2 }[sign], control = { n: 10, r: 13, t: 9, f: 12, v: 11 }[sign];
      if (!length) return control || (/[A-Za-z\d]/.test(sign) ? fail() : sign.codePointAt());
      const digits = signs.slice(at, at += length).join("");
      return digits.length === length && /^[\dA-Fa-f]+$/.test(digits) ? parseInt(digits, 16) : fail();
    };
    const sign = () => { const s = take(); return s === "\\" ? escaped() : s.codePointAt(); };
    const bracket = () => {
      const isOpposite = !!skip("^"), tests = [];
      while (!skip("]")) {
        const low = sign();
        if (signs[at] === "-" && at + 1 < signs.length && signs[at + 1] !== "]") {
          at++;
          const high = sign();
          tests.push(isNumber(low) && isNumber(high) && low <= high ? c => c >= low && c <= high : fail());
        } else tests.push(one(low));
      }
      return tests.length ? c => tests.some(test => test(c)) !== isOpposite : fail();
    };
    const emit = part => { if (steps.length > 2000) fail(); part(); };
    const test = holds => () => steps.push(holds);
    const atom = depth => {
      const s = signs[at];
      if (skip("(")) {
        if (skip("?")) skip(":") || fail();
        const inside = either(depth + 1);
        return skip(")") ? inside : fail();
      }
      if (skip("[")) return test(bracket());
      if (skip(".")) return test(c => ![10, 13, 0x2028, 0x2029].includes(c));
      if (skip("^") || skip("$")) return test(s);
      return "*+?{".includes(s) ? fail() : test(one(sign()));
    };
    const bounds = () => {
      if (skip("*")) return [0, Infinity];
      if (skip("+")) return [1, Infinity];
      if (skip("?")) return [0, 1];
      if (signs[at] !== "{") return;
      const [all, low, comma, high] = /^\{(\d+)(,?)(\d*)\}/.exec(signs.slice(at).join("")) || fail();
      at += all.length;
      const most = comma ? high ? +high : Infinity : +low;
      if (!comma && high || low > 2000 || most < low || most > 2000 && high) fail();
      return [+low, most];
    };
    const option = ([low, most], part) => () => {
      for (let n = 0, length = -1; n < low && steps.length > length; n++) { length = steps.length; emit(part); }
      const splits = [];
      for (let n = low; n < most; n++) {
        const split = [steps.length + 1];
        splits.push(split);
        steps.push(split);
        emit(part);
        if (most === Infinity) { steps.push([split[0] - 1]); break; }
      }
      splits.forEach(split => split.push(steps.length));
    };
    const sequence = depth => {
      const parts = [];
      while (at < signs.length && !"|)".includes(signs[at])) {
        const part = atom(depth), limits = bounds();
        if (limits) { skip("?"); if (at < signs.length && "*+{".includes(signs[at])) fail(); }
        parts.push(limits ? option(limits, part) : part);
      }
      return () => parts.forEach(emit);
    };
    const either = depth => {
      if (depth > 30) fail();
      const options = [sequence(depth)];
      while (skip("|")) options.push(sequence(depth));
      const last = options.pop();
      return options.length ? () => {
        const jumps = options.map(part => {
          const split = [steps.length + 1], jump = [];
          steps.push(split);
          emit(part);
          split.push(steps.push(jump));
          return jump;
        });
        emit(last);
        jumps.forEach(jump => jump.push(steps.length));
      } : last;
    };
    if (signs.length > 500) fail();
    const whole = either(0);
    if (at < signs.length) fail();
    emit(whole);
    return steps;
  };
  const follow = (steps, waiting, isStart, isEnd) => {
    const found = new Set();
    while (waiting.length) {
      const place = waiting.pop(), step = steps[place];
      if (found.has(place)) continue;
      found.add(place);
      if (isArray(step)) waiting.push(...step);
      else if (step === "^" && isStart || step === "$" && isEnd) waiting.push(place + 1);
    }
    return found;
  };
  const matches = (given, pattern) => {
    const signs = [...given];
    let steps;
    try { steps = compile(pattern); } catch { return false; }
    if (signs.length > 5000) return false;
    let places = follow(steps, [0], true, !signs.length);
    for (let n = 0; n < signs.length && places.size; n++) {
      const code = signs[n].codePointAt(), test = p => typeof steps[p] === "function" && steps[p](code);
      places = follow(steps, [...places].filter(test).map(p => p + 1), false, n + 1 === signs.length);
    }
    return places.has(steps.length);
  };

  // Functions and operators
  let self = "", today = "";
  const numbers = given => given.filter(v => text(v) !== "" || isNumber(v)).map(number);
  const extreme = wins => (...given) => {
    const all = numbers(given);
    return all.length && !all.some(isNaN) ? all.reduce((a, b) => wins(b, a) ? b : a) : NaN;
  };
  const coalesce = (...given) => given.find(v => text(v) !== "") ?? "";
  const round = (v, digits = 0) => {
    const n = number(v), factor = Math.abs(number(digits)) <= 15 ? +("1e" + Math.trunc(number(digits))) : NaN;
    const scaled = n * factor;
    return isNaN(factor) ? NaN : Math.abs(scaled) < 2 ** 52 ? Math.floor(scaled + 0.5) / factor : n;
  };
  const dated = v => {
    if (isNumber(v)) return date(v);
    const t = trimmed(v), day = t.slice(0, 10);
    return isNaN(daysOf(day)) || !/^([T ]|$)/.test(t.slice(10)) ? "" : day;
  };
  const equal = (a, b) => isNumber(a) || isNumber(b) ? number(a) === number(b) : text(a) === text(b);
  const numeric = compute => (a, b) => compute(number(a), number(b));
  const deeds = {
    __proto__: null,
    selected: (v, w) => words(v).includes(trimmed(w)), "count-selected": v => words(v).length, not: v => !truth(v),
    if: (c, a, b) => truth(c) ? a : b, true: () => true, false: () => false, number, round, coalesce, date: dated,
    int: v => Math.trunc(number(v)) + 0, min: extreme((a, b) => a < b), max: extreme((a, b) => a > b),
    sum: (...given) => numbers(given).reduce((a, b) => a + b, 0), "string-length": (v = self) => [...text(v)].length,
    "normalize-space": (v = self) => words(text(v)).join(" "), concat: (...given) => given.map(text).join(""),
    regex: (v, pattern) => matches(text(v), text(pattern)), once: v => coalesce(self, v), today: () => today,
    "=": equal, "!=": (a, b) => !equal(a, b), and: (a, b) => truth(a) && truth(b), or: (a, b) => truth(a) || truth(b),
    "<": numeric((a, b) => a < b), "<=": numeric((a, b) => a <= b), ">": numeric((a, b) => a > b),
    ">=": numeric((a, b) => a >= b), "+": numeric((a, b) => a + b), "-": numeric((a, b) => a - b),
    "*": numeric((a, b) => a * b), div: numeric((a, b) => a / b), mod: numeric((a, b) => a % b),
  };
  const evaluate = (tree, get, own, day) => {
    self = value(own);
    today = day;
    const of = ([kind, name, ...rest]) =>
      kind === "item" ? value(get(name)) : kind === "self" ? self : kind === "negate" ? -number(of(name)) :
        kind === "call" ? deeds[name](...rest[0].map(of)) : kind === "binary" ? deeds[name](...rest.map(of)) : name;
    return of(tree);
  };
  return { evaluate, number, isTrue: (...given) => truth(evaluate(...given)) };
})();
