"""Norm packages between studies, on both databases: made once, handed on, compared with only where enough came."""

import json
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from analysis.diagnosis.diagnose import diagnose
from instruments.codec import to_document
from instruments.template_loader import load_catalogue_template
from surveyapp.cli import run
from surveyapp.dataset import load_tables
from surveyapp.db.base import utc_now
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.jobs.norm import make_package
from surveyapp.models.audit import Audit
from surveyapp.models.norm import NormExport
from surveyapp.models.response import Response
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.sample.answers import generate_responses
from surveyapp.sample.plan import Plan
from surveyapp.services.norm import import_package, imported_norms, list_imports, norms_of, remove_import, set_kind
from surveyapp.services.norm_file import read_package, write_package
from surveyapp.services.response_import import load_sample_responses
from surveyapp.services.study import create_study, get_study, get_wave, instrument_of, list_links

KIND = "district hospital"
PEOPLE = 60


def branch(name: str, seed: int, *, kind: str = KIND, n: int = PEOPLE) -> None:
    """Make a closed study of so many invented people."""
    with transaction() as session:
        study = create_study(session, load_catalogue_template("outpatient_service"), name, is_synthetic=True)
        wave = get_wave(session, study)
        for link, published in list_links(session, wave):
            instrument = instrument_of(published)
            plan = Plan(seed=seed, n_respondents={published.audience: n}, share_careless=0, share_blank=0)
            load_sample_responses(session, link, instrument, generate_responses(instrument, plan, published.audience))
        session.execute(update(Wave).where(Wave.id == wave.id).values(closed_at=utc_now()))
        set_kind(session, study, kind)
    close_read_session()


def study_of(name: str) -> tuple[Study, Wave]:
    study = get_study(read_session(), name)
    return study, get_wave(read_session(), study)


def package_of(name: str) -> bytes:
    made = write_package(make_package(*study_of(name)))
    close_read_session()
    return made


def take_over(name: str, *contents: bytes) -> None:
    with transaction() as session:
        for content in contents:
            import_package(session, get_study(session, name), content)
    close_read_session()


def diagnosed(name: str):
    return diagnose(load_tables(read_session(), *study_of(name)), n_resamples=50)


def test_three_organisations_make_a_comparison_and_two_do_not(any_database: Database):
    for place, name in enumerate(("own", "north", "south", "west")):
        branch(name, 20 + place)
    packages = [package_of(name) for name in ("north", "south", "west")]

    take_over("own", *packages[:2])
    few = diagnosed("own")
    take_over("own", packages[2])
    enough = diagnosed("own")

    assert {row.reason for row in few.benchmarks} == {"too_few_organisations"}
    compared = [row for row in enough.benchmarks if not row.reason]
    assert len(compared) >= 5
    assert {row.n_organisations for row in compared} == {3}
    assert few.provenance.input_hash != enough.provenance.input_hash


def test_a_package_holds_no_row_and_no_group_of_people(any_database: Database):
    branch("north", 3)

    document = json.loads(package_of("north"))

    assert set(document) == {"schema", "source", "kind", "template", "template_version", "collected", "scales",
                             "left_out", "is_synthetic"}
    assert {key for scale in document["scales"] for key in scale} == {
        "construct", "audience", "low", "high", "n", "items", "covariances"}
    assert {key for scale in document["scales"] for item in scale["items"] for key in item} == {
        "key", "meaning", "wordings", "mean"}
    assert min(scale["n"] for scale in document["scales"]) >= 30
    assert "north" not in json.dumps(document)


def test_the_same_answers_give_the_same_package_again(any_database: Database):
    branch("north", 3)

    assert package_of("north") == package_of("north")


def test_a_second_package_of_other_answers_is_refused_with_the_reason(any_database: Database):
    branch("north", 3)
    first = package_of("north")
    with transaction() as session:
        gone = session.scalar(select(Response.key).limit(1))
        session.execute(delete(Response).where(Response.key == gone))
    close_read_session()

    with pytest.raises(Refused, match="what the few people said who make the difference"):
        package_of("north")
    close_read_session()
    assert to_document(read_package(first)) == read_session().scalar(select(NormExport.document))


