"""Other problems that several interviewees name: counted in people, named, moved, listed, taken back."""

import re
from dataclasses import replace
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from instruments.template_loader import load_catalogue_template
from surveyapp.dataset import load_interviews
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.jobs.diagnose import compute_diagnosis
from surveyapp.models.audit import Audit
from surveyapp.models.coding import Code, Coding
from surveyapp.models.study import Study
from surveyapp.services.coding import apply_code
from surveyapp.services.diagnosis import store_diagnosis
from surveyapp.services.study import close_wave, get_study, get_wave
from tests.factories import coding as make
from tests.factories.diagnosis import rich_diagnosis

WORDS = "前后登了五个系统"
NAMES = {"key": "PRB.PAPER", "name_en": "Compliance paperwork", "name_zh": "合规手续繁琐",
         "definition_en": "Checks make each contact longer.", "definition_zh": "合规检查使每次接触时间变长。"}


def code_others(study: Study, n: int = 3, *, key: str = "PRB.OTHER", polarity: str = "supports") -> None:
    """Have a coder find another problem in so many interviews with staff."""
    with transaction() as session:
        held = get_study(session, study.id)
        coder = make.member(session, held, "ann")
        for number in range(n):
            interview = make.interview(session, held, key=f"I{number:02}")
            apply_code(session, held, interview, coder, make.passage(session, interview, WORDS), key,
                       polarity=polarity)
    close_read_session()


def number_of(key: str) -> int:
    close_read_session()
    return read_session().scalars(select(Code.id).where(Code.key == key)).one()


def place(study: Study, key: str = "PRB.OTHER") -> str:
    return f"/studies/{study.id}/constructs/promote/{number_of(key)}"


def ticked(client: FlaskClient, at: str) -> list[str]:
    return [unescape(value) for value in re.findall(r'name="place" value="([^"]*)" checked', client.get(at).text)]


def keys_in_use() -> list[str]:
    close_read_session()
    return list(read_session().scalars(
        select(Code.key).join(Coding, Coding.code_id == Code.id).where(Coding.deleted_at.is_(None))))


def test_from_three_interviewees_on_a_promotion_is_proposed(log_in, bank_study: Study):
    client = log_in("researcher")
    code_others(bank_study)

    page = client.get(f"/studies/{bank_study.id}/constructs").text

    assert re.search(r"PRB\.OTHER</strong> Other problem · 3 interviewees", page)
    assert "promotion proposed" in page


@pytest.mark.parametrize(("n", "polarity"), [(2, "supports"), (3, "contradicts")])
def test_fewer_or_others_who_deny_it_propose_nothing(log_in, bank_study: Study, n: int, polarity: str):
    client = log_in("researcher")
    code_others(bank_study, n, polarity=polarity)

    page = client.get(f"/studies/{bank_study.id}/constructs").text

    assert "promotion proposed" not in page


def test_several_passages_of_one_interviewee_count_once(log_in, bank_study: Study):
    client = log_in("researcher")
    code_others(bank_study, 2)
    with transaction() as session:
        held = get_study(session, bank_study.id)
        interview = make.interview(session, held, key="I09")
        for words in ("最后还是自己拿表格拼的", "永远是半张脸"):
            apply_code(session, held, interview, make.find(session, "ann"), make.passage(session, interview, words),
                       "PRB.OTHER", polarity="supports")
    at = place(bank_study)
    two_of_one = ticked(client, at)[-2:] + ticked(client, at)[:1]

    reply = client.post(at, data=NAMES | {"place": two_of_one})

    assert reply.status_code == 422
    assert "come from 2 interviewees" in unescape(reply.text)
    assert 'value="Compliance paperwork"' in reply.text
    assert set(keys_in_use()) == {"PRB.OTHER"}


def test_a_promotion_moves_the_passages_with_an_audit_row_and_the_diagnosis_may_list_it(log_in, bank_study: Study):
    client = log_in("researcher")
    code_others(bank_study, 4)
    at = place(bank_study)

    reply = client.post(at, data=NAMES | {"place": ticked(client, at)[:3]})

    row = read_session().scalars(select(Code).where(Code.key == "PRB.PAPER")).one()
    audit = read_session().scalars(select(Audit).where(Audit.action == "promote_code")).one()
    table = load_interviews(read_session(), get_study(read_session(), bank_study.id))
    assert reply.status_code == 302
    assert sorted(keys_in_use()) == ["PRB.OTHER"] + ["PRB.PAPER"] * 3
    assert (row.document["parent"], row.document["construct"]) == ("PRB", None)
    assert (audit.after["into"], audit.after["interviewees"], audit.after["passages"]) == ("PRB.PAPER", 3, 3)
    assert table is not None
    assert sorted(table.codings["code"]) == ["PRB.OTHER"] + ["PRB.PAPER"] * 3


