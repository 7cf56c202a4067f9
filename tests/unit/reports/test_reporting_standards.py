"""Each item of a reporting standard stands where docs/reporting-standards.md says; rates are those of AAPOR."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.quant.spec.data import read_data
from analysis.quant.spec.run import run_spec
from reports.content import Figure, Number, StudyReport, Table
from reports.kinds.fieldwork import DISCLOSED, fieldwork_report
from reports.kinds.fieldwork_tables import ENDINGS
from reports.measured.frame import Subject
from reports.measurement import measurement_report
from reports.wording import Words
from tests.factories.fieldwork import STAFF, WAVE
from tests.gates.subjects import measured_report
from tests.reference.psychometrics.cases import HERE
from tests.unit.reports.test_measured_models import MODELS

PAGE = Path(__file__).parents[3] / "docs" / "reporting-standards.md"
PLACE = re.compile(r"`([a-z0-9_*-]+)`")
OMEGA = {"id": "general", "do": "omega", "items": [f"x{number}" for number in range(1, 10)], "n_factors": 3}
FIT = {"χ²", "df", "p", "CFI", "TLI", "SRMR"}


def rows_of(heading: str) -> Iterator[list[str]]:
    """Return the rows of the table under a heading of the page."""
    part = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}")[1].split("\n## ")[0]
    table = [line for line in part.splitlines() if line.startswith("| ")]
    yield from ([cell.strip() for cell in line.strip("|").split("|")] for line in table[1:])


def places(report: StudyReport) -> set[str]:
    """Return the keys of a report's sections, tables and figures."""
    return {section.key for section in report.sections} | {
        block.key for block in report.blocks() if isinstance(block, (Figure, Table))}


def table(report: StudyReport, key: str) -> Table:
    return next(block for block in report.blocks() if isinstance(block, Table) and block.key == key)


@pytest.fixture(scope="module")
def model_report() -> StudyReport:
    spec = [*MODELS, OMEGA]
    results = run_spec(read_data(HERE / "data" / "hs1939.csv"), spec)
    return measurement_report(results, Subject("Nine tests", "hs1939.csv", 301, spec=spec), language="en")


def test_the_eleven_items_of_the_code_are_told_in_its_order_and_detailed_where_the_page_says() -> None:
    report = fieldwork_report(WAVE, "en")
    told = list(rows_of("Fieldwork report"))

    assert tuple(PLACE.findall(row[1])[0] for row in told) == DISCLOSED
    assert all(getattr(row.cells[1], "text", "").strip() for row in table(report, "t-aapor").rows)
    known = places(report)
    for row in told:
        assert all(any(re.fullmatch(place.replace("*", "[a-z]+"), key) for key in known)
                   for place in PLACE.findall(row[2])), row


def test_the_printed_rates_are_those_of_the_printed_cases() -> None:
    report, words = fieldwork_report(WAVE, "en"), Words("en")
    letters = {row[0].split()[0]: PLACE.findall(row[1]) for row in rows_of("RR1 and RR2")}
    names = {words.text(f"fieldwork.end_{key}"): key for key in ENDINGS}
    counts = {names[row.cells[0].text]: row.cells[1].value for row in table(report, "t-endings-staff").rows[:-1]}
    rates = {row.cells[0].text: row.cells[2].value for row in table(report, "t-rates-staff").rows}

    complete, partial = (sum(counts.get(key, 0) for key in letters[letter]) for letter in "IP")
    asked = sum(counts.get(key, 0) for letter in ("I", "P", "R", "UH,") for key in letters[letter])

    assert {key for keys in letters.values() for key in keys} == set(ENDINGS)
    assert asked == sum(STAFF.dispositions.values()) - STAFF.dispositions["ineligible"]
    assert rates["RR1"] == pytest.approx(complete / asked, abs=5e-5)
    assert rates["RR2"] == pytest.approx((complete + partial) / asked, abs=5e-5)


def test_every_item_of_jars_stands_in_the_measurement_report(model_report: StudyReport) -> None:
    known = places(measured_report("en")) | places(model_report)
    missing = {row[0]: place for row in rows_of("Measurement report") for place in PLACE.findall(row[1])
               if place not in known}

    assert missing == {}


def test_a_loading_table_holds_every_item_with_communality_and_what_factors_explain() -> None:
    loadings = table(measured_report("en"), "t-loadings")

    heads = [column.title for column in loadings.columns]
    assert heads[-2:] == ["h²", "u²"]
    assert sum(isinstance(row.cells[-2], Number) for row in loadings.rows) == 25
    assert all(word in loadings.unit.lower() for word in ("minimum residuals", "oblimin", "n 2,800"))


def test_fit_of_a_model_is_told_with_every_index_and_the_estimator(model_report: StudyReport) -> None:
    fit = table(model_report, "t-models")

    heads = {column.title for column in fit.columns}
    assert heads >= FIT
    rmsea = next(place for place, column in enumerate(fit.columns) if column.title.startswith("RMSEA"))
    first = fit.rows[0].cells[rmsea]
    assert isinstance(first, Number)
    assert None not in (first.value, first.low, first.high)
    assert "Estimator" in fit.source
