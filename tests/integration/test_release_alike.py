"""Files in which a group is told apart do not tell what all of the group have in common."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.models.study import Study
from surveyapp.services.disclosure import plan_release
from surveyapp.services.release import Release
from surveyapp.services.study import close_wave, get_instrument, get_study, get_wave
from tests.factories import questionnaire as make
from tests.factories.answered import people_answer


@pytest.fixture
def study(database: Database) -> Study:
    with transaction() as session:
        return make.study(session)


def somebody(number: int, role: str, **more: object) -> dict[str, object]:
    ratings = {f"L{place}": (number * place + number // 3) % 5 + 1 for place in range(1, 6)}
    loads = {"LOAD": 10 * number, "DOUBLE": 20 * number} if role == "rm" else {}
    return {"ROLE": role, "CHECK": 2, "MANY": [["a"], ["b"], ["a", "b"]][number % 3], "SOURCE": "poster",
            "SEEN": "OK", "NPS": number % 11, **ratings, **loads, **more}


def release(people: list[dict[str, object]]) -> Release:
    with transaction() as session:
        _answer(session, people)
    close_read_session()
    session = read_session()
    study = get_study(session, "small")
    return plan_release(session, study, get_wave(session, study), get_instrument(session, study, "staff"))


def _answer(session: Session, people: list[dict[str, object]]) -> None:
    study = get_study(session, "small")
    wave = get_wave(session, study)
    people_answer(session, make.link_of(session, study), people)
    close_wave(session, study, wave)


def deeds(found: Release) -> set[tuple[str, str]]:
    return {(done.column, done.deed) for done in found.treatments}


TELLERS = [somebody(number, "teller") for number in range(20)]


@pytest.mark.parametrize("dissent", [0, 1])
def test_what_all_who_were_asked_said_of_their_boss_does_not_leave(study: Study, dissent: int):
    managers = [somebody(30 + number, "rm", BOSS=5 if number < dissent else 1) for number in range(12)]

    found = release(TELLERS + managers)

    assert not any("BOSS" in table.header for table in found.tables)
    assert ("BOSS", "alike") in deeds(found)


def test_what_they_said_leaves_where_two_think_otherwise(study: Study):
    managers = [somebody(30 + number, "rm", BOSS=5 if number < 2 else 1) for number in range(12)]

    found = release(TELLERS + managers)

    assert "BOSS" in found.table("answers").header
    assert ("BOSS", "alike") not in deeds(found)


def test_a_question_that_shows_who_is_a_manager_leaves_apart_where_managers_agree_on_another(study: Study):
    managers = [somebody(30 + number, "rm", BOSS=number % 5 + 1, L1=1) for number in range(12)]

    found = release(TELLERS + managers)

    assert "BOSS" not in found.table("answers").header      # else its rows would tell that managers chose 1 in L1
    assert found.table("answers_1").header == ("respondent_id", "BOSS")


def test_what_everybody_said_is_told_and_said_to_be_known_of_each(study: Study):
    found = release([somebody(number, "teller", L2=3) for number in range(20)])

    assert "L2" in found.table("answers").header
    assert ("L2", "all_alike") in deeds(found)
    assert not {("CHECK", "all_alike"), ("SEEN", "all_alike")} & deeds(found)


def test_a_number_of_a_few_people_stands_in_no_note_on_what_was_done(study: Study):
    found = release(TELLERS + [somebody(30 + number, "rm", BOSS=number + 1) for number in range(2)])

    note = next(done for done in found.treatments if done.column == "BOSS")
    assert (note.deed, note.told) == ("dropped", "<5")
    assert "(<5 people)" in note.words()
    assert next(row for row in found.document()["treatments"] if row["column"] == "BOSS") == {
        "column": "BOSS", "treatment": "dropped", "n_affected": None, "n_below": 5}
