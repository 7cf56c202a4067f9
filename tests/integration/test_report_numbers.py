"""The numbers printed in the PDF are those of `diagnose --json`, in both languages."""

import io
import json
import re
from pathlib import Path

import pypdfium2
import pytest

from surveyapp.cli import run
from surveyapp.db.session import transaction, use_database
from surveyapp.jobs.sample import add_sample_study


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> dict[str, object]:
    """The synthetic bank study's diagnosis as JSON, and the text of its report in both languages."""
    from contextlib import redirect_stdout

    from surveyapp.cli.output import open_database

    home = tmp_path_factory.mktemp("home")
    (home / "surveyapp.sqlite3").write_bytes(sqlite_template.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SURVEYAPP_HOME", str(home))
        patch.delenv("SURVEYAPP_DATABASE_URL", raising=False)
        open_database()
        with transaction() as session:
            add_sample_study(session, "bank_crm", "bank")
        out = io.StringIO()
        with redirect_stdout(out):
            assert run(["diagnose", "bank", "--json"]) == 0
        with redirect_stdout(io.StringIO()):
            assert run(["report", "bank", "--language", "en,zh", "-o", str(home / "report.pdf")]) == 0
        use_database(None)
    texts = {language: _text(home / f"report-{language}.pdf") for language in ("en", "zh")}
    return {"json": json.loads(out.getvalue()), **texts}


def _text(path: Path) -> str:
    text = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path))
    return re.sub(r"\s+", " ", text).replace("\u2212", "-").replace("\u2013", "-").replace("\u2009", "")


LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


@LANGUAGES
def test_every_problem_is_printed_with_its_mean_and_interval(printed, language: str):
    for key, problem in printed["json"]["problems"].items():
        figure = f"{problem['mean']:.2f} [{problem['ci_low']:.2f}-{problem['ci_high']:.2f}]"
        assert figure in printed[language], (key, figure)


@LANGUAGES
def test_every_cause_is_printed_with_its_mean(printed, language: str):
    for key, cause in printed["json"]["causes"].items():
        assert f"{cause['mean']:.2f}" in printed[language], key


@LANGUAGES
def test_every_supported_link_is_printed_with_its_weight(printed, language: str):
    supported = [link for link in printed["json"]["links"] if link["status"] == "supports"]

    assert len(supported) == 3
    for link in supported:
        figure = f"{link['beta']:.2f}".removeprefix("0")
        assert re.search(rf"(?<!\d)0?{re.escape(figure)}(?!\d)", printed[language]), link


@LANGUAGES
def test_answers_and_exclusions_are_printed_as_counted(printed, language: str):
    text = printed[language]

    assert {"180", "169", "260", "243"} <= set(re.findall(r"\d+", text))
    assert len(printed["json"]["excluded"]) == (180 - 169) + (260 - 243)


@LANGUAGES
def test_the_recommendation_score_is_printed_in_points(printed, language: str):
    facet = printed["json"]["metrics"]["facet.C_INFO.pomp"]

    assert f"{facet:.0f}" in printed[language]
    assert not re.search(r"-?\d,\d{3} ?\[", printed[language])


@LANGUAGES
def test_grades_are_printed_in_words(printed, language: str):
    words = {"en": {"strong": "strong", "moderate": "moderate", "weak": "weak", "not_indicated": "not indicated"},
             "zh": None}[language]
    grades = {problem["grade"] for problem in printed["json"]["problems"].values()}

    for grade in grades if words else ():
        assert words.get(grade, grade) in printed[language]


@LANGUAGES
def test_no_key_of_the_data_is_shown_to_management(printed, language: str):
    body = printed[language]

    shown = set(re.findall(r"\b(?:PRB|CAU|SIT)_[A-Z]+\b", body))
    assert shown == set()
