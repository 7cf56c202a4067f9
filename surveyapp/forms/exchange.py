"""What a person decides of a project of another program: shape of input only."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from surveyapp.services.exchange_plan import Choices
from surveyapp.services.foreign_project import ForeignProject

LONGEST = 80


def says_consent(form: MultiDict[str, str]) -> bool:
    """Return whether the form says anything of consent, either way."""
    return form.get("consent") in ("yes", "no")


def read_choices(form: MultiDict[str, str], project: ForeignProject) -> Choices:
    """Return the decisions; codes are numbered in the order of the file, an empty field leaves the proposal."""
    codes = {}
    for number, code in enumerate(project.codes):
        wanted = form.get(f"code{number}", "").strip()[:LONGEST]
        if wanted:
            codes[code.guid] = wanted
    reading = form.get("reading", "").strip()[:LONGEST]
    return Choices(form.get("consent") == "yes", "pseudonymise" in form, codes, reading)
