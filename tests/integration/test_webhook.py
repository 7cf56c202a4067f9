"""Webhooks: told of events without a person in them, signed, repeated, switched off, and never a way inside."""

import hmac
import json
import socket
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from sqlalchemy import select, update

from instruments.template_loader import load_catalogue_template
from surveyapp.config import Config
from surveyapp.db.base import utc_now
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import Refused
from surveyapp.jobs.webhook import attempt, deliver_due
from surveyapp.models.audit import Audit
from surveyapp.models.fieldwork import FieldworkDay
from surveyapp.models.study import Study
from surveyapp.models.webhook import Webhook, WebhookDelivery
from surveyapp.services.daily_count import take_daily_counts
from surveyapp.services.diagnosis import store_diagnosis, store_report
from surveyapp.services.disclosure import plan_release
from surveyapp.services.response_export import record_export
from surveyapp.services.study import close_wave, get_instrument, get_study, get_wave
from surveyapp.services.upkeep import keep_up
from surveyapp.services.wave import add_wave, start_wave
from surveyapp.services.webhook import (
    MOST_ATTEMPTS,
    MOST_FAILURES,
    Outcome,
    add_webhook,
    claim_deliveries,
    enable_webhook,
    forget_deliveries,
    remove_webhook,
    settle_delivery,
    try_webhook,
)
from surveyapp.services.webhook_event import (
    COUNT_REACHED,
    DIAGNOSIS_FINISHED,
    EVENTS,
    REPORT_FINISHED,
    TEST,
    WAVE_CLOSED,
)
from tests.factories import questionnaire as make
from tests.factories.answered import people_answer
from tests.factories.diagnosis import rich_diagnosis
from tests.factories.receiver import Receiver, receiver

SECRET = "k" * 48
LOOPBACK = (ip_network("127.0.0.0/8"),)
INSTANT = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        return make.study(session)


@pytest.fixture
def settings(any_database: Database, tmp_path: Path) -> Config:
    return Config(database_url=any_database.url, home=tmp_path, secret_key=SECRET, webhook_networks=LOOPBACK)


@pytest.fixture
def here() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def add(study: Study, url: str, *events: str) -> tuple[Webhook, str]:
    with transaction() as session:
        return add_webhook(session, SECRET, get_study(session, study.id), url, events or tuple(EVENTS), LOOPBACK)


def try_it(study: Study, hook: Webhook) -> WebhookDelivery:
    with transaction() as session:
        return try_webhook(session, study, session.get_one(Webhook, hook.id))


