"""What does the text of a model say? Lines such as `f =~ x1 + a*x2` become statements, terms and modifiers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from analysis.errors import ModelSyntaxError
from analysis.quant.sem.formula import Formula, parse_formula
from analysis.quant.sem.tokens import Token, tokens_of

OPERATORS = ("=~", "~~", ":=", "~", "|")
NOT_TAKEN = {
    "==": "Give the parameters that shall be equal one label: `f =~ a*x1 + a*x2`.",
    "<": "Bounds are not taken; look at the estimate and its interval.",
    ">": "Bounds are not taken; look at the estimate and its interval.",
    "<~": "Formative constructs are not taken; use a regression on a mean score.",
    "~*~": "Scaling factors follow from the estimator; leave the line out.",
    "%": "Levels are not taken.",
}
FUNCTIONS = ("c", "start", "label", "equal")
NAME = re.compile(r"[^\W\d]|\.")


@dataclass(frozen=True)
class Modifier:
    """What stands before `*`: one entry per group, or a single one for all groups; None = nothing said."""

    fixed: tuple[float | None, ...] = ()
    labels: tuple[str | None, ...] = ()
    start: tuple[float | None, ...] = ()
    freed: tuple[bool, ...] = ()


@dataclass(frozen=True)
class Statement:
    """One parameter as written: `lhs op rhs` with its modifier; `~1` has op "~1" and no rhs."""

    lhs: str
    op: str
    rhs: str
    line: int
    modifier: Modifier = field(default_factory=Modifier)


@dataclass(frozen=True)
class Definition:
    """A new quantity computed from labelled parameters."""

    name: str
    formula: Formula
    text: str
    line: int


@dataclass(frozen=True)
class ModelText:
    """A model as written, each parameter once, in the order of first mention."""

    statements: tuple[Statement, ...]
    definitions: tuple[Definition, ...]


def parse_model(text: str, *, place: str = "model") -> ModelText:
    """Return what a model text says.

    Parameters
    ----------
    text : str
        Lines `lhs op rhs`: `=~` is measured by, `~` is regressed on, `~~` varies with, `~ 1` has an intercept,
        `:=` is defined as. Names with other signs than letters, digits, _ and dots stand in quotes. Terms are joined
        by `+`. Before a term may stand `2*` (fixed), `NA*` (free), `name*` (label), `start(2)*`, or `c(…)*` with one
        entry per group. `#` or `!` starts a comment; `;` ends a line early; a line goes on after an operator, `+`,
        `*`, `,` or an open bracket, and before a leading `+`.
    place : str
        Words for messages.

    Returns
    -------
    ModelText
        Statements and definitions. A parameter named twice is one with both modifiers.

    Raises
    ------
    ModelSyntaxError
        With line, sign, reason and remedy.

    References
    ----------
    Rosseel 2012, lavaan: model syntax, of which this is a subset.
    """
    if not isinstance(text, str) or not text.strip():
        raise ModelSyntaxError(place, "says nothing.", "Write lines such as `service =~ s1 + s2 + s3`.")
    found: dict[tuple[str, str, str], Statement] = {}
    definitions: list[Definition] = []
    for line in _lines(tokens_of(text, place)):
        reader = _Reader(line, place)
        if reader.operator.text == ":=":
            definitions.append(reader.definition())
            continue
        for statement in reader.statements():
            _add(found, statement, place)
    _check_definitions(definitions, place)
    if not found:
        raise ModelSyntaxError(place, "has no parameter.", "Write lines such as `service =~ s1 + s2 + s3`.")
    return ModelText(tuple(found.values()), tuple(definitions))


def _check_definitions(definitions: list[Definition], place: str) -> None:
    names = [definition.name for definition in definitions]
    for definition in definitions:
        if names.count(definition.name) > 1:
            raise ModelSyntaxError(f"{place}, line {definition.line}", f"{definition.name!r} is defined twice.",
                                   "Give each quantity its own name.")


def _lines(tokens: list[Token]) -> list[list[Token]]:
    """Return the tokens of each statement: ends of lines inside a statement are dropped."""
    lines: list[list[Token]] = [[]]
    for at, token in enumerate(tokens):
        if token.kind != "end":
            lines[-1].append(token)
            continue
        following = tokens[at + 1].text if at + 1 < len(tokens) else ""
        goes_on = lines[-1] and (lines[-1][-1].kind == "operator" or lines[-1][-1].text in {"+", "*", ",", "("})
        if token.text == ";" or not (goes_on or following in {"+", "*"}):
            lines.append([])
    return [line for line in lines if line]


def _add(found: dict[tuple[str, str, str], Statement], statement: Statement, place: str) -> None:
    key = (statement.lhs, statement.op, statement.rhs)
    mirror = (statement.rhs, statement.op, statement.lhs)
    if statement.op == "~~" and mirror in found:
        key = mirror
    if key not in found:
        found[key] = statement
        return
    found[key] = replace(found[key], modifier=_joined(found[key].modifier, statement.modifier,
                                                     f"{place}, line {statement.line}"))


def _joined(first: Modifier, second: Modifier, place: str) -> Modifier:
    parts = {}
    for name in ("fixed", "labels", "start", "freed"):
        ours, theirs = getattr(first, name), getattr(second, name)
        if ours and theirs and ours != theirs:
            raise ModelSyntaxError(place, f"a parameter gets two different {name} entries.", "Say it once.")
        parts[name] = ours or theirs
    return Modifier(**parts)


class _Reader:
    """Reads the tokens of one statement from left to right."""

    def __init__(self, tokens: list[Token], place: str) -> None:
        self.tokens, self.at = tokens, 0
        self.line = tokens[0].line
        self.place = f"{place}, line {self.line}"
        operators = [token for token in tokens if token.kind == "operator"]
        if not operators:
            raise ModelSyntaxError(self.place, f"{self._words()!r} has no operator.",
                                   "Use one of =~ (measured by), ~ (regressed on), ~~ (varies with), := (defined as).")
        self.operator = operators[0]
        if self.operator.text in NOT_TAKEN:
            raise ModelSyntaxError(self.place, f"{self.operator.text!r} is not taken.", NOT_TAKEN[self.operator.text])
        if len(operators) > 1:
            raise ModelSyntaxError(self.place, f"has two operators, {operators[0].text!r} and {operators[1].text!r}.",
                                   "Start a new line, or end the line before with `;`.")

    def _words(self) -> str:
        return " ".join(token.text for token in self.tokens)

    def _peek(self, ahead: int = 0) -> Token | None:
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else None

    def _take(self, wanted: str) -> Token:
        token = self._peek()
        if token is None:
            raise ModelSyntaxError(self.place, f"ends where {wanted} is due.", "Complete the line.")
        self.at += 1
        return token

    def _expect(self, text: str) -> None:
        token = self._take(f"{text!r}")
        if token.text != text:
            raise ModelSyntaxError(self.place, f"{token.text!r} stands where {text!r} is due.",
                                   "Mend the line: terms are joined by +, modifiers by *.")

    def _name(self, role: str) -> str:
        token = self._take(role)
        if token.kind not in {"name", "string"} or token.text in {"NA", ""}:
            raise ModelSyntaxError(self.place, f"{token.text!r} stands where {role} is due.",
                                   "Names start with a letter and hold letters, digits, _ and dots; quote others.")
        return token.text

    def definition(self) -> Definition:
        name = self._name("a new name")
        self._expect(":=")
        rest = self.tokens[self.at:]
        return Definition(name, parse_formula(rest, self.place), " ".join(token.text for token in rest), self.line)

    def statements(self) -> list[Statement]:
        left = [self._name("a name")]
        while (token := self._peek()) is not None and token.text == "+":
            self.at += 1
            left.append(self._name("a name"))
        self._expect(self.operator.text)
        terms = [self._term()]
        while self._peek() is not None:
            self._expect("+")
            terms.append(self._term())
        return [self._statement(lhs, rhs, modifier) for lhs in left for rhs, modifier in terms]

    def _statement(self, lhs: str, rhs: str, modifier: Modifier) -> Statement:
        op = self.operator.text
        if rhs == "1":
            if op != "~":
                raise ModelSyntaxError(self.place, f"`{lhs} {op} 1` has no meaning.", "Write an intercept as `x ~ 1`.")
            return Statement(lhs, "~1", "", self.line, modifier)
        if lhs == rhs and op in {"=~", "~"}:
            raise ModelSyntaxError(self.place, f"{lhs!r} is explained by itself.", "Name another variable.")
        return Statement(lhs, op, rhs, self.line, modifier)

    def _term(self) -> tuple[str, Modifier]:
        modifier = Modifier()
        while self._is_modifier():
            modifier = _joined(modifier, self._modifier(), self.place)
            self._expect("*")
        token = self._peek()
        if token is not None and token.kind == "number" and float(token.text) == 1:
            self.at += 1
            return "1", modifier
        return self._name("a variable"), modifier

    def _is_modifier(self) -> bool:
        """Return whether a `*` follows what stands here, at the same depth of brackets."""
        depth = 0
        for token in self.tokens[self.at:]:
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if depth == 0 and token.text in {"*", "+"}:
                return token.text == "*" or token is self._peek()
        return False

    def _modifier(self) -> Modifier:
        token, following = self._peek(), self._peek(1)
        if token is not None and following is not None and following.text == "(":
            return self._function(self._take("a function").text)
        return _modifier_of((self._entry(),))

    def _function(self, name: str) -> Modifier:
        if name not in FUNCTIONS:
            raise ModelSyntaxError(self.place, f"{name}(…) is not known.", f"Use {', '.join(FUNCTIONS)}.")
        self._expect("(")
        entries = [self._entry()]
        while (token := self._peek()) is not None and token.text == ",":
            self.at += 1
            entries.append(self._entry())
        self._expect(")")
        if name == "start":
            if not all(isinstance(entry, float) for entry in entries):
                raise ModelSyntaxError(self.place, "start(…) holds something else than numbers.", "Write start(0.5)*x.")
            return Modifier(start=tuple(entry for entry in entries if isinstance(entry, float)))
        return _modifier_of(tuple(entries))

    def _entry(self) -> float | str | None:
        """Return a number, a label, or None for NA."""
        token = self._take("a number, NA or a label")
        if token.text in {"-", "+"}:
            number = self._take("a number")
            if number.kind != "number":
                raise ModelSyntaxError(self.place, f"{number.text!r} follows a sign.", "Write a number such as -0.5*x.")
            return float(token.text + number.text)
        if token.kind == "number":
            return float(token.text)
        if token.kind not in {"name", "string"}:
            raise ModelSyntaxError(self.place, f"{token.text!r} stands where a number, NA or a label is due.",
                                   "Write 0.5*x, NA*x or a*x.")
        return None if token.text == "NA" else token.text


def _modifier_of(entries: tuple[float | str | None, ...]) -> Modifier:
    fixed = tuple(entry if isinstance(entry, float) else None for entry in entries)
    labels = tuple(entry if isinstance(entry, str) else None for entry in entries)
    freed = tuple(entry is None for entry in entries)
    return Modifier(fixed=fixed if any(entry is not None for entry in fixed) else (),
                    labels=labels if any(labels) else (), freed=freed if any(freed) else ())
