"""What interviews say together: counted in people, told apart by what was asked, and pointing at nobody."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import SpecError
from analysis.qual.across import analyse_interviews, claim_evidence, without_interviews
from analysis.qual.cooccurrence import overlaps
from analysis.qual.crosstab import crosstab
from analysis.results.interviews import ClaimEvidence
from analysis.results.measurement import Estimate
from analysis.results.saturation import Saturation
from reports.evidence import evidence_line, evidence_parts
from reports.wording import Words
from tests.factories.interviews import codebook, coding, guide, interview_table

BOOK = codebook("A", "A.X", "B", "C")


def people(**roles: int) -> dict[str, str]:
    return {f"{role}{place}": role for role, n in roles.items() for place in range(n)}


def table_of(roles: dict[str, str], saying: dict[str, int], code: str = "A"):
    """So many of each role say the code."""
    return interview_table(roles, [coding(f"{role}{place}", code) for role, n in saying.items() for place in range(n)])


def test_a_crosstab_counts_people_and_sub_codes_for_the_code_above():
    roles = people(teller=12, manager=14)
    table = interview_table(roles, [coding(f"teller{n}", "A.X", turn=t) for n in range(6) for t in range(3)])

    row = crosstab(table, BOOK, ["A"], roles).rows[0]

    assert (row.n, row.of, dict(row.cells), dict(row.asked)) == (
        6, 26, {"teller": 6, "manager": 0}, {"teller": 12, "manager": 14})


def test_four_of_five_is_hidden_because_it_tells_of_the_fifth():
    roles = people(teller=5, manager=20)

    row = crosstab(table_of(roles, {"teller": 4, "manager": 10}), BOOK, ["A"], roles).rows[0]

    assert row.cells["teller"] is None
    assert row.cells["manager"] is None, "the total would give the tellers away"
    assert row.n == 14


def test_a_role_of_few_is_hidden_with_another_that_would_give_it_away():
    roles = people(head=2, teller=10, manager=20)

    row = crosstab(table_of(roles, {"head": 2, "teller": 5, "manager": 10}), BOOK, ["A"], roles).rows[0]

    assert row.n == 17
    assert (row.cells["head"], row.cells["teller"]) == (None, None)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from("abcd"), st.tuples(st.integers(1, 12), st.integers(0, 12)), min_size=1))
def test_no_cell_that_is_shown_speaks_of_fewer_than_the_minimum(groups):
    roles = people(**{name: n for name, (n, _) in groups.items()})
    said = {name: min(k, n) for name, (n, k) in groups.items()}

    row = crosstab(table_of(roles, said), BOOK, ["A"], roles).rows[0]

    for name, (n, _) in groups.items():
        if row.cells[name]:
            assert row.cells[name] >= 5
            assert n - row.cells[name] == 0 or n - row.cells[name] >= 5
    hidden = [name for name in groups if row.cells[name] is None]
    if len(hidden) == 1 and row.n is not None:      # what is left after the shown cells
        assert said[hidden[0]] >= 5 or len(groups) == 1


def test_a_minimum_below_the_floor_is_refused():
    with pytest.raises(SpecError):
        crosstab(table_of(people(teller=5), {}), BOOK, ["A"], {}, minimum=2)


def test_passages_of_a_code_that_touch_are_one_and_the_coefficient_follows_the_formula():
    # A: 0-20 (two codings joined), 50-60; B: 10-30, 100-110, 200-210; C overlaps nothing.
    table = interview_table({"i": "teller"}, [
        coding("i", "A", start=0), coding("i", "A.X", start=10), coding("i", "A", start=50),
        coding("i", "C", start=300),
        coding("i", "B", start=12), coding("i", "B", start=100), coding("i", "B", start=200)])

    pair, = overlaps(table, BOOK, ["A", "B", "C"])

    assert (pair.first, pair.second, pair.n_first, pair.n_second, pair.n_both) == ("A", "B", 2, 3, 1)
    assert pair.coefficient == pytest.approx(1 / (2 + 3 - 1))
    assert (pair.n_interviews, pair.is_thin) == (1, True)


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 80), st.sampled_from("ij")), max_size=25))
def test_the_coefficient_stays_between_nought_and_one(rows):
    table = interview_table({"i": "teller", "j": "teller"},
                            [coding(who, code, start=start) for code, start, who in rows])

    for pair in overlaps(table, BOOK, ["A", "B", "C"]):
        assert 0 < pair.coefficient <= 1
        assert pair.n_both <= min(pair.n_first, pair.n_second)


def test_asked_and_not_mentioned_is_apart_from_not_asked_and_not_noted():
    roles = dict.fromkeys(("said", "silent", "unasked", "offered", "unknown"), "teller")
    questions = {"said": ["Q1"], "silent": ["Q1"], "unasked": [], "offered": []}
    table = interview_table(roles, [coding("said", "A.X"), coding("offered", "A"), coding("unknown", "A")],
                            questions=questions)

    found = analyse_interviews(table, BOOK, guide({"Q1": ["A"]}), n_resamples=10)

    row, = found.questions
    assert (row.n_mentioned, row.n_silent, row.n_unasked_mentioned, row.n_not_asked, row.n_not_noted) == (1, 1, 1, 1, 1)


def test_who_speaks_against_a_code_is_listed():
    table = interview_table(people(teller=3), [
        coding("teller0", "A"), coding("teller1", "A.X", "contradicts"), coding("teller2", "A", "mixed")])

    found = analyse_interviews(table, BOOK, n_resamples=10)

    row = found.negative[0]
    assert (row.code, row.n_for, row.against, row.both) == ("A", 1, ("teller1",), ("teller2",))
    assert [row.code for row in found.negative] == ["A", "A.X"]


def test_saturation_by_role_is_drawn_only_where_a_base_and_a_run_fit():
    found = analyse_interviews(table_of(people(teller=6, head=5), {"teller": 6, "head": 5}), BOOK, n_resamples=10)

    assert [row.role for row in found.by_role] == ["teller"]
    assert (found.by_role[0].saturation.verdict, found.by_role[0].saturation.reached_at) == ("reached", "4+2")
    assert found.saturation.n_interviews == 11


def test_codes_are_compared_by_attributes_that_tell_interviews_apart():
    roles = people(teller=6)
    line = {key: "retail" if key < "teller3" else "corporate" for key in roles}

    found = analyse_interviews(table_of(roles, {"teller": 2}), BOOK, n_resamples=10, attributes={
        "line": line, "mode": dict.fromkeys(roles, "video"), "name": {key: key for key in roles}})

    assert [row.grouping for row in found.crosstabs] == ["role", "line", "name"]


def test_interviews_left_out_are_counted_nowhere():
    table = without_interviews(table_of(people(teller=3), {"teller": 3}), frozenset({"teller2"}))

    evidence, = claim_evidence(table, BOOK, n_resamples=10)

    assert (evidence.n_for, evidence.n_asked, evidence.n_passages, evidence.n_interviews) == (2, 2, 2, 2)


def test_a_passage_that_two_coders_marked_is_one_passage():
    table = interview_table(people(teller=2), [
        coding("teller0", "A", coder="a", start=5), coding("teller0", "A", coder="b", start=5),
        coding("teller0", "A.X", start=40), coding("teller1", "A"), coding("teller1", "A", coder="b")])

    row = claim_evidence(table, BOOK, n_resamples=10)[0]

    assert row.n_passages == 4, "two places, and two codings of which no place is known"


def evidence(**changes: object) -> ClaimEvidence:
    curve = Saturation(14, 4, 2, 0.05, (), "10+2", "reached")
    values = {"code": "A", "n_asked": 14, "n_for": 7, "n_against": 2, "n_both": 0,
              "by_role": {"teller": (4, 5), "manager": (5, 6)}, "n_passages": 17,
              "alpha": Estimate(0.81, 0.70, 0.90, 4, ""), "n_coders": 2, "n_double_coded": 4, "n_interviews": 14,
              "saturation": curve}
    return ClaimEvidence(**{**values, **changes})


def test_the_line_says_how_many_of_how_many_and_how_sure():
    assert evidence_line(evidence(), Words("en")) == (
        "9 of 14 interviewees speak of it (teller 4/5, manager 5/6), 17 passages, 2 against; coders' α 0.81 "
        "[0.70–0.90] (2 coders, 4 of 14 interviews double-coded); code saturation (≤ 5%) reached at "
        "interview 12 (10+2)")


def test_in_chinese_the_line_says_the_same():
    assert evidence_line(evidence(), Words("zh"), {"teller": "柜员", "manager": "客户经理"}.get) == (
        "14名受访者中有9名谈到（柜员 4/5，客户经理 5/6），17个片段，2名持相反意见；编码员一致性α 0.81 "
        "[0.70–0.90]（2名编码员，14次访谈中4次双人编码）；编码饱和（≤5%）在第12次访谈时达到（10+2）")


@pytest.mark.parametrize("language", ["en", "zh"])
@given(n=st.integers(1, 40), share=st.floats(0, 1), verdict=st.sampled_from(
    ["reached", "not_reached", "too_few", "undefined"]))
def test_below_twenty_no_percentage_of_people_and_never_most(language: str, n: int, share: float, verdict: str):
    row = evidence(n_asked=n, n_interviews=n, n_for=round(share * n), n_against=0, by_role={},
                   saturation=Saturation(n, 4, 2, 0.05, (), None, verdict))

    line = evidence_line(row, Words(language))

    assert ("%" in line.replace("≤ 5%", "").replace("≤5%", "")) is (n >= 20)
    assert not any(word in line.lower() for word in ("most", "majority", "多数", "大部分"))


def test_each_number_leads_to_the_query_it_counts_and_nothing_against_is_said_too():
    parts = evidence_parts(evidence(n_against=0, n_both=1), Words("en"))

    where = "where kind = interview and audience = staff, manager"
    queries = {text.strip(", "): query for text, query in parts if query}
    assert queries == {"8 of 14 interviewees speak of it": f"A {where}", "17 passages": f"A {where}",
                       "1 both ways": f"A:mixed {where}"}
    assert any("0 against" in text for text, _ in parts)


@pytest.mark.parametrize(("alpha", "words"), [
    (None, "agreement not assessed"), (Estimate(None, None, None, 4, ""), "undefined: no variation"),
    (Estimate(0.9, None, None, 4, ""), "no interval"),
])
def test_without_agreement_the_line_says_so(alpha, words: str):
    assert words in evidence_line(evidence(alpha=alpha), Words("en"))
