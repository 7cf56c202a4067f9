"""A problem or cause of the study's own in the browser: entered, checked, previewed, put into force, taken out."""

import re
from dataclasses import replace
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from instruments.open_set import OwnConstruct
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.jobs.diagnose import compute_diagnosis
from surveyapp.models.audit import Audit
from surveyapp.models.study import Study
from surveyapp.sample.answers import generate_responses
from surveyapp.sample.plan import BANK_PLAN
from surveyapp.services.codebook import load_codebook
from surveyapp.services.diagnosis import store_diagnosis
from surveyapp.services.draft import get_draft, instrument_of_draft, start_draft
from surveyapp.services.own_construct import list_own, own_of
from surveyapp.services.response_import import load_sample_responses
from surveyapp.services.study import (
    close_wave,
    get_instrument,
    get_study,
    get_wave,
    instrument_of,
    list_links,
    list_versions,
    template_of,
)

PROBLEM = {
    "group": "problem", "key": "PRB_TURNOVER", "name_en": "Change of contact persons", "name_zh": "对接人员频繁变动",
    "definition_en": "Contact persons change so often that knowledge of the customer is lost.",
    "definition_zh": "对接人员更换频繁，对客户的了解随之流失。", "scale": "agree5", "code": ":new",
    "code_key": "PRB.TURNOVER", "paired": ["CAU_COORD", "CAU_INCENT"],
    "objective_en": "Steady contact persons", "objective_zh": "对接人员稳定",
    "kpi_en": "score of changing contact persons", "kpi_zh": "“对接人员频繁变动”得分",
    **{f"item_{place}_en": f"Statement {place + 1} on contact persons." for place in range(4)},
    **{f"item_{place}_zh": f"关于对接人员的陈述{place + 1}。" for place in range(4)}, "reverse_3": "1",
    "m_strategy": "S3", "m_name_en": "Orderly hand-over", "m_name_zh": "规范交接",
    "m_what_en": "Hand over customers with a record and a joint visit.", "m_what_zh": "移交客户须有记录并联合拜访。",
    "m_owner_en": "Human resources", "m_owner_zh": "人力资源部门", "m_rationale_en": "Knowledge leaves with people.",
    "m_rationale_zh": "人员流动时客户信息容易流失。", "m_expected_effect_en": "Continuity for the customer.",
    "m_expected_effect_zh": "服务不中断。", "m_risk_en": "More paper.", "m_risk_zh": "手续增加。", "m_effort": "2",
    "m_months": "6", "m_strength": "3", "m_item": "1", "m_share": "40", "m_safeguard": ["G3"],
}
CAUSE = {
    "group": "cause", "key": "CAU_LOAD", "name_en": "Workload", "name_zh": "工作负荷",
    "definition_en": "Too much to do.", "definition_zh": "工作量过大。", "paired": ["PRB_GOAL"], "code": "",
    **{f"item_{place}_en": f"Statement {place + 1} on load." for place in range(4)},
    **{f"item_{place}_zh": f"关于负荷的陈述{place + 1}。" for place in range(4)}, "reverse_0": "1",
}


def place(study: Study, rest: str = "") -> str:
    return f"/studies/{study.id}/constructs{rest}"


def entered(study: Study) -> OwnConstruct:
    close_read_session()
    rows = list_own(read_session(), get_study(read_session(), study.id))
    return own_of(rows[-1])


def enter(client: FlaskClient, study: Study, form: dict[str, object] | None = None) -> str:
    """Enter it and return its place."""
    reply = client.post(place(study, "/new"), data=form or PROBLEM)
    assert reply.status_code == 302, reply.text
    return str(reply.headers["Location"])


def force(client: FlaskClient, at: str, **more: str) -> int:
    version = re.search(r'name="version" value="(\d+)"', client.get(at).text)
    return client.post(f"{at}/deed", data={"deed": "force", "version": version[1] if version else "", "seen": "1",
                                           **more}).status_code


def template(study: Study):
    close_read_session()
    return template_of(read_session(), get_study(read_session(), study.id))


def audits(study: Study) -> list[str]:
    close_read_session()
    return list(read_session().scalars(select(Audit.action).where(Audit.subject.startswith("construct"))
                                       .order_by(Audit.id)))


FEW = replace(BANK_PLAN, n_respondents={"staff": 80})


