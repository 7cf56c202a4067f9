"""Several organisations side by side: intervals, no ranking, nothing of those one has no part in."""

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from analysis.results.diagnosis import Diagnosis, Level
from instruments.schema import Instrument
from instruments.template_loader import load_catalogue_template
from surveyapp.db.session import transaction
from surveyapp.models.study import Study
from surveyapp.services.account import add_account, add_member
from surveyapp.services.diagnosis import store_diagnosis
from surveyapp.services.publication import publish_version
from surveyapp.services.study import create_study, get_study, get_wave
from tests.conftest import PASSWORD
from tests.factories.diagnosis import rich_diagnosis

BANK = load_catalogue_template("bank_crm")
STAFF = BANK.instrument("staff")
CONSTRUCT = next(construct for construct in STAFF.constructs if construct.group == "problem")
ITEMS = [item.key for item in STAFF.items_of_construct(CONSTRUCT.key)]


def diagnosis_of(mean: float, half: float, n: int) -> Diagnosis:
    """Return a diagnosis in which one problem stands there."""
    whole = rich_diagnosis(BANK)

    def at(level: Level) -> Level:
        return replace(level, mean=mean, ci_low=mean - half, ci_high=mean + half, n=n)

    return replace(whole, problems=tuple(
        replace(one, level=at(one.level)) if one.level.construct == CONSTRUCT.key else one for one in whole.problems))


def branch(name: str, mean: float = 3.0, half: float = 0.1, n: int = 120) -> Study:
    with transaction() as session:
        study = create_study(session, BANK, name)
        store_diagnosis(session, study, get_wave(session, study), diagnosis_of(mean, half, n))
        return study


def manager_of(client: FlaskClient, *studies: Study, role: str = "manager") -> FlaskClient:
    with transaction() as session:
        account = add_account(session, "beside@example", "Beside", role, PASSWORD)
        for study in studies:
            add_member(session, get_study(session, study.id), account)
    client.post("/login", data={"login": "beside@example", "password": PASSWORD})
    return client


def said_of(client: FlaskClient, **query: object) -> str:
    """Return the sentence under the problem's heading."""
    page = client.get("/side-by-side", query_string=query).text
    found = re.search(rf'id="scale-{CONSTRUCT.key}">.*?<p>(.*?)</p>', page, re.DOTALL)
    assert found is not None
    return " ".join(found.group(1).split())


def test_intervals_that_lie_apart_are_said_to_be_apart(client: FlaskClient, database):
    manager = manager_of(client, branch("North", 3.9), branch("South", 2.9))

    assert said_of(manager) == "North stands higher than South."


@pytest.mark.parametrize(("north", "half", "n"), [(3.2, 0.1, 120), (3.9, 0.5, 120), (3.2, 0.01, 4000)],
                         ids=["small and near", "wide", "certain and too small to matter"])
def test_what_intervals_do_not_set_apart_is_not_ranked(client: FlaskClient, database, north, half, n):
    manager = manager_of(client, branch("North", north, half, n), branch("South", 3.0, half, n))

    assert said_of(manager) == "No two can be told apart."


def test_intervals_that_just_miss_each_other_do_not_suffice_among_many_figures(client: FlaskClient, database):
    manager = manager_of(client, branch("North", 3.42, 0.2), branch("South", 3.0, 0.2))

    assert said_of(manager) == "No two can be told apart."


def test_organisations_stand_in_the_order_of_their_names(client: FlaskClient, database):
    manager = manager_of(client, branch("B", 2.0), branch("A", 3.0), branch("C", 4.0))

    page = manager.get("/side-by-side").text

    assert re.findall(r'/diagnosis">([ABC])</a>', page)[:3] == ["A", "B", "C"]
    assert "There is no ranking" in page


def test_twenty_nine_answers_are_shown_and_not_held_against_others(client: FlaskClient, database):
    manager = manager_of(client, branch("North", 3.9, n=29), branch("South", 2.9))

    assert said_of(manager) == "Not held against each other."
    assert "too few answers to be held against others" in manager.get("/side-by-side").text


def test_a_reworded_item_takes_the_scale_out_of_the_comparison(client: FlaskClient, database):
    north, south = branch("North", 3.9), branch("South", 2.9)
    with transaction() as session:
        publish_version(session, get_study(session, north.id), reworded(STAFF), has_seen_warnings=True, note="words")
    with transaction() as session:
        study = get_study(session, north.id)
        newer = diagnosis_of(3.9, 0.1, 120)
        versions = {**newer.provenance.instrument_versions, "staff": "9.0.0"}
        store_diagnosis(session, study, get_wave(session, study), replace(
            newer, provenance=replace(newer.provenance, instrument_versions=versions)))
    manager = manager_of(client, north, south)

    assert said_of(manager) == "Not held against each other."
    assert "other items or words: not comparable" in manager.get("/side-by-side").text


def reworded(instrument: Instrument) -> Instrument:
    texts: Mapping[str, str] = {"en": "Quite another sentence.", "zh": "另一句话。"}
    return replace(instrument, version="9.0.0", items=tuple(
        replace(item, text=texts) if item.key == ITEMS[0] else item for item in instrument.items))


def test_somebody_with_a_part_in_one_sees_only_that_there_is_nothing_to_compare(client: FlaskClient, database):
    branch("Hidden away", 3.9)
    manager = manager_of(client, branch("South", 2.9))

    page = manager.get("/side-by-side")

    assert page.status_code == 200
    assert "Hidden away" not in page.text
    assert "Choose two or more organisations" in page.text


def test_a_study_of_others_does_not_exist_here_either(client: FlaskClient, database):
    foreign, own = branch("Hidden away", 3.9), branch("South", 2.9)
    manager = manager_of(client, own)

    replies = [manager.get("/side-by-side", query_string={"study": [own.id, number]}) for number in
               (foreign.id, 99_999, "x", "-1", "9" * 40)]

    assert {reply.status_code for reply in replies} == {404}
    assert len({reply.text.partition("<main")[2] for reply in replies}) == 1
    assert "Hidden away" not in replies[0].text


def test_thirteen_at_once_are_too_many(client: FlaskClient, database):
    studies = [branch(f"S{place:02}") for place in range(13)]
    manager = manager_of(client, *studies)

    assert manager.get("/side-by-side", query_string={"study": [one.id for one in studies]}).status_code == 422


def test_a_study_without_diagnosis_is_named(client: FlaskClient, database):
    with transaction() as session:
        bare = create_study(session, BANK, "Bare")
    north = branch("North")
    south = branch("South")
    manager = manager_of(client, bare, north, south)

    page = manager.get("/side-by-side", query_string={"study": [bare.id, north.id, south.id]}).text

    assert "Without a diagnosis yet: Bare." in page


def test_studies_that_share_nothing_say_so(client: FlaskClient, database):
    other = load_catalogue_template("outpatient_service")
    with transaction() as session:
        clinic = create_study(session, other, "Clinic")
        strange = replace(rich_diagnosis(BANK), problems=(), causes=(), situation=(), outcomes=(), facets=())
        store_diagnosis(session, clinic, get_wave(session, clinic), strange)
    manager = manager_of(client, branch("North"), clinic)

    assert "These organisations measured nothing in common." in manager.get("/side-by-side").text


def test_the_page_is_read_in_chinese(client: FlaskClient, database):
    manager = manager_of(client, branch("北区", 3.9), branch("南区", 2.9))
    manager.post("/language", data={"language": "zh", "next": "/"})

    assert said_of(manager) == "北区高于南区。"
