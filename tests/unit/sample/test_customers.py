"""The synthetic customer file: its stages, groups and errors are those that the truth names."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from instruments.template_loader import load_catalogue_template
from surveyapp.sample.customer_figures import TIERS, UPPER_TIERS, tier_of
from surveyapp.sample.customers import COLUMNS, UNKNOWN_TIERS, generate_customers, plant_customers
from surveyapp.sample.plan import BANK_PLAN

MODEL = load_catalogue_template("bank_crm").value_model
assert MODEL is not None    # the template of the bank study has one
PLANTED = plant_customers(BANK_PLAN)
BY_ID = {row["customer_id"]: row for row in reversed(PLANTED.rows)}


def stage_by_rule(row: dict[str, Any]) -> str:
    """Return the stage by the value model's rules, written out by hand; a missing figure makes its comparison false."""
    now, before, months = row["aum"], row["aum_12m_ago"], row["tenure_months"]
    n_now, n_before = row["txn_12m"], row["txn_prev_12m"]
    has_shrunk = before is not None and before > 0 and now <= 0.80 * before
    is_quieter = n_before is not None and n_before >= 6 and n_now <= 0.5 * n_before
    if row["last_txn_days"] > 180 and n_now == 0:
        return "dormant"
    if months is not None and months >= 12 and (has_shrunk or is_quieter):
        return "decline"
    if months is not None and months < 12:
        return "new"
    if before is not None and before > 0 and now >= 1.15 * before:
        return "growth"
    return "mature" if months is not None and before is not None else "not_assessable"


def test_the_same_plan_gives_the_same_file() -> None:
    assert generate_customers(BANK_PLAN) == PLANTED.rows
    assert generate_customers(replace(BANK_PLAN, seed=5)) != PLANTED.rows


def test_the_file_has_twelve_hundred_rows_in_the_columns_of_the_value_model() -> None:
    assert MODEL is not None
    assert len(PLANTED.rows) == 1200
    assert all(tuple(row) == COLUMNS for row in PLANTED.rows)
    assert set(COLUMNS) == {field.key for field in MODEL.fields}


def test_no_column_gives_away_what_was_planted() -> None:
    assert not {"stage", "planted_stage", "hidden_value", "is_careless"} & set(COLUMNS)


def test_tier_borders_are_those_of_the_value_model() -> None:
    assert MODEL is not None
    borders = {kind: tuple((key, border) for key, border, _, _ in tiers) for kind, tiers in TIERS.items()}

    assert borders == {kind: tuple((tier.key, tier.minimum) for tier in tiers) for kind, tiers in MODEL.tiers.items()}
    assert set().union(*MODEL.upper_tiers.values()) == UPPER_TIERS


def test_the_rules_of_the_value_model_recover_the_planted_stages() -> None:
    recovered = sum(stage_by_rule(BY_ID[key]) == stage for key, stage in PLANTED.stages.items())

    assert 0.97 <= recovered / len(PLANTED.stages) < 1


@pytest.mark.parametrize(("stage", "share"), BANK_PLAN.customers.stages.items())
def test_stages_are_as_frequent_as_planned(stage: str, share: float) -> None:
    assert Counter(PLANTED.stages.values())[stage] / len(PLANTED.stages) == pytest.approx(share, abs=0.035)


def test_both_kinds_of_customers_are_in_every_stage() -> None:
    seen = {(BY_ID[key]["customer_type"], stage) for key, stage in PLANTED.stages.items()}

    assert len(seen) == 2 * len(BANK_PLAN.customers.stages)


def test_six_customers_stand_twice_in_the_file() -> None:
    counts = Counter(row["customer_id"] for row in PLANTED.rows)

    assert sorted(key for key, n in counts.items() if n == 2) == sorted(PLANTED.duplicated)
    assert len(PLANTED.duplicated) == 6
    assert max(counts.values()) == 2


def test_errors_are_where_the_truth_says() -> None:
    assert {key for key, row in BY_ID.items() if row["aum"] < 0} == set(PLANTED.negative_aum)
    assert {key for key, row in BY_ID.items() if row["tier"] in UNKNOWN_TIERS} == set(PLANTED.unknown_tier)
    assert (len(PLANTED.negative_aum), len(PLANTED.unknown_tier)) == (3, 4)
    assert not set(PLANTED.stages) & set(PLANTED.negative_aum)


@pytest.mark.parametrize("column", ["contribution", "products", "channels_12m"])
def test_cells_are_missing_as_often_as_planned(column: str) -> None:
    share = sum(row[column] is None for row in PLANTED.rows) / len(PLANTED.rows)

    assert share == pytest.approx(BANK_PLAN.customers.missing[column], abs=0.02)


def test_groups_join_two_to_four_customers_and_more_than_a_tenth_of_all() -> None:
    in_file: dict[str, set[str]] = {}
    for row in PLANTED.rows:
        if row["relation_group"]:
            in_file.setdefault(row["relation_group"], set()).add(row["customer_id"])

    assert in_file == {key: set(members) for key, members in PLANTED.groups.items()}
    assert all(2 <= len(members) <= 4 for members in in_file.values())
    assert sum(map(len, in_file.values())) >= 0.10 * len(BY_ID)


def test_some_families_reach_a_higher_tier_together_than_any_member_alone() -> None:
    reaching = 0
    for members in PLANTED.groups.values():
        rows = [BY_ID[key] for key in members]
        if {row["customer_type"] for row in rows} == {"personal"} and all(row["aum"] >= 0 for row in rows):
            borders = [border for _, border, _, _ in TIERS["personal"]]
            joint = sum(border <= sum(row["aum"] for row in rows) for border in borders)
            best = max(sum(border <= row["aum"] for border in borders) for row in rows)
            reaching += joint > best

    assert reaching >= 8


def test_hidden_value_lies_in_low_tiers_and_brings_more_than_most() -> None:
    hidden = [BY_ID[key] for key in PLANTED.hidden_value if BY_ID[key]["customer_type"] == "personal"]
    others = sorted(row["contribution"] for row in BY_ID.values()
                    if row["customer_type"] == "personal" and row["contribution"] is not None)

    assert len(hidden) == BANK_PLAN.customers.n_hidden_value_personal
    assert all(tier_of("personal", row["aum"]) in ("basic", "growth") for row in hidden)
    assert min(row["contribution"] for row in hidden if row["contribution"]) > others[round(0.8 * len(others))]


def test_some_valuable_customers_have_no_relationship_manager() -> None:
    upper = [row for row in BY_ID.values() if row["tier"] in UPPER_TIERS]
    unassigned = [row for row in upper if row["rm_id"] is None]

    assert 0.03 <= len(unassigned) / len(upper) <= 0.12
