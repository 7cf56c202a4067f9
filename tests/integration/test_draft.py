"""Drafts as they are stored: changed by several people at once, taken back, recorded."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import Refused
from surveyapp.models.audit import Audit
from surveyapp.models.draft import DraftRevision, InstrumentDraft
from surveyapp.models.study import Study
from surveyapp.services.draft import (
    KEPT_REVISIONS,
    get_draft,
    instrument_of_draft,
    lock_draft,
    save_draft,
    start_draft,
    undo_draft,
)
from surveyapp.services.study import delete_study, get_study
from tests.factories import questionnaire as make
from tests.factories.questionnaire import both


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        study = make.study(session)
        start_draft(session, study, make.instrument(), based_on="1.0.0")
        return study


def word(key: str, text: str) -> None:
    """Give one item other words, as the page of that item does."""
    with transaction() as session:
        study = get_study(session, "small")
        draft = lock_draft(session, study, "staff")
        base = instrument_of_draft(draft)
        items = tuple(replace(item, text=both(text)) if item.key == key else item for item in base.items)
        save_draft(session, study, draft, replace(base, items=items), f"edit:items:{key}")


def test_people_who_save_at_the_same_moment_lose_nothing(study: Study):
    keys = [f"L{n}" for n in range(1, 6)]
    threads = [threading.Thread(target=word, args=(key, f"Words of {key}")) for key in keys]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    close_read_session()
    draft = get_draft(read_session(), study, "staff")
    assert [instrument_of_draft(draft).item(key).text["en"] for key in keys] == [f"Words of {key}" for key in keys]
    assert draft.revision == 1 + len(keys)


def test_a_step_is_taken_back_recorded_and_its_number_never_used_again(study: Study):
    word("L1", "Other words")

    with transaction() as session:
        draft = lock_draft(session, get_study(session, "small"), "staff")
        assert undo_draft(session, get_study(session, "small"), draft) == "edit:items:L1"
    word("L1", "Other words")

    close_read_session()
    draft = get_draft(read_session(), study, "staff")
    assert draft.revision == 4
    actions = read_session().scalars(select(Audit.action).where(Audit.subject == "draft staff").order_by(Audit.id))
    assert list(actions) == ["start_draft", "save_draft", "undo_draft", "save_draft"]


def test_a_save_that_changes_nothing_is_no_step(study: Study):
    word("L1", "Question L1")
    with transaction() as session:
        draft = lock_draft(session, get_study(session, "small"), "staff")
        changed = save_draft(session, get_study(session, "small"), draft, instrument_of_draft(draft), "frame")

    assert not changed


def test_only_so_many_steps_are_kept(study: Study):
    for n in range(KEPT_REVISIONS + 3):
        word("L1", f"Words {n}")

    close_read_session()
    assert read_session().scalar(select(func.count()).select_from(DraftRevision)) == KEPT_REVISIONS


def test_one_questionnaire_has_one_draft_and_it_goes_with_its_study(study: Study):
    with pytest.raises(Refused, match="a draft of this questionnaire already"), transaction() as session:
        start_draft(session, get_study(session, "small"), make.instrument())
    with transaction() as session:
        delete_study(session, get_study(session, "small"))

    close_read_session()
    assert read_session().scalars(select(InstrumentDraft)).all() == []
