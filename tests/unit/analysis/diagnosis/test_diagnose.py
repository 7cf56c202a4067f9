"""The whole diagnosis on simulated branches: what was planted is found, what was not is not, small data say little."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.diagnosis.diagnose import diagnose
from analysis.diagnosis.document import diagnosis_document
from analysis.results.diagnosis import Diagnosis
from analysis.tables import StudyTables
from instruments.codec import from_document, to_document
from instruments.template_loader import catalogue, load_catalogue_template
from surveyapp.sample.score_worlds import draw_scores
from tests.factories.branch import (
    Plan,
    simulated_customers,
    simulated_interviews,
    simulated_study,
)

BANK = load_catalogue_template("bank_crm")
RESAMPLES = 300
PLANTED = Plan(means={"PRB_INFO": 3.8, "CAU_TECH": 3.7}, links={("CAU_TECH", "PRB_INFO"): 0.65})
TOLD = {f"I{place:02d}": {"PRB.INFO": "supports", "CAU.TECH": "supports", "SUG.INFO": "supports"} if place < 8
        else {"PRB.GOAL": "contradicts"} for place in range(14)}
LINKED = [("I00", "CAU_TECH", "PRB_INFO"), ("I01", "CAU_TECH", "PRB_INFO")]


@pytest.fixture(scope="module")
def planted() -> Diagnosis:
    study = simulated_study(BANK, n_staff=300, n_customers=200, plan=PLANTED,
                            customer_plan=Plan(means={"C_INFO": 2.4}, default_mean=3.9),
                            interviews=simulated_interviews(TOLD, links=LINKED), customers=simulated_customers(300))
    return diagnose(study, n_resamples=RESAMPLES, study="planted", is_synthetic=True)


def test_the_planted_problem_is_found_by_all_three_sources_and_no_other(planted: Diagnosis) -> None:
    by_key = {finding.level.construct: finding for finding in planted.problems}
    found = by_key.pop("PRB_INFO")

    assert (found.level.status, found.grade, found.triangulation) == ("supports", "strong", "convergence")
    assert found.customer_status == "supports"
    assert found.interview is not None
    assert found.interview.status == "supports"
    assert found.band in ("marked", "severe")
    assert (found.rank, found.rank_top2_probability) == (1, 1.0)
    assert {finding.level.status for finding in by_key.values()} == {"against"}
    assert {finding.grade for finding in by_key.values()} == {"not_indicated"}


def test_beside_every_uncertain_link_stands_how_often_one_would_have_been_found():
    study = simulated_study(BANK, n_staff=130, n_customers=40, plan=PLANTED)

    plain, told = (diagnose(study, n_resamples=100, draw_scores=draw) for draw in (None, draw_scores))

    uncertain = [link for link in told.links if link.status == "uncertain" and not link.is_withheld]
    assert uncertain
    assert all(link.detectability for link in uncertain)
    assert not any(link.detectability for link in told.links if link not in uncertain)
    assert {link.detectability.size for link in uncertain if link.detectability} == {0.3}
    assert tuple(replace(link, detectability=None) for link in told.links) == plain.links
    assert told.problems == plain.problems


def test_a_diagnosis_stored_before_links_had_detectability_opens():
    study = simulated_study(BANK, n_staff=130, n_customers=40, plan=PLANTED)
    document = to_document(diagnose(study, n_resamples=100))
    for link in document["links"]:
        del link["detectability"]

    opened = from_document(Diagnosis, document)

    assert [link.detectability for link in opened.links] == [None] * len(document["links"])


def test_the_planted_cause_is_elevated_linked_and_takes_the_explanation(planted: Diagnosis) -> None:
    readings = {finding.level.construct: finding.reading for finding in planted.causes}
    shares = {finding.level.construct: finding.share for finding in planted.causes}
    supported = {(link.cause, link.problem): link for link in planted.links if link.status == "supports"}

    assert readings.pop("CAU_TECH") == "priority"
    assert set(readings.values()) == {"no_evidence"}
    assert shares["CAU_TECH"] > 0.9
    assert sum(shares.values()) == pytest.approx(1)
    assert list(supported) == [("CAU_TECH", "PRB_INFO")]
    link = supported["CAU_TECH", "PRB_INFO"]
    assert link.lo < 0.65 < link.hi + 0.2
    assert link.grade == "strong"
    assert link.interviewees == 2


def test_measures_follow_from_the_problem_and_name_what_triggered_them(planted: Diagnosis) -> None:
    proposed = {measure.key: measure for measure in planted.measures if measure.verdict == "proposed"}

    assert {"S1.1", "S1.2", "S1.3"} <= set(proposed)
    assert sorted(measure.rank for measure in proposed.values()) == list(range(1, len(proposed) + 1))
    for measure in proposed.values():
        assert any(trigger.outcome == "true" for trigger in measure.triggers)
        assert measure.rank_low <= measure.rank_median <= measure.rank_high
    assert proposed["S1.2"].rank == 1
    assert proposed["S1.1"].support == pytest.approx(8 / 14)
    active = [objective.problem for objective in planted.objectives if objective.is_active]
    assert active == ["PRB_INFO"]
    required = {finding.key: finding for finding in planted.safeguards}
    assert required["G4"].is_required
    assert planted.metrics["safeguard.G4.required_by_measures"] == len(required["G4"].required_by)


def test_a_diagnosis_survives_storage_and_its_document_is_plain_json(planted: Diagnosis) -> None:
    stored = json.loads(json.dumps(to_document(planted), allow_nan=False))
    document = json.loads(json.dumps(diagnosis_document(planted), allow_nan=False))

    assert from_document(Diagnosis, stored) == planted
    assert document["problems"]["PRB_INFO"]["grade"] == "strong"
    assert document["problems"]["PRB_INFO"]["mean"] == planted.metrics["problem.PRB_INFO.mean"]
    assert document["causes"]["CAU_TECH"]["elevated"] is True
    assert {"cause", "problem", "beta", "lo", "hi", "status", "grade"} <= set(document["links"][0])
    assert set(document["customers"]) >= {"stage", "upgrade_candidates", "n_duplicate_rows", "n_negative_aum"}
    assert document["provenance"]["seed"] == 20260101


def test_the_same_tables_give_the_same_diagnosis() -> None:
    study = simulated_study(BANK, n_staff=80, n_customers=40, plan=PLANTED)

    assert diagnose(study, n_resamples=100) == diagnose(study, n_resamples=100)


def test_in_a_branch_without_problems_nothing_is_found_and_nothing_proposed() -> None:
    study = simulated_study(BANK, n_staff=250, n_customers=150, plan=Plan(default_mean=3.0),
                            customer_plan=Plan(default_mean=3.3), seed=11)

    diagnosis = diagnose(study, n_resamples=RESAMPLES)

    assert {finding.level.status for finding in diagnosis.problems} == {"uncertain"}
    assert {finding.grade for finding in diagnosis.problems} == {"inconclusive"}
    assert not any(finding.is_elevated for finding in diagnosis.causes)
    assert not any(link.status == "supports" for link in diagnosis.links)
    assert not any(measure.verdict == "proposed" for measure in diagnosis.measures)


def test_agreeing_with_everything_makes_no_problem() -> None:
    study = simulated_study(BANK, n_staff=250, plan=Plan(default_mean=3.0, agreement=0.6), seed=4)

    diagnosis = diagnose(study, n_resamples=100)

    four_items = {finding.level.construct: finding.level for finding in diagnosis.problems}
    assert diagnosis.screening["staff"].style_mean.value == pytest.approx(0.55, abs=0.1)
    assert four_items["PRB_GOAL"].mean > 3.2
    assert four_items["PRB_GOAL"].q_value < 0.05
    assert "depends_on_answering_style" in four_items["PRB_GOAL"].tags
    assert not any(level.status == "supports" for level in four_items.values())


@pytest.mark.parametrize(("n", "gate"), [(0, "nothing"), (3, "nothing"), (20, "descriptive")])
def test_few_respondents_give_no_test_no_grade_and_no_link(n: int, gate: str) -> None:
    diagnosis = diagnose(simulated_study(BANK, n_staff=n, n_customers=n, plan=PLANTED), n_resamples=50)

    assert diagnosis.gate == gate
    assert {finding.level.status for finding in diagnosis.problems} == {"insufficient"}
    assert {finding.grade for finding in diagnosis.problems} == {"insufficient"}
    assert all(finding.level.p_value is None and finding.band == "-" for finding in diagnosis.problems)
    assert all((finding.level.mean is None) == (n < 5) for finding in diagnosis.problems)
    assert {finding.status for finding in diagnosis.facets} == {"none"}
    assert diagnosis.links == ()
    assert not any(measure.verdict == "proposed" for measure in diagnosis.measures)


def test_from_thirty_respondents_problems_are_graded_but_no_links_are_sought() -> None:
    diagnosis = diagnose(simulated_study(BANK, n_staff=45, plan=PLANTED), n_resamples=50)

    assert diagnosis.gate == "severity"
    assert {"PRB_INFO": "supports"}.items() <= {
        finding.level.construct: finding.level.status for finding in diagnosis.problems}.items()
    assert (diagnosis.links, diagnosis.link_model.reason) == ((), "too_few_answers")


def test_links_below_a_hundred_respondents_are_marked_exploratory() -> None:
    diagnosis = diagnose(simulated_study(BANK, n_staff=80, plan=PLANTED), n_resamples=50)

    assert diagnosis.gate == "exploratory_links"
    assert diagnosis.links
    assert all(link.is_exploratory for link in diagnosis.links)
    assert not any(link.status == "against" for link in diagnosis.links)


def test_a_study_without_any_data_is_diagnosed_as_insufficient() -> None:
    diagnosis = diagnose(StudyTables(template=BANK, answers={}))

    assert {screening.verdict for screening in diagnosis.screening.values()} == {"no_data"}
    assert {finding.grade for finding in diagnosis.problems} == {"insufficient"}
    assert {measure.verdict for measure in diagnosis.measures} == {"data_needed"}
    assert (diagnosis.customers, diagnosis.saturation, diagnosis.nps) == (None, None, None)


def test_a_customer_file_of_no_rows_gives_figures_that_are_not_known() -> None:
    diagnosis = diagnose(StudyTables(template=BANK, answers={}, customers=pd.DataFrame()))

    assert diagnosis.customers.n_rows == 0
    assert {value for path, value in diagnosis.metrics.items() if path.startswith("data.") and "_by_" not in path} == {
        None}


def test_one_interviewee_alone_is_no_ground_for_a_grade() -> None:
    lone = simulated_interviews({"I1": {"PRB.INFO": "supports"}})

    diagnosis = diagnose(StudyTables(template=BANK, answers={}, interviews=lone))

    grades = {finding.level.construct: finding.grade for finding in diagnosis.problems}
    assert grades.pop("PRB_INFO") == "insufficient"
    assert set(grades.values()) == {"insufficient"}
    assert "too_few_interviews: 1" in diagnosis.warnings


def test_careless_answers_are_left_out_and_above_two_fifths_no_grade_is_issued() -> None:
    study = simulated_study(BANK, n_staff=120, plan=PLANTED)
    table = study.answers["staff"]
    ratings = [item.key for item in table.instrument.items if item.kind == "rating"]
    values = table.values.copy()
    values.loc[values.index[:60], ratings] = 3.0
    careless = replace(study, answers={"staff": replace(table, values=values)})

    diagnosis = diagnose(careless, n_resamples=50)

    assert set(diagnosis.screening["staff"].excluded) == set(values.index[:60])
    assert diagnosis.screening["staff"].verdict == "no_grades"
    assert {finding.grade for finding in diagnosis.problems} == {None}
    assert diagnosis.metrics["cause.CAU_TECH.elevated"] is None
    assert diagnosis.metrics["quality.excluded_pct"] == 50
    assert diagnosis.problems[0].level.mean_with_excluded is not None
    goals = next(change for change in diagnosis.screening["staff"].changes if change.construct == "PRB_GOAL")
    assert goals.mean == diagnosis.problems[0].level.mean
    assert goals.mean_with_excluded == diagnosis.problems[0].level.mean_with_excluded
    assert goals.alpha == diagnosis.scales["PRB_GOAL"].reliability.alpha.value != goals.alpha_with_excluded
    assert goals.smallest_loading is None       # 60 who stay are too few for the one-factor check


def test_with_few_exclusions_only_whether_anything_changes_is_said() -> None:
    study = simulated_study(BANK, n_staff=120, plan=PLANTED)
    table = study.answers["staff"]
    ratings = [item.key for item in table.instrument.items if item.kind == "rating"]
    values = table.values.copy()
    values.loc[values.index[:3], ratings] = 3.0

    diagnosis = diagnose(replace(study, answers={"staff": replace(table, values=values)}), n_resamples=50)

    assert len(diagnosis.screening["staff"].excluded) == 3
    assert all(finding.level.mean_with_excluded is None for finding in diagnosis.problems)
    assert all(finding.notes == ("exclusion_changes_nothing",) for finding in diagnosis.problems)
    assert {(change.mean, change.mean_with_excluded, change.alpha, change.alpha_with_excluded)
            for change in diagnosis.screening["staff"].changes} == {(None, None, None, None)}


def test_a_template_without_rules_codebook_and_value_model_is_diagnosed_from_its_questionnaire() -> None:
    bare = replace(BANK, rules=None, codebook=None, guide=None, value_model=None, instruments=BANK.instruments[:1])
    study = simulated_study(bare, n_staff=90, plan=PLANTED, interviews=simulated_interviews(TOLD),
                            customers=simulated_customers(10))

    diagnosis = diagnose(study, n_resamples=50)

    assert (diagnosis.measures, diagnosis.facets, diagnosis.customers, diagnosis.interviews) == ((), (), None, ())
    assert diagnosis.n_interviews == {"staff": 14}
    assert any(finding.grade == "moderate" for finding in diagnosis.problems)


def test_small_groups_are_hidden_and_can_not_be_got_by_subtraction() -> None:
    study = simulated_study(BANK, n_staff=60, plan=PLANTED)
    table = study.answers["staff"]
    values = table.values.copy()
    values["D_DEPT"] = np.array(["corporate"] * 30 + ["retail"] * 21 + ["it"] * 6 + ["support"] * 3, dtype=object)

    diagnosis = diagnose(replace(study, answers={"staff": replace(table, values=values)}), n_resamples=50)

    hidden = {(figure.construct, figure.choice) for figure in diagnosis.groups
              if figure.profile_item == "D_DEPT" and figure.is_hidden}
    assert {choice for construct, choice in hidden if construct == "PRB_INFO"} >= {"support", "it"}
    assert diagnosis.screening["staff"].composition["D_DEPT"]["support"] == -1
    assert all(figure.mean is None and figure.n is None for figure in diagnosis.groups if figure.is_hidden)


@pytest.mark.parametrize("name", catalogue())
def test_every_template_of_the_catalogue_runs_through_the_same_pipeline(name: str) -> None:
    template = load_catalogue_template(name)
    problems = [construct.key for construct in template.constructs if construct.group == "problem"]
    study = simulated_study(template, n_staff=150, n_customers=120, plan=Plan(means={problems[0]: 3.9}))

    diagnosis = diagnose(study, n_resamples=100)

    statuses = {finding.level.construct: finding.level.status for finding in diagnosis.problems}
    assert statuses.pop(problems[0]) == "supports"
    assert "supports" not in statuses.values()
    assert from_document(Diagnosis, json.loads(json.dumps(to_document(diagnosis), allow_nan=False))) == diagnosis
