"""Rows B4, G7, G16: ten customers whose figures were counted by hand, cell by cell, before any code saw them.

Borders of the bank template's personal tiers: 50,000 growth, 200,000 affluent (upper from here), 500,000 wealth,
6,000,000 private (top). The words above each customer are the hand's judgement; sums were added up on paper.
"""

import io

import pandas as pd
import pytest

from analysis.customers.picture import customer_picture
from analysis.results.customers import CustomerPicture
from instruments.template_loader import load_catalogue_template

COLUMNS = ("customer_id,customer_type,aum,aum_12m_ago,contribution,products,last_txn_days,txn_12m,channels_12m,"
           "tier_12m_ago,txn_prev_12m,tenure_months,tier,relation_group,rm_id")
TEN = (
    # mature; 45,000 is at least 0.8 x 50,000: candidate, 5,000 short
    "C01,personal,45000,44000,300,2,10,10,2,basic,10,60,basic,,R1",
    # mature; one below 40,000: no candidate; contribution left empty
    "C02,personal,39999,39999,,2,10,10,2,basic,10,60,basic,,R1",
    # growth (180,000 is 1.2 x 150,000); at least 0.8 x 200,000: candidate, 20,000 short
    "C03,personal,180000,150000,900,3,10,10,2,growth,10,60,growth,,R1",
    # decline (0.7 x 300,000) and so at risk; upper tier with two products: cross-sell gap; nobody's: unassigned
    "C04,personal,210000,300000,1200,2,10,10,2,affluent,10,24,affluent,,",
    # mature; upper tier silent for 91 days: at risk; at least 0.8 x 500,000: candidate, 20,000 short
    "C05,personal,480000,470000,2400,3,91,10,2,affluent,10,36,affluent,,R1",
    # mature; top tier: nothing above it, no candidate; one product: cross-sell gap
    "C06,personal,7000000,6900000,40000,1,5,10,2,private,10,90,private,,R2",
    # dormant (200 days, no transaction): not at risk any more
    "C07,personal,30000,30000,100,1,200,0,0,basic,3,80,basic,,R2",
    # new (5 months): no candidate though near the border; three cells cannot be known yet
    "C08,personal,48000,,250,1,10,4,2,,,5,basic,,R2",
    # decline (4 transactions are half of 8): at risk; so no candidate
    "C09,personal,60000,60000,350,2,10,4,2,growth,8,48,growth,,R2",
    # mature; exactly 0.8 x 500,000: candidate, 100,000 short; products left empty, so nobody says there is a gap
    "C10,personal,400000,400000,2000,,10,10,2,affluent,10,48,affluent,,R2",
)
STAGES = {"C01": "mature", "C02": "mature", "C03": "growth", "C04": "decline", "C05": "mature", "C06": "mature",
          "C07": "dormant", "C08": "new", "C09": "decline", "C10": "mature"}


@pytest.fixture(scope="module")
def ten() -> CustomerPicture:
    model = load_catalogue_template("bank_crm").value_model
    return customer_picture(pd.read_csv(io.StringIO("\n".join((COLUMNS, *TEN))), dtype={"customer_id": str}), model)


def test_b4_room_for_growth_is_what_the_hand_counts(ten: CustomerPicture):
    assert ten.figures["upgrade_candidates_count"] == 4         # C01 C03 C05 C10
    assert ten.figures["upgrade_gap_sum"] == 5_000 + 20_000 + 20_000 + 100_000
    assert ten.figures["cross_sell_gap_count"] == 2             # C04 C06
    assert ten.figures["at_risk_count"] == 3                    # C04 C05 C09
    assert ten.figures["at_risk_aum"] == 210_000 + 480_000 + 60_000
    assert ten.figures["at_risk_upper_tier_count"] == 2         # C04 C05
    assert ten.figures["unassigned_valuable_count"] == 1        # C04


def test_g7_completeness_is_what_the_hand_counts(ten: CustomerPicture):
    # Twelve fields count (not the code, the group, the relationship manager): 120 cells. Empty: C02 contribution; C08
    # assets and tier of a year ago, transactions before; C10 products.
    assert ten.figures["completeness_pct"] == pytest.approx(100 * 115 / 120)
    assert ten.figures["incomplete_records_count"] == 3


def test_g15_stages_are_those_of_the_hand(ten: CustomerPicture):
    assert ten.stage == STAGES


def test_g16_candidates_for_an_upgrade_are_those_of_the_hand(ten: CustomerPicture):
    assert sorted(ten.upgrade_candidates) == ["C01", "C03", "C05", "C10"]
