"""Real people's data and real questionnaires through the whole program."""

import json
import re
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import select

from instruments.codec import from_document, to_document
from instruments.formats import read_definition
from instruments.schema import NOT_SHOWN, Instrument, Item
from surveyapp.cli import run
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import Refused
from surveyapp.jobs.measure import measure_study
from surveyapp.models.response import ResponsePage
from surveyapp.models.study import Study
from surveyapp.services.disclosure import plan_release
from surveyapp.services.measurement import Measurement, subject_of
from surveyapp.services.response_import import import_responses
from surveyapp.services.study import (
    close_wave,
    create_study,
    get_instrument,
    get_study,
    get_wave,
    instrument_of,
    list_links,
)
from surveyapp.services.template import find_template, template_of_instrument
from tests.factories.questionnaire import Respondent

ROOT = Path(__file__).resolve().parents[1]
BFI = ROOT / "reference" / "psychometrics" / "data" / "bfi.csv"
TRUTH = ROOT / "reference" / "psychometrics" / "truth"


def truth(name: str) -> dict:
    return json.loads((TRUTH / f"{name}.json").read_text(encoding="utf-8"))["result"]


@pytest.fixture
def people(database: Database) -> Study:
    """A study of 2,800 real people who answered 25 items, with real gaps."""
    with transaction() as session:
        study = create_study(session, find_template(str(ROOT / "samples" / "bfi25.yaml")), "people")
        instrument = get_instrument(session, study, "people")
        import_responses(session, study, get_wave(session, study), instrument, BFI.read_bytes(), "bfi.csv")
    return study


def test_real_people_are_measured_as_r_measures_them(people: Study):
    measured = measure_study(people, get_wave(read_session(), people), "people")
    results = dict(measured.results)

    assert measured.left_out == ()
    assert measured.n == 2800
    for scale, name in (("AGREE", "A"), ("CONSC", "C"), ("EXTRA", "E"), ("NEURO", "N"), ("OPEN", "O")):
        expected = truth(f"rel_bfi_{name}")["pairwise"]
        assert results[scale]["alpha"]["value"] == pytest.approx(expected["alpha_raw"], abs=1e-9)
        assert results[scale]["n"] == 2800
    assert results["kmo"]["kmo"] == pytest.approx(truth("fac_bfi")["kmo_overall"], abs=1e-8)


def test_five_factors_of_real_people_are_those_of_r(people: Study):
    results = dict(measure_study(people, get_wave(read_session(), people), "people").results)
    expected = truth("efa_bfi_minres_oblimin")["tight"]

    solution = results["efa"]
    # Reverse items are keyed in neither, so loadings and uniquenesses compare as they are.
    assert len(solution["loadings"][0]) == 5
    found = dict(zip(solution["items"], solution["uniquenesses"], strict=True))
    names = truth("efa_bfi_minres_oblimin")["psych_default"]["loadings"]["rows"]
    assert [found[name] for name in names] == pytest.approx(expected["uniquenesses"], abs=1e-5)


def test_a_measurement_report_is_written_for_real_people(tmp_path: Path, monkeypatch, sqlite_template: Path):
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    monkeypatch.delenv("SURVEYAPP_DATABASE_URL", raising=False)
    (tmp_path / "surveyapp.sqlite3").write_bytes(sqlite_template.read_bytes())
    assert run(["study", "create", str(ROOT / "samples" / "bfi25.yaml"), "--name", "people"]) == 0
    assert run(["responses", "import", "people", "people", str(BFI)]) == 0

    code = run(["report", "people", "--measurement", "people", "--language", "en,zh", "-o", str(tmp_path / "m.pdf")])

    assert code == 0
    english = text_of(tmp_path / "m-en.pdf")
    assert re.search(r"2,?800", english)
    assert f"{truth('rel_bfi_N')['pairwise']['alpha_raw']:.2f}" in english
    assert "神经质" in text_of(tmp_path / "m-zh.pdf")


def text_of(path: Path) -> str:
    return " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path))


