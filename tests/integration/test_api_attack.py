"""An attacker with a token that may do everything a researcher may: what the pages hide, the API hides."""

import csv
import io
import json
from collections import Counter

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from surveyapp.db.session import Database, transaction
from surveyapp.models.study import Study
from surveyapp.services.study import close_wave, get_study, get_wave
from tests.factories import questionnaire as make
from tests.factories.answered import people_answer
from tests.factories.known import answered as known_answered
from tests.factories.known import known_study
from tests.factories.programs import Program, program
from tests.factories.roster import Roster, finish, roster

ROLES = ("rm", "teller")
ALL = "/studies/{}/waves/w1"


def somebody(number: int, role: str, **more: object) -> dict[str, object]:
    ratings = {f"L{place + 1}": number // 5**place % 5 + 1 for place in range(5)}
    loads = {"LOAD": number, "DOUBLE": 2 * number, "BOSS": 1} if role == "rm" else {}
    return {"ROLE": role, "minutes": 3 + number % 20 + number / 700, "NPS": number % 11, **ratings, **loads, **more}


BRANCH = [somebody(number, ROLES[number % 3 == 0], OPEN=f"Text {number}.") for number in range(40)]


@pytest.fixture
def study(database: Database) -> Study:
    with transaction() as session:
        return make.study(session)


@pytest.fixture
def attacker(client: FlaskClient, study: Study) -> Program:
    return program(client, study.id)


def answer(people: list[dict[str, object]], *, is_closed: bool = True) -> None:
    with transaction() as session:
        study = get_study(session, "small")
        people_answer(session, make.link_of(session, study), people)
        if is_closed:
            close_wave(session, study, get_wave(session, study))


def export(asking: Program, study: Study, **body: object) -> TestResponse:
    return asking.post(f"{ALL.format(study.id)}/responses/staff/export", json=body)


def lines(page: TestResponse) -> list[dict[str, object]]:
    assert page.status_code == 200, page.text
    return [json.loads(line) for line in page.text.splitlines()]


def rows(page: TestResponse, table: str) -> list[dict[str, object]]:
    return [line["row"] for line in lines(page)[1:] if line["table"] == table]


# ---- while the wave is open -----------------------------------------------------------------------------------------
def test_no_row_and_no_result_leaves_an_open_wave(attacker: Program, study: Study):
    answer(BRANCH, is_closed=False)

    pages = [export(attacker, study, format=format) for format in ("csv", "jsonl")]
    pages.append(attacker.post(f"/studies/{study.id}/diagnosis"))

    assert [page.status_code for page in pages] == [409] * 3
    assert all("still open" in page.get_json()["title"] for page in pages)
    assert attacker.get(f"/studies/{study.id}/diagnosis").status_code == 404


def test_the_count_of_an_open_wave_does_not_follow_single_answers(attacker: Program, study: Study):
    seen = []
    for _ in range(12):
        answer([somebody(1, "rm")], is_closed=False)
        row = attacker.get(f"{ALL.format(study.id)}/counts").get_json()["counts"][0]
        seen.append((row["n_submitted"], row["is_rounded"]))

    assert set(seen) == {(0, True)}


def test_rows_of_a_file_are_no_way_around_the_gate(attacker: Program, study: Study):
    answer(BRANCH[:6], is_closed=False)
    attacker.send_csv(f"{ALL.format(study.id)}/responses/staff",
                      "respondent_id,ROLE,L1\n" + "".join(f"p{n},rm,3\n" for n in range(20)))

    assert export(attacker, study, format="jsonl").status_code == 409


def test_too_few_people_are_refused_for_the_same_reason_as_on_the_page(attacker: Program, study: Study):
    answer(BRANCH[:4])

    page = export(attacker, study, format="csv")

    assert page.status_code == 409
    assert page.get_json()["title"].startswith("Fewer than 5 people answered")


# ---- what leaves afterwards -----------------------------------------------------------------------------------------
def test_every_profile_is_shared_by_five_and_words_leave_apart(attacker: Program, study: Study):
    answer(BRANCH)

    page = export(attacker, study, format="jsonl")

    sizes = Counter(tuple(list(row.values())[1:]) for row in rows(page, "profile"))
    assert min(sizes.values()) >= 5
    assert [list(row) for row in rows(page, "texts")] == [["item", "text"]] * 40
    assert not any(key.startswith("ROLE") or key == "OPEN" for row in rows(page, "answers") for key in row)


def test_names_of_rows_are_new_in_every_export_and_every_table(attacker: Program, study: Study):
    answer(BRANCH)

    names = [row["respondent_id"] for _ in range(3) for page in [export(attacker, study, format="jsonl")]
             for table in ("answers", "profile") for row in rows(page, table)]

    assert len(names) == len(set(names)) == 240


def test_tables_fetched_one_by_one_cannot_be_put_together(attacker: Program, study: Study):
    answer(BRANCH)

    found = {table: list(csv.DictReader(io.StringIO(export(attacker, study, format="csv", table=table).text)))
             for table in ("answers", "profile")}

    names = [{row["respondent_id"] for row in table} for table in found.values()]
    assert not names[0] & names[1]
    headers = [set(table[0]) - {"respondent_id"} for table in found.values()]
    assert not headers[0] & headers[1]


def test_an_export_is_the_release_of_the_page_and_says_what_was_done(attacker: Program, study: Study):
    answer(BRANCH)

    page = export(attacker, study, format="jsonl")

    release = lines(page)[0]["release"]
    assert (release["privacy"], release["minimum_group"], release["n_people"]) == ("anonymous", 5, 40)
    assert {table["name"] for table in release["tables"]} == set(page.headers["Surveyapp-Tables"].split(", "))
    assert not any(name.endswith(".order") for table in release["tables"] for name in table["columns"])


def test_a_formula_that_somebody_wrote_is_neutralised_unless_asked_otherwise(attacker: Program, study: Study):
    answer([somebody(n, "rm", OPEN="=1+1") for n in range(10)])

    plain, exact = (export(attacker, study, format="csv", table="texts", exact=exact).text for exact in (False, True))

    assert ",'=1+1" in plain
    assert ",=1+1" in exact


# ---- who has answered -----------------------------------------------------------------------------------------------
def what_is_told(asking: Program, people: Roster) -> list[object]:
    place = f"{ALL.format(people.study.id)}/invitations/staff"
    return [asking.get(place).get_json(), asking.post(f"{place}/links").get_json()]


def test_in_anonymous_mode_nothing_tells_who_has_answered(app: Flask, client: FlaskClient, database: Database):
    people = roster()
    asking = program(app.test_client(), people.study.id)
    before = what_is_told(asking, people)

    for token in people.tokens[:6]:
        finish(client, token)
    during = what_is_told(asking, people)
    with transaction() as session:
        study = get_study(session, people.study.id)
        close_wave(session, study, get_wave(session, study))
    after = what_is_told(asking, people)

    assert before == during == after
    assert len(before[1]["links"]) == 8     # always everybody: a list of those left would show who has not answered


@pytest.mark.parametrize(("mode", "role", "sees"), [
    ("confidential", "researcher", False), ("confidential", "administrator", True), ("identified", "researcher", True)])
def test_who_has_finished_is_told_to_whom_the_page_tells_it(app: Flask, client: FlaskClient, database: Database,
                                                            mode: str, role: str, sees: bool):
    people = known_study(mode)
    known_answered(client, people)
    asking = program(app.test_client(), people.study.id, role)

    found = asking.get(f"{ALL.format(people.study.id)}/invitations/staff").get_json()["invitations"]

    assert any(row["state"] == "finished" for row in found) is sees


def test_no_reply_names_the_key_of_a_response_or_the_token_of_a_link(attacker: Program, study: Study):
    with transaction() as session:
        link = make.link_of(session, get_study(session, "small"))
        keys = people_answer(session, link, BRANCH)
        close_wave(session, get_study(session, "small"), get_wave(session, get_study(session, "small")))

    paths = ("/studies", f"/studies/{study.id}", f"/studies/{study.id}/waves", f"{ALL.format(study.id)}/counts",
             f"/studies/{study.id}/questionnaires", f"{ALL.format(study.id)}/invitations/staff")
    said = "".join(attacker.get(path).text for path in paths) + export(attacker, study, format="jsonl").text

    assert not any(key in said for key in keys)
    assert link.token not in said
