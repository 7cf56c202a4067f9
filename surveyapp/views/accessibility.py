"""`/accessibility`: what was tested of respondents' pages, with which result, what was not, and whom to tell."""

from __future__ import annotations

from flask import current_app

from surveyapp.services.accessibility import accessibility_result
from surveyapp.views.questionnaire_html import render
from surveyapp.views.response import INTERFACE_LANGUAGES, _speak, _wanted_language, blueprint


@blueprint.get("/accessibility")
def accessibility() -> str:
    """Show the statement that the tests wrote."""
    language = _speak(_wanted_language(INTERFACE_LANGUAGES))
    return render("response/accessibility.html", language=language, result=accessibility_result(),
                  contact=current_app.config["SURVEYAPP"].contact)
