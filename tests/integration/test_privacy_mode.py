"""The privacy mode is chosen once, told to respondents, and never changed, whoever tries."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from instruments.schema import Consent
from instruments.template_loader import load_catalogue_template, read_template_zip
from instruments.template_writer import template_zip
from surveyapp.cli import run
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, Refused
from surveyapp.models.privacy import PromiseFixed
from surveyapp.models.response import Response
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink
from surveyapp.services.promise import PROMISES, promise_lines
from surveyapp.services.response import Agreement, find_door, start_response
from surveyapp.services.response_token import issue_token, text_hash
from surveyapp.services.study import add_link, create_study, get_instrument, open_wave, publish_instrument
from tests.factories import questionnaire as make


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        return make.study(session)


def template(minimum: int | None = None, consent: str | None = None, chinese: str = "", privacy: str | None = None):
    instrument = make.instrument()
    if consent is not None:
        instrument = replace(instrument, consent=Consent(make.both(consent, chinese)))
    return replace(make.template(), instruments=(instrument,), privacy={"staff": privacy} if privacy else {},
                   thresholds={} if minimum is None else {"minimum_group": minimum})


# ---- chosen once ----------------------------------------------------------------------------------------------------
def test_a_questionnaire_is_anonymous_unless_somebody_says_otherwise(study: Study):
    assert make.link_of(read_session(), study).privacy == "anonymous"


def test_the_template_names_a_mode_and_the_person_who_makes_the_study_another(any_database: Database):
    with transaction() as session:
        first = create_study(session, template(privacy="confidential"), "first")
        second = create_study(session, template(privacy="confidential"), "second", privacy={"staff": "identified"})

        assert make.link_of(session, first).privacy == "confidential"
        assert make.link_of(session, second).privacy == "identified"


def test_the_mode_of_a_template_survives_its_files():
    whole = replace(load_catalogue_template("bank_crm"), privacy={"customer": "identified"})

    assert read_template_zip(template_zip(whole), "copy").privacy == {"customer": "identified"}


@pytest.mark.parametrize("wanted", [{"nobody": "anonymous"}, {"staff": "secret"}])
def test_an_unknown_questionnaire_or_mode_is_refused(database: Database, wanted: dict[str, str]):
    with transaction() as session, pytest.raises(BadInput):
        create_study(session, template(), "new", privacy=wanted)


def test_the_command_takes_modes(database: Database, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path / "home"))

    code = run(["study", "create", "bank_crm", "--name", "bank", "--privacy", "customer=confidential"])
    run(["study", "show", "bank", "--json"])

    assert code == 0
    assert '"privacy": "confidential"' in capsys.readouterr().out
    assert run(["study", "create", "bank_crm", "--name", "other", "--privacy", "confidential"]) == 1


# ---- never changed --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "value"), [("privacy", "identified"), ("minimum_group", 3)])
def test_the_program_refuses_to_change_what_was_promised(study: Study, name: str, value: object):
    with transaction() as session:
        link = make.link_of(session, study)

        with pytest.raises(PromiseFixed):
            setattr(link, name, value)


@pytest.mark.parametrize("change", ["privacy = 'identified'", "minimum_group = 3"])
def test_the_database_refuses_to_change_what_was_promised(study: Study, any_database: Database, change: str):
    with pytest.raises(DatabaseError, match="fixed"), any_database.engine.begin() as connection:
        connection.execute(text(f"UPDATE questionnaire_link SET {change}"))  # noqa: S608 - of this test

    with any_database.engine.connect() as connection:
        assert connection.execute(text("SELECT privacy, minimum_group FROM questionnaire_link")).all() == [
            ("anonymous", 5)]


def test_what_is_not_promised_may_change(study: Study):
    with transaction() as session:
        make.link_of(session, study).is_by_invitation = True

    close_read_session()
    assert make.link_of(read_session(), study).is_by_invitation


def test_the_database_names_nobody_behind_an_anonymous_answer(study: Study, any_database: Database):
    with transaction() as session:
        link = make.link_of(session, study)
        token = issue_token(make.SECRET, link.token, find_door(session, link.token).questionnaire.content_hash)
        start_response(session, make.SECRET, link.token, token, "en", Agreement(is_given=True))
        session.execute(text("INSERT INTO invitation (link_id, label, unit, language, nonce, token_hash, is_bounced, "
                             "has_refused, is_ineligible, has_opted_out, is_finished) VALUES "
                             "(:link, 'Li', '', 'en', 'n', 'h', false, false, false, false, false)"),
                        {"link": link.id})

    with pytest.raises(DatabaseError, match="names nobody"), any_database.engine.begin() as connection:
        connection.execute(text("INSERT INTO respondent_key SELECT response.key, invitation.id "
                                "FROM response, invitation"))


def test_a_later_version_or_wave_knows_no_more_of_people_than_the_first(any_database: Database):
    with transaction() as session:
        study = create_study(session, template(), "later", privacy={"staff": "confidential"})
        wave = open_wave(session, study, "w2")

        link = add_link(session, study, get_instrument(session, study, "staff"), wave)
        newer = replace(make.instrument(), version="1.1.0")
        publish_instrument(session, study, newer, wave)

        assert {row.privacy for row in session.query(QuestionnaireLink)} == {"confidential"}
        with pytest.raises(PromiseFixed):
            add_link(session, study, get_instrument(session, study, "staff"), open_wave(session, study, "w3"),
                     "identified")
        assert link.minimum_group == 5


# ---- the smallest group ---------------------------------------------------------------------------------------------
def test_a_study_may_raise_the_smallest_group(any_database: Database):
    with transaction() as session:
        study = create_study(session, template(minimum=12), "careful")

        assert make.link_of(session, study).minimum_group == 12


@pytest.mark.parametrize(("english", "chinese"), [
    ("Groups of at least 3 people.", "不少于三人的群体。"), ("Groups of three or more.", "至少3人。")])
def test_a_study_may_lower_it_where_the_consent_text_states_the_number(any_database: Database, english, chinese):
    with transaction() as session:
        study = create_study(session, template(3, english, chinese), "small groups")

        assert make.link_of(session, study).minimum_group == 3


@pytest.mark.parametrize(("english", "chinese"), [
    ("Groups are shown.", "不少于三人。"), ("At least three people.", "以群体呈现。"),
    ("At least 13 people.", "13人。"),
    ("Within thirty-three days.", "30天内。")])
def test_a_study_may_not_lower_it_in_silence(any_database: Database, english, chinese):
    with transaction() as session, pytest.raises(Refused, match="does not say so"):
        create_study(session, template(3, english, chinese), "small groups")


# ---- told to the respondent -----------------------------------------------------------------------------------------
def test_the_consent_keeps_the_mode_and_the_very_lines_that_were_shown(study: Study):
    with transaction() as session:
        link = make.link_of(session, study).token
        token = issue_token(make.SECRET, link, find_door(session, link).questionnaire.content_hash)
        start_response(session, make.SECRET, link, token, "zh", Agreement(is_given=True))

    consent = read_session().query(Response).one().consent
    assert (consent["privacy"], consent["promise"]) == ("anonymous", "3")
    assert consent["promise_hash"] == text_hash("\n".join(promise_lines("anonymous", "zh", 5)))


@pytest.mark.parametrize("mode", PROMISES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_mode_is_told_in_four_lines_with_the_number(mode: str, language: str):
    lines = promise_lines(mode, language, 7)

    assert len(lines) == 4
    assert "7" in lines[2]
    assert all(line.strip() and "{" not in line for line in lines)


def test_no_two_modes_promise_the_same():
    assert len({promise_lines(mode, "en", 5)[0] for mode in PROMISES}) == 3


def test_the_bank_study_is_anonymous():
    assert load_catalogue_template("bank_crm").privacy == {}
