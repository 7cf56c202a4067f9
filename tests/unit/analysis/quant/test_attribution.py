import pytest
from scipy import stats

from analysis.quant.associate import stated_attribution, stated_shares
from tests.factories.answers import answer_table, construct, instrument, named

PROBLEMS, CAUSES = ["PRB_A", "PRB_B", "OTHER"], ["CAU_A", "CAU_B", "OTHER"]
TOGETHER = instrument(
    [named("STP", "stated_problem", PROBLEMS, ["NONE"]), named("STC", "stated_cause", CAUSES, ["UNKNOWN"])],
    [construct("PRB_A"), construct("PRB_B"), construct("CAU_A", "cause"), construct("CAU_B", "cause")])


def table_of(*pairs):
    rows = [pair for pair, n in pairs for _ in range(n)]
    return answer_table(TOGETHER, {"STP": [p for p, _ in rows], "STC": [c for _, c in rows]})


def test_staff_who_name_a_problem_are_compared_with_those_who_name_another():
    table = table_of(((("PRB_A",), ("CAU_A",)), 12), ((("PRB_A",), ("CAU_B",)), 4),
                     ((("PRB_B",), ("CAU_A",)), 3), ((("PRB_B",), ("CAU_B",)), 11))

    link = stated_attribution(table)["CAU_A", "PRB_A"]

    expected = stats.fisher_exact([[12, 4], [3, 11]], alternative="greater").pvalue
    assert (link.k, link.n, link.k_other, link.n_other) == (12, 16, 3, 14)
    assert link.p == pytest.approx(expected)
    assert link.share.value == 0.75
    assert link.q >= link.p


def test_none_and_unknown_answers_take_no_part():
    core = (((("PRB_A",), ("CAU_A",)), 12), ((("PRB_B",), ("CAU_B",)), 11))
    noise = (((("NONE",), ("UNKNOWN",)), 30), ((("PRB_A",), None), 9), ((None, ("CAU_B",)), 5))

    assert stated_attribution(table_of(*core, *noise)) == stated_attribution(table_of(*core))


def test_other_counts_as_named_but_is_no_pair():
    links = stated_attribution(table_of(((("PRB_A",), ("CAU_A",)), 5), ((("OTHER",), ("CAU_A", "OTHER")), 5)))

    assert (links["CAU_A", "PRB_A"].n_other, links["CAU_A", "PRB_A"].k_other) == (5, 5)
    assert set(links) == {(c, p) for c in ("CAU_A", "CAU_B") for p in ("PRB_A", "PRB_B")}


def test_a_problem_that_everybody_names_cannot_be_compared():
    link = stated_attribution(table_of(((("PRB_A",), ("CAU_A",)), 5)))["CAU_A", "PRB_A"]

    assert (link.k, link.n, link.p, link.q) == (5, 5, None, None)


def test_a_question_per_problem_gives_k_of_those_who_gave_a_reason():
    each = instrument(
        [named("R_A", "stated_cause", CAUSES, ["UNKNOWN"], kind="single", construct_key="PRB_A")],
        [construct("PRB_A"), construct("CAU_A", "cause"), construct("CAU_B", "cause")])
    table = answer_table(each, {"R_A": ["CAU_A", "CAU_A", "CAU_B", "OTHER", "UNKNOWN", None]})

    links = stated_attribution(table)

    assert (links["CAU_A", "PRB_A"].k, links["CAU_A", "PRB_A"].n) == (2, 4)
    assert links["CAU_A", "PRB_A"].p is None


def test_shares_are_of_all_who_answered_the_question():
    shares = stated_shares(table_of(((("PRB_A", "PRB_B"), None), 3), ((("NONE",), None), 1), ((None, None), 6)),
                           "stated_problem")

    assert (shares["PRB_A"].value, shares["PRB_A"].n) == (0.75, 4)
    assert shares["NONE"].value == 0.25


def test_a_study_without_these_questions_has_no_attribution():
    bare = answer_table(instrument([], []), {})

    assert stated_attribution(bare) == {}
    assert stated_shares(bare, "stated_cause") == {}


def test_who_gives_a_cause_for_any_problem_is_counted_once():
    each = instrument(
        [named(key, "stated_cause", CAUSES, ["UNKNOWN"], kind="single", construct_key=problem)
         for key, problem in (("R_A", "PRB_A"), ("R_B", "PRB_B"))],
        [construct("PRB_A"), construct("PRB_B"), construct("CAU_A", "cause"), construct("CAU_B", "cause")])
    table = answer_table(each, {"R_A": ["CAU_A", "CAU_A", None, "UNKNOWN"], "R_B": ["CAU_A", "CAU_B", "CAU_B", None]})

    shares = stated_shares(table, "stated_cause")

    assert (shares["CAU_A"].value, shares["CAU_A"].n) == (pytest.approx(2 / 3), 3)
    assert (shares["CAU_B"].value, shares["CAU_B"].n) == (pytest.approx(2 / 3), 3)
