"""What a diagnosis emits is what a report says: every cap, tag, note, warning and reason has its words."""

from __future__ import annotations

import inspect
import itertools
import re
from dataclasses import replace
from typing import Any, get_args

import pytest

from analysis.customers import picture, reading
from analysis.diagnosis import diagnose, levels, links, problems
from analysis.diagnosis.grades import Conditions, capped_grade
from analysis.diagnosis.thresholds import THRESHOLDS, resolve_thresholds
from analysis.results.diagnosis import CustomerStatus, InterviewStatus, Screening, Status
from reports.content import Bullets, Callout, Columns, StudyReport, walk
from reports.sections.notices import TOLD_ELSEWHERE
from reports.sections.problems import SILENT_NOTES
from reports.sections.study import study_report
from reports.wording import LANGUAGES, catalogue

PHRASES = catalogue("en")


def _texts(report: StudyReport, key: str) -> str:
    found = []
    for block in walk(report.section(key).blocks):
        if isinstance(block, (Bullets, Callout)):
            found += [item.text for item in block.items]
    return "\n".join(found)


def _emitted_caps() -> set[str]:
    thresholds, found = resolve_thresholds(), set()
    for survey, interviews, customer in itertools.product(get_args(Status), get_args(InterviewStatus),
                                                          get_args(CustomerStatus)):
        for n, quality, excluded, agreement, checkable in itertools.product(
                (20, 200), ("good", "not_a_scale", "cannot_judge"), (0.0, 0.3, 0.5),
                ("accept", "tentative", "unusable"), (True, False)):
            conditions = Conditions(n, quality, excluded, agreement, checkable)
            found.update(capped_grade(survey, interviews, customer, conditions, thresholds).caps)
    return found


def test_every_cap_that_a_grade_may_carry_has_its_words() -> None:
    caps = _emitted_caps()

    assert {f"cap.{cap}" for cap in caps} == {key for key in PHRASES if key.startswith("cap.")}


def test_every_tag_and_note_of_a_problem_has_its_words() -> None:
    tags = {levels.STYLE_TAG, levels.UNCHECKABLE_TAG, levels.ITEMS_TAG}
    source = inspect.getsource(problems)
    notes = set(re.findall(r'"((?:exclusion|customers)_[a-z_]+)"', source)) - set(SILENT_NOTES)

    assert {f"problems.tag_{tag}" for tag in tags} == {key for key in PHRASES if key.startswith("problems.tag_")}
    assert notes
    assert {f"problems.note_{note}" for note in notes} == {key for key in PHRASES if key.startswith("problems.note_")}


def test_every_reason_why_links_are_missing_has_its_words() -> None:
    source = inspect.getsource(links.estimate_links) + inspect.getsource(links._refusal)

    reasons = set(re.findall(r'(?:reason=|return |n_groups, )"([a-z_]+)"', source))

    assert {"too_few_answers", "not_separable"} <= reasons
    assert {f"no_links_reason.{reason}" for reason in reasons} <= PHRASES.keys()


def test_every_warning_of_a_diagnosis_has_its_words() -> None:
    source = "".join(map(inspect.getsource, (diagnose._warnings, picture._warnings, reading)))
    warnings = set(re.findall(r'f?"((?:check|style|too_few|interviews|candidate|no|threshold|customer)_[a-z_]+)(?::|")',
                              source)) - {"customer_type"}
    verdicts = {"screening_doubtful", "screening_no_grades", "screening_no_data"}

    missing = {code for code in warnings | verdicts | TOLD_ELSEWHERE if f"warning.{code}" not in PHRASES}

    assert {"candidate_construct", "no_links", "customer_duplicate_rows"} <= warnings
    assert missing == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_warning_that_no_part_tells_stands_in_the_limits(bank: Any, language: str) -> None:
    diagnosis, template, facts = bank
    warned = replace(diagnosis, warnings=("interviews_not_double_coded", "threshold_changed: tau = 3.2", "new: 7"))

    text = _texts(study_report(warned, template, facts, language=language), "limits")

    assert THRESHOLDS["tau"].meaning[language][1:] in text
    assert "3.2" in text
    assert "new: 7" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_topic_outside_all_problems_is_printed_with_its_count_and_asked_to_be_measured(bank: Any,
                                                                                         language: str) -> None:
    diagnosis, template, facts = bank
    other = replace(diagnosis.interviews[0], code="PRB.OTHER", construct=None, n_asked=12, supports=4, roles=2)
    named = replace(diagnosis, candidates=("PRB.OTHER",), interviews=(*diagnosis.interviews, other))

    report = study_report(named, template, facts, language=language)

    assert "4" in _texts(report, "problem-details")
    assert any("further-topics" in item.link for block in report.section("summary").blocks
               if isinstance(block, Callout) for item in block.items)
    assert any(isinstance(block, Columns) for block in walk(report.section("problem-details").blocks))


@pytest.mark.parametrize("language", LANGUAGES)
def test_many_answers_left_out_are_told_on_the_first_page(bank: Any, language: str) -> None:
    diagnosis, template, facts = bank
    staff: Screening = replace(diagnosis.screening["staff"], n_submitted=200, n_valid=140, verdict="doubtful")

    report = study_report(replace(diagnosis, screening={**diagnosis.screening, "staff": staff}), template, facts,
                          language=language)

    first = report.section("summary").blocks[0]
    assert isinstance(first, Callout)
    assert first.kind == "warning"
    assert "30%" in first.items[0].text
