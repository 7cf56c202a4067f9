"""The interviews: whom they are with, what they say, and that every quote is a passage of its turn."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date, timedelta

import krippendorff
import pytest

from instruments.errors import InstrumentError
from instruments.template_loader import load_catalogue_template
from surveyapp.sample.interview_files import SampleInterview, load_interviews, read_interview
from surveyapp.sample.note import SYNTHETIC_NOTE

TEMPLATE = load_catalogue_template("bank_crm")
INTERVIEWS = load_interviews()
NOT_CHINESE = re.compile(r"[\"'`]|(?<=[\u4e00-\u9fff])[,;:!?().]|[,;:!?()](?=[\u4e00-\u9fff])")

MINIMAL = """
key: T1
audience: staff
role: outlet_head
line: both
tenure_band: gt10
held_on: 2026-09-09
duration_min: 40
mode: in_person
interviewer: R1
language: en
consent: notes
is_verbatim: false
questions: [Q1]
turns:
  - I: How is the work shared out?
  - P: Nobody knows, and nobody asks.
    codes:
      - {code: PRB.SYSTEM, quote: "QUOTE"}
"""


def supporters(code: str, polarity: str = "supports", audience: tuple[str, ...] = ("staff", "manager")) -> set[str]:
    return {
        interview.key for interview in INTERVIEWS if interview.audience in audience
        for coding in interview.codings_of("coder1")
        if coding.polarity == polarity and (coding.code == code or coding.code.startswith(f"{code}."))
    }


def roles_of(keys: set[str]) -> set[str]:
    return {interview.role for interview in INTERVIEWS if interview.key in keys}


def test_sixteen_interviews_fill_the_quota_of_the_guide() -> None:
    by_role = Counter(interview.role for interview in INTERVIEWS)

    assert by_role == {"relationship_manager": 4, "product_or_middle_office": 2, "outlet_head": 2, "branch_manager": 2,
                       "technology_or_data": 2, "customer": 4}
    assert TEMPLATE.guide is not None
    assert all(by_role[role] >= n for role, n in TEMPLATE.guide.quota.items())
    assert set(by_role) <= set(TEMPLATE.guide.roles)


def test_half_of_the_interviews_are_in_chinese_and_half_in_english() -> None:
    assert Counter(interview.language for interview in INTERVIEWS) == {"zh": 8, "en": 8}


def test_interviews_are_held_on_working_days_of_three_weeks_and_come_in_that_order() -> None:
    days = [interview.held_on for interview in INTERVIEWS]

    assert days == sorted(days)
    assert all(day.weekday() < 5 for day in days)
    assert date(2026, 9, 7) <= days[0]
    assert days[-1] - days[0] < timedelta(weeks=3)


def test_speakers_take_turns_fourteen_to_thirty_times() -> None:
    for interview in INTERVIEWS:
        speakers = [turn.is_interviewee for turn in interview.turns]

        assert 14 <= len(speakers) <= 30, interview.key
        assert speakers == [i % 2 == 1 for i in range(len(speakers))], interview.key


def test_only_questions_meant_for_the_audience_were_asked() -> None:
    assert TEMPLATE.guide is not None
    audiences = {question.key: question.audiences for question in TEMPLATE.guide.questions}

    for interview in INTERVIEWS:
        assert interview.questions
        assert all(interview.audience in audiences[question] for question in interview.questions), interview.key


def test_every_quote_is_one_passage_of_what_the_interviewee_said() -> None:
    for interview in INTERVIEWS:
        for coding in (*interview.codings, *interview.links):
            turn = interview.turns[coding.turn]

            assert turn.is_interviewee, (interview.key, coding.quote)
            assert turn.text.count(coding.quote) == 1, (interview.key, coding.quote)


def test_a_passage_that_occurs_once_is_read_with_its_turn() -> None:
    coding = read_interview(MINIMAL.replace("QUOTE", "nobody asks"), "t1.yaml").codings[0]

    assert (coding.coder, coding.turn, coding.quote, coding.polarity) == ("coder1", 1, "nobody asks", "supports")


@pytest.mark.parametrize(("quote", "n_found"), [("Nobody cares", 0), ("body", 2)])
def test_a_quote_that_is_not_one_passage_of_its_turn_is_refused(quote: str, n_found: int) -> None:
    text = MINIMAL.replace("QUOTE", quote)

    with pytest.raises(InstrumentError, match=rf"turn 1: the quote '{quote}' occurs {n_found} times"):
        read_interview(text, "t1.yaml")


def test_an_edited_quote_in_one_language_only_is_refused() -> None:
    text = MINIMAL.replace('quote: "QUOTE"', 'quote: "Nobody knows", en: "Nobody knows."')

    with pytest.raises(InstrumentError, match="every language"):
        read_interview(text, "t1.yaml")


def test_codes_polarities_and_links_exist_in_the_codebook() -> None:
    assert TEMPLATE.codebook is not None
    codes = {code.key for code in TEMPLATE.codebook.codes}

    for interview in INTERVIEWS:
        assert {coding.code for coding in interview.codings} <= codes
        assert {coding.polarity for coding in interview.codings} <= set(TEMPLATE.codebook.polarity)
        assert all(link.cause.startswith("CAU.") and link.problem.startswith("PRB.") for link in interview.links)
        assert {link.cause for link in interview.links} | {link.problem for link in interview.links} <= codes


def test_no_coder_gives_one_turn_the_same_code_twice_on_one_quote() -> None:
    for interview in INTERVIEWS:
        seen = Counter((coding.coder, coding.turn, coding.code, coding.quote) for coding in interview.codings)

        assert max(seen.values()) == 1, interview.key


def test_planted_problems_and_causes_are_named_by_several_people_of_several_roles() -> None:
    for code in ("PRB.INFO", "PRB.EFFECT", "PRB.GOAL", "CAU.TECH", "CAU.COORD", "CAU.INCENT"):
        keys = supporters(code)

        assert len(keys) >= 5, code
        assert len(roles_of(keys)) >= 3, code
    assert len(supporters("PRB.INFO.LINK")) >= 3
    assert len(supporters("PRB.INFO.CLASS")) >= 3
    assert len(supporters("PRB.OTHER")) == 3


def test_weak_maintenance_is_contradicted_and_one_manager_dissents_on_goals() -> None:
    against = supporters("PRB.MAINT", "contradicts")

    assert len(against) >= 3
    assert len(roles_of(against)) >= 2
    assert len(against) >= 2 * len(supporters("PRB.MAINT"))
    assert supporters("PRB.GOAL", "contradicts") == {"I14"}


def test_planted_links_are_stated_by_people_of_two_roles() -> None:
    stated: dict[tuple[str, str], set[str]] = defaultdict(set)
    for interview in INTERVIEWS:
        for link in interview.links:
            stated[link.cause, link.problem].add(interview.key)

    for pair in (("CAU.TECH", "PRB.INFO"), ("CAU.COORD", "PRB.EFFECT"), ("CAU.INCENT", "PRB.GOAL")):
        assert len(stated[pair]) >= 3, pair
        assert len(roles_of(stated[pair])) >= 2, pair


def agreement(code: str) -> float:
    """Return Krippendorff's alpha of a level-2 code; unit = turn of a double-coded interview, value = its polarity."""
    rows: list[list[int]] = [[], []]
    values = {"supports": 1, "contradicts": 2, "mixed": 3}
    for interview in INTERVIEWS:
        if not interview.codings_of("coder2"):
            continue
        for row, coder in zip(rows, ("coder1", "coder2"), strict=True):
            given = {coding.turn: values[coding.polarity] for coding in interview.codings_of(coder)
                     if ".".join(coding.code.split(".")[:2]) == code}
            row.extend(given.get(turn, 0) for turn in range(len(interview.turns)))
    return float(krippendorff.alpha(rows, level_of_measurement="nominal", value_domain=[0, 1, 2, 3]))


