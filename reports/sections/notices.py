"""What the diagnosis itself warns of, in words; what another part of the report tells already is left to it."""

from __future__ import annotations

from analysis.diagnosis.thresholds import THRESHOLDS
from analysis.results.diagnosis import InterviewEvidence
from reports.content import Block, Bullets, Columns, Group, Heading, Passages, Statement
from reports.sections.source import Source, lowered

# Page 1 of the summary, the block of further topics, the part on links, and the quality of the customer file.
TOLD_ELSEWHERE = frozenset({
    "screening_doubtful", "screening_no_grades", "candidate_construct", "no_links", "customer_duplicate_rows",
    "customer_negative_values", "customer_unknown_tiers", "customer_impossible_tenure"})

LONGEST_VOICE = {"en": 110, "zh": 50}   # of what is told inside a decision

OF_AUDIENCE = frozenset({"screening_doubtful", "screening_no_grades", "screening_no_data", "style_not_checkable",
                         "integrity_conspicuous", "modes_note", "modes_apart"})


def notices(study: Source) -> list[Statement]:
    """Return every warning of the diagnosis that no other part tells."""
    found = []
    for warning in study.diagnosis.warnings:
        code, _, what = warning.partition(": ")
        if code not in TOLD_ELSEWHERE:
            found.append(_said(study, code, what, warning))
    return found


def _said(study: Source, code: str, what: str, warning: str) -> Statement:
    words = study.words
    if not words.has(f"warning.{code}"):
        return words.say("warning.other", what=warning)
    return words.say(f"warning.{code}", what=_subject(study, code, what))


def about(study: Source, warning: str) -> str:
    """Return what a warning of the diagnosis is about, by name."""
    code, _, what = warning.partition(": ")
    return _subject(study, code, what)


def _subject(study: Source, code: str, what: str) -> str:
    """Return what a warning is about as its reader calls it: people, a scale, a topic, a reason, a threshold."""
    if code in OF_AUDIENCE:
        return study.audience(what)
    if code == "check_keying":
        return study.in_sentence(what)
    if code == "candidate_construct":
        return study.words.text("labels.topic", name=study.code(what), code=what)
    if code == "no_links" and study.words.has(f"no_links_reason.{what}"):
        return study.words.text(f"no_links_reason.{what}")
    if code == "threshold_changed":
        name, _, value = what.partition(" = ")
        meaning = THRESHOLDS[name].meaning.get(study.language, name) if name in THRESHOLDS else name
        return f"{lowered(meaning) if study.language == 'en' else meaning} = {value}"
    return what


def candidates(study: Source) -> list[InterviewEvidence]:
    """Return the topics outside all problems and causes that enough interviewees named."""
    return [found for key in study.diagnosis.candidates for found in [study.evidence(key)] if found]


def further_topics(study: Source) -> list[Block]:
    """Return what interviewees named beside the problems examined, with their voices; empty where nothing was."""
    named = candidates(study)
    if not named:
        return []
    words = study.words
    blocks: list[Block] = [Heading(words.text("problems.other_head"), "further-topics")]
    for found in named:
        line = words.say("problems.other", k=found.supports, n=found.n_asked, roles=found.roles,
                         name=_topic(study, found), trace=(f"interview.{found.code}.interviewees",))
        quotes = study.passages(found.quotes, 1)
        blocks.append(Columns((Bullets((line,)),), (Passages(quotes),), "7-5") if quotes else line)
    return [Group(tuple(blocks))]


def further_topics_asked(study: Source) -> list[Statement]:
    """Return what is asked for each such topic: that the next survey measures it, and a voice that tells what it is."""
    return [study.words.say("summary.decide_repeat_other", k=found.supports, n=found.n_asked, what=_in_a_voice(
        study, found), trace=(f"interview.{found.code}.interviewees",), link="further-topics")
            for found in candidates(study)]


def _in_a_voice(study: Source, found: InterviewEvidence) -> str:
    """Return the shortest of what was said of a topic, as a code alone does not tell it; the code where nothing is."""
    voices = sorted((_begun(passage.text) for passage in study.passages(found.quotes, len(found.quotes))), key=len)
    if not voices or len(voices[0]) > LONGEST_VOICE[study.language]:
        return study.words.text("summary.topic_code", name=_topic(study, found))
    return study.words.text("labels.quote", text=voices[0].rstrip(".。"))


def _begun(text: str) -> str:
    """Return the first sentence of what was said, with a sign that it went on."""
    first, end, more = text.partition(". ")
    return f"{first} …" if end and more else text


def _topic(study: Source, found: InterviewEvidence) -> str:
    name = study.code(found.code)
    return lowered(name) if study.language == "en" else name
