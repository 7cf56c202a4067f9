"""Random expressions and answers for the two interpreters, and the browser's one in an embedded engine.

Seeded: the same seed gives the same cases on every machine. Answers and constants are drawn from what breaks
interpreters: empty, spaces, numbers at every edge, dates that do not exist, scripts, emoji, combining signs.
"""

import json
import math
import random
from pathlib import Path

import quickjs

from instruments.errors import LogicError
from instruments.logic import evaluate
from instruments.logic.grammar import walk
from instruments.logic.interpreter import FUNCTIONS
from instruments.logic.values import is_true

SCRIPT = Path(__file__).parents[3] / "surveyapp" / "static" / "respond_logic.js"
HARNESS = """
const told = v => typeof v === "number" ? {n: Object.is(v, -0) ? "-0" : String(v)} : v;
var run = cases => JSON.stringify(JSON.parse(cases).map(([tree, values, self, today]) => {
  try {
    const get = key => Object.prototype.hasOwnProperty.call(values, key) ? values[key] : undefined;
    return [told(surveyLogic.evaluate(tree, get, self, today)), surveyLogic.isTrue(tree, get, self, today)];
  } catch (error) { return ["error", String(error)]; }
}));
"""
KEYS = ("a", "b", "n", "m", "D", "_x", "nowhere")
WORDS = (
    "", " ", "x", "y", "yes", "no", "X", "a b", "  x  ", "x y", "true", "false", "1", "0", "3", "-3", "4.50",
    "1e3", "1E-3", ".5", "5.", "-.5", "+5", "1,5", "0x10", "1_000", "Infinity", "NaN", "-", "１２", "١٢",
    "1e400", "-1e-400", "9007199254740993", "0.1", "00012", "\t7\n", "\u00a07", "é", "e\u0301", "ž", "ß",
    "你好", "😀", "👩‍👩‍👧", "😀😀 x", "\u200b", "\ufeff1", "it's", 'say "x"', "a\nb", "\u2028", "constructor",
    "__proto__", "toString", "𝒳𝒴", "ﬀ", "İ",
)
DATES = (
    "2026-11-23", "2026-02-29", "2024-02-29", "2026-13-01", "1970-01-01", "1969-12-31", "0999-01-01",
    "1000-01-01", "9999-12-31", "2026-11-23T08:30:00", "2026-11-23 08:30", "2026-11-23x", " 2026-11-23 ",
    "2026-1-2", "2026-00-10", "2026-04-31", "10000-01-01", "08:30",
)
NUMBERS = (
    0.0, -0.0, 1.0, -1.0, 2.0, 3.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.1, 0.2, 0.3, 1e3, 1e15, 1e16, 1e20, 1e21, 1e22,
    1e-6, 1e-7, 5e-324, 1.7976931348623157e308, 2.0**52, 2.0**53, 2.0**53 + 2, 4503599627370495.5, 1 / 3, 2 / 3,
    123456789.123, 1.005, 8.345, -91.0, -92.0, 20780.0, -719162.0, 2932896.0, 2932897.0, 100.0, 10.0,
)
PATTERN_PARTS = (
    "a", "b", "x", ".", "\\d", "\\w", "\\s", "\\D", "\\W", "\\S", "[a-z]", "[^a-z]", "[0-9]", "[\\d-z]",
    "[a\\-z]", "[-a]", "[a-]", "[]", "[^\\W]", "(a|b)", "(?:x|)", "(", ")", "|", "*", "+", "?", "{2}", "{1,3}",
    "{0,}", "{,2}", "{3,1}", "^", "$", "\\u4f60", "\\x41", "\\u12", "\\n", "\\.", "\\b", "\\", "你", "😀",
    "[😀-😂]", "-", " ", "()", "(^a)", "(a*)*", "1", "(?=a)", "]", "}", "{", "(){3}", "٣", "\\u٠٠٤١", "é", "İ",
    "ſ", "\u212a",
)
SUBJECTS = (
    "", "a", "b", "ab", "abc", "aab", "x", "xx", "12", "1", "你", "你好", "😀", "😀😁", "a b", "a\nb", "\u2028",
    "é", "A", "-", "]", "aaaa", "z", "_", "\u00a0", "\x0b", "a-b.c", "٣", "ſ", "\u212a",
)


