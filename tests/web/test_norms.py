"""Norms on the page and in the diagnosis: handed out, taken over, refused; the word only where it may be."""

import io
from dataclasses import replace

import pytest
from sqlalchemy import update

from analysis.results.measurement import Estimate
from analysis.results.norms import SCHEMA, Benchmark, NormItem, NormPackage, NormScale
from instruments.comparison import item_hash, wording_hash
from instruments.template_loader import load_catalogue_template
from surveyapp.db.base import utc_now
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.jobs.worker import do_job
from surveyapp.models.diagnosis import Job
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.diagnosis import store_diagnosis
from surveyapp.services.norm_file import write_package
from surveyapp.services.study import get_study, get_wave
from tests.factories.diagnosis import rich_diagnosis

BANK = load_catalogue_template("bank_crm")
STAFF = BANK.instrument("staff")
CONSTRUCT = next(construct for construct in STAFF.constructs if construct.group == "problem")


def package(source: int, kind: str = "city") -> bytes:
    items = tuple(NormItem(item.key, item_hash(STAFF, item), {
        language: wording_hash(STAFF, item, [language]) for language in STAFF.languages}, 3.0)
        for item in STAFF.items_of_construct(CONSTRUCT.key))
    k = len(items)
    scale = NormScale(CONSTRUCT.key, "staff", 1.0, 5.0, 50, items,
                      tuple(tuple(1.0 if i == j else 0.4 for j in range(k)) for i in range(k)))
    return write_package(NormPackage(SCHEMA, f"{source:032x}", kind, "bank_crm", "1.0", "2026-03", (scale,)))


def page_of(study: Study) -> str:
    return f"/studies/{study.id}/norms"


def hand_over(client, study: Study, content: bytes):
    return client.post(f"{page_of(study)}/import", data={"file": (io.BytesIO(content), "package.json")})


def benchmark(word: str, **other) -> Benchmark:
    found = Benchmark(CONSTRUCT.key, "staff", "", 4, ("I1", "I2", "I3"), ("I4",), 120, 3.4, 300, 3.0, None, None,
                      Estimate(0.4, 0.25, 0.55, 420, "", 0.95), 0.001, word)
    return replace(found, **other)


def store(study: Study, *rows: Benchmark) -> None:
    with transaction() as session:
        stored = get_study(session, study.id)
        store_diagnosis(session, stored, get_wave(session, stored),
                        replace(rich_diagnosis(BANK), benchmarks=rows))


def test_packages_are_taken_over_and_counted_towards_what_a_comparison_needs(log_in, bank_study: Study):
    client = log_in("researcher")
    client.post(f"{page_of(bank_study)}/kind", data={"kind": "city"})

    for number in (1, 2):
        assert hand_over(client, bank_study, package(number)).status_code == 302
    hand_over(client, bank_study, package(3, "savings"))

    shown = client.get(page_of(bank_study)).text
    assert "2 of the 3 organisations of this kind that a comparison needs are there." in shown
    assert "no: another kind" in shown
    hand_over(client, bank_study, package(4))
    assert "3 organisations of this kind are there" in client.get(page_of(bank_study)).text


def test_a_file_that_is_no_package_is_refused_on_the_page_it_was_chosen_on(log_in, bank_study: Study):
    client = log_in("researcher")

    reply = hand_over(client, bank_study, package(1).replace(b'"n": 50', b'"n": 12'))

    assert reply.status_code == 422
    assert "scales[0].n: 12 people stand behind the figures" in reply.text
    assert "No package was taken over yet." in client.get(page_of(bank_study)).text


def test_without_a_file_the_page_says_so(log_in, bank_study: Study):
    reply = log_in("researcher").post(f"{page_of(bank_study)}/import", data={})

    assert reply.status_code == 422
    assert "No file was chosen." in reply.text


def test_a_package_is_removed_again(log_in, bank_study: Study):
    client = log_in("researcher")
    hand_over(client, bank_study, package(1))

    client.post(f"{page_of(bank_study)}/packages/1/remove")

    assert "No package was taken over yet." in client.get(page_of(bank_study)).text
    assert client.post(f"{page_of(bank_study)}/packages/1/remove").status_code == 404


def test_a_package_is_asked_for_and_the_reason_it_cannot_be_made_is_read(log_in, bank_study: Study, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr("surveyapp.queue._client", lambda _url: type("Queue", (), {
        "enqueue_in_transaction": lambda _self, _session, _options, job_id: asked.append(job_id)})())
    client = log_in("researcher")
    refused = client.post(f"{page_of(bank_study)}/waves/w1")
    client.post(f"{page_of(bank_study)}/kind", data={"kind": "city"})
    with transaction() as session:
        session.execute(update(Wave).values(closed_at=utc_now()))

    client.post(f"{page_of(bank_study)}/waves/w1")
    close_read_session()
    do_job(asked[0])

    assert refused.status_code == 422
    assert read_session().get_one(Job, asked[0]).state == "failed"
    assert "No scale of this wave has answers of 30 people" in client.get(page_of(bank_study)).text
    assert client.get(f"{page_of(bank_study)}/waves/w1/package.json").status_code == 404


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("Beside other organisations", "benchmark", "higher", "0.40")),
    ("zh", ("与其他机构比较", "同类机构基准", "较高", "0.40"))])
def test_enough_organisations_stand_in_the_diagnosis(log_in, bank_study: Study, language: str, words: tuple[str, ...]):
    store(bank_study, benchmark("higher"))
    client = log_in("manager")
    client.post("/language", data={"language": language, "next": "/"})

    shown = client.get(f"/studies/{bank_study.id}/diagnosis").text

    assert [word for word in words if word not in shown] == []


def test_too_few_organisations_are_told_without_the_word(log_in, bank_study: Study):
    store(bank_study, Benchmark(CONSTRUCT.key, "staff", "too_few_organisations", 2))
    client = log_in("manager")

    shown = client.get(f"/studies/{bank_study.id}/diagnosis").text

    assert "No comparison with other organisations is made" in shown
    assert "benchmark" not in shown.lower()


def test_without_packages_the_diagnosis_says_nothing_of_others(log_in, bank_study: Study):
    store(bank_study)

    shown = log_in("manager").get(f"/studies/{bank_study.id}/diagnosis").text

    assert "other organisations" not in shown
