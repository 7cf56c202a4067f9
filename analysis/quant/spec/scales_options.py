"""What do the analyses of items, scales and exploratory factors ask for? Their options and rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from analysis.quant.factors.factor_scores import ScoreMethod
from analysis.quant.spec.ordinal import ORDINAL_OPTIONS

_COMMON = frozenset({"id", "do", "title", "items", "reverse", "range", "missing", "missing_codes", "values", "n"})
_CORRELATED = _COMMON | {"correlation"} | ORDINAL_OPTIONS
_FACTORS = _CORRELATED | {"n_factors", "method", "rotation", "seed"}
SCALES_OPTIONS: Mapping[str, frozenset[str]] = {
    "distributions": _COMMON - {"missing", "n"},
    "lambdas": _COMMON | {"seed"},
    "split_half": _COMMON | {"seed"},
    "alpha_bootstrap": (_COMMON | {"confidence", "n_resamples", "seed"}) - {"n"},
    "factor_number": _CORRELATED | {"n_draws", "max_factors", "seed"},
    "efa_bootstrap": (_FACTORS | {"confidence", "n_resamples"}) - {"n", "correlation"} - ORDINAL_OPTIONS,
    "factor_scores": _FACTORS | {"scoring"},
    "icc": (_COMMON | {"confidence"}) - {"missing", "n"},
}
SCALES_NEEDED = {"efa_bootstrap": "n_factors", "factor_scores": "n_factors"}
SCALES_RULES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "scoring": (lambda value: value in get_args(ScoreMethod), f"one of {', '.join(get_args(ScoreMethod))}"),
}