def answer(study: Study, *, closes: bool = True) -> None:
    """Have some of the sample's people answer the staff questionnaire as it is now."""
    with transaction() as session:
        held = get_study(session, study.id)
        wave = get_wave(session, held)
        for link, published in list_links(session, wave):
            if published.audience == "staff":
                instrument = instrument_of(published)
                load_sample_responses(session, link, instrument, generate_responses(instrument, FEW, "staff"))
        if closes:
            close_wave(session, held, wave)
    close_read_session()


# ---- entered --------------------------------------------------------------------------------------------------------
def test_what_is_entered_comes_back_in_the_form_and_in_words(log_in, bank_study: Study):
    client = log_in("researcher")

    at = enter(client, bank_study)

    form, shown = client.get(f"{at}/edit").text, client.get(at).text
    own = entered(bank_study)
    assert own.paired == ("CAU_COORD", "CAU_INCENT")
    assert [item.is_reverse for item in own.items] == [False, False, False, True]
    assert own.measure is not None
    assert (own.measure.key, own.measure.item_place, own.measure.safeguards) == ("S3.3", 1, ("G3",))
    assert unescape(form).count("Statement 2 on contact persons.") == 1
    assert 'value="CAU_COORD" checked' in form
    assert "Knowledge leaves" in form
    assert "Change of contact persons" in shown
    assert audits(bank_study) == ["add_construct"]


def test_what_is_entered_changes_nothing_before_it_is_in_force(log_in, bank_study: Study):
    client = log_in("researcher")
    before = template(bank_study)

    enter(client, bank_study)

    assert template(bank_study) == before


@pytest.mark.parametrize(("change", "message"), [
    ({"key": "lower case!"}, "the key is missing or holds other signs."),
    ({"key": "PRB_GOAL"}, "the study has a construct of this key already."),
    ({"name_zh": ""}, "name or definition is missing."),
    ({f"item_{n}_{language}": "" for n in range(1, 4) for language in ("en", "zh")}, "it has 1 items."),
    ({"m_risk_zh": ""}, "a wording of the measure is missing."),
    ({"kpi_en": "", "kpi_zh": "", "objective_en": "", "objective_zh": ""}, "the measure has no indicator."),
    ({"m_expected_effect_en": "It will improve retention."}, "the wording “will improve” claims more"),
    ({"m_expected_effect_zh": "将提高留存率。"}, "the wording “将提高” claims more"),
    ({"item_1_zh": ""}, "there is no text for language 'zh'."),
])
def test_a_fault_is_told_while_the_form_is_filled_in_and_keeps_it_out_of_force(
        log_in, bank_study: Study, change: dict[str, str], message: str):
    client = log_in("researcher")

    live = client.post(place(bank_study, "/check"), data=PROBLEM | change)
    at = enter(client, bank_study, PROBLEM | change)
    status = force(client, at)

    assert message in unescape(live.text)
    assert message in unescape(client.get(at).text)
    assert status == 422
    assert template(bank_study).instrument("staff").version == "1.1.0"


def test_a_sound_form_has_no_fault(log_in, bank_study: Study):
    client = log_in("researcher")

    live = client.post(place(bank_study, "/check"), data=PROBLEM)

    assert "Fault" not in live.text


def test_a_late_save_is_answered_with_both_texts(log_in, bank_study: Study):
    client = log_in("researcher")
    at = enter(client, bank_study)
    client.post(f"{at}/edit", data=PROBLEM | {"version": "1", "name_en": "Theirs"})

    late = client.post(f"{at}/edit", data=PROBLEM | {"version": "1", "name_en": "Mine"})
    knowingly = client.post(f"{at}/edit", data=PROBLEM | {"version": "2", "name_en": "Mine"})

    assert late.status_code == 409
    assert "Mine" in late.text
    assert "Theirs" in late.text
    assert knowingly.status_code == 302
    assert entered(bank_study).name["en"] == "Mine"


def test_a_key_that_is_entered_already_is_refused(log_in, bank_study: Study):
    client = log_in("researcher")
    enter(client, bank_study)

    reply = client.post(place(bank_study, "/new"), data=PROBLEM)

    assert reply.status_code == 422
    assert "It needs a key that no other problem or cause has." in reply.text


