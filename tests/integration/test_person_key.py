"""Confidential answers bear pseudonyms that only a data manager can read; identified ones bear names."""

import csv
import io
import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from surveyapp.cli import run
from surveyapp.db.session import close_read_session, transaction
from surveyapp.errors import NotAllowed, Refused
from surveyapp.models.account import Account, Role
from surveyapp.models.audit import Audit
from surveyapp.models.invitation import Invitation, Pseudonym, RespondentKey
from surveyapp.models.response import Response
from surveyapp.models.wave import QuestionnaireLink
from surveyapp.services.account import add_account, add_member
from surveyapp.services.erasure import erase_person
from surveyapp.services.invitation import Person, add_invitations, add_slips
from surveyapp.services.person_key import delete_keys, look_up, write_keys
from surveyapp.services.roster_view import roster_rows
from surveyapp.services.study import get_study, get_wave, reopen_wave
from surveyapp.services.wave import add_wave, start_wave
from tests.factories.known import NAME, answered, close, known_study, link_in, released
from tests.factories.roster import PEOPLE, SECRET, Roster, finish, fresh, tokens_of

NAMES = {person.label for person in PEOPLE} | {person.address for person in PEOPLE}
MAY = {"anonymous": set(), "confidential": {Role.ADMINISTRATOR, Role.DATA_MANAGER},
       "identified": {Role.ADMINISTRATOR, Role.DATA_MANAGER, Role.RESEARCHER}}


def n(table: type) -> int:
    found = fresh().scalar(select(func.count()).select_from(table))
    close_read_session()
    return found


def audits(action: str) -> list[Audit]:
    return list(fresh().scalars(select(Audit).where(Audit.action == action).order_by(Audit.id)))


def cells(release) -> str:
    return "\n".join(str(row) for table in release.tables for row in table.rows())


def account_of(session, role: Role) -> Account:
    return add_account(session, role.value, role.value, role.value, None)


def second_wave(people=PEOPLE) -> Roster:
    with transaction() as session:
        study = get_study(session, NAME)
        wave = add_wave(session, study, "w2")
        start_wave(session, study, wave)
        link = session.scalars(select(QuestionnaireLink).where(QuestionnaireLink.wave_id == wave.id)).one()
        add_invitations(session, SECRET, study, link, people)
        return Roster(study, wave, link, tokens_of(session, link))


def opinions_by_name(wave: str = "w1") -> set[str]:
    return {row[0] for row in released(wave).main.rows()}


# ---- rows that leave ------------------------------------------------------------------------------------------------
def test_confidential_opinions_bear_the_pseudonym_and_no_other_table_does(client: FlaskClient, any_database):
    answered(client, known_study("confidential"))

    release = released()
    pseudonyms = set(fresh().scalars(select(Response.source_key)))

    assert len(pseudonyms) == 6
    assert {row[0] for row in release.main.rows()} == pseudonyms
    others = [str(row) for table in release.tables[1:] for row in table.rows()]
    assert others
    assert not [row for row in others for name in pseudonyms if name in row]
    assert not [name for name in NAMES if name in cells(release)]


def test_pseudonyms_link_the_waves_of_a_questionnaire(client: FlaskClient, any_database):
    answered(client, known_study("confidential"))
    renamed = [Person("Another spelling", person.address.upper(), person.unit) for person in PEOPLE]
    later = second_wave(renamed)
    for token in later.tokens[1:7]:
        finish(client, token)
    close("w2")

    first, second = opinions_by_name(), opinions_by_name("w2")

    assert len(first & second) == 5
    assert len(first | second) == 7


def test_a_pseudonym_follows_from_nothing(client: FlaskClient, any_database):
    known_study("confidential")
    first = set(fresh().scalars(select(Pseudonym.name)))
    with transaction() as session:
        session.delete(get_study(session, NAME))
    known_study("confidential")

    assert len(first) == 8
    assert not first & set(fresh().scalars(select(Pseudonym.name)))


def test_identified_rows_bear_the_name(client: FlaskClient, any_database):
    twins = (Person("Li", "li1@bank.example"), Person("Li", "li2@bank.example"), *PEOPLE[:4])
    answered(client, known_study("identified", twins))

    release = released()

    assert [table.name for table in release.tables] == ["answers"]
    assert {row[0] for row in release.main.rows()} == {
        "Li <li1@bank.example>", "Li <li2@bank.example>", "Person 1", "Person 2", "Person 3", "Person 4"}
    assert n(Pseudonym) == 0


