"""The codebook in the client: its pages, changing it, and what a coder may not."""

import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.coding import Code, Coding
from surveyapp.models.study import Study
from surveyapp.services.coding import apply_code
from surveyapp.services.study import get_study
from tests.factories import coding as make


@pytest.fixture
def place(bank_study: Study) -> str:
    return f"/studies/{bank_study.id}/codebook"


def row(key: str) -> Code:
    close_read_session()
    return read_session().scalars(select(Code).where(Code.key == key)).one()


def form(client: FlaskClient, address: str) -> dict[str, object]:
    """What the form of the page would send as it stands."""
    page = client.get(address).text
    main = page[page.index('class="code-form"'):]
    values: dict[str, object] = dict(re.findall(
        r'<input type="(?:text|hidden)"[^>]*name="([^"]*)"[^>]*value="([^"]*)"', main))
    values |= dict(re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', main, re.DOTALL))
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', main, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        values[name] = chosen[1] if chosen else ""
    return values


def test_a_code_is_changed_in_both_languages_and_the_page_tells_its_history(log_in, place: str):
    client = log_in("researcher")
    address = f"{place}/{row('CAU.TECH').id}"
    values = form(client, f"{address}/edit")

    saved = client.post(f"{address}/edit", data={
        **values, "definition_en": "Systems do not talk to each other.", "definition_zh": "各系统互不相通。",
        "pattern": "wavy", "colour": "violet"})

    assert saved.status_code == 302
    assert row("CAU.TECH").document["definition"] == {
        "en": "Systems do not talk to each other.", "zh": "各系统互不相通。"}
    assert row("CAU.TECH").document["construct"] == "CAU_TECH"
    shown = client.get(address).text
    assert "<ins>" in shown
    assert "<del>" in shown
    assert "Researcher" in shown


def test_a_late_save_shows_both_texts_and_the_next_save_goes_through(log_in, place: str):
    client = log_in("researcher")
    address = f"{place}/{row('CAU.TECH').id}/edit"
    opened = form(client, address)
    client.post(address, data={**opened, "include_en": "theirs", "include_zh": "他们的"})

    late = client.post(address, data={**opened, "include_en": "mine"})

    assert late.status_code == 409
    assert "theirs" in late.text
    assert ">mine</textarea>" in late.text
    version = re.search(r'name="version" value="(\d+)"', late.text)[1]
    assert client.post(address, data={**opened, "include_en": "both", "version": version}).status_code == 302
    assert row("CAU.TECH").document["include"]["en"] == "both"


def test_a_faulty_code_is_refused_with_what_was_typed(log_in, place: str):
    client = log_in("researcher")

    refused = client.post(f"{place}/new", data={"key": "CAU.TECH", "name_en": "Twice", "name_zh": "重复"})

    assert refused.status_code == 422
    assert 'value="Twice"' in refused.text
    assert "that of another code" in refused.text


def test_a_coder_reads_the_codebook_and_cannot_change_it(log_in, place: str):
    client = log_in("coder")

    pages = [client.get(address).text for address in (place, f"{place}/{row('CAU.TECH').id}", f"{place}/versions")]

    assert not any("/edit" in page or "/deed" in page or "<textarea" in page for page in pages)
    assert client.post(f"{place}/{row('CAU.TECH').id}/deed", data={"deed": "retire"}).status_code == 403


def test_codes_are_moved_retired_and_frozen_by_buttons(log_in, place: str):
    client = log_in("researcher")
    number, before = row("CAU.TECH").id, row("CAU.TECH").position

    client.post(f"{place}/{number}/deed", data={"deed": "down"})
    client.post(f"{place}/{number}/deed", data={"deed": "retire"})
    client.post(f"{place}/versions", data={"note": "after the pilot"})

    assert row("CAU.TECH").position == before + 1
    assert not row("CAU.TECH").is_active
    assert "after the pilot" in client.get(f"{place}/versions").text
    client.post(f"{place}/{number}/deed", data={"deed": "reactivate"})
    assert "in use again" in client.get(f"{place}/versions?old=1").text


def test_opening_a_round_with_an_incomplete_codebook_warns(log_in, bank_study: Study, place: str):
    client = log_in("researcher")
    with transaction() as session:
        study = get_study(session, bank_study.id)
        interview = make.interview(session, study).id
        coders = [make.member(session, study, login).id for login in ("ann", "ben")]
    address = f"{place}/{row('CAU.TECH').id}/edit"
    client.post(address, data={**form(client, address), "example_zh": ""})

    opened = client.post(f"/studies/{bank_study.id}/interviews/{interview}/round", data={"coder": coders},
                         follow_redirects=True)

    assert "incomplete codebook" in opened.text
    assert "CAU.TECH has no example in 中文." in client.get(place).text
    assert "round opened" in client.get(f"{place}/versions").text


def test_codes_are_merged_after_a_look_and_taken_back(log_in, bank_study: Study, place: str):
    client = log_in("researcher")
    old, into = row("CAU.TECH").id, row("CAU.COORD").id

    look = client.get(f"{place}/{old}/merge?into={into}").text
    done = client.post(f"{place}/{old}/merge", data={"into": into})

    assert "Merge CAU.TECH into CAU.COORD" in look
    assert done.status_code == 302
    assert row("CAU.TECH").merged_into_id == into
    assert "merged into CAU.COORD" in client.get(place).text
    client.post(f"{place}/regroupings/1/back")
    assert row("CAU.TECH").is_active
    assert "taken back" in client.get(f"{place}/{into}").text


def test_a_merge_that_cannot_be_is_told_on_the_page(log_in, place: str):
    client = log_in("researcher")
    number = row("CAU").id

    refused = client.get(f"{place}/{number}/merge?into={row('PRB').id}")

    assert refused.status_code == 409
    assert "Codes in use stand below CAU" in refused.text


def test_a_code_is_split_by_plain_forms(log_in, bank_study: Study, place: str):
    client = log_in("researcher")
    with transaction() as session:
        study = get_study(session, bank_study.id)
        interview, ann = make.interview(session, study), make.member(session, study, "ann")
        for words in ("前后登了五个系统", "永远是半张脸"):
            apply_code(session, study, interview, ann, make.passage(session, interview, words), "CAU.TECH")
    names = {f"name_{n}_{key}": f"Part {n}" for n in (0, 1) for key in ("en", "zh")}

    begun = client.post(f"{place}/{row('CAU.TECH').id}/split", data={
        "key_0": "CAU.A", "key_1": "CAU.B", **names, "place": "beside"})
    page = client.get(begun.location).text
    found = re.findall(r'name="place" value="([^"]*)"', page)
    client.post(begun.location, data={"place": found, f"to-{found[0]}": "CAU.A", "rest": "CAU.B", "deed": "assign"})
    finished = client.post(begun.location, data={"deed": "finish"}, follow_redirects=True)

    assert found == ["c1", "c2"]
    assert "前后登了" in page
    assert "the old code is retired" in finished.text
    close_read_session()
    assert read_session().scalars(select(Code.key).join(Coding, Coding.code_id == Code.id).order_by(Coding.id)).all() \
        == ["CAU.A", "CAU.B"]
    assert not row("CAU.TECH").is_active


def test_a_file_is_looked_at_and_then_taken_over(log_in, place: str):
    client = log_in("researcher")
    content = "key,name_en,name_zh,mood\nCAU.NEW,Newness,新意,glad\n".encode()

    look = client.post(f"{place}/file", data={"file": (BytesIO(content), "codes.csv"), "language": "en"})
    hidden = dict(re.findall(r'name="(codes|mark)" value="([^"]*)"', look.text))
    done = client.post(f"{place}/file", data={**hidden, "deed": "commit"}, follow_redirects=True)
    late = client.post(f"{place}/file", data={**hidden, "deed": "commit"})

    assert "The column mood is not known" in look.text
    assert "Newness" in look.text
    assert "The codes were taken over." in done.text
    assert row("CAU.NEW").document["name"] == {"en": "Newness", "zh": "新意"}
    assert late.status_code == 422
    assert "changed after you had looked" in late.text


@pytest.mark.parametrize(("format", "start"), [
    ("yaml", b"schema_version"), ("csv", b"\xef\xbb\xbfkey"), ("xlsx", b"PK"), ("txt", b"Present situation")])
def test_the_codebook_is_taken_away_in_each_format(log_in, place: str, format: str, start: bytes):
    answer = log_in("coder").get(f"{place}/file/{format}")

    assert answer.data.startswith(start)
    assert "attachment" in answer.headers["Content-Disposition"]
