"""Figures as they are told: in their own unit, of the right people, and none that gives a small group away."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from analysis.crossed import hidden_places
from analysis.diagnosis.thresholds import THRESHOLDS
from analysis.results.diagnosis import KpiRow
from reports.content import Figure, KeyFigures, Number, Statement, StudyReport, Table
from reports.figures import Matrix
from reports.render import report_html
from reports.sections.method import source_in_words
from reports.sections.source import Source
from reports.sections.study import study_report
from reports.sections.summary import is_first
from reports.wording import LANGUAGES

KEY_OF_CONSTRUCT = re.compile(r"\b(?:PRB|CAU|SIT|C|OUT|SAF|SUG)_[A-Z]{2,}\b")
TAG = re.compile(r"<[^>]*>")


def _report(bank: Any, language: str = "en", **changes: Any) -> StudyReport:
    diagnosis, template, facts = bank
    return study_report(replace(diagnosis, **changes), template, facts, language=language)


def _table(report: StudyReport, key: str) -> Table:
    return next(block for block in report.blocks() if isinstance(block, Table) and block.key == key)


def test_the_net_promoter_score_is_told_in_its_own_points(bank: Any) -> None:
    report, nps = _report(bank), bank[0].nps

    figures = next(b for b in report.section("summary").blocks if isinstance(b, KeyFigures))
    told = [item.number for item in figures.items if "item.NPS.mean" in item.number.trace]
    row = _table(report, "t-outcomes").rows[-1]
    assert [(n.value, n.low, n.high) for n in told] == [(nps.value, nps.ci_low, nps.ci_high)]
    assert isinstance(row.cells[1], Number)
    assert row.cells[1].value == nps.value


@pytest.mark.parametrize("language", LANGUAGES)
def test_units_of_indicators_are_told_in_words(bank: Any, language: str) -> None:
    page = TAG.sub(" ", report_html(_report(bank, language), is_traced=False))

    assert not re.findall(r"\d ?(?:pomp|percent|count)\b", page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_of_a_construct_is_shown_to_a_reader(bank: Any, language: str) -> None:
    page = TAG.sub(" ", report_html(_report(bank, language), is_traced=False))

    assert KEY_OF_CONSTRUCT.findall(page) == []


def test_headcount_of_departments_stands_beside_answers_of_staff_only(bank: Any) -> None:
    diagnosis, template, facts = bank
    customer = replace(diagnosis.screening["customer"], composition={"S_CHANNEL": {"outlet": 46, "mobile": 99}})
    screening = {**diagnosis.screening, "customer": customer}
    known = replace(facts, headcount_by_department={"outlet": 86})

    report = study_report(replace(diagnosis, screening=screening), template, known, language="en")

    keys = [block.key for block in report.blocks() if isinstance(block, Table)]
    assert "t-composition-S_CHANNEL" not in keys


def test_interviews_by_role_count_everybody_who_was_interviewed(bank: Any) -> None:
    source = Source(*bank, "en")

    assert source.n_heard + sum(source.others_heard.values()) == source.n_interviews


def test_a_hidden_cell_cannot_be_worked_out_from_its_row_or_column() -> None:
    counts = {"a": {"x": 1, "y": 30, "z": 40}, "b": {"x": 50, "y": 60, "z": 70}, "c": {"x": 9, "y": 0, "z": 80}}

    hidden = hidden_places(counts, 5).cells

    for line in ([(r, c) for c in "xyz"] for r in "abc"):
        inside = [place for place in line if place in hidden]
        assert len(inside) != 1
        assert not inside or sum(counts[r][c] for r, c in inside) >= 5
    for column in "xyz":
        assert len([row for row in "abc" if (row, column) in hidden]) != 1
    assert ("c", "y") not in hidden


def test_the_total_of_a_small_tier_is_hidden_with_its_cells_and_the_one_that_gives_it_away(bank: Any) -> None:
    customers = replace(bank[0].customers, customers_by_tier_and_stage={
        "personal.basic": {"new": 60, "growth": 70, "mature": 80}, "corporate.unknown": {"new": 1, "mature": 2}})

    figure = next(block for block in _report(bank, customers=customers).blocks()
                  if isinstance(block, Figure) and block.key == "f-tiers")

    assert isinstance(figure.chart, Matrix)
    assert [note for _, note in figure.chart.rows] == ["s", "s"]


def test_chinese_sources_of_thresholds_hold_no_english_sentence(bank: Any) -> None:
    study = Source(*bank, "zh")

    told = {threshold.source: source_in_words(study.words, threshold.source) for threshold in THRESHOLDS.values()}

    citation = re.compile(r"[A-Z][A-Za-z]+(?:和[A-Z][A-Za-z]+|等)?，\d{4}")
    assert {source: text for source, text in told.items() if re.search(r"[A-Za-z]{2}", citation.sub("", text))} == {}


def test_the_summary_calls_a_problem_the_gravest_only_above_all_other_intervals(bank: Any) -> None:
    diagnosis = bank[0]
    first, second, *rest = sorted(diagnosis.problems, key=lambda p: p.rank or 99)
    near = replace(second, level=replace(second.level, ci_high=first.level.mean))

    apart = replace(diagnosis, problems=(replace(first, level=replace(first.level, ci_low=4.9)), second, *rest))
    tied = replace(diagnosis, problems=(first, near, *rest))

    assert is_first(Source(apart, *bank[1:], "en"))
    assert not is_first(Source(tied, *bank[1:], "en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_too_few_answers_give_a_short_report_that_says_what_is_needed(empty_bank: Any, language: str) -> None:
    diagnosis, template, facts = empty_bank

    report = study_report(diagnosis, template, facts, language=language)

    needed = [(row.cells[1], row.cells[2]) for row in _table(report, "t-needs").rows]
    assert [section.key for section in report.sections] == [
        "summary", "answers", "entered", "limits", "method", "reproducibility", "thresholds"]
    assert {there.value for there, _ in needed if isinstance(there, Number)} == {3.0, 0.0}
    assert {limit.value for _, limit in needed if isinstance(limit, Number)} >= {5.0, 30.0, 60.0, 9.0}


def test_what_an_all_hidden_attribute_holds_is_told_in_one_line(bank: Any) -> None:
    hidden = tuple(replace(g, is_hidden=True, mean=None, ci_low=None, ci_high=None, n=None)
                   for g in bank[0].groups)

    table = _table(_report(bank, groups=hidden), "t-groups")

    assert all(row.is_group for row in table.rows)
    assert all(isinstance(row.cells[0], Statement) and "hidden" in row.cells[0].text for row in table.rows)


def test_a_cause_linked_to_a_problem_that_is_not_established_is_not_called_without_evidence(bank: Any) -> None:
    diagnosis, template, facts = bank
    link = next(link for link in diagnosis.links if link.status == "supports" and not link.is_withheld)
    causes = tuple(replace(cause, reading="no_evidence") if cause.level.construct == link.cause else cause
                   for cause in diagnosis.causes)

    source = Source(replace(diagnosis, causes=causes), template, facts, "en")
    cause = next(cause for cause in causes if cause.level.construct == link.cause)

    assert source.words.text(source.cause_reading(cause)) == "linked only to a problem that is not established"


def test_a_problem_that_is_not_indicated_names_no_first_strategy(bank: Any) -> None:
    diagnosis = bank[0]
    problems = tuple(replace(problem, grade="not_indicated") for problem in diagnosis.problems)

    table = _table(_report(bank, problems=problems), "t-summary")

    assert {row.cells[3].text for row in table.rows} == {"none: not indicated as a problem"}


@pytest.mark.parametrize(("baseline", "target", "unit", "told"), [
    (67.6, 74.3, "percent", ("68%", "74%")), (5.8, 5.2, "percent", ("6%", "5%")),
    (6.3, 5.7, "percent", ("6.3%", "5.7%")), (131.0, 117.9, "days", ("131 days", "118 days")),
    (9.0, 8.1, "number", ("9", "8")), (2.8, 3.1, "count", ("2.8", "3.1"))])
def test_a_target_never_reads_like_its_baseline(bank: Any, baseline: float, target: float, unit: str,
                                                told: tuple[str, str]) -> None:
    kpi = KpiRow({"en": "indicator"}, "lower", baseline, target, unit, 9)

    study = Source(*bank, "en")

    assert (study.kpi_value(kpi, baseline), study.kpi_value(kpi, target)) == told
