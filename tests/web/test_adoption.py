"""A template becomes another organisation's study: each step saved, mistakes told, the study opened at the end."""

import io
import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from instruments.template_loader import load_catalogue_template
from instruments.template_writer import template_zip
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.models.adoption import Adoption
from surveyapp.models.diagnosis import Job
from surveyapp.models.study import Study
from surveyapp.services.account import add_account
from surveyapp.services.adoption import adopted_of, choices_of, comparability_of, groups_of, original_of
from surveyapp.services.norm import kind_of
from surveyapp.services.study import facts_of, get_study, list_waves, template_of
from tests.conftest import PASSWORD

BANK = load_catalogue_template("bank_crm")
STAFF = BANK.instrument("staff")
PROBLEM = next(construct.key for construct in STAFF.constructs if construct.group == "problem")
RATED = next(item for item in STAFF.items if item.construct == PROBLEM)
FIELD = f"items/{RATED.key}/text"


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr("surveyapp.queue._client", lambda _url: type("Queue", (), {
        "enqueue_in_transaction": lambda _self, _session, _options, job_id: found.append(job_id)})())
    return found


@pytest.fixture
def researcher(client: FlaskClient, database: Database) -> FlaskClient:
    return enter(client, "r@example")


def enter(client: FlaskClient, login: str) -> FlaskClient:
    with transaction() as session:
        add_account(session, login, "Researcher", "researcher", PASSWORD)
    client.post("/login", data={"login": login, "password": PASSWORD})
    return client


def begin(client: FlaskClient) -> str:
    location: str = client.post("/adoptions", data={"template": "bank_crm"}).location
    return location.rpartition("/")[0]


def everything(**off: set[str]) -> dict[str, list[str]]:
    """Return what the page of the scope sends with everything ticked but what is named."""
    return {
        "construct": [one.key for one in BANK.constructs if one.key not in off.get("construct", ())],
        "item": [f"{form.audience}:{item.key}" for form in BANK.instruments for item in form.items
                 if f"{form.audience}:{item.key}" not in off.get("item", ())],
        "measure": [one.key for one in BANK.rules.measures if one.key not in off.get("measure", ())]}


def row_of(place: str) -> Adoption:
    close_read_session()
    return read_session().get_one(Adoption, int(place.rpartition("/")[2]))


def test_a_template_becomes_an_open_study_of_ones_own(researcher: FlaskClient, asked: list[str]):
    place = begin(researcher)
    researcher.post(f"{place}/name", data={"name": "乙行2027", "title|zh": "乙行客户关系调查",
                                           "organisation|zh": "乙行", "kind": "城市商业银行"})
    measure = BANK.rules.measures[0].key
    researcher.post(f"{place}/scope", data=everything(measure={measure}))
    researcher.post(f"{place}/wording?audience=staff&page={RATED.section}", data={f"{FIELD}|zh": "乙行自己的说法。"})
    researcher.post(f"{place}/tiers", data=tiers(**{"personal/wealth/minimum": "800,000"}))
    researcher.post(f"{place}/people", data={"population/staff": "180", "department/retail": "60"})
    made = researcher.post(f"{place}/rehearse", data={"language": ["zh"]})
    before = list_waves(read_session(), get_study(read_session(), "乙行2027"))[0].is_open
    opened = researcher.post(f"{place}/publish")

    close_read_session()
    study = get_study(read_session(), "乙行2027")
    template = template_of(read_session(), study)
    assert made.location == f"{place}/publish"
    assert read_session().get_one(Job, asked[0]).options["languages"] == ["zh"]
    assert not before
    assert opened.location == f"/studies/{study.id}"
    assert list_waves(read_session(), study)[0].is_open
    assert template.title["zh"] == "乙行客户关系调查"
    assert measure not in [one.key for one in template.rules.measures]
    staff = template.instrument("staff")
    assert next(item for item in staff.items if item.key == RATED.key).text["zh"] == "乙行自己的说法。"
    assert next(tier for tier in template.value_model.tiers["personal"] if tier.key == "wealth").minimum == 800_000
    assert facts_of(study).population == {"staff": 180}
    assert facts_of(study).organisation["zh"] == "乙行"
    assert kind_of(read_session(), study) == "城市商业银行"
    assert not study.is_synthetic


