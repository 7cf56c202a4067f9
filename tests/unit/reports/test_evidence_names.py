"""Every sentence of the summary carries the name of a finding, and the name leads to what the sentence rests on."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from analysis.diagnosis.diagnose import diagnose
from instruments.facts import StudyFacts
from instruments.template_loader import load_catalogue_template
from reports.content import (
    Block,
    Bullets,
    Callout,
    Facts,
    KeyFigures,
    Number,
    Row,
    Section,
    Stack,
    Statement,
    StudyReport,
    Table,
)
from reports.names_in_text import holds_name, split_at_names
from reports.render import ANCHOR, report_html, statement_html
from reports.sections.evidence_page import EvidencePage, evidence_page
from reports.sections.evidenced import SUMMARY
from reports.sections.source import Source
from reports.sections.study import study_report
from reports.wording import forbidden_phrases
from tests.factories.branch import simulated_study
from tests.factories.traced import TEMPLATES, rests_on_something, traced_ledger

LEAST = 5       # people whose mean may be shown
CASES = [(key, is_sound, language) for key in TEMPLATES for is_sound in (False, True) for language in ("en", "zh")]


def source_of(key: str, is_sound: bool, language: str) -> Source:
    ledger = traced_ledger(key, is_sound=is_sound)
    return Source(ledger.diagnosis, ledger.template, StudyFacts(), language)


def report_of(study: Source) -> StudyReport:
    return study_report(study.diagnosis, study.template, study.facts, language=study.language)


def said(section: Section) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Return every sentence of a section with the names it carries; a row of a table is one."""
    yield section.title.text, section.title.evidence
    if section.lead is not None:
        yield section.lead.text, section.lead.evidence
    for block in section.blocks:
        yield from told(block)


def told(block: Block) -> Iterator[tuple[str, tuple[str, ...]]]:
    if isinstance(block, (Bullets, Callout)):
        yield from ((item.text, item.evidence) for item in block.items)
    elif isinstance(block, KeyFigures):
        yield from ((item.label, item.evidence) for item in block.items)
    elif isinstance(block, Table):
        yield block.title.text, block.title.evidence
        yield from map(told_by_row, block.rows)
    elif isinstance(block, Statement):
        yield block.text, block.evidence


def told_by_row(row: Row) -> tuple[str, tuple[str, ...]]:
    lines = [line for cell in row.cells for line in (cell.lines if isinstance(cell, Stack) else (cell,))]
    statements = [line for line in lines if isinstance(line, Statement)]
    return " | ".join(line.text for line in statements), tuple(name for line in statements for name in line.evidence)


@pytest.mark.parametrize(("key", "is_sound", "language"), CASES)
def test_every_sentence_of_the_summary_leads_to_a_finding_with_inputs(key: str, is_sound: bool, language: str):
    study = source_of(key, is_sound, language)

    sentences = [sentence for section in report_of(study).sections if section.key in SUMMARY
                 for sentence in said(section)]

    assert len(sentences) >= 10
    assert [text for text, names in sentences if not names] == []
    for text, names in sentences:
        for name in names:
            found = study.ledger.find(name)
            assert found is not None, (text, name)
            inputs = [one for path in found.paths for one in [study.ledger.inputs(path)] if one is not None]
            assert any(rests_on_something(study.ledger, one) for one in inputs), (text, name)


@pytest.mark.parametrize("key", TEMPLATES)
def test_both_languages_carry_the_same_names_sentence_by_sentence(key: str):
    english, chinese = (
        [names for section in report_of(source_of(key, False, language)).sections if section.key in SUMMARY
         for _, names in said(section)] for language in ("en", "zh"))

    assert [set(names) for names in english] == [set(names) for names in chinese]


@pytest.mark.parametrize(("key", "is_sound", "language"), CASES)
def test_every_name_of_the_report_leads_to_a_place_in_it(key: str, is_sound: bool, language: str):
    report = report_of(source_of(key, is_sound, language))
    anchors = report.anchors()

    names = {name for section in report.sections if section.key in SUMMARY for _, own in said(section)
             for name in own}

    assert {name for name in names if ANCHOR + name not in anchors} == set()
    html = report_html(report)
    assert all(f'href="#{ANCHOR}{name}"' in html for name in names)


def text_of(page: EvidencePage, language: str) -> str:
    return " ".join(statement.text for part in page.parts for block in (*part.blocks, *part.more)
                    for statement in statements(block))