def test_anonymous_rows_bear_neither(client: FlaskClient, any_database):
    answered(client, known_study("anonymous"))

    text = cells(released())

    assert (n(Pseudonym), n(RespondentKey)) == (0, 0)
    assert set(fresh().scalars(select(Response.source_key))) == {None}
    assert not [name for name in NAMES if name in text]


@pytest.mark.parametrize("mode", ["confidential", "identified"])
def test_few_people_and_open_waves_leave_in_no_mode(client: FlaskClient, database, mode: str):
    roster = known_study(mode)
    for token in roster.tokens[:4]:
        finish(client, token)

    with pytest.raises(Refused, match="still open"):
        released()
    close("w1")
    with pytest.raises(Refused, match="Fewer than 5"):
        released()


# ---- only invited people --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mode", ["confidential", "identified"])
def test_nobody_answers_unnamed_where_people_are_promised_to_be_found(client: FlaskClient, database, mode: str):
    roster = known_study(mode, ())

    assert client.get(f"/q/{roster.link.token}").status_code == 403
    with transaction() as session, pytest.raises(Refused, match="Slips name nobody"):
        add_slips(session, SECRET, roster.study, link_in(session, roster), 5)


# ---- who may look ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mode", MAY)
@pytest.mark.parametrize("role", list(Role))
def test_each_role_sees_what_the_mode_says_and_every_look_is_recorded(client: FlaskClient, database, mode, role):
    roster = known_study(mode)
    answered(client, roster)

    with transaction() as session:
        account = account_of(session, role)
        link = link_in(session, roster)
        if role not in MAY[mode]:
            with pytest.raises((NotAllowed, Refused)):
                look_up(session, roster.study, link, "Person 1", account)
        else:
            found = look_up(session, roster.study, link, "p1@BANK.example ", account)
            again = look_up(session, roster.study, link, found[0].row_name, account)
            assert found == again
            assert [person.name for person in found] == ["Person 1"]
        seen = {row["state"] for row in roster_rows(session, roster.wave, link, account)}

    assert len(audits("look_up_person")) == (2 if role in MAY[mode] else 0)
    assert seen == ({"finished", "not_sent"} if role in MAY[mode] else {"not_sent"})


def test_the_audit_never_holds_a_person_beside_a_pseudonym(client: FlaskClient, database):
    roster = known_study("confidential")
    answered(client, roster)
    with transaction() as session:
        look_up(session, roster.study, link_in(session, roster), "Person 3")
        look_up(session, roster.study, link_in(session, roster), "Nobody")

    first, second = audits("look_up_person")
    assert first.after["n_found"] == 1
    assert first.after["pseudonyms"][0].startswith("P-")
    assert second.after == {"n_found": 0, "pseudonyms": []}
    assert "Person" not in f"{first.subject} {first.after}"


@pytest.mark.parametrize("mode", MAY)
def test_only_a_confidential_questionnaire_has_a_key_table(client: FlaskClient, database, mode: str):
    roster = known_study(mode)
    answered(client, roster)
    stream = io.BytesIO()

    with transaction() as session:
        if mode != "confidential":
            with pytest.raises(Refused):
                write_keys(session, roster.study, link_in(session, roster), stream)
            return
        assert write_keys(session, roster.study, link_in(session, roster), stream) == 6
    rows = list(csv.DictReader(io.StringIO(stream.getvalue().decode("utf-8-sig"))))
    assert {row["pseudonym"] for row in rows} == opinions_by_name()
    assert {row["name"] for row in rows} == {f"Person {number}" for number in range(1, 7)}
    assert [audit.after for audit in audits("export_keys")] == [{"n": 6}]


# ---- erasure --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mode", ["confidential", "identified"])
@pytest.mark.parametrize("role", [Role.RESEARCHER, Role.DATA_MANAGER])
def test_a_person_is_erased_with_answers_by_whoever_may_know_them(client: FlaskClient, any_database, mode, role):
    roster = known_study(mode)
    answered(client, roster)

    with transaction() as session:
        account = account_of(session, role)
        person = session.scalars(select(Invitation).order_by(Invitation.id)).first()
        if role not in MAY[mode]:
            with pytest.raises(NotAllowed):
                erase_person(session, roster.study, link_in(session, roster), person, account)
        else:
            assert erase_person(session, roster.study, link_in(session, roster), person, account) == 1

    n_left = 5 if role in MAY[mode] else 6
    assert (n(Response), n(RespondentKey)) == (n_left, n_left)
    assert n(Pseudonym) == (n_left + 2 if mode == "confidential" else 0)


