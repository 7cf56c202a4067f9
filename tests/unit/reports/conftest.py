"""One bank study for all tests of the package: its template, a diagnosis made by hand, entered facts."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from analysis.results.diagnosis import Diagnosis
from analysis.results.plan_edits import PlanEdit
from instruments.facts import StudyFacts
from instruments.template import StudyTemplate
from instruments.template_loader import load_catalogue_template
from reports.content import Card, StudyReport
from reports.sections.study import study_report
from tests.factories.diagnosis import rich_diagnosis, sparse_diagnosis
from tests.factories.diagnosis_parts import facts
from tests.gates.printed import Printed, print_report
from tests.gates.subjects import BY_HAND, written

Study = tuple[Diagnosis, StudyTemplate, StudyFacts]
PrintedOf = Callable[[str, str], Printed]


@pytest.fixture(scope="session")
def template() -> StudyTemplate:
    return load_catalogue_template("bank_crm")


@pytest.fixture(scope="session")
def bank(template: StudyTemplate) -> Study:
    return rich_diagnosis(template), template, facts()


@pytest.fixture(scope="session")
def empty_bank(template: StudyTemplate) -> Study:
    return sparse_diagnosis(template), template, StudyFacts()


@pytest.fixture(scope="session")
def printed_of(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> PrintedOf:
    """A subject of the gates printed in a language, once for all who look at it."""
    @cache
    def contents() -> dict[tuple[str, str], StudyReport]:
        return written(tmp_path_factory.mktemp("gates"), sqlite_template)

    @cache
    def printed(subject: str, language: str) -> Printed:
        made = BY_HAND[subject](language) if subject in BY_HAND else contents()[subject, language]
        return print_report(made)

    return printed


def report_of(study: Study, *edits: PlanEdit, language: str = "en") -> StudyReport:
    diagnosis, template, facts = study
    return study_report(diagnosis, template, facts, language=language, edits=edits)


def card_of(report: StudyReport, key: str) -> Card:
    return next(block for block in report.blocks() if isinstance(block, Card) and block.anchor == f"measure-{key}")
