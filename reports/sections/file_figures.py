"""Figures of the customer file in a sentence: whole percent, and nothing that gives a small count away."""

from __future__ import annotations

from analysis.told_figures import WHOLE, is_figure_hidden
from reports.numbers import HIDDEN, fixed, printed
from reports.sections.source import Source
from reports.wording import Words

LEAST_SHARE = 1             # percent below which a share is told as being below it, never as 0%
NEARLY_ALL = WHOLE - LEAST_SHARE


def is_hidden(study: Source, path: str) -> bool:
    """Return whether a metric path leads to a figure of the file that must not be told."""
    family, _, field = path.partition(".")
    return family == "data" and is_figure_hidden(study.diagnosis.customers, field, study.minimum_group)


def told_size(study: Source, path: str, value: float) -> str:
    """Return a count of the file as it may be told."""
    return HIDDEN if is_hidden(study, path) else printed(value, "count")


def told_share(words: Words, value: float, target: object = None) -> str:
    """Return a share in whole percent, on its own side of a limit: rounding never moves it onto the limit."""
    if 0 < value < LEAST_SHARE:
        return words.text("triggers.lt", target=printed(LEAST_SHARE, "pct"))
    if NEARLY_ALL < value < WHOLE:
        return words.text("triggers.gt", target=printed(NEARLY_ALL, "pct"))
    if isinstance(target, int | float) and value != target and fixed(value, 0) == fixed(float(target), 0):
        return words.text("triggers.lt" if value < target else "triggers.gt", target=printed(float(target), "pct"))
    return printed(value, "pct")


def told_limit(target: float) -> str:
    """Return a limit of a share as it was set."""
    return f"{fixed(target, 0 if target == int(target) else 1)}%"

