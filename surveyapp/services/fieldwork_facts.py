"""Everything a fieldwork report says of a closed wave, as it may be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.privacy import suppress_cells
from analysis.results.diagnosis import Diagnosis
from analysis.results.fieldwork import Fieldwork as FieldworkFacts
from analysis.results.fieldwork import GroupRate, GroupTable, PaperCheck, QuestionnaireFieldwork
from reports.waves import WaveTold
from surveyapp.errors import Refused
from surveyapp.models.invitation import Invitation
from surveyapp.models.mail import SENT, OutboxMessage
from surveyapp.models.response import SUBMITTED, Response
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.action_feed import with_days_of
from surveyapp.services.diagnosis import diagnosis_of, newest_diagnosis
from surveyapp.services.fieldwork_view import Fieldwork, fieldwork_of, group_tables
from surveyapp.services.mode import MODE_OF_SOURCE
from surveyapp.services.protection import is_collected
from surveyapp.services.study import facts_of, instrument_of, template_of
from surveyapp.services.wave import local_text
from surveyapp.services.wave_names import waves_told


def fieldwork_facts(session: Session, study: Study, wave: Wave) -> FieldworkFacts:
    """Return what the report is made of; Refused while answers still arrive."""
    if wave.closed_at is None:
        raise Refused("Not closed yet: {wave}.", "Close it first: while answers arrive there are no final figures.",
                      wave=wave.key)
    facts, template = facts_of(study), template_of(session, study)
    stored = newest_diagnosis(session, study, wave)
    diagnosis = diagnosis_of(stored) if stored is not None else None
    forms = tuple(_questionnaire(session, study, found, diagnosis)
                  for found in fieldwork_of(session, study, wave) if found.closing)
    if not forms:
        raise Refused("No questionnaire with final figures: {wave}.", "Publish one, collect and close.",
                      wave=wave.key)
    return FieldworkFacts(
        wave.key, forms, dict(facts.sponsor), dict(facts.conductor), dict(template.population), dict(template.aim),
        dict(facts.organisation) or {"en": study.name}, study.is_synthetic,
        waves_told(session, study).get(wave.key, WaveTold(0)).order)


def _questionnaire(session: Session, study: Study, found: Fieldwork, diagnosis: Diagnosis | None,
                   ) -> QuestionnaireFieldwork:
    closing, facts = found.closing or {}, with_days_of(session, study, found.wave)
    screening = diagnosis.screening.get(found.published.audience) if diagnosis is not None else None
    instrument = instrument_of(found.published)
    counts = {str(key): int(n) for key, n in closing["dispositions"].items()}
    base = closing.get("base")
    foreign = _foreign(session, found.link)
    is_foreign = foreign > 0 and not closing["n_submitted"]
    pages = {section.key: _first(section.title) for section in instrument.sections}
    return QuestionnaireFieldwork(
        audience=found.published.audience, name=dict(instrument.title), version=found.published.version,
        languages=tuple(instrument.languages), n_items=sum(item.stores_answer for item in instrument.items),
        minutes=instrument.estimated_minutes, median_minutes=closing.get("median_minutes"),
        privacy=found.link.privacy, is_by_invitation=found.link.is_by_invitation,
        minimum_group=int(closing["minimum"]), opened_on=facts.fieldwork_from or _day(study, found.wave.opened_at),
        closed_on=facts.fieldwork_until or _day(study, found.wave.closed_at), base=None if is_foreign else base,
        n_asked=sum(counts.values()) if base and not is_foreign else None,
        n_submitted=int(closing["n_submitted"]), dispositions={} if is_foreign else counts,
        rates={} if is_foreign else dict(closing["rates"]), n_foreign=foreign,
        population=facts.population.get(found.published.audience) if is_foreign else None,
        complete_from=closing["definition"]["complete_from"], partial_from=closing["definition"]["partial_from"],
        days=tuple((str(row["day"]), int(row["n_submitted"])) for row in found.days),
        break_off_pages={pages.get(key, key): int(n) for key, n in closing.get("break_off_pages", {}).items()},
        group_tables=tuple(map(_groups, group_tables(closing))), modes=_modes(session, found.link, closing["minimum"]),
        flags=dict(found.flags), n_excluded=None if screening is None else screening.n_submitted - screening.n_valid,
        signs_needed=int(diagnosis.provenance.thresholds.get("exclusion_flags", 0)) if diagnosis is not None else 0,
        paper=_paper(found), n_mails=_mails(session, found.link, found.wave))


def _foreign(session: Session, link: QuestionnaireLink) -> int:
    return session.scalar(select(func.count()).select_from(Response).where(
        Response.link_id == link.id, Response.state == SUBMITTED, ~is_collected())) or 0


def _first(text: Mapping[str, str]) -> str:
    return next(iter(text.values()), "")


def _day(study: Study, instant: Any) -> str:
    return local_text(study, instant)[:10] if instant is not None else ""


def _groups(table: Mapping[str, Any]) -> GroupTable:
    alike = table.get("representativity") or {}
    rows = tuple(GroupRate(str(row["group"] or ""), int(row["n_asked"]), row["n_took_part"], row["share"],
                           _pair(row["rr1"]), _pair(row["rr2"])) for row in table["rows"])
    return GroupTable(str(table["attribute"]), rows, alike.get("r_indicator"), alike.get("r_adjusted"),
                      alike.get("p_value"))


def _pair(rate: float | list[float] | None) -> tuple[float, float] | None:
    if rate is None:
        return None
    return (float(rate[0]), float(rate[1])) if isinstance(rate, (list, tuple)) else (float(rate), float(rate))


def _modes(session: Session, link: QuestionnaireLink, minimum: int) -> dict[str, int | None]:
    """Return how many handed in by each way; ways of few people, and what would give them away, are None."""
    rows = session.execute(select(Response.mode, Response.source).where(
        Response.link_id == link.id, Response.state == SUBMITTED, is_collected()))
    counts = Counter(str(mode or MODE_OF_SOURCE.get(source, source)) for mode, source in rows)
    hidden = suppress_cells(counts, minimum)
    return {mode: None if mode in hidden else n for mode, n in sorted(counts.items())}


def _paper(found: Fieldwork) -> PaperCheck | None:
    rate = found.paper.rate
    if rate.ci_low is None or rate.ci_high is None:
        return None
    return PaperCheck(sum(pile.n_sheets for pile in found.paper.piles), rate.n_fields, rate.n_different, rate.ci_low,
                      rate.ci_high)


def _mails(session: Session, link: QuestionnaireLink, wave: Wave) -> int:
    return session.scalar(select(func.count()).select_from(OutboxMessage).join(
        Invitation, Invitation.id == OutboxMessage.invitation_id).where(
        OutboxMessage.wave_id == wave.id, OutboxMessage.state == SENT, Invitation.link_id == link.id)) or 0
