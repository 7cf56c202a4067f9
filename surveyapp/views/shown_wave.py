"""Which wave's diagnosis the pages of results show: the newest, or the one that the address names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from surveyapp.models.diagnosis import StoredDiagnosis
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.diagnosis import newest_diagnosis, waves_by_diagnosis
from surveyapp.services.study import get_wave

# Pages that show one diagnosis and lead to one another: a wave once chosen is kept from page to page.
PAGES = frozenset({"diagnosis.show", "report.summary", "evidence.index", "evidence.show"})


@dataclass(frozen=True)
class ShownWave:
    """The wave of the diagnosis shown, and all waves that have one."""

    wave: Wave
    waves: tuple[Wave, ...]
    is_newest: bool


def asked_wave(session: Session, study: Study) -> Wave | None:
    """Return the wave that the address names; None where it names none, NotFound where the study has none such."""
    key = request.args.get("wave")
    return get_wave(session, study, key) if key else None


def shown_wave(session: Session, study: Study, stored: StoredDiagnosis | None,
               newest: StoredDiagnosis | None) -> ShownWave | None:
    """Return which wave a page shows, to be said on it; None where there is no diagnosis."""
    if stored is None:
        return None
    waves = tuple(dict.fromkeys(waves_by_diagnosis(session, study).values()))
    return ShownWave(session.get_one(Wave, stored.wave_id), waves,
                     newest is not None and newest.wave_id == stored.wave_id)


def newest_shown(session: Session, study: Study) -> ShownWave | None:
    """Return the wave of the newest diagnosis, for the pages that show no other."""
    newest = newest_diagnosis(session, study)
    return shown_wave(session, study, newest, newest)


def keep_wave(endpoint: str, values: dict[str, Any]) -> None:
    """Put the wave of this page into addresses of the other pages of its diagnosis."""
    if endpoint in PAGES and request and request.endpoint in PAGES and (wave := request.args.get("wave")):
        values.setdefault("wave", wave)
