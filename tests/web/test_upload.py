"""Files that respondents send: stored with their page, refused in words, never at the cost of another answer."""

import io
import re
import zipfile

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from instruments.schema import LEFT_BLANK, NOT_SHOWN
from surveyapp.db.session import transaction
from surveyapp.models.account import Account
from surveyapp.services import response_file
from surveyapp.services.account import add_member
from surveyapp.services.study import close_wave, get_study, get_wave
from surveyapp.views import posted_files
from tests.factories import files as file
from tests.factories import questionnaire as make
from tests.factories import uploads
from tests.factories.questionnaire import Respondent
from tests.factories.uploads import sent, stored_answers, stored_files

BIG = b"\xff\xd8\xff" + b"\0" * 1_000_001


@pytest.fixture
def link(database) -> str:
    with transaction() as session:
        return make.link_of(session, uploads.study(session)).token


@pytest.fixture
def respondent(client: FlaskClient, link: str) -> Respondent:
    return Respondent(client, link).begin()


def ticked(respondent: Respondent) -> str:
    """Return the name of the stored file that the page offers to keep."""
    return re.search(r'name="\w+" value="(\w+\.\w+)" checked', respondent.page.text)[1]


def test_a_file_is_stored_with_its_page_under_a_random_name(respondent: Respondent):
    respondent.post(ROLE="rm", PHOTO=sent(file.picture(), "Li Lei at home.jpg"), WHY="because")

    stored = stored_files()["PHOTO"]
    assert stored_answers() | {"ROLE": "rm", "PHOTO": stored.name, "WHY": "because"} == stored_answers()
    assert re.fullmatch(r"[0-9a-f]{32}\.jpg", stored.name)
    assert stored.size == len(stored.content)
    assert file.PLACE not in stored.content
    assert "Li Lei" not in str(stored_answers())
    assert "Page B" in respondent.page.text


def test_the_page_says_what_is_taken_and_asks_a_browser_for_it(respondent: Respondent):
    assert 'enctype="multipart/form-data"' in respondent.page.text
    assert 'accept="image/jpeg,image/png,image/webp"' in respondent.page.text
    assert "Taken: pictures (JPEG, PNG, WebP), up to 1 MB." in respondent.page.text


@pytest.mark.parametrize(("content", "status", "words"), [
    (BIG, 413, "larger than 1 MB"), (file.archive(), 422, "not taken here"), (file.SVG, 422, "not taken here"),
    (file.HTML, 422, "not taken here"), (b"", 422, "The file is empty"), (file.picture()[:-60], 422, "damaged"),
    (file.HEIC, 422, "HEIC"), (b"\x89PNG\r\n\x1a\n" + file.archive(), 422, "damaged"),
])
def test_a_file_that_cannot_be_taken_is_told_and_costs_no_other_answer(respondent: Respondent, content: bytes,
                                                                        status: int, words: str):
    respondent.post(ROLE="rm", PHOTO=sent(content, "picture.png"), NOTES="a long text")

    assert respondent.page.status_code == status
    assert words in respondent.page.text
    assert "a long text" in respondent.page.text
    assert stored_answers()["ROLE"] == "rm"
    assert stored_answers()["NOTES"] == "a long text"
    assert "PHOTO" not in stored_answers()
    assert stored_files() == {}


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\a\\b.jpg", "\u202egpj.exe", "a" * 3000, "x;y=\"z\".jpg"])
def test_a_name_is_never_used(respondent: Respondent, name: str):
    respondent.post(PHOTO=sent(file.picture(), name))

    assert re.fullmatch(r"[0-9a-f]{32}\.jpg", stored_files()["PHOTO"].name)


def test_no_file_is_no_answer(respondent: Respondent):
    respondent.post(ROLE="rm", PHOTO=(io.BytesIO(b""), ""))

    assert stored_answers()["PHOTO"] == LEFT_BLANK
    assert stored_answers()["WHY"] == NOT_SHOWN


def test_a_page_sent_twice_stores_one_file(respondent: Respondent, client: FlaskClient):
    form = {**respondent.hidden, ":deed": "next", "ROLE": "rm"}
    address = respondent.address
    for _ in range(2):
        client.post(address, data={**form, "PHOTO": sent(file.picture())})

    assert stored_files()["PHOTO"].name == stored_answers()["PHOTO"]
    assert len(stored_files()) == 1


