"""When a wave takes answers: its planned dates hold from their instant on, whether or not a job has applied them yet.

Nobody begins after the closing date. Whoever is filling in at that moment may finish within the grace period; only then
is the wave really closed, so that no page is lost at closing time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from surveyapp.db.base import utc_now

NO_GRACE = timedelta(0)
GRACE = timedelta(hours=1)
Instant = datetime | str | None     # a driver's own statement gives SQLite's instants as text


def takes_answers(opened_at: Instant, closed_at: Instant, opens_at: Instant, closes_at: Instant,
                  grace: timedelta = NO_GRACE, now: datetime | None = None) -> bool:
    """Tell whether a wave with these dates takes answers now."""
    if closed_at is not None:
        return False
    if opened_at is None and opens_at is None:
        return False
    if opened_at is not None and closes_at is None:
        return True
    now = now or utc_now()
    begins, ends = _instant(opens_at), _instant(closes_at)
    has_begun = opened_at is not None or (begins is not None and begins <= now)
    return has_begun and (ends is None or now < ends + grace)


def _instant(value: Instant) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value if value.tzinfo else value.replace(tzinfo=UTC)
