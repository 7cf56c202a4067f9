"""The dashboard's figures: what is shown while a wave is open and after it was closed, and what n is enough for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.privacy import rounded_count, told_count
from surveyapp.errors import marked
from surveyapp.models.fieldwork import FieldworkClosing, FieldworkDay
from surveyapp.models.invitation import Invitation
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.diagnosis import diagnosis_of, newest_diagnosis
from surveyapp.services.fieldwork_groups import UNIT
from surveyapp.services.paper_figures import PaperFigures, paper_figures
from surveyapp.services.privacy_mode import kept_minimum
from surveyapp.services.study import instrument_of, list_links
from surveyapp.services.use_of_n import Use, uses_of

DISPOSITIONS = {
    "complete": marked("complete"), "partial": marked("partial"), "break_off": marked("broken off"),
    "opened": marked("begun, nothing answered"),
    "withdrawn": marked("withdrawn"), "refused": marked("refused or wants no mail"),
    "bounced": marked("mail came back"), "no_reaction": marked("no reaction"), "not_sent": marked("not asked yet"),
    "ineligible": marked("not eligible"),
    "screened": marked("screened out"), "quota_full": marked("quota was full"),
}
RATE_WORDS = {
    "rr1": marked("RR1: complete responses, of everybody who may be eligible"),
    "rr2": marked("RR2: complete and partial responses, of everybody who may be eligible"),
    "rr3": marked("RR3: as RR1, with the share e of those of whom nothing is known"),
    "rr4": marked("RR4: as RR2, with the share e of those of whom nothing is known"),
    "rr5": marked("RR5: as RR1, without those of whom nothing is known"),
    "rr6": marked("RR6: as RR2, without those of whom nothing is known"),
    "coop1": marked("COOP1, cooperation: complete responses, of those who are known to have been reached"),
    "coop2": marked("COOP2, cooperation: complete and partial responses, of those who are known to have been reached"),
    "ref1": marked("REF1, refusal: refused, withdrawn, broken off or only opened, of everybody who may be eligible"),
    "e": marked("e, eligibility: eligible people, of those of whom it is known"),
}


@dataclass(frozen=True)
class Fieldwork:
    """One questionnaire in one wave as the dashboard shows it."""

    wave: Wave
    link: QuestionnaireLink
    published: PublishedInstrument
    n_invited: int
    n_submitted: int | None             # None: not counted yet
    n_begun: int | None
    is_rounded: bool                    # at least this many
    counted_on: str
    days: list[dict[str, Any]]          # day, n_submitted: the course
    closing: dict[str, Any] | None      # final figures, once closed
    flags: dict[str, int | None]        # quality flag → people; None = fewer than the minimum
    uses: list[Use]
    paper: PaperFigures


def fieldwork_of(session: Session, study: Study, wave: Wave) -> list[Fieldwork]:
    """Return the figures of every questionnaire of a wave."""
    return [_one(session, study, wave, link, published) for link, published in list_links(session, wave)
            if not link.is_test]


def _one(session: Session, study: Study, wave: Wave, link: QuestionnaireLink,
         published: PublishedInstrument) -> Fieldwork:
    days = list(session.scalars(select(FieldworkDay).where(FieldworkDay.link_id == link.id)
                                .order_by(FieldworkDay.day)))
    stored = session.get(FieldworkClosing, link.id) if wave.closed_at is not None else None
    closing = dict(stored.document) if stored else None
    newest = days[-1].counts if days else {}
    n = closing["n_submitted"] if closing else newest.get("n_submitted")
    n_invited = session.scalar(select(func.count()).select_from(Invitation).where(Invitation.link_id == link.id)) or 0
    limits = resolve_thresholds(study.template.get("thresholds", {}), study.thresholds)
    return Fieldwork(
        wave, link, published, n_invited, n, None if closing else newest.get("n_begun"), closing is None,
        days[-1].day.isoformat() if days else "",
        [{"day": row.day.isoformat(), "n_submitted": row.counts.get("n_submitted", 0)} for row in days],
        closing, _flags(session, study, link, published) if closing else {},
        uses_of(instrument_of(published), limits, n or 0), paper_figures(session, study, wave, link))


def group_tables(closing: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the tables by group of a closing; one from before there were rates by group knows shares by unit only."""
    if "group_tables" in closing:
        return list(closing["group_tables"])
    nothing = dict.fromkeys(("rr1", "rr2", "cooperation", "refusal", "eligibility"))
    rows = [{**nothing, "group": row["unit"], "n_asked": row["n_asked"], "n_took_part": row["n_finished"],
             "share": row["rate"]} for row in closing.get("groups", [])]
    return [{"attribute": UNIT, "rows": rows, "representativity": None}] if rows else []


def _flags(session: Session, study: Study, link: QuestionnaireLink,
           published: PublishedInstrument) -> dict[str, int | None]:
    """Return how many people carry each flag of careless answering, from the newest diagnosis of the wave."""
    stored = newest_diagnosis(session, study, session.get_one(Wave, link.wave_id))
    if stored is None:
        return {}
    minimum = kept_minimum(study, link)
    found = diagnosis_of(stored).screening.get(published.audience)
    return {flag: told_count(n, minimum) for flag, n in found.flags.items()} if found else {}


def day_counts(n_begun: int, n_submitted: int) -> dict[str, int]:
    """Return the two counts of a day as they may be shown while the wave is open."""
    return {"n_begun": rounded_count(n_begun), "n_submitted": rounded_count(n_submitted)}
