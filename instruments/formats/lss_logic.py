"""LimeSurvey's expressions (Expression Manager) → ours.

Names are question codes (`Q1`, `Q1_SQ001`, `Q1_other`, `Q1_comment`), field names of the data (`734181X11X237SQ201`),
`self`, `this` and `that.Q1`, each with endings such as `.NAOK`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from instruments.formats.foreign_logic import (
    AND,
    EQUAL,
    OR,
    ORDER,
    PRODUCT,
    SUM,
    Dialect,
    NotCarriedError,
    Tree,
)
from instruments.formats.foreign_tree import ALL, EMPTY, Operand, Translator, call, joined, negated, selected, string
from instruments.logic.grammar import Tree as OurTree

_BINARY = {
    "or": (OR, "or"), "||": (OR, "or"), "and": (AND, "and"), "&&": (AND, "and"),
    "==": (EQUAL, "="), "=": (EQUAL, "="), "eq": (EQUAL, "="), "!=": (EQUAL, "!="), "<>": (EQUAL, "!="),
    "ne": (EQUAL, "!="), "<": (ORDER, "<"), "lt": (ORDER, "<"), "<=": (ORDER, "<="), "le": (ORDER, "<="),
    ">": (ORDER, ">"), "gt": (ORDER, ">"), ">=": (ORDER, ">="), "ge": (ORDER, ">="),
    "+": (SUM, "+"), "-": (SUM, "-"), ".": (SUM, "."), "*": (PRODUCT, "*"), "/": (PRODUCT, "div"),
    "%": (PRODUCT, "mod"),
}
DIALECT = Dialect(
    tokens=re.compile(
        r"(?P<space>\s+)|(?P<name>\d+X\d+X[\w#.]+|[A-Za-z_][\w.:#]*)|(?P<number>\d+(?:\.\d*)?|\.\d+)"
        r"|(?P<string>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')"
        r"|(?P<sign>==|!=|<>|<=|>=|&&|\|\||[-+*/%!<>=(),?:.])"),
    binary=_BINARY, prefix={"!": "not", "not": "not", "-": "minus", "+": "plus"}, has_ternary=True,
    constants={"true": ("bool", True), "false": ("bool", False), "TRUE": ("bool", True), "FALSE": ("bool", False)})
_ENDINGS = re.compile(r"\.(NAOK|valueNAOK|value|code|shown|nosq_\w+|question|help|qid|gid|relevanceStatus|type|sgqa)$")
_SAME_ENDINGS = re.compile(r"(?:\.(?:NAOK|valueNAOK|value|code))+$")
_SAME = frozenset({"NAOK", "valueNAOK", "value", "code"})
_PATTERN_ENDS = re.compile(r"(?s)([/#~@])(.*)\1([a-zA-Z]*)")


@dataclass
class Names:
    """What the names of one survey stand for: single answers, and questions of several answers."""

    single: dict[str, Operand] = field(default_factory=dict)
    several: dict[str, tuple[tuple[str, Operand], ...]] = field(default_factory=dict)  # code → (rest of name, operand)
    lost: dict[str, str] = field(default_factory=dict)                  # name → why it has no operand

    def finder(self, own: str = "", this: Operand | None = None) -> Callable[[str], Operand]:
        """Return the look-up for an expression of the question `own`; `this` is the row that it judges."""
        def find(name: str) -> Operand:
            return self._find(name, own, this)
        return find

    def _find(self, name: str, own: str, this: Operand | None) -> Operand:
        head, ending = _split(name)
        if head == "this" and this is not None:
            return this
        if head == "self" or head.startswith("self."):
            return self._list(own, head.partition(".")[2])
        if head.startswith("that."):
            _, code, *rest = head.split(".")
            return self._list(code, ".".join(rest))
        if ending not in ("", *_SAME):
            raise NotCarriedError(f"'{name}' asks for the words of an answer or a property of a question")
        found = self.single.get(head)
        if found is not None:
            return found
        if head in self.lost:
            raise NotCarriedError(self.lost[head])
        raise NotCarriedError(f"'{head}' is no question of this file")

    def _list(self, code: str, part: str) -> Operand:
        parts = self.several.get(code)
        if parts is None:
            single = self.single.get(code)
            if single is None:
                raise NotCarriedError(self.lost.get(code, f"'{code}' is no question of this file"))
            return single
        if part in ("comments", "comment"):
            raise NotCarriedError("it asks for comments beside choices, which have no name here")
        if part and not part.startswith("sq_"):
            raise NotCarriedError(f"it picks a part '{part}' of the answers")
        wanted = part.removeprefix("sq_")
        chosen = tuple(operand for rest, operand in parts if wanted in rest)
        if not chosen:
            raise NotCarriedError(f"no answer of '{code}' fits '{part}'")
        return Operand("several", code, "" if wanted else ALL, parts=chosen)


def _split(name: str) -> tuple[str, str]:
    """Return a name without its endings, and the ending that matters."""
    found = ""
    if name.startswith(("that.", "self.")):
        return _SAME_ENDINGS.sub("", name), ""
    while match := _ENDINGS.search(name):
        name = name[:match.start()]
        if match.group(1) not in _SAME or not found:
            found = match.group(1)
    return name, found


class LssTranslator(Translator):
    """Turns Expression Manager's expressions into ours."""

    dialect = DIALECT

    def value(self, tree: Tree) -> OurTree:
        if tree[0] == "plus":
            return self.value(tree[1])
        if tree[0] == "name" and tree[1].endswith(".shown"):
            return self._words(self._find(tree[1].removesuffix(".shown")))
        return super().value(tree)

    def _binary(self, sign: str, left: Tree, right: Tree) -> OurTree:
        if sign == ".":
            return call("concat", self.value(left), self.value(right))
        return super()._binary(sign, left, right)

    def _words(self, operand: Operand) -> OurTree:
        if operand.kind != "item" or not operand.labels:
            return self.item(operand)
        found: OurTree = EMPTY
        for value, label in operand.labels.items():
            found = call("if", ["binary", "=", ["item", operand.key], string(value)], string(label), found)
        return found


