"""The measurement report of any data file or questionnaire, laid out after the APA's reporting standards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from analysis.results.measurement import FactorSolution, ParallelAnalysis, Reliability
from instruments.codec import content_hash
from reports.content import (
    Block,
    Bullets,
    Callout,
    Contents,
    Cover,
    Heading,
    Paragraph,
    Section,
    Statement,
    StudyReport,
    with_numbers,
)
from reports.measured.frame import CHAPTERS, Context, Part, Subject, Survey
from reports.measured.method import method_section
from reports.measured.registry import parts_of, results_of
from reports.measured.structure import distinct_pairs
from reports.numbers import printed
from reports.sections.source import capitalised
from reports.waves import WaveTold, wave_name
from reports.wording import Words

ACCEPTABLE = 0.70                       # diagnostic model, section 3
SMALL_PRINT = frozenset({"left_out"})   # what its section says is enough
MOST_WARNINGS = 12                      # on the first page; all stand in their sections as well


def measurement_report(results: Mapping[str, Any], subject: Subject, *, language: str) -> StudyReport:
    """Return the report; `results` maps analysis ids to documents (or dataclasses) as `measure` gives them."""
    words = Words(language)
    context = replace(context_of(subject, language), distinct=distinct_pairs(tuple(results.values())))
    parts = parts_of(context, results)
    identifier = content_hash(dict(results))
    sections = (_overview(context, results, parts, subject), *_chapters(context, parts),
                method_section(context, results, subject, identifier))
    cover = Cover(words.text("datafile.kind"), subject.title, words.text("datafile.subtitle"), subject.source,
                  _cover_facts(words, results, subject),
                  words.text("front.synthetic") if subject.is_synthetic else "")
    foot = words.text("datafile.synthetic_foot" if subject.is_synthetic else "datafile.foot", title=subject.title)
    return with_numbers(StudyReport(language, subject.title, subject.title, foot, cover, sections, identifier,
                                    subject.frozen_on, is_synthetic=subject.is_synthetic))


def context_of(subject: Subject, language: str) -> Context:
    """Return the words and names that the parts of a report on the subject need."""
    words = Words(language)
    return Context(words, words.text("datafile.source", source=subject.source), subject.labels,
                   {str(entry.get("id", "")): entry for entry in subject.spec}, subject.facts,
                   subject.answers)


def _cover_facts(words: Words, results: Mapping[str, Any], subject: Subject) -> tuple[tuple[str, str, str], ...]:
    scales, solutions = results_of(results, Reliability), results_of(results, FactorSolution)
    items = {item.key for r in scales.values() for item in r.items}
    items |= {key for s in solutions.values() for key in s.items}
    facts = [(printed(float(subject.n), "count"), words.text("datafile.people"), _period(words, subject.survey))]
    if items:
        facts.append((printed(float(len(items)), "count"), words.text("datafile.items"), ""))
    if scales:
        facts.append((printed(float(len(scales)), "count"), words.text("datafile.scales"), ""))
    if solutions:
        factors = max(solution.n_factors for solution in solutions.values())
        facts.append((printed(float(factors), "count"), words.text("datafile.factors"), ""))
    return tuple(facts)


def _period(words: Words, survey: Survey | None) -> str:
    """Return wave and period of a survey; nothing of a data file."""
    if survey is None:
        return ""
    has_days = survey.starts_on and survey.ends_on
    called = wave_name(words, "", {"": WaveTold(survey.wave)}, "short")
    return words.text("datafile.wave_days" if has_days else "datafile.wave", wave=called,
                      start=survey.starts_on, end=survey.ends_on)


def _counted(words: Words, survey: Survey | None) -> list[Statement]:
    """Return when a wave was surveyed, and whether the answers counted are those of the diagnosis."""
    if survey is None:
        return []
    told = [words.say("datafile.surveyed", period=capitalised(_period(words, survey)))]
    if not survey.are_counted:
        told.append(words.say("datafile.careless_out"))
    elif survey.n_careless is not None:
        told.append(words.say("datafile.careless", n=survey.n_careless))
    return told


def _overview(context: Context, results: Mapping[str, Any], parts: Sequence[Part], subject: Subject) -> Section:
    words = context.words
    points: list[Statement] = [words.say("datafile.intro", source=subject.source, n=subject.n)]
    points.extend(_counted(words, subject.survey))
    points.extend(point for chapter in CHAPTERS for part in parts if part.chapter == chapter for point in part.points)
    kept = {found.retain_factors_p95 for found in results_of(results, ParallelAnalysis).values()}
    used = {found.n_factors for found in results_of(results, FactorSolution).values()}
    if kept and used and not kept & used:
        points.append(words.say("datafile.point_differs", kept=min(kept), used=max(used)))
    points.append(words.say("datafile.limits"))
    blocks: list[Block] = [Bullets(tuple(points))]
    warnings = [warning for chapter in CHAPTERS for part in parts if part.chapter == chapter
                for warning in part.warnings if warning.values.get("kind") not in SMALL_PRINT]
    warnings += [words.say("measured.left_out", reason=reason) for reason in subject.left_out]
    if warnings:
        shown = warnings[:MOST_WARNINGS]
        if len(warnings) > MOST_WARNINGS:
            shown.append(words.say("measured.more_warnings", n=len(warnings) - MOST_WARNINGS))
        blocks.append(Callout("warning", words.text("measured.warnings", n=len(warnings)), tuple(shown)))
    scales = results_of(results, Reliability)
    good = sum((r.alpha.value or 0) >= ACCEPTABLE for r in scales.values())
    title = (words.say("datafile.title" if good else "datafile.title_none", good=good, n=len(scales))
             if scales else words.say("datafile.title_plain"))
    return Section("overview", words.text("datafile.part_overview"), title, (*blocks, Contents()), is_listed=False)


def _chapters(context: Context, parts: Sequence[Part]) -> list[Section]:
    """Return one section a chapter, with its parts under headings where there are several."""
    sections = []
    for chapter in CHAPTERS:
        own = [part for part in parts if part.chapter == chapter]
        if not own:
            continue
        blocks: list[Block] = []
        for place, part in enumerate(own):
            if place:
                blocks.append(Heading(part.title.text))
            blocks.extend(part.blocks)
            small = tuple(one for one in part.warnings if one.values.get("kind") in SMALL_PRINT)
            large = tuple(one for one in part.warnings if one not in small)
            if small:
                blocks.append(Paragraph(small, "small"))
            if large:
                blocks.append(Callout("warning", context.words.text("measured.warning_head"), large))
        sections.append(Section(chapter, context.words.text(f"measured.part_{chapter}"), own[0].title, tuple(blocks),
                                is_appendix=True, starts_page=False))
    return sections