def test_the_back_button_finds_the_file_still_there(respondent: Respondent):
    respondent.post(ROLE="rm", PHOTO=sent(file.picture()))
    name = stored_answers()["PHOTO"]

    respondent.open("A")
    respondent.post(PHOTO=[name, (io.BytesIO(b""), "")], ROLE="teller")

    assert stored_answers()["PHOTO"] == name == stored_files()["PHOTO"].name
    assert stored_answers()["ROLE"] == "teller"


def test_another_file_takes_the_place_of_the_first(respondent: Respondent):
    respondent.post(PHOTO=sent(file.picture()))
    first = stored_answers()["PHOTO"]

    respondent.open("A").post(PHOTO=[ticked(respondent), sent(file.picture("PNG"))])

    assert list(stored_files()) == ["PHOTO"]
    assert stored_files()["PHOTO"].name == stored_answers()["PHOTO"] != first
    assert stored_files()["PHOTO"].name.endswith(".png")


def test_a_file_whose_tick_is_taken_away_is_deleted(respondent: Respondent):
    respondent.post(ROLE="rm", PHOTO=sent(file.picture()), WHY="x")

    respondent.open("A").post(ROLE="rm", PHOTO=(io.BytesIO(b""), ""))

    assert stored_files() == {}
    assert stored_answers()["PHOTO"] == LEFT_BLANK


def test_a_refused_file_leaves_the_one_before(respondent: Respondent):
    respondent.post(PHOTO=sent(file.picture()))
    name = stored_answers()["PHOTO"]

    respondent.open("A").post(PHOTO=[name, sent(file.SVG)])

    assert respondent.page.status_code == 422
    assert stored_answers()["PHOTO"] == name == stored_files()["PHOTO"].name


def test_a_second_window_without_the_file_deletes_nothing(respondent: Respondent, client: FlaskClient):
    old_form = {**respondent.hidden, ":deed": "next"}
    address = respondent.address
    respondent.post(ROLE="rm", PHOTO=sent(file.picture()))

    client.post(address, data={**old_form, "NOTES": "from the other window", "PHOTO": (io.BytesIO(b""), "")})

    assert stored_files()["PHOTO"].name == stored_answers()["PHOTO"]
    assert stored_answers()["NOTES"] == "from the other window"
    assert stored_answers()["ROLE"] == "rm"


def test_the_name_of_somebody_elses_file_is_no_answer(respondent: Respondent, client: FlaskClient, link: str):
    respondent.post(PHOTO=sent(file.picture()))
    name = stored_answers()["PHOTO"]
    other = Respondent(client, link).begin()

    other.post(PHOTO=[name, (io.BytesIO(b""), "")])

    assert [one.name for one in stored_files().values()] == [name]
    assert "A file is stored" not in other.open("A").page.text


def test_a_file_that_is_not_asked_for_in_the_end_is_deleted(respondent: Respondent):
    respondent.post(ROLE="rm", PHOTO=sent(file.picture()), WHY="x").post(PAPER=sent(file.PDF, "cv.pdf"))
    assert set(stored_files()) == {"PHOTO", "PAPER"}

    name = stored_answers()["PHOTO"]
    respondent.open("A").post(ROLE="teller", PHOTO=[name, (io.BytesIO(b""), "")])
    respondent.hand_in()

    assert set(stored_files()) == {"PHOTO"}
    assert stored_answers()["PAPER"] == NOT_SHOWN


def test_a_file_in_a_field_that_takes_none_is_passed_over(respondent: Respondent):
    respondent.post(ROLE="rm", NOTES=sent(b"not a field of files"), STRANGE=sent(file.picture()))

    assert stored_files() == {}
    assert stored_answers()["ROLE"] == "rm"


