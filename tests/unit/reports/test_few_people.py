"""Numbers that stand by themselves, beside the tables: of a few people they are not told."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from analysis.customers.sizing import dominated_sums
from analysis.diagnosis.document import diagnosis_document
from instruments.facts import Practice
from reports.content import Facts, Number, Statement, StudyReport, Table
from reports.quality import quality_parts
from reports.render import report_html
from reports.sections.source import Source
from reports.sections.study import study_report
from tests.unit.reports.conftest import Study


def _report(bank: Study, **changes: Any) -> StudyReport:
    diagnosis, template, facts = bank
    return study_report(replace(diagnosis, **changes), template, facts, language="en")


def _rows(report: StudyReport, key: str) -> dict[str, tuple[Any, ...]]:
    table = next(block for block in report.blocks() if isinstance(block, Table) and block.key == key)
    return {row.cells[0].text: row.cells[1:] for row in table.rows if isinstance(row.cells[0], Statement)}


def _flagged(bank: Study, **flags: int) -> Study:
    diagnosis, template, facts = bank
    staff = replace(diagnosis.screening["staff"], flags=flags, flagged={"here-000001": ("speed",)})
    return replace(diagnosis, screening={**diagnosis.screening, "staff": staff}), template, facts


def test_a_sign_that_a_few_people_carry_shows_no_number_on_paper_page_or_in_json(bank: Study) -> None:
    flagged = _flagged(bank, speed=2, longstring=7, attention=0)

    cells = [row[0] for row in _rows(_report(flagged), "t-flags").values()]
    page = quality_parts(*flagged, language="en")[0]
    document = diagnosis_document(flagged[0])["screening"]["staff"]

    assert {(cell.value, cell.is_hidden) for cell in cells if isinstance(cell, Number)} >= {
        (None, True), (7, False), (0, False)}
    assert sorted((n for _, n, _ in page.flags), key=str) == [0, 7, None]
    assert document["flags"] == {"speed": None, "longstring": 7, "attention": 0}
    assert "flagged" not in document
    assert "here-000001" not in str(document)


def test_a_role_of_which_one_person_was_interviewed_is_counted_with_others(bank: Study) -> None:
    asked = {"relationship_manager": 6, "outlet_head": 3, "branch_manager": 1}

    report = _report((bank[0], bank[1], replace(bank[2], headcount_by_role={"relationship_manager": 60})),
                     roles_interviewed=asked)

    facts = [block for block in report.blocks() if isinstance(block, Facts)]
    told = {term: said.text for block in facts for term, said in block.rows}
    assert told["Two other roles, together"] == "4"
    assert not any("ranch manager" in term for term in told)


@pytest.mark.parametrize(("n_asked", "is_told"), [(1, False), (2, True)])
def test_what_the_only_interviewee_asked_said_is_counted_neither_in_print_nor_in_json(bank: Study, n_asked: int,
                                                                                     *, is_told: bool) -> None:
    diagnosis, template, facts = bank
    said = {"n_asked": n_asked, "supports": 1, "contradicts": 0, "mixed": 0, "roles": 1}
    first = next(one for one in diagnosis.problems if one.interview)
    code = first.interview.code if first.interview else ""
    changed = replace(
        diagnosis, metrics={**diagnosis.metrics, f"interview.{code}.interviewees": 1},
        problems=tuple(replace(one, interview=replace(one.interview, **said)) if one is first and one.interview else one
                       for one in diagnosis.problems),
        interviews=tuple(replace(one, **said) if one.code == code else one for one in diagnosis.interviews))

    page = report_html(study_report(changed, template, facts, language="en"))
    html, document = re.sub(r"</?span[^>]*>", "", page), diagnosis_document(changed)

    assert ("Interviews: asked of too few to tell." in html) is not is_told
    assert (f"Interviews: one of {n_asked} describes it" in html) is is_told
    assert document["interviews"][code]["asked"] == (n_asked if is_told else None)
    assert document["problems"][first.level.construct]["interviews"]["interviewees"] == (1 if is_told else None)
    assert document["metrics"][f"interview.{code}.interviewees"] == (1 if is_told else None)


def test_a_quote_without_a_role_bears_no_number_that_joins_it_to_others(bank: Study) -> None:
    source = Source(*bank, "en")
    quote = next(quote for problem in bank[0].problems if problem.interview
                 for quote in problem.interview.quotes if quote.audience == "staff")

    named, unnamed = (source.passages((replace(quote, role=role),))[0] for role in ("relationship_manager", None))

    assert quote.interview in named.source
    assert quote.interview not in unnamed.source


@pytest.mark.parametrize(("n_known", "told"), [(2, False), (58, False), (30, True), (0, True), (60, True)])
def test_the_share_that_knows_a_practice_is_told_where_neither_side_is_a_few(
        bank: Study, n_known: int, told: bool) -> None:
    diagnosis, template, facts = bank
    item = next(i for i in template.instruments[0].items if i.role == "fact" and i.choices)
    choice = item.choices[0].value
    single = replace(next(s for s in diagnosis.single_items), key=item.key, n=60, frequencies={choice: n_known})
    practice = Practice("review", {"en": "Monthly review"}, "running", choice=f"{item.key}.{choice}")

    report = study_report(replace(diagnosis, single_items=(single,)), template, replace(facts, practices=(practice,)),
                          language="en")

    share = _rows(report, "t-practices")["Monthly review"][2]
    assert isinstance(share, Number)
    assert (share.value is not None) is told


def test_a_size_of_few_customers_and_a_sum_that_is_mostly_one_customers_are_hidden(bank: Study) -> None:
    figures = {**bank[0].customers.figures, "at_risk_count": 3.0, "at_risk_aum": 9e6, "upgrade_candidates_count": 40.0,
               "upgrade_gap_sum": 5e6, "key_customers_count": 12.0}
    customers = replace(bank[0].customers, figures=figures, dominated=("upgrade_gap_sum",))

    rows = _rows(_report(bank, customers=customers), "t-sizes").values()
    cells = {cell.trace[0]: (cell.value, cell.is_hidden) for cell, *_ in rows}

    assert cells["data.at_risk_count"] == (None, True)
    assert cells["data.at_risk_aum"] == (None, True)
    assert cells["data.upgrade_gap_sum"] == (None, True)
    assert cells["data.upgrade_candidates_count"] == (40.0, False)
    assert cells["data.key_customers_count"] == (12.0, False)


def test_a_file_without_flags_has_no_dominated_sum() -> None:
    assert dominated_sums(None, {}) == ()  # type: ignore[arg-type]  # without flags no column is looked at
