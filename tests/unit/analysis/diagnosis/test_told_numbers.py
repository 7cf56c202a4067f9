"""Numbers in words that a person wrote, held against what was computed."""

import pytest

from analysis.diagnosis.plan_basis import proposal_basis
from analysis.diagnosis.told_numbers import ToldNumber, figures_of, foreign_numbers
from instruments.template_loader import load_catalogue_template
from tests.factories.diagnosis import rich_diagnosis

OWN = {"item.GOAL1.unfavourable_pct": 42.9, "problem.PRB_INFO.mean": 3.916, "share": 0.6317, "data.aum": 18_300_000.0}
OTHERS = {"cause.CAU_TECH.pomp": 67.3}


@pytest.mark.parametrize("text", [
    "43 % find it unclear", "43%的员工认为不明确", "４２.９％认为不明确", "a mean of 3.92 (3.9)", "63 % of staff",
    "18.3 million in assets", "涉及资产1830万", "0.18亿", "18,300,000 in all"])
def test_a_figure_as_it_is_printed_is_known(text: str):
    assert foreign_numbers(text, OWN, OTHERS) == ()


@pytest.mark.parametrize(("text", "number"), [
    ("44 % find it unclear", "44"), ("涉及资产1840万", "1840万"), ("a mean of 3.93", "3.93"), ("三网点共17人", "17")])
def test_a_number_nobody_computed_is_named(text: str, number: str):
    assert foreign_numbers(text, OWN, OTHERS) == (ToldNumber(number),)


def test_a_figure_of_something_else_is_told_with_its_place():
    assert foreign_numbers("67 % want it", OWN, OTHERS) == (ToldNumber("67", "cause.CAU_TECH.pomp"),)


@pytest.mark.parametrize("text", ["by 2027-06-30", "2027年6月30日前", "in 2027", "as in S1.2 and G4", "6月底前完成"])
def test_dates_years_and_keys_are_no_figures(text: str):
    assert foreign_numbers(text, {}, {}) == ()


def test_what_the_rule_itself_says_may_be_repeated():
    assert foreign_numbers("review after 3 visits, not 4", {}, {}, ("Review after 3 visits.",)) == (ToldNumber("4"),)


def test_a_measure_speaks_of_its_conditions_its_indicators_and_what_it_acts_on():
    template = load_catalogue_template("bank_crm")
    diagnosis = rich_diagnosis(template)
    assert template.rules is not None
    basis = proposal_basis("measure", "S1.1", diagnosis, template.rules)

    own, others = figures_of("measure", "S1.1", diagnosis, template.rules, basis)

    assert own["measure.S1.1.grounds.size"] == 312.0
    assert own["measure.S1.1.rank"] == 1.0
    assert not own.keys() & others.keys()
