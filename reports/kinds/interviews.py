"""The interview report: who was heard and about what, how it was coded, how sure the counts are, and what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis.privacy import MINIMUM_ROLE_HEADCOUNT, MINIMUM_ROLE_INTERVIEWEES
from analysis.results.diagnosis import Diagnosis, InterviewEvidence
from instruments.facts import StudyFacts
from instruments.template import StudyTemplate
from reports.content import (
    Block,
    Bullets,
    Contents,
    Facts,
    Heading,
    Number,
    Paragraph,
    Passages,
    Row,
    Section,
    Statement,
    StudyReport,
    Table,
)
from reports.kinds.frame import CoverFact, Face, bound, naming
from reports.numbers import printed
from reports.sections.appendix_words import codebook, double_coded
from reports.sections.situation import roles_interviewed
from reports.sections.source import Source, capitalised
from reports.sections.table_columns import Spec, columns_of
from reports.wording import typeset

MOST_QUOTES = 4             # of a code
DISSENT = "contradicts"


@dataclass(frozen=True)
class QuestionAsked:
    """One question of the guide over all interviews."""

    key: str
    wording: str
    n_raised: int           # came up
    n_put: int              # interviews with people to whom it is put
    n_unknown: int          # … in which nobody noted whether it came up

    @property
    def n_silent(self) -> int:
        """In how many interviews it was noted not to have come up."""
        return self.n_put - self.n_raised - self.n_unknown

    @property
    def is_seldom(self) -> bool:
        """Tell whether it surely came up in fewer than half of the interviews."""
        return self.n_raised + self.n_unknown < self.n_silent

    @property
    def is_usual(self) -> bool:
        """Tell whether it surely came up in at least half of the interviews."""
        return self.n_raised >= self.n_silent + self.n_unknown


@dataclass(frozen=True)
class InterviewLog:
    """What is known of the interviews besides their content; counts of interviews."""

    n: int
    n_verbatim: int
    n_with_consent: int
    languages: tuple[str, ...]
    first_on: str
    last_on: str
    n_checked: int = 0      # summaries sent to interviewees …
    n_confirmed: int = 0
    n_corrected: int = 0


def interview_report(diagnosis: Diagnosis, template: StudyTemplate, facts: StudyFacts, log: InterviewLog,
                     questions: Sequence[QuestionAsked], language: str) -> StudyReport:
    """Return the report on the interviews behind a diagnosis."""
    names, study = naming(language, template), Source(diagnosis, template, facts, language)
    sections = [_overview(study, log), _limits(study, log), _coverage(study, questions), _said(study, log)]
    part, voices = study.words.text("interviewing.part_codes"), study.words.text("interviewing.part_said")
    sections += [replace(section, is_appendix=False, part=part, starts_page=False)
                 for section in codebook(study, voices)]
    face = Face(names.words.text("interviewing.kind"), names.words.text("interviewing.title"),
                names.words.text("interviewing.subtitle"), study.organisation, _cover(study, log), study.is_synthetic,
                diagnosis.provenance.frozen_on or log.last_on)
    return bound(names, face, tuple(section for section in sections if section.blocks),
                 [diagnosis.provenance.input_hash, log, list(questions)])


def _cover(study: Source, log: InterviewLog) -> tuple[CoverFact, ...]:
    words = study.words
    n_codes = study.template.codebook.n_codes if study.template.codebook else 0
    return ((printed(float(log.n), "count"), words.text("front.interviews", n=log.n), ""),
            (printed(float(n_codes), "count"), words.text("interviewing.cover_codes"), ""))


def _overview(study: Source, log: InterviewLog) -> Section:
    words = study.words
    rows = [("dates", words.say("interviewing.dates", start=log.first_on, end=log.last_on) if log.first_on
             else Statement(words.text("labels.not_known"))),
            ("record", words.say(f"interviewing.record{'_all' if log.n_verbatim == log.n else ''}", n=log.n,
                                 verbatim=log.n_verbatim)),
            ("consent", words.say(f"interviewing.consent{'_all' if log.n_with_consent == log.n else ''}", n=log.n,
                                  given=log.n_with_consent)),
            ("languages", Statement(words.join([words.text(f"fieldwork.language_{key}")
                                                if words.has(f"fieldwork.language_{key}") else key
                                                for key in log.languages])))]
    if study.template.guide is not None:
        planned = study.template.guide.target_interviews
        rows.insert(0, ("planned", words.say("interviewing.planned", n=planned, held=log.n)))
    if log.n_checked:
        rows.append(("checked", words.say("interviewing.checked", n=log.n_checked, confirmed=log.n_confirmed,
                                          corrected=log.n_corrected)))
    blocks: list[Block] = [Facts(tuple((words.text(f"interviewing.fact_{key}"), text) for key, text in rows))]
    blocks += [Heading(words.text("situation.interviews", n=study.n_interviews)), Facts(_heard(study), is_wide=True)]
    most = _most_named(study)
    blocks += [Heading(words.text("interviewing.most_named")), Bullets(tuple(most))] if most else []
    blocks.append(Contents())
    return Section("overview", words.text("interviewing.part_overview"),
                   words.say("interviewing.overview_title", n=log.n), tuple(blocks), is_listed=False)


def _heard(study: Source) -> tuple[tuple[str, Statement], ...]:
    """Return how many were heard of each role, and of those whose roles nobody noted how many of each audience."""
    words, rows = study.words, roles_interviewed(study)
    left = sum(study.diagnosis.n_interviews.values()) - sum(study.diagnosis.roles_interviewed.values())
    others = [(audience, n) for audience, n in study.diagnosis.n_interviews.items() if audience == study.served]
    return (*rows, *((capitalised(study.audience(audience)), words.say("situation.interviewees", n=min(n, left)))
                     for audience, n in others if left > 0))


def _most_named(study: Source) -> list[Statement]:
    """Return the problems and causes that most interviewees raised, with counts."""
    found = sorted((row for row in study.diagnosis.interviews if row.supports and _is_finding(study, row)
                    and not study.is_of_few(row.n_asked)), key=lambda row: (-row.supports, row.code))[:5]
    return [study.words.say("interviewing.named", name=study.code(row.code), k=row.supports, n=row.n_asked,
                            x=row.contradicts, trace=(f"interview.{row.code}.interviewees",)) for row in found]


def _is_finding(study: Source, row: InterviewEvidence) -> bool:
    construct = study.construct(row.construct) if row.construct else None
    return construct is not None and construct.group in ("problem", "cause")


def _coverage(study: Source, questions: Sequence[QuestionAsked]) -> Section:
    words = study.words
    if not questions:
        return Section("coverage", words.text("interviewing.part_coverage"), Statement(""), ())
    shown = [one for one in questions if not study.is_of_few(one.n_put)]
    is_noted = not any(one.n_unknown for one in shown)
    rows = tuple(_question_row(study, one, is_noted=is_noted) for one in questions)
    unknown: tuple[Spec, ...] = () if is_noted else (("unknown", 0.11, "right"),)
    columns = columns_of(words, "interviewing.question_", ("text", 0.66 if is_noted else 0.55), ("put", 0.11, "right"),
                         ("raised", 0.11, "right"), ("silent", 0.12, "right"), *unknown)
    few = [words.text("interviewing.coverage_few", minimum=study.least_heard)] if len(shown) < len(rows) else []
    note = words.text("labels.between_sentences").join((words.text("interviewing.coverage_note"), *few))
    table = Table("t-coverage", words.say("interviewing.coverage_table", n=len(rows)), columns, rows, "", note)
    title = _coverage_title(study, shown) if shown else words.say("interviewing.coverage_title_few")
    return Section("coverage", words.text("interviewing.part_coverage"), title, (table,))


def _question_row(study: Source, one: QuestionAsked, *, is_noted: bool) -> Row:
    """Return a question with its counts, hidden where they would tell what one interviewee spoke of."""
    counts = (one.n_put, one.n_raised, one.n_silent, *(() if is_noted else (one.n_unknown,)))
    hidden = study.is_of_few(one.n_put)
    return Row((Statement(f"{one.key}  {typeset(one.wording, study.language)}"),
                *(Number(float(n), "count", is_hidden=hidden) for n in counts)))


def _coverage_title(study: Source, questions: Sequence[QuestionAsked]) -> Statement:
    """Return what is true of all questions: which came up nowhere, else which came up seldom."""
    nowhere = [one for one in questions if not one.n_raised]
    missing, unsure = sum(not one.n_unknown for one in nowhere), sum(one.n_unknown > 0 for one in nowhere)
    few = sum(one.is_seldom for one in questions if one.n_raised)
    full = "_full" if all(one.is_usual for one in questions) else "_once"
    key = "" if missing else "_unsure" if unsure else "_seldom" if few else full
    return study.words.say(f"interviewing.coverage_title{key}", n=missing or unsure or few, all=len(questions))


def _said(study: Source, log: InterviewLog) -> Section:
    """Return what was said about each problem and cause, dissenting voices among it."""
    words, n = study.words, 0
    blocks: list[Block] = []
    for row in study.diagnosis.interviews:
        passages = study.passages(row.quotes, MOST_QUOTES)
        if not passages or not _is_finding(study, row):
            continue
        n += len(passages)
        blocks += [Heading(_voices_head(study, row)), Passages(passages), *_unheard(study, row)]
    served, m = _said_by_served(study)
    key = "said_title" if log.n_verbatim == log.n else "said_title_notes"
    return Section("said", words.text("interviewing.part_said"), words.say(f"interviewing.{key}", n=n + m),
                   (*blocks, *served))


def _unheard(study: Source, row: InterviewEvidence) -> list[Block]:
    """Return that the side of a topic which is counted has no passage to print; nothing where each side has one."""
    if study.is_of_few(row.n_asked):
        return []
    sides = {quote.polarity == DISSENT for quote in row.quotes if quote.text.get(study.language)}
    missing = "against" if row.contradicts and True not in sides else "for"
    is_missing = missing == "against" or (row.supports > 0 and False not in sides)
    return [Paragraph((study.words.say(f"interviewing.said_unheard_{missing}"),), "small")] if is_missing else []


def _voices_head(study: Source, row: InterviewEvidence, who: str = "") -> str:
    """Return a topic with how many of how many say that it is so, and who else spoke of it."""
    words = study.words
    if study.is_of_few(row.n_asked):
        return study.code(row.code)
    key = "both" if row.mixed else "against" if row.contradicts else "all"
    return words.text("interviewing.said_head", name=study.code(row.code),
                      who=words.text("interviewing.said_who", who=who) if who else "",
                      sides=words.text(f"interviewing.said_{key}", k=row.supports, n=row.n_asked, x=row.contradicts,
                                       m=row.mixed))


def _said_by_served(study: Source) -> tuple[list[Block], int]:
    """Return what those said whom the organisation serves, in how many passages; topics that head others left out."""
    codes = study.template.codebook.codes if study.template.codebook else ()
    heads, n = {code.parent for code in codes}, 0
    blocks: list[Block] = []
    for row in study.diagnosis.customer_interviews:
        passages = () if row.code in heads else study.passages(row.quotes, MOST_QUOTES)
        if passages:
            n += len(passages)
            blocks += [Heading(_voices_head(study, row, study.audience(study.served))), Passages(passages),
                       *_unheard(study, row)]
    return blocks, n


def _limits(study: Source, log: InterviewLog) -> Section:
    words = study.words
    points = [words.say("interviewing.limit_counts"), words.say("interviewing.limit_chosen")]
    planned = study.template.guide.target_interviews if study.template.guide else 0
    if log.n < planned:
        points.append(words.say("interviewing.limit_fewer", n=log.n, planned=planned))
    if not double_coded(study):
        points.append(words.say("interviewing.limit_single"))
    points += _departures(study, log, planned)
    if log.n_verbatim < log.n:
        points.append(words.say("interviewing.limit_notes", n=log.n - log.n_verbatim))
    points.append(words.say("interviewing.limit_quotes", least=MINIMUM_ROLE_INTERVIEWEES,
                            people=MINIMUM_ROLE_HEADCOUNT))
    points.append(words.say("interviewing.limit_few", minimum=study.least_heard))
    return Section("limits", words.text("interviewing.part_limits"), words.say("interviewing.limits_title"),
                   (Bullets(tuple(points)),), starts_page=False)


def _departures(study: Source, log: InterviewLog, planned: int) -> list[Statement]:
    """Return why what was done departs from the plan, as entered; that nobody entered it, and where; or nothing."""
    book = study.template.codebook
    share = book.quality.double_code_share if book else 0.0
    twice = max((row.coders.n_interviews for row in study.diagnosis.interviews
                 if row.coders and row.agreement_verdict != "not_double_coded"), default=0)
    if log.n == planned and twice >= share * log.n:
        return []
    why = study.read(study.facts.departures)
    found = [study.words.say("interviewing.departures_number", n=log.n, planned=planned)] if log.n > planned > 0 else []
    if twice and twice < share * log.n:
        found.append(study.words.say("interviewing.departures_twice", twice=twice, n=log.n, share=share))
    return [*found, study.words.say("interviewing.departures", why=why) if why
            else study.words.say("interviewing.departures_unsaid")]
