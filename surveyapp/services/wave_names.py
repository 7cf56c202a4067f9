"""Which survey of a study a wave is, as reports tell it: counted in the order of their beginning, pilots apart."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from reports.waves import WaveTold
from surveyapp.models.study import Study
from surveyapp.services.action_feed import with_days_of
from surveyapp.services.study import list_waves
from surveyapp.services.wave import local_text

DAY = 10                # signs of an ISO date


def waves_told(session: Session, study: Study) -> Mapping[str, WaveTold]:
    """Return the place and the first day of every wave that was begun, by its key."""
    begun = sorted(((wave.opened_at, wave.id, wave) for wave in list_waves(session, study)
                    if wave.opened_at is not None and not wave.is_pilot), key=lambda one: one[:2])
    return {wave.key: WaveTold(place, with_days_of(session, study, wave).fieldwork_from
                               or local_text(study, opened)[:DAY])
            for place, (opened, _, wave) in enumerate(begun, start=1)}