# ---- preview --------------------------------------------------------------------------------------------------------
def test_the_preview_shows_the_pages_as_respondents_see_them(log_in, bank_study: Study):
    client = log_in("researcher")
    at = enter(client, bank_study)

    shown = client.get(at).text
    pages = re.findall(r'<iframe sandbox src="([^"]*section[^"]*|[^"]*/page/[^"]*)"', shown)
    rated, stated = (client.get(unescape(page)).text for page in dict.fromkeys(pages))

    assert "Statement 4 on contact persons." in rated
    assert "I could not say exactly" in rated
    assert "Change of contact persons" in stated
    assert client.get(f"{at}/page/C?lang=zh").text.count("关于对接人员的陈述") == 4
    assert client.get(f"{at}/page/nowhere").status_code == 404


# ---- in force -------------------------------------------------------------------------------------------------------
def test_a_problem_in_force_is_in_questionnaire_codebook_and_rules_and_earlier_versions_stay(log_in, bank_study: Study):
    client = log_in("researcher")
    before = template(bank_study)
    at = enter(client, bank_study)

    status = force(client, at)

    found = template(bank_study)
    staff = found.instrument("staff")
    versions = list_versions(read_session(), get_study(read_session(), bank_study.id), "staff")
    reason = next(item for item in staff.items_of_role("stated_cause") if item.construct == "PRB_TURNOVER")
    assert status == 302
    assert [item.key for item in staff.items_of_construct("PRB_TURNOVER")] == [f"TURNOVER{n}" for n in range(1, 5)]
    assert "PRB_TURNOVER" in [choice.value for choice in staff.items_of_role("stated_problem")[0].choices]
    assert [choice.value for choice in reason.choices] == ["CAU_COORD", "CAU_INCENT", "OTHER", "na"]
    assert reason.text["zh"] == "您认为“对接人员频繁变动”的主要原因是什么？"
    assert found.codebook.code("PRB.TURNOVER").construct == "PRB_TURNOVER"
    assert found.codebook.code("PRB.TURNOVER").parent == "PRB"
    assert found.rules.measures[-1].key == "S3.3"
    assert found.rules.objectives[-1].problem == "PRB_TURNOVER"
    assert (found.rules.version, found.version) == (f"{before.rules.version}+1", f"{before.version}+1")
    assert not any(item.construct == "PRB_TURNOVER" for item in instrument_of(versions[0]).items)
    assert len(versions) == 2
    assert audits(bank_study) == ["add_construct", "put_construct_in_force"]


def test_a_cause_in_force_is_offered_as_reason_of_the_ticked_problems(log_in, bank_study: Study):
    client = log_in("researcher")

    status = force(client, enter(client, bank_study, CAUSE))

    staff = template(bank_study).instrument("staff")
    offered = {item.construct for item in staff.items_of_role("stated_cause")
               if "CAU_LOAD" in [choice.value for choice in item.choices]}
    assert status == 302
    assert offered == {"PRB_GOAL"}


def test_warnings_have_to_be_seen(log_in, bank_study: Study):
    client = log_in("researcher")
    at = enter(client, bank_study, {key: value for key, value in CAUSE.items() if key != "reverse_0"})

    reply = client.post(f"{at}/deed", data={"deed": "force", "version": "1"})

    assert reply.status_code == 409
    assert "warnings nobody has looked at" in reply.text


def test_in_the_middle_of_a_wave_it_is_refused_and_said_so(log_in, bank_study: Study):
    client = log_in("researcher")
    at = enter(client, bank_study)
    answer(bank_study, closes=False)

    shown, status = client.get(at).text, force(client, at)

    assert "Answers are being collected in wave w1" in shown
    assert 'value="force"' not in shown
    assert status == 409
    assert template(bank_study).instrument("staff").version == "1.1.0"
    assert "PRB.TURNOVER" not in load_codebook(read_session(), bank_study).by_key


def test_between_two_waves_it_holds_for_the_next_one_and_what_was_answered_stays(log_in, bank_study: Study):
    client = log_in("researcher")
    answer(bank_study)
    close_read_session()
    study = get_study(read_session(), bank_study.id)
    before = compute_diagnosis(study, get_wave(read_session(), study), n_resamples=50)
    at = enter(client, bank_study)
    shown = client.get(at).text

    status = force(client, at)

    close_read_session()
    study = get_study(read_session(), bank_study.id)
    after = compute_diagnosis(study, get_wave(read_session(), study, "w1"), n_resamples=50)
    own = next(one for one in after.problems if one.level.construct == "PRB_TURNOVER")
    others = [one for one in after.problems if one is not own]
    assert "Every wave is closed: it holds for the next one." in shown
    assert status == 302
    assert (own.level.n, own.grade) == (0, "insufficient")
    assert [(one.level.construct, one.level.mean, one.grade) for one in others] == [
        (one.level.construct, one.level.mean, one.grade) for one in before.problems]
    assert [(link.cause, link.problem, link.status) for link in after.links] == [
        (link.cause, link.problem, link.status) for link in before.links]


