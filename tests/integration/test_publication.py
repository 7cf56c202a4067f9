"""A version is frozen; who began on an older one finishes there; all versions make one data set."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from instruments.schema import NOT_SHOWN, Construct, Instrument
from surveyapp.cli import run
from surveyapp.dataset import load_answers
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import Refused
from surveyapp.models.account import Account
from surveyapp.models.audit import Audit
from surveyapp.models.response import SUBMITTED, Response
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.account import add_member
from surveyapp.services.disclosure import plan_release
from surveyapp.services.progress import wave_progress
from surveyapp.services.publication import plan_publication, publish_version
from surveyapp.services.study import close_wave, get_instrument, get_study, get_wave, instrument_of, list_versions
from surveyapp.services.versions import wave_versions
from surveyapp.services.wave import add_wave, start_wave
from tests.factories import questionnaire as make
from tests.factories.questionnaire import Respondent, both


def changed(**changes: object) -> Instrument:
    """The small questionnaire with other words in its last item, unless told otherwise."""
    base = make.instrument()
    items = tuple(replace(item, text=both("Ask the boss?", "问领导？")) if item.key == "BOSS" else item
                  for item in base.items)
    return replace(base, **{"items": items, **changes})


@pytest.fixture
def study(database: Database) -> Study:
    with transaction() as session:
        return make.study(session, "small")


def publish(instrument: Instrument | None = None, **more: object) -> PublishedInstrument:
    with transaction() as session:
        published = publish_version(session, get_study(session, "small"), instrument or changed(),
                                    has_seen_warnings=True, **more)
    close_read_session()
    return published


def test_a_version_gets_the_next_number_and_an_audit_row(study: Study):
    published = publish()

    assert published.version == "1.0.1"
    assert instrument_of(published).version == "1.0.1"
    audit = read_session().scalars(select(Audit).where(Audit.action == "publish_instrument")).one()
    assert (audit.after or {})["version"] == "1.0.1"


def test_a_published_version_is_never_changed(study: Study):
    published = publish()

    with pytest.raises(Refused, match="never changed"), transaction() as session:
        row = session.get_one(PublishedInstrument, published.id)
        row.document = {**row.document, "version": "9"}


@pytest.mark.parametrize(("instrument", "words"), [
    (changed(title={"en": "Only English"}), "faults"), (make.instrument(), "Nothing was changed")])
def test_what_is_unsound_or_unchanged_is_refused(study: Study, instrument: Instrument, words: str):
    with pytest.raises(Refused, match=words):
        publish(instrument)


def test_a_version_that_exists_is_refused(study: Study):
    with pytest.raises(Refused, match=r"1\.0\.0 already"):
        publish(version="1.0.0")


def test_a_warning_has_to_be_seen(study: Study):
    construct = Construct("LEAD", "cause", "higher_is_worse", both("Leadership"), both("What leaders do."))
    items = tuple(replace(item, construct="LEAD") if item.key == "L1" else item for item in make.ITEMS)
    warned = changed(constructs=(construct,), items=items)

    with transaction() as session:
        plan = plan_publication(session, get_study(session, "small"), warned)
        with pytest.raises(Refused, match="warnings"):
            publish_version(session, get_study(session, "small"), warned)

    assert [finding.number for finding in plan.warnings] == ["INS-010"]


def answer(respondent: Respondent) -> None:
    respondent.post(ROLE="teller").post(L1="4", L2="2", CHECK="2").post(SHARE="5").post().hand_in()


def test_a_response_under_way_finishes_on_its_version_and_the_same_address_goes_on(app: Flask, study: Study):
    with transaction() as session:
        address = make.link_of(session, study).token
    early = Respondent(app.test_client(), address).begin().post(ROLE="teller")
    reading = Respondent(app.test_client(), address)        # has the first page open, has not begun

    publish(changed(items=tuple(item for item in changed().items if item.key != "L5")))
    early.post(L1="4", L2="2", L5="5", CHECK="2").post(SHARE="5").post().hand_in()
    reading.begin()
    late = Respondent(app.test_client(), address).begin()

    assert "Question L5" in reading.open("B").page.text
    assert "Question L5" not in late.open("B").page.text
    answer(late.open("A"))
    answer(reading.open("A"))
    close_read_session()
    session = read_session()
    versions = wave_versions(session, get_wave(session, study), "staff")
    answered = session.scalars(select(Response).where(Response.state == SUBMITTED))
    assert sorted(versions.published[row.link_id, row.instrument_id].version for row in answered) == [
        "1.0.0", "1.0.0", "2.0.0"]


def test_two_versions_make_one_data_set_and_one_count(app: Flask, study: Study):
    with transaction() as session:
        address = make.link_of(session, study).token
    for _ in range(2):
        answer(Respondent(app.test_client(), address).begin())
    publish(changed(items=tuple(item for item in changed().items if item.key != "L2")))
    for _ in range(3):
        answer(Respondent(app.test_client(), address).begin())
    with transaction() as session:
        close_wave(session, get_study(session, "small"), get_wave(session, study))
    close_read_session()
    session = read_session()
    wave = get_wave(session, study)

    table = load_answers(session, wave, instrument_of(get_instrument(session, study, "staff")))

    assert sorted(table.missing["L2"]) == [*[NOT_SHOWN] * 3, 0, 0]
    assert list(table.values["L1"]) == [4] * 5
    assert [row.n_submitted for row in wave_progress(session, wave)] == [5]
    assert [change.what for change in wave_versions(session, wave, "staff").merged.changes if change.key == "L2"] == [
        "removed"]


def short_items(*keys: str) -> Instrument:
    base = changed()
    return replace(base, items=tuple(replace(item, is_short=item.key in keys) for item in base.items))


def test_a_short_form_has_a_link_of_its_own_and_its_answers_join_the_rest(app: Flask, study: Study):
    publish(short_items("L1", "L2", "BOSS"), with_short=True)
    with transaction() as session:
        close_read_session()
        rows = wave_progress(session, get_wave(session, study))
    assert [(row.published.form, row.published.version) for row in rows] == [
        ("full", "1.0.1"), ("short", "1.0.1-short")]

    short = Respondent(app.test_client(), rows[1].link.token)
    assert "Small questionnaire (short form)" in short.page.text
    short.begin()
    assert short.address.endswith("/B")
    assert "Question L3" not in short.page.text
    short.post(L1="5", L2="1", BOSS="3").hand_in()
    for _ in range(4):
        Respondent(app.test_client(), rows[1].link.token).begin().post(L1="5", L2="1", BOSS="3").hand_in()
    with transaction() as session:
        close_wave(session, get_study(session, "small"), get_wave(session, study))
    close_read_session()
    session = read_session()
    published = get_instrument(session, study, "staff")

    table = load_answers(session, get_wave(session, study), instrument_of(published))

    assert published.version == "1.0.1"
    assert table.n == 5
    assert table.values["L1"].iloc[0] == 5
    assert table.missing["L3"].iloc[0] == NOT_SHOWN
    assert [row.form for row in list_versions(session, study, "staff")] == ["full", "full", "short"]


def test_one_version_can_be_named(study: Study):
    publish()

    assert get_instrument(read_session(), study, "staff@1.0.0").version == "1.0.0"
    assert get_instrument(read_session(), study, "staff").version == "1.0.1"


def test_all_versions_and_the_short_form_leave_as_one_table(app: Flask, study: Study):
    with transaction() as session:
        address = make.link_of(session, study).token
    for level in (1, 2, 3, 4, 5):      # what all of them answered alike would stay back
        early = Respondent(app.test_client(), address).begin().post(ROLE="teller")
        early.post(L1="4", L2="2", L3=str(level), CHECK="2").post(SHARE="5").post().hand_in()
    less = short_items("ROLE", "L1", "L2")
    publish(replace(less, items=tuple(item for item in less.items if item.key != "L3")), with_short=True)
    session = read_session()
    links = {row.published.form: row.link.token for row in wave_progress(session, get_wave(session, study))}
    for _ in range(5):
        answer(Respondent(app.test_client(), links["full"]).begin())
        Respondent(app.test_client(), links["short"]).begin().post(ROLE="teller").post(L1="5", L2="1").hand_in()
    with transaction() as session:
        close_wave(session, get_study(session, "small"), get_wave(session, study))
    close_read_session()
    session = read_session()

    release = plan_release(session, study, get_wave(session, study), get_instrument(session, study, "staff"))

    assert release.n_people == 15
    answers = next(table for table in release.tables if any(column.name == "L1" for column in table.columns))
    place = [column.name for column in answers.columns].index("L1")
    rows = list(answers.rows())
    assert sorted(row[place] for row in rows) == [4] * 10 + [5] * 5
    others = [column.name for table in release.tables for column in table.columns]
    assert "L3" in others, "what an older version asked leaves too"


# ---- further waves --------------------------------------------------------------------------------------------------
def versions_in(key: str) -> list[tuple[str, str]]:
    close_read_session()
    session = read_session()
    wave = get_wave(session, get_study(session, "small"), key)
    return [(row.published.form, row.published.version) for row in wave_progress(session, wave)]


def make_wave_by_page(log_in: Callable[..., FlaskClient], study: Study) -> None:
    client = log_in()
    with transaction() as session:
        add_member(session, get_study(session, "small"), session.scalars(select(Account)).one())
    client.post(f"/studies/{study.id}/waves", data={"key": "w2"})
    client.post(f"/studies/{study.id}/waves/w2", data={"deed": "open"})


def make_wave_by_command(_log_in: Callable[..., FlaskClient], _study: Study) -> None:
    assert run(["study", "wave", "small", "w2", "add"]) == 0
    assert run(["study", "wave", "small", "w2", "open"]) == 0


@pytest.fixture
def settings(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)


@pytest.mark.parametrize("make_wave", [make_wave_by_page, make_wave_by_command])
def test_a_second_wave_asks_the_versions_published_now(log_in, settings, study: Study, make_wave):
    publish(short_items("L1", "L2"), with_short=True)
    with transaction() as session:
        close_wave(session, get_study(session, "small"), get_wave(session, study))

    make_wave(log_in, study)

    assert versions_in("w1") == [("full", "1.0.1"), ("short", "1.0.1-short")]
    assert versions_in("w2") == [("full", "1.0.1"), ("short", "1.0.1-short")]
    links = set(read_session().scalars(select(QuestionnaireLink.token).join(Wave)
                                        .where(Wave.study_id == study.id)))
    assert len(links) == 4
    assert get_wave(read_session(), study, "w2").is_open


def test_a_wave_that_waits_for_its_opening_goes_on_with_a_new_version(app: Flask, study: Study):
    with transaction() as session:
        own = get_study(session, "small")
        close_wave(session, own, get_wave(session, own))
        add_wave(session, own, "w2")
    before = versions_in("w2")

    publish()

    assert before == [("full", "1.0.0")]
    assert versions_in("w2") == [("full", "1.0.1")]
    assert versions_in("w1") == [("full", "1.0.0")]
    with transaction() as session:
        own = get_study(session, "small")
        start_wave(session, own, get_wave(session, own, "w2"))
    link = wave_progress(read_session(), get_wave(read_session(), study, "w2"))[0].link
    assert "Ask the boss?" in Respondent(app.test_client(), link.token).begin().post(ROLE="rm").open("E").page.text


def test_a_short_form_of_an_older_version_gets_no_link_in_a_new_wave(study: Study):
    publish(short_items("L1"), with_short=True)
    publish(replace(short_items("L1", "L2"), title=both("Other", "其他")))
    with transaction() as session:
        add_wave(session, get_study(session, "small"), "w2")

    assert versions_in("w2") == [("full", "1.0.2")]
