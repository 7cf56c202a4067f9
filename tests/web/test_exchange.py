"""Pages of the exchange with other programs: the report before an import, the import, files out, and who may what."""

import io
import re
import zipfile
from random import Random

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from surveyapp.db.session import transaction
from surveyapp.models.account import Account
from surveyapp.models.audit import Audit
from surveyapp.models.coding import Code, Coding
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.blinding import open_round
from surveyapp.services.coding import apply_code
from surveyapp.services.exchange_codes import code_guid
from surveyapp.services.interview import get_interview
from surveyapp.services.study import get_study
from tests.factories import coding as people
from tests.factories.exchange import packed, project, project_of, take_in

TEXT = b"P: Trust is gone. Call 13812345678.\n"
FILE = packed(project((3, 17, "Trust is gone.")), t=TEXT)


@pytest.fixture
def place(bank_study: Study) -> str:
    return f"/studies/{bank_study.id}/interviews/exchange"


def read(client: FlaskClient, place: str, content: bytes = FILE, name: str = "p.qdpx"):
    return client.post(f"{place}/report", data={"file": (io.BytesIO(content), name)},
                       content_type="multipart/form-data")


def sealed(page: str) -> str:
    found = re.search(r'name="sealed" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def n_of(kind: type) -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def test_the_report_shows_what_would_come_in_and_stores_nothing(log_in, place: str):
    page = read(log_in(), place).text

    assert "Nothing is stored yet." in page
    assert "1 of 1 passages have the words that the file gives." in page
    assert "new interview talk" in page
    assert "13812345678" in page
    assert (n_of(Interview), n_of(Coding)) == (0, 0)


def test_passages_without_words_are_shown_to_be_looked_at(log_in, place: str):
    content = packed(project((12, 26, "")), t=b"I: Why?\r\nP: Trust is gone.\r\n")

    page = read(log_in(), place, content).text

    assert "nothing could be checked" in page
    assert "Read so, 1 of 1 begin and end at the edge of a word" in page
    assert '<details open><summary>Some passages, as they would come in' in page
    assert '<li dir="auto">Trust is gone.</li>' in page


def test_what_was_shown_is_taken_over(log_in, place: str):
    client = log_in()
    page = read(client, place).text

    answer = client.post(f"{place}/import", data={"sealed": sealed(page), "consent": "yes", "deed": "store",
                                                  "pseudonymise": "on"}, follow_redirects=True)

    assert "Codings: 1." in answer.text
    with transaction() as session:
        audits = session.scalars(select(Audit.action)).all()
    assert {"import_project", "import_coding", "add_code"} <= set(audits)
    assert n_of(Coding) == 1


def test_without_consent_no_text_is_stored(log_in, place: str):
    client = log_in()
    page = read(client, place).text

    answer = client.post(f"{place}/import", data={"sealed": sealed(page), "deed": "store", "consent": "no"},
                         follow_redirects=True)

    assert "talk is left out: Without consent no text may be stored." in answer.text
    assert (n_of(Interview), n_of(Coding)) == (0, 0)


def test_nothing_comes_in_before_consent_is_spoken_of(log_in, place: str):
    client = log_in()
    page = read(client, place).text

    answer = client.post(f"{place}/import", data={"sealed": sealed(page), "deed": "store"})

    assert answer.status_code == 422
    assert "It is not said whether the interviewees have consented." in answer.text
    assert (n_of(Interview), n_of(Coding)) == (0, 0)


def test_a_code_is_led_to_one_of_the_study(log_in, place: str):
    client = log_in()
    before = n_of(Code)
    page = read(client, place).text

    client.post(f"{place}/import", data={"sealed": sealed(page), "consent": "yes", "deed": "store",
                                         "code0": "PRB.INFO"})

    with transaction() as session:
        assert session.scalars(select(Code.key).join(Coding, Coding.code_id == Code.id)).all() == ["PRB.INFO"]
    assert n_of(Code) == before


def test_a_code_that_is_not_there_is_refused_and_the_choices_stay(log_in, place: str):
    client = log_in()
    page = read(client, place).text

    answer = client.post(f"{place}/import", data={"sealed": sealed(page), "consent": "yes", "deed": "store",
                                                  "code0": "NO.SUCH"})

    assert answer.status_code == 422
    assert "The codebook has no code" in answer.text
    assert n_of(Coding) == 0


def test_a_report_that_was_tampered_with_is_refused(log_in, place: str):
    client = log_in()
    page = read(client, place).text

    answer = client.post(f"{place}/import", data={"sealed": sealed(page)[:-4] + "AAAA", "deed": "store"})

    assert answer.status_code == 422
    assert n_of(Interview) == 0


def test_a_project_longer_than_a_usual_form_is_taken_over(log_in, place: str):
    signs = [chr(0x4E00 + number) for number in range(20_000)]
    words = "P: " + "".join(Random(1).choices(signs, k=200_000))        # nothing that could be packed well
    client = log_in()
    page = read(client, place, packed(project(), t=words.encode())).text
    assert len(sealed(page)) > 500_000

    answer = client.post(f"{place}/import", data={"sealed": sealed(page), "consent": "yes", "deed": "store"})

    assert answer.status_code == 302
    assert n_of(Interview) == 1


def test_a_file_that_is_no_project_is_refused_on_the_page(log_in, place: str):
    answer = read(log_in(), place, b"text", "p.qdpx")

    assert answer.status_code == 422
    assert "there is no REFI-QDA project in it" in answer.text


@pytest.mark.parametrize("kind", ["qdpx", "qdc", "csv", "xlsx", "docx", "html"])
def test_each_format_is_handed_out_and_recorded(log_in, place: str, kind: str):
    answer = log_in("coder").post(f"{place}/export", data={"format": kind})

    assert answer.status_code == 200
    assert len(answer.data) > 100
    with transaction() as session:
        audit = session.scalars(select(Audit).where(Audit.action == "export_interviews")).one()
        assert (audit.after or {})["format"] == kind
        assert audit.account_id is not None


def blind_round(study: Study) -> None:
    """Two coders at work blind: each has coded a passage of I01."""
    with transaction() as session:
        bank = get_study(session, study.id)
        row = people.interview(session, bank, key="I01")
        coders = [people.member(session, bank, login) for login in ("ann", "bob")]
        open_round(session, bank, row, [coder.id for coder in coders])
        apply_code(session, bank, row, coders[0], people.passage(session, row, "上周"), "PRB.INFO", memo="ann says")
        apply_code(session, bank, row, coders[1], people.passage(session, row, "客户怎么说"), "SIT", memo="bob says")


@pytest.mark.parametrize("kind", ["qdpx", "csv", "xlsx", "docx", "html"])
def test_the_wrong_coder_finds_nothing_of_a_blind_round_in_any_format(client, bank_study, place: str, kind: str):
    blind_round(bank_study)
    client.post("/login", data={"login": "bob", "password": people.PASSWORD})

    content = client.post(f"{place}/export", data={"format": kind}).data

    if kind != "html":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
    assert b"bob says" in content
    assert b"ann says" not in content
    assert b"Ann" not in content


def test_an_import_does_not_spoil_a_running_round(log_in, bank_study: Study, place: str):
    blind_round(bank_study)
    text = people.TEXT
    start = text.index("上周")
    content = packed(project((start, start + 2, "上周")), t=text.encode())

    page = read(log_in(), place, content).text

    assert "This interview is being coded independently by others." in page


def test_codings_made_elsewhere_come_to_the_interview_that_has_the_text(log_in, bank_study: Study, place: str):
    with transaction() as session:
        people.interview(session, get_study(session, bank_study.id), key="I01")
    text = people.TEXT
    start = text.index("上周")
    content = packed(project((start, start + 2, "上周")), t=text.encode("utf-16"))
    client = log_in()

    client.post(f"{place}/import", data={"sealed": sealed(read(client, place, content).text), "deed": "store",
                                         "consent": "no"})

    with transaction() as session:
        row = get_interview(session, get_study(session, bank_study.id), "I01")
        assert [coding.interview_id for coding in session.scalars(select(Coding))] == [row.id]
    assert n_of(Interview) == 1


def test_no_login_leaves_in_an_export(client, bank_study: Study, place: str):
    with transaction() as session:
        study = get_study(session, bank_study.id)
        coder = people.member(session, study, "ann.lee@example.org")
        coder.name = "Ann"
        row = people.interview(session, study, key="I01")
        apply_code(session, study, row, coder, people.passage(session, row, "上周"), "PRB.INFO")
    client.post("/login", data={"login": "ann.lee@example.org", "password": people.PASSWORD})

    document = project_of(client.post(f"{place}/export", data={"format": "qdpx"}).data).decode()

    assert 'name="Ann"' in document
    assert "example.org" not in document


def test_a_file_cannot_speak_in_the_name_of_an_account(bank_study: Study):
    with transaction() as session:
        study = get_study(session, bank_study.id)
        people.member(session, study, "ann")
        document = project((3, 17, "Trust is gone.")).replace(
            "<CodeBook>", '<Users><User guid="00000000-0000-0000-0000-0000000000AB" name="Ann" id="ann"/></Users>'
            "<CodeBook>").replace("<Coding guid", '<Coding creatingUser="00000000-0000-0000-0000-0000000000ab" guid')
        take_in(session, study, "p.qdpx", packed(document, t=TEXT))

        login = session.scalars(select(Account.login).join(Coding, Coding.account_id == Account.id)).one()

    assert login == f"import-{bank_study.id}-00000000-0000-0000-0000-0000000000ab"


def test_a_code_keeps_its_identifier_in_every_export(bank_study: Study):
    assert code_guid(bank_study, "SIT") == code_guid(bank_study, "SIT") != code_guid(bank_study, "PRB")


def test_a_coder_of_a_file_is_joined_to_a_person_and_taken_back_on_the_page(log_in, bank_study: Study, place: str):
    with transaction() as session:
        study = get_study(session, bank_study.id)
        ann = people.member(session, study, "ann").id
        take_in(session, study, "p.qdpx", FILE)
        coder = session.scalars(select(Coding.account_id)).one()
        session.get_one(Account, ann).password_hash = "x"
    client = log_in()

    offered = client.get(place).text
    nobody = client.post(f"{place}/coders", data={"coder": coder, "person": "viel"})
    joined = client.post(f"{place}/coders", data={"coder": coder, "person": ann})
    shown = client.get(joined.location).text
    client.post(f"{place}/coders/1/back")

    assert "Coders of files" in offered
    assert f'<option value="{ann}">Ann (ann)</option>' in offered
    assert nobody.status_code == 422
    assert "is Ann (codings, links and memos: 1)" in shown
    with transaction() as session:
        assert session.scalars(select(Coding.account_id)).one() == coder


def test_a_coder_does_not_see_who_coded_in_files(log_in, bank_study: Study, place: str):
    with transaction() as session:
        take_in(session, get_study(session, bank_study.id), "p.qdpx", FILE)

    assert "Coders of files" not in log_in("coder").get(place).text
