"""What the report says: order, traces, hidden figures, and words that follow the intervals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.results.diagnosis import Diagnosis
from instruments.codec import to_document
from instruments.facts import StudyFacts
from instruments.template import StudyTemplate
from reports.content import (
    Bullets,
    Callout,
    Card,
    Figure,
    Heading,
    KeyFigures,
    Number,
    Passages,
    Stack,
    Statement,
    StudyReport,
    Table,
)
from reports.sections.source import TITLE_LINES, Source
from reports.sections.study import study_report

Study = tuple[Diagnosis, StudyTemplate, StudyFacts]


def _report(study: Study, language: str = "en") -> StudyReport:
    diagnosis, template, facts = study
    return study_report(diagnosis, template, facts, language=language)


def _statements(report: StudyReport) -> list[Statement]:
    found = [section.title for section in report.sections]
    for block in report.blocks():
        if isinstance(block, (Bullets, Callout)):
            found.extend(block.items)
        if isinstance(block, Card):
            found.extend(statement for _, statement in block.rows)
        if isinstance(block, Table):
            cells = [cell for row in block.rows for cell in row.cells]
            found.extend(cell for cell in cells if isinstance(cell, Statement))
            found.extend(line for cell in cells if isinstance(cell, Stack) for line in cell.lines)
    return found


def test_the_parts_stand_in_the_order_of_the_design(bank: Study) -> None:
    keys = [section.key for section in _report(bank).sections]

    order = ["summary", "summary-causes", "contents", "answers", "strengths", "facets", "entered", "problems",
             "problem-details", "customers", "causes", "links", "customer-file", "objectives", "strategies", "roadmap",
             "safeguards", "limits", "method", "reproducibility", "reliability", "structure", "data-quality",
             "customer-quality", "codebook", "glossary", "theory", "thresholds"]
    assert [key for key in keys if key in order] == order


def test_both_languages_hold_the_same_parts_figures_and_tables(bank: Study) -> None:
    def shape(language: str) -> list[tuple[str, str, int]]:
        return [(type(b).__name__, b.key, b.number) for b in _report(bank, language).blocks()
                if isinstance(b, (Figure, Table))]

    assert shape("en") == shape("zh")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_title_takes_more_than_two_lines(language: str, bank: Study, empty_bank: Study) -> None:
    for study in (bank, empty_bank):
        source = Source(*study, language)

        long = [s.title.text for s in _report(study, language).sections
                if len(source.title_lines(s.title.text)) > TITLE_LINES]

        assert long == []


def test_the_summary_holds_at_most_four_figures_and_five_problems(bank: Study) -> None:
    blocks = _report(bank).section("summary").blocks

    figures = next(block for block in blocks if isinstance(block, KeyFigures))
    table = next(block for block in blocks if isinstance(block, Table))
    assert 1 <= len(figures.items) <= 4
    assert len(table.rows) == 5
    assert any(isinstance(block, Callout) and block.kind == "decision" for block in blocks)


def test_every_problem_row_shows_the_diagnosis_own_mean_unrounded(bank: Study) -> None:
    table = next(b for b in _report(bank).section("summary").blocks if isinstance(b, Table))

    shown = {cell.trace[0]: cell.value for row in table.rows for cell in row.cells if isinstance(cell, Number)}

    expected = {f"problem.{p.level.construct}.mean": p.level.mean for p in bank[0].problems}
    assert shown.items() <= expected.items()


def test_every_proposed_measure_traces_to_a_trigger_and_a_problem(bank: Study) -> None:
    cards = [block for block in _report(bank).blocks() if isinstance(block, Card)]

    proposed = [m.key for m in bank[0].measures if m.verdict == "proposed"]
    assert sorted(card.label for card in cards) == sorted(proposed)
    for card in cards:
        traces = {trace for _, statement in card.rows for trace in statement.trace}
        assert any(trace.split(".")[0] in ("problem", "cause", "facet", "item", "interview") for trace in traces)


def test_every_link_leads_to_a_place_in_the_report(bank: Study) -> None:
    report = _report(bank)

    targets = {statement.link for statement in _statements(report) if statement.link}

    assert targets
    assert targets <= report.anchors()


def test_a_measure_not_proposed_names_the_condition_that_failed(bank: Study) -> None:
    table = next(b for b in _report(bank).section("set-aside").blocks if isinstance(b, Table))

    row = next(row for row in table.rows if not row.is_group and isinstance(row.cells[0], Statement)
               and row.cells[0].text.startswith("S2.3"))

    assert isinstance(row.cells[2], Statement)
    assert "concentrate here" in row.cells[2].text
    assert "facet.C_CHAN.quadrant" in row.cells[2].trace


def test_what_works_is_told_before_the_problems(bank: Study) -> None:
    section = _report(bank).section("strengths")

    bullets = next(block for block in section.blocks if isinstance(block, Bullets))
    assert any("improvement over the last years" in item.text for item in bullets.items)


@pytest.mark.parametrize(("grade", "language", "told"), [
    ("weak", "en", "problems show signs, but none is supported by firm evidence"),
    ("weak", "zh", "项问题出现迹象，但均缺乏有力证据"),
    ("inconclusive", "en", "The evidence supports none of the problems examined"),
    ("inconclusive", "zh", "所考察的各项问题均未得到证据支持")])
def test_no_problem_at_all_has_words_of_its_own(bank: Study, grade: str, language: str, told: str) -> None:
    diagnosis, template, facts = bank
    unproven = replace(diagnosis, problems=tuple(replace(row, grade=grade) for row in diagnosis.problems))

    title = study_report(unproven, template, facts, language=language).section("summary").title.text

    assert told in title
    assert "0项" not in title


def test_overlapping_intervals_are_told_as_one_group(bank: Study) -> None:
    diagnosis, template, facts = bank
    first, second = diagnosis.problems[0], diagnosis.problems[1]
    near = replace(second, level=replace(second.level, ci_high=first.level.mean))

    tied = study_report(replace(diagnosis, problems=(first, near, *diagnosis.problems[2:])), template, facts,
                        language="en")

    assert tied.section("problems").lead is not None
    assert "overlap" in tied.section("problems").lead.text  # type: ignore[union-attr]  # checked above


def test_a_hidden_group_is_shown_as_hidden_and_never_as_a_number(bank: Study) -> None:
    table = next(b for b in _report(bank).blocks() if isinstance(b, Table) and b.key == "t-composition-D_DEPT")

    hidden = [cell for row in table.rows for cell in row.cells if isinstance(cell, Number) and cell.is_hidden]

    assert hidden


def test_a_profile_answer_of_few_people_is_hidden_with_a_second_one(bank: Study) -> None:
    diagnosis, template, facts = bank
    staff = replace(diagnosis.screening["staff"], composition={"D_LEVEL": {"staff": 90, "team_head": 3, "middle": 12}})

    report = study_report(replace(diagnosis, screening={"staff": staff}), template, facts, language="en")

    table = next(b for b in report.blocks() if isinstance(b, Table) and b.key == "t-wording-staff")
    row = next(row for row in table.rows if isinstance(row.cells[0], Statement) and row.cells[0].text == "D_LEVEL")
    assert isinstance(row.cells[3], Statement)
    assert row.cells[3].text.split("; ") == [
        "Staff:\u00a090", "Team head:\u00a0s", "Head or deputy head of a department or sub-branch:\u00a0s"]


def test_a_conflicting_problem_shows_the_numbers_of_both_sides(bank: Study) -> None:
    report = _report(bank)

    blocks = list(report.blocks())
    place = next(n for n, b in enumerate(blocks) if isinstance(b, Heading) and b.anchor == "problem-PRB_SYSTEM")
    lines = next(b for b in blocks[place:] if isinstance(b, Bullets))
    text = " ".join(item.text for item in lines.items)
    assert "conflicting" in text
    assert "3 of 14 describe it" in text
    assert "6 the opposite, one both" in text


def test_three_answers_give_no_grade_and_no_measure(empty_bank: Study) -> None:
    report = _report(empty_bank)

    assert report.section("summary").title.text == "There are too few answers to judge any problem yet"
    assert not [block for block in report.blocks() if isinstance(block, (Card, Passages, KeyFigures))]
    assert "no grade" in " ".join(statement.text for statement in _statements(report))


def test_synthetic_data_are_named_on_cover_and_foot(bank: Study) -> None:
    report = _report(bank)

    assert report.cover.label == "Synthetic sample data"
    assert "Synthetic sample data" in report.classification


def test_real_data_carry_no_synthetic_label(bank: Study) -> None:
    diagnosis, template, facts = bank

    real = study_report(replace(diagnosis, provenance=replace(diagnosis.provenance, is_synthetic=False)), template,
                        facts, language="zh")

    assert real.cover.label == ""
    assert "合成" not in real.classification


def test_the_content_can_be_stored_as_a_document(bank: Study) -> None:
    document = to_document(_report(bank, "zh"))

    assert document["language"] == "zh"
    assert document["sections"][0]["key"] == "summary"


def test_a_title_of_the_study_stands_for_the_template_own(bank: Study) -> None:
    diagnosis, template, facts = bank

    report = study_report(diagnosis, template, facts, language="en", title={"en": "Our branch"})

    assert report.cover.title == "Our branch"


def test_a_study_of_questionnaires_only_still_has_its_report(bank: Study) -> None:
    diagnosis, template, _ = bank
    plain = replace(template, rules=None, codebook=None, guide=None, value_model=None, perspectives=(), theory=(),
                    references=(), glossary=())
    found = replace(diagnosis, measures=(), objectives=(), safeguards=(), customers=None, interviews=(),
                    n_interviews={}, roles_interviewed={}, saturation=None)

    report = study_report(found, plain, StudyFacts(), language="zh")

    keys = [section.key for section in report.sections]
    assert {"summary", "problems", "causes", "method"} <= set(keys)
    assert not {"objectives", "roadmap", "safeguards", "codebook", "customer-file"} & set(keys)


def test_an_audience_of_its_own_name_is_told_by_that_name(bank: Study) -> None:
    diagnosis, template, facts = bank
    screening = {"staff": diagnosis.screening["staff"],
                 "patients": replace(diagnosis.screening["customer"], audience="patients")}

    report = study_report(replace(diagnosis, screening=screening), template, facts, language="en")

    assert "a survey of patients" in report.cover.subtitle
    assert "251 answers of patients" in report.section("answers").title.text


def test_sources_are_cited_by_author_and_year(bank: Study) -> None:
    source = Source(*bank, "en")

    assert source.cite("payne_frow2005") == "Payne & Frow 2005"
    assert source.cite("zablah2004") == "Zablah et al. 2004"
    assert source.cite("nobody1999") == "nobody1999"
    chinese = Source(*bank, "zh")
    assert [chinese.cite(key) for key in ("payne_frow2005", "zablah2004")] == ["Payne和Frow，2005", "Zablah等，2004"]
