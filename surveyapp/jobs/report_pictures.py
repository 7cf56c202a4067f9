"""Draw the figures of a stored report as PNG and keep them beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.study import Study
from surveyapp.services.report_bitmaps import report_bitmaps
from surveyapp.services.report_drawing import get_stored
from surveyapp.services.report_files import content_of


def draw_pictures(study: Study, options: Mapping[str, Any]) -> str:
    """Do the job of that kind; what is drawn already is not drawn anew."""
    which, number, study_id = str(options["which"]), int(options["number"]), study.id
    stored = get_stored(read_session(), study, which, number)
    if stored.pictures is None:
        content = content_of(stored)
        close_read_session()            # nothing is held open while it is drawn
        drawn = report_bitmaps(content)
        with transaction() as session:
            get_stored(session, session.get_one(Study, study_id), which, number).pictures = drawn
    return f"figures of {which} report {number}"
