"""The joint display as a spreadsheet and as a document for scripts: every row, as everybody may see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

from sqlalchemy.orm import Session

from analysis.results.joint import ClaimConfidence, DesignRow, JointRow
from instruments.codec import to_document
from reports.content import Statement
from reports.sections.joint_words import JointWords
from reports.sections.source import Source
from surveyapp.errors import Refused
from surveyapp.models.study import Study
from surveyapp.services.anonymised import masked
from surveyapp.services.export_xlsx import write_workbook
from surveyapp.services.joint import Display, load_display
from surveyapp.services.release import ReleaseColumn, ReleaseTable
from surveyapp.services.study import facts_of

ROW_COLUMNS = (
    "key", "topic", "group", "silent_by_design", "n", "mean", "ci_low", "ci_high", "corrected_mean", "alpha",
    "survey_direction", "survey_third", "survey", "interviewed", "asked", "supports", "contradicts", "mixed", "roles",
    "interview_direction", "interview_third", "interviews", "comments", "comments_of", "proposal", "proposal_silent",
    "rule", "proposal_in_words", "state", "judgement", "silent", "complementary", "reason", "explained_as",
    "explanation", "rater", "judged_on", "second_rater", "second_judgement", "second_reason", "earlier_state", "grade")
DESIGN_COLUMNS = ("key", "topic", "group", "items", "questions", "codes", "silent_by_design")
CLAIM_COLUMNS = ("key", "claim", "kind", "confidence", "reason", "suggested", "methods", "methods_reason", "coherence",
                 "coherence_reason", "adequacy", "adequacy_reason", "relevance", "relevance_reason", "rater",
                 "judged_on", "earlier_state")


def shared_display(session: Session, study: Study) -> Display:
    """Return the display as everybody may see it; refused without a diagnosis."""
    display = load_display(session, study)
    if display is None:
        raise Refused("There is no diagnosis yet.", "Run one first.")
    return display


def joint_document(display: Display) -> dict[str, Any]:
    """Return the display with what was judged, in the shape that scripts read."""
    rows = {row.key: {**to_document(row), "judged": to_document(display.record.of(row.key))} for row in display.rows}
    record = to_document(display.record)
    del record["rows"]
    return {"rows": rows, "instruments": to_document(display.designs), **record}


def write_joint_sheet(display: Display, study: Study, language: str, stream: IO[bytes]) -> None:
    """Write rows, integrated instrument table and confidence on a sheet each."""
    told = JointWords(Source(display.diagnosis, display.template, facts_of(study), language))
    sheets = [("joint display", ROW_COLUMNS, [_row(told, display, row) for row in display.rows]),
              ("instruments", DESIGN_COLUMNS, [_design(told, row) for row in display.designs]),
              ("confidence", CLAIM_COLUMNS, [_claim(told, one) for one in display.record.confidence])]
    write_workbook([(name, _table(name, columns, masked(study, rows))) for name, columns, rows in sheets], stream)


def _table(name: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> ReleaseTable:
    cells = [["" if cell is None else cell for cell in row] for row in rows]
    return ReleaseTable(name, tuple(ReleaseColumn(column) for column in columns), len(cells), lambda: iter(cells))


def _row(told: JointWords, display: Display, row: JointRow) -> tuple[Any, ...]:
    survey, said = row.survey, row.spoken
    alpha = survey.alpha.value if survey.alpha is not None else None
    return (row.key, told.name(row.key), row.group, row.silent_by_design, survey.n, survey.mean, survey.ci_low,
            survey.ci_high, survey.corrected_mean, alpha, survey.direction, survey.tercile, _joined(told.survey(row)),
            said.n_interviewed, said.n_asked, said.supports, said.contradicts, said.mixed, said.roles, said.direction,
            said.tercile, _joined(told.spoken(row)), said.n_comments, said.n_comments_of, row.proposal.verdict,
            row.proposal.silent, row.proposal.rule, told.proposal(row).text, *_judged(display, row), row.grade)


def _judged(display: Display, row: JointRow) -> tuple[Any, ...]:
    judged = display.record.of(row.key)
    final, second = judged.final, judged.second
    own = (None,) * 8 if final is None else (
        final.verdict, final.silent, int(final.is_complementary), final.reason, final.answer_kind, final.answer,
        final.rater, final.judged_on)
    other = (None,) * 3 if second is None else (second.rater, second.choice, second.reason)
    return (judged.state, *own, *other, int(judged.is_stale))


def _design(told: JointWords, row: DesignRow) -> tuple[Any, ...]:
    return (row.key, told.name(row.key), row.group, ", ".join(row.items), ", ".join(row.questions),
            ", ".join(row.codes), row.silent)


def _claim(told: JointWords, one: ClaimConfidence) -> tuple[Any, ...]:
    parts = [cell for component in one.components.values() for cell in (component.concern, component.reason)]
    return (one.claim, told.claim(one.claim, one.kind), one.kind, one.overall, one.reason, one.suggested, *parts,
            one.rater, one.judged_on, int(one.is_stale))


def _joined(lines: Sequence[Statement]) -> str:
    return "\n".join(line.text for line in lines)