def tiers(**changed: str) -> dict[str, str]:
    found = {}
    for served, known in BANK.value_model.tiers.items():
        for tier in known:
            found[f"{served}/{tier.key}/minimum"] = str(int(tier.minimum))
            found |= {f"{served}/{tier.key}/name|{language}": words for language, words in tier.name.items()}
    return found | changed


def test_each_step_is_kept_and_the_list_leads_to_where_one_was(researcher: FlaskClient):
    place = begin(researcher)
    researcher.post(f"{place}/name", data={"name": "North"})
    researcher.post(f"{place}/scope", data=everything(construct={PROBLEM}))

    listed = researcher.get("/adoptions").text

    assert f'href="{place}/wording"' in listed
    assert "North" in listed
    assert choices_of(row_of(place)).constructs_off == (PROBLEM,)
    scope = researcher.get(f"{place}/scope").text
    assert re.search(rf'name="construct" value="{PROBLEM}">', scope)
    assert "This goes along" in scope


@pytest.mark.parametrize("key", ["bank_crm", "outpatient_service"])
def test_a_page_sent_as_it_came_changes_nothing(researcher: FlaskClient, key: str):
    place = researcher.post("/adoptions", data={"template": key}).location.rpartition("/")[0]
    page = researcher.get(f"{place}/scope").text
    ticked = re.findall(r'type="checkbox" name="(\w+)" value="([^"]+)" checked', page)

    researcher.post(f"{place}/scope", data=MultiDict(ticked))
    for form in original_of(row_of(place)).instruments:
        for group in groups_of(form):
            address = f"{place}/wording?audience={form.audience}&page={group}"
            words = re.findall(r'name="([^"]+)" lang="[^"]*" rows="\d" data-original="[^"]*"[^>]*>([^<]*)</textarea>',
                               researcher.get(address).text)
            researcher.post(address, data={name: unescape(text) for name, text in words})

    assert adopted_of(row_of(place)).template == load_catalogue_template(key)


def test_going_back_keeps_how_far_one_was(researcher: FlaskClient):
    place = begin(researcher)
    for step, data in (("name", {"name": "North"}), ("scope", everything()), ("wording", {"done": "1"})):
        researcher.post(f"{place}/{step}", data=data)

    researcher.post(f"{place}/name", data={"name": "North again"})

    assert row_of(place).step == "tiers"


def test_a_changed_wording_is_told_as_not_comparable_and_back_again(researcher: FlaskClient):
    place = begin(researcher)
    page = f"{place}/wording?audience=staff&page={RATED.section}"
    n = sum(len(form.items_of_construct(one.key)) for form in BANK.instruments for one in form.constructs)

    researcher.post(page, data={f"{FIELD}|en": "Something else.", "stay": "1"})
    changed = researcher.get(page).text
    researcher.post(page, data={f"{FIELD}|en": f" {RATED.text['en']} ", "stay": "1"})

    assert f"{n - 1} of {n} items of the scales stay comparable." in changed
    assert "other words: not comparable (English)" in " ".join(changed.split())
    assert f"In the template: {RATED.text['en']}"[:30] in changed
    assert f"{n} of {n} items of the scales stay comparable." in researcher.get(page).text
    assert choices_of(row_of(place)).wordings == {"staff": {}}


def test_words_of_the_scale_make_all_its_items_incomparable(researcher: FlaskClient):
    place = begin(researcher)

    researcher.post(f"{place}/wording?audience=staff&page=:scales",
                    data={f"scales/{RATED.scale}/5|en": "Very much so", "stay": "1"})

    fate = {one.key: one.fate for one in _fates(place)}
    assert fate[RATED.key] == "reworded"


