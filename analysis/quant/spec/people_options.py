"""What do the analyses of people in groups, units, waves and populations ask for? Their options and rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from analysis.results.raters import RatingLevel
from analysis.results.units import ExpectedVariance

_DATA = frozenset({"id", "do", "items", "reverse", "range", "missing_codes", "values", "scores", "confidence"})
_RATERS = frozenset({"id", "do", "items", "missing_codes", "n_resamples", "seed", "confidence"})
PEOPLE_OPTIONS: Mapping[str, frozenset[str]] = {
    "compare": _DATA | {"group", "groups", "kind", "seed"},
    "multilevel": _DATA | {"unit", "null"},
    **dict.fromkeys(("drivers", "dominance"), _DATA | {"outcome", "reliabilities", "delta", "n_resamples", "seed"}),
    "kappa": _RATERS | {"weighting", "categories"},
    "krippendorff": _RATERS | {"level"},
    "waves": _DATA | {"wave", "order", "unit", "person", "hashes", "reworded", "changed", "smallest_change",
                      "least_alpha", "worse"},
    "weights": _DATA | {"targets", "largest", "population"},
}
PEOPLE_NEEDED = {"compare": "group", "multilevel": "unit", "weights": "targets", "drivers": "outcome",
                 "dominance": "outcome", "waves": "wave"}
PEOPLE_DEFAULTS: Mapping[str, Any] = {
    "kind": "means", "null": "uniform", "worse": "low", "weighting": "none", "level": "nominal"}
FEWEST_RESAMPLES, MOST_RESAMPLES = 100, 100_000
WEIGHTINGS = ("none", "linear", "quadratic")
KINDS = ("means", "ranks", "shares")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_column(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_columns(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_column, value))


def _is_hashes(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(pair, list) and len(pair) == 2  # noqa: PLR2004 - two waves
                                              for pair in value.values())


def _is_named_items(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value) and all(
        isinstance(items, list) and items and all(map(_is_column, items)) and len(set(items)) == len(items)
        for items in value.values())


def _is_targets(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value) and all(
        isinstance(shares, Mapping) and shares and all(map(_is_number, shares.values())) for shares in value.values())


def _is_reliabilities(value: Any) -> bool:
    return value == "alpha" or (isinstance(value, Mapping) and bool(value) and all(
        _is_number(number) and 0 < number <= 1 for number in value.values()))


_COLUMN = (_is_column, "the name of a column")
PEOPLE_RULES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "group": _COLUMN, "unit": _COLUMN, "outcome": _COLUMN, "wave": _COLUMN, "person": _COLUMN,
    "order": (lambda value: isinstance(value, list) and len(value) == 2 and value[0] != value[1],  # noqa: PLR2004 - two
              "the two waves, earlier first"),
    **dict.fromkeys(("reworded", "changed"), (_is_columns, "a list of items")),
    "hashes": (_is_hashes, "items, each with its hash or words in the first and in the second wave"),
    "smallest_change": (lambda value: _is_number(value) and value >= 0, "scale points from 0"),
    "least_alpha": (lambda value: _is_number(value) and 0 <= value < 1, "an alpha from 0 to below 1"),
    "groups": (lambda value: isinstance(value, list) and len(value) > 1, "a list of two or more groups"),
    "weighting": (lambda value: value in WEIGHTINGS, f"one of {', '.join(WEIGHTINGS)}"),
    "categories": (lambda value: isinstance(value, list) and len(value) > 1 and len(set(map(str, value))) == len(value),
                   "a list of all values in their order, each once"),
    "level": (lambda value: value in get_args(RatingLevel), f"one of {', '.join(get_args(RatingLevel))}"),
    "worse": (lambda value: value in ("low", "high"), "low or high: the end that is worse"),
    "kind": (lambda value: value in KINDS, f"one of {', '.join(KINDS)}"),
    "scores": (_is_named_items, "one or more scores, each a name with a list of column names"),
    "null": (lambda value: value in get_args(ExpectedVariance) or (_is_number(value) and value > 0),
             f"one of {', '.join(get_args(ExpectedVariance))}, or a variance above 0"),
    "reliabilities": (_is_reliabilities, "alpha, or a set of scores with their reliabilities above 0, at most 1"),
    "delta": (lambda value: _is_number(value) and 0 <= value < 1, "a standardised weight from 0 to below 1"),
    "n_resamples": (lambda value: isinstance(value, int) and FEWEST_RESAMPLES <= value <= MOST_RESAMPLES,
                    f"a whole number from {FEWEST_RESAMPLES} to {MOST_RESAMPLES}"),
    "targets": (_is_targets, "the population: a column, and the share or count of each of its categories"),
    "largest": (lambda value: _is_number(value) and value > 1, "a number above 1, such as 5"),
    "population": (lambda value: isinstance(value, int) and not isinstance(value, bool) and value > 0,
                   "the number of people in the population"),
}