@pytest.mark.reference
@pytest.mark.parametrize("name", ["pyxform__tutorial.xls", "correlaid__testA.xlsx", "kpi__good_eats_multilang.xls"])
def test_a_questionnaire_of_others_is_filled_in_and_exported(client, database, reference: Path, name: str):
    instrument, _ = read_definition(reference / "surveys" / "xlsform" / name)
    with transaction() as session:
        study = create_study(session, template_of_instrument(instrument), "theirs")
        link, published = list_links(session, get_wave(session, study))[0]
    close_read_session()

    respondent = Respondent(client, link.token).begin()
    given = fill_in(respondent, instrument_of(published))

    with transaction() as session:
        study = get_study(session, "theirs")
        close_wave(session, study, get_wave(session, study))
    close_read_session()
    session = read_session()
    study = get_study(session, "theirs")
    with pytest.raises(Refused, match="Fewer than 5"):      # one person's answers never leave as a row
        plan_release(session, study, get_wave(session, study), get_instrument(session, study, published.audience))
    assert given
    stored = {key: answer for answers in read_session().scalars(select(ResponsePage.answers))
              for key, answer in answers.items()}
    shown = {key: answer for key, answer in given.items() if stored[key] != NOT_SHOWN}
    assert len(shown) > 2
    assert {key: str(stored[key]) for key in shown} == {key: str(answer) for key, answer in shown.items()}


def fill_in(respondent: Respondent, instrument: Instrument) -> dict[str, object]:
    """Answer every question shown with a plain value until the thanks; return what was given."""
    given: dict[str, object] = {}
    for _ in range(3 * len(instrument.sections) + 3):
        if respondent.address.startswith("/e/"):
            respondent.hand_in()
            return given
        section = respondent.address.rsplit("/", 1)[-1]
        answers = {item.key: plain_answer(item, instrument) for item in instrument.items_of_section(section)
                   if item.stores_answer and item.kind != "upload" and f'name="{item.key}"' in respondent.page.text}
        before = respondent.address
        respondent.post(**answers)
        if respondent.address == before:        # a constraint of theirs refuses a plain value: leave those out
            answers = {key: value for key, value in answers.items() if not instrument.item(key).constraint}
            respondent.post(**answers)
        given |= answers
    raise AssertionError(f"no end in sight at {respondent.address}")


def plain_answer(item: Item, instrument: Instrument) -> object:
    if item.kind == "rating":
        return str(instrument.scale(item.scale or "").low)
    if item.choices:
        return [item.choices[0].value] if item.kind == "multiple" else item.choices[0].value
    return {"integer": "3", "decimal": "2.5", "date": "2026-05-04", "time": "10:00", "acknowledge": "OK"}.get(
        item.kind, "some words")


def test_a_scale_nobody_answered_is_left_out_of_the_measurement(people: Study):
    with transaction() as session:
        study = create_study(session, find_template(str(ROOT / "samples" / "bfi25.yaml")), "some")
        rows = ["A1,A2,A3,A4,A5"] + [",".join(str(1 + (i * k) % 6) for k in (1, 2, 3, 5, 7)) for i in range(60)]
        import_responses(session, study, get_wave(session, study), get_instrument(session, study, "people"),
                         "\n".join(rows).encode(), "some.csv")
    close_read_session()

    measured = measure_study(study, get_wave(read_session(), study), "people")

    assert [key for key, _ in measured.results] == ["sample", "AGREE"]
    assert len(measured.left_out) == 11


@pytest.mark.parametrize(("n_empty", "n_measured"), [(2, 60), (6, 66)])
def test_a_measurement_leaves_out_the_few_that_the_diagnosis_leaves_out(
        database: Database, n_empty: int, n_measured: int):
    """Else the difference of both, item by item, would be what these few answered."""
    real = [",".join(line.split(",")[:25]) for line in BFI.read_text("utf-8").splitlines()[:61]]
    empty = ["1,2,3" + "," * 22] * n_empty
    with transaction() as session:
        study = create_study(session, find_template(str(ROOT / "samples" / "bfi25.yaml")), "some")
        import_responses(session, study, get_wave(session, study), get_instrument(session, study, "people"),
                         "\n".join([*real, *empty]).encode(), "some.csv")
    close_read_session()

    measured = measure_study(study, get_wave(read_session(), study), "people")
    assert measured.n == n_measured
    # Fewer than may be told are not even counted.
    assert (measured.n_careless, measured.are_careless_counted) == ((None, False) if n_empty == 2 else (6, True))


def test_a_measurement_kept_before_waves_were_told_is_read_and_tells_of_none(people: Study):
    document = to_document(Measurement(60, (), (), ""))
    older = {key: value for key, value in document.items() if key not in (
        "wave_number", "starts_on", "ends_on", "n_careless", "are_careless_counted")}

    instrument = instrument_of(get_instrument(read_session(), people, "people"))

    kept = from_document(Measurement, older)

    assert subject_of(people, kept, instrument, "en").survey is None