def _fates(place: str):
    return comparability_of(row_of(place)).fates


@pytest.mark.parametrize(("step", "data", "words"), [
    ("name", {"name": "12345"}, "A study needs a name that is not only digits."),
    ("name", {"name": "taken"}, "There is a study named"),
    ("name", {"name": "x", "kind": "\u202eabc"}, "some that cannot be printed"),
    ("tiers", {"personal/basic/minimum": "much"}, "Some borders are no numbers"),
    ("people", {"population/staff": "twelve"}, "Some numbers of people cannot be read"),
    ("people", {"population/staff": "-3"}, "Some numbers of people cannot be read"),
    ("people", {"population/staff": "1.5"}, "Some numbers of people cannot be read"),
], ids=["digits", "taken", "direction", "border", "word", "negative", "half"])
def test_a_mistake_is_told_on_its_page_and_what_was_typed_stays(
        researcher: FlaskClient, bank_study: Study, step: str, data: dict[str, str], words: str):
    with transaction() as session:
        get_study(session, bank_study.id).name = "taken"
    place = begin(researcher)

    reply = researcher.post(f"{place}/{step}", data=data)

    assert reply.status_code == 422
    assert words in reply.text
    assert all(value in reply.text for value in data.values() if value.isascii())


def test_tiers_that_do_not_rise_hinder_the_study_and_are_told(researcher: FlaskClient, asked: list[str]):
    place = begin(researcher)
    researcher.post(f"{place}/name", data={"name": "North"})
    researcher.post(f"{place}/tiers", data=tiers(**{"personal/wealth/minimum": "1"}))

    page = researcher.get(f"{place}/rehearse").text
    made = researcher.post(f"{place}/rehearse", data={"language": ["en"]})

    assert "the borders do not rise from 0." in page
    assert made.status_code in (409, 422)
    assert read_session().scalar(select(Study).where(Study.name == "North")) is None


def test_a_change_after_the_rehearsal_has_to_be_rehearsed_again(researcher: FlaskClient, asked: list[str]):
    place = begin(researcher)
    researcher.post(f"{place}/name", data={"name": "North"})
    researcher.post(f"{place}/rehearse", data={"language": ["en"]})
    first = row_of(place).study_id
    researcher.post(f"{place}/people", data={"population/staff": "99"})

    refused = researcher.post(f"{place}/publish")
    researcher.post(f"{place}/rehearse", data={"language": ["en"]})
    researcher.post(f"{place}/publish")

    row = row_of(place)
    assert refused.status_code in (409, 422)
    assert row.is_done
    assert row.study_id != first
    assert read_session().get(Study, first) is None
    assert [study.name for study in read_session().scalars(select(Study))] == ["North"]


def test_a_finished_adoption_is_not_changed_any_more(researcher: FlaskClient, asked: list[str]):
    place = begin(researcher)
    researcher.post(f"{place}/name", data={"name": "North"})
    researcher.post(f"{place}/rehearse", data={"language": ["en"]})
    researcher.post(f"{place}/publish")

    replies = [researcher.post(f"{place}/{step}", data={"name": "x"}).status_code
               for step in ("name", "scope", "wording", "people", "rehearse", "publish")]

    assert set(replies) <= {409, 422}
    researcher.post(f"{place}/remove")
    close_read_session()
    assert read_session().scalar(select(Study.name)) == "North"


def test_an_adoption_given_up_takes_its_unopened_study_along(researcher: FlaskClient, asked: list[str]):
    place = begin(researcher)
    researcher.post(f"{place}/name", data={"name": "North"})
    researcher.post(f"{place}/rehearse", data={"language": ["en"]})

    researcher.post(f"{place}/remove")

    close_read_session()
    assert read_session().scalars(select(Study)).all() == []
    assert read_session().scalars(select(Adoption)).all() == []


