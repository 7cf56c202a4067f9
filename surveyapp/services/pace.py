"""How many responses came within a quarter of an hour, by outlet, without keeping when.

The promise to respondents is that neither day nor hour of an answer is stored. So upkeep looks at the number of
responses of each outlet once a quarter-hour, adds one to "quarter-hours that brought so many more than before", and
forgets the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveyapp.models.fieldwork import Pace, PaceClock
from surveyapp.models.response import KIOSK, SUBMITTED, WEB, Response
from surveyapp.models.study import PublishedInstrument
from surveyapp.models.wave import QuestionnaireLink, Wave

QUARTER_S = 900
PACED = (WEB, KIOSK)        # sheets and files are entered at the pace of a clerk or at once


def note_pace(session: Session, now: datetime) -> int:
    """Note what the past quarter-hour brought, once a quarter-hour; return how many outlets brought something.

    Where upkeep did not run in the quarter-hour before, what came meanwhile cannot be told apart and is left out.
    """
    quarter = int(now.timestamp()) // QUARTER_S
    clock = session.get(PaceClock, 1)
    if clock is None:
        clock = PaceClock(id=1, quarter=quarter)
        session.add(clock)
        _look(session, is_counted=False)
        return 0
    if quarter == clock.quarter:
        return 0
    is_next = quarter == clock.quarter + 1
    clock.quarter = quarter
    return _look(session, is_counted=is_next)


def _look(session: Session, *, is_counted: bool) -> int:
    """Compare the counts of open links with those seen before; return how many outlets brought something."""
    known = {(row.link_id, row.outlet): row for row in session.scalars(select(Pace))}
    n_active = 0
    for link_id, outlet, n in _counts(session):
        row = known.get((link_id, outlet))
        if row is None:
            row = Pace(link_id=link_id, outlet=outlet, n_seen=0, sizes={})
            session.add(row)
        came = n - row.n_seen
        if is_counted and came > 0:
            sizes = Counter({int(size): times for size, times in row.sizes.items()})
            sizes[came] += 1
            row.sizes = {str(size): times for size, times in sorted(sizes.items())}
            n_active += 1
        row.n_seen = n
    session.flush()
    return n_active


def _counts(session: Session) -> list[tuple[int, str, int]]:
    """Return link, outlet and number of responses of every open link."""
    outlet = func.coalesce(Response.batch, "")
    found = session.execute(
        select(Response.link_id, outlet.label("outlet"), func.count().label("n"))
        .join(QuestionnaireLink, QuestionnaireLink.id == Response.link_id)
        .join(Wave, Wave.id == QuestionnaireLink.wave_id)
        .where(Response.state == SUBMITTED, Response.mode.in_(PACED), Wave.closed_at.is_(None),
               QuestionnaireLink.is_test.is_(False))
        .group_by(Response.link_id, outlet))
    return [(row.link_id, row.outlet, row.n) for row in found]


def pace_of(session: Session, wave: Wave) -> Mapping[str, Mapping[str, Mapping[int, int]]]:
    """Return audience → outlet → responses in a quarter-hour → such quarter-hours, of the wave."""
    found: dict[str, dict[str, dict[int, int]]] = {}
    rows = session.execute(
        select(PublishedInstrument.audience, Pace.outlet, Pace.sizes)
        .join(QuestionnaireLink, QuestionnaireLink.id == Pace.link_id)
        .join(PublishedInstrument, PublishedInstrument.id == QuestionnaireLink.instrument_id)
        .where(QuestionnaireLink.wave_id == wave.id).order_by(Pace.link_id, Pace.outlet))
    for audience, outlet, sizes in rows:
        own = found.setdefault(audience, {}).setdefault(outlet, {})
        for size, times in sizes.items():
            own[int(size)] = own.get(int(size), 0) + times
    return found
