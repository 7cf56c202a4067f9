"""The pages on which piles are drawn, entered again, settled and corrected."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.models.account import Account
from surveyapp.models.correction import AnswerChange
from surveyapp.models.paper import PaperSheet
from surveyapp.models.response import Response, ResponsePage
from surveyapp.services.account import add_member
from surveyapp.services.study import close_wave, get_study, get_wave
from tests.factories import questionnaire as make
from tests.factories.paper import TYPED


@pytest.fixture
def address(database: Database) -> str:
    with transaction() as session:
        return f"/studies/{make.study(session).id}/waves/w1/paper/staff"


@pytest.fixture
def client(log_in, address: str) -> FlaskClient:
    return let_in(log_in(), "small")


def let_in(client: FlaskClient, study: str, login: str = "researcher@example") -> FlaskClient:
    with transaction() as session:
        account = session.scalars(select(Account).where(Account.login == login)).one()
        add_member(session, get_study(session, study), account)
    return client


def form_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def typed(**changes: str) -> dict[str, str]:
    return {f"f:{key}": text for key, text in {**TYPED, **changes}.items()}


def enter(client: FlaskClient, address: str, **changes: str) -> str:
    """Enter a sheet as the page asks for it; return the number it showed."""
    hidden = form_of(client.get(f"{address}?batch=north&language=en").text)
    page = client.post(address, data={**hidden, "consent": "yes", **typed(**changes)}, follow_redirects=True)
    assert f"Sheet {hidden['number']} is stored." in page.text
    return hidden["number"]


def finished(client: FlaskClient, address: str, n: int = 6) -> tuple[str, list[str]]:
    """Enter and finish a pile; return its address and the drawn numbers as the page lists them."""
    for _ in range(n):
        enter(client, address)
    pile = re.search(r'action="([^"]*/check/piles/\d+)"', client.get(f"{address}/check").text)[1]
    page = client.post(pile, data={"deed": "finish"}, follow_redirects=True).text
    return pile, re.findall(r"/piles/\d+/(\d+)/again", page)


def n_of(table: type) -> int:
    close_read_session()
    return read_session().scalar(select(func.count()).select_from(table)) or 0


def stored(item: str) -> list[object]:
    close_read_session()
    return sorted(page.answers[item] for page in read_session().scalars(select(ResponsePage)) if item in page.answers)


def test_the_page_gives_each_sheet_a_number_and_keeps_it_while_something_is_wrong(client: FlaskClient, address: str):
    hidden = form_of(client.get(f"{address}?batch=north&language=en").text)
    wrong = client.post(address, data={**hidden, "consent": "yes", **typed(L1="9")})

    assert f'<strong class="value">{hidden["number"]}</strong>' in wrong.text
    assert form_of(wrong.text)["token"] == hidden["token"]


def test_a_second_click_on_the_button_stores_nothing_more(client: FlaskClient, address: str):
    hidden = form_of(client.get(f"{address}?batch=north&language=en").text)
    for _ in range(2):
        page = client.post(address, data={**hidden, "consent": "yes", **typed()}, follow_redirects=True)
        assert f"Sheet {hidden['number']} is stored." in page.text

    assert n_of(Response) == 1


def test_two_clerks_with_one_number_are_told_the_new_one(client: FlaskClient, address: str):
    first, second = (form_of(client.get(f"{address}?batch=north&language=en").text) for _ in range(2))
    client.post(address, data={**first, "consent": "yes", **typed()})
    page = client.post(address, data={**second, "number": first["number"], "consent": "yes", **typed()},
                       follow_redirects=True).text

    number = re.search(r"Its number is now (\d+): write this one on it", page)[1]
    assert number != first["number"]
    assert n_of(Response) == 2


def test_no_sheet_is_marked_as_drawn_before_the_pile_is_finished(client: FlaskClient, address: str):
    enter(client, address)
    page = client.get(f"{address}/check").text

    assert "being entered" in page
    assert "/again" not in page
    assert "Finish the pile and draw sheets" in page


def test_a_pile_is_entered_again_compared_and_its_numbers_deleted(client: FlaskClient, address: str):
    pile, numbers = finished(client, address)
    assert len(numbers) == 5
    blind = client.get(f"{pile}/{numbers[0]}/again").text
    assert "The first entry is not shown." in blind
    assert "You entered this sheet first yourself" in blind
    assert not re.search(r'name="f:\w+" value="[^"]+"', blind)

    differs = client.post(f"{pile}/{numbers[0]}/again", data={"consent": "yes", **typed(L1="5", OPEN="Less time.")},
                          follow_redirects=True)
    assert "2 questions differ from the first entry." in differs.text
    assert re.search(r"First entry: <strong>4</strong>", differs.text)
    assert re.search(r"Second entry: <strong>5</strong>", differs.text)
    for number in numbers[1:]:
        same = client.post(f"{pile}/{number}/again", data={"consent": "yes", **typed()}, follow_redirects=True)
        assert "Both entries are the same." in same.text
    refused = client.post(pile, data={"deed": "end"})
    assert refused.status_code == 422
    assert "1 have differences that are not settled" in refused.text

    page = f"{pile}/{numbers[0]}/differences"
    assert client.post(page, data={"item": "L1", "choice": "second"}, follow_redirects=True).status_code == 200
    wrong = client.post(page, data={"item": "OPEN", "choice": "nothing"})
    assert (wrong.status_code, "Nothing was chosen." in wrong.text) == (422, True)
    done = client.post(page, data={"item": "OPEN", "choice": "other", "f:OPEN": "No time."}, follow_redirects=True)
    assert "All differences of this sheet are settled." in done.text
    ended = client.post(pile, data={"deed": "end"}, follow_redirects=True).text

    assert "checked" in ended
    assert "Fields that differ: 1 of 70" in ended
    assert "own words that differ: 1 of 10" in ended
    assert "1.43%" in ended
    assert "first entry wrong: 1" in ended
    assert n_of(PaperSheet) == 0
    assert stored("L1") == [4, 4, 4, 4, 4, 5]
    assert stored("OPEN") == ["More time."] * 5 + ["No time."]


def test_something_else_that_cannot_stand_there_is_told_beside_the_question(client: FlaskClient, address: str):
    pile, numbers = finished(client, address)
    client.post(f"{pile}/{numbers[0]}/again", data={"consent": "yes", **typed(L1="5")})
    page = client.post(f"{pile}/{numbers[0]}/differences", data={"item": "L1", "choice": "other", "f:L1": "8"})

    assert page.status_code == 422
    assert "There is no box 8 at this question." in page.text
    assert stored("L1") == [4] * 6


def test_a_second_entry_without_consent_is_refused(client: FlaskClient, address: str):
    pile, numbers = finished(client, address)
    page = client.post(f"{pile}/{numbers[0]}/again", data=typed())

    assert page.status_code == 422
    assert "take it back under" in page.text


def test_further_sheets_are_drawn_on_demand(client: FlaskClient, address: str):
    pile, _ = finished(client, address, 7)
    page = client.post(pile, data={"deed": "all"}, follow_redirects=True).text

    assert len(re.findall(r"/piles/\d+/\d+/again", page)) == 7


def test_an_answer_is_corrected_by_the_number_and_the_history_shows_values_after_closing(
        client: FlaskClient, address: str):
    number = enter(client, address)
    pile = re.search(r'href="([^"]*/piles/\d+)/correct"', client.get(f"{address}/check").text)[1]
    form = client.get(f"{pile}/correct?item=L1").text
    assert 'name="f:L1" value=""' in form
    page = client.post(f"{pile}/correct", data={"item": "L1", "number": number, "f:L1": "2", "reason": "misread",
                                                "deed": "correct"}, follow_redirects=True).text

    assert "The correction is stored." in page
    assert stored("L1") == [2]
    assert "misread" in page
    assert "<td>4</td><td>2</td>" not in page

    with transaction() as session:
        study = get_study(session, "small")
        close_wave(session, study, get_wave(session, study))
    assert "<td>4</td><td>2</td><td>misread</td>" in client.get(f"{address}/check").text


@pytest.mark.parametrize(("changes", "words"), [
    ({"number": "99999"}, "There is no sheet 99999 in this pile."), ({"number": ""}, "There is no number."),
    ({"f:L1": "9"}, "There is no box 9 at this question."), ({"reason": ""}, "A correction needs a reason.")])
def test_a_correction_that_does_not_fit_is_told_and_nothing_is_lost(
        client: FlaskClient, address: str, changes: dict[str, str], words: str):
    number = enter(client, address)
    pile = re.search(r'href="([^"]*/piles/\d+)/correct"', client.get(f"{address}/check").text)[1]
    form = {"item": "L1", "number": number, "f:L1": "2", "reason": "misread", "deed": "correct", **changes}
    page = client.post(f"{pile}/correct", data=form)

    assert page.status_code == 422
    assert words in page.text
    assert f'value="{form["f:L1"]}"' in page.text
    assert (stored("L1"), n_of(AnswerChange)) == ([4], 0)


def test_a_sheet_is_taken_back_only_if_somebody_means_it(client: FlaskClient, address: str):
    number = enter(client, address)
    pile = re.search(r'href="([^"]*/piles/\d+)/correct"', client.get(f"{address}/check").text)[1]
    form = {"number": number, "reason": "entered twice", "deed": "back"}

    assert client.post(f"{pile}/correct", data=form).status_code == 422
    assert n_of(Response) == 1
    assert client.post(f"{pile}/correct", data={**form, "sure": "yes"}).status_code == 302
    assert n_of(Response) == 0


def test_the_pages_of_another_studys_pile_do_not_exist(client: FlaskClient, address: str):
    pile, numbers = finished(client, address)
    with transaction() as session:
        other = make.study(session, "other").id
    let_in(client, "other")
    elsewhere = re.sub(r"/studies/\d+/", f"/studies/{other}/", pile)

    assert client.get(f"{elsewhere}/{numbers[0]}/again").status_code == 404
    assert client.get(f"{elsewhere}/correct").status_code == 404


def test_the_dashboard_leads_to_the_check_and_warns_before_closing(client: FlaskClient, address: str):
    finished(client, address)
    page = client.get(f"/studies/{address.split('/')[2]}/fieldwork").text

    assert f"{address}/check" in page
    assert "1 pile is not checked yet; closing ends the check." in page