class Draw(random.Random):
    """A seeded source of trees, answers and texts."""

    def number(self) -> float:
        kind = self.random()
        if kind < 0.6:
            return self.choice(NUMBERS)
        if kind < 0.8:
            return float(self.randint(-20, 20))
        return self.uniform(-1, 1) * 10.0 ** self.randint(-12, 25)

    def word(self) -> str:
        kind = self.random()
        if kind < 0.55:
            return self.choice(WORDS)
        if kind < 0.75:
            return self.choice(DATES)
        if kind < 0.9:
            return repr(self.number())
        return "".join(chr(self.choice((32, 48, 49, 46, 101, 45, 97, 98, 0x301, 0x4E00, 0x1F600))) for _ in range(
            self.randint(0, 6)))

    def answer(self) -> object:
        kind = self.random()
        if kind < 0.4:
            return self.word()
        if kind < 0.7:
            return self.number()
        if kind < 0.85:
            return [self.word() for _ in range(self.randint(0, 3))]
        return self.choice((
            None, True, False, 3, -0.0, 10**20, 2**63, [None, 1.5, "x"], [["x", "y"], True], ["a", "b"]))

    def pattern(self) -> str:
        return "".join(self.choice(PATTERN_PARTS) for _ in range(self.randint(0, 5)))

    def leaf(self) -> list:
        kind = self.random()
        if kind < 0.35:
            return ["item", self.choice(KEYS)]
        if kind < 0.42:
            return ["self"]
        if kind < 0.7:
            return ["number", abs(self.number())]
        return ["string", self.choice((self.word(), self.choice(SUBJECTS))).replace("'", "")]

    def tree(self, depth: int) -> list:
        kind = self.random()
        if depth == 0 or kind < 0.1:
            return self.leaf()
        if kind < 0.55:
            operator = self.choice(("=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "and", "or"))
            return ["binary", operator, self.tree(depth - 1), self.tree(depth - 1)]
        if kind < 0.6:
            return ["negate", self.tree(depth - 1)]
        return self.call(depth - 1)

    def call(self, depth: int) -> list:
        name = self.choice(sorted(FUNCTIONS))
        if name == "regex" and self.random() < 0.9:
            subject = ["string", self.choice(SUBJECTS)] if self.random() < 0.7 else self.tree(depth)
            return ["call", name, [subject, ["string", self.pattern()]]]
        function = FUNCTIONS[name]
        most = function.most if function.most is not None else function.least + 3
        return ["call", name, [self.tree(depth) for _ in range(self.randint(function.least, most))]]

    def condition(self, depth: int) -> list:
        """Return a tree as an author writes it: every operator and function is given the kind of value it is for."""
        if depth == 0 or self.random() < 0.2:
            return self.choice((
                lambda: ["call", "selected", [["item", self.choice("ab")], ["string", self.choice(("x", "y", "yes"))]]],
                lambda: ["binary", self.choice(("=", "!=")), ["item", self.choice("ab")],
                         ["string", self.choice(("x", ""))]],
                lambda: ["call", "regex", [["item", self.choice("ab")], ["string", self.pattern()]]],
                lambda: ["binary", self.choice(("<", ">=")), ["item", "D"], ["call", "today", []]]))()
        if self.random() < 0.4:
            return ["binary", self.choice(("and", "or")), self.condition(depth - 1), self.condition(depth - 1)]
        if self.random() < 0.2:
            return ["call", "not", [self.condition(depth - 1)]]
        return ["binary", self.choice(("=", "!=", "<", "<=", ">", ">=")), self.sum(depth - 1), self.sum(depth - 1)]

    def sum(self, depth: int) -> list:
        """Return a tree that is a number."""
        if depth <= 0 or self.random() < 0.3:
            return self.choice((["item", "n"], ["self"], ["number", abs(self.number())]))
        parts = [self.sum(depth - 1) for _ in range(self.randint(1, 3))]
        return self.choice((
            ["call", self.choice(("min", "max", "sum")), parts], ["call", self.choice(("int", "number")), parts[:1]],
            ["call", "round", [parts[0], ["number", float(self.randint(0, 3))]]], ["negate", parts[0]],
            ["call", "if", [self.condition(depth - 1), parts[0], parts[-1]]],
            ["call", "string-length", [["item", "a"]]], ["call", "count-selected", [["item", "m"]]],
            ["call", "coalesce", [parts[0], parts[-1]]],
            ["binary", self.choice(("+", "-", "*", "div", "mod")), parts[0], parts[-1]]))

    def values(self, is_typed: bool) -> dict:
        if not is_typed:
            return {key: self.answer() for key in KEYS[:-1]}
        number = self.choice((self.number(), "", float(self.randint(-5, 12))))
        return {"a": self.choice(SUBJECTS), "b": self.choice(("x", "y", "yes", "")), "n": number,
                "D": self.choice(DATES), "m": self.sample(("x", "y", "yes", "no"), self.randint(0, 4))}

    def case(self, depth: int = 4) -> tuple:
        """Return tree, answers, the item's own answer and the day; half of the cases are well typed."""
        is_typed = self.random() < 0.5
        tree = self.condition(self.randint(0, depth)) if is_typed else self.tree(self.randint(0, depth))
        own = self.number() if is_typed else self.answer()
        return tree, self.values(is_typed), own, self.choice(DATES[:6])

    def garbled(self, text: str) -> str:
        """Return an expression with a few signs changed; often it is none any more."""
        signs = list(text)
        for _ in range(self.randint(1, 3)):
            place = self.randint(0, len(signs))
            signs[place:place + self.randint(0, 2)] = self.choice(
                ("", " ", "(", ")", "'", '"', "${a}", ".", "1", "-", "=", "<", "and", " or ", "“", "mod", ",", "e5",
                 "not("))
        return "".join(signs)


class Browser:
    """The browser's interpreter in an embedded engine."""

    def __init__(self) -> None:
        self._context = quickjs.Context()
        self._context.set_max_stack_size(8_000_000)
        for part in ("var window = globalThis;", SCRIPT.read_text(encoding="utf-8"), HARNESS):
            self._context.eval(part)
        self._run = self._context.get("run")

    def evaluate(self, cases: list[tuple]) -> list[list]:
        """Return value and truth of each case (tree, values, own value, today)."""
        return json.loads(self._run(json.dumps(cases)))


def is_of_the_language(tree: list) -> bool:
    """Return whether every call is of a function and a number of arguments that the checker lets pass."""
    calls = [(FUNCTIONS.get(node[1]), len(node[2])) for node in walk(tree) if node[0] == "call"]
    return all(
        function is not None and function.least <= number and (function.most is None or number <= function.most)
        for function, number in calls)


def by_server(case: tuple) -> list:
    """Return value and truth of a case by the server's interpreter, written as the browser's harness does."""
    tree, values, own, today = case
    try:
        found = evaluate(tree, values, own, today)
    except LogicError:
        return ["error", ""]
    return [_told(found), is_true(found)]


def _told(value: object) -> object:
    if isinstance(value, float):
        return {"n": value}
    return list(value) if isinstance(value, tuple) else value


def agree(server: list, browser: list) -> bool:
    """Return whether both found the same value of the same kind, to the last bit and the sign of zero."""
    if server[0] == "error" or browser[0] == "error":
        return server[0] == browser[0]
    if isinstance(server[0], dict) and isinstance(browser[0], dict):
        ours, theirs = server[0]["n"], float(browser[0]["n"])
        same = (math.isnan(ours) and math.isnan(theirs)) or (
            ours == theirs and math.copysign(1, ours) == math.copysign(1, theirs))
        return same and server[1] is browser[1]
    return type(server[0]) is type(browser[0]) and server == browser
