"""One simulated study put before the diagnosis, and what it got right and wrong, in counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.customers.picture import customer_picture
from analysis.diagnosis.diagnose import diagnose
from analysis.results.diagnosis import Diagnosis
from analysis.tables import AnswerTable, StudyTables
from instruments.schema import LEFT_BLANK, NUMBER_KINDS, Instrument
from instruments.template import StudyTemplate
from surveyapp.sample.customers import plant_customers
from surveyapp.sample.plan import Plan
from surveyapp.sample.settings import SETTINGS, is_there, world_of
from surveyapp.sample.surveys import ANY, INNER, STRAIGHT, Survey, draw_survey
from surveyapp.sample.worlds import expected_scores, expected_weights

Counts = dict[str, int]
SMALLEST_LINK = 0.10        # model 7: a link is one of more than this
WAYS = {"straight": STRAIGHT, "any": ANY, "inner": INNER}


@dataclass(frozen=True)
class Task:
    """A study to simulate; n = 0 is a customer file instead of a survey."""

    setting: str
    n: int
    number: int
    seed: int
    n_resamples: int

    @property
    def key(self) -> tuple[str, int, int, int, int]:
        return self.setting, self.n, self.number, self.seed, self.n_resamples


def run(task: Task, template: StudyTemplate) -> Counts:
    """Return what came of one study."""
    return _staged(task, template) if task.n == 0 else _diagnosed(task, template)


def staff_instrument(template: StudyTemplate) -> Instrument:
    """Return the questionnaire that asks about problems and causes."""
    for instrument in template.instruments:
        if instrument.constructs_of_group("problem") and instrument.constructs_of_group("cause"):
            return instrument
    raise SystemExit(f"{template.key}: no questionnaire asks about problems and causes. Name another --template.")


def _diagnosed(task: Task, template: StudyTemplate) -> Counts:
    instrument = staff_instrument(template)
    world = world_of(task.setting, instrument, task.seed, task.number)
    survey = draw_survey(instrument, world, task.n, task.number, SETTINGS[task.setting].share_careless)
    # Nobody else is asked and no measure is looked for: the survey alone says what is wrong and why.
    alone = replace(template, instruments=(instrument,), rules=None)
    tables = StudyTables(template=alone, answers={instrument.audience: table_of(instrument, survey)},
                         seed=task.seed + task.number)
    diagnosis = diagnose(tables, n_resamples=task.n_resamples)
    scores, weights = (expected(instrument, world, task.number) for expected in (expected_scores, expected_weights))
    return {**_problems(diagnosis, survey), **_links(diagnosis, survey, weights),
            **_people(diagnosis, survey, instrument), **_coverage(diagnosis, scores, weights)}


def table_of(instrument: Instrument, survey: Survey) -> AnswerTable:
    """Return the survey as the diagnosis takes it; what is not a rating nobody answered."""
    n = len(survey.values)
    index = pd.Index([f"{place:05d}" for place in range(n)], dtype=object)
    ratings = pd.DataFrame(survey.values, index, list(survey.items))
    columns = {item.key: ratings[item.key] if item.key in ratings
               else pd.Series(np.nan, index) if item.kind in NUMBER_KINDS
               else pd.Series([None] * n, index, dtype=object)
               for item in instrument.items if item.stores_answer}
    values = pd.DataFrame(columns, index=index)
    return AnswerTable(
        instrument, values, pd.DataFrame(np.where(values.isna(), LEFT_BLANK, 0), index, values.columns, dtype=np.int8),
        pd.DataFrame(survey.positions, index, list(survey.items)), pd.Series(survey.seconds, index),
        pd.Series("", index, dtype=object))


def _problems(diagnosis: Diagnosis, survey: Survey) -> Counts:
    truth = {found.level.construct: is_there(survey.means[found.level.construct]) for found in diagnosis.problems}
    declared = {found.level.construct for found in diagnosis.problems if found.level.status == "supports"}
    there = {key for key, holds in truth.items() if holds}
    return {"there": len(there), "found": len(there & declared), "declared": len(declared),
            "false": sum(truth[key] is False for key in declared), "absent": list(truth.values()).count(False)}


def _links(diagnosis: Diagnosis, survey: Survey, weights: Mapping[tuple[str, str], float]) -> Counts:
    declared = {(link.cause, link.problem) for link in diagnosis.links
                if link.status == "supports" and not link.is_withheld}
    return {"linked": len(survey.links), "links_found": len(declared & survey.links),
            "links_declared": len(declared), "links_false": len(declared - survey.links),
            "links_too_weak": sum(weights[pair] <= SMALLEST_LINK for pair in declared)}


def _people(diagnosis: Diagnosis, survey: Survey, instrument: Instrument) -> Counts:
    excluded = {int(key) for key in diagnosis.screening[instrument.audience].excluded}
    careless = set(np.flatnonzero(survey.is_careless).tolist())
    by_way = {}
    for name, way in WAYS.items():
        for pace, is_hurried in (("hurried", True), ("unhurried", False)):
            those = set(np.flatnonzero((survey.ways == way) & (survey.is_hurried == is_hurried)).tolist())
            by_way |= {f"{name}_{pace}": len(those), f"{name}_{pace}_found": len(those & excluded)}
    return {"careless": len(careless), "careless_found": len(careless & excluded),
            "honest": len(survey.values) - len(careless), "honest_excluded": len(excluded - careless), **by_way}


def _coverage(diagnosis: Diagnosis, scores: Mapping[str, float], weights: Mapping[tuple[str, str], float]) -> Counts:
    """Return how many 95 % intervals hold the truth: of mean scores, and of links freed of unreliability."""
    levels = [found.level for found in (*diagnosis.problems, *diagnosis.causes)]
    means = [level.ci_low <= scores[level.construct] <= level.ci_high for level in levels if level.ci_low is not None
             and level.ci_high is not None]
    links = [link.beta_dis_low <= weights[link.cause, link.problem] <= link.beta_dis_high for link in diagnosis.links
             if link.beta_dis_low is not None and link.beta_dis_high is not None]
    return {"means": len(means), "means_held": sum(means), "betas": len(links), "betas_held": sum(links)}


def _staged(task: Task, template: StudyTemplate) -> Counts:
    planted = plant_customers(Plan(seed=task.seed + task.number))
    assert template.value_model is not None
    found = customer_picture(pd.DataFrame(planted.rows), template.value_model).stage
    return {"staged": len(planted.stages),
            "staged_right": sum(found.get(key) == stage for key, stage in planted.stages.items())}
