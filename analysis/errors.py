"""What can be wrong with data handed to an analysis.

AnalysisError            base: place, reason, remedy
├── TableError           a table lacks a column, repeats a key or holds a value its item does not allow
├── TooFewData           too few rows or items for the statistic; `n` says how many there are
├── NoVariation          an item or scale is constant
├── SpecError            an option of `measure` is unknown or does not fit
│   └── ModelSyntaxError a model text cannot be read or contradicts itself
├── NotIdentified        the data cannot tell the parameters of a model apart
└── NotConverged         no best fit was found
"""

from __future__ import annotations


class AnalysisError(ValueError):
    """Something in the data or the options forbids the analysis."""

    def __init__(self, place: str, reason: str, remedy: str) -> None:
        super().__init__(f"{place}: {reason} {remedy}")
        self.place, self.reason, self.remedy = place, reason, remedy


class TableError(AnalysisError):
    """A table is not what the analysis needs."""


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