def _literal(tree: Tree) -> str | float:
    if tree[0] in ("string", "number"):
        found: str | float = tree[1]
        return found
    raise NotCarriedError("a computed value stands where a fixed one is expected")


def _count(translator: Translator, arguments: list[Tree]) -> OurTree:
    key = translator.whole_choice(arguments)
    if key:
        return call("count-selected", ["item", key])
    parts: list[OurTree] = []
    for part in translator.operands(arguments):
        if isinstance(part, Operand) and part.kind == "member":
            parts.append(_one(selected(part)))
        elif isinstance(part, Operand) and part.labels.get("") == "several":
            parts.append(call("count-selected", ["item", part.key]))
        else:
            value = translator.item(part) if isinstance(part, Operand) else part
            parts.append(_one(["binary", "!=", value, EMPTY]))
    return joined("+", parts)


def _one(condition: OurTree) -> OurTree:
    return call("if", condition, ["number", 1.0], ["number", 0.0])


def _countif(translator: Translator, arguments: list[Tree]) -> OurTree:
    return _counted(translator, "=", _literal(arguments[0]), arguments[1:])


def _countifop(translator: Translator, arguments: list[Tree]) -> OurTree:
    sign = {"==": "=", "eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}.get(
        str(_literal(arguments[0])), str(_literal(arguments[0])))
    if sign not in ("=", "!=", "<", "<=", ">", ">="):
        raise NotCarriedError(f"countifop() is given '{sign}'")
    return _counted(translator, sign, _literal(arguments[1]), arguments[2:])


def _counted(translator: Translator, sign: str, literal: str | float, arguments: list[Tree]) -> OurTree:
    parts: list[OurTree] = []
    for part in translator.operands(arguments):
        if not isinstance(part, Operand):
            parts.append(_one(["binary", sign, part, string(str(literal))]))
        elif part.labels.get("") == "several" and sign == "=":
            parts.append(_one(call("selected", ["item", part.key], translator.code(part, literal))))
        elif sign in ("=", "!="):
            parts.append(_one(translator.compared(sign, part, literal)))
        else:
            parts.append(_one(["binary", sign, translator.item(part), translator.code(part, literal)]))
    return joined("+", parts)


def _numbers(name: str) -> Callable[[Translator, list[Tree]], OurTree]:
    def build(translator: Translator, arguments: list[Tree]) -> OurTree:
        values = translator.values(arguments)
        if not values:
            raise NotCarriedError(f"{name}() is given nothing")
        return call(name, *values)
    return build


