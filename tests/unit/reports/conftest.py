"""One bank study for all tests of the package: its template, a diagnosis made by hand, entered facts."""

from __future__ import annotations

import pytest

from analysis.results.diagnosis import Diagnosis
from instruments.facts import StudyFacts
from instruments.template import StudyTemplate
from instruments.template_loader import load_catalogue_template
from tests.factories.diagnosis import rich_diagnosis, sparse_diagnosis
from tests.factories.diagnosis_parts import facts

Study = tuple[Diagnosis, StudyTemplate, StudyFacts]


@pytest.fixture(scope="session")
def template() -> StudyTemplate:
    return load_catalogue_template("bank_crm")


@pytest.fixture(scope="session")
def bank(template: StudyTemplate) -> Study:
    return rich_diagnosis(template), template, facts()


@pytest.fixture(scope="session")
def empty_bank(template: StudyTemplate) -> Study:
    return sparse_diagnosis(template), template, StudyFacts()