def statements(block: Block) -> Iterator[Statement]:
    if isinstance(block, Table):
        yield block.title
        for row in block.rows:
            for cell in row.cells:
                yield from cell.lines if isinstance(cell, Stack) else (cell,) if isinstance(cell, Statement) else ()
    elif isinstance(block, Bullets):
        yield from block.items
    elif isinstance(block, Statement):
        yield block


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("key", TEMPLATES)
def test_every_finding_has_a_page_in_words_of_the_language(key: str, language: str):
    study = source_of(key, False, language)

    pages = [evidence_page(study, found) for found in study.ledger.findings()]

    assert all(page.parts and page.name for page in pages)
    words = " ".join(text_of(page, language) for page in pages)
    assert "trace" not in words
    assert forbidden_phrases(words, language) == []


def test_the_page_of_a_problem_goes_down_to_items_conditions_and_exclusions():
    study = source_of("bank_crm", False, "en")
    found = study.ledger.find("problem.PRB_GOAL.grade")
    assert found is not None

    page = evidence_page(study, found)

    parts = {part.key: part for part in page.parts}
    assert {"value", "rules", "items", "voices", "who", "chain", "versions"} <= set(parts)
    told = text_of(page, "en")
    answers = study.diagnosis.item_answers["GOA1"]
    items = parts["items"].blocks[0]
    assert isinstance(items, Table)
    assert [cell.text for row in items.rows for cell in row.cells[:1] if isinstance(cell, Statement)] == [
        "GOA1", "GOA2", "GOA3 (R)", "GOA4"]
    assert items.rows[0].cells[2] == Number(float(answers.n), "count")
    assert "Mean that a problem must exceed: 3" in told
    assert "at most 0.05" in told
    versions = parts["versions"].blocks[0]
    assert isinstance(versions, Facts)
    assert versions.rows[0][1].text == str(study.diagnosis.provenance.seed)


@pytest.mark.parametrize("n", [0, 4, 40])
@pytest.mark.parametrize("key", TEMPLATES)
def test_however_few_answered_every_finding_has_its_page(key: str, n: int):
    template = load_catalogue_template(key)
    study = Source(diagnose(simulated_study(template, n_staff=n, n_customers=n), n_resamples=20), template,
                   StudyFacts(), "en")

    pages = [evidence_page(study, found) for found in study.ledger.findings()]

    assert all(page.parts for page in pages)
    means = [cell.value for page in pages for part in page.parts if part.key == "items"
             for table in (*part.blocks, *part.more) if isinstance(table, Table)
             for cell in (row.cells[3] for row in table.rows) if isinstance(cell, Number)]
    assert means
    assert n >= LEAST or set(means) == {None}


def test_a_result_of_before_items_were_stored_still_has_its_page():
    study = source_of("bank_crm", False, "en")
    old = Source(replace(study.diagnosis, item_answers={}), study.template, study.facts, "en")
    found = old.ledger.find("P1")
    assert found is not None

    told = text_of(evidence_page(old, found), "en")

    assert "not stored at the time" in told


# ---- names inside a wording -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("text", "name", "is_there"), [
    ("S1.1 first", "S1.1", True), ("S1.1统一客户视图", "S1.1", True), ("S1.12 other", "S1.1", False),
    ("S1.1.2", "S1.1", False), ("C1-P1", "P1", False), ("P1.", "P1", True), ("xP1", "P1", False)])
def test_a_name_is_found_whole_or_not_at_all(text: str, name: str, is_there: bool):
    assert holds_name(text, name) is is_there


def test_a_wording_is_cut_at_its_names_and_nothing_is_lost():
    parts = split_at_names("Begin with S1.1 and S2.4.", ["S1.1", "S2.4", "P1"])

    assert parts[1::2] == ["S1.1", "S2.4"]
    assert "".join(parts) == "Begin with S1.1 and S2.4."


def test_a_wording_is_escaped_where_names_become_links():
    html = statement_html(Statement("<b>P1</b> & P2", evidence=("P1", "P3")), "en", lambda name: f"/e/{name}")

    assert html == ('&lt;b&gt;<a class="evidence" href="/e/P1">P1</a>&lt;/b&gt; &amp; P2'
                    ' <span class="evidence-names"><a class="evidence" href="/e/P3">P3</a></span>')


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_share_stands_with_its_interval_and_is_never_unknown_beside_one(language: str):
    study = source_of("bank_crm", True, language)

    told = [row.cells[1].text for found in study.ledger.findings() if found.kind == "cause"
            for part in evidence_page(study, found).parts if part.key == "value"
            for table in part.blocks if isinstance(table, Table) for row in table.rows if "%" in row.cells[1].text]

    assert told
    assert [text for text in told if not text[:1].isdigit()] == []
