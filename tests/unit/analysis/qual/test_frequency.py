import pandas as pd
import pytest

from analysis.qual.frequency import count_code, interview_evidence, interview_status, link_evidence
from tests.factories.interviews import codebook, coding, guide, interview_table

CODES = codebook("PRB", "PRB.INFO", "PRB.INFO.LINK", "PRB.GOAL", "CAU", "CAU.TECH")
NINE = {f"i{place}": "rm" if place % 2 else "head" for place in range(9)}


def evidence_of(table, code, **options):
    return {e.code: e for e in interview_evidence(table, CODES, n_resamples=50, **options)}[code]


@pytest.mark.parametrize(("n", "k", "roles", "x", "x_roles", "status"), [
    (9, 3, 2, 0, 0, "supports"),
    (8, 8, 3, 0, 0, "some"),            # too few interviewees for a verdict
    (9, 3, 1, 0, 0, "some"),            # one role only
    (15, 3, 2, 0, 0, "supports"),       # exactly a fifth
    (16, 3, 2, 0, 0, "some"),           # less than a fifth
    (9, 4, 2, 2, 1, "supports"),        # twice as many
    (9, 3, 2, 2, 2, "some"),            # less than twice as many
    (9, 0, 0, 3, 2, "contradicts"),
    (9, 1, 1, 3, 2, "contradicts"),
    (9, 2, 2, 3, 2, "silent"),          # fewer for than against, but not half
    (9, 0, 0, 3, 1, "silent"),
    (12, 1, 1, 1, 1, "some"),
    (12, 0, 0, 0, 0, "silent"),
    (0, 0, 0, 0, 0, "none"),
])
def test_the_words_of_the_interviews(n, k, roles, x, x_roles, status):
    assert interview_status(n, k, roles, x, x_roles) == status


def test_a_study_may_ask_for_more():
    assert interview_status(9, 3, 2, 0, 0, {"interview_count": 4}) == "some"


def test_interviewees_are_counted_not_passages():
    table = interview_table(NINE, [coding("i0", "PRB.INFO", turn=turn) for turn in range(6)])

    evidence = evidence_of(table, "PRB.INFO")

    assert (evidence.supports, evidence.n_asked, evidence.status) == (1, 9, "some")


def test_sub_codes_count_for_the_parent():
    table = interview_table(NINE, [coding("i0", "PRB.INFO.LINK"), coding("i1", "PRB.INFO"),
                                   coding("i2", "PRB.INFO.LINK")])

    evidence = evidence_of(table, "PRB.INFO")

    assert (evidence.supports, evidence.roles, evidence.status) == (3, 2, "supports")
    assert evidence_of(table, "PRB.INFO.LINK").supports == 2


def test_who_says_both_counts_in_n_only():
    table = interview_table(NINE, [
        coding("i0", "PRB.INFO"), coding("i0", "PRB.INFO.LINK", "contradicts"), coding("i1", "PRB.INFO", "mixed"),
        coding("i2", "PRB.INFO"), coding("i3", "PRB.INFO", "contradicts")])

    evidence = evidence_of(table, "PRB.INFO")

    assert (evidence.supports, evidence.contradicts, evidence.mixed, evidence.n_asked) == (1, 1, 2, 9)


def test_managers_count_with_staff_and_customers_apart():
    people = NINE | {"m": ("branch_manager", "manager"), "c": ("customer", "customer")}
    table = interview_table(people, [coding("m", "PRB.INFO"), coding("c", "PRB.INFO")])

    staff, customers = (evidence_of(table, "PRB.INFO", audience=who) for who in ("staff", "customer"))

    assert (staff.supports, staff.n_asked) == (1, 10)
    assert (customers.supports, customers.n_asked) == (1, 1)


def test_only_those_who_were_asked_count():
    questions = {"i0": ["Q1"], "i1": ["Q2"], "i2": ["Q3"], "i3": []}
    table = interview_table(NINE, questions=questions)
    put = guide({"Q1": ["PRB.INFO.LINK"], "Q2": ["PRB"], "Q3": ["PRB.GOAL"]})

    count = count_code(table, CODES, "PRB.INFO", guide=put)

    # Q1 names a code below, Q2 one above; i4 to i8 have no coverage notes.
    assert count.asked == {"i0", "i1", "i4", "i5", "i6", "i7", "i8"}


def test_who_raises_the_topic_unasked_counts_among_those_asked():
    table = interview_table({"i0": "rm", "i1": "rm"}, [coding("i0", "PRB.INFO")], questions={"i0": [], "i1": []})

    evidence = evidence_of(table, "PRB.INFO", guide=guide({"Q1": ["PRB"]}))

    assert (evidence.supports, evidence.n_asked) == (1, 1)


def test_nobody_interviewed_is_none():
    evidence = evidence_of(interview_table({}), "PRB.INFO")

    assert (evidence.status, evidence.n_asked, evidence.agreement_verdict) == ("none", 0, "not_double_coded")


def test_roles_with_fewer_than_five_interviewees_are_not_tabled():
    people = {f"r{i}": "rm" for i in range(6)} | {f"h{i}": "head" for i in range(5)} | {"t0": "it", "t1": "it"}
    table = interview_table(people, [coding("r0", "PRB.INFO"), coding("r1", "PRB.INFO", "contradicts")])

    # The two of it are hidden, and the five heads with them: 13 less 6 would else tell of two people.
    assert evidence_of(table, "PRB.INFO").by_role == {"rm": (2, 6)}


def test_a_link_needs_two_interviewees_from_two_roles():
    table = interview_table(NINE | {"c": ("customer", "customer")}, links=[
        ("i0", "TECH", "INFO"), ("i1", "TECH", "INFO"), ("i0", "TECH", "INFO"),
        ("i0", "COORD", "GOAL"), ("i2", "COORD", "GOAL"), ("i3", "TECH", "GOAL"), ("c", "TECH", "GOAL")])

    links = link_evidence(table)

    assert links == {("TECH", "INFO"): (2, 2, "supports"), ("COORD", "GOAL"): (2, 1, "some"),
                     ("TECH", "GOAL"): (1, 1, "some")}


def test_the_order_of_the_codebook_is_kept():
    evidence = interview_evidence(interview_table(NINE), CODES, n_resamples=10)

    assert [e.code for e in evidence] == [code.key for code in CODES.codes]


def test_silence_is_told_apart_from_not_asked_and_not_noted():
    people = dict.fromkeys(("asked", "covered", "skipped", "unnoted", "nothing", "said", "other"), "rm")
    table = interview_table(people, [coding("said", "PRB.INFO")])
    states = {"asked": {"Q1": "asked"}, "covered": {"Q1": "covered"}, "skipped": {"Q1": "skipped"},
              "unnoted": {"Q2": "asked"},
              "nothing": None, "said": {"Q1": "skipped"}, "other": {"Q1": "skipped", "Q3": "asked"}}
    table.interviews["questions"] = pd.Series(states, dtype=object)
    put = guide({"Q1": ["PRB.INFO"], "Q2": ["PRB"], "Q3": ["CAU"]})
    states["skipped"]["Q2"] = states["other"]["Q2"] = "skipped"

    count = count_code(table, CODES, "PRB.INFO", guide=put)

    assert count.silent == {"asked", "covered", "unnoted"}
    assert count.not_asked == {"skipped", "other"}
    assert count.not_noted == {"nothing"}
    assert count.asked == {"asked", "covered", "unnoted", "nothing", "said"}
