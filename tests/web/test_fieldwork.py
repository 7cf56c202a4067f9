"""The dashboard of fieldwork, as a researcher sees and uses it."""

import pytest
from sqlalchemy import select

from surveyapp.db.session import transaction
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.account import add_member
from surveyapp.services.study import get_study, get_wave
from surveyapp.services.upkeep import close_collection
from tests.factories.roster import SECRET, finish, fresh, roster


@pytest.fixture
def page(bank_study: Study) -> str:
    return f"/studies/{bank_study.id}/fieldwork"


def wave(study: Study, key: str) -> Wave:
    return fresh().scalars(select(Wave).where(Wave.study_id == study.id, Wave.key == key)).one()


def test_a_wave_is_made_planned_opened_and_closed_on_the_page(log_in, bank_study, page):
    client = log_in()
    base = f"/studies/{bank_study.id}/waves"

    client.post(base, data={"key": "w2"})
    client.post(f"{base}/w2", data={"deed": "plan", "opens": "2099-01-01T08:00", "closes": "2099-02-01T18:00"})
    client.post(f"{base}/w2", data={"deed": "define", "complete": "90", "partial": "60"})
    planned = wave(bank_study, "w2")
    client.post(f"{base}/w2", data={"deed": "open"})
    opened = wave(bank_study, "w2").opened_at
    client.post(f"{base}/w2", data={"deed": "close"})
    shown = client.get(page).text

    assert (planned.opened_at, planned.complete_from, planned.partial_from) == (None, 0.9, 0.6)
    assert planned.closes_at is not None
    assert opened is not None
    assert wave(bank_study, "w2").closed_at is not None
    assert "How the cases ended" in shown
    client.post(f"{base}/w2", data={"deed": "reopen"})
    assert wave(bank_study, "w2").closed_at is None


@pytest.mark.parametrize("form", [{"deed": "explode"}, {}, {"deed": "define", "complete": "x"},
                                  {"deed": "plan", "opens": "soon"}])
def test_a_senseless_deed_is_refused(log_in, bank_study, form):
    assert log_in().post(f"/studies/{bank_study.id}/waves/w1", data=form).status_code == 422


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_speaks_both_languages(log_in, page, language):
    client = log_in()
    client.post("/language", data={"language": language})

    assert {"en": "Retention and erasure", "zh": "保留与删除"}[language] in client.get(page).text


def test_the_retention_date_is_set_on_the_page(log_in, bank_study, page):
    client = log_in()

    client.post(f"{page}/retention", data={"until": "2028-12-31", "erase": "answers"})
    wrong = client.post(f"{page}/retention", data={"until": "never", "erase": "answers"})

    study = get_study(fresh(), bank_study.id)
    assert (study.retain_until.isoformat(), study.erasure) == ("2028-12-31", "answers")
    assert wrong.status_code == 422


def test_a_person_is_erased_on_the_page(log_in, bank_study):
    client = log_in()
    people = roster(name="other")
    with transaction() as session:
        from surveyapp.models.account import Account

        add_member(session, get_study(session, people.study.id), session.scalars(select(Account)).one())
    place = f"/studies/{people.study.id}"
    shown = client.get(f"{place}/waves/w1/invitations/staff").text

    client.post(f"{place}/fieldwork/w1/staff/people/1/erase")

    assert "answers cannot be found" in shown
    assert "Person 1<" not in client.get(f"{place}/waves/w1/invitations/staff").text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_wave_that_stays_closed_offers_no_button_and_says_why(client, log_in, language):
    people = roster()
    finish(client, people.tokens[0])
    with transaction() as session:
        close_collection(session, SECRET, get_study(session, people.study.id), get_wave(session, people.study))
    researcher = log_in()
    with transaction() as session:
        from surveyapp.models.account import Account

        add_member(session, get_study(session, people.study.id), session.scalars(select(Account)).one())
    researcher.post("/language", data={"language": language})

    pages = [researcher.get(f"/studies/{people.study.id}{place}").text for place in ("", "/fieldwork")]

    told = {"en": "This wave stays closed. People answered this wave anonymously",
            "zh": "该轮次不能重新开放。"}[language]
    assert all(told in page and 'value="reopen"' not in page for page in pages)
    assert researcher.post(f"/studies/{people.study.id}/waves/w1", data={"deed": "reopen"}).status_code in (409, 422)
