"""Interviews as the diagnosis hears them: staff apart from customers, other topics as candidates."""

from dataclasses import replace

import pandas as pd

from analysis.diagnosis.interviewed import hear_interviews
from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.tables import InterviewTable, StudyTables
from instruments.template_loader import load_catalogue_template
from tests.factories.branch import simulated_interviews

BANK = load_catalogue_template("bank_crm")
THRESHOLDS = resolve_thresholds()


def _together(first: InterviewTable, second: InterviewTable) -> InterviewTable:
    return InterviewTable(pd.concat([first.interviews, second.interviews]), pd.concat([first.codings, second.codings]),
                          first.links, first.turns)


def test_customers_interviews_are_counted_apart_from_staffs() -> None:
    staff = simulated_interviews({f"S{place}": {"PRB.INFO": "supports"} for place in range(4)})
    customers = simulated_interviews({f"C{place}": {"PRB.INFO": "supports"} for place in range(6)}, audience="customer",
                                     roles=("customer",))

    heard = hear_interviews(StudyTables(BANK, {}, interviews=_together(staff, customers)), "staff", THRESHOLDS, 50)

    assert heard.by_construct["PRB_INFO"].supports == 4
    assert {code.code: code.supports for code in heard.others} == {"PRB": 6, "PRB.INFO": 6}
    assert heard.n_by_audience == {"staff": 4, "customer": 6}
    assert "customer" not in heard.n_by_role


def test_a_sub_code_counts_for_the_construct_of_its_parent() -> None:
    table = simulated_interviews({"A": {"PRB.INFO.LINK": "supports"}, "B": {"PRB.INFO": "supports"}})

    heard = hear_interviews(StudyTables(BANK, {}, interviews=table), "staff", THRESHOLDS, 50)

    assert heard.by_construct["PRB_INFO"].code == "PRB.INFO"
    assert heard.by_construct["PRB_INFO"].supports == 2


def test_another_problem_named_by_three_becomes_a_candidate_and_a_topic_of_the_situation_does_not() -> None:
    said = {f"I{place}": {"PRB.OTHER": "supports", "SIT.ACH": "supports"} for place in range(3)} | {
        "I9": {"CAU.OTHER": "supports"}}

    heard = hear_interviews(StudyTables(BANK, {}, interviews=simulated_interviews(said)), "staff", THRESHOLDS, 50)

    assert heard.candidates == ("PRB.OTHER",)


def test_interviews_without_a_codebook_are_counted_but_say_nothing() -> None:
    table = simulated_interviews({"A": {"PRB.INFO": "supports"}})
    template = replace(BANK, codebook=None)

    heard = hear_interviews(StudyTables(template, {}, interviews=table), "staff", THRESHOLDS, 50)

    assert (heard.n_staff, heard.evidence, dict(heard.by_construct)) == (1, (), {})