def _plain(name: str, number: int) -> Callable[[Translator, list[Tree]], OurTree]:
    def build(translator: Translator, arguments: list[Tree]) -> OurTree:
        if len(arguments) != number:
            raise NotCarriedError(f"{name}() with {len(arguments)} value(s)")
        return call(name, *[translator.value(argument) for argument in arguments])
    return build


def _floor(translator: Translator, arguments: list[Tree]) -> OurTree:
    return call("round", ["binary", "-", translator.value(arguments[0]), ["number", 0.5]])


def _ceiling(translator: Translator, arguments: list[Tree]) -> OurTree:
    return ["negate", call("round", ["binary", "-", ["negate", translator.value(arguments[0])], ["number", 0.5]])]


def _absolute(translator: Translator, arguments: list[Tree]) -> OurTree:
    value = translator.value(arguments[0])
    return call("max", value, ["negate", value])


def _round(translator: Translator, arguments: list[Tree]) -> OurTree:
    return call("round", *[translator.value(argument) for argument in arguments[:2]])


def _if(translator: Translator, arguments: list[Tree]) -> OurTree:
    otherwise = translator.value(arguments[2]) if len(arguments) > 2 else EMPTY  # noqa: PLR2004  # condition, then, else
    return call("if", translator.condition(arguments[0]), translator.value(arguments[1]), otherwise)


def _is_empty(translator: Translator, arguments: list[Tree]) -> OurTree:
    return translator.is_empty(arguments[0])


def _is_numeric(translator: Translator, arguments: list[Tree]) -> OurTree:
    number = call("number", translator.value(arguments[0]))
    return ["binary", "=", number, number]          # what is no number does not equal itself


def _is_whole(translator: Translator, arguments: list[Tree]) -> OurTree:
    value = translator.value(arguments[0])
    return ["binary", "=", call("number", value), call("int", value)]


def _joined_text(translator: Translator, arguments: list[Tree]) -> OurTree:
    separator, *rest = arguments
    between = translator.value(separator)
    found: list[OurTree] = []
    for value in translator.values(rest):
        found += [between, value] if found and between != EMPTY else [value]
    if not found:
        raise NotCarriedError("a list of nothing is joined")
    return call("concat", *found)


def _text(translator: Translator, arguments: list[Tree]) -> OurTree:
    return call("concat", *translator.values(arguments))


def _date(_translator: Translator, arguments: list[Tree]) -> OurTree:
    if len(arguments) == 1 and str(_literal(arguments[0])).lower() == "y-m-d":
        return call("today")
    raise NotCarriedError("a date is written in another form than year-month-day")


def _pattern(translator: Translator, arguments: list[Tree]) -> OurTree:
    return call("regex", translator.value(arguments[1]), string(whole_pattern(str(_literal(arguments[0])))))


def whole_pattern(text: str) -> str:
    """Return a PHP pattern, which may match anywhere, as one that must match the whole text."""
    match = _PATTERN_ENDS.fullmatch(text.strip())
    if match is None:
        raise NotCarriedError("a pattern has no delimiters")
    body, flags = match.group(2), match.group(3)
    if flags.strip("uU"):
        raise NotCarriedError(f"a pattern has the flags '{flags}'")
    start = "" if body.startswith("^") else r"[\s\S]*"
    end = "" if body.endswith("$") and not body.endswith(r"\$") else r"[\s\S]*"
    inside = body.removeprefix("^")
    inside = inside.removesuffix("$") if not end else inside
    return f"{start}(?:{inside}){end}" if start or end or "|" in inside else inside


FUNCTIONS: Mapping[str, Callable[[Translator, list[Tree]], OurTree]] = {
    "is_empty": _is_empty, "empty": _is_empty, "is_null": _is_empty, "isnull": _is_empty,
    "isset": lambda translator, arguments: negated(translator.is_empty(arguments[0])),
    "if": _if, "iif": _if, "count": _count, "countif": _countif, "countifop": _countifop,
    "sum": _numbers("sum"), "min": _numbers("min"), "max": _numbers("max"),
    "strlen": _plain("string-length", 1), "intval": _plain("int", 1), "floatval": _plain("number", 1),
    "trim": _plain("normalize-space", 1), "round": _round, "floor": _floor, "ceil": _ceiling, "abs": _absolute,
    "is_numeric": _is_numeric, "is_float": _is_numeric, "is_int": _is_whole,
    "implode": _joined_text, "join": _text, "concat": _text, "date": _date, "regexmatch": _pattern,
}
LssTranslator.functions = FUNCTIONS
