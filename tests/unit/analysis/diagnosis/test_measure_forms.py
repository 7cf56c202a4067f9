"""A measure beside the register of present measures, and the facts of the branch that its text is filled with."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.diagnosis.diagnose import diagnose
from analysis.diagnosis.forms import known_share, measure_form
from analysis.diagnosis.present import corresponding_practice
from analysis.diagnosis.surveyed import survey_audience
from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.results.diagnosis import Diagnosis, MeasureFinding
from analysis.results.measurement import Estimate
from analysis.tables import StudyTables
from instruments.codec import from_document, to_document
from instruments.facts import Practice, ProcessStep, StudyFacts
from instruments.template_loader import load_catalogue_template
from reports.content import Card
from reports.sections.actions import measures, set_aside
from reports.sections.forms import form_of
from reports.sections.source import Source
from reports.wording import forbidden_phrases
from tests.factories.branch import Plan, simulated_interviews, simulated_study

BANK = load_catalogue_template("bank_crm")
assert BANK.rules is not None
MEASURES = {measure.key: measure for measure in BANK.rules.measures}
THRESHOLDS = resolve_thresholds()
VERDICTS = ("proposed", "opportunity", "not_proposed", "data_needed")


def _practice(key: str, status: str = "running", since: str = "2023", choice: str | None = None) -> Practice:
    return Practice(key, {"en": key.capitalize(), "zh": f"{key}措施"}, status, since, choice or f"F_MEAS.{key}")


def _share(value: float, n: int = 100) -> Estimate:
    return Estimate(value, value - 0.1, value + 0.1, n, "Wilson")


def _knowing(study: StudyTables, shares: dict[str, float]) -> StudyTables:
    """Return the study with so large a part of the staff knowing each present measure, the rest "none"."""
    staff = study.answers["staff"]
    place = np.arange(staff.n) / staff.n
    known = [tuple(key for key, share in shares.items() if at < share) or ("none",) for at in place]
    values = staff.values.assign(F_MEAS=pd.Series(known, index=staff.values.index, dtype=object))
    return replace(study, answers={**study.answers, "staff": replace(staff, values=values)})


def _branch(plan: Plan, facts: StudyFacts, known: dict[str, float], suggesting: int, seed: int) -> StudyTables:
    said = {f"I{at:02d}": {"SUG.INFO": "supports", "SUG.MKT": "supports"} if at < suggesting
            else {"PRB.GOAL": "contradicts"} for at in range(12)}
    study = simulated_study(BANK, n_staff=240, plan=plan, interviews=simulated_interviews(said), seed=seed)
    return _knowing(replace(study, facts=facts), known)


@pytest.fixture(scope="module")
def old_town() -> tuple[Diagnosis, StudyFacts]:
    facts = StudyFacts(
        process=(ProcessStep(1, {"en": "Lead", "zh": "线索"}, {"en": "Outlet", "zh": "网点"}, 2),
                 ProcessStep(2, {"en": "Credit approval", "zh": "授信审批"}, {"en": "Risk", "zh": "风险部"}, 42)),
        practices=(_practice("crm_it", since="2019"), _practice("keyteam"), _practice("index", "planned", "2027"),
                   _practice("events", "ended", "2020"), _practice("tiering")))
    study = _branch(Plan(means={"PRB_INFO": 3.8, "PRB_EFFECT": 3.6, "CAU_COORD": 3.8}), facts,
                    {"crm_it": 0.7, "keyteam": 0.3, "tiering": 0.8}, 7, 1)
    return diagnose(study, n_resamples=200), facts


@pytest.fixture(scope="module")
def harbour() -> tuple[Diagnosis, StudyFacts]:
    facts = StudyFacts(
        process=(ProcessStep(1, {"en": "Contract", "zh": "签约"}, {"en": "Operations", "zh": "运营条线"}, 15),),
        practices=(_practice("crm_it", since="2024-05"), _practice("visits")))
    study = _branch(Plan(means={"PRB_INFO": 3.7, "PRB_EFFECT": 3.7, "CAU_COORD": 3.9}), facts,
                    {"crm_it": 0.35, "visits": 0.8, "keyteam": 0.6}, 3, 2)
    return diagnose(study, n_resamples=200), facts


def _found(branch: tuple[Diagnosis, StudyFacts]) -> dict[str, MeasureFinding]:
    return {measure.key: measure for measure in branch[0].measures}


def _cards(branch: tuple[Diagnosis, StudyFacts], language: str) -> dict[str, dict[str, str]]:
    study = Source(branch[0], BANK, branch[1], language)
    return {block.label: {term: row.text for term, row in block.rows}
            for section in measures(study) for block in section.blocks if isinstance(block, Card)}


@pytest.mark.parametrize("status", ["running", "in use", ""])
@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("known", [None, 0.1, 0.9])
def test_a_measure_in_place_is_never_proposed_as_new(status: str, verdict: str, known: float | None) -> None:
    known_by = None if known is None else _share(known)

    forms = {measure_form(verdict, _practice("visits", status), known_by, is_weak=weak, thresholds=THRESHOLDS)
             for weak in (True, False)}

    assert forms <= {"make_known", "repair", "continue"}


@pytest.mark.parametrize(("known", "weak", "form"), [
    (0.49, True, "make_known"), (0.49, False, "make_known"), (0.5, True, "repair"), (0.5, False, "continue"),
    (None, True, "repair"), (None, False, "continue")])
def test_what_few_know_is_made_known_and_what_is_known_but_serves_a_weak_point_is_repaired(
        known: float | None, weak: bool, form: str) -> None:
    known_by = None if known is None else _share(known)

    assert measure_form("proposed", _practice("visits"), known_by, is_weak=weak, thresholds=THRESHOLDS) == form


def test_only_what_was_given_up_and_what_no_condition_asks_for_is_stopped() -> None:
    stopped = {(status, verdict) for status in ("running", "planned", "ended", "failed") for verdict in VERDICTS
               if measure_form(verdict, _practice("visits", status), None, is_weak=False,
                               thresholds=THRESHOLDS) == "stop"}

    assert stopped == {("ended", "not_proposed"), ("failed", "not_proposed")}


def test_what_most_staff_say_is_used_is_not_called_new_because_the_register_forgot_it() -> None:
    assert measure_form("proposed", None, _share(0.6), is_weak=True, thresholds=THRESHOLDS) is None
    assert measure_form("proposed", None, _share(0.2), is_weak=True, thresholds=THRESHOLDS) == "introduce"


def test_of_several_present_measures_one_in_place_goes_before_a_nearer_one_that_is_planned() -> None:
    measure = MEASURES["S3.1"]
    register = (_practice("visits"), _practice("churnlist", "planned"), _practice("own_key", choice="F_MEAS.churnlist"))

    found = corresponding_practice(measure, register)

    assert found is not None
    assert found.key == "own_key"
    assert corresponding_practice(measure, register[1:2]) == register[1]
    assert corresponding_practice(measure, ()) is None


def test_the_share_that_knows_a_measure_is_not_told_of_few_people() -> None:
    study = _knowing(simulated_study(BANK, n_staff=60, plan=Plan()), {"keyteam": 0.5, "tiering": 0.05})
    sides = (survey_audience(study, "staff", THRESHOLDS),)

    told = known_share(MEASURES["S2.2"], _practice("keyteam"), sides, THRESHOLDS)
    hidden = known_share(MEASURES["S2.1"], _practice("tiering"), sides, THRESHOLDS)

    assert told is not None
    assert told.value == pytest.approx(0.5, abs=0.1)
    assert told.ci_low is not None
    assert hidden is None


def test_each_branch_gets_the_form_that_its_register_and_its_staff_give(
        old_town: tuple[Diagnosis, StudyFacts], harbour: tuple[Diagnosis, StudyFacts]) -> None:
    first, second = _found(old_town), _found(harbour)

    assert {key: first[key].form for key in ("S1.1", "S1.2", "S1.3", "S2.2")} == {
        "S1.1": "introduce", "S1.2": "repair", "S1.3": "introduce", "S2.2": "make_known"}
    assert (second["S1.2"].form, second["S2.2"].form) == ("make_known", None)
    assert first["S3.2"].form == ("stop" if first["S3.2"].verdict == "not_proposed" else None)
    assert second["S1.2"].known_by is not None
    assert second["S1.2"].known_by.value == pytest.approx(0.35, abs=0.03)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_two_branches_with_the_same_measures_read_differently(
        old_town: tuple[Diagnosis, StudyFacts], harbour: tuple[Diagnosis, StudyFacts], language: str) -> None:
    first, second = _cards(old_town, language), _cards(harbour, language)
    both = first.keys() & second.keys()

    assert {"S1.1", "S1.2", "S2.2", "S2.4"} <= both
    here = {"en": "Found here", "zh": "本机构情况"}[language]
    assert all(first[key][here] != second[key][here] for key in both)
    form = {"en": "Form", "zh": "落实方式"}[language]
    assert first["S1.2"][form] != second["S1.2"][form]
    assert {"en": "Credit approval, 42 days", "zh": "授信审批”，需42天"}[language] in first["S2.4"][here].replace(
        "”,", ",")
    assert {"en": "Contract", "zh": "签约"}[language] in second["S2.4"][here]
    assert {"en": "7 of 12 interviewees", "zh": "12名受访者中有7名"}[language] in first["S1.1"][here]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_forms_and_facts_keep_to_the_wording_rules(
        old_town: tuple[Diagnosis, StudyFacts], harbour: tuple[Diagnosis, StudyFacts], language: str) -> None:
    for branch in (old_town, harbour):
        texts = [text for card in _cards(branch, language).values() for text in card.values()]
        assert texts
        assert [found for text in texts for found in forbidden_phrases(text, language)] == []


def test_a_measure_that_is_not_asked_for_says_what_becomes_of_what_is_in_place(
        old_town: tuple[Diagnosis, StudyFacts]) -> None:
    study = Source(*(old_town[0], BANK, old_town[1], "en"))

    text = repr(set_aside(study))

    for measure in old_town[0].measures:
        if measure.verdict == "not_proposed" and measure.form is not None:
            assert {"continue": "Continue: ", "stop": "Stop: "}[measure.form] in text


def test_without_a_register_nothing_is_called_new() -> None:
    study = simulated_study(BANK, n_staff=150, plan=Plan(means={"PRB_INFO": 3.8}))

    found = diagnose(study, n_resamples=100).measures

    assert any(measure.verdict == "proposed" for measure in found)
    assert {measure.form for measure in found} == {None}


def _in_units(study: StudyTables, means: dict[str, float], sizes: dict[str, int]) -> StudyTables:
    """Return the study with so many people in each unit, whose answers on incomplete information lie around a mean."""
    staff, rng = study.answers["staff"], np.random.default_rng(5)
    units = [unit for unit, n in sizes.items() for _ in range(n)]
    views = np.array([means[unit] for unit in units]) + rng.normal(0, 0.6, len(units))
    values = staff.values.assign(D_DEPT=pd.Series(units, index=staff.values.index, dtype=object))
    for item in staff.instrument.items_of_construct("PRB_INFO"):
        score = np.clip(np.round(views + rng.normal(0, 0.5, len(units))), 1, 5)
        values[item.key] = 6 - score if item.is_reverse else score
    return replace(study, answers={**study.answers, "staff": replace(staff, values=values)})


@pytest.mark.parametrize(("means", "sizes", "named"), [
    ({"retail": 4.6, "corporate": 3.4, "outlet": 3.5}, {"retail": 50, "corporate": 50, "outlet": 50}, ["retail"]),
    ({"retail": 4.5, "corporate": 4.5, "outlet": 3.2}, {"retail": 50, "corporate": 50, "outlet": 50},
     ["corporate", "retail"]),
    ({"retail": 3.8, "corporate": 3.8, "outlet": 3.8}, {"retail": 50, "corporate": 50, "outlet": 50}, []),
    ({"retail": 4.9, "corporate": 3.6, "outlet": 3.6}, {"retail": 4, "corporate": 96, "outlet": 50}, []),
], ids=["one_apart", "two_apart", "none_apart", "too_few_people"])
def test_a_unit_is_named_only_where_its_interval_is_apart_and_it_has_enough_people(
        means: dict[str, float], sizes: dict[str, int], named: list[str]) -> None:
    study = _in_units(simulated_study(BANK, n_staff=150, plan=Plan()), means, sizes)

    found = {measure.key: measure for measure in diagnose(study, n_resamples=100).measures}["S1.2"]

    assert found.verdict == "proposed"
    assert found.grounds is not None
    assert sorted(unit.choice for unit in found.grounds.units) == named


def test_a_diagnosis_stored_before_measures_had_forms_still_opens(old_town: tuple[Diagnosis, StudyFacts]) -> None:
    document = to_document(old_town[0])
    for measure in document["measures"]:
        for name in ("form", "practice", "known_by", "grounds"):
            del measure[name]

    read = from_document(Diagnosis, document)

    assert {measure.form for measure in read.measures} == {None}
    assert [measure.key for measure in read.measures] == list(MEASURES)
    assert from_document(Diagnosis, to_document(old_town[0])) == old_town[0]


@pytest.mark.parametrize(("known", "is_open"), [(0.49, True), (0.55, True), (0.2, False), (0.8, False)])
def test_a_share_whose_interval_includes_the_limit_says_so(
        old_town: tuple[Diagnosis, StudyFacts], known: float, is_open: bool) -> None:
    finding = replace(_found(old_town)["S1.2"], known_by=_share(known))

    told = {language: form_of(Source(old_town[0], BANK, old_town[1], language), finding) for language in ("en", "zh")}

    assert told["en"] is not None
    assert told["zh"] is not None
    assert ("the interval includes the limit of 50%" in told["en"].text) == is_open
    assert ("区间包含50%的界限" in told["zh"].text) == is_open
