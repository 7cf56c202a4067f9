"""A questionnaire on a device at the counter: whoever comes next finds nothing of the person before."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.models.response import KIOSK, LEFT, OPEN, SUBMITTED, WEB, Response
from surveyapp.services.qr import qr_svg
from surveyapp.services.study import close_wave, get_study, get_wave
from surveyapp.views import response as response_views
from tests.factories import questionnaire as make
from tests.factories.questionnaire import Respondent
from tests.web.test_response import ALL_OF_B, ALL_OF_C, ALL_OF_D

BATCH = "outlet-07"


class AtKiosk(Respondent):
    """Somebody at the counter."""

    def __init__(self, client: FlaskClient, link_token: str, batch: str = BATCH) -> None:
        super().__init__(client, link_token)
        self.link = self.address = f"/k/{link_token}/{batch}" if batch else f"/k/{link_token}"
        self.page = client.get(f"{self.link}?lang=en")

    def _follow(self, path: str) -> None:
        super()._follow(path)
        self.whole = self.page.request.full_path.rstrip("?")     # with the ticket, as the browser's history has it


@pytest.fixture
def link(database: Database) -> str:
    with transaction() as session:
        return make.link_of(session, make.study(session)).token


@pytest.fixture
def visitor(client: FlaskClient, link: str) -> AtKiosk:
    return AtKiosk(client, link).begin()


def only_response() -> Response:
    close_read_session()
    return read_session().scalars(select(Response)).one()


def fill_in(visitor: AtKiosk) -> AtKiosk:
    return visitor.post(ROLE="teller").post(**ALL_OF_B).post(**ALL_OF_C).post(deed="submit", **ALL_OF_D)


def test_a_response_at_the_counter_has_its_mode_and_the_outlets_code(visitor: AtKiosk):
    fill_in(visitor)
    found = only_response()

    assert (found.mode, found.batch, found.state) == (KIOSK, BATCH, SUBMITTED)
    assert (found.source, found.resume_hash, found.resume_box) == ("web", None, None)


def test_without_an_outlets_code_there_is_none(client: FlaskClient, link: str):
    AtKiosk(client, link, batch="").begin()

    assert (only_response().mode, only_response().batch) == (KIOSK, None)


def test_a_response_by_the_ordinary_link_is_of_the_web(client: FlaskClient, link: str):
    page = Respondent(client, link).begin().page.text

    assert (only_response().mode, only_response().batch) == (WEB, None)
    assert "kiosk.js" not in page
    assert "Stop and clear" not in page


@pytest.mark.parametrize("batch", ["a b", "<i>", "x" * 41, "姓名"])
def test_what_is_no_batch_code_is_refused(client: FlaskClient, link: str, batch: str):
    reply = client.get(f"/k/{link}/{batch}?lang=en")

    assert reply.status_code == 409
    assert "This is no batch code." in reply.text


def test_no_page_leads_on_elsewhere_or_later(visitor: AtKiosk):
    pages = [visitor.client.get(visitor.link).text, visitor.page.text, visitor.post(ROLE="teller").page.text,
             visitor.client.get(visitor.page.request.full_path.replace("/r/", "/e/").replace("/B?", "?")).text]

    for page in pages:
        assert "kiosk.js" in page
        assert f'data-start="{visitor.link}"' in page
        assert f'<noscript><meta http-equiv="refresh" content="300; url={visitor.link}"></noscript>' in page
        assert not re.search(r'href="[^"]*/(resume|withdraw|accessibility)', page)
        assert "Go on later" not in page
    assert "You have reached the end" in pages[-1]
    assert "the code of this outlet" in pages[0]


def test_the_code_is_shown_once_on_the_last_page(visitor: AtKiosk):
    last = fill_in(visitor).page
    again = visitor.client.get(f"/r/{visitor.token}")
    sent_again = visitor.client.post(f"/r/{visitor.token}/D", data={":deed": "submit"}, follow_redirects=True)

    assert re.search(r'class="value"[^>]*>[0-9A-Z]{4}-', last.text)
    assert "http://localhost/withdraw" in last.text
    assert f'<a class="button primary" href="{visitor.link}">' in last.text
    assert f'content="60; url={visitor.link}"' in last.text
    assert last.headers["Cache-Control"] == "no-store"
    assert (again.status_code, again.headers["Location"]) == (303, visitor.link)
    assert sent_again.request.path == visitor.link
    assert 'class="value"' not in sent_again.text


def test_handing_in_with_gaps_shows_the_code_once_as_well(visitor: AtKiosk):
    visitor.post(ROLE="teller").post(L1="4").post(**ALL_OF_C).post(deed="submit", **ALL_OF_D).hand_in()
    again = visitor.client.post(f"/e/{visitor.token}", follow_redirects=True)

    assert 'class="value"' in visitor.page.text
    assert again.request.path == visitor.link


def test_the_code_of_the_last_page_withdraws(visitor: AtKiosk):
    code = re.search(r'class="value"[^>]*>([^<]+)<', fill_in(visitor).page.text)[1]
    reply = visitor.client.post("/withdraw?lang=en", data={"code": code})

    assert reply.status_code == 200
    assert only_response().consent["is_revoked"] is True


def test_who_goes_away_leaves_nothing_to_the_next_and_counts_as_broken_off(visitor: AtKiosk):
    visitor.post(ROLE="teller")
    history = [visitor.whole, visitor.whole.replace("/B?", "/A?"), f"/r/{visitor.token}", f"/e/{visitor.token}"]
    gone = visitor.client.post(f"/l/{visitor.token}")
    replies = [visitor.client.get(path) for path in history]
    late = visitor.client.post(f"/r/{visitor.token}/B", data={":only": "L1", "L1": "4"})

    assert gone.headers["Location"] == visitor.link
    assert [(reply.status_code, reply.headers["Location"]) for reply in replies] == [(303, visitor.link)] * 4
    assert late.status_code == 409
    assert (only_response().state, only_response().ended_by) == (OPEN, LEFT)


def test_an_old_address_of_the_history_shows_nothing_even_if_nobody_said_that_they_go(
        visitor: AtKiosk, monkeypatch: pytest.MonkeyPatch):
    visitor.post(ROLE="teller")
    at_once = visitor.client.get(visitor.whole)
    bare = visitor.client.get(visitor.address)
    now = response_views._now_ms()
    monkeypatch.setattr(response_views, "_now_ms", lambda: now + 301_000)
    later = visitor.client.get(visitor.whole)

    assert at_once.status_code == 200
    assert (bare.status_code, bare.headers["Location"]) == (303, visitor.link)
    assert (later.status_code, later.headers["Location"]) == (303, visitor.link)


def test_going_back_by_the_button_of_the_page_works(visitor: AtKiosk):
    visitor.post(ROLE="teller").post(deed="back", L1="4")

    assert visitor.address.endswith("/A")
    assert 'value="teller" checked' in visitor.page.text


def test_a_response_of_the_web_cannot_be_left(client: FlaskClient, link: str):
    respondent = Respondent(client, link).begin()
    client.post(f"/l/{respondent.token}")

    assert only_response().ended_by is None
    assert respondent.post(ROLE="teller").page.status_code == 200


def test_looking_at_the_first_page_stores_nothing_and_going_away_needs_a_post(visitor: AtKiosk):
    assert visitor.client.get(f"/l/{visitor.token}").status_code == 405
    assert only_response().ended_by is None


def test_an_invited_questionnaire_is_not_shown_at_the_counter(client: FlaskClient, link: str):
    with transaction() as session:
        make.link_of(session, get_study(session, "small")).is_by_invitation = True

    assert client.get(f"/k/{link}").status_code == 403


# ---- pages that refuse ----------------------------------------------------------------------------------------------
def clears_itself(page: str, start: str) -> bool:
    return all(part in page for part in (
        "kiosk.js", f'data-start="{start}"', f'content="60; url={start}"',
        f'<a class="button primary" href="{start}">'))


def close() -> None:
    close_read_session()
    with transaction() as session:
        study = get_study(session, "small")
        close_wave(session, study, get_wave(session, study))


def test_a_closed_questionnaire_clears_itself_on_every_page(visitor: AtKiosk):
    visitor.post(ROLE="teller")
    close()
    replies = [visitor.client.get(visitor.link), visitor.client.get(visitor.whole),
               visitor.client.post(visitor.address, data={**visitor.hidden, ":deed": "next", "L1": "4"}),
               visitor.client.post(f"/e/{visitor.token}")]

    assert [reply.status_code for reply in replies] == [409] * 4
    assert all("This questionnaire is closed." in reply.text for reply in replies)
    assert all(clears_itself(reply.text, visitor.link) for reply in replies)


def test_an_unknown_link_and_a_page_that_was_left_clear_themselves(visitor: AtKiosk):
    visitor.post(ROLE="teller")
    visitor.client.post(f"/l/{visitor.token}")
    left = visitor.client.post(f"/r/{visitor.token}/B", data={":deed": "next", "L1": "4"}, follow_redirects=True)
    unknown = visitor.client.get("/k/nothing/outlet-07")

    assert left.request.path == visitor.link or clears_itself(left.text, visitor.link)
    assert (unknown.status_code, clears_itself(unknown.text, "/k/nothing/outlet-07")) == (404, True)


def test_a_refusal_elsewhere_stays_as_it_is(client: FlaskClient, link: str):
    respondent = Respondent(client, link).begin()
    close()
    replies = [client.get(f"/q/{link}"), client.get("/q/nothing"), client.get(f"/r/{respondent.token}/A"),
               client.get("/r/nothing/A")]

    assert {reply.status_code for reply in replies} == {404, 409}
    assert not any("kiosk.js" in reply.text for reply in replies)


def test_an_odd_outlets_code_is_escaped_in_the_refusal(client: FlaskClient, link: str):
    page = client.get(f"/k/{link}/'\"><script>").text

    assert "This is no batch code." in page
    assert f'data-start="/k/{link}/%27%22%3E%3Cscript%3E"' in page


# ---- for staff ------------------------------------------------------------------------------------------------------
def test_the_invitation_page_gives_the_kiosks_address_and_its_qr_code(log_in, link: str):
    staff = log_in("administrator")
    with transaction() as session:
        path = f"/studies/{get_study(session, 'small').id}/waves/w1/invitations/staff"
    plain, named, wrong = (staff.get(f"{path}{query}") for query in ("", "?kiosk=outlet-07", "?kiosk=a+b"))
    code = staff.get(f"{path}/qr.svg?kiosk=outlet-07")

    assert f'href="http://localhost/k/{link}"' in plain.text
    assert f'href="http://localhost/k/{link}/outlet-07"' in named.text
    assert f"{path}/qr.svg?kiosk=outlet-07" in named.text
    assert "This is no batch code." in wrong.text
    assert code.text == qr_svg(f"http://localhost/k/{link}/outlet-07")
    assert staff.get(f"{path}/qr.svg").text == qr_svg(f"http://localhost/q/{link}")


def test_an_invited_questionnaire_has_no_kiosk_to_offer(log_in, link: str):
    staff = log_in("administrator")
    with transaction() as session:
        study = get_study(session, "small")
        make.link_of(session, study).is_by_invitation = True
        path = f"/studies/{study.id}/waves/w1/invitations/staff"

    assert "/k/" not in staff.get(path).text