def test_a_body_far_too_large_is_not_read_on_and_keeps_what_came_before(respondent: Respondent,
                                                                         monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(posted_files, "MOST_SENT", 2_000_000)

    respondent.post(ROLE="rm", PHOTO=sent(b"\xff\xd8\xff" + b"\0" * 3_000_000))

    assert respondent.page.status_code == 413
    assert "larger than 1 MB" in respondent.page.text
    assert stored_answers()["ROLE"] == "rm"
    assert stored_files() == {}


def test_nothing_of_a_file_too_large_is_kept_while_it_is_read(respondent: Respondent, monkeypatch: pytest.MonkeyPatch):
    kept: list[int] = []

    class Store(io.BytesIO):
        def write(self, data: bytes) -> int:
            n = super().write(data)
            kept.append(self.tell())
            return n

    monkeypatch.setattr(posted_files, "_new_store", Store)

    respondent.post(PHOTO=sent(b"\xff\xd8\xff" + b"\0" * 5_000_000))

    assert respondent.page.status_code == 413
    assert max(kept, default=0) <= 1_000_000


def test_a_wave_takes_only_so_many_bytes(respondent: Respondent, client: FlaskClient, link: str,
                                         monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(response_file, "MOST_OF_WAVE", 2000)
    respondent.post(PHOTO=sent(file.picture()))
    other = Respondent(client, link).begin()

    other.post(ROLE="rm", PHOTO=sent(file.picture(size=(200, 200))))

    assert other.page.status_code == 422
    assert "No more files can be stored" in other.page.text


def test_pages_with_files_beyond_what_is_read_at_once_are_asked_to_wait(respondent: Respondent,
                                                                        monkeypatch: pytest.MonkeyPatch):
    class Full:
        def acquire(self, timeout: float) -> bool:
            return False

    monkeypatch.setattr(posted_files, "_places", Full())

    respondent.post(PHOTO=sent(file.picture()))

    assert respondent.page.status_code == 503
    assert respondent.page.headers["Retry-After"]


def test_a_stranger_sends_no_file(client: FlaskClient, link: str):
    reply = client.post(f"/r/{'x' * 48}/A", data={"PHOTO": sent(file.picture())})

    assert reply.status_code == 404
    assert stored_files() == {}


@pytest.mark.parametrize("body", [b"", b"--x\r\n", b"--x\r\nContent-Disposition: form-data; name=ROLE\r\n\r\nrm"])
def test_a_page_that_breaks_off_stores_nothing(respondent: Respondent, client: FlaskClient, body: bytes):
    reply = client.post(respondent.address, data=body, content_type="multipart/form-data; boundary=x")

    assert reply.status_code == 409
    assert "could not be read" in reply.text
    assert stored_answers() == {}


def test_the_browsers_own_saving_touches_no_file(respondent: Respondent, client: FlaskClient):
    address = respondent.address
    respondent.post(PHOTO=sent(file.picture()))

    client.post(address, data={":only": "PHOTO,NOTES", "NOTES": "kept"})

    assert stored_files()["PHOTO"].name == stored_answers()["PHOTO"]
    assert stored_answers()["NOTES"] == "kept"


def test_an_answered_file_can_be_refused_like_any_answer(client: FlaskClient, database):
    items = (make.item("PHOTO", "A", "upload", is_required=True), *make.ITEMS[2:7])
    with transaction() as session:
        study = make.study(session, "small", make.instrument(items=items, sections=make.SECTIONS[:2]))
        token = make.link_of(session, study).token
    respondent = Respondent(client, token).begin()

    respondent.post(PHOTO=(io.BytesIO(b""), ""))
    assert respondent.page.status_code == 422
    assert "I would rather not answer this." in respondent.page.text
    respondent.post(PHOTO=(io.BytesIO(b""), ""), **{":refused": "PHOTO"})

    assert stored_answers()["PHOTO"] == -93


def test_files_of_respondents_are_handed_out_as_an_attachment_that_runs_nothing(log_in, link: str):
    client = log_in()
    with transaction() as session:
        study = get_study(session, "small")
        add_member(session, study, session.scalars(select(Account)).first())
        study_id = study.id
    for number in range(5):
        respondent = Respondent(client, link).begin()
        respondent.post(ROLE="teller", PHOTO=sent(file.picture(size=(20 + number, 20))), WHY="x").post(L1="3").hand_in()
    with transaction() as session:
        study = get_study(session, "small")
        close_wave(session, study, get_wave(session, study))

    reply = client.post(f"/studies/{study_id}/answers/respondents-files", data={"instrument": "staff"})

    assert reply.status_code == 200
    assert reply.headers["Content-Disposition"].startswith("attachment; filename=files-")
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in reply.headers["Content-Security-Policy"]
    with zipfile.ZipFile(io.BytesIO(reply.data)) as packed:
        assert len(packed.namelist()) == 5
    reply.close()
    assert "Files that respondents sent" in client.get(f"/studies/{study_id}/answers").text
