"""Stages, tiers, relations and figures of a file small enough to count by hand."""

import numpy as np
import pandas as pd
import pytest

from analysis.customers.picture import customer_picture
from analysis.customers.value import pairwise_weights
from analysis.errors import AnalysisError
from instruments.template_loader import load_catalogue_template

MODEL = load_catalogue_template("bank_crm").value_model
COLUMNS = ("customer_id", "customer_type", "aum", "aum_12m_ago", "products", "last_txn_days", "txn_12m", "txn_prev_12m",
           "tenure_months", "tier", "relation_group", "rm_id", "channels_12m")
ROWS = (
    # growth, may rise: 170 000 of 200 000
    ("grow", "personal", 170_000, 100_000, 3, 5, 40, 40, 36, "growth", "F1", "R1", 3),
    # new although its assets fell
    ("new", "personal", 10_000, 50_000, 1, 5, 10, 10, 6, "basic", "", "R1", 1),
    # falls by 40 %, upper tier
    ("fall", "personal", 300_000, 500_000, 2, 10, 20, 22, 60, "affluent", "F1", "", 2),
    # half the transactions of the year before
    ("quiet", "personal", 60_000, 60_000, 4, 20, 5, 12, 60, "growth", "", "R1", 1),
    # no movement for half a year
    ("gone", "personal", 1_000, 1_000, 1, 200, 0, 3, 90, "basic", "", "R2", 1),
    # steady, upper tier, silent for 100 days: at risk, and two products only
    ("calm", "personal", 550_000, 540_000, 2, 100, 9, 9, 120, "wealth", "", "R2", 2),
    # aum a year ago unknown: no stage can be given
    ("bare", "personal", 5_000, None, 1, 3, 9, 9, 30, "basic", "", "", 1),
    # two companies of one owner that reach a key account only together
    ("firm1", "corporate", 6_000_000, 5_900_000, 5, 1, 300, 300, 80, "basic", "O1", "R3", 2),
    ("firm2", "corporate", 5_000_000, 4_900_000, 4, 2, 200, 200, 80, "basic", "O1", "R3", 2),
)
STAGES = {"grow": "growth", "new": "new", "fall": "decline", "quiet": "decline", "gone": "dormant", "calm": "mature",
          "bare": "not_assessable", "firm1": "mature", "firm2": "mature"}


@pytest.fixture
def file() -> pd.DataFrame:
    return pd.DataFrame(ROWS, columns=COLUMNS)


def test_each_customer_gets_the_first_stage_whose_rule_is_true(file: pd.DataFrame) -> None:
    picture = customer_picture(file, MODEL)

    assert dict(picture.stage) == STAGES
    assert picture.n_stage_skipped["mature"] == 1


def test_sizes_equal_the_count_by_hand(file: pd.DataFrame) -> None:
    figures = customer_picture(file, MODEL).figures

    assert figures["at_risk_count"] == 3                            # fall, quiet, calm
    assert figures["at_risk_aum"] == 300_000 + 60_000 + 550_000
    assert figures["at_risk_upper_tier_count"] == 2                 # fall, calm
    assert figures["at_risk_upper_tier_pct"] == pytest.approx(100)
    assert figures["decline_or_dormant_pct"] == pytest.approx(100 * 3 / 8)
    assert figures["cross_sell_gap_count"] == 2                     # fall, calm
    assert figures["unassigned_valuable_count"] == 1                # fall
    assert figures["linked_groups_count"] == 2
    assert figures["linked_customers_pct"] == pytest.approx(100 * 4 / 9)
    assert figures["hidden_group_value_count"] == 1                 # O1 reaches 11 million; F1 stays below 500 000
    assert figures["products_per_customer"] == pytest.approx(23 / 9)
    assert figures["customers_per_rm"] == pytest.approx(7 / 3)
    assert figures["multi_channel_customers_count"] == 5
    assert figures["incomplete_records_count"] == 1
    assert figures["upper_tier_retention_pct"] == pytest.approx(100)    # fall and calm were and are in upper tiers
    assert figures["top_decile_aum_share_pct"] == pytest.approx(100 * 6_000_000 / file["aum"].sum())


def test_upgrade_candidates_are_growing_or_mature_and_near_the_next_border(file: pd.DataFrame) -> None:
    picture = customer_picture(file, MODEL)

    assert picture.upgrade_candidates == ("grow",)
    assert picture.figures["upgrade_gap_sum"] == 30_000
    assert picture.figures["upgrade_candidates_pct"] == pytest.approx(100 / 8)


def test_without_stated_tiers_assets_decide_and_without_a_column_a_figure_is_unknown(file: pd.DataFrame) -> None:
    picture = customer_picture(file[["customer_id", "customer_type", "aum"]], MODEL)

    assert set(picture.customers_by_tier_and_stage) == {
        "corporate.basic", "personal.affluent", "personal.basic", "personal.growth", "personal.wealth"}
    assert picture.figures["unassigned_valuable_count"] is None
    assert picture.figures["at_risk_count"] is None
    assert set(picture.stage.values()) == {"not_assessable"}


def test_the_value_scenario_is_a_range_around_stated_assumptions(file: pd.DataFrame) -> None:
    scenario = customer_picture(file, MODEL).clv["dormant"]

    assert scenario.n == 1
    assert scenario.low < scenario.value < scenario.high
    assert scenario.assumptions["retention"] == 0.30
    assert scenario.assumptions["margin_per_customer"] == pytest.approx(1_000 * 0.006)


def test_weights_from_consistent_comparisons_are_proportional_and_inconsistent_ones_are_refused() -> None:
    weights, ratio = pairwise_weights(np.array([[1, 2, 4], [1 / 2, 1, 2], [1 / 4, 1 / 2, 1]]))

    assert weights == pytest.approx([4 / 7, 2 / 7, 1 / 7])
    assert ratio == pytest.approx(0, abs=1e-12)
    with pytest.raises(AnalysisError, match="consistency ratio"):
        pairwise_weights(np.array([[1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]]))
    with pytest.raises(AnalysisError, match="reciprocal"):
        pairwise_weights(np.array([[1, 2], [2, 1]]))
