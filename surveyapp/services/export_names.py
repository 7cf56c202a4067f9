"""Names and words cut to what a statistical format can hold; every change is told and stands in the file's notes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from surveyapp.errors import Refused
from surveyapp.services.export_layout import FileLayout, Variable

# Words that SPSS syntax takes for itself, and Stata's.
SPSS_WORDS = frozenset({"ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"})
STATA_WORDS = frozenset({
    "_all", "_b", "byte", "_coef", "_cons", "double", "float", "if", "in", "int", "long", "_n", "_N", "_pi", "_pred",
    "_rc", "_skip", "strL", "using", "with"})


@dataclass(frozen=True)
class FormatLimits:
    """What a format can hold; lengths of SAV are bytes of UTF-8, those of DTA characters."""

    format: str
    longest_name: int
    first: str                          # pattern of a name's first sign
    others: str                         # pattern of every other sign
    reserved: frozenset[str]
    longest_label: int
    longest_value_label: int
    longest_text: int
    most_variables: int
    is_counted_in_bytes: bool
    ignores_case: bool

    def length(self, text: str) -> int:
        return len(text.encode()) if self.is_counted_in_bytes else len(text)

    def cut(self, text: str, longest: int) -> str:
        """Return the text, cut with an ellipsis where it is too long; never in the middle of a sign."""
        if self.length(text) <= longest:
            return text
        while text and self.length(text + "…") > longest:
            text = text[:-1]
        return text.rstrip() + "…"


SAV = FormatLimits("SAV", 64, r"[^\W\d_]|@", r"[\w.@#$]", SPSS_WORDS, 256, 120, 32_767, 32_767,
                   is_counted_in_bytes=True, ignores_case=True)
DTA = FormatLimits("DTA", 32, r"[^\W\d]", r"\w", STATA_WORDS, 80, 32_000, 2_045, 32_767,
                   is_counted_in_bytes=False, ignores_case=False)


def within_limits(layout: FileLayout, limits: FormatLimits) -> tuple[FileLayout, dict[str, str]]:
    """Return the layout with names and labels that fit, and which names were changed (new by old)."""
    if len(layout.variables) > limits.most_variables:
        raise Refused("The table {table} has {n} columns; {format} holds {most}.", "Export it as CSV or Parquet.",
                      table=layout.table.name, n=len(layout.variables), format=limits.format,
                      most=limits.most_variables)
    names = _names([variable.name for variable in layout.variables], limits)
    variables = tuple(_fitted(variable, name, limits)
                      for variable, name in zip(layout.variables, names, strict=True))
    renamed = {old.name: new.name for old, new in zip(layout.variables, variables, strict=True) if old.name != new.name}
    return replace(layout, variables=variables), renamed


def _fitted(variable: Variable, name: str, limits: FormatLimits) -> Variable:
    values: Mapping[int, str] = {
        value: limits.cut(words, limits.longest_value_label) for value, words in variable.values.items()}
    return replace(variable, name=name, label=limits.cut(variable.label, limits.longest_label), values=values)


def _names(names: Sequence[str], limits: FormatLimits) -> list[str]:
    """Return names that the format takes, each once; the first to ask for a name keeps it."""
    taken: set[str] = set()
    found = []
    for name in names:
        fitted = _name(name, limits)
        number = 1
        while _folded(fitted, limits) in taken:
            number += 1
            ending = f"_{number}"
            fitted = _shortened(_name(name, limits), limits, limits.longest_name - len(ending)) + ending
        taken.add(_folded(fitted, limits))
        found.append(fitted)
    return found


def _name(name: str, limits: FormatLimits) -> str:
    legal = "".join(sign if re.fullmatch(limits.others, sign) else "_" for sign in name)
    if not legal or not re.match(limits.first, legal):
        legal = f"V{legal}"
    if _folded(legal, limits) in {_folded(word, limits) for word in limits.reserved}:
        legal += "_"
    return _shortened(legal, limits, limits.longest_name).rstrip(".")


def _shortened(name: str, limits: FormatLimits, longest: int) -> str:
    while limits.length(name) > longest:
        name = name[:-1]
    return name


def _folded(name: str, limits: FormatLimits) -> str:
    return name.casefold() if limits.ignores_case else name
