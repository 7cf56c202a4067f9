"""What can be wrong with data handed to an analysis.

AnalysisError            base: place, reason, remedy
├── TableError           a table lacks a column, repeats a key or holds a value its item does not allow
│   └── TableFaults      … in several places; `faults` names each
├── TooFewData           too few rows or items for the statistic; `n` says how many there are
├── NoVariation          an item or scale is constant
├── SpecError            an option of `measure` is unknown or does not fit
│   └── ModelSyntaxError a model text cannot be read or contradicts itself
├── NotIdentified        the data cannot tell the parameters of a model apart
└── NotConverged         no best fit was found
"""

from __future__ import annotations

from collections.abc import Sequence


class AnalysisError(ValueError):
    """Something in the data or the options forbids the analysis."""

    def __init__(self, place: str, reason: str, remedy: str) -> None:
        super().__init__(f"{place}: {reason} {remedy}")
        self.place, self.reason, self.remedy = place, reason, remedy


class TableError(AnalysisError):
    """A table is not what the analysis needs."""


class TableFaults(TableError):
    """A table has faults in several places; the message names the first ones."""

    def __init__(self, faults: Sequence[TableError], n_more: int = 0) -> None:
        first = faults[0]
        super().__init__(first.place, first.reason, first.remedy)
        self.faults, self.n_more = tuple(faults), n_more
        self.args = ("\n".join([*map(str, self.faults), *([f"… and {n_more} more."] if n_more else [])]),)


class TooFewData(AnalysisError):
    """Too few rows or items."""

    def __init__(self, place: str, reason: str, remedy: str, n: int = 0) -> None:
        super().__init__(place, reason, remedy)
        self.n = n


class NoVariation(AnalysisError):
    """A column or scale never varies, so nothing can be related to it."""


class SpecError(AnalysisError):
    """A request for an analysis is not one we know."""


class ModelSyntaxError(SpecError):
    """A model is written in a way that cannot be read."""


class NotIdentified(AnalysisError):
    """Different values of the parameters imply the same moments."""


class NotConverged(AnalysisError):
    """The search for the best fitting parameters did not end at one."""
