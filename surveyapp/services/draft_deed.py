"""What the buttons of a draft's outline do: add, copy, move and remove parts."""

from __future__ import annotations

from instruments.editing import PART_NAMES, NoSuchPart, PartName, added, duplicated, moved, removed
from instruments.schema import Instrument
from surveyapp.errors import NotFound, Refused


def do_deed(instrument: Instrument, deed: str, kind: str = "") -> tuple[Instrument, PartName, str]:
    """Return the changed questionnaire and the part it is about; `deed` is e.g. `add:items:A`, `up:items:Q3`."""
    verb, _colon, rest = deed.partition(":")
    part_name, _colon, key = rest.partition(":")
    if part_name not in PART_NAMES:
        raise Refused("This cannot be done to a questionnaire.", "Use the buttons of the page.")
    try:
        return _do(instrument, verb, part_name, key, kind)
    except NoSuchPart:
        raise NotFound("The draft has no {key} any more.",
                       "Somebody may have removed it; “Take back” brings it back.", key=key) from None


def _do(instrument: Instrument, verb: str, part: PartName, key: str, kind: str) -> tuple[Instrument, PartName, str]:
    if verb == "add":
        whole, key = added(instrument, part, section=key, kind=kind)
        return whole, part, key
    if verb == "copy":
        whole, key = duplicated(instrument, part, key)
        return whole, part, key
    if verb in ("up", "down"):
        return moved(instrument, part, key, -1 if verb == "up" else 1), part, key
    if verb == "remove":
        return removed(instrument, part, key), part, key
    raise Refused("This cannot be done to a questionnaire.", "Use the buttons of the page.")
