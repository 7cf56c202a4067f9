"""Thresholds moved one at a time: the words that change are those that a whole diagnosis would change."""

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.diagnosis.diagnose import diagnose
from analysis.diagnosis.sensitivity import grade_words, threshold_sensitivity, threshold_trial
from analysis.diagnosis.threshold_moves import MOVES, moves_of
from analysis.diagnosis.thresholds import THRESHOLDS, resolve_thresholds
from analysis.errors import AnalysisError
from analysis.results.diagnosis import Diagnosis
from analysis.tables import StudyTables
from instruments.template_loader import load_catalogue_template
from tests.factories.branch import Plan, simulated_interviews, simulated_study

BANK = load_catalogue_template("bank_crm")
RESAMPLES = 60
PLANTED = Plan(means={"PRB_INFO": 3.8, "PRB_GOAL": 3.2, "PRB_SYSTEM": 3.42, "CAU_TECH": 3.7, "CAU_COORD": 3.15},
               links={("CAU_TECH", "PRB_INFO"): 0.6, ("CAU_COORD", "PRB_GOAL"): 0.35})
TOLD = {f"I{place:02d}": {"PRB.INFO": "supports", "CAU.TECH": "supports"} if place < 3 else {"PRB.GOAL": "supports"}
        for place in range(9)}
OF_EVERY_KIND = (("tau", 3.3), ("band_marked", 3.7), ("minimum_n_links", 150.0), ("interview_count", 4.0),
                 ("lowvar_sd", 0.9), ("alpha_limited", 0.8), ("strong_minimum_n", 200.0), ("confidence", 0.99))


@pytest.fixture(scope="module")
def tables() -> StudyTables:
    return simulated_study(BANK, n_staff=140, n_customers=60, plan=PLANTED, interviews=simulated_interviews(TOLD))


@pytest.fixture(scope="module")
def diagnosis(tables: StudyTables) -> Diagnosis:
    return diagnose(tables, n_resamples=RESAMPLES)


def words_of(diagnosis: Diagnosis) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for problem in diagnosis.problems:
        found[f"problem.{problem.level.construct}.grade"] = problem.grade
        found[f"problem.{problem.level.construct}.severity"] = problem.band
    found |= {f"cause.{cause.level.construct}.reading": cause.reading for cause in diagnosis.causes}
    return found | {f"link.{link.cause}.{link.problem}.grade": link.grade for link in diagnosis.links}


def test_with_nothing_moved_every_word_is_that_of_the_diagnosis(tables: StudyTables, diagnosis: Diagnosis) -> None:
    assert grade_words(tables, resolve_thresholds(), diagnosis.structure, RESAMPLES) == words_of(diagnosis)


@pytest.mark.parametrize(("name", "value"), OF_EVERY_KIND)
def test_a_moved_threshold_changes_what_it_changes_in_a_whole_diagnosis(
        tables: StudyTables, diagnosis: Diagnosis, name: str, value: float) -> None:
    moved = diagnose(StudyTables(**{**vars(tables), "thresholds": {name: value}}), n_resamples=RESAMPLES)
    before, after = words_of(diagnosis), words_of(moved)
    expected = {(path, before.get(path), after.get(path)) for path in {**before, **after}
                if before.get(path) != after.get(path)}

    trial = threshold_trial(tables, diagnosis.structure, {name: value}, n_resamples=RESAMPLES)

    assert {(change.path, change.before, change.after) for change in trial.changes} == expected
    assert (trial.values, trial.moved) == ({name: THRESHOLDS[name].default}, {name: value})


@pytest.mark.parametrize("name", sorted(MOVES))
def test_what_is_reused_from_one_judgement_to_the_next_is_what_a_whole_diagnosis_computes_anew(
        tables: StudyTables, diagnosis: Diagnosis, name: str) -> None:
    value = moves_of(name, THRESHOLDS[name].default)[-1]
    forgetful = replace(tables, thresholds={name: value}, interviews=replace(tables.interviews),
                        answers={key: replace(table) for key, table in tables.answers.items()})
    before, after = words_of(diagnosis), words_of(diagnose(forgetful, n_resamples=RESAMPLES))
    expected = {(path, before.get(path), after.get(path)) for path in {**before, **after}
                if before.get(path) != after.get(path)}

    found = threshold_sensitivity(tables, diagnosis.structure, n_resamples=RESAMPLES, names=(name,))

    assert {(change.path, change.before, change.after) for change in found.moves[-1].changes} == expected


def test_several_of_those_moves_change_something(tables: StudyTables, diagnosis: Diagnosis) -> None:
    telling = [name for name, value in OF_EVERY_KIND
               if threshold_trial(tables, diagnosis.structure, {name: value}, n_resamples=RESAMPLES).changes]

    assert len(telling) >= 5


def test_the_table_moves_every_threshold_to_both_ends_and_forgets_none_in_between(
        tables: StudyTables, diagnosis: Diagnosis) -> None:
    names = ("tau", "minimum_n_links", "exclusion_flags", "interview_count")

    found = threshold_sensitivity(tables, diagnosis.structure, n_resamples=RESAMPLES, names=names)

    assert [(move.name, move.moved) for move in found.moves] == [
        ("tau", 2.9), ("tau", 3.1), ("minimum_n_links", 40), ("minimum_n_links", 100), ("exclusion_flags", 3),
        ("interview_count", 2), ("interview_count", 4)]
    for move in found.moves:
        alone = threshold_trial(tables, diagnosis.structure, {move.name: move.moved}, n_resamples=RESAMPLES)
        assert move.changes == alone.changes


@pytest.mark.parametrize("name", sorted(MOVES))
def test_every_range_encloses_the_default_and_keeps_the_bounds(name: str) -> None:
    (low, high), row = MOVES[name], THRESHOLDS[name]

    assert row.low <= low <= row.default <= high <= row.high
    assert low < high
    assert 1 <= len(moves_of(name, row.default)) <= 2


def test_a_studys_own_value_is_where_its_moves_start() -> None:
    assert moves_of("tau", 3.2) == (3.1, 3.3)
    assert moves_of("minimum_n_tests", 20.0) == (40.0,)
    assert moves_of("band_severe", 4.95) == (4.85, 5.0)


def test_a_threshold_that_nobody_knows_or_outside_its_bounds_is_refused(
        tables: StudyTables, diagnosis: Diagnosis) -> None:
    with pytest.raises(AnalysisError, match="no threshold has this name"):
        threshold_trial(tables, diagnosis.structure, {"tua": 3.0})
    with pytest.raises(AnalysisError, match=r"outside 2 to 4\.5"):
        threshold_trial(tables, diagnosis.structure, {"tau": 9.0})


@pytest.mark.parametrize("name", sorted(MOVES))
def test_the_docs_state_every_range(name: str) -> None:
    (low, high), default = MOVES[name], THRESHOLDS[name].default

    assert f"| `{name}` | {default:g} | {low:g} | {high:g} |" in Path("docs/what-if.md").read_text(encoding="utf-8")
