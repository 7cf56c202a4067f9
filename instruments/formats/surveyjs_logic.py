"""SurveyJS's expressions, `{question} = 'x' and {matrix.row} notempty`, → ours."""

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
    parse_foreign,
)
from instruments.formats.foreign_tree import EMPTY, Operand, Translator, call, joined
from instruments.logic.grammar import Tree as OurTree

DIALECT = Dialect(
    tokens=re.compile(
        r"(?P<space>\s+)|(?P<name>\{[^{}]{1,200}\}|[A-Za-z_][\w]*)|(?P<number>\d+(?:\.\d*)?|\.\d+)"
        r"|(?P<string>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')"
        r"|(?P<sign>==|!=|<>|<=|>=|&&|\|\||\*=|[-+*/%^!<>=(),\[\]?:])"),
    binary={
        "or": (OR, "or"), "||": (OR, "or"), "and": (AND, "and"), "&&": (AND, "and"),
        "=": (EQUAL, "="), "==": (EQUAL, "="), "equal": (EQUAL, "="), "!=": (EQUAL, "!="), "<>": (EQUAL, "!="),
        "notequal": (EQUAL, "!="), "<": (ORDER, "<"), "less": (ORDER, "<"), "<=": (ORDER, "<="),
        "lessorequal": (ORDER, "<="), ">": (ORDER, ">"), "greater": (ORDER, ">"), ">=": (ORDER, ">="),
        "greaterorequal": (ORDER, ">="), "contains": (EQUAL, "contains"), "contain": (EQUAL, "contains"),
        "*=": (EQUAL, "contains"), "notcontains": (EQUAL, "notcontains"), "notcontain": (EQUAL, "notcontains"),
        "anyof": (EQUAL, "anyof"), "allof": (EQUAL, "allof"), "noneof": (EQUAL, "noneof"),
        "+": (SUM, "+"), "-": (SUM, "-"), "*": (PRODUCT, "*"), "/": (PRODUCT, "div"), "%": (PRODUCT, "mod"),
        "^": (PRODUCT + 5, "power"), "power": (PRODUCT + 5, "power"),
    },
    prefix={"!": "not", "not": "not", "negate": "not", "-": "minus"},
    postfix={"empty": "empty", "notempty": "notempty"},
    constants={"true": ("bool", True), "false": ("bool", False), "null": ("string", ""), "undefined": ("string", "")})


@dataclass
class Names:
    """What `{names}` stand for."""

    items: dict[str, Operand] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    prefix: str = ""        # the panel or matrix whose `{panel.x}` and `{row.x}` are meant

    def add(self, name: str, operand: Operand) -> None:
        self.items.setdefault(name.lower(), operand)

    def find(self, name: str) -> Operand:
        """Return the operand of a name in braces."""
        plain = name.strip("{}").strip().lower()
        for candidate in (plain, re.sub(r"\[\d+\]", "", plain), f"{self.prefix}.{plain.partition('.')[2]}".lower()):
            if candidate in self.items:
                return self.items[candidate]
        raise NotCarriedError(self.lost.get(plain, f"'{name[:60]}' is no question of this file"))


class SurveyjsTranslator(Translator):
    """Turns SurveyJS's expressions into ours."""

    dialect = DIALECT

    def expression(self, text: str) -> str:
        return self.written(self.condition(_named(parse_foreign(text, DIALECT))))

    def value_expression(self, text: str) -> str:
        return self.written(self.value(_named(parse_foreign(text, DIALECT))))

    def value(self, tree: Tree) -> OurTree:
        if tree[0] == "name" and tree[1].strip("{} ").endswith(".length"):
            operand = self._find("{" + tree[1].strip("{} ").removesuffix(".length") + "}")
            return call("count-selected", ["item", operand.key])
        return super().value(tree)

    def _equality(self, sign: str, left: Tree, right: Tree) -> OurTree:
        if right[0] == "list":
            return self._containment("allof" if sign == "=" else "noneof", left, right)
        return super()._equality(sign, left, right)


def _named(tree: Tree) -> Tree:
    """Return the tree with words that stand in no braces read as texts."""
    if tree[0] == "name" and not tree[1].startswith("{"):
        return ("string", tree[1])
    if tree[0] in ("list", "call"):
        return (*tree[:-1], [_named(entry) for entry in tree[-1]])
    return tuple(_named(part) if isinstance(part, tuple) else part for part in tree)


def _if(translator: Translator, arguments: list[Tree]) -> OurTree:
    return call("if", translator.condition(arguments[0]), translator.value(arguments[1]),
                translator.value(arguments[2]))


def _same(name: str) -> Callable[[Translator, list[Tree]], OurTree]:
    def build(translator: Translator, arguments: list[Tree]) -> OurTree:
        values = translator.values(arguments)
        if not values:
            raise NotCarriedError(f"{name}() is given nothing")
        return call(name, *values)
    return build


def _average(translator: Translator, arguments: list[Tree]) -> OurTree:
    values = translator.values(arguments)
    given = joined("+", [call("if", ["binary", "!=", value, EMPTY], ["number", 1.0], ["number", 0.0])
                         for value in values])
    return ["binary", "div", call("sum", *values), given]


def _today(_translator: Translator, arguments: list[Tree]) -> OurTree:
    if not arguments:
        return call("today")
    if arguments[0][0] == "number":
        return call("date", ["binary", "+", call("number", call("today")), ["number", arguments[0][1]]])
    raise NotCarriedError("today() is given a computed number of days")


def _age(translator: Translator, arguments: list[Tree]) -> OurTree:
    days: OurTree = ["binary", "-", call("number", call("today")), call("number", translator.value(arguments[0]))]
    return call("int", ["binary", "div", days, ["number", 365.2425]])


def _date(translator: Translator, arguments: list[Tree]) -> OurTree:
    return call("date", translator.value(arguments[0]))


FUNCTIONS: Mapping[str, Callable[[Translator, list[Tree]], OurTree]] = {
    "iif": _if, "sum": _same("sum"), "min": _same("min"), "max": _same("max"), "avg": _average, "round": _same("round"),
    "trunc": _same("int"), "today": _today, "currentdate": _today, "age": _age, "getdate": _date,
    "length": _same("string-length"),
}
SurveyjsTranslator.functions = FUNCTIONS


def of_choice(text: str, value: str) -> str:
    """Return the condition of a list of choices for one of them, which it calls `{item}`."""
    quote = '"' if "'" in value else "'"
    quoted = f"{quote}{value}{quote}" if quote not in value else "{item}"      # left unread where no quote fits
    return re.sub(r"\{\s*(?:item|choice)\s*\}", lambda _match: quoted, text)
