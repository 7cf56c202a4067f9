""""And so on" and "including" (rows E5, F6): a problem and a cause of a study's own, added as data."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.diagnosis.diagnose import diagnose
from analysis.results.diagnosis import Diagnosis
from analysis.tables import AnswerTable, StudyTables
from instruments.schema import Construct, Item
from reports.sections.study import study_report
from tests.seed.conftest import Branch

N_ITEMS = 4
PROBLEM, CAUSE = "PRB_TURNOVER", "CAU_WORKLOAD"
NAMES = {PROBLEM: {"en": "Change of contact persons", "zh": "对接人员频繁变动"},
         CAUSE: {"en": "Workload reasons", "zh": "负荷原因"}}
GROUPS = {PROBLEM: "problem", CAUSE: "cause"}


def with_own_constructs(tables: StudyTables) -> StudyTables:
    """Return the tables with four items each for a problem and a cause that go with one another."""
    staff = tables.answers["staff"]
    rng = np.random.default_rng(7)
    cause = rng.standard_normal(len(staff.values))
    problem = 0.7 * cause + 0.7 * rng.standard_normal(len(cause))
    for key, scores in ((PROBLEM, problem), (CAUSE, cause)):
        staff = _with_scale(staff, key, scores, rng)
    template = replace(tables.template, instruments=tuple(
        staff.instrument if instrument.audience == "staff" else instrument
        for instrument in tables.template.instruments))
    return replace(tables, template=template, answers={**tables.answers, "staff": staff})


def _with_scale(staff: AnswerTable, key: str, scores: np.ndarray, rng: np.random.Generator) -> AnswerTable:
    old = next(item for item in staff.instrument.items if item.construct == "PRB_INFO")
    items = tuple(Item(f"{key}{i}", old.section, "rating", {"en": f"{key} {i}", "zh": f"{key} {i}"}, key, old.scale,
                       is_reverse=i == N_ITEMS) for i in range(1, N_ITEMS + 1))
    noise = rng.standard_normal((len(scores), N_ITEMS))
    raw = np.clip(np.round(3.6 + 0.9 * scores[:, None] + 0.6 * noise), 1, 5)
    raw[:, -1] = 6 - raw[:, -1]
    columns = pd.DataFrame(raw, index=staff.values.index, columns=[item.key for item in items])
    place = pd.DataFrame({item.key: float(100 + i) for i, item in enumerate(items)}, index=staff.values.index)
    construct = Construct(key, GROUPS[key], "higher_is_worse", NAMES[key], NAMES[key])
    return replace(
        staff, values=pd.concat([staff.values, columns], axis=1),
        missing=pd.concat([staff.missing, columns.notna().astype("int8") * 0], axis=1),
        positions=pd.concat([staff.positions, place], axis=1),
        instrument=replace(staff.instrument, items=(*staff.instrument.items, *items),
                           constructs=(*staff.instrument.constructs, construct)))


@pytest.fixture(scope="module")
def widened(branch: Branch) -> tuple[StudyTables, Diagnosis]:
    tables = with_own_constructs(branch.tables)
    return tables, diagnose(tables, n_resamples=200)


def test_e5_a_problem_of_the_studys_own_is_tested_and_graded(widened: tuple[StudyTables, Diagnosis]):
    finding = next(row for row in widened[1].problems if row.level.construct == PROBLEM)

    assert finding.level.status == "supports"
    assert finding.grade == "moderate"      # no interview and no customer was asked about it
    assert widened[1].metrics[f"problem.{PROBLEM}.grade"] == "moderate"


def test_f6_a_cause_of_the_studys_own_is_linked_to_it(widened: tuple[StudyTables, Diagnosis]):
    link = next(row for row in widened[1].links if (row.cause, row.problem) == (CAUSE, PROBLEM))

    assert link.status == "supports"
    assert next(row for row in widened[1].causes if row.level.construct == CAUSE).reading == "priority"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_both_are_printed_by_their_names(branch: Branch, widened: tuple[StudyTables, Diagnosis], language: str):
    tables, diagnosis = widened

    report = study_report(diagnosis, tables.template, branch.facts, language=language)

    printed = replace(branch, reports={language: report})
    assert NAMES[PROBLEM][language].lower() in printed.words("problems", language).lower()
    assert NAMES[CAUSE][language].lower() in printed.words("causes", language).lower()
