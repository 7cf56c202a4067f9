"""Figures of the customer file in report and document: the same are hidden, and no share tells a hidden count."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analysis.crossed import hidden_places
from analysis.diagnosis.document import diagnosis_document
from analysis.diagnosis.trace.document import trace_document
from analysis.results.measures import TriggerResult
from analysis.told_figures import is_figure_hidden
from reports.content import Number, Table
from reports.sections.file_figures import told_share
from reports.sections.source import Source
from reports.sections.study import study_report
from reports.sections.triggers import described
from reports.wording import LANGUAGES, Words

FEW = {"at_risk_upper_tier_count": 3.0, "at_risk_upper_tier_pct": 100 * 3 / 61}


def with_few(bank: Any) -> Any:
    diagnosis, template, facts = bank
    picture = replace(diagnosis.customers, figures={**diagnosis.customers.figures, **FEW})
    metrics = {**diagnosis.metrics, **{f"data.{name}": value for name, value in FEW.items()}}
    return replace(diagnosis, customers=picture, metrics=metrics), template, facts


def trigger(value: float, target: float) -> TriggerResult:
    return TriggerResult("data.at_risk_upper_tier_pct", "ge", target, value, "true" if value >= target else "false")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_condition_on_a_share_of_few_customers_tells_no_figure(bank: Any, language: str) -> None:
    study = Source(*with_few(bank), language)

    told = described(study, trigger(FEW["at_risk_upper_tier_pct"], 4.0)).text

    assert {"en": "not shown", "zh": "不予列示"}[language] in told
    assert "4.9" not in told
    assert "5%" not in told


def test_the_share_of_a_small_count_is_hidden_in_the_table_of_shares_too(bank: Any) -> None:
    report = study_report(*with_few(bank), language="en")

    table = next(block for block in report.blocks() if isinstance(block, Table) and block.key == "t-shares")
    cells = {row.cells[1].trace[0]: row.cells[1] for row in table.rows if isinstance(row.cells[1], Number)}
    assert cells["data.at_risk_upper_tier_pct"].is_hidden
    assert cells["data.at_risk_upper_tier_pct"].value is None
    assert not cells["data.completeness_pct"].is_hidden


def test_a_share_without_a_known_count_is_hidden_where_it_can_only_be_of_few(bank: Any) -> None:
    picture = replace(bank[0].customers, n_customers=200, figures={"upper_tier_retention_pct": 1.0})

    assert is_figure_hidden(picture, "upper_tier_retention_pct", 5)
    assert not is_figure_hidden(replace(picture, n_customers=1000), "upper_tier_retention_pct", 5)


@pytest.mark.parametrize(("value", "target", "words"), [
    (10.62, 10.0, "11%"), (9.7, 10.0, "below 10%"), (10.3, 10.0, "above 10%"), (10.0, 10.0, "10%"),
    (0.4, None, "below 1%"), (99.6, None, "above 99%"), (0.0, None, "0%"), (100.0, None, "100%")])
def test_a_share_is_whole_percent_and_never_rounded_onto_its_limit(value: float, target: float | None,
                                                                   words: str) -> None:
    assert told_share(Words("en"), value, target) == words


def test_the_document_hides_the_cells_that_the_report_hides(bank: Any) -> None:
    counts = {"personal.basic": {"new": 60, "growth": 70, "mature": 3}, "corporate.key": {"new": 2, "mature": 41}}
    diagnosis, template, _ = with_few(bank)
    picture = replace(diagnosis.customers, customers_by_tier_and_stage=counts, aum_by_tier_and_stage=counts)
    metrics = {**diagnosis.metrics, "data.customers_by_tier_and_stage": counts}
    small = replace(diagnosis, customers=picture, metrics=metrics)

    document = diagnosis_document(small)
    traced = trace_document(small, template)

    hidden = hidden_places(counts, 5).cells
    told = {(row, column) for row, inside in document["customers"]["customers_by_tier_and_stage"].items()
            for column, n in inside.items() if n is None}
    assert told == hidden >= {("personal.basic", "mature"), ("corporate.key", "new")}
    assert document["customers"]["aum_by_tier_and_stage"]["corporate.key"]["new"] is None
    assert document["metrics"]["data.customers_by_tier_and_stage"]["corporate.key"]["new"] is None
    for name in FEW:
        assert document["customers"]["figures"][name] is None
        assert document["metrics"][f"data.{name}"] is None
        assert traced["metrics"].get(f"data.{name}", {"value": None})["value"] is None
