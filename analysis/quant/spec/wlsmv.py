"""`estimator: WLSMV` of `surveyapp measure`: models and invariance of ordinal items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import pandas as pd

from analysis.errors import SpecError
from analysis.quant.sem.ordinal_invariance import ordinal_invariance
from analysis.quant.sem.ordinal_sample import OrdinalMissing
from analysis.quant.sem.ordinal_scores import ordinal_modification
from analysis.quant.sem.wlsmv import OrdinalOptions, fitted_ordinal, ordinal_result
from analysis.results.sem import Invariance
from instruments.codec import to_document

ORDINAL_MISSING = get_args(OrdinalMissing)
NOT_ORDINAL = ("scores", "bootstrap", "meanstructure", "steps")     # not computed for ordinal items


def ordinal_model(data: object, options: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Return the result of `do: cfa` or `sem` with WLSMV.

    Parameters
    ----------
    data : DataFrame (n, …)
        Recoded answers to the items and the column of groups; anything else is refused.
    options : mapping
        Checked options.
    place : str
        Words for messages.

    Returns
    -------
    dict
        Document of a SemResult as `ordinal_sem` describes, with `modification_indices` where they are asked for.
    """
    chosen = _chosen(options)
    fitted = fitted_ordinal(options["model"], _answers(data, options, place), chosen, place=place)
    found = dict(to_document(ordinal_result(fitted, chosen, place=place)))
    if "modification" in options:
        indices = ordinal_modification(fitted, most=options["modification"], place=place)
        found["modification_indices"] = to_document(indices)
    return found


def ordinal_ladder(data: object, options: Mapping[str, Any], place: str) -> Invariance:
    """Return the result of `do: invariance` with WLSMV.

    Parameters
    ----------
    data, options, place
        As in `ordinal_model`.

    Returns
    -------
    Invariance
        As `ordinal_invariance` describes.
    """
    answers, chosen = _answers(data, options, place), _chosen(options)
    return ordinal_invariance(options["model"], answers, options["group"], chosen, partial=chosen.partial, place=place)


def _answers(data: object, options: Mapping[str, Any], place: str) -> pd.DataFrame:
    if not isinstance(data, pd.DataFrame):
        raise SpecError(place, "WLSMV needs the answers, and the data are a matrix.", "Give the file of answers.")
    for name in NOT_ORDINAL:
        if name in options:
            raise SpecError(place, f"{name} is not computed with WLSMV.", f"Leave `{name}` out, or use estimator: MLR.")
    return data


def _chosen(options: Mapping[str, Any]) -> OrdinalOptions:
    return OrdinalOptions(
        missing=options["missing"], std_lv=options.get("std_lv", False), group=options.get("group"),
        equal=tuple(options.get("equal", ())),
        partial=tuple("".join(key.split()) for key in options.get("partial", [])),
        orthogonal=options.get("orthogonal", False), zero_cells=options.get("zero_cells", "keep"),
        confidence=options.get("confidence", 0.95))
