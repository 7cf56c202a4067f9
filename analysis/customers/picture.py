"""The customer file in one result: checked, valued, tiered, staged and sized."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.customers.clv import clv_by_stage
from analysis.customers.reading import CustomerFile, read_customers
from analysis.customers.relations import relation_columns
from analysis.customers.sizing import FileRules, View, dominated_sums, figures, flag_columns
from analysis.customers.stages import life_cycle_stages
from analysis.customers.tiers import tier_columns, transitions
from analysis.customers.value import customer_types, index_sensitivity, value_index
from analysis.results.customers import CustomerPicture
from instruments.template import ValueModel

NO_TIER = "unknown"
DEFAULT_RULES = FileRules()


def customer_picture(frame: pd.DataFrame, model: ValueModel, *, place: str = "customer file",
                     rules: FileRules = DEFAULT_RULES) -> CustomerPicture:
    """Return everything the customer file says.

    Parameters
    ----------
    frame : DataFrame, rows × columns
        The file as it was read.
    model : ValueModel
    place : str
        What the file is called in messages.
    rules : FileRules
        The study's own numbers.

    Returns
    -------
    CustomerPicture
        Figures are None where the file lacks a column; nothing is estimated in its place.

    Raises
    ------
    AnalysisError
        When the file identifies customers, lacks a required column or holds what cannot be read.
    """
    file = read_customers(frame, model, place)
    tiers = tier_columns(file.frame, model, has_tiers="tier" in file.present)
    relations = relation_columns(file.frame, tiers)
    columns = pd.concat([file.frame, tiers, relations], axis=1).assign(tier=tiers["tier_key"])
    stages = life_cycle_stages(columns, model)
    value = value_index(file.frame, model)
    columns = columns.assign(stage=stages.stage, value_index=value.index, index_decile=value.decile)
    flags = flag_columns(file, columns, model)
    candidates = flags.get("upgrade_candidate")
    table = columns.groupby([_place(columns), columns["stage"]], sort=True)
    return CustomerPicture(
        n_rows=file.n_rows, n_customers=len(columns), n_duplicate_rows=file.n_duplicate_rows,
        n_negative=file.n_negative, n_unknown_tier=file.n_unknown_tier,
        n_impossible_tenure=file.n_impossible_tenure, missing_share=file.missing_share,
        stage=dict(stages.stage), value_index={key: None if math.isnan(x) else x for key, x in value.index.items()},
        upgrade_candidates=() if candidates is None else tuple(columns.index[candidates]),
        customers_by_tier_and_stage=_nested(table.size()), aum_by_tier_and_stage=_nested(table["aum"].sum()),
        figures=figures(View(file, columns, flags, rules)),
        clv=clv_by_stage(file.frame, stages.stage, model, retention_step=rules.retention_step,
                         margin_step=rules.margin_step),
        index_sensitivity=index_sensitivity(value, customer_types(file.frame), model, rules.weight_step),
        warnings=_warnings(file), n_without_key=file.n_without_key, n_stage_skipped=stages.n_skipped,
        dominated=dominated_sums(columns, flags), transitions=transitions(file.frame))


def _place(columns: pd.DataFrame) -> pd.Series:
    kinds = customer_types(columns)
    return kinds.where(kinds == "", kinds + ".") + columns["tier_key"].where(columns["tier_key"] != "", NO_TIER)


def _nested(cells: pd.Series) -> dict[str, dict[str, Any]]:
    result: dict[str, dict[str, Any]] = {}
    for (place, stage), value in zip(cells.index, cells.tolist(), strict=True):
        result.setdefault(place, {})[stage] = value
    return result


def _warnings(file: CustomerFile) -> tuple[str, ...]:
    counts = {
        "customer_duplicate_rows": file.n_duplicate_rows, "customer_rows_without_key": file.n_without_key,
        "customer_negative_values": sum(file.n_negative.values()), "customer_unknown_tiers": file.n_unknown_tier,
        "customer_impossible_tenure": file.n_impossible_tenure,
    }
    return (*(f"{name}: {n}" for name, n in counts.items() if n), *file.warnings)