def test_the_second_coder_coded_four_interviews_and_agrees_well_but_not_fully() -> None:
    double_coded = [interview for interview in INTERVIEWS if interview.codings_of("coder2")]
    alphas = {code: agreement(code) for code in
              ("PRB.INFO", "PRB.EFFECT", "PRB.GOAL", "PRB.SYSTEM", "CAU.TECH", "CAU.COORD", "CAU.INCENT")}

    assert len(double_coded) == 4
    assert {interview.language for interview in double_coded} == {"en", "zh"}
    assert all(0.667 <= alpha < 1 for alpha in alphas.values()), alphas
    assert 0.78 <= sum(alphas.values()) / len(alphas) <= 0.90


def test_edited_quotes_are_there_in_both_languages_for_every_code_that_is_evidence() -> None:
    edited = [coding for interview in INTERVIEWS for coding in interview.codings if coding.edited]

    assert len(edited) >= 45
    assert all(set(coding.edited) == {"en", "zh"} for coding in edited)
    assert all(re.search("[\u4e00-\u9fff]", coding.edited["zh"]) for coding in edited)
    assert not any(re.search("[\u4e00-\u9fff]", coding.edited["en"]) for coding in edited)
    for code in ("PRB.GOAL", "PRB.INFO", "PRB.EFFECT", "PRB.SYSTEM", "PRB.DIFF", "PRB.MAINT", "PRB.OTHER",
                 "CAU.CONCEPT", "CAU.TECH", "CAU.COORD", "CAU.INCENT", "SUG.INFO", "SUG.MKT", "SUG.MAINT"):
        assert any(coding.code.startswith(code) for coding in edited), code


def test_chinese_text_has_chinese_punctuation() -> None:
    passages = [turn.text for interview in INTERVIEWS if interview.language == "zh" for turn in interview.turns]
    passages += [coding.edited["zh"] for interview in INTERVIEWS
                 for coding in (*interview.codings, *interview.links) if coding.edited]
    passages.append(SYNTHETIC_NOTE["zh"])

    offending = [passage for passage in passages if NOT_CHINESE.search(passage)]

    assert len(passages) > 200
    assert offending == []


def test_a_transcript_names_the_speaker_on_every_line() -> None:
    interview: SampleInterview = INTERVIEWS[0]

    lines = interview.text.splitlines()

    assert len(lines) == len(interview.turns)
    assert all(line.startswith(("访谈员：", "受访者：")) for line in lines)
