"""The report between waves: every verdict and every state in words, nothing claimed, both languages alike."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from analysis.results.actions import Action, ActionFollowUp, FollowUp, Milestone
from analysis.results.diagnosis import KpiRow
from analysis.results.measurement import Estimate
from analysis.results.waves import DetectableChange, InvarianceEvidence, ScaleWaves, WaveComparison
from reports.charts.canvas import MUTED, WHITE
from reports.charts.draw import draw
from reports.content import Figure, StudyReport, Table
from reports.figures import Forest
from reports.kinds.progress import progress_report
from reports.kinds.progress_facts import Indicator, Late, Register
from reports.render import report_html
from reports.sections.source import Source
from reports.waves import WaveTold
from reports.wording import forbidden_phrases
from tests.factories.follow_up import change, contrasts
from tests.unit.reports.conftest import Study

RUNNING = Action("S1.2", "accepted", "2026-10-19", "Board", owner="Retail", units=("corporate",), progress="running",
                 progress_on="2026-10-24", milestones=(
                     Milestone("Issued", "2026-10-27", "done", "2026-10-30"), Milestone("Trained", "2026-11-10"),
                     Milestone("Piloted", "2026-11-01", "dropped")))
STOPPED = replace(RUNNING, measure="S2.2", progress="stopped", milestones=())
DEFERRED = Action("S1.1", "deferred", "2026-10-19", "Board", "Head office decides.", again_on="2027-01-15")
LATE = (Late("S1.2", "milestone", "Trained", "2026-11-10", 16, "Retail"),
        Late("S1.2", "reading", "1", "2026-11-12", 14, "Retail"))


def scale(key: str, value: float, verdict: str, reason: str = "") -> ScaleWaves:
    mean, difference = Estimate(3.4, 3.2, 3.6, 160, "test"), change(value)
    same, least = InvarianceEvidence("shown", "", 160, 158), DetectableChange(0.31, 0.1, 300, 0.8, 0.05, "test")
    return ScaleWaves(
        key, ("A1",), (), (), 160, 158, mean, mean, 0.8, 0.8, 0.8, difference, None, None, difference, 0.01, 0.02, same,
        None, least, verdict, (reason,) if reason else ())  # type: ignore[arg-type]  # one of the words of WaveVerdict


WAVES = {"w1": WaveTold(1, "2026-09-07"), "w2": WaveTold(2, "2026-11-19")}
SCALES = (scale("PRB_INFO", -0.4, "changed"), scale("PRB_GOAL", 0.3, "changed"),
          scale("PRB_EFFECT", 0.1, "no_demonstrable_change"),
          scale("CAU_TECH", 0.3, "withheld", "sign_depends_on_flagged_items"),
          scale("OUT", 0.0, "refused", "low_alpha"))


def progress(bank: Study, language: str, *rows: ActionFollowUp, scales: tuple[ScaleWaves, ...] = SCALES,
             late: tuple[Late, ...] = LATE) -> StudyReport:
    diagnosis, template, facts = bank
    found = FollowUp("w1", "w2", 1, "2026-10-12", "D_DEPT", rows, ("S3.1",), 10, 30, 0.25, "test")
    compared = WaveComparison("w1", "w2", 318, 160, 158, False, (), scales, (), (), "test")
    kpi = KpiRow({"en": "full records", "zh": "记录完整率"}, "higher", 60.0, 80.0, "percent", 6)
    bare = replace(kpi, name={"en": "age of records", "zh": "记录更新间隔"}, baseline=None, target=None)
    register = Register("2026-11-26", late, {"S1.2": (Indicator(kpi, "2027-04-22"), Indicator(bare, "2027-04-22"))})
    study = Source(diagnosis, template, facts, language, changes=(compared,) if scales else ())
    return progress_report(study, found, register, WAVES)


def everything(bank: Study) -> tuple[ActionFollowUp, ...]:
    share = Estimate(0.5, 0.44, 0.56, 168, "Wilson")
    return (ActionFollowUp(RUNNING, share, share, contrasts()), ActionFollowUp(STOPPED, None, None),
            ActionFollowUp(DEFERRED, None, None))


@pytest.mark.parametrize(("language", "words"), [
    ("en", ["Three decisions: 1 under way, 1 stopped; 1 of 4 scales changed for the better, 1 for the worse",
            "1 under way, 1 stopped, of 3 decisions", "better; no proof of effect",
            "worse; no proof that a measure is at fault", "no demonstrable change; 0.31 points would have shown",
            "withheld: depends on flagged items", "cannot be compared",
            "reached on 30 October 2026, 3 days late",
            "open, 16 days late", "dropped", "reading overdue", "was stopped", "find out why before adding measures",
            "is worse than in the first survey",
            "second survey (November 2026)", "Where: Corporate banking", "Owner: Retail", "less than 0.25 points",
            "problem fell more", "milestone “Trained”", "none set",
            "to be decided anew on 15 January 2027"]),
    ("zh", ["1个好转，1个变差", "变差；不能据此认定为某项措施所致", "不作结论：取决于存疑题项", "无法比较",
            "2026年10月30日完成，迟3天", "未完成，已逾期16天", "已取消", "现值逾期未录入", "已停止", "请先查明原因",
            "拟于2027年1月15日再行研究"])])
def test_every_verdict_and_every_state_is_told_and_nothing_is_claimed(bank: Study, language: str,
                                                                      words: list[str]) -> None:
    page = re.sub(r"</?span[^>]*>", "", report_html(progress(bank, language, *everything(bank))))
    page = page.replace("\N{NO-BREAK SPACE}", " ")

    assert [word for word in words if word not in page] == []
    assert forbidden_phrases(page, language) == []


def test_milestones_owners_and_what_is_overdue_are_told_in_the_words_of_the_language(bank: Study) -> None:
    action = replace(RUNNING, wordings={"zh": {"Trained": "完成培训", "Retail": "零售金融部", "Issued": "已印发"}})
    rows = (replace(everything(bank)[0], action=action),)

    pages = {language: report_html(progress(bank, language, *rows)) for language in ("en", "zh")}

    assert all(word in pages["zh"] and word not in pages["en"] for word in ("完成培训", "零售金融部", "已印发"))
    assert "Trained" not in pages["zh"]
    assert "Trained" in pages["en"]


@pytest.mark.parametrize(("language", "words"), [
    ("en", "Hollow and grey: nothing is concluded"), ("zh", "灰色空心：因存疑题项不作结论")], ids=["en", "zh"])
def test_a_change_of_which_nothing_is_concluded_is_drawn_apart_and_explained(bank: Study, language: str,
                                                                             words: str) -> None:
    report = progress(bank, language)
    figure = next(block for block in report.blocks() if isinstance(block, Figure) and block.key == "f-change-worse")

    assert isinstance(figure.chart, Forest)
    assert [row.is_withheld for row in figure.chart.rows] == [False, False, False, True]
    assert words in figure.source
    assert words in figure.alt
    drawn = draw(figure.chart, figure.alt, language)
    assert drawn.count(f'fill="{WHITE}" stroke="{MUTED}"') == 1

    told = progress(bank, language, scales=SCALES[:3])
    assert words not in report_html(told)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_where_nothing_was_decided_and_nothing_compared_the_report_says_so(bank: Study, language: str) -> None:
    report = progress(bank, language, scales=(), late=())

    page = re.sub(r"</?span[^>]*>", "", report_html(report))
    assert ("no scale could be compared" if language == "en" else "没有量表可与前一轮比较") in page
    assert ("Nothing is overdue." if language == "en" else "没有逾期事项。") in page
    assert not any(isinstance(block, Table) and not block.rows for block in report.blocks())


def test_a_hidden_group_is_not_drawn(bank: Study) -> None:
    hidden = tuple(one for one in contrasts() if one.verdict == "too_few")

    report = progress(bank, "en", ActionFollowUp(RUNNING, None, None, hidden))

    assert "f-covered" not in {getattr(block, "key", "") for block in report.blocks()}


def test_more_waits_than_the_first_page_holds_and_all_of_it_stands_in_its_part(bank: Study) -> None:
    report = progress(bank, "en", *everything(bank))

    asked = [next(block for block in report.section(key).blocks if getattr(block, "kind", "") == "decision")
             for key in ("summary", "open")]
    assert [len(box.items) for box in asked] == [6, 8]
    assert asked[1].items[:6] == asked[0].items


@pytest.mark.parametrize("language", ["en", "zh"])
def test_waves_are_called_by_order_and_month_and_never_by_their_keys(bank: Study, language: str) -> None:
    page = re.sub(r"<[^>]*>", " ", report_html(progress(bank, language, *everything(bank))))

    assert re.findall(r"(?<![a-z])w[12](?![0-9])", page) == []
    assert ("first survey (September 2026)" if language == "en" else "第一轮（2026年9月）") in page


def test_a_column_that_would_hold_nothing_is_left_out(bank: Study) -> None:
    tables = {block.key: block for block in progress(bank, "en").blocks() if isinstance(block, Table)}

    changes = next(table for key, table in tables.items() if key.startswith("t-changes-"))
    assert "Reweighted" not in [column.title for column in changes.columns]
    assert "Reweighted" not in changes.source
    assert sum(column.width for column in changes.columns) == pytest.approx(1)


def test_a_problem_that_fell_less_where_a_measure_applies_is_not_told_as_one_that_fell_more(bank: Study) -> None:
    apart = next(one for one in contrasts() if one.verdict == "apart")

    pages = [report_html(progress(bank, "en", ActionFollowUp(RUNNING, None, None, (replace(apart, difference=found),))))
             for found in (change(-0.45), change(0.45))]

    assert "One problem fell more in the units covered than elsewhere" in pages[0]
    assert "fell more in the units covered" not in pages[1]
    assert "One problem changed differently in the units covered than elsewhere" in pages[1]
