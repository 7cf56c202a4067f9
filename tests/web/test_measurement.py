"""The page of measurement: asked for, read, handed out as files, and further analyses of a researcher."""

import io
import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.jobs.worker import do_job
from surveyapp.models.diagnosis import Job
from surveyapp.models.measurement import MeasurementSpec, StoredMeasurement
from surveyapp.models.study import Study
from surveyapp.services.response_import import import_responses
from surveyapp.services.study import close_wave, get_instrument, get_study, get_wave

STAFF = "/studies/{}/measurement/w1/staff"
ITEMS = ("GOA1", "GOA2", "GOA3", "GOA4", "INF1", "INF2", "INF3", "INF4")
FOUR = f"- {{id: four, do: efa, items: [{', '.join(ITEMS)}], n_factors: 2, title: Two factors}}\n"


def _answers(n: int = 40) -> bytes:
    """Return answers to two scales; the others are left blank, so that a measurement takes no time."""
    lines = [",".join(ITEMS)]
    for row in range(n):
        level = (row * 7 % 5, row * 3 % 5)
        shifts = [(row * row * (place + 1) // 4 + place * row) % 3 - 1 for place in range(len(ITEMS))]
        lines.append(",".join(str(min(max(1 + level[place // 4] + shift, 1), 5))
                              for place, shift in enumerate(shifts)))
    return "\n".join(lines).encode()


@pytest.fixture
def closed(bank_study: Study) -> Study:
    with transaction() as session:
        study, wave = get_study(session, bank_study.id), get_wave(session, bank_study)
        import_responses(session, study, wave, get_instrument(session, study, "staff"), _answers(), "a.csv")
        close_wave(session, study, wave)
    close_read_session()
    return bank_study


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr("surveyapp.queue._client", lambda _url: type("Queue", (), {
        "enqueue_in_transaction": lambda _self, _session, _options, job_id: found.append(job_id)})())
    return found


@pytest.fixture
def quick(monkeypatch) -> None:
    monkeypatch.setattr("surveyapp.jobs.measure.measurement_report_pdf", lambda *_found, **_language: b"%PDF-")


def _measured(client: FlaskClient, study: Study, asked: list[str]) -> str:
    client.post(STAFF.format(study.id))
    close_read_session()
    do_job(asked[-1])
    return client.get(STAFF.format(study.id)).text


def test_a_questionnaire_is_measured_and_read_with_its_files(log_in, closed: Study, asked: list[str]):
    client = log_in("researcher")
    client.post(f"{STAFF.format(closed.id)}/analyses", data={"text": FOUR + (
        f"- {{id: number, do: parallel, n_draws: 50, items: [{', '.join(ITEMS)}]}}\n")})

    page = _measured(client, closed, asked)

    assert read_session().scalars(select(Job.state).where(Job.id == asked[-1])).all() == ["done"]
    assert "Unclear goals" in page
    assert "Above random data lie" in page
    assert page.count("<svg") >= 4
    assert "style=" not in page
    assert "analysis &#39;kmo&#39;" in page
    pdf = client.get(f"{STAFF.format(closed.id)}/report-zh.pdf")
    assert pdf.data.startswith(b"%PDF-1.7")
    found = json.loads(client.get(f"{STAFF.format(closed.id)}/results.json").data)
    assert list(found) == ["sample", "PRB_GOAL", "PRB_INFO", "four", "number"]
    assert found["PRB_GOAL"]["n"] == 40


@pytest.mark.usefixtures("quick")
def test_the_page_reads_in_chinese(log_in, closed: Study, asked: list[str]):
    client = log_in("researcher")
    _measured(client, closed, asked)
    client.post("/language", data={"language": "zh", "next": "/"})

    page = client.get(STAFF.format(closed.id)).text

    assert "测量质量" in page
    assert "目标不明确" in page
    assert "Note." not in page


def test_an_open_wave_is_neither_measured_nor_shown(log_in, bank_study: Study, asked: list[str]):
    client = log_in("researcher")

    reply = client.post(STAFF.format(bank_study.id))
    page = client.get(STAFF.format(bank_study.id)).text

    assert reply.status_code == 409
    assert asked == []
    assert "Collection is still open." in page
    assert client.get(f"{STAFF.format(bank_study.id)}/results.json").status_code == 404
    assert client.get(f"{STAFF.format(bank_study.id)}/report-en.pdf").status_code == 404


@pytest.mark.usefixtures("quick")
def test_what_was_measured_is_hidden_when_the_wave_is_opened_again(log_in, closed: Study, asked: list[str]):
    client = log_in("researcher")
    _measured(client, closed, asked)
    with transaction() as session:
        wave = get_wave(session, get_study(session, closed.id), "w1")
        wave.closed_at = None
    close_read_session()

    page = client.get(STAFF.format(closed.id)).text

    assert "Unclear goals" not in page
    assert client.get(f"{STAFF.format(closed.id)}/results.json").status_code == 404


@pytest.mark.usefixtures("quick")
def test_only_the_newest_measurement_is_kept(log_in, closed: Study, asked: list[str]):
    client = log_in("researcher")

    _measured(client, closed, asked)
    _measured(client, closed, asked)

    assert len(read_session().scalars(select(StoredMeasurement)).all()) == 1


@pytest.mark.usefixtures("quick")
def test_no_pattern_of_a_few_people_leaves_the_job(log_in, closed: Study, asked: list[str]):
    client = log_in("researcher")
    _measured(client, closed, asked)

    found = json.loads(client.get(f"{STAFF.format(closed.id)}/results.json").data)["sample"]

    assert [pattern for pattern in found["patterns"] if pattern["n"] < 5] == []
    assert found["n_duplicated"] == 0


@pytest.mark.usefixtures("quick")
def test_a_researcher_adds_analyses_and_reads_their_results(log_in, closed: Study, asked: list[str]):
    client = log_in("researcher")

    reply = client.post(f"{STAFF.format(closed.id)}/analyses", data={"text": FOUR})
    close_read_session()
    do_job(asked[-1])
    page = client.get(STAFF.format(closed.id)).text

    assert reply.status_code == 302
    assert "Two factors: all 8 items load on one of 2 factors only" in page
    assert "title: Two factors" in page
    client.post(f"{STAFF.format(closed.id)}/analyses", data={"text": "  "})
    close_read_session()
    assert read_session().scalars(select(MeasurementSpec)).all() == []


@pytest.mark.usefixtures("quick")
def test_a_model_of_a_researcher_is_drawn(log_in, closed: Study, asked: list[str]):
    client = log_in("researcher")
    model = "goals =~ GOA1 + GOA2 + GOA3 + GOA4\\ninformation =~ INF1 + INF2 + INF3 + INF4"

    client.post(f"{STAFF.format(closed.id)}/analyses", data={"text": f'- {{id: two, do: cfa, model: "{model}"}}'})
    close_read_session()
    do_job(asked[-1])
    page = client.get(STAFF.format(closed.id)).text

    assert "two: standardised loadings run from" in page
    assert 'id="f-model"' in page


def test_analyses_may_come_as_a_file(log_in, closed: Study, asked: list[str]):
    client = log_in("researcher")

    client.post(f"{STAFF.format(closed.id)}/analyses", content_type="multipart/form-data",
                data={"text": "left alone", "file": (io.BytesIO(b"\xef\xbb\xbf" + FOUR.encode()), "more.yaml")})

    close_read_session()
    assert read_session().scalars(select(MeasurementSpec.analyses)).one()[0]["id"] == "four"


@pytest.mark.parametrize(("text", "words"), [
    ("- {id: a, do: efa", "line 1, column 18: is not YAML"),
    ("just words", "is not a list of analyses"),
    ("- {id: a, do: efa}", "efa needs the option &#39;n_factors&#39;."),
    ("- {id: a, do: kmo}\n- {id: a, do: kmo}", "this id occurs twice"),
    ("- {id: a, do: careless}", "careless is not done here, because it tells of single people or small groups."),
    ("- {id: a, do: kmo, missing_codes: [1]}", "the option missing_codes is not taken here"),
    ("- {id: a, do: cfa, model: 'f =~ GOA1 + GOA2 + GOA3', scores: regression}", "the option scores is not taken here"),
    ("- {id: a, do: cfa, model: 'f =~ GOA1 + GOA2 + AGE'}", "&#39;AGE&#39; is no rating item"),
    ("- {id: a, do: cfa, model: 'f =~ '}", "analysis &#39;a&#39;"),
    ("- {id: a, do: compare, group: BRANCH, scores: {S: [GOA1, GOA2]}}", "compare is not done here"),
    ("- {id: a, do: kmo, items: [GOA1, BRANCH]}", "&#39;BRANCH&#39; is no rating item of the questionnaire."),
    ("- {id: a, do: htmt, scales: {S: [GOA1, AGE], T: [GOA2, GOA3]}}", "&#39;AGE&#39; is no rating item"),
    ("\n".join(f"- {{id: a{n}, do: kmo}}" for n in range(41)), "has 41 analyses, at most 40 are taken."),
    ("a: &a [x, x, x, x, x, x, x, x, x]\n" + "\n".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]" for n in range(9)),
     "is not a list of analyses"),
], ids=["broken", "words", "needed", "twice", "people", "option", "scores", "model", "syntax", "groups", "item",
        "scale", "many", "bomb"])
def test_analyses_that_do_not_fit_are_refused_with_place_and_remedy(log_in, closed: Study, asked: list[str], text: str,
                                                                    words: str):
    client = log_in("researcher")

    reply = client.post(f"{STAFF.format(closed.id)}/analyses", data={"text": text})

    assert reply.status_code == 422
    assert words in reply.text
    assert asked == []
    close_read_session()
    assert read_session().scalars(select(MeasurementSpec)).all() == []


def test_a_manager_reads_and_neither_asks_nor_adds(log_in, closed: Study, asked: list[str]):
    client = log_in("manager")

    page = client.get(STAFF.format(closed.id)).text

    assert "This questionnaire has not been measured yet." in page
    assert "Further analyses" not in page
    assert client.post(STAFF.format(closed.id)).status_code == 403


def test_the_diagnosis_leads_to_the_measurement(log_in, bank_study: Study):
    client = log_in("researcher")

    reply = client.get(f"/studies/{bank_study.id}/measurement")

    assert f"/studies/{bank_study.id}/measurement" in client.get(f"/studies/{bank_study.id}/diagnosis").text
    assert reply.location.startswith(f"/studies/{bank_study.id}/measurement/w1/")


def test_a_questionnaire_that_is_not_there_has_no_page(log_in, closed: Study):
    client = log_in("researcher")

    assert client.get(f"/studies/{closed.id}/measurement/w1/nobody").status_code == 404
    assert client.get(f"/studies/{closed.id}/measurement/w9/staff").status_code == 404
