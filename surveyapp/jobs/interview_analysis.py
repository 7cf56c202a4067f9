"""Compute what the interviews of a study say together, and keep it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.qual.across import analyse_interviews, without_interviews
from analysis.qual.saturation import SaturationRule
from analysis.results.interviews import InterviewAnalysis, WordCount
from surveyapp.dataset import load_interviews
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import NotFound
from surveyapp.models.interview import CONVERSATION, Interview, TranscriptVersion, Turn
from surveyapp.models.retrieval import StoredInterviewAnalysis
from surveyapp.models.study import Study
from surveyapp.services.coding_rows import coding_rows
from surveyapp.services.interview_analysis import attributes_of, provenance, store_analysis, unreleased_interviews
from surveyapp.services.keyword_page import domain_names
from surveyapp.services.privacy_mode import minimum_of
from surveyapp.services.segmentation import Lexicon, is_stop_word
from surveyapp.services.study import template_of

MOST_WORDS = 300            # in the list of frequent words
FEWEST_INTERVIEWS = 2       # in which a listed word stands: one alone may be a name


def compute_analysis(study: Study, n_resamples: int = 2000) -> InterviewAnalysis:
    """Return the analyses of what is in the database now; interviews in a running blind round are left out."""
    session = read_session()
    table = load_interviews(session, study)
    template = template_of(session, study)
    if table is None or template.codebook is None:
        raise NotFound("The study has no coded interviews.", "Log interviews and code them first.")
    left_out = unreleased_interviews(session, study) & set(map(str, table.interviews.index))
    found = analyse_interviews(
        without_interviews(table, left_out), template.codebook, template.guide,
        attributes=attributes_of(session, study), minimum=minimum_of(study), rule=_rule(study),
        n_resamples=n_resamples, seed=(study.seed, 8))
    words, n_words = _count_words(study, found)
    kept = [row for row in coding_rows(session, study).codings if row.interview in found.interviews]
    return replace(found, left_out=tuple(sorted(left_out)), words=words, n_words=n_words,
                    provenance=provenance(session, study, kept))


def _rule(study: Study) -> SaturationRule:
    """Return by what saturation is judged in the study: as in its diagnosis."""
    limits = resolve_thresholds(study.template.get("thresholds", {}), study.thresholds)
    return SaturationRule(int(limits["saturation_base"]), int(limits["saturation_run"]), limits["saturation_share"],
                          int(limits["interview_minimum"]))


def analyse_study(study: Study) -> tuple[StoredInterviewAnalysis, InterviewAnalysis]:
    """Return the analyses, computed and stored."""
    analysis = compute_analysis(study)
    with transaction() as session:
        return store_analysis(session, study, analysis), analysis


def run_analysis(study: Study, _options: Mapping[str, Any]) -> str:
    """Do the job of that kind."""
    stored, _ = analyse_study(study)
    return f"interview analysis {stored.id}"


def _count_words(study: Study, found: InterviewAnalysis) -> tuple[tuple[WordCount, ...], int]:
    """Return the frequent words of what interviewees said, and how many words that was."""
    texts = _spoken(study, found)
    lexicon = Lexicon.of_texts(texts.values(), domain_names(read_session(), study))
    counts: Counter[str] = Counter()
    people: Counter[str] = Counter()
    n_words = 0
    for text in texts.values():
        own = Counter(lexicon.words(text))
        n_words += own.total()
        counts.update(own)
        people.update(own.keys())
    listed = [(word, n) for word, n in counts.items()
              if not is_stop_word(word) and people[word] >= FEWEST_INTERVIEWS]
    listed.sort(key=lambda pair: (-pair[1], pair[0]))
    return tuple(WordCount(word, n, people[word]) for word, n in listed[:MOST_WORDS]), n_words


def _spoken(study: Study, found: InterviewAnalysis) -> dict[str, str]:
    """Return what each interviewee said, by interview key; the newest text counts."""
    rows = (
        select(Interview.key, TranscriptVersion.text, Turn.start, Turn.end)
        .join(TranscriptVersion, TranscriptVersion.interview_id == Interview.id)
        .join(Turn, Turn.version_id == TranscriptVersion.id)
        .where(Interview.study_id == study.id, Interview.kind == CONVERSATION, Turn.is_interviewee)
        .order_by(Interview.key, TranscriptVersion.number, Turn.start)
    )
    parts: dict[str, list[str]] = {}
    newest: dict[str, str] = {}
    for key, text, start, end in read_session().execute(rows):
        if key not in found.interviews:
            continue
        if newest.get(key) != text:
            newest[key], parts[key] = text, []
        parts[key].append(text[start:end])
    return {key: "\n".join(own) for key, own in parts.items()}
