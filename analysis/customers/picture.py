"""The customer files in one result: checked, valued, tiered, staged, sized, and what the files beside add."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.customers.by_customer import ByCustomer
from analysis.customers.clv import clv_by_stage
from analysis.customers.moves import Dates, stage_moves
from analysis.customers.reading import CustomerFile, read_customers
from analysis.customers.record_file import record_completeness
from analysis.customers.relation_file import Pairs, group_codes, read_relations
from analysis.customers.relations import connections, relation_columns
from analysis.customers.sizing import FileRules, View, dominated_sums, figures, flag_columns, manager_load
from analysis.customers.stages import Stages, life_cycle_stages
from analysis.customers.tiers import tier_columns, transitions
from analysis.customers.value import ValueIndex, customer_types, index_sensitivity, value_index
from analysis.results.customers import Connections, CustomerPicture, RecordCompleteness, StageMoves
from instruments.pairwise import comparison_matrix, elicited_weights
from instruments.template import ValueModel

NO_TIER = "unknown"
GROUP, ASSETS = "relation_group", "aum"


@dataclass(frozen=True)
class OtherFiles:
    """What may stand beside the customer file: completeness, relations, and an earlier customer file."""

    records: pd.DataFrame | None = None
    relations: pd.DataFrame | None = None
    before: pd.DataFrame | None = None
    dates: Dates = field(default_factory=Dates)


@dataclass(frozen=True)
class Judged:
    """A customer file with everything derived from it, one row a customer."""

    file: CustomerFile
    pairs: Pairs | None
    columns: pd.DataFrame
    stages: Stages
    value: ValueIndex


DEFAULT_RULES = FileRules()
NO_OTHERS = OtherFiles()


def judged_customers(frame: pd.DataFrame, model: ValueModel, *, place: str = "customer file",
                     relations: pd.DataFrame | None = None) -> Judged:
    """Return the customer file with tier, stage, value and group of every customer.

    Parameters
    ----------
    frame : DataFrame, rows × columns
        The file as it was read.
    model : ValueModel
    place : str
        What the file is called in messages.
    relations : DataFrame, optional
        The relations file as it was read; groups then come from its pairs, not from the customer file's column.

    Returns
    -------
    Judged

    Raises
    ------
    AnalysisError
        When a file identifies customers, lacks a required column or holds what cannot be read.
    """
    file, pairs = read_customers(frame, model, place), None
    if relations is not None:
        pairs = read_relations(relations, model, file.frame.index)
        codes = group_codes(pairs, len(file.frame), model)
        present = (*(key for key in file.present if key != GROUP), GROUP)
        file = replace(file, frame=file.frame.assign(**{GROUP: codes}), present=present)
    if ASSETS not in file.frame.columns:        # a template of another trade may know of none
        file = replace(file, frame=file.frame.assign(**{ASSETS: np.nan}))
    tiers = tier_columns(file.frame, model, has_tiers="tier" in file.present)
    columns = pd.concat([file.frame, tiers, relation_columns(file.frame, tiers)], axis=1).assign(
        tier=tiers["tier_key"])
    stages, value = life_cycle_stages(columns, model), value_index(file.frame, model)
    columns = columns.assign(stage=stages.stage, value_index=value.index, index_decile=value.decile)
    return Judged(file, pairs, columns, stages, value)


def customer_picture(frame: pd.DataFrame, model: ValueModel, *, place: str = "customer file",
                     rules: FileRules = DEFAULT_RULES, others: OtherFiles = NO_OTHERS) -> CustomerPicture:
    """Return everything the customer files say.

    Parameters
    ----------
    frame : DataFrame, rows × columns
        The file as it was read.
    model : ValueModel
    place : str
        What the file is called in messages.
    rules : FileRules
        The study's own numbers.
    others : OtherFiles
        Files beside it.

    Returns
    -------
    CustomerPicture
        Figures are None where the files lack a column; nothing is estimated in its place.

    Raises
    ------
    AnalysisError
        When a file identifies customers, lacks a required column or holds what cannot be read.
    """
    judged = judged_customers(frame, model, place=place, relations=others.relations)
    file, columns = judged.file, judged.columns
    flags = flag_columns(file, columns, model)
    records = None if others.records is None else record_completeness(
        others.records, model, customers=columns, minimum=rules.minimum_group)
    connected = None if GROUP not in file.present else connections(
        columns, judged.pairs, flags.get("hidden_group_value"), rules.minimum_group,
        has_managers="rm_id" in file.present)
    view = View(file, columns, flags, rules, records, connected)
    candidates = flags.get("upgrade_candidate")
    table = columns.groupby([_place(columns), columns["stage"]], sort=True, observed=True)
    return CustomerPicture(
        n_rows=file.n_rows, n_customers=len(columns), n_duplicate_rows=file.n_duplicate_rows,
        n_negative=file.n_negative, n_unknown_tier=file.n_unknown_tier,
        n_impossible_tenure=file.n_impossible_tenure, missing_share=file.missing_share,
        stage=ByCustomer(judged.stages.stage), value_index=ByCustomer(judged.value.index),
        upgrade_candidates=() if candidates is None else tuple(columns.index[candidates]),
        customers_by_tier_and_stage=_nested(table.size()), aum_by_tier_and_stage=_nested(table["aum"].sum()),
        figures=figures(view),
        clv=clv_by_stage(file.frame, judged.stages.stage, model, retention_step=rules.retention_step,
                         margin_step=rules.margin_step),
        index_sensitivity=index_sensitivity(judged.value, customer_types(file.frame), model, rules.weight_step),
        warnings=_warnings(file, records, connected), n_without_key=file.n_without_key,
        n_stage_skipped=judged.stages.n_skipped, dominated=dominated_sums(columns, flags),
        transitions=transitions(file.frame), fields=file.fields,
        weights={part.key: part.weight for part in model.parts}, comparisons=dict(model.comparisons),
        consistency_ratio=_consistency(model), managers=manager_load(view), records=records, connections=connected,
        moves=_moves(others, judged, model), as_on=others.dates.now)


def _consistency(model: ValueModel) -> float | None:
    if not model.comparisons:
        return None
    return elicited_weights(comparison_matrix([part.key for part in model.parts], model.comparisons)).ratio


def _moves(others: OtherFiles, judged: Judged, model: ValueModel) -> StageMoves | None:
    if others.before is None:
        return None
    before = judged_customers(others.before, model, place="earlier customer file")
    return stage_moves(before.columns, judged.columns, others.dates)


def _place(columns: pd.DataFrame) -> pd.Series:
    """Return "type.tier" of every customer as a category."""
    kinds, tiers = pd.Categorical(customer_types(columns)), columns["tier_key"].array
    names = [f"{kind}.{tier or NO_TIER}" if kind else tier or NO_TIER
             for kind in kinds.categories for tier in tiers.categories]
    codes = kinds.codes.astype(np.int32) * len(tiers.categories) + tiers.codes
    return pd.Series(pd.Categorical.from_codes(codes, categories=names), index=columns.index).cat.reorder_categories(
        sorted(names))


def _nested(cells: pd.Series) -> dict[str, dict[str, Any]]:
    result: dict[str, dict[str, Any]] = {}
    for (place, stage), value in zip(cells.index, cells.tolist(), strict=True):
        result.setdefault(place, {})[stage] = value
    return result


def _warnings(file: CustomerFile, records: RecordCompleteness | None,
              connected: Connections | None) -> tuple[str, ...]:
    counts = {
        "customer_duplicate_rows": file.n_duplicate_rows, "customer_rows_without_key": file.n_without_key,
        "customer_negative_values": sum(file.n_negative.values()), "customer_unknown_tiers": file.n_unknown_tier,
        "customer_impossible_tenure": file.n_impossible_tenure,
        "record_customers_unknown": (records.n_unknown_customers or 0) if records else 0,
        "relations_without_basis": connected.n_without_basis if connected else 0,
        "relations_of_unknown_customers": connected.n_unknown_customer if connected else 0,
    }
    return (*(f"{name}: {n}" for name, n in counts.items() if n), *file.warnings,
            *(records.warnings if records else ()), *(connected.warnings if connected else ()))