# ---- separation -----------------------------------------------------------------------------------------------------
def test_after_separation_nothing_leads_to_a_person_and_rows_still_link(client: FlaskClient, any_database):
    roster = known_study("confidential")
    answered(client, roster)
    before = opinions_by_name()
    close_read_session()

    with transaction() as session:
        assert delete_keys(session, roster.study, link_in(session, roster)) == 6

    assert (n(RespondentKey), n(Pseudonym)) == (0, 0)
    assert opinions_by_name() == before
    assert [audit.after for audit in audits("delete_keys")] == [{"n": 6}]
    with transaction() as session:
        link = link_in(session, roster)
        assert link.keys_deleted_on is not None
        for deed in (lambda: look_up(session, roster.study, link, "Person 1"),
                     lambda: write_keys(session, roster.study, link, io.BytesIO()),
                     lambda: delete_keys(session, roster.study, link)):
            with pytest.raises(Refused, match="was deleted"):
                deed()
        assert {row["state"] for row in roster_rows(session, roster.wave, link)} == {"not_sent"}
        with pytest.raises(Refused, match="key table of this wave"):
            reopen_wave(session, get_study(session, NAME), get_wave(session, get_study(session, NAME)))
        person = session.scalars(select(Invitation).order_by(Invitation.id)).first()
        assert erase_person(session, roster.study, link, person) == 0
    assert n(Response) == 6


def test_separation_waits_for_every_wave_and_reaches_every_wave(client: FlaskClient, any_database):
    roster = known_study("confidential")
    answered(client, roster)
    later = second_wave()
    close_read_session()
    with transaction() as session, pytest.raises(Refused, match="still open"):
        delete_keys(session, roster.study, link_in(session, roster))
    answered(client, later)
    before = opinions_by_name()
    close_read_session()

    with transaction() as session:
        assert delete_keys(session, roster.study, link_in(session, roster)) == 12

    assert (n(RespondentKey), n(Pseudonym)) == (0, 0)
    with transaction() as session:
        assert all(link.keys_deleted_on for link in session.scalars(select(QuestionnaireLink)))
        third = add_wave(session, get_study(session, NAME), "w3")
        link = session.scalars(select(QuestionnaireLink).where(QuestionnaireLink.wave_id == third.id)).one()
        add_invitations(session, SECRET, get_study(session, NAME), link, PEOPLE)
        assert link.keys_deleted_on is None
    assert not before & set(fresh().scalars(select(Pseudonym.name)))


def test_no_file_of_the_database_holds_a_deleted_key(client: FlaskClient, database, tmp_path):
    roster = known_study("confidential")
    answered(client, roster)
    names = [name.encode() for name in fresh().scalars(select(Pseudonym.name).where(
        Pseudonym.invitation_id.not_in(select(RespondentKey.invitation_id))))]
    close_read_session()

    with transaction() as session:
        delete_keys(session, roster.study, link_in(session, roster))

    content = b"".join(path.read_bytes() for path in tmp_path.glob("test.sqlite3*"))
    assert len(names) == 2
    assert b"Person 1" in content               # the roster is still there: the files were read
    assert not [name for name in names if name in content]


# ---- commands -------------------------------------------------------------------------------------------------------
@pytest.fixture
def shell(client: FlaskClient, database, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)
    answered(client, known_study("confidential"))
    with transaction() as session:
        for role in (Role.RESEARCHER, Role.DATA_MANAGER):
            add_member(session, get_study(session, NAME), account_of(session, role))

    def do(*arguments: str) -> tuple[int, str, str]:
        close_read_session()
        capsys.readouterr()
        code = run(["people", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return do


def test_commands_look_for_whoever_may(shell, tmp_path):
    place = (NAME, "staff")
    code, out, _ = shell("look", *place, "Person 2", "--account", "data_manager", "--json")
    pseudonym = json.loads(out)[0]["row"]
    back = shell("look", *place, pseudonym, "--account", "data_manager")
    refused = shell("look", *place, pseudonym, "--account", "researcher")
    keys = shell("keys", *place, "--account", "data_manager", "-o", str(tmp_path / "keys.csv"))
    unsure = shell("separate", *place, "--account", "data_manager")
    denied = shell("separate", *place, "--account", "researcher", "--yes")
    done = shell("separate", *place, "--account", "data_manager", "--yes")

    assert code == 0
    assert "Person 2" in back[1]
    assert (refused[0], keys[0], unsure[0], denied[0], done[0]) == (1, 0, 1, 1, 0)
    assert "data manager" in refused[2]
    assert pseudonym in (tmp_path / "keys.csv").read_text(encoding="utf-8-sig")
    assert len(audits("look_up_person")) == 2
    assert all(audit.account_id for audit in audits("look_up_person"))
    assert shell("look", *place, "Person 2", "--account", "data_manager")[0] == 1
