"""The API's operations on what interviews say together: rounds, agreement, analyses, joint display; reading only."""

from __future__ import annotations

from flask import Response, g, request

from surveyapp.db.session import read_session
from surveyapp.errors import NotFound
from surveyapp.models.interview import ANSWERS, CONVERSATION
from surveyapp.services.agreement import UNITS, scope_of
from surveyapp.services.agreement_page import load_agreement_page
from surveyapp.services.anonymised import masked
from surveyapp.services.api_interviews import (
    agreement_document,
    analysis_document,
    round_document,
    round_page_document,
)
from surveyapp.services.interview_analysis import newest_analysis, shown_analysis
from surveyapp.services.joint import load_display
from surveyapp.services.joint_sheet import joint_document
from surveyapp.services.round import get_round
from surveyapp.services.round_page import list_summaries, load_round_page
from surveyapp.views.api import Query, api_account, operation, reply
from surveyapp.views.api_study import STUDY

KIND = Query("texts", "interviews, or comments on open items", (CONVERSATION, ANSWERS))
UNIT = Query("unit", "what coders are compared on", UNITS)


@operation("GET", f"{STUDY}/rounds", permission="can_code", reply="Rounds")
def list_study_rounds(study_id: int) -> Response:
    """List the rounds of coding, newest first."""
    rows = list_summaries(read_session(), g.study, api_account())
    return reply({"rounds": [round_document(row) for row in rows]})


@operation("GET", f"{STUDY}/rounds/<int:number>", permission="can_code", reply="RoundPage")
def show_round(study_id: int, number: int) -> Response:
    """Show a round with its texts and coders; where they differ is told once it is closed."""
    session = read_session()
    row = get_round(session, g.study, number)
    return reply(round_page_document(load_round_page(session, g.study, row, api_account())))


@operation("GET", f"{STUDY}/agreement", permission="can_code", reply="Agreement", query=(KIND, UNIT))
def show_agreement(study_id: int) -> Response:
    """Show how far coders agree on double-coded texts, as computed last; the report is null where it never was."""
    scope = scope_of(request.args.get(KIND.name) or CONVERSATION, request.args.get(UNIT.name) or UNITS[0], None)
    return reply(agreement_document(load_agreement_page(read_session(), g.study, scope)))


@operation("GET", f"{STUDY}/interview-analysis", permission="can_code", reply="InterviewAnalysis")
def show_analysis(study_id: int) -> Response:
    """Show the newest analyses across interviews; not while an interview they count is coded blind."""
    session = read_session()
    stored = newest_analysis(session, g.study)
    if stored is None or shown_analysis(session, g.study) is None:
        raise NotFound("The study has no analyses that may be shown now.",
                       "Have them computed anew; they are hidden while an interview that they count is coded blind.")
    return reply(analysis_document(stored))


@operation("GET", f"{STUDY}/joint-display", permission="can_read_results", reply="JointDisplay")
def show_joint_display(study_id: int) -> Response:
    """Show survey and interviews side by side, with judgements that everybody may see."""
    display = load_display(read_session(), g.study)
    if display is None:
        raise NotFound("The study has no diagnosis yet.", "Close collection, then ask for one.")
    return reply(masked(g.study, joint_document(display)))