def test_an_open_wave_gives_no_package(any_database: Database):
    branch("north", 3)
    with transaction() as session:
        session.execute(update(Wave).values(closed_at=None))
    close_read_session()

    with pytest.raises(Refused, match="closed wave"):
        package_of("north")


def test_twenty_nine_people_give_no_package(any_database: Database):
    branch("north", 3, n=29)

    with pytest.raises(Refused, match="30 people"):
        package_of("north")


def test_an_organisation_of_no_kind_hands_out_nothing(any_database: Database):
    branch("north", 3, kind="")

    with pytest.raises(Refused, match="kind"):
        package_of("north")


def test_a_study_is_not_compared_with_itself(any_database: Database):
    branch("north", 3)
    content = package_of("north")

    with pytest.raises(Refused, match="this study itself"):
        take_over("north", content)


def test_a_newer_package_of_the_same_source_replaces_the_older(any_database: Database):
    for place, name in enumerate(("own", "north")):
        branch(name, place)
    content = package_of("north")
    newer = json.loads(content) | {"collected": "2027-01"}

    take_over("own", content, content, json.dumps(newer).encode())

    study, _ = study_of("own")
    assert [one.package.collected for one in imported_norms(read_session(), study)] == ["2027-01"]


def test_another_kind_is_kept_and_not_compared_with(any_database: Database):
    for place, (name, kind) in enumerate((("own", KIND), ("north", "university hospital"), ("south", KIND.upper()))):
        branch(name, place, kind=kind)
    take_over("own", package_of("north"), package_of("south"))

    study, _ = study_of("own")
    assert [one.is_same_kind for one in imported_norms(read_session(), study)] == [False, True]
    assert len(norms_of(read_session(), study)) == 1


def test_synthetic_norms_are_not_held_against_real_answers(any_database: Database):
    branch("north", 1)
    content = package_of("north")
    with transaction() as session:
        create_study(session, load_catalogue_template("outpatient_service"), "real")

    with pytest.raises(Refused, match="invented"):
        take_over("real", content)


def test_a_refused_file_leaves_nothing_behind(any_database: Database):
    for place, name in enumerate(("own", "north")):
        branch(name, place)
    content = package_of("north")

    with pytest.raises(BadInput):
        take_over("own", content, content.replace(b'"n": 5', b'"n": 1'))

    close_read_session()
    assert list_imports(read_session(), study_of("own")[0]) == []


def test_each_deed_leaves_an_audit_row(any_database: Database):
    for place, name in enumerate(("own", "north")):
        branch(name, place)
    take_over("own", package_of("north"))
    with transaction() as session:
        study = get_study(session, "own")
        remove_import(session, study, list_imports(session, study)[0].id)

    deeds = set(read_session().scalars(select(Audit.action)))
    assert {"set_norm_kind", "make_norm_package", "import_norm_package", "remove_norm_package"} <= deeds


def test_a_package_of_another_study_is_not_there_to_remove(any_database: Database):
    for place, name in enumerate(("own", "north", "south")):
        branch(name, place)
    take_over("own", package_of("north"))
    number = list_imports(read_session(), study_of("own")[0])[0].id
    close_read_session()

    with pytest.raises(NotFound), transaction() as session:
        remove_import(session, get_study(session, "south"), number)


def test_the_commands_carry_a_package_to_another_study(database: Database, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    for place, name in enumerate(("own", "north")):
        branch(name, place)
    file = tmp_path / "north.json"

    codes = [run(["norms", "export", "north", "--out", str(file), "--kind", KIND]),
             run(["norms", "import", "own", str(file)])]
    capsys.readouterr()
    codes.append(run(["norms", "list", "own", "--json"]))

    listed = json.loads(capsys.readouterr().out)
    assert codes == [0, 0, 0]
    assert listed["kind"] == KIND
    assert listed["packages"][0]["n_identical"] == listed["packages"][0]["n_items"] > 20
    assert run(["norms", "remove", "own", str(listed["packages"][0]["number"])]) == 0