def deliveries() -> list[WebhookDelivery]:
    close_read_session()
    return list(read_session().scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


def told(kind: str = "") -> list[dict[str, object]]:
    found = [json.loads(row.body) for row in deliveries()]
    return [one["data"] for one in found if kind in ("", one["type"])]


def deliver(settings: Config) -> list[Outcome]:
    close_read_session()
    found = deliver_due(settings)
    close_read_session()
    return found


def make_due() -> None:
    with transaction() as session:
        session.execute(update(WebhookDelivery).values(next_at=utc_now() - timedelta(seconds=1)))


# ---- what is told ---------------------------------------------------------------------------------------------------
def test_events_are_told_in_the_transaction_of_what_happened(study: Study, here: Receiver):
    add(study, here.url)

    with transaction() as session:
        found = get_study(session, study.id)
        wave = get_wave(session, found)
        people_answer(session, make.link_of(session, found), [{"L1": 1 + n % 5, "ROLE": "rm"} for n in range(30)])
        close_wave(session, found, wave)
        published = get_instrument(session, found, "staff")
        record_export(session, found, published, "csv", plan_release(session, found, wave, published))
        start_wave(session, found, add_wave(session, found, "w2"))

    about = {"study": {"id": study.id, "name": "small"}}
    assert told() == [{**about, "wave": "w1"}, {**about, "wave": "w1", "questionnaire": "staff", "format": "csv"},
                      {**about, "wave": "w2"}]


def test_a_diagnosis_and_its_report_are_told_also_when_they_are_as_before(study: Study, here: Receiver):
    add(study, here.url, DIAGNOSIS_FINISHED, REPORT_FINISHED)
    diagnosis = rich_diagnosis(load_catalogue_template("bank_crm"))

    for _ in range(2):
        with transaction() as session:
            found = get_study(session, study.id)
            store_report(session, store_diagnosis(session, found, get_wave(session, found), diagnosis), "zh", b"%PDF")

    about = {"study": {"id": study.id, "name": "small"}, "diagnosis": 1}
    assert told() == 2 * [{**about, "wave": "w1"}, {**about, "report": 1, "language": "zh", "format": "pdf"}]


def test_what_is_rolled_back_is_told_to_nobody(study: Study, here: Receiver):
    add(study, here.url)

    def close_and_fail() -> None:
        with transaction() as session:
            found = get_study(session, study.id)
            close_wave(session, found, get_wave(session, found))
            raise Refused("Stop.")

    with pytest.raises(Refused):
        close_and_fail()
    assert deliveries() == []


def test_only_what_a_webhook_wants_is_told_and_only_of_its_study(study: Study, here: Receiver):
    with transaction() as session:
        other = make.study(session, "other")
    add(study, here.url, COUNT_REACHED)
    add(other, here.url, WAVE_CLOSED)

    with transaction() as session:
        found = get_study(session, study.id)
        close_wave(session, found, get_wave(session, found))

    assert deliveries() == []


def test_a_count_is_told_in_steps_of_the_day_and_never_because_somebody_answered(study: Study, here: Receiver):
    add(study, here.url)

    def answer(n: int) -> None:
        with transaction() as session:
            people_answer(session, make.link_of(session, study), [{"L1": 3}] * n)

    def count(days: int) -> None:
        with transaction() as session:
            take_daily_counts(session, INSTANT + timedelta(days=days))
            keep_up(session, SECRET, INSTANT + timedelta(days=days))

    for number, n in enumerate((9, 1, 3, 14, 0)):
        answer(n)
        assert len(deliveries()) == len(told(COUNT_REACHED))       # an answer itself tells nothing
        before = len(deliveries())
        count(number)
        count(number)
        assert len(deliveries()) - before == (1 if number in (1, 3) else 0), number

    assert [(one["at_least"], one["counted_on"], one["questionnaire"]) for one in told(COUNT_REACHED)] == [
        (10, "2026-05-05", "staff"), (25, "2026-05-07", "staff")]
    with transaction() as session:
        shown = {row.day.isoformat(): row.counts["n_submitted"] for row in session.scalars(select(FieldworkDay))}
    assert all(one["at_least"] <= shown[str(one["counted_on"])] for one in told(COUNT_REACHED))


# ---- how it is told -------------------------------------------------------------------------------------------------
def test_a_delivery_is_signed_as_the_specification_says(study: Study, here: Receiver, settings: Config):
    hook, secret = add(study, here.url)
    try_it(study, hook)

    outcomes = deliver(settings)

    assert [one.status for one in outcomes] == [204]
    lines, body = here.got[0]
    signed = f"{lines['webhook-id']}.{lines['webhook-timestamp']}.".encode() + body
    key = b64decode(secret.removeprefix("whsec_"))
    assert len(key) == 32
    assert lines["webhook-signature"] == "v1," + b64encode(hmac.digest(key, signed, "sha256")).decode()
    assert abs(int(lines["webhook-timestamp"]) - utc_now().timestamp()) < 300
    assert json.loads(body)["type"] == TEST
    assert [(row.state, row.n_attempts, row.status) for row in deliveries()] == [("delivered", 1, 204)]


def test_the_database_does_not_hold_the_signing_secret(study: Study, here: Receiver):
    _hook, secret = add(study, here.url)

    assert secret.removeprefix("whsec_") not in str(vars(read_session().scalars(select(Webhook)).one()))


def test_a_failed_delivery_is_repeated_under_the_same_number_with_growing_waits(
        study: Study, here: Receiver, settings: Config):
    hook, _ = add(study, here.url)
    try_it(study, hook)
    here.status = 500

    waits = []
    for _ in range(MOST_ATTEMPTS):
        make_due()
        deliver(settings)
        row = deliveries()[0]
        waits.append(round((row.next_at - utc_now()).total_seconds() / 30))
        assert deliver(settings) == []      # not before its time

    assert waits[:-1] == [4 ** n for n in range(MOST_ATTEMPTS - 1)]
    assert (row.state, row.n_attempts, row.status) == ("failed", MOST_ATTEMPTS, 500)
    assert len({lines["webhook-id"] for lines, _ in here.got}) == 1
    assert len(here.got) == MOST_ATTEMPTS


def test_after_failures_in_a_row_a_webhook_is_switched_off_and_that_is_recorded(study: Study, here: Receiver):
    hook, _ = add(study, here.url)
    for _ in range(MOST_FAILURES + 1):
        try_it(study, hook)

    with transaction() as session:
        claimed = [delivery.id for delivery, _ in claim_deliveries(session, limit=100)]
        for number in claimed[:MOST_FAILURES]:
            settle_delivery(session, number, Outcome(500))

    close_read_session()
    assert read_session().get_one(Webhook, hook.id).disabled_at is not None
    assert {row.state for row in deliveries()} == {"dropped"}
    assert "disable_webhook" in read_session().scalars(select(Audit.action)).all()
    with pytest.raises(Refused, match="switched off"):
        try_it(study, hook)
    with transaction() as session:
        enable_webhook(session, study, session.get_one(Webhook, hook.id))
    assert try_it(study, hook).state == "waiting"


def test_one_success_forgives_the_failures_before(study: Study, here: Receiver, settings: Config):
    hook, _ = add(study, here.url)
    with transaction() as session:
        session.get_one(Webhook, hook.id).n_failures = MOST_FAILURES - 1
    try_it(study, hook)

    deliver(settings)

    close_read_session()
    assert read_session().get_one(Webhook, hook.id).n_failures == 0


def test_a_receiver_that_is_gone_for_good_is_told_nothing_more(study: Study, here: Receiver, settings: Config):
    hook, _ = add(study, here.url)
    try_it(study, hook)
    here.status = 410

    deliver(settings)

    close_read_session()
    assert read_session().get_one(Webhook, hook.id).disabled_at is not None


def test_two_workers_never_take_the_same_delivery(study: Study, here: Receiver):
    hook, _ = add(study, here.url)
    try_it(study, hook)

    with transaction() as session:
        first = claim_deliveries(session)
    with transaction() as session:
        second = claim_deliveries(session)

    assert (len(first), len(second)) == (1, 0)


def test_what_a_killed_worker_had_taken_is_due_again(study: Study, here: Receiver):
    hook, _ = add(study, here.url)
    try_it(study, hook)
    with transaction() as session:
        claim_deliveries(session)

    with transaction() as session:
        again = claim_deliveries(session, now=utc_now() + timedelta(minutes=6))

    assert [delivery.n_attempts for delivery, _ in again] == [2]


def test_the_log_is_forgotten_after_thirty_days_but_what_waits_is_not(study: Study, here: Receiver, settings: Config):
    hook, _ = add(study, here.url)
    try_it(study, hook)
    deliver(settings)
    waiting = try_it(study, hook)

    with transaction() as session:
        forget_deliveries(session, utc_now() + timedelta(days=31))

    assert [row.id for row in deliveries()] == [waiting.id]


def test_a_removed_webhook_takes_its_deliveries_along(study: Study, here: Receiver):
    hook, _ = add(study, here.url)
    try_it(study, hook)

    with transaction() as session:
        remove_webhook(session, study, session.get_one(Webhook, hook.id))

    assert deliveries() == []


# ---- where it may lead ----------------------------------------------------------------------------------------------
def test_a_name_that_leads_inside_later_is_not_called(study: Study, here: Receiver, settings: Config):
    hook, _ = add(study, here.url)
    delivery = try_it(study, hook)

    outcome = attempt(replace(settings, webhook_networks=()), delivery, hook)

    assert (outcome.status, here.got) == (None, [])
    assert "private network" in outcome.fault


def test_the_connection_is_made_to_the_address_that_was_checked(
        study: Study, here: Receiver, settings: Config, monkeypatch: pytest.MonkeyPatch):
    hook, _ = add(study, here.url.replace("127.0.0.1", "localhost"))
    delivery = try_it(study, hook)
    looked_up: list[object] = []
    real = socket.getaddrinfo

    def look_up(host: object, *more: object, **options: object) -> object:
        looked_up.append(host)
        return real(host if host != "localhost" else "127.0.0.1", *more, **options)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    assert attempt(settings, delivery, hook).status == 204
    assert looked_up.count("localhost") == 1
    assert here.got[0][0]["host"].startswith("localhost:")


def test_a_redirect_is_a_failure_and_not_followed(study: Study, here: Receiver, settings: Config):
    hook, _ = add(study, here.url)
    delivery = try_it(study, hook)
    with receiver() as elsewhere:
        here.status, here.location = 302, elsewhere.url

        outcome = attempt(settings, delivery, hook)

        assert (outcome.status, outcome.is_good, elsewhere.got) == (302, False, [])


def test_a_receiver_that_is_not_there_is_a_failure_in_words(study: Study, here: Receiver, settings: Config):
    hook, _ = add(study, "http://127.0.0.1:9/hook")

    outcome = attempt(settings, try_it(study, hook), hook)

    assert outcome.status is None
    assert "refused" in outcome.fault
