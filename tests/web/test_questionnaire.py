"""Questionnaires made and changed in the browser: drafts, their parts, their words."""

import io
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from surveyapp.db.session import read_session
from surveyapp.models.audit import Audit
from surveyapp.models.study import Study
from tests.factories import questionnaire as make
from tests.factories.draft import BASE, DRAFT, begin, draft, fields


@pytest.fixture
def client(log_in, bank_study: Study) -> FlaskClient:
    """A researcher with a draft of the small questionnaire."""
    return begin(log_in("researcher"))


def test_a_file_becomes_a_draft_as_it_is(client: FlaskClient):
    page = client.get(DRAFT)

    assert "Question L1" in page.text
    assert draft().items == make.instrument().items


def test_a_file_that_cannot_be_read_is_refused_in_words(client: FlaskClient):
    reply = client.post(BASE, data={"source": "file", "audience": "other",
                                    "file": (io.BytesIO(b"items: ["), "broken.yaml")})

    assert reply.status_code == 422
    assert "broken.yaml" in reply.text
    assert "Traceback" not in reply.text


@pytest.mark.reference
def test_an_xlsform_becomes_a_draft_with_what_it_lost(client: FlaskClient, reference: Path):
    content = (reference / "surveys" / "xlsform" / "pyxform__widgets.xls").read_bytes()

    reply = client.post(BASE, data={"source": "file", "audience": "widgets",
                                    "file": (io.BytesIO(content), "widgets.xls")}, follow_redirects=True)

    assert "not brought along" in reply.text
    assert len(draft("widgets").items) > 20


def test_a_draft_begins_from_the_newest_version_a_template_or_nothing(client: FlaskClient):
    client.post(BASE, data={"source": "version", "audience": "staff"})
    client.post(BASE, data={"source": "empty", "audience": "counter", "title": "At the counter", "languages": "zh, en"})
    twice = client.post(BASE, data={"source": "template", "template": "bank_crm/staff"})

    assert draft("staff").key == "crm-bank-staff"
    assert draft("counter").languages == ("zh", "en")
    assert twice.status_code == 409
    assert client.get(f"{BASE}/counter").status_code == 200


def test_every_part_of_the_bank_questionnaire_opens_and_saves_unchanged(client: FlaskClient):
    client.post(BASE, data={"source": "template", "template": "bank_crm/customer"})
    before = draft("customer")

    for part in ("items", "sections", "scales", "constructs"):
        for piece in getattr(before, part):
            page = client.get(f"{BASE}/customer/{part}/{piece.key}")
            reply = client.post(f"{BASE}/customer/{part}/{piece.key}", data=fields(page))
            assert reply.status_code == 302, (piece.key, reply.text)
    page = client.get(f"{BASE}/customer/frame")
    client.post(f"{BASE}/customer/frame", data=fields(page))

    assert draft("customer") == before


@pytest.mark.parametrize(("format", "ending"), [("yaml", ".yaml"), ("xlsform", ".xlsx")])
def test_a_draft_leaves_as_a_file_and_comes_back_as_it_was(client: FlaskClient, format: str, ending: str):
    reply = client.get(f"{DRAFT}/file?format={format}")

    client.post(BASE, data={"source": "file", "audience": "again",
                            "file": (io.BytesIO(reply.data), f"again{ending}")})
    assert [item.key for item in draft("again").items] == [item.key for item in draft().items]
    assert draft("again").item("L1") == draft().item("L1")
    assert client.get(f"{DRAFT}/file?format=exe").status_code == 404
    assert client.get(f"{DRAFT}/file?version=9").status_code == 404


def test_an_item_is_changed_in_every_field_and_the_change_is_in_the_audit_log(client: FlaskClient):
    page = client.get(f"{DRAFT}/items/LOAD")

    reply = client.post(f"{DRAFT}/items/LOAD", data={
        **fields(page), "text:en": "How many?", "text:zh": "多少？", "minimum": "1", "maximum": "99.5",
        "is_required": "yes", "show_if": "${ROLE} = 'teller'", "hint:en": "About", "hint:zh": "大约"})

    item = draft().item("LOAD")
    assert reply.status_code == 302
    assert (item.text["en"], item.minimum, item.maximum) == ("How many?", 1.0, 99.5)
    assert item.is_required
    assert item.show_if == "${ROLE} = 'teller'"
    assert item.hint == {"en": "About", "zh": "大约"}
    audit = read_session().scalars(select(Audit).where(Audit.action == "save_draft")).one()
    assert (audit.after or {})["deed"] == "edit:items:LOAD"


def test_a_new_key_is_followed_by_every_condition(client: FlaskClient):
    page = client.get(f"{DRAFT}/items/ROLE")

    client.post(f"{DRAFT}/items/ROLE", data={**fields(page), "key": "JOB"})

    changed = draft()
    assert changed.item("LOAD").show_if == "${JOB} = 'rm'"
    assert changed.sections[4].show_if == "${JOB} = 'rm'"


def test_what_is_no_number_is_said_and_nothing_typed_is_lost(client: FlaskClient):
    page = client.get(f"{DRAFT}/items/LOAD")

    reply = client.post(f"{DRAFT}/items/LOAD", data={**fields(page), "minimum": "many", "text:en": "Kept words"})

    assert reply.status_code == 422
    assert "This is no number." in reply.text
    assert 'value="many"' in reply.text
    assert "Kept words" in reply.text
    assert draft().item("LOAD").minimum == 0


