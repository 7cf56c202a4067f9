"""What is posted about the joint display: a judgement, the confidence in a claim, and which rows are asked for."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from analysis.results.joint import COMPONENTS
from surveyapp.services.decoding import normalise
from surveyapp.services.joint_judgement import Judgement, Statement

SHOWN = ("open", "awaiting_second", "to_settle", "judged", "dissonance", "stale", "mine")


@dataclass(frozen=True)
class WantedRows:
    """Which rows of the display are shown; empty = all."""

    group: str
    state: str


def read_wanted_rows(values: MultiDict[str, str], groups: tuple[str, ...]) -> WantedRows:
    """Return which rows are asked for; what makes no sense asks for all."""
    group, state = values.get("group", ""), values.get("state", "")
    return WantedRows(group if group in groups else "", state if state in SHOWN else "")


def read_judgement(form: MultiDict[str, str]) -> Judgement:
    """Return a posted judgement; browsers send line ends as CRLF."""
    return Judgement(form.get("choice", ""), "complementary" in form, normalise(form.get("reason", "")),
                     form.get("answer_kind", ""), normalise(form.get("answer", "")), form.get("evidence", ""))


def read_statement(form: MultiDict[str, str]) -> Statement:
    """Return a posted confidence with the four components."""
    components = {name: (form.get(f"concern-{name}", ""), normalise(form.get(f"reason-{name}", "")))
                  for name in COMPONENTS}
    return Statement(components, form.get("overall", ""), normalise(form.get("reason", "")), form.get("evidence", ""))
