"""What a report says of the joint display: every row, who judged it, and what nobody has answered."""

from dataclasses import replace

import pytest

from analysis.results.diagnosis import InterviewEvidence
from analysis.results.joint import (
    COMPONENTS,
    ClaimConfidence,
    ComponentJudgement,
    JointRecord,
    JudgedRow,
    Opinion,
)
from reports.content import Block, Callout, Group, Section, Stack, Table, walk
from reports.sections.study import study_report
from reports.wording import forbidden_phrases
from tests.unit.reports.conftest import Study

DISSONANT = "PRB_EFFECT"


def opinion(verdict: str = "agreement", rater: str = "Chen Yu", **changes: object) -> Opinion:
    values = {"silent": "", "is_complementary": False, "reason": "Both say the same.", "answer_kind": "", "answer": "",
              "judged_on": "2026-11-20"}
    return Opinion(rater, verdict, **{**values, **changes})


def section_of(study: Study, language: str = "en", record: JointRecord | None = None) -> Section:
    diagnosis, template, facts = study
    return study_report(diagnosis, template, facts, language=language, joint_record=record).section("joint")


def rows_of(study: Study, record: JointRecord | None = None) -> Section:
    """Return the appendix with both sides of every row."""
    diagnosis, template, facts = study
    return study_report(diagnosis, template, facts, language="en", joint_record=record).section("joint-rows")


def lines_of(section: Section, key: str) -> list[str]:
    """Return the lines of the judgement in a row."""
    table = next(block for block in walk(section.blocks) if isinstance(block, Table) and block.key == "t-joint")
    cell = next(row for row in table.rows if row.anchor == f"joint-{key}").cells[-1]
    assert isinstance(cell, Stack)
    return [line.text for line in cell.lines]


def texts(blocks: tuple[Block, ...]) -> str:
    return " ".join(str(block) for block in blocks)


def test_every_row_that_both_sources_could_speak_of_stands_in_the_table_and_the_others_are_named(bank: Study):
    section = rows_of(bank)

    table = next(block for block in walk(section.blocks) if isinstance(block, Table))
    assert len([row for row in table.rows if not row.is_group]) == 14
    assert "Not looked for in the interviews, because no code belongs to them: Service experience" in texts(
        section.blocks)
    assert "Not in this table, because no scale of the survey belongs to them: Other problem" in texts(section.blocks)


def test_the_part_itself_names_the_topics_under_each_verdict_and_leaves_their_words_to_the_appendix(bank: Study):
    section = section_of(bank)

    table = next(block for block in section.blocks if isinstance(block, Table))
    counts = {row.cells[0].text: (row.cells[1].value, row.cells[2].text) for row in table.rows}
    assert sum(n for n, _ in counts.values()) == 14
    assert counts["Dissonance"] == (1, "Low management effectiveness")
    assert section.title.text == ("On 6 of 14 topics survey and interviews agree at least in part, on 1 they "
                                  "contradict each other")


def silent_study(bank: Study, **changes: object) -> Study:
    """Nobody spoke of incomplete information, though it was asked."""
    diagnosis, template, facts = bank

    def quiet(said: InterviewEvidence | None) -> InterviewEvidence | None:
        return replace(said, **{"supports": 0, "contradicts": 0, "mixed": 0, "n_not_asked": 0, "by_role": {},
                                **changes}) if said is not None and said.code == "PRB.INFO" else said

    return replace(diagnosis, interviews=tuple(filter(None, map(quiet, diagnosis.interviews))),
                   problems=tuple(replace(one, interview=quiet(one.interview)) for one in diagnosis.problems)
                   ), template, facts


@pytest.mark.parametrize(("language", "lines", "note"), [
    ("en", ["Incomplete customer information: asked of 12 of 14 interviewees, named by none.",
            "Questions that were skipped in interviews say nothing there: Incomplete customer information (2 of 14)."],
     "Not found does not mean not there"),
    ("zh", ["信息不全面：受访者共14名，问及12名，无人提及。",
            "访谈中略过的问题，在该次访谈中无从判断：信息不全面（14次访谈中略过2次）。"], "未提及不等于没有")])
def test_what_was_asked_and_named_by_nobody_gets_a_sentence(bank: Study, language: str, lines: list[str], note: str):
    section = section_of(silent_study(bank, n_asked=12, n_not_asked=2), language)

    group = next(block for block in section.blocks if isinstance(block, Group)
                 and "joint-silences" in str(block.blocks[0]))
    assert [item.text for item in group.blocks[1].items] == lines
    assert note in texts(section.blocks)
    assert not [item.text for item in group.blocks[1].items if forbidden_phrases(item.text, language)]


def test_without_a_silence_there_is_no_such_part(bank: Study):
    assert "joint-silences" not in texts(section_of(bank).blocks)


def test_what_nobody_judged_carries_the_proposal_with_its_rule(bank: Study):
    assert lines_of(rows_of(bank), "PRB_SYSTEM") == [
        "Not judged by a person", "Proposed: Agreement. Same direction, and the same third of prominence."]


