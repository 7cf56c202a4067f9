"""The R expressions in formr's column `showif` and `value` → ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from instruments.formats.foreign_logic import AND, EQUAL, OR, ORDER, PRODUCT, SUM, Dialect, NotCarriedError, Tree
from instruments.formats.foreign_tree import Translator, call
from instruments.logic.grammar import Tree as OurTree

_NAME = r"[A-Za-z.][\w.]*(?:\$[A-Za-z.][\w.]*)?"
DIALECT = Dialect(
    tokens=re.compile(
        rf"(?P<space>\s+)|(?P<name>{_NAME})|(?P<number>\d+(?:\.\d*)?|\.\d+)"
        r"|(?P<string>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')"
        r"|(?P<sign>%[A-Za-z_]+%|%%|==|!=|<=|>=|&&|\|\||[-+*/&|!<>(),])"),
    binary={
        "||": (OR, "or"), "|": (OR, "or"), "&&": (AND, "and"), "&": (AND, "and"), "==": (EQUAL, "="),
        "!=": (EQUAL, "!="), "<": (ORDER, "<"), "<=": (ORDER, "<="), ">": (ORDER, ">"), ">=": (ORDER, ">="),
        "%in%": (EQUAL, "in"), "%contains%": (EQUAL, "contains"), "%contains_word%": (EQUAL, "contains"),
        "+": (SUM, "+"), "-": (SUM, "-"), "*": (PRODUCT, "*"), "/": (PRODUCT, "div"), "%%": (PRODUCT, "mod"),
    },
    prefix={"!": "not", "-": "minus"},
    constants={"TRUE": ("bool", True), "FALSE": ("bool", False), "T": ("bool", True), "F": ("bool", False),
               "NA": ("string", "")})


class FormrTranslator(Translator):
    """Turns R conditions into ours."""

    dialect = DIALECT

    def _binary(self, sign: str, left: Tree, right: Tree) -> OurTree:
        if sign == "in":
            values = right[2] if right[0] == "call" and right[1] == "c" else [right]
            return self._containment("anyof", left, ("list", values))
        return super()._binary(sign, left, right)


def _is_empty(translator: Translator, arguments: list[Tree]) -> OurTree:
    return translator.is_empty(arguments[0])


def _ifelse(translator: Translator, arguments: list[Tree]) -> OurTree:
    return call("if", translator.condition(arguments[0]), translator.value(arguments[1]),
                translator.value(arguments[2]))


def _same(name: str) -> Callable[[Translator, list[Tree]], OurTree]:
    def build(translator: Translator, arguments: list[Tree]) -> OurTree:
        if not arguments:
            raise NotCarriedError(f"{name}() is given nothing")
        return call(name, *[translator.value(argument) for argument in arguments])
    return build


def _last(translator: Translator, arguments: list[Tree]) -> OurTree:
    return translator.value(arguments[0])       # one questionnaire holds one answer


FUNCTIONS: Mapping[str, Callable[[Translator, list[Tree]], OurTree]] = {
    "is.na": _is_empty, "ifelse": _ifelse, "last": _last, "nchar": _same("string-length"), "sum": _same("sum"),
    "min": _same("min"), "max": _same("max"), "round": _same("round"), "as.numeric": _same("number"),
    "as.integer": _same("int"), "paste0": _same("concat"),
}
FormrTranslator.functions = FUNCTIONS
