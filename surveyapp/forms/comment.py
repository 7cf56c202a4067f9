"""What is posted about comments: decisions of redaction, ticked lines with a code, and a candidate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from surveyapp.forms.coding import column_number
from surveyapp.models.coding import POLARITIES
from surveyapp.services.batch_coding import LineCode
from surveyapp.services.batch_links import LineLink
from surveyapp.services.comment_page import ALL, STATES, Wanted
from surveyapp.services.redaction import Decision

AFTER_KEY = "·"             # between a code's key and its name in the list of the field


def read_decisions(form: MultiDict[str, str]) -> dict[int, Decision]:
    """Return what was decided of each comment on the page."""
    return {number: Decision(form.get(f"decision-{number}", ""), form.get(f"words-{number}", ""))
            for number in form.getlist("line", type=column_number)}


def read_wanted(values: MultiDict[str, str]) -> Wanted:
    """Return which comments are asked for; what makes no sense asks for all."""
    state = values.get("state", ALL)
    return Wanted(values.get("q", "").strip()[:200], state if state in STATES else ALL, values.get("code", "")[:80],
                  values.get("like", "")[:80], values.get("page", 1, type=column_number))


def query_of(wanted: Wanted, **changes: object) -> dict[str, Any]:
    """Return the query of an address that shows the same comments; empty parts are left out."""
    query = {"q": wanted.words, "state": wanted.state, "code": wanted.code, "like": wanted.like, "page": wanted.page,
             **changes}
    usual = {"state": ALL, "page": 1}
    return {name: value for name, value in query.items() if value not in ("", usual.get(name))}


def read_lines(form: MultiDict[str, str]) -> LineCode:
    """Return the ticked comments with the code to give; a button's code goes before what stands in the field."""
    typed = form.get("quick") or form.get("code", "")
    return LineCode(tuple(form.getlist("line", type=column_number)), typed.partition(AFTER_KEY)[0].strip(),
                    form.get("version", ""), form.get("polarity", POLARITIES[0]), form.get("memo", ""))


def read_link(form: MultiDict[str, str]) -> LineLink:
    """Return the ticked comments with the link to give."""
    return LineLink(tuple(form.getlist("line", type=column_number)), form.get("cause", ""), form.get("problem", ""),
                    form.get("version", ""))


def read_texts(form: MultiDict[str, str], name: str, languages: Mapping[str, str] | tuple[str, ...]) -> dict[str, str]:
    """Return the words of a field in every language."""
    return {language: form.get(f"{name}_{language}", "").strip() for language in languages}