def test_a_judgement_is_printed_with_name_day_and_reason(bank: Study):
    record = JointRecord((JudgedRow("PRB_SYSTEM", "judged", opinion("partial_agreement")),))

    assert lines_of(rows_of(bank, record=record), "PRB_SYSTEM")[:2] == [
        "Partial agreement", "Chen Yu, 20 November 2026: Both say the same."]


@pytest.mark.parametrize(("row", "lines"), [
    (JudgedRow("PRB_SYSTEM", "awaiting_second", is_drawn=True),
     ["Awaiting the second judgement", "One person has judged; until the second has, nothing is shown."]),
    (JudgedRow("PRB_SYSTEM", "to_settle", None, opinion(), opinion("silence", "Li Wei", silent="survey")),
     ["Not settled", "Chen Yu says “Agreement”, Li Wei says “The survey gives no evidence”."]),
    (JudgedRow("PRB_SYSTEM", "judged", opinion(), opinion(), opinion("agreement", "Li Wei")),
     ["Agreement", "Chen Yu and Li Wei alike, 20 November 2026: Both say the same."]),
    (JudgedRow("PRB_SYSTEM", "judged", opinion(), is_stale=True),
     ["Agreement", "Chen Yu, 20 November 2026: Both say the same.", "Judged on an earlier state of the evidence."])])
def test_the_state_of_a_row_is_told(bank: Study, row: JudgedRow, lines: list[str]):
    assert lines_of(rows_of(bank, record=JointRecord((row,))), "PRB_SYSTEM")[:len(lines)] == lines


def test_a_dissonance_without_an_answer_is_printed_as_such_with_both_sides(bank: Study):
    section = section_of(bank)

    assert "No answer to the dissonance stands yet." in lines_of(rows_of(bank), DISSONANT)
    warning = next(block for block in walk(section.blocks) if isinstance(block, Callout))
    assert warning.items[0].text.startswith("Low management effectiveness: no explanation of the contradiction")
    assert ("Low management effectiveness: 3.55 [3.43–3.67], n 172; one of 14 asked says so, 2 the opposite, one both. "
            "No answer to the dissonance stands yet.") in texts(section.blocks)


def test_an_answered_dissonance_is_printed_with_its_answer_and_changes_no_grade(bank: Study):
    record = JointRecord((JudgedRow(DISSONANT, "judged", opinion(
        "dissonance", answer_kind="real_contradiction", answer="Staff and heads see it differently.")),))
    diagnosis, template, facts = bank
    plain = study_report(diagnosis, template, facts, language="en")

    report = study_report(diagnosis, template, facts, language="en", joint_record=record)

    told = texts(report.section("joint").blocks)
    assert "Explained as a real contradiction: Staff and heads see it differently." in told
    assert "Its grade stays “strong”: the fixed table decides it, and this contradiction stands beside it." in told
    assert not [block for block in walk(report.section("joint").blocks) if isinstance(block, Callout)]
    assert report.section("problems").blocks == plain.section("problems").blocks


def test_a_conflicting_grade_needs_no_word_that_it_stays(bank: Study):
    diagnosis, template, facts = bank
    conflicting = replace(diagnosis, problems=tuple(
        replace(found, grade="conflicting") if found.level.construct == DISSONANT else found
        for found in diagnosis.problems))
    record = JointRecord((JudgedRow(DISSONANT, "judged", opinion(
        "dissonance", answer_kind="real_contradiction", answer="Staff and heads see it differently.")),))

    assert "Its grade stays" not in texts(section_of((conflicting, template, facts), record=record).blocks)


def test_confidence_is_printed_with_all_four_reasons_and_the_suggestion(bank: Study):
    reasons = {name: ComponentJudgement("minor", f"Words about {name}.") for name in COMPONENTS}
    record = JointRecord(confidence=(ClaimConfidence("CAU_TECH:PRB_INFO", "link", reasons, "low", "Few state it.",
                                                     "moderate", "Chen Yu", "2026-11-21"),))

    section = section_of(bank, record=record)

    table = next(block for block in walk(section.blocks) if isinstance(block, Table) and block.key == "t-confidence")
    claim, overall, components = table.rows[0].cells
    assert claim.text == "Technical reasons → Incomplete customer information"
    assert [line.text for line in overall.lines] == ["Low: Few state it.",
                                                     "Chen Yu, 21 November 2026; suggested: Moderate"]
    assert components.lines[0].text == "Methodological limitations: minor concerns. Words about methods."
    assert len(components.lines) == 4


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_forbidden_phrase_stands_in_the_display(bank: Study, language: str):
    rows = (JudgedRow(DISSONANT, "judged", opinion("dissonance", answer_kind="unresolved", answer="–")),)

    told = texts(section_of(bank, language, JointRecord(rows, waiver="–", waived_by="Chen")).blocks)

    assert forbidden_phrases(told, language) == []


def test_without_interviews_there_is_nothing_to_put_side_by_side(bank: Study):
    diagnosis, template, facts = bank
    bare = replace(diagnosis, interviews=(), roles_interviewed={}, n_interviews={})

    report = study_report(bare, template, facts, language="en")

    assert "joint" not in {section.key for section in report.sections}
