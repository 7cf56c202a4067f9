"""The joint display: directions, prominence, the proposed judgement, and silence, on cases worked by hand."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.diagnosis.joint import instrument_table, joint_rows, propose
from analysis.diagnosis.joint_sides import shown_roles, spoken_direction, survey_direction, terciles
from analysis.results.diagnosis import Diagnosis, Level
from analysis.results.joint import JointRow, SpokenSide, SurveySide
from instruments.template import StudyTemplate
from instruments.template_loader import load_catalogue_template
from tests.factories.diagnosis import rich_diagnosis

VALUED = ("for", "against", "undecided")
OPPOSITE = {"for": "against", "against": "for"}


@pytest.fixture(scope="module")
def template() -> StudyTemplate:
    return load_catalogue_template("bank_crm")


@pytest.fixture(scope="module")
def diagnosis(template: StudyTemplate) -> Diagnosis:
    return rich_diagnosis(template)


def survey(direction: str = "for", tercile: int | None = 1, silence: str = "") -> SurveySide:
    return SurveySide(172, 3.6, 3.5, 3.7, 3.55, None, "good", direction, tercile, "", silence)


def spoken(direction: str = "for", tercile: int | None = 1, silence: str = "", facets: tuple[str, ...] = (),
           ) -> SpokenSide:
    return SpokenSide("PRB.X", 14, 14, 6, 1, 0, 3, {}, None, "accept", direction, tercile, silence, facets)


def level_at(low: float, high: float, *, corrected: float | None = None, n: int = 100, quality: str = "good") -> Level:
    mean = (low + high) / 2
    return Level("P", "problem", n, mean, 0.8, low, high, (mean - 1) * 25, (low - 1) * 25, (high - 1) * 25, None, None,
                 mean if corrected is None else corrected, n, *[None] * 7, "supports", quality=quality)


def row_of(diagnosis: Diagnosis, template: StudyTemplate, key: str) -> JointRow:
    return next(row for row in joint_rows(diagnosis, template) if row.key == key)


# ---- the proposal ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("sides", "verdict", "rule"), [
    ((survey("for", 1), spoken("for", 1)), "agreement", "same_direction_and_weight"),
    ((survey("against", 3), spoken("against", 3)), "agreement", "same_direction_and_weight"),
    ((survey("for", 1), spoken("for", 3)), "partial_agreement", "same_direction_other_weight"),
    ((survey("for", None), spoken("for", 1)), "partial_agreement", "same_direction_no_weight"),
    ((survey("undecided", 2), spoken("for", 2)), "partial_agreement", "same_weight_only"),
    ((survey("undecided", 2), spoken("undecided", 2)), "partial_agreement", "same_weight_only"),
    ((survey("undecided", 1), spoken("for", 3)), None, "nothing_matches"),
    ((survey("undecided", None), spoken("undecided", None)), None, "nothing_matches"),
    ((survey("for", 1), spoken("against", 1)), "dissonance", "opposite_directions"),
    ((survey("against", None), spoken("for", None)), "dissonance", "opposite_directions"),
    ((survey("for"), spoken("not_valued", None)), None, "described_only"),
])
def test_each_pair_of_sides_is_judged_as_the_rule_says(sides: tuple[SurveySide, SpokenSide], verdict: str | None,
                                                       rule: str):
    proposal = propose(*sides)

    assert (proposal.verdict, proposal.rule, proposal.silent) == (verdict, rule, "")


@pytest.mark.parametrize(("sides", "silent"), [
    ((survey("none", None, "by_design"), spoken()), "survey"),
    ((survey("none", None, "too_few"), spoken()), "survey"),
    ((survey(), spoken("none", None, "one_voice")), "interviews"),
    ((survey("none", None, "by_design"), spoken("none", None, "not_asked")), "both")])
def test_a_source_that_says_nothing_is_silent_whatever_the_other_says(sides: tuple[SurveySide, SpokenSide],
                                                                      silent: str):
    proposal = propose(*sides)

    assert (proposal.verdict, proposal.silent) == ("silence", silent)


def test_parts_of_a_topic_that_only_interviews_tell_apart_make_the_tag_complementary():
    assert propose(survey(), spoken(facets=("PRB.X.ONE",))).is_complementary
    assert not propose(survey(), spoken()).is_complementary


@given(st.sampled_from(VALUED), st.sampled_from(VALUED), st.sampled_from([None, 1, 2, 3]),
       st.sampled_from([None, 1, 2, 3]))
def test_turning_both_sides_round_changes_no_verdict(first: str, second: str, one: int | None, other: int | None):
    there = propose(survey(first, one), spoken(second, other))
    back = propose(survey(OPPOSITE.get(first, first), one), spoken(OPPOSITE.get(second, second), other))

    assert there == back


@given(st.sampled_from(VALUED), st.sampled_from(VALUED), st.sampled_from([None, 1, 2, 3]),
       st.sampled_from([None, 1, 2, 3]))
def test_exchanging_the_sources_changes_no_verdict(first: str, second: str, one: int | None, other: int | None):
    there = propose(survey(first, one), spoken(second, other))
    back = propose(survey(second, other), spoken(first, one))

    assert (there.verdict, there.rule) == (back.verdict, back.rule)


# ---- interviews -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("counts", "direction"), [
    ((2, 0, 0), "for"), ((2, 1, 0), "for"), ((3, 2, 0), "undecided"), ((4, 2, 4), "for"), ((4, 2, 5), "undecided"),
    ((1, 0, 0), "undecided"), ((0, 2, 1), "against"), ((1, 1, 0), "undecided"), ((0, 0, 6), "undecided")])
def test_a_direction_needs_two_people_twice_as_many_as_the_other_side(counts: tuple[int, int, int], direction: str):
    assert spoken_direction(*counts) == direction


COUNTS = st.integers(0, 30)


@given(COUNTS, COUNTS, COUNTS)
def test_exchanging_for_and_against_turns_the_direction_round(k: int, x: int, mixed: int):
    found = spoken_direction(k, x, mixed)

    assert spoken_direction(x, k, mixed) == OPPOSITE.get(found, found)


@given(COUNTS, COUNTS, COUNTS, st.integers(1, 10))
def test_more_people_for_it_never_take_the_direction_away(k: int, x: int, mixed: int, more: int):
    order = ("against", "undecided", "for")

    before, after = spoken_direction(k, x, mixed), spoken_direction(k + more, x, mixed)

    assert order.index(after) >= order.index(before)


# ---- survey ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("level", "found"), [
    (level_at(3.1, 3.5), ("for", "")), (level_at(2.5, 2.9), ("against", "")),
    (level_at(2.9, 3.2), ("undecided", "interval_holds_border")),
    (level_at(3.0, 3.2), ("undecided", "interval_holds_border")),
    (level_at(3.1, 3.5, corrected=2.95), ("undecided", "answering_style")),
    (level_at(2.5, 2.9, corrected=3.1), ("undecided", "answering_style")),
    (level_at(3.1, 3.5, n=29), ("undecided", "too_few_for_tests")),
    (level_at(3.1, 3.5, quality="not_a_scale"), ("undecided", "not_a_scale"))])
def test_the_survey_has_a_direction_where_interval_and_corrected_mean_lie_on_one_side(level: Level,
                                                                                     found: tuple[str, str]):
    assert survey_direction(level, 50.0, 50.0, minimum=30) == found


@given(st.floats(1.2, 4.8), st.floats(0.01, 0.2), st.floats(0.0, 1.0))
def test_a_higher_mean_never_turns_the_direction_down(mean: float, half: float, more: float):
    order = ("against", "undecided", "for")
    higher = min(mean + more, 4.8)

    before = survey_direction(level_at(mean - half, mean + half), 50.0, 50.0, minimum=30)[0]
    after = survey_direction(level_at(higher - half, higher + half), 50.0, 50.0, minimum=30)[0]

    assert order.index(after) >= order.index(before)


# ---- prominence -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("values", "thirds"), [
    ({"a": 9, "b": 5, "c": 1}, {"a": 1, "b": 2, "c": 3}),
    ({"a": 9, "b": 8, "c": 7, "d": 6, "e": 5, "f": 4}, {"a": 1, "b": 1, "c": 2, "d": 2, "e": 3, "f": 3}),
    ({"a": 9, "b": 8, "c": 7, "d": 6}, {"a": 1, "b": 2, "c": 2, "d": 3}),
    ({"a": 1, "b": 1, "c": 1}, {"a": 2, "b": 2, "c": 2}), ({"a": 1, "b": 2}, {})])
def test_prominence_is_the_third_of_the_order_and_ties_share_it(values: dict[str, float], thirds: dict[str, int]):
    assert terciles(values) == thirds


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 9), min_size=3, max_size=12))
def test_a_higher_value_is_never_in_a_lower_third(values: dict[str, int]):
    thirds = terciles(values)

    assert all(thirds[a] <= thirds[b] for a in values for b in values if values[a] >= values[b])


# ---- what a table of roles may show ---------------------------------------------------------------------------------
def test_a_role_in_which_all_or_all_but_one_said_the_same_is_not_told_and_neither_is_the_next_smallest():
    alike = {"teller": (5, 5), "manager": (3, 6), "data": (4, 8)}

    assert shown_roles(alike, 14, 23) == {"data": (4, 8)}
    assert shown_roles({**alike, "teller": (4, 5)}, 13, 23) == {"data": (4, 8)}
    assert shown_roles({**alike, "teller": (3, 5)}, 12, 23) == {**alike, "teller": (3, 5)}


def test_what_is_left_beside_the_roles_shown_is_not_told_either_where_it_is_alike():
    assert shown_roles({"data": (4, 8)}, 4, 14) == {}           # the six others all said nothing of it
    assert shown_roles({"data": (4, 8)}, 6, 14) == {"data": (4, 8)}
    assert shown_roles({"data": (4, 8), "teller": (2, 5)}, 6, 14) == {"data": (4, 8)}   # one left: the smallest goes


# ---- the whole display ----------------------------------------------------------------------------------------------
def test_every_construct_has_a_row_and_what_nobody_asks_in_one_source_is_silent_by_design(
        diagnosis: Diagnosis, template: StudyTemplate):
    rows = joint_rows(diagnosis, template)

    assert {construct.key for construct in template.constructs} <= {row.key for row in rows}
    assert {row.key: row.silent_by_design for row in rows if row.silent_by_design} == {
        "PRB.OTHER": "survey", "CAU.OTHER": "survey", "SIT.ACH": "survey", "SIT.PEER": "survey", "SIT.CUST": "survey",
        **dict.fromkeys(("C_SVC", "C_INFO", "C_DIFF", "C_CHAN", "C_MAINT", "OUT", "C_SAT", "C_LOY"), "interviews")}
    assert all(row.proposal.silent for row in rows if row.silent_by_design)


def test_the_instrument_table_names_items_questions_and_codes_of_a_construct(template: StudyTemplate):
    row = next(row for row in instrument_table(template) if row.key == "PRB_INFO")

    assert row.codes == ("PRB.INFO", "PRB.INFO.LINK", "PRB.INFO.CLASS")
    assert len(row.items) == 4
    assert row.questions
    assert row.silent == ""


def test_a_row_counts_people_who_were_asked_apart_from_those_who_were_not(diagnosis: Diagnosis,
                                                                          template: StudyTemplate):
    interviews = tuple(replace(found, n_asked=10, supports=4, contradicts=1, mixed=1) if found.code == "PRB.INFO"
                       else found for found in diagnosis.interviews)

    said = row_of(replace(diagnosis, interviews=interviews), template, "PRB_INFO").spoken

    assert (said.n_interviewed, said.n_asked, said.n_mentioned, said.n_not_mentioned, said.n_not_asked) == (
        14, 10, 6, 4, 4)


@pytest.mark.parametrize(("change", "silence"), [
    ({"n_asked": 0, "supports": 0, "contradicts": 0, "mixed": 0}, "not_asked"),
    ({"supports": 0, "contradicts": 0, "mixed": 0}, "asked_not_mentioned"),
    ({"supports": 1, "contradicts": 0, "mixed": 0}, "one_voice"),
    ({"supports": 8, "agreement_verdict": "unusable"}, "coders_disagree")])
def test_silence_of_the_interviews_says_why(diagnosis: Diagnosis, template: StudyTemplate, change: dict[str, object],
                                            silence: str):
    interviews = tuple(replace(found, **change) if found.code == "PRB.INFO" else found
                       for found in diagnosis.interviews)

    row = row_of(replace(diagnosis, interviews=interviews), template, "PRB_INFO")

    assert row.spoken.silence == silence
    assert (row.proposal.verdict, row.proposal.silent) == ("silence", "interviews")


def test_without_interviews_every_row_is_there_and_silent(diagnosis: Diagnosis, template: StudyTemplate):
    bare = replace(diagnosis, interviews=(), roles_interviewed={}, n_interviews={})

    rows = joint_rows(bare, template)

    assert len(rows) == len(joint_rows(diagnosis, template))
    assert {row.proposal.silent for row in rows} == {"interviews", "both"}
    assert row_of(bare, template, "PRB_INFO").spoken.silence == "not_interviewed"


def test_an_experience_is_good_above_the_good_border_and_bad_below_the_weak_one(diagnosis: Diagnosis,
                                                                               template: StudyTemplate):
    found = {key: row_of(diagnosis, template, key).survey.direction for key in ("C_SVC", "C_INFO", "C_CHAN")}

    assert found == {"C_SVC": "for", "C_INFO": "against", "C_CHAN": "undecided"}
