"""A third study, of another size and shape, goes from files to the PDF: one language, one audience, nobody served.

Two problems and three causes of three items each, asked of drivers; its template lies in `tests/samples/third_study` as
data, and no code knows it.
"""

import json
import re
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest

from reports.wording import forbidden_phrases
from tests.integration.test_commands import Outcome, surveyapp  # noqa: F401 - the fixture that runs a command

TEMPLATE = Path(__file__).parents[1] / "samples" / "third_study"
N_DRIVERS = 140
PLANTED = {"LEA": 3.9, "DEL": 2.3, "SHI": 3.7, "PAY": 2.4, "RES": 2.6, "FLE": 3.6}     # means; LEA goes with SHI


def write_answers(path: Path) -> None:
    rng = np.random.default_rng(11)
    scores = {key: mean + 0.75 * rng.standard_normal(N_DRIVERS) for key, mean in PLANTED.items()}
    scores["LEA"] = PLANTED["LEA"] + 0.75 * (scores["SHI"] - PLANTED["SHI"]) + 0.4 * rng.standard_normal(N_DRIVERS)
    columns = {}
    for key, score in scores.items():
        for i in (1, 2, 3):
            raw = np.clip(np.round(score + 0.6 * rng.standard_normal(N_DRIVERS)), 1, 5).astype(int)
            columns[f"{key}{i}"] = 6 - raw if i == 3 else raw       # the third item of every scale is reverse
    columns["AT1"] = np.full(N_DRIVERS, 2)
    yards = np.where(rng.random(N_DRIVERS) < 0.5, "north", "south")
    lines = [",".join(("respondent_id", "D_DEPOT", *columns))]
    lines += [",".join((f"D{n:03d}", yards[n], *(str(column[n]) for column in columns.values())))
              for n in range(N_DRIVERS)]
    path.write_text("\n".join(lines), encoding="utf-8")


def write_interviews(path: Path) -> None:
    told = [{"id": f"V{n:02d}", "role": ("long_haul", "local")[n % 2], "audience": "driver", "consent": "yes",
             "codes": [{"code": "PRB.LEAVING", "polarity": "supports"}, {"code": "CAU.SHIFTS", "polarity": "supports"}]
             if n < 6 else [{"code": "PRB.DELAY", "polarity": "contradicts"}],
             "links": [{"cause": "CAU_SHIFTS", "problem": "PRB_LEAVING"}] if n < 3 else []} for n in range(10)]
    path.write_text(json.dumps(told), encoding="utf-8")


@pytest.fixture
def drivers(surveyapp, tmp_path: Path):  # noqa: F811 - see above
    """The study as an import leaves it."""
    write_answers(tmp_path / "drivers.csv")
    write_interviews(tmp_path / "interviews.json")
    done: list[Outcome] = [
        surveyapp("template", "check", TEMPLATE), surveyapp("study", "create", TEMPLATE, "--name", "drivers"),
        surveyapp("responses", "import", "drivers", "driver", tmp_path / "drivers.csv"),
        surveyapp("interviews", "import", "drivers", tmp_path / "interviews.json", "--consent", "from-file")]
    assert [outcome.code for outcome in done] == [0] * 4, [outcome.err for outcome in done]
    return surveyapp


def test_the_diagnosis_finds_what_was_planted_and_nothing_else(drivers):
    found = drivers("diagnose", "drivers", "--json").json()

    assert {key: row["status"] for key, row in found["problems"].items()} == {
        "PRB_LEAVING": "supports", "PRB_DELAY": "against"}
    assert found["problems"]["PRB_LEAVING"]["grade"] in ("strong", "moderate")
    assert [(link["cause"], link["problem"]) for link in found["links"] if link["status"] == "supports"] == [
        ("CAU_SHIFTS", "PRB_LEAVING")]
    assert {key: row["reading"] for key, row in found["causes"].items()} == {
        "CAU_SHIFTS": "priority", "CAU_PAY": "no_evidence", "CAU_RESPECT": "no_evidence"}
    assert [row["key"] for row in found["measures"] if row["verdict"] == "proposed"] == ["M1"]
    assert (found["customers"], found["facets"], found["nps"]) == (None, {}, None)


def test_a_moved_cause_is_told_of_it_too(drivers):
    told = drivers("diagnose", "drivers", "--what-if", "CAU_SHIFTS=-0.5")

    assert told.code == 0
    assert re.search(r"PRB_LEAVING\s+-0\.\d\d\s+\[-0\.\d\d, -0\.\d\d\]", told.out)


def test_its_report_is_a_whole_pdf_in_its_own_words(drivers, tmp_path: Path):
    written = drivers("report", "drivers", "--language", "en", "-o", tmp_path / "drivers.pdf")

    assert written.code == 0, written.err
    with pikepdf.open(tmp_path / "drivers.pdf") as pdf:
        assert len(pdf.pages) > 10
    document = pypdfium2.PdfDocument(tmp_path / "drivers.pdf")
    text = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)
    document.close()
    for words in ("Freight company F, depot south", "Thoughts of leaving", "Shift planning",
                  "Shift plans four weeks ahead", "Dispatch that may say no"):
        assert words in text, words
    assert forbidden_phrases(text, "en") == []
    assert not re.search(r"bank|branch|patient|(?<!to )\bstaff\b|employees", text, re.IGNORECASE)
    assert "as drivers see it" in text


def test_a_language_it_does_not_have_is_refused(drivers, tmp_path: Path):
    refused = drivers("report", "drivers", "--language", "zh", "-o", tmp_path / "drivers.pdf")

    assert refused.code == 1
    assert "has no language 'zh'" in refused.err
