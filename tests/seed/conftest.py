"""The bank's sample study, diagnosed once, with its report in both languages: what the rows of the seed are held to."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import pytest

from analysis.results.diagnosis import Diagnosis
from analysis.tables import StudyTables
from instruments.facts import StudyFacts
from instruments.template import StudyTemplate
from reports.content import Section, StudyReport
from reports.sections.study import study_report
from surveyapp.dataset import load_tables
from surveyapp.db.session import Database, read_session, transaction, use_database
from surveyapp.jobs.diagnose import compute_diagnosis
from surveyapp.jobs.sample import add_sample_study
from surveyapp.services.study import facts_of, get_study, get_wave, template_of

UNSAID = frozenset({"values", "trace", "link", "anchor", "key", "evidence"})    # fields of a block that are not printed


@dataclass(frozen=True)
class Branch:
    """Everything that is known of the sample branch, and the two reports on it."""

    diagnosis: Diagnosis
    template: StudyTemplate
    facts: StudyFacts
    reports: dict[str, StudyReport]
    tables: StudyTables

    def section(self, key: str, language: str = "en") -> Section:
        return next(section for section in self.reports[language].sections if section.key == key)

    def words(self, key: str, language: str = "en") -> str:
        """Return what a section says, in one line."""
        return " ".join(wordings(self.section(key, language)))

    def everything(self, language: str) -> str:
        return " ".join(wording for section in self.reports[language].sections for wording in wordings(section))


def wordings(part: Any) -> Iterator[str]:
    """Return every wording of a block or a section, tables cell by cell."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple | list):
        for one in part:
            yield from wordings(one)
    elif is_dataclass(part):
        for field in fields(part):
            if field.name not in UNSAID:
                yield from wordings(getattr(part, field.name))


@pytest.fixture(scope="session")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template) -> Branch:
    path = tmp_path_factory.mktemp("seed") / "sample.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    use_database(database)
    with transaction() as session:
        add_sample_study(session, "bank_crm", "bank")
    study = get_study(read_session(), "bank")
    wave = get_wave(read_session(), study)
    diagnosis, tables = compute_diagnosis(study, wave, n_resamples=500), load_tables(read_session(), study, wave)
    template, facts = template_of(read_session(), study), facts_of(study)
    database.close()
    use_database(None)
    reports = {language: study_report(diagnosis, template, facts, language=language) for language in ("en", "zh")}
    return Branch(diagnosis, template, facts, reports, tables)
