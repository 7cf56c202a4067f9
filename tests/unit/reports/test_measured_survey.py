"""What a measurement report says of the wave it was made of, and of the answers' words."""

from __future__ import annotations

import pytest

from analysis.results.measurement import Estimate, ItemStatistics, Reliability
from instruments.codec import to_document
from reports.content import Figure, StudyReport
from reports.figures import Distribution
from reports.measured.frame import Subject, Survey
from reports.measurement import measurement_report
from reports.render import report_html

WORDS = {"1": "Disagree", "2": "Neither", "3": "Agree"}


def _item(key: str, answers: tuple[int, int, int], *, is_reverse: bool = False) -> ItemStatistics:
    return ItemStatistics(key, sum(answers), 2.0, 0.8, 0.5, 0.6,
                          {str(point + 1): n for point, n in enumerate(answers)}, is_reverse)


def _scale(*items: ItemStatistics) -> Reliability:
    return Reliability(60, 60, len(items), Estimate(0.75, 0.6, 0.85, 60, "Feldt"), 0.75, None, 0.4, items, "pairwise",
                       2.0, 0.7)


def _report(survey: Survey | None, language: str = "en", title: str = "Staff", **options: object) -> StudyReport:
    scales = {f"S{place}": _scale(_item(f"S{place}1", (10, 20, 30 + place)),
                                  _item(f"S{place}2", (30 * place, 20, 10), is_reverse=True))
              for place in range(1, 9)}
    results = {key: {"do": "reliability", **to_document(found)} for key, found in scales.items()}
    labels = {f"S{place}{item}": "a wording of some length" for place in range(1, 9) for item in (1, 2)}
    return measurement_report(results, Subject(title, "Bank A", 60, labels, survey=survey, **options),  # type: ignore[arg-type]  # any field
                              language=language)


@pytest.mark.parametrize(("survey", "said"), [
    (Survey(1, "2026-09-07", "2026-09-25", 11), "also the 11 that the diagnosis leaves out for careless answering"),
    (Survey(1, "2026-09-07", "2026-09-25", 1), "also the one that the diagnosis leaves out for careless answering"),
    (Survey(1, "2026-09-07", "2026-09-25", 0), "the diagnosis leaves none of them out for careless answering"),
    (Survey(1, "2026-09-07", "2026-09-25", None, are_counted=False), "are left out here as well"),
])
def test_the_first_page_says_when_was_surveyed_and_whose_answers_count(survey: Survey, said: str) -> None:
    report = _report(survey)

    assert "The first survey, 7 September 2026 to 25 September 2026." in str(report.sections[0])
    assert said in str(report.sections[0])
    assert report.cover.facts[0][2] == "the first survey, 7 September 2026 to 25 September 2026"


def test_a_data_file_has_no_wave() -> None:
    report = _report(None)

    assert "Wave" not in str(report.sections[0])
    assert report.cover.facts[0][2] == ""


def test_a_wave_whose_days_are_not_known_is_told_by_its_number() -> None:
    assert "第二轮。" in str(_report(Survey(2), "zh").sections[0])


def test_the_legend_has_the_words_of_the_answers() -> None:
    report = _report(None, answers={f"S{place}{item}": WORDS for place in range(1, 9) for item in (1, 2)})

    drawn = [block.chart for block in report.blocks() if isinstance(block, Figure) and block.key.startswith("f-items")]
    assert {chart.points for chart in drawn if isinstance(chart, Distribution)} == {
        ("1 Disagree", "2 Neither", "3 Agree")}


def test_the_bars_of_all_figures_share_a_scale() -> None:
    drawn = [block.chart for block in _report(None).blocks() if isinstance(block, Figure)]

    bars = [chart for chart in drawn if isinstance(chart, Distribution)]
    assert len(bars) == 2
    assert bars[0].among == bars[1].among == (*bars[0].rows, *bars[1].rows)


def test_on_a_chinese_cover_each_bracket_keeps_its_words() -> None:
    page = report_html(_report(None, "zh", "决定落实情况：第二轮（2026年11月）与第一轮（2026年9月）对照"))

    assert ('<h1>决定落实情况：<span class="whole">第二轮（2026年11月）</span>'
            '<span class="whole">与第一轮（2026年9月）</span>对照</h1>') in page


def test_on_a_chinese_cover_what_stands_in_brackets_keeps_its_words() -> None:
    page = report_html(_report(None, "zh", "分行客户关系管理现状调查问卷（员工版）"))

    assert '<h1>分行客户关系管理现状<span class="whole">调查问卷（员工版）</span></h1>' in page
