"""What does an analysis of `surveyapp measure` ask for? Its options, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from analysis.errors import SpecError
from analysis.quant.careless.indices import SYNONYM_R
from analysis.quant.correlations import Kind, Missing
from analysis.quant.factors.extraction import Method
from analysis.quant.factors.rotation import Rotation
from analysis.quant.spec.ordinal import ORDINAL_DEFAULTS, ORDINAL_OPTIONS, ORDINAL_RULES, POLYCHORIC
from analysis.quant.spec.people_options import PEOPLE_DEFAULTS, PEOPLE_NEEDED, PEOPLE_OPTIONS, PEOPLE_RULES
from analysis.quant.spec.scales_options import SCALES_NEEDED, SCALES_OPTIONS, SCALES_RULES
from analysis.quant.spec.sem import MODEL_DEFAULTS, MODEL_NEEDED, MODEL_OPTIONS, MODEL_RULES
from instruments.schema import MISSING_CODES

FEWEST_DRAWS, MOST_DRAWS = 20, 100_000          # psych::fa.parallel draws 20; more than the most changes no digit shown
LEAST_CONFIDENCE = 0.5
COMMON = frozenset({"id", "do", "title", "items", "reverse", "range", "missing", "missing_codes", "values", "n"})
CORRELATED = COMMON | ORDINAL_OPTIONS | {"correlation"}
OPTIONS: Mapping[str, frozenset[str]] = {
    "reliability": COMMON | {"confidence", "n_factors", "seed"},
    "items": COMMON,
    "omega": CORRELATED | {"n_factors", "seed"},
    "kmo": CORRELATED,
    "bartlett": CORRELATED,
    "parallel": CORRELATED | {"n_draws", "seed"},
    "map": CORRELATED | {"max_factors"},
    "vss": CORRELATED | {"max_factors"},
    "efa": CORRELATED | {"n_factors", "method", "rotation", "seed"},
    "htmt": CORRELATED | {"scales"},
    "polychoric": COMMON | ORDINAL_OPTIONS | {"confidence"},
    "sample": COMMON - {"missing", "n"},
    "correlations": COMMON | {"correlation", "scales", "confidence"},
    "careless": (COMMON | {"scales", "critical_r", "confidence"}) - {"missing", "n"},
    **PEOPLE_OPTIONS, **MODEL_OPTIONS, **SCALES_OPTIONS,
}
NEEDED = {"omega": "n_factors", "efa": "n_factors", "htmt": "scales", **PEOPLE_NEEDED, **SCALES_NEEDED}
DEFAULTS: Mapping[str, Any] = {
    "reverse": [], "missing": "pairwise", "correlation": "pearson", "seed": 0, "method": "minres",
    "rotation": "oblimin", "critical_r": SYNONYM_R, "missing_codes": sorted(MISSING_CODES),
    **ORDINAL_DEFAULTS, **PEOPLE_DEFAULTS,
}


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value) and len(set(value)) == len(value)


def _one_of(words: tuple[str, ...]) -> tuple[Callable[[Any], bool], str]:
    return (lambda value: value in words), f"one of {', '.join(words)}"


_RULES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "id": (lambda value: isinstance(value, str) and bool(value), "a name"),
    "title": (lambda value: isinstance(value, str) and bool(value.strip()), "a heading for the report"),
    "items": (lambda value: _is_names(value) and bool(value), "a list of column names, each once"),
    "reverse": (_is_names, "a list of column names, each once"),
    "range": (lambda value: isinstance(value, list) and [_is_number(end) for end in value] == [True, True]
              and value[0] < value[1], "the lowest and the highest answer, such as [1, 5]"),
    "missing": _one_of(get_args(Missing)),
    "missing_codes": (lambda value: isinstance(value, list) and all(map(_is_number, value)), "a list of numbers"),
    "values": (lambda value: isinstance(value, Mapping) and bool(value) and all(map(_is_number, value.values())),
               "a set of words with their numbers, such as {agree: 4}"),
    "n": (_is_count, "the number of respondents"),
    "n_factors": (_is_count, "a whole number from 1"),
    "max_factors": (_is_count, "a whole number from 1"),
    "n_draws": (lambda value: _is_count(value) and FEWEST_DRAWS <= value <= MOST_DRAWS,
                f"a whole number from {FEWEST_DRAWS} to {MOST_DRAWS}"),
    "seed": (lambda value: value == 0 or _is_count(value), "a whole number from 0"),
    "confidence": (lambda value: _is_number(value) and LEAST_CONFIDENCE <= value < 1,
                   f"a number from {LEAST_CONFIDENCE} to below 1"),
    "critical_r": (lambda value: _is_number(value) and 0 < value < 1, "a correlation between 0 and 1, such as 0.6"),
    "correlation": _one_of((*get_args(Kind), POLYCHORIC)),
    "method": _one_of(get_args(Method)),
    "rotation": _one_of(get_args(Rotation)),
    "scales": (lambda value: isinstance(value, Mapping) and len(value) > 1 and all(map(_is_names, value.values())),
               "at least two scales, each a name with a list of column names"),
    **ORDINAL_RULES, **PEOPLE_RULES, **SCALES_RULES,
}


def checked_options(entry: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Return the options of one analysis with the defaults filled in.

    Parameters
    ----------
    entry : mapping
        One analysis as written.
    place : str
        Words for messages.

    Returns
    -------
    dict
        Option → value; options without a default are absent unless given.

    Raises
    ------
    SpecError
        With what is wrong and what is possible.
    """
    task = entry.get("do")
    if not isinstance(task, str) or task not in OPTIONS:
        raise SpecError(place, f"`do: {task}` is not an analysis.", f"Available: {', '.join(OPTIONS)}.")
    known = OPTIONS[task] | {"title"}
    rules, defaults = (({**_RULES, **MODEL_RULES}, {**DEFAULTS, **MODEL_DEFAULTS}) if task in MODEL_OPTIONS
                       else (_RULES, DEFAULTS))
    for option, value in entry.items():
        if option not in known:
            raise SpecError(place, f"option {option!r} is not known to {task}.",
                            f"Use: {', '.join(sorted(known - {'id', 'do'}))}.")
        holds, what = _RULES["title"] if option == "title" else rules.get(option, _RULES["id"])
        if option != "do" and not holds(value):
            raise SpecError(place, f"{option}: {value!r} is not {what}.", "Mend this option.")
    needed = next((name for name in _needed(task) if name not in entry), None)
    if needed is not None:
        raise SpecError(place, f"{task} needs the option {needed!r}.", f"Give {rules[needed][1]}.")
    return {**{key: value for key, value in defaults.items() if key in known}, **entry}


def _needed(task: str) -> tuple[str, ...]:
    return MODEL_NEEDED.get(task) or ((NEEDED[task],) if task in NEEDED else ())
