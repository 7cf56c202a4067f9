"""What of the responses may leave in files of single rows: the only way from answers to an export.

What people answered here leaves in tables that cannot be put together again: opinions, profile, and own words, each in
an order and under row names of its own, made new for every release. Every combination of what a table shows of a person
is shared by at least the study's minimum. Rows of an imported file were the researcher's before; sample data are
nobody's: both leave as they came.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from surveyapp.errors import Refused
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import Wave
from surveyapp.services.privacy_mode import kept_minimum
from surveyapp.services.questionnaire import ready_questionnaire
from surveyapp.services.release import ANSWERS, IMPORTED, Release, ReleaseTable
from surveyapp.services.release_plain import plain_table
from surveyapp.services.release_protected import protected_tables
from surveyapp.services.response_rows import count_protected, is_protected
from surveyapp.services.study import get_link, instrument_of


def plan_release(session: Session, study: Study, wave: Wave, published: PublishedInstrument) -> Release:
    """Return what may leave of the handed-in responses to one questionnaire in one wave."""
    link = get_link(session, wave, published)
    n_protected = count_protected(session, [link])
    minimum = kept_minimum(study, link)
    _check_may_leave(wave, n_protected, minimum)
    instrument = instrument_of(published)
    questionnaire = ready_questionnaire(published.content_hash, lambda: instrument)
    tables: list[ReleaseTable] = []
    protected = protected_tables(session, link, questionnaire, minimum) if n_protected else None
    if protected is not None:
        tables.extend(protected.tables)
    foreign = plain_table(session, link, questionnaire, IMPORTED if tables else ANSWERS, ~is_protected())
    if foreign.n_rows or not tables:
        tables.append(foreign)
    return Release(instrument, wave.key, link.privacy, minimum, n_protected + foreign.n_rows, tuple(tables),
                   protected.treatments if protected else ())


def _check_may_leave(wave: Wave, n_protected: int, minimum: int) -> None:
    if n_protected and wave.is_open:
        raise Refused("Collection is still open; single answers are exported only after it is closed.",
                      "Close the wave first. Until then only rounded counts are shown.")
    if 0 < n_protected < minimum:
        raise Refused("Fewer than {n} people answered: single answers would show who said what.",
                      "Collect more answers in another wave.", n=minimum)