def test_a_promotion_is_taken_back_from_the_list(log_in, bank_study: Study):
    client = log_in("researcher")
    code_others(bank_study)
    client.post(place(bank_study), data=NAMES | {"place": ticked(client, place(bank_study))})
    page = client.get(f"/studies/{bank_study.id}/constructs").text
    back = re.search(r'action="([^"]*/regroupings/\d+/back)"', page)
    assert back is not None

    reply = client.post(back[1])

    close_read_session()
    assert reply.status_code == 302
    assert keys_in_use() == ["PRB.OTHER"] * 3
    assert not read_session().scalars(select(Code.is_active).where(Code.key == "PRB.PAPER")).one()


def test_a_promoted_topic_leads_to_a_form_filled_with_its_words(log_in, bank_study: Study):
    client = log_in("researcher")
    code_others(bank_study)
    client.post(place(bank_study), data=NAMES | {"place": ticked(client, place(bank_study))})

    form = client.get(f"/studies/{bank_study.id}/constructs/new?group=problem&code=PRB.PAPER").text

    assert 'value="PRB_PAPER"' in form
    assert 'value="合规手续繁琐"' in form
    assert '<option value="PRB.PAPER" selected>' in form


@pytest.mark.parametrize(("change", "status", "message"), [
    ({"key": "PRB.INFO"}, 422, "The key PRB.INFO is that of another code"),
    ({"name_zh": ""}, 422, "A code needs a name in each language"),
    ({"place": ["c999"]}, 409, "Codings were changed since this page was shown."),
])
def test_what_does_not_fit_is_said_and_moves_nothing(log_in, bank_study: Study, change: dict[str, object], status: int,
                                                      message: str):
    client = log_in("researcher")
    code_others(bank_study)
    at = place(bank_study)

    reply = client.post(at, data=NAMES | {"place": ticked(client, at)} | change)

    assert reply.status_code == status
    assert message in unescape(reply.text)
    assert keys_in_use() == ["PRB.OTHER"] * 3


def test_a_code_of_a_problem_that_is_measured_is_no_candidate(log_in, bank_study: Study):
    client = log_in("researcher")
    code_others(bank_study, key="PRB.INFO.LINK")

    reply = client.get(place(bank_study, "PRB.INFO.LINK"))

    assert reply.status_code == 409
    assert "belongs to a construct already" in reply.text


def test_the_diagnosis_page_lists_a_promoted_topic_as_a_candidate_that_is_not_measured(log_in, bank_study: Study):
    client = log_in("researcher")
    code_others(bank_study)
    client.post(place(bank_study), data=NAMES | {"place": ticked(client, place(bank_study))})
    close_read_session()
    with transaction() as session:
        held = get_study(session, bank_study.id)
        store_diagnosis(session, held, get_wave(session, held),
                        replace(rich_diagnosis(load_catalogue_template("bank_crm")), candidates=("PRB.PAPER",)))

    page = client.get(f"/studies/{bank_study.id}/diagnosis").text

    assert re.search(r"PRB\.PAPER</strong> Compliance paperwork: candidate, not measured by the questionnaire", page)


def test_a_promoted_topic_is_a_candidate_of_the_diagnosis_and_has_no_grade(log_in, bank_study: Study):
    client = log_in("researcher")
    code_others(bank_study)
    client.post(place(bank_study), data=NAMES | {"place": ticked(client, place(bank_study))})
    close_read_session()
    study = get_study(read_session(), bank_study.id)
    with transaction() as session:
        held = get_study(session, bank_study.id)
        close_wave(session, held, get_wave(session, held))
    close_read_session()

    found = compute_diagnosis(study, get_wave(read_session(), study), n_resamples=20)

    assert found.candidates == ("PRB.PAPER",)
    assert "PRB.PAPER" not in {one.level.construct for one in found.problems}
