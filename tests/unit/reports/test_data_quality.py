"""What a report says of how carefully people answered, and what leaving some out changes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from analysis.results.diagnosis import Diagnosis
from instruments.facts import StudyFacts
from instruments.template import StudyTemplate
from reports.charts.draw import draw
from reports.content import Figure, Number, Section, Statement, Table
from reports.figures import Histogram
from reports.quality import quality_parts
from reports.sections.study import study_report
from reports.wording import forbidden_phrases

Study = tuple[Diagnosis, StudyTemplate, StudyFacts]


def _section(study: Study, language: str = "en") -> Section:
    diagnosis, template, facts = study
    return study_report(diagnosis, template, facts, language=language).section("data-quality")


def _table(section: Section, key: str) -> Table:
    return next(block for block in section.blocks if isinstance(block, Table) and block.key == key)


def _statements(section: Section) -> list[str]:
    return [block.text for block in section.blocks if isinstance(block, Statement)]


def _with_changes(study: Study, changes: tuple, notes: tuple[str, ...] = ()) -> Study:
    diagnosis, template, facts = study
    staff = replace(diagnosis.screening["staff"], changes=changes)
    problems = tuple(replace(problem, notes=notes) for problem in diagnosis.problems)
    return replace(diagnosis, screening={**diagnosis.screening, "staff": staff}, problems=problems), template, facts


def test_every_index_stands_with_its_spread_and_whether_a_flag_rests_on_it(bank: Study) -> None:
    rows = {row.cells[0].text: row.cells for row in _table(_section(bank), "t-care-staff").rows}

    assert len(rows) == 12
    assert rows["Longest run of equal answers"][4].text == "≥ 12 (flag)"
    assert rows["Variation of a person's answers"][4].text == "< 0.45 (flag)"
    assert rows["Distance from the usual pattern"][4].text == "> 76.15 (shown)"
    assert rows["Even-odd disagreement"][4].text == "–"
    assert [cell.value for cell in rows["Longest run of equal answers"] if isinstance(cell, Number)] == [180, 1.1, 7]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_longest_run_is_drawn_with_the_limit_chosen(bank: Study, language: str) -> None:
    figures = [block for block in _section(bank, language).blocks if isinstance(block, Figure)]

    assert [figure.key for figure in figures] == ["f-care-staff-longstring", "f-care-customer-longstring"]
    assert figures[0].chart.labels == ("1", "2", "3", "4–11", "12–30")
    assert sum(share for _, _, share in figures[0].chart.bins) == pytest.approx(1)
    assert {"en": "≥ 12 (flag)", "zh": "≥ 12（标记）"}[language] in draw(figures[0].chart, figures[0].alt, language)


def test_each_scale_stands_without_and_with_those_left_out(bank: Study) -> None:
    table = _table(_section(bank), "t-care-change-staff")

    assert [cell.value for cell in table.rows[0].cells[1:]] == [3.1, 3.14, 0.78, 0.74, 0.52, 0.49]
    n_scales = len(bank[1].instrument("staff").constructs)
    assert len(table.rows) == n_scales - 1          # of one scale too few were left out


def test_with_few_left_out_only_whether_anything_changes_is_said(bank: Study) -> None:
    hidden = tuple(replace(change, mean=None, mean_with_excluded=None, alpha=None, alpha_with_excluded=None,
                           smallest_loading=None, smallest_loading_with_excluded=None, is_verdict_changed=False)
                   for change in bank[0].screening["staff"].changes)

    section = _section(_with_changes(bank, hidden))

    assert not [block for block in section.blocks if isinstance(block, Table) and "change" in block.key]
    assert "Staff: with the answers left out counted in, no reliability verdict would differ." in _statements(section)
    assert "Fewer than five were left out; figures with them would tell who they are." in _statements(section)


def test_it_is_said_whether_a_grade_depends_on_the_screening(bank: Study) -> None:
    changes = bank[0].screening["staff"].changes
    stays = _section(_with_changes(bank, changes, ("exclusion_changes_nothing",)))
    differs = _section(_with_changes(bank, changes, ("exclusion_changes_grade_or_band",)))

    assert "With the answers left out counted in, no grade and no band would differ." in _statements(stays)
    told = "With the answers left out counted in, grade or band would differ on "
    assert any(text.startswith(told) for text in _statements(differs))


def test_nobody_left_out_is_said(bank: Study) -> None:
    assert "Staff: nobody was left out." in _statements(_section(_with_changes(bank, ())))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_sentence_says_more_than_the_numbers(bank: Study, language: str) -> None:
    section = _section(bank, language)

    assert [found for text in _statements(section) for found in forbidden_phrases(text, language)] == []


def test_a_web_page_draws_every_index_and_keeps_every_label_on_the_sheet(bank: Study) -> None:
    diagnosis, template, facts = bank

    parts = quality_parts(diagnosis, template, facts, language="en")

    assert [part.name for part in parts] == ["Staff", "Customers"]
    assert [len(part.figures) for part in parts] == [12, 12]
    assert {name: n for name, n, _ in parts[0].flags}["Same answer many times in a row"] == 7


def test_bars_are_equally_wide_and_as_high_as_their_share() -> None:
    chart = Histogram(((0, 1, 0.25), (1, 5, 0.71), (5, 90, 0.04)), ("0", "1–4", "5–89"), "run", 4.5, "≥ 4.5")

    svg = draw(chart, "Runs", "en")

    bars = [(float(width), float(height))
            for width, height in re.findall(r'<rect [^>]*width="([\d.]+)" height="([\d.]+)"', svg)]
    assert len({width for width, _ in bars}) == 1
    assert [height / sum(one for _, one in bars) for _, height in bars] == pytest.approx([0.25, 0.71, 0.04], abs=0.001)
    assert ">5–89<" in svg


def test_a_limit_outside_all_bars_has_room_of_its_own() -> None:
    chart = Histogram(((1, 2, 0.5), (2, 3, 0.5)), ("1", "2"), "run", 12, "≥ 12")

    svg = draw(chart, "Runs", "en")

    right = max(float(x) + float(width) for x, width in re.findall(r'<rect x="([\d.]+)" [^>]*width="([\d.]+)"', svg))
    line = float(re.search(r'<line x1="([\d.]+)"[^>]*stroke-dasharray', svg).group(1))  # type: ignore[union-attr]  # drawn
    assert line > right