def test_an_adoption_of_somebody_else_does_not_exist(researcher: FlaskClient, app):
    place = begin(researcher)
    other = enter(app.test_client(), "other@example")

    statuses = [other.get(f"{place}/{step}").status_code for step in ("name", "scope", "publish")]
    statuses += [other.post(f"{place}/{step}", data={"name": "x"}).status_code
                 for step in ("name", "rehearse", "remove")]

    assert set(statuses) == {404}
    assert row_of(place).name == ""


def test_the_zip_of_a_template_is_taken_and_what_is_none_refused(researcher: FlaskClient):
    clinic = load_catalogue_template("outpatient_service")

    taken = researcher.post("/adoptions", data={"file": (io.BytesIO(template_zip(clinic)), "clinic.zip")})
    refused = researcher.post("/adoptions", data={"file": (io.BytesIO(b"PK\x03\x04 broken"), "clinic.zip")})
    nothing = researcher.post("/adoptions", data={"template": "../../etc"})

    assert taken.status_code == 302
    assert (refused.status_code, nothing.status_code) == (422, 422)
    place = taken.location.rpartition("/")[0]
    assert adopted_of(row_of(place)).template == clinic
    assert "This template has no tiers" in researcher.get(f"{place}/tiers").text


def test_there_is_no_step_of_another_name(researcher: FlaskClient):
    place = begin(researcher)

    assert researcher.get(f"{place}/nothing").status_code == 404
    assert researcher.post(f"{place}/nothing").status_code == 404


@pytest.mark.parametrize("step", ["name", "scope", "wording", "tiers", "people", "rehearse", "publish"])
def test_every_step_is_read_in_chinese(researcher: FlaskClient, step: str):
    place = begin(researcher)
    researcher.post("/language", data={"language": "zh", "next": "/"})

    page = researcher.get(f"{place}/{step}").text

    assert 'lang="zh-Hans"' in page
    assert "适用内容" in page


def test_what_goes_along_is_listed_by_name(researcher: FlaskClient):
    place = begin(researcher)
    researcher.post(f"{place}/name", data={"name": "North"})
    objective = next(one for one in BANK.rules.objectives if one.problem == PROBLEM)

    researcher.post(f"{place}/scope", data=everything(construct={PROBLEM}))

    listed = unescape(researcher.get(f"{place}/scope").text)
    assert f"<code>{objective.key}</code> {objective.name['en']}: it belongs to what was taken out" in listed
    choice = next(one for item in STAFF.items if item.key == "STP" for one in item.choices if one.value == PROBLEM)
    assert f"<code>STP: {PROBLEM}</code> {choice.label['en']}: " in listed


def test_wordings_stand_in_the_order_of_the_questionnaire(researcher: FlaskClient):
    place = begin(researcher)

    page = researcher.get(f"{place}/wording?audience=staff&page={RATED.section}").text

    legends = re.findall(r'data-item="(\w+)"', page)
    assert legends == [item.key for item in STAFF.items if item.section == RATED.section and item.key in legends]
    assert len(legends) > 3


def test_a_border_that_is_no_number_is_named_by_its_tier_and_people_by_a_number_of_people(researcher: FlaskClient):
    place = begin(researcher)
    researcher.post("/language", data={"language": "zh"})

    borders = researcher.post(f"{place}/tiers", data=tiers(**{"corporate/key/minimum": "x",
                                                              "personal/wealth/minimum": "abc"})).text
    people = researcher.post(f"{place}/people", data={"population/staff": "many"}).text

    assert "Lower border" not in borders
    cells = re.findall(r"<td[^>]*>(.*?)</td>", borders.partition("<tbody")[2].partition("</tbody>")[0], re.DOTALL)
    assert [re.sub(r"<[^>]+>", "", cell) for cell in cells[:3]] == ["4", "财富客户", "abc"]
    assert "请填写数字，如120。" in people
