"""The life-cycle stage of every customer, by the value model's ordered rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.customers.expressions import holds
from instruments import logic
from instruments.template import ValueModel

NOT_ASSESSABLE = "not_assessable"


@dataclass(frozen=True)
class Stages:
    """Stage per customer, and per stage how many customers it was skipped for because a field was empty."""

    stage: pd.Series
    n_skipped: Mapping[str, int]


def life_cycle_stages(columns: pd.DataFrame, model: ValueModel) -> Stages:
    """Return the first stage whose rule is true.

    Parameters
    ----------
    columns : DataFrame, customers × columns
        Fields of the file and derived columns.
    model : ValueModel
        Stages in order of evaluation.

    Returns
    -------
    Stages
        "not_assessable" where no rule is true. A comparison with an empty field is false, so a rule that needs it
        does not match; it still matches by another branch of its condition that can be judged.
    """
    keys = [rule.key for rule in model.stages]
    stage = np.full(len(columns), len(keys), dtype=np.int8)
    is_open = np.ones(len(columns), dtype=bool)
    skipped = {}
    for number, rule in enumerate(model.stages):
        place = f"value model, stage {rule.key}"
        is_true = holds(rule.when, columns, place)
        is_empty = np.zeros(len(columns), dtype=bool)
        for name in logic.references(logic.parse(rule.when, place, allow_names=True)):
            is_empty |= columns[name].isna().to_numpy()
        skipped[rule.key] = int((is_open & ~is_true & is_empty).sum())
        stage[is_open & is_true] = number
        is_open &= ~is_true
    named = pd.Categorical.from_codes(stage, categories=[*keys, NOT_ASSESSABLE])
    return Stages(pd.Series(named, index=columns.index), skipped)
