"""Each figure of section 12 of the model by its name, counted by hand on a file of a dozen customers."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.customers.moves import Dates
from analysis.customers.picture import OtherFiles, customer_picture
from analysis.customers.sizing import FileRules
from analysis.results.customers import CustomerPicture
from instruments.pairwise import comparison_matrix, elicited_weights
from instruments.template_loader import load_catalogue_template

MODEL = load_catalogue_template("bank_crm").value_model
COLUMNS = ("customer_id", "customer_type", "aum", "aum_12m_ago", "contribution", "products", "last_txn_days", "txn_12m",
           "txn_prev_12m", "tenure_months", "tier", "tier_12m_ago", "rm_id")
ROWS = (
    ("p1", "personal", 45_000, 30_000, 300, 2, 3, 20, 20, 30, "basic", "basic", "R1"),            # growth, near 50 000
    ("p2", "personal", 39_000, 30_000, 300, 2, 3, 20, 20, 30, "basic", "basic", "R1"),            # growth, not near
    ("p3", "personal", 170_000, 170_000, 900, 3, 8, 30, 30, 50, "growth", "basic", "R1"),         # mature, near 200 000
    ("p4", "personal", 300_000, 290_000, 2_000, 2, 5, 40, 40, 60, "affluent", "affluent", "R1"),  # two products only
    ("p5", "personal", 600_000, 600_000, 4_000, 5, 95, 40, 40, 90, "wealth", "wealth", ""),       # quiet, no manager
    ("p6", "personal", 400_000, 600_000, 3_000, 4, 5, 40, 40, 90, "affluent", "wealth", "R2"),    # decline, upper tier
    ("p7", "personal", 20_000, 60_000, 200, 1, 5, 10, 10, 40, "basic", "growth", "R2"),           # decline, lowest tier
    ("p8", "personal", 2_000, 2_000, 10, 1, 300, 0, 9, 80, "basic", "basic", "R2"),               # dormant
    ("p9", "personal", 7_000_000, 6_900_000, 50_000, 6, 1, 90, 90, 120, "private", "private", "R2"),  # highest tier
    ("c1", "corporate", 9_000_000, 8_900_000, 90_000, 5, 1, 300, 300, 80, "basic", "basic", "R3"),
    ("c2", "corporate", 12_000_000, 11_900_000, 80_000, 2, 1, 300, 300, 80, "key_corporate", "basic", ""),
    ("c3", "corporate", 500_000, 490_000, 3_000, 3, 9, 50, 50, 20, "basic", "basic", "R3"),
)


@pytest.fixture
def file() -> pd.DataFrame:
    return pd.DataFrame(ROWS, columns=COLUMNS)


@pytest.fixture
def picture(file: pd.DataFrame) -> CustomerPicture:
    return customer_picture(file, MODEL)


def test_at_risk_are_those_in_decline_and_quiet_ones_of_upper_tiers(picture: CustomerPicture) -> None:
    assert picture.figures["at_risk_count"] == 3                # p5, p6, p7
    assert picture.figures["at_risk_aum"] == 600_000 + 400_000 + 20_000
    assert picture.figures["at_risk_upper_tier_count"] == 2


def test_upgrade_candidates_grow_or_stay_and_are_near_the_next_border(picture: CustomerPicture) -> None:
    assert picture.upgrade_candidates == ("p1", "p3", "c1")
    assert picture.figures["upgrade_gap_sum"] == 5_000 + 30_000 + 1_000_000


def test_the_cross_sell_gap_counts_upper_tiers_with_two_products_or_fewer(picture: CustomerPicture) -> None:
    assert picture.figures["cross_sell_gap_count"] == 2         # p4, c2


def test_unassigned_are_customers_of_upper_tiers_without_a_manager(picture: CustomerPicture) -> None:
    assert picture.figures["unassigned_valuable_count"] == 2    # p5, c2


def test_a_mismatch_is_a_customer_of_the_top_tenth_in_a_low_tier() -> None:
    rows = [(f"k{place}", 1_000 + place, 1, 10, 5, 24, "basic") for place in range(20)]
    rows[0] = ("k0", 40_000, 8, 0, 900, 240, "basic")           # much business on a balance below the border
    file = pd.DataFrame(rows, columns=["customer_id", "aum", "products", "last_txn_days", "txn_12m", "tenure_months",
                                       "tier"])

    figures = customer_picture(file, MODEL).figures

    assert figures["tier_value_mismatch_count"] == 2            # the top tenth of twenty, none in an upper tier
    assert figures["tier_value_mismatch_pct"] == pytest.approx(100)


def test_customers_per_relationship_manager_are_counted_with_their_spread(file: pd.DataFrame) -> None:
    few = customer_picture(file, MODEL)
    told = customer_picture(file, MODEL, rules=FileRules(minimum_group=3))

    assert few.figures["customers_per_rm"] == pytest.approx(10 / 3)
    assert few.managers is not None
    assert few.managers.median is None                          # three managers are too few to be told apart
    assert told.managers is not None
    assert (told.managers.n_managers, told.managers.n_assigned, told.managers.n_unassigned) == (3, 10, 2)
    assert told.managers.median == 4                            # 4, 4 and 2


def test_tiers_then_and_now_give_the_moves_within_a_file(picture: CustomerPicture) -> None:
    assert picture.transitions == {
        "personal.basic": {"basic": 3, "growth": 1}, "personal.growth": {"basic": 1},
        "personal.affluent": {"affluent": 1}, "personal.wealth": {"wealth": 1, "affluent": 1},
        "personal.private": {"private": 1}, "corporate.basic": {"basic": 2, "key_corporate": 1}}


def test_two_files_of_two_days_give_the_moves_between_stages(file: pd.DataFrame) -> None:
    before = pd.DataFrame({
        "customer_id": ["p1", "p6", "p8", "gone"], "aum": [30_000.0, 600_000, 2_000, 9_000],
        "aum_12m_ago": [30_000.0, 600_000, 2_000, 9_000], "last_txn_days": [5, 5, 20, 3], "txn_12m": [20, 40, 9, 9],
        "txn_prev_12m": [20, 40, 9, 9], "tenure_months": [18, 78, 68, 30],
        "tier": ["basic", "wealth", "basic", "basic"]})

    moves = customer_picture(file, MODEL, others=OtherFiles(
        before=before, dates=Dates("2025-06-30", "2026-06-30"))).moves

    assert moves is not None
    assert (moves.before_on, moves.now_on) == ("2025-06-30", "2026-06-30")
    assert (moves.n_both, moves.n_left, moves.n_joined) == (3, 1, 9)
    assert moves.stages == {"mature": {"growth": 1, "decline": 1, "dormant": 1}}
    assert moves.tiers == {"personal.wealth": {"affluent": 1}, "personal.basic": {"basic": 2}}


def test_the_value_scenario_is_a_range_over_retention_and_margin(picture: CustomerPicture) -> None:
    scenario = picture.clv["dormant"]
    base = 10 * sum(0.30 ** (t - 1) / 1.08 ** t for t in range(1, 6))

    assert scenario.value == pytest.approx(base)
    assert scenario.low == pytest.approx(0.8 * 10 * sum(0.25 ** (t - 1) / 1.08 ** t for t in range(1, 6)))
    assert scenario.high == pytest.approx(1.2 * 10 * sum(0.35 ** (t - 1) / 1.08 ** t for t in range(1, 6)))


def test_the_quality_report_counts_a_field_only_of_those_it_applies_to(file: pd.DataFrame) -> None:
    file["loan_balance"] = [None] * 9 + [5.0, None, -1.0]

    picture = customer_picture(file, MODEL)

    loans = next(field for field in picture.fields if field.key == "loan_balance")
    assert (loans.n_applicable, loans.n_filled, loans.n_negative) == (3, 1, 1)
    assert picture.missing_share["loan_balance"] == pytest.approx(2 / 3)
    assert picture.figures["incomplete_records_count"] == 2     # c2 and c3; no person lacks a loan


def test_a_flag_that_a_template_adds_is_counted_and_has_its_share(file: pd.DataFrame) -> None:
    model = replace(MODEL, flags={**MODEL.flags, "large": "aum >= 500000"})

    figures = customer_picture(file, model).figures

    assert (figures["large"], figures["large_count"]) == (5, 5)
    assert figures["large_pct"] == pytest.approx(100 * 5 / 12)


# ---- weights by comparison ------------------------------------------------------------------------------------------
def test_comparisons_of_three_parts_give_the_weights_worked_by_hand() -> None:
    # a = 2b, a = 6c, b = 3c: consistent, so weights go as 6 : 3 : 1.
    found = elicited_weights(comparison_matrix("abc", {"a/b": 2, "a/c": 6, "b/c": 3}))

    assert found.weights == pytest.approx([0.6, 0.3, 0.1])
    assert found.ratio == pytest.approx(0, abs=1e-12)


def test_the_consistency_ratio_is_that_of_the_characteristic_polynomial() -> None:
    # For three parts lambda solves x³ - 3x² = d + 1/d - 2 with d = (a/b)(b/c)/(a/c) = 2·2/2 = 2: x = 3.0536…
    found = elicited_weights(comparison_matrix("abc", {"a/b": 2, "b/c": 2, "a/c": 2}))
    largest = 3 + found.ratio * 0.58 * 2

    assert largest ** 3 - 3 * largest ** 2 == pytest.approx(2 + 1 / 2 - 2)
    assert found.ratio == pytest.approx(0.0462, abs=1e-4)


def test_the_pair_furthest_from_the_others_is_named() -> None:
    found = elicited_weights(comparison_matrix(
        "abcd", {"a/b": 2, "a/c": 4, "a/d": 8, "b/c": 2, "b/d": 4, "c/d": 1 / 9}))

    assert found.ratio > 0.10
    assert found.worst == (2, 3)