def test_pages_of_an_earlier_diagnosis_open_after_it_is_in_force(log_in, bank_study: Study):
    client = log_in("researcher")
    answer(bank_study)
    study = get_study(read_session(), bank_study.id)
    wave = get_wave(read_session(), study)
    diagnosis = compute_diagnosis(study, wave, n_resamples=50)
    close_read_session()
    with transaction() as session:
        held = get_study(session, bank_study.id)
        store_diagnosis(session, held, get_wave(session, held, "w1"), diagnosis)
    force(client, enter(client, bank_study))

    statuses = [client.get(f"/studies/{bank_study.id}/{page}").status_code
                for page in ("diagnosis", "plan", "joint", "joint/confidence", "quality")]

    assert statuses == [200] * 5


def test_a_draft_that_somebody_is_at_gets_it_too(log_in, bank_study: Study):
    client = log_in("researcher")
    with transaction() as session:
        study = get_study(session, bank_study.id)
        start_draft(session, study, instrument_of(get_instrument(session, study, "staff")))

    status = force(client, enter(client, bank_study))

    close_read_session()
    draft = instrument_of_draft(get_draft(read_session(), get_study(read_session(), bank_study.id), "staff"))
    assert status == 302
    assert draft.has_item("TURNOVER1")


def test_the_same_answers_diagnosed_test_grade_and_name_the_problem(log_in, bank_study: Study):
    client = log_in("researcher")
    force(client, enter(client, bank_study))
    answer(bank_study)

    study = get_study(read_session(), bank_study.id)
    found = compute_diagnosis(study, get_wave(read_session(), study), n_resamples=50)

    own = next(one for one in found.problems if one.level.construct == "PRB_TURNOVER")
    assert own.level.n > 60
    assert own.grade not in {None, "insufficient"}
    assert any(link.problem == "PRB_TURNOVER" for link in found.links)
    assert next(one for one in found.measures if one.key == "S3.3").verdict in {"proposed", "not_proposed"}


# ---- taken out, deleted ---------------------------------------------------------------------------------------------
def test_it_is_taken_out_again_before_anybody_answered(log_in, bank_study: Study):
    client = log_in("researcher")
    before = template(bank_study)
    at = enter(client, bank_study)
    force(client, at)

    status = force(client, at, deed="take_out")

    after = template(bank_study)
    close_read_session()
    code = load_codebook(read_session(), bank_study).by_key["PRB.TURNOVER"]
    assert status == 302
    assert after.instrument("staff").items == before.instrument("staff").items
    assert after.instrument("staff").constructs == before.instrument("staff").constructs
    assert after.rules.measures == before.rules.measures
    assert (code.is_active, code.definition.construct) == (False, None)
    assert after.version == f"{before.version}+2"
    assert audits(bank_study)[-1] == "take_construct_out"


def test_once_people_answered_it_stays(log_in, bank_study: Study):
    client = log_in("researcher")
    at = enter(client, bank_study)
    force(client, at)
    answer(bank_study)

    status = force(client, at, deed="take_out")

    assert status == 409
    assert "People answered it already" in client.post(f"{at}/deed", data={"deed": "take_out", "version": "2"}).text


def test_what_is_in_force_is_neither_changed_nor_deleted(log_in, bank_study: Study):
    client = log_in("researcher")
    at = enter(client, bank_study)
    force(client, at)

    changed = client.post(f"{at}/edit", data=PROBLEM | {"version": "2"})
    deleted = client.post(f"{at}/deed", data={"deed": "delete"})

    assert (changed.status_code, deleted.status_code) == (422, 409)


def test_what_is_not_in_force_is_deleted_with_an_audit_row(log_in, bank_study: Study):
    client = log_in("researcher")
    at = enter(client, bank_study)

    reply = client.post(f"{at}/deed", data={"deed": "delete"})

    assert reply.status_code == 302
    assert client.get(at).status_code == 404
    assert audits(bank_study)[-1] == "delete_construct"
