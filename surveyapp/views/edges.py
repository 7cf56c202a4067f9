"""Moving the boundaries of a coding, with a script or by sentence, and judging it after a correction of the text."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveyapp.db.session import transaction
from surveyapp.forms.coding import PassageForm, column_number, mark_of
from surveyapp.models.coding import Coding, LinkCoding, Segment
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.coding import get_seen
from surveyapp.services.edges import (
    END,
    START,
    Kind,
    accept_review,
    change_edges,
    passage_by_step,
    passage_of_new_words,
)
from surveyapp.services.interview import get_interview
from surveyapp.services.segment import Passage
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, requires
from surveyapp.views.coding import PLACE, renewed

blueprint = Blueprint("edges", __name__)
# What a button without a script moves: the edge, and in which direction.
STEPS = {"start-earlier": (START, -1), "start-later": (START, 1), "end-earlier": (END, -1), "end-later": (END, 1)}


@blueprint.post(f"{PLACE}/codings/<mark>/edges")
@requires("can_code")
def move(study_id: int, interview_id: int, mark: str) -> str | Response:
    """Let a coding hold for other words; answers a script with the parts of the page to renew."""
    is_link, number = mark_of(mark)
    with transaction() as session:
        study = get_study(session, study_id)
        interview = get_interview(session, study, interview_id)
        place = (_carry_out(session, study, interview, LinkCoding, number) if is_link else
                 _carry_out(session, study, interview, Coding, number))
    if request.headers.get("X-Fragment"):
        return renewed(interview, mark, place)
    flash(_("The coding holds as it is.") if request.form.get("deed") == "accept" else _("The boundaries were moved."))
    return redirect(url_for("coding.show", study_id=study_id, interview_id=interview_id, mark=mark, _anchor="chosen"))


def _carry_out(session: Session, study: Study, interview: Interview, kind: type[Kind], number: int) -> tuple[int, int]:
    """Return the range of the text in which something looks different now."""
    account, deed = current_account(), request.form.get("deed", "")
    row = get_seen(session, interview, account, kind, number)
    before = session.get(Segment, row.segment_id) if row.segment_id is not None else None
    old = (before.start, before.end) if before is not None else (0, 0)
    if deed == "accept":
        accept_review(session, study, interview, account, kind, number)
        return old
    passage = _passage(session, interview, row, deed)
    change_edges(session, study, interview, account, kind, number, passage,
                 version=request.form.get("coding_version", 0, type=column_number))
    return min(passage.start, old[0]), max(passage.end, old[1])


def _passage(session: Session, interview: Interview, row: Coding | LinkCoding, deed: str) -> Passage:
    form = PassageForm.read(request.form)
    if deed in STEPS:
        edge, step = STEPS[deed]
        return passage_by_step(session, interview, row, edge, step, form.version)
    if deed == "words":
        return passage_of_new_words(session, interview, row, form.words, form.version)
    return Passage(form.start, form.end, form.quote, form.version)
