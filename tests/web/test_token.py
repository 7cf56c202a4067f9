"""The account page of tokens, and the page of webhooks."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from surveyapp.db.base import utc_now
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.api_token import ApiToken
from surveyapp.models.audit import Audit
from surveyapp.models.study import Study
from surveyapp.models.webhook import Webhook, WebhookDelivery
from surveyapp.services.account import add_account
from surveyapp.services.api_token import add_token
from surveyapp.services.webhook_event import EVENTS
from surveyapp.services.webhook_signature import new_nonce
from tests.factories.programs import SECRET, Program

TOKENS = "/account/tokens"


def make(client: FlaskClient, **form: str) -> str:
    page = client.post(TOKENS, data={"name": "night", "scope": "read", "days": "90", **form})
    found = re.search(r'value="(svy_[\w-]+)"', page.text)
    return found.group(1) if found else page.text


def test_a_token_is_shown_once_and_works(log_in, bank_study: Study):
    client = log_in("researcher")

    token = make(client, study=str(bank_study.id))

    assert Program(client, token).get("/token").get_json()["study"] == bank_study.id
    page = client.get(TOKENS).text
    assert token not in page
    assert f"{token[:10]}…" in page


def test_revoking_ends_a_token_and_is_recorded(log_in):
    client = log_in("researcher")
    token = make(client)

    page = client.post(f"{TOKENS}/1/revoke", follow_redirects=True)

    assert "opens nothing any more" in page.text
    assert Program(client, token).get("/token").status_code == 401
    assert {"add_token", "revoke_token"} <= set(read_session().scalars(select(Audit.action)))


def test_nobody_sees_or_revokes_a_token_of_others(log_in, bank_study: Study):
    with transaction() as session:
        add_token(session, SECRET, add_account(session, "other", "O", "administrator", None), "theirs")
    client = log_in("administrator")

    assert "theirs" not in client.get(TOKENS).text
    assert client.post(f"{TOKENS}/1/revoke").status_code == 404
    close_read_session()
    assert read_session().get_one(ApiToken, 1).revoked_at is None


@pytest.mark.parametrize("form", [{"name": ""}, {"scope": "all"}, {"days": "9999"}, {"days": "x"}])
def test_a_form_that_does_not_fit_is_refused_in_words(log_in, form: dict[str, str]):
    client = log_in("researcher")

    page = client.post(TOKENS, data={"name": "night", "scope": "read", "days": "90", **form})

    assert page.status_code == 422
    assert 'role="alert"' in page.text


def test_a_study_of_others_cannot_be_named(log_in, bank_study: Study):
    client = log_in("researcher", is_member=False)

    page = client.post(TOKENS, data={"name": "x", "scope": "read", "days": "7", "study": str(bank_study.id)})

    assert page.status_code == 404


# ---- webhooks -------------------------------------------------------------------------------------------------------
def hook_of(study: Study, **more: object) -> int:
    with transaction() as session:
        hook = Webhook(study_id=study.id, url="https://receiver.example/hook", events=list(EVENTS), nonce=new_nonce(),
                       **more)
        session.add(hook)
        session.flush()
        return hook.id


def test_a_webhook_inside_is_refused_on_the_page_and_what_was_typed_stays(log_in, bank_study: Study):
    client = log_in("researcher")

    page = client.post(f"/studies/{bank_study.id}/webhooks",
                       data={"url": "https://169.254.169.254/latest", "events": ["wave.closed"]})

    assert page.status_code == 422
    assert "private network" in page.text
    assert 'value="https://169.254.169.254/latest"' in page.text
    assert page.text.count(" checked") == 1


def test_a_test_is_queued_and_a_webhook_removed(log_in, bank_study: Study):
    client, number = log_in("researcher"), hook_of(bank_study)

    tried = client.post(f"/studies/{bank_study.id}/webhooks/{number}/test", follow_redirects=True)
    close_read_session()
    waiting = read_session().scalars(select(WebhookDelivery.event)).all()
    removed = client.post(f"/studies/{bank_study.id}/webhooks/{number}/remove", follow_redirects=True)

    assert waiting == ["webhook.test"]
    assert "webhook.test" in tried.text
    assert "receiver.example" not in removed.text


def test_a_webhook_that_was_switched_off_is_told_on_the_study_and_switched_on(log_in, bank_study: Study):
    client, number = log_in("researcher"), hook_of(bank_study, disabled_at=utc_now())

    told = client.get(f"/studies/{bank_study.id}").text
    client.post(f"/studies/{bank_study.id}/webhooks/{number}/enable")
    close_read_session()

    assert "1 webhook was switched off" in told
    assert "was switched off" not in client.get(f"/studies/{bank_study.id}").text


def test_a_webhook_of_another_study_is_not_found(log_in, bank_study: Study):
    client, number = log_in("researcher"), hook_of(bank_study)
    with transaction() as session:
        other = Study(name="other", template_key="bank_crm", template=bank_study.template, facts={}, thresholds={})
        session.add(other)
        session.flush()
        session.execute(update(Webhook).values(study_id=other.id))

    assert client.post(f"/studies/{bank_study.id}/webhooks/{number}/remove").status_code == 404
