"""Everything a study protocol says, as it stands on the day of writing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.diagnosis.thresholds import resolve_thresholds
from reports.kinds.protocol import Protocol
from surveyapp.db.base import utc_now
from surveyapp.models.response import Response
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink
from surveyapp.services.planner import find_plan
from surveyapp.services.study import current_versions, facts_of, instrument_of, list_links, list_waves, template_of
from surveyapp.services.wave import local_text


def protocol_facts(session: Session, study: Study, today: date | None = None) -> Protocol:
    """Return what the protocol is made of: the published questionnaires, else those of the template."""
    template = template_of(session, study)
    published = {row.audience: instrument_of(row) for row in current_versions(session, study)}
    template = replace(template, instruments=tuple(published.get(one.audience, one) for one in template.instruments))
    waves = [wave for wave in list_waves(session, study) if not wave.is_pilot]
    first = waves[0] if waves else None
    promised = {instrument.audience: link.privacy for wave in waves for link, instrument in list_links(session, wave)
                if not link.is_test}
    planned, facts = find_plan(session, study), facts_of(study)
    return Protocol(
        name=study.name, template=template, facts=facts,
        thresholds=resolve_thresholds(study.template.get("thresholds", {}), study.thresholds),
        written_on=(today or utc_now().date()).isoformat(),
        opens_on=_day(study, first.opens_at, facts.fieldwork_from, first.opened_at) if first else "",
        closes_on=_day(study, first.closes_at, facts.fieldwork_until, first.closed_at) if first else "",
        has_answers=_has_answers(session, study), plan=planned[1] if planned else None,
        privacy={**template.privacy, **promised},
        retain_until=study.retain_until.isoformat() if study.retain_until else "", seed=study.seed,
        is_synthetic=study.is_synthetic)


def _day(study: Study, planned: datetime | None, entered: str, happened: datetime | None) -> str:
    """Return the day that was planned, else the one entered for the collection, else the one on which it happened."""
    if planned is None and entered:
        return entered
    return local_text(study, planned or happened)[:10]


def _has_answers(session: Session, study: Study) -> bool:
    waves = [wave.id for wave in list_waves(session, study) if not wave.is_pilot]
    return bool(session.scalar(select(func.count()).select_from(Response).join(
        QuestionnaireLink, QuestionnaireLink.id == Response.link_id).where(
        QuestionnaireLink.wave_id.in_(waves), QuestionnaireLink.is_test.is_(False))))
