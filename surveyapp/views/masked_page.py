"""Pages of results without the names of an organisation, where its study says so."""

from __future__ import annotations

from flask import Response, g, request

from surveyapp.services.anonymised import masked_page

# Pages on which somebody enters something show it as it was entered.
RESULTS = frozenset({"diagnosis", "what_if", "measurement", "report", "interview_analysis", "norm", "evidence",
                     "wave_change"})
SHOWN = frozenset({"plan_edit.index", "joint.index", "joint.confidence",
                   "action.index", "action.show", "action.change"})


def mask_results(reply: Response) -> Response:
    """Replace the names in a page of results; every other reply stays."""
    study = g.get("study")
    is_result = request.blueprint in RESULTS or request.endpoint in SHOWN
    if study is None or not study.is_anonymised or not is_result or reply.mimetype != "text/html" or reply.is_streamed:
        return reply
    reply.set_data(masked_page(study, reply.get_data(as_text=True)))
    return reply
