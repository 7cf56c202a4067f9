"""A rehearsal walks every branch of the real form and leaves the study as it was."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from instruments.facts import StudyFacts
from instruments.schema import Quota, Screen
from surveyapp.db.session import Database, read_session, transaction
from surveyapp.models.response import Response
from surveyapp.models.study import Study
from surveyapp.rehearsal.rehearse import rehearse
from tests.factories import questionnaire as make


def rehearsed(*instruments, n: int = 12, languages: tuple[str, ...] = ()):
    template = replace(make.template(), instruments=instruments or (make.instrument(),))
    return rehearse(template, StudyFacts(), "small", n=n, seed=7, languages=languages)


@pytest.fixture(autouse=True)
def _in_use(database: Database) -> None:
    with transaction() as session:
        make.study(session)


def test_every_section_item_and_choice_is_met(database: Database):
    found = rehearsed().questionnaires[0]

    assert found.is_complete, found
    assert found.n_at_end == found.n_walks == 12
    assert set(found.pages) == {"A", "B", "C", "D", "E"}
    assert found.pages["E"] < 12        # only relationship managers see it
    assert set(found.minutes) == {"en", "zh"}
    assert 1 < found.minutes["en"] < 10


def test_screens_and_quotas_are_met_on_purpose(database: Database):
    gated = make.instrument(
        screens=(Screen("no_tellers", "${ROLE} = 'teller'", make.both("Not for tellers.")),),
        quotas=(Quota("managers", "${ROLE} = 'rm'", 500, make.both("Enough managers.")),))
    found = rehearsed(gated, n=30).questionnaires[0]

    assert found.screens_never_met == found.quotas_never_met == ()
    assert found.ends["screened"] >= 1
    assert found.ends["quota_full"] >= 1
    assert found.n_at_end == found.n_walks


def test_what_no_answer_can_reach_is_named(database: Database):
    lost = make.item("LOST", "C", "text", show_if="${ROLE} = 'rm' and ${ROLE} = 'teller'")
    found = rehearsed(make.instrument(items=(*make.ITEMS[:12], lost, *make.ITEMS[12:]))).questionnaires[0]

    assert found.items_never_shown == ("LOST",)
    assert not found.is_complete


def test_a_required_question_that_no_answer_satisfies_is_a_fault_of_the_form(database: Database):
    never = make.item("NEVER", "A", "integer", constraint=". > 5 and . < 3", is_required=True)
    found = rehearsed(make.instrument(items=(make.ITEMS[0], never, *make.ITEMS[1:])), n=3).questionnaires[0]

    assert found.n_at_end == 0
    assert any("no tried answer to NEVER is accepted" in fault for fault in found.faults)


def test_nothing_of_it_reaches_the_study(database: Database):
    rehearsed(n=3)

    assert read_session().scalar(select(func.count()).select_from(Response)) == 0
    assert read_session().scalars(select(Study.name)).all() == ["small"]


def test_the_same_seed_gives_the_same_rehearsal(database: Database):
    assert rehearsed(n=4) == rehearsed(n=4)


def test_the_specimen_is_marked_on_every_page(database: Database):
    import io

    from pypdfium2 import PdfDocument

    done = rehearsed(*make.template().instruments, languages=("en", "zh"))

    for language, mark in (("en", "SPECIMEN"), ("zh", "非正式报告")):
        document = PdfDocument(io.BytesIO(done.specimens[language]))
        texts = [document[number].get_textpage().get_text_bounded() for number in range(len(document))]
        assert all(mark in text.replace("\r", "").replace("\n", "") for text in texts), language
