"""The words of the action register: without the organisation's names, and in the language of whoever reads them."""

import io
from dataclasses import replace

import openpyxl
import pytest

from analysis.results.actions import Action, Milestone
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.services.action import save_action
from surveyapp.services.action_file import import_actions
from surveyapp.services.action_sheet import register_document, write_action_sheet
from surveyapp.services.anonymised import anonymise_organisation, masks_of
from tests.factories import action as make_action
from tests.factories import coding as make
from tests.factories.action import accepted, day, register, released


@pytest.fixture
def bank(any_database: Database) -> None:
    with transaction() as session:
        make_action.released_study(session)


def save(action: Action, number: int = 0) -> bool:
    with transaction() as session:
        done = save_action(session, make.find_study(session), released(session), action, number,
                           make.find(session, "may"))
    close_read_session()
    return done


def stored() -> Action | None:
    return register(read_session()).row("S1.2").action


def load(content: bytes) -> list[str]:
    with transaction() as session:
        changed = import_actions(session, make.find_study(session), released(session), content, "actions.xlsx",
                                 make.find(session, "may"))
    close_read_session()
    return changed


def test_a_sheet_without_the_organisations_names_comes_back_without_changing_a_word(bank: None):
    save(accepted(read_session(), owner="Harbour Bank, retail", reason="Harbour Bank decided so.",
                  milestones=(Milestone("Harbour Bank issues the list", day(read_session(), 20)),)))
    with transaction() as session:
        anonymise_organisation(session, make.find_study(session), is_on=True, further=("Harbour Bank",))
    close_read_session()
    stream = io.BytesIO()
    write_action_sheet(register(read_session()), "en", stream, masks_of(make.find_study(read_session())))
    book = openpyxl.load_workbook(io.BytesIO(stream.getvalue()))
    told = " ".join(str(cell.value) for page in book for line in page.iter_rows() for cell in line)

    changed = load(stream.getvalue())

    assert "Harbour" not in told
    assert "[name], retail" in told
    assert changed == []
    assert stored().owner == "Harbour Bank, retail"


def test_what_is_recorded_in_one_language_is_told_in_another_where_its_wording_is_known(bank: None):
    save(replace(accepted(read_session()), owner="零售金融部", body="行长办公会",
                 wordings={"en": {"零售金融部": "retail banking"}}))
    row = register(read_session()).row("S1.2")

    told = register(read_session()).in_words_of("en").row("S1.2").action
    again = save(replace(row.action, owner="科技部", wordings={}), row.number)

    assert (told.owner, told.body) == ("retail banking", "行长办公会")
    assert register(read_session()).in_words_of("zh").row("S1.2").action.owner == "科技部"
    assert again
    assert stored().wordings == {"en": {"零售金融部": "retail banking"}}
    assert "wordings" not in register_document(register(read_session()))["actions"][0]
