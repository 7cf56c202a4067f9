"""Trees of other tools' expressions → expressions of our language.

A tool's own module says what its names stand for (`find`) and adds functions; comparisons, arithmetic and the four
kinds of operand are the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce

from instruments.formats.foreign_logic import Dialect, NotCarriedError, Tree, parse_foreign
from instruments.logic.grammar import MAX_LENGTH
from instruments.logic.grammar import Tree as OurTree
from instruments.logic.unparse import write_expression
from instruments.logic.values import number_text

Kind = str      # item: one answer · member: one option of a multiple item · several: a list of operands


@dataclass(frozen=True)
class Operand:
    """What a name of the other tool stands for here."""

    kind: Kind
    key: str = ""
    value: str = ""                                                 # of a member: the choice
    codes: Mapping[str, str] = field(default_factory=dict)          # the other tool's answer code → ours
    parts: tuple[Operand, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)         # our answer code → its words, where one is needed
    chosen: str = "Y"                                               # what the other tool stores for a chosen member


ALL = "all"         # the value of a list of operands that leaves none of a question out
YES: OurTree = ["call", "true", []]
NO: OurTree = ["call", "false", []]
EMPTY: OurTree = ["string", ""]


def string(text: str) -> OurTree:
    """Return a quoted text; our language has no escape, so both quotes at once cannot be said."""
    if "'" in text and '"' in text:
        raise NotCarriedError("a text holds both kinds of quotes")
    return ["string", text]


def call(name: str, *arguments: OurTree) -> OurTree:
    return ["call", name, list(arguments)]


def negated(tree: OurTree) -> OurTree:
    return call("not", tree)


def joined(sign: str, trees: list[OurTree]) -> OurTree:
    """Return the trees joined by `and`, `or` or `+`; balanced, so that many do not nest deep."""
    if not trees:
        raise NotCarriedError("it joins nothing")
    while len(trees) > 1:
        pairs = [trees[place:place + 2] for place in range(0, len(trees), 2)]
        trees = [["binary", sign, *pair] if len(pair) == 2 else pair[0] for pair in pairs]  # noqa: PLR2004  # a pair
    return trees[0]


def _text(literal: str | float) -> str:
    return literal if isinstance(literal, str) else number_text(literal)


def selected(operand: Operand) -> OurTree:
    return call("selected", ["item", operand.key], string(operand.value))


class Translator:
    """Turns one tool's expressions into ours; subclasses know its names and functions."""

    dialect: Dialect
    functions: Mapping[str, Callable[[Translator, list[Tree]], OurTree]] = {}

    def __init__(self, find: Callable[[str], Operand], self_key: str | None = None) -> None:
        self._find, self._self_key = find, self_key

    def expression(self, text: str) -> str:
        """Return an expression as ours; NotCarriedError says what cannot be said."""
        return self.written(self.condition(parse_foreign(text, self.dialect)))

    def value_expression(self, text: str) -> str:
        """Return an expression whose value counts, not its truth."""
        return self.written(self.value(parse_foreign(text, self.dialect)))

    def written(self, tree: OurTree) -> str:
        found = write_expression(self._with_self(tree))
        if len(found) > MAX_LENGTH:
            raise NotCarriedError(f"it would have {len(found):,} signs here")
        return found

    def _with_self(self, tree: OurTree) -> OurTree:
        if tree[0] == "item" and tree[1] == self._self_key:
            return ["self"]
        if tree[0] == "call":
            return ["call", tree[1], [self._with_self(argument) for argument in tree[2]]]
        if tree[0] == "binary":
            return ["binary", tree[1], self._with_self(tree[2]), self._with_self(tree[3])]
        return ["negate", self._with_self(tree[1])] if tree[0] == "negate" else tree

    # ---- what a tree means ------------------------------------------------------------------------------------------
    def condition(self, tree: Tree) -> OurTree:
        """Return a tree whose truth is that of the other tool's."""
        if tree[0] == "name":
            operand = self._find(tree[1])
            if operand.kind == "member":
                return selected(operand)
            return ["binary", "!=", self.item(operand), EMPTY]
        return self.value(tree)

    def value(self, tree: Tree) -> OurTree:
        match tree[0]:
            case "number":
                return ["number", tree[1]] if tree[1] >= 0 else ["negate", ["number", -tree[1]]]
            case "string":
                return string(tree[1])
            case "name":
                return self.item(self._find(tree[1]))
            case "not":
                return negated(self.condition(tree[1]))
            case "minus":
                return ["negate", self.value(tree[1])]
        return self._compound(tree)

    def _compound(self, tree: Tree) -> OurTree:
        match tree[0]:
            case "bool":
                return YES if tree[1] else NO
            case "if":
                return call("if", self.condition(tree[1]), self.value(tree[2]), self.value(tree[3]))
            case "binary":
                return self._binary(tree[1], tree[2], tree[3])
            case "test":
                empty = self.is_empty(tree[2])
                return empty if tree[1] == "empty" else negated(empty)
            case "call":
                return self._function(tree[1], tree[2])
        raise NotCarriedError("a list stands where one value is expected")

    def item(self, operand: Operand) -> OurTree:
        """Return an operand as a value."""
        if operand.kind == "member":
            if not operand.chosen:
                raise NotCarriedError("it asks for the words beside 'other', which have no name here")
            return call("if", selected(operand), string(operand.chosen), EMPTY)
        if operand.kind == "several":
            raise NotCarriedError("several answers stand where one is expected")
        return ["item", operand.key]

    def _function(self, name: str, arguments: list[Tree]) -> OurTree:
        function = self.functions.get(name) or self.functions.get(name.lower())
        if function is None:
            raise NotCarriedError(f"the function {name}() is not known here")
        try:
            return function(self, arguments)
        except IndexError:
            raise NotCarriedError(f"{name}() is given too few values") from None

    # ---- operators --------------------------------------------------------------------------------------------------
    def _binary(self, sign: str, left: Tree, right: Tree) -> OurTree:
        if sign in ("and", "or"):
            return ["binary", sign, self.condition(left), self.condition(right)]
        if sign in ("=", "!="):
            return self._equality(sign, left, right)
        if sign in ("contains", "notcontains", "anyof", "allof", "noneof"):
            return self._containment(sign, left, right)
        if sign == "+" and "string" in (left[0], right[0]):
            return call("concat", self.value(left), self.value(right))
        if sign not in ("<", "<=", ">", ">=", "+", "-", "*", "div", "mod"):
            raise NotCarriedError(f"the operator '{sign}' is not known here")
        return ["binary", sign, self.value(left), self.value(right)]

    def _equality(self, sign: str, left: Tree, right: Tree) -> OurTree:
        if left[0] != "name" and right[0] == "name":
            left, right = right, left
        if left[0] == "name":
            operand = self._find(left[1])
            literal = self._literal(right)
            if literal is not None:
                return self.compared(sign, operand, literal)
        return ["binary", sign, self.value(left), self.value(right)]

    def _literal(self, tree: Tree) -> str | float | None:
        if tree[0] in ("string", "number"):
            found: str | float = tree[1]
            return found
        if tree[0] == "bool":
            return "true" if tree[1] else "false"
        return None

    def compared(self, sign: str, operand: Operand, literal: str | float) -> OurTree:
        if operand.kind == "member":
            text = _text(literal)
            is_chosen = text == operand.chosen != ""
            if not is_chosen and text not in ("", "N", "0", "false"):
                raise NotCarriedError(f"the option '{operand.value}' is compared with '{literal}'")
            tree = selected(operand)
            return tree if is_chosen == (sign == "=") else negated(tree)
        return ["binary", sign, self.item(operand), self.code(operand, literal)]

    def code(self, operand: Operand, literal: str | float) -> OurTree:
        """Return an answer code of the other tool as the value that is stored here."""
        text = _text(literal)
        if text in operand.codes:
            return string(operand.codes[text])
        return string(literal) if isinstance(literal, str) else self.value(("number", literal))

    def _containment(self, sign: str, left: Tree, right: Tree) -> OurTree:
        operand = self._find(left[1]) if left[0] == "name" else None
        if operand is None or operand.kind != "item":
            raise NotCarriedError(f"'{sign}' is asked of what is no question")
        wanted = right[1] if right[0] == "list" else [right]
        tests = []
        for entry in wanted:
            literal = self._literal(entry)
            if literal is None:
                raise NotCarriedError(f"'{sign}' is given a computed value")
            tests.append(call("selected", ["item", operand.key], self.code(operand, literal)))
        is_any = (sign in ("contains", "notcontains") and right[0] != "list") or sign in ("anyof", "noneof")
        tree = joined("or" if is_any else "and", tests)
        return negated(tree) if sign in ("notcontains", "noneof") else tree

    # ---- what several tools' functions need -------------------------------------------------------------------------
    def is_empty(self, tree: Tree) -> OurTree:
        if tree[0] == "name":
            operand = self._find(tree[1])
            if operand.kind == "several":
                return reduce(
                    lambda found, part: ["binary", "and", found, self._is_blank(part)], operand.parts[1:],
                    self._is_blank(operand.parts[0]))
            return self._is_blank(operand)
        return ["binary", "=", self.value(tree), EMPTY]

    def _is_blank(self, operand: Operand) -> OurTree:
        return negated(selected(operand)) if operand.kind == "member" else ["binary", "=", self.item(operand), EMPTY]

    def operands(self, arguments: list[Tree]) -> list[OurTree | Operand]:
        """Return the arguments with lists of answers written out."""
        found: list[OurTree | Operand] = []
        for argument in arguments:
            operand = self._find(argument[1]) if argument[0] == "name" else None
            if operand is None:
                found.append(self.value(argument))
            else:
                found.extend(operand.parts if operand.kind == "several" else (operand,))
        return found

    def whole_choice(self, arguments: list[Tree]) -> str:
        """Return the key of the multiple item whose options are all that is listed, or an empty text."""
        operand = self._find(arguments[0][1]) if len(arguments) == 1 and arguments[0][0] == "name" else None
        if operand is None or operand.kind != "several" or operand.value != ALL:
            return ""
        keys = {part.key for part in operand.parts}
        return keys.pop() if len(keys) == 1 and operand.parts[0].kind == "member" else ""

    def values(self, arguments: list[Tree]) -> list[OurTree]:
        """Return the arguments as values, with lists of answers written out."""
        return [self.item(part) if isinstance(part, Operand) else part for part in self.operands(arguments)]
