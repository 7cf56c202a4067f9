"""What changed between two waves: told by name while it is little, in a sentence where all scales rest on the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analysis.results.actions import Action, ActionFollowUp, FollowUp
from analysis.results.measurement import Estimate
from analysis.results.waves import RegressionToMean, ScaleWaves, WaveComparison
from reports.content import Bullets, Figure, Paragraph, StudyReport, Table, walk
from reports.kinds.board import board_pack
from reports.sections.study import OtherWaves, study_report
from reports.waves import WaveTold
from tests.unit.reports.test_progress_report import scale

WAVES = {"w1": WaveTold(1, "2026-09-07"), "w2": WaveTold(2, "2027-01-11")}
BETTER = scale("PRB_INFO", -0.4, "changed")
SAME = scale("PRB_GOAL", 0.1, "no_demonstrable_change")


def _told(bank: Any, *scales: ScaleWaves, worst: tuple[RegressionToMean, ...] = (), language: str = "en",
          followed: FollowUp | None = None) -> StudyReport:
    diagnosis, template, facts = bank
    compared = WaveComparison("w1", "w2", 318, 160, 158, False, (), scales, (), worst, "test")
    return study_report(replace(diagnosis, follow_up=followed), template, facts, language=language,
                        waves=OtherWaves((compared,), told=WAVES))


def _worst(*, is_beyond: bool) -> RegressionToMean:
    mean = Estimate(3.0, 2.6, 3.4, 20, "test")
    return RegressionToMean("PRB_INFO", "retail", 5, 20, 21, 3.8, 3.1, -0.7, mean, mean, mean, is_beyond, "test")


@pytest.mark.parametrize(("language", "title"), [
    ("en", "One of 2 scales changed since the first survey: incomplete customer information has improved"),
    ("zh", "与第一轮相比，2个量表中仅“信息不全面”有所好转")])
def test_the_only_scale_that_changed_is_named_in_the_title(bank: Any, language: str, title: str) -> None:
    section = _told(bank, BETTER, SAME, language=language).section("changes")

    assert section.title.text == title


def test_several_changes_are_counted_in_the_title(bank: Any) -> None:
    section = _told(bank, BETTER, replace(SAME, verdict="changed")).section("changes")

    assert section.title.text == "Since the first survey 2 of 2 scales compared show a change"


def test_the_lead_of_the_summary_says_what_changed_and_what_is_carried_out(bank: Any) -> None:
    action = Action("S1.2", "accepted", "2026-10-19", "Board", progress="running")
    found = FollowUp("w1", "w2", 1, "2026-10-12", "D_DEPT", (ActionFollowUp(action, None, None),))

    lead = _told(bank, BETTER, SAME, followed=found).section("summary").lead

    assert lead is not None
    assert lead.text.endswith("incomplete customer information has improved. Of the decisions taken on the last report "
                              "1 of 1 is carried out or under way.")


def test_a_report_on_a_second_wave_does_not_say_that_there_was_one_point_in_time(bank: Any) -> None:
    report = _told(bank, BETTER, SAME)

    said = str(report.section("summary-causes")) + str(report.section("limits"))
    assert "One point in time" not in said
    assert "One survey at one time" not in said


def test_where_all_scales_rest_on_the_same_a_sentence_stands_for_the_table(bank: Any) -> None:
    alike, flagged = _told(bank, BETTER, SAME), _told(bank, BETTER, replace(SAME, flagged=("GOA1",)))

    assert not [b for b in alike.section("changes").blocks if isinstance(b, Table) and "evidence" in b.key]
    tables = [b for b in flagged.section("changes").blocks if isinstance(b, Table) and "evidence" in b.key]
    item = next(item for one in bank[1].instruments for item in one.items if item.key == "GOA1")
    assert f"GOA1 “{item.text['en'].rstrip('.')}”." in tables[0].source
    said = [one.text for b in alike.section("changes").blocks if isinstance(b, Paragraph) for one in b.statements]
    assert "All 2 scales measure the same in both surveys, and no item was reworded." in said


@pytest.mark.parametrize(("worst", "begun"), [
    ((_worst(is_beyond=False),), "The unit with the least favourable mean comes back partly by chance alone"),
    ((_worst(is_beyond=True),), "Retail banking stood worst in incomplete customer information: 3.80, then 3.10."),
    ((_worst(is_beyond=True), _worst(is_beyond=False)), "On one other scale the unit that stood worst")])
def test_units_that_came_back_by_chance_are_counted_and_the_others_told(
        bank: Any, worst: tuple[RegressionToMean, ...], begun: str) -> None:
    section = _told(bank, BETTER, SAME, worst=worst).section("changes")

    said = [item.text for block in section.blocks if isinstance(block, Bullets) for item in block.items]
    assert any(text.startswith(begun) for text in said)


def test_what_is_to_be_borne_in_mind_is_said_once_for_all_questionnaires(bank: Any) -> None:
    diagnosis, template, facts = bank
    first = WaveComparison("w1", "w2", 318, 160, 158, False, (), (BETTER, SAME), (), (), "test")

    report = study_report(diagnosis, template, facts, language="en", waves=OtherWaves((first, first)))

    assert str(report.section("changes")).count("A change between two surveys is no proof") == 1


@pytest.mark.parametrize(("days", "said"), [
    (("2026-08-03", "2026-08-24"),
     "Held 3 August 2026 to 24 August 2026, before this survey: what they say is of that time."),
    (("2026-09-03", "2027-02-24"), "Held 3 September 2026 to 24 February 2027."), (("", ""), "")])
def test_interviews_from_before_a_later_survey_are_said_to_be_of_that_time(bank: Any, days: tuple[str, str],
                                                                            said: str) -> None:
    diagnosis, template, facts = bank
    compared = WaveComparison("w1", "w2", 318, 160, 158, False, (), (BETTER,), (), (), "test")

    section = study_report(diagnosis, template, facts, language="en", waves=OtherWaves(
        (compared,), told=WAVES, interviewed=days)).section("answers")

    told = [one.text for block in walk(section.blocks) if isinstance(block, Paragraph) for one in block.statements]
    assert [text for text in told if text.startswith("Held ")] == [said] * bool(said)


@pytest.mark.parametrize(("days", "is_told"), [(("2026-08-03", "2026-08-24"), True), (("", ""), False),
                                               (("2026-09-03", "2027-02-24"), False)])
def test_the_links_of_a_board_pack_say_where_interviews_are_older_than_the_survey(bank: Any, days: tuple[str, str],
                                                                                 *, is_told: bool) -> None:
    diagnosis, template, facts = bank
    compared = WaveComparison("w1", "w2", 318, 160, 158, False, (), (BETTER,), (), (), "test")

    pack = board_pack(study_report(diagnosis, template, facts, language="en", waves=OtherWaves(
        (compared,), told=WAVES, interviewed=days)))

    links = next(block for block in pack.blocks() if isinstance(block, Figure) and block.key == "f-links")
    assert ("Interviews: 3 August 2026 to 24 August 2026, before this survey." in links.source) is is_told
    assert "members of staff interviewed state the link" in links.source
