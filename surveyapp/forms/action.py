"""The form of one action: its fields as shown, as posted, and as a value."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from analysis.results.actions import Action, KpiReading, Milestone
from surveyapp.services.action_check import MOST_ROWS

SPARE_ROWS = 2
LINES = ("decision", "decided_on", "body", "again_on", "owner", "starts_on", "progress", "progress_on")
AREAS = ("reason", "change")
MILESTONE = ("name", "due_on", "state", "done_on")
READING = ("kpi", "own_kpi", "value", "read_on", "source")
LONGEST_NUMBER = 9      # signs; a column of numbers holds them
OWN = "own"             # an indicator with a name of one's own, in the list of the measure's
Row = dict[str, str]


@dataclass
class TypedAction:
    """One action as it was typed, field by field, whether or not it can be read."""

    fields: Row = field(default_factory=dict)
    units: tuple[str, ...] = ()
    milestones: list[Row] = field(default_factory=list)
    readings: list[Row] = field(default_factory=list)

    def with_spare_rows(self) -> TypedAction:
        """Return the same with empty rows to write into."""
        return TypedAction(self.fields, self.units, [*self.milestones, *({} for _ in range(SPARE_ROWS))],
                           [*self.readings, *({} for _ in range(SPARE_ROWS))])


def typed_of(action: Action | None, owner: str = "") -> TypedAction:
    """Return a stored action as the form shows it; a new one with the owner that the rule proposes."""
    if action is None:
        return TypedAction({"owner": owner, "progress": "planned"})
    fields = {name: getattr(action, name) for name in (*LINES, *AREAS)}
    milestones = [{name: getattr(one, name) for name in MILESTONE} for one in action.milestones]
    readings = [_reading_row(one) for one in action.readings]
    return TypedAction(fields, action.units, milestones, readings)


def _reading_row(one: KpiReading) -> Row:
    is_own = not one.kpi.isdecimal()
    return {"kpi": OWN if is_own else one.kpi, "own_kpi": one.kpi if is_own else "", "value": f"{one.value:.12g}",
            "read_on": one.read_on, "source": one.source}


def read_typed(form: MultiDict[str, str]) -> TypedAction:
    """Return what was posted, each field as it was typed; rows without anything in them are left out."""
    fields = {name: " ".join(form.get(name, "").split()) for name in LINES}
    fields |= {name: form.get(name, "").strip() for name in AREAS}
    return TypedAction(fields, tuple(form.getlist("units")), _rows(form, "m", MILESTONE, "state"),
                       _rows(form, "k", READING, "kpi"))


def _rows(form: Mapping[str, str], prefix: str, names: Sequence[str], chosen: str) -> list[Row]:
    """Return the rows in which something beside the field that always has a value was typed."""
    rows = ({name: " ".join(form.get(f"{prefix}{place}_{name}", "").split()) for name in names}
            for place in range(MOST_ROWS + SPARE_ROWS) if f"{prefix}{place}_{names[0]}" in form)
    return [row for row in rows if any(text for name, text in row.items() if name != chosen)]


def action_from(typed: TypedAction, measure: str) -> Action:
    """Return the action as a value; what is no number becomes none, which the check of the service names."""
    fields = {name: typed.fields.get(name, "") for name in (*LINES, *AREAS)}
    fields["progress"] = fields["progress"] or "planned"
    return Action(
        measure, **fields, units=typed.units,  # type: ignore[arg-type]  # the words are checked when stored
        milestones=tuple(Milestone(row["name"], row["due_on"], row["state"] or "open", row["done_on"])  # type: ignore[arg-type]  # the same
                         for row in typed.milestones),
        readings=tuple(KpiReading(row["own_kpi"] if row["kpi"] in ("", OWN) else row["kpi"], number_of(row["value"]),
                                  row["read_on"], row["source"]) for row in typed.readings))


def number_of(text: str) -> float:
    """Return the number that was typed, NaN where it is none."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan


def whole_number(text: str) -> int:
    """Return a number that a page sent along; -1, which nothing has, where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else -1