def test_two_people_change_different_items_and_neither_loses_a_word(client: FlaskClient):
    one, other = client.get(f"{DRAFT}/items/L1"), client.get(f"{DRAFT}/items/L2")

    client.post(f"{DRAFT}/items/L1", data={**fields(one), "text:en": "First"})
    reply = client.post(f"{DRAFT}/items/L2", data={**fields(other), "text:en": "Second"})

    assert reply.status_code == 302
    assert (draft().item("L1").text["en"], draft().item("L2").text["en"]) == ("First", "Second")


def test_a_stale_save_shows_both_texts_and_overwrites_only_when_told(client: FlaskClient):
    page = client.get(f"{DRAFT}/items/L1")
    client.post(f"{DRAFT}/items/L1", data={**fields(page), "text:en": "Theirs"})

    reply = client.post(f"{DRAFT}/items/L1", data={**fields(page), "text:en": "Mine"})

    assert reply.status_code == 409
    assert "Theirs" in reply.text
    assert "Mine" in reply.text
    assert draft().item("L1").text["en"] == "Theirs"
    client.post(f"{DRAFT}/items/L1", data=fields(reply))
    assert draft().item("L1").text["en"] == "Mine"


def test_choices_are_added_moved_and_removed_without_a_script(client: FlaskClient):
    page = client.get(f"{DRAFT}/items/RANK")
    form = fields(page)

    client.post(f"{DRAFT}/items/RANK", data={
        **form, "row:3:label:en": "Fourth one", "row:3:label:zh": "第四", "row": "up:2"})
    assert [choice.value for choice in draft().item("RANK").choices] == ["x", "z", "y", "fourth_one"]
    page = client.get(f"{DRAFT}/items/RANK")
    client.post(f"{DRAFT}/items/RANK", data={**fields(page), "row": "remove:0"})

    assert [choice.value for choice in draft().item("RANK").choices] == ["z", "y", "fourth_one"]


def test_points_of_a_scale_are_changed(client: FlaskClient):
    page = client.get(f"{DRAFT}/scales/agree5")

    client.post(f"{DRAFT}/scales/agree5", data={
        **fields(page), "row:5:value": "6", "row:5:label:en": "Entirely", "row:5:label:zh": "完全"})

    assert [point.value for point in draft().scale("agree5").points] == [1, 2, 3, 4, 5, 6]


def test_the_buttons_of_the_outline_add_copy_move_remove_and_take_back(client: FlaskClient):
    before = draft()

    added = client.post(DRAFT, data={"do": "add:items:B"})
    client.post(DRAFT, data={"do": "copy:items:L1"})
    client.post(DRAFT, data={"do": "down:items:L5"})
    client.post(DRAFT, data={"do": "remove:sections:C"})
    after = draft()

    assert "/items/Q" in added.headers["Location"]
    assert [item.key for item in after.items_of_section("B")] == [
        "L1", "L1_2", "L2", "L3", "L4", "CHECK", "L5", f"Q{len(before.items) + 1}"]
    assert not after.has_item("NPS")
    for _ in range(4):
        client.post(DRAFT, data={"do": "undo"})
    assert draft() == before
    assert client.post(DRAFT, data={"do": "undo"}).status_code == 409


def test_an_unsound_draft_is_kept_and_the_finding_leads_to_the_item(client: FlaskClient):
    page = client.get(f"{DRAFT}/items/L1")

    client.post(f"{DRAFT}/items/L1", data={**fields(page), "show_if": "${NOBODY} = 1"})

    outline = client.get(DRAFT).text
    assert draft().item("L1").show_if == "${NOBODY} = 1"
    assert f'<a href="{DRAFT}/items/L1">L1</a>' in outline
    assert client.get(f"{DRAFT}/publish").text.count("stands in the way") == 1


def test_a_part_that_somebody_removed_is_not_found(client: FlaskClient):
    client.post(DRAFT, data={"do": "remove:items:L1"})

    assert client.get(f"{DRAFT}/items/L1").status_code == 404
    assert client.post(DRAFT, data={"do": "up:items:L1"}).status_code == 404


# ---- words ----------------------------------------------------------------------------------------------------------
def test_words_are_saved_side_by_side_and_a_clash_is_shown(client: FlaskClient):
    page = client.get(f"{DRAFT}/translation?page=B")
    marks = dict(re.findall(r'name="(was:[^"]+)" value="(\w+)"', page.text))
    client.post(f"{DRAFT}/translation?page=B", data={**marks, "items/L1/text|en": "Theirs"})

    reply = client.post(f"{DRAFT}/translation?page=B", data={
        **marks, "items/L1/text|en": "Mine", "items/L2/text|zh": "另外的说法"})

    assert reply.status_code == 409
    assert "Theirs" in reply.text
    assert "Mine" in reply.text
    assert draft().item("L1").text["en"] == "Theirs"
    assert draft().item("L2").text["zh"] == "另外的说法"


def test_a_new_language_is_missing_everywhere_until_it_is_removed(client: FlaskClient):
    before = draft()
    client.post(f"{DRAFT}/languages", data={"do": "add", "language": "de"})

    page = client.get(f"{DRAFT}/translation?missing=1&left=en&right=de")

    assert draft().languages == ("en", "zh", "de")
    assert "items/L1/text|de" in page.text
    assert "faults stand in the way" in client.get(f"{DRAFT}/publish").text
    client.post(f"{DRAFT}/languages", data={"do": "remove", "language": "de"})
    assert draft() == before
    assert client.post(f"{DRAFT}/languages", data={"do": "add", "language": "not a code"}).status_code == 422
