"""`do: cfa`, `sem` and `invariance` of `surveyapp measure`: models of items, factors and paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

import numpy as np
import pandas as pd

from analysis.errors import SpecError, TableError
from analysis.quant.correlations import Array
from analysis.quant.sem.covariance import ESTIMATORS
from analysis.quant.sem.fit import ModelOptions, fitted_model, result_of
from analysis.quant.sem.invariance import STEPS, invariance
from analysis.quant.sem.modification import modification_indices
from analysis.quant.sem.resample import Interval, bootstrap
from analysis.quant.sem.sample import Missing, Sample, moments_sample
from analysis.quant.sem.scores import Method, factor_scores
from analysis.quant.sem.syntax import parse_model
from analysis.quant.sem.table import EQUAL
from analysis.quant.sem.variables import variables_of
from analysis.quant.sem.wlsmv import WLSMV
from analysis.quant.spec.columns import numbers_of, recoded
from analysis.quant.spec.ordinal import ORDINAL_RULES
from analysis.quant.spec.wlsmv import ORDINAL_MISSING, ordinal_ladder, ordinal_model
from instruments.codec import to_document

Options = Mapping[str, Any]
_DATA = frozenset({"id", "do", "title", "model", "reverse", "range", "missing", "missing_codes", "values", "estimator",
                   "std_lv", "confidence", "group", "partial", "zero_cells"})
_ONE = _DATA | {"n", "equal", "meanstructure", "orthogonal", "modification", "scores", "bootstrap", "interval", "seed"}
MODEL_OPTIONS: Mapping[str, frozenset[str]] = {"cfa": _ONE, "sem": _ONE, "invariance": _DATA | {"steps"}}
MODEL_NEEDED: Mapping[str, tuple[str, ...]] = {"cfa": ("model",), "sem": ("model",), "invariance": ("model", "group")}
MODEL_DEFAULTS: Mapping[str, Any] = {"missing": "listwise", "estimator": "ML", "interval": "percentile"}
FEWEST_RESAMPLES, MOST_RESAMPLES = 100, 100_000
MISSING = tuple(dict.fromkeys((*get_args(Missing), *ORDINAL_MISSING)))


def _is_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) and word for word in value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


_FLAG = (lambda value: isinstance(value, bool), "true or false")
MODEL_RULES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "model": (lambda value: isinstance(value, str) and bool(value.strip()),
              "a model such as `service =~ s1 + s2 + s3`"),
    "estimator": (lambda value: value in (*ESTIMATORS, WLSMV), f"one of {', '.join((*ESTIMATORS, WLSMV))}"),
    "missing": (lambda value: value in MISSING, f"one of {', '.join(MISSING)}"),
    "group": (lambda value: isinstance(value, str) and bool(value), "the name of a column"),
    "equal": (lambda value: isinstance(value, list) and all(word in EQUAL for word in value),
              f"a list of {', '.join(EQUAL)}"),
    "partial": (_is_words, "a list of parameters that stay free, such as ['visual =~ x2', 'x3 ~ 1']"),
    "steps": (lambda value: isinstance(value, list) and bool(value) and all(word in STEPS for word in value),
              f"a list of {', '.join(STEPS)}"),
    **ORDINAL_RULES,
    **dict.fromkeys(("std_lv", "meanstructure", "orthogonal"), _FLAG),
    "modification": (_is_whole, "how many modification indices are shown, from 1"),
    "scores": (lambda value: value in get_args(Method), f"one of {', '.join(get_args(Method))}"),
    "bootstrap": (lambda value: _is_whole(value) and FEWEST_RESAMPLES <= value <= MOST_RESAMPLES,
                  f"a whole number from {FEWEST_RESAMPLES} to {MOST_RESAMPLES}"),
    "interval": (lambda value: value in get_args(Interval), f"one of {', '.join(get_args(Interval))}"),
}


def model_items(options: Options, place: str) -> list[str]:
    """Return the columns that a model needs.

    Parameters
    ----------
    options : mapping
        With `model`.
    place : str
        Words for messages.

    Returns
    -------
    list of str
        Its observed variables.
    """
    return list(variables_of(parse_model(options["model"], place=place), place=place).observed)


def _structural(frame: pd.DataFrame, options: Options, place: str) -> dict[str, Any]:
    if options["estimator"] == WLSMV:
        return ordinal_model(_data(frame, options, place), options, place)
    chosen = _chosen(options, place)
    fitted = fitted_model(options["model"], _data(frame, options, place), chosen, place=place)
    found = dict(to_document(result_of(fitted, chosen, place=place)))
    if "modification" in options:
        indices = modification_indices(fitted, most=options["modification"])
        found["modification_indices"] = to_document(indices)
    if "scores" in options:
        found["scores"] = to_document(factor_scores(fitted, method=options["scores"], place=place))
    if "bootstrap" in options:
        found["bootstrap"] = to_document(bootstrap(
            fitted, n_resamples=options["bootstrap"], seed=(options.get("seed", 0),), interval=options["interval"],
            confidence=chosen.confidence, place=place))
    return found


def _invariance(frame: pd.DataFrame, options: Options, place: str) -> Any:
    data = _data(frame, options, place)
    if isinstance(data, Sample):
        raise SpecError(place, "groups are seen in answers, and the data are a matrix.", "Give the file of answers.")
    if options["estimator"] == WLSMV:
        return ordinal_ladder(data, options, place)
    return invariance(options["model"], data, options["group"], _chosen(options, place),
                      steps=options.get("steps", list(STEPS)), partial=_keys(options.get("partial", [])), place=place)


def _chosen(options: Options, place: str) -> ModelOptions:
    if options["missing"] not in get_args(Missing):
        raise SpecError(place, f"missing: {options['missing']} is for WLSMV.", f"Use: {', '.join(get_args(Missing))}.")
    if options["zero_cells"] != "keep":
        raise SpecError(place, "zero_cells is for WLSMV.", "Leave it out.")
    return ModelOptions(
        estimator=options["estimator"], missing=options["missing"], std_lv=options.get("std_lv", False),
        meanstructure=options.get("meanstructure", False), group=options.get("group"),
        equal=tuple(options.get("equal", ())), partial=_keys(options.get("partial", [])),
        orthogonal=options.get("orthogonal", False), confidence=options.get("confidence", 0.95))


def _keys(partial: list[str]) -> tuple[str, ...]:
    return tuple("".join(key.split()) for key in partial)


def _data(frame: pd.DataFrame, options: Options, place: str) -> pd.DataFrame | Sample:
    """Return the answers to the items of the model, recoded, with the column of groups; or the moments of a matrix."""
    items, group = model_items(options, place), options.get("group")
    matrix = _matrix_of(frame)
    if matrix is not None:
        return _moments(matrix, items, options, place)
    for name in [*items, *options["reverse"], *([group] if group else [])]:
        if name not in frame.columns:
            raise TableError(place, f"column {name!r} is not in the data.", "Mend the model or the file.")
    strangers = [name for name in options["reverse"] if name not in items]
    if strangers:
        raise SpecError(place, f"reverse item {strangers[0]!r} is not in the model.", "Take it out of reverse.")
    answers = pd.DataFrame({key: numbers_of(frame[key], options, f"{place}, column {key!r}") for key in items})
    answers = recoded(answers, options, place)
    if group in items:
        raise SpecError(place, f"{group!r} is both an item and the column of groups.", "Take it out of the model.")
    return answers.assign(**{group: frame[group]}) if group else answers


def _matrix_of(frame: pd.DataFrame) -> pd.DataFrame | None:
    names = [str(name) for name in frame.columns]
    if len(frame) == len(names) - 1 and frame.iloc[:, 0].astype(str).str.strip().tolist() == names[1:]:
        return frame.iloc[:, 1:].set_axis(names[1:], axis=0)
    return frame if frame.index.astype(str).tolist() == names else None


def _moments(matrix: pd.DataFrame, items: list[str], options: Options, place: str) -> Sample:
    missing = [name for name in items if name not in matrix.columns]
    if missing:
        raise TableError(place, f"column {missing[0]!r} is not in the data.", "Mend the model or the file.")
    if "n" not in options:
        raise SpecError(place, "the data are a matrix; the number of respondents is not in it.", "Add `n:`.")
    for name in ("group", "reverse"):
        if options.get(name):
            raise SpecError(place, f"{name} is for answers, and the data are a matrix.", f"Leave `{name}` out.")
    values: Array = matrix.loc[items, items].to_numpy(dtype=np.float64)
    if not np.isfinite(values).all() or np.abs(values - values.T).max() > SYMMETRIC_WITHIN:
        raise TableError(place, "the matrix has gaps or is not symmetric.", "Give the full matrix.")
    if (values.diagonal() <= 0).any():
        raise TableError(place, "the matrix has a variance that is not positive.", "Give correlations or covariances.")
    return moments_sample(items, (values + values.T) / 2, options["n"], place=place)


SYMMETRIC_WITHIN = 1e-6         # matrices are printed with few digits, rarely with fewer than these
MODELS: Mapping[str, Callable[[pd.DataFrame, Options, str], Any]] = {
    "cfa": _structural, "sem": _structural, "invariance": _invariance}
