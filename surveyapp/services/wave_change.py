"""What changed between two waves of a study: asked for, kept, found again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.results.waves import WaveComparison
from instruments.codec import content_hash, from_document, to_document
from instruments.schema import Instrument
from surveyapp.db.base import utc_now
from surveyapp.errors import NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import Job
from surveyapp.models.study import FULL, PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.models.wave_change import WaveChange
from surveyapp.queue import enqueue_job
from surveyapp.services.audit import record_change
from surveyapp.services.study import instrument_of, list_waves

JOB = "wave_change"
TWO = 2


@dataclass(frozen=True)
class KeptChange:
    """A comparison as kept, with the questionnaire that the later wave answered."""

    audience: str
    instrument: Instrument
    comparison: WaveComparison
    row: WaveChange


def closed_waves(session: Session, study: Study) -> list[Wave]:
    """Return the waves that can be compared, the earliest first: closed ones, and no pilots.

    Sample data are nobody's: their waves need not be closed.
    """
    found = [wave for wave in list_waves(session, study)
             if _is_frozen(study, wave) and wave.opened_at is not None and not wave.is_pilot]
    return sorted(found, key=lambda wave: (wave.opened_at or utc_now(), wave.id))


def _is_frozen(study: Study, wave: Wave) -> bool:
    return wave.closed_at is not None or study.is_synthetic


def wave_pair(session: Session, study: Study, first: str | None = None, second: str | None = None,
              ) -> tuple[Wave, Wave]:
    """Return the earlier and the later wave of these keys; by default the two newest closed ones."""
    waves = closed_waves(session, study)
    if len(waves) < TWO:
        raise Refused("The study has fewer than two closed waves.", "A change needs two; close the second wave first.")
    by_key = {wave.key: wave for wave in waves}
    for key in (first, second):
        if key is not None and key not in by_key:
            raise NotFound("The study has no closed wave {key}.", "It has: {keys}.", key=repr(key),
                           keys=", ".join(by_key))
    later = by_key[second] if second else waves[-1]
    earlier = by_key[first] if first else next((wave for wave in reversed(waves[:waves.index(later)])), None)
    if earlier is None or waves.index(earlier) >= waves.index(later):
        raise Refused("The first wave must be earlier than the second.", "Name the earlier wave first.")
    return earlier, later


def shown_pair(session: Session, study: Study, first: str | None = None, second: str | None = None,
               ) -> tuple[Wave, Wave]:
    """Return the waves to show: those of the keys, else the ones compared last, else the two newest closed ones."""
    waves = {wave.id: wave for wave in closed_waves(session, study)}
    last = session.scalar(select(WaveChange).where(WaveChange.first_id.in_(waves), WaveChange.second_id.in_(waves))
                          .order_by(WaveChange.created_at.desc()).limit(1))
    if first or second or last is None:
        return wave_pair(session, study, first, second)
    return waves[last.first_id], waves[last.second_id]


def earlier_wave(session: Session, study: Study, wave: Wave) -> Wave | None:
    """Return the closed wave before this closed one, None where there is none."""
    waves = closed_waves(session, study)
    place = next((place for place, one in enumerate(waves) if one.id == wave.id), 0)
    return waves[place - 1] if place else None


def asked_in(session: Session, wave: Wave) -> dict[str, Instrument]:
    """Return the newest full version of each questionnaire that the wave asked."""
    rows = session.scalars(
        select(PublishedInstrument).join(QuestionnaireLink, QuestionnaireLink.instrument_id == PublishedInstrument.id)
        .where(QuestionnaireLink.wave_id == wave.id, QuestionnaireLink.is_test.is_(False),
               PublishedInstrument.form == FULL).order_by(PublishedInstrument.id))
    return {row.audience: instrument_of(row) for row in rows}


def request_change(session: Session, study: Study, first: Wave, second: Wave, account: Account) -> Job:
    """Return the job that compares two waves."""
    return enqueue_job(session, study.id, JOB, {"first": first.key, "second": second.key}, account)


def store_changes(session: Session, study: Study, first: Wave, second: Wave, found: Mapping[str, WaveComparison],
                  account: Account | None = None) -> None:
    """Keep the comparisons of two waves by questionnaire, in place of older ones."""
    for audience, comparison in found.items():
        digest = content_hash(comparison)
        session.merge(WaveChange(first_id=first.id, second_id=second.id, audience=audience, content_hash=digest,
                                 document=to_document(comparison), created_at=utc_now()))
        record_change(session, "compare_waves", f"{audience}: {first.key}, {second.key}", study_id=study.id,
                      account=account, after={"content_hash": digest})
    session.flush()


def changes_between(session: Session, study: Study, first: Wave, second: Wave) -> list[KeptChange]:
    """Return the kept comparisons of two waves, by questionnaire; none while one of them is open again."""
    if not (_is_frozen(study, first) and _is_frozen(study, second)):
        return []
    rows = session.scalars(select(WaveChange).where(
        WaveChange.first_id == first.id, WaveChange.second_id == second.id).order_by(WaveChange.audience))
    asked = asked_in(session, second)
    return [KeptChange(row.audience, asked[row.audience], from_document(WaveComparison, row.document), row)
            for row in rows if row.audience in asked]


def changes_since(session: Session, study: Study, wave: Wave) -> Sequence[WaveComparison]:
    """Return the comparisons of a wave with the one before it, for the report of its diagnosis."""
    before = earlier_wave(session, study, wave)
    return [] if before is None else [kept.comparison for kept in changes_between(session, study, before, wave)]
