"""A finding of the checks with the part of the draft it is about, so that a page can lead there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from instruments.errors import Finding
from instruments.schema import Instrument

_PLACE = re.compile(r"\b(item|section|scale|construct|screen|quota) ([^\s,]+)")
_PARTS = {"item": "items", "section": "sections", "scale": "scales", "construct": "constructs",
          "screen": "screens", "quota": "quotas"}


@dataclass(frozen=True)
class LocatedFinding:
    """A finding, and the part and key it is about; no part where it is about the questionnaire as a whole."""

    finding: Finding
    part: str = ""
    key: str = ""
    detail: str = ""        # where in the part, such as `choice rm, show_if`; the place itself without a part


def located(finding: Finding, instrument: Instrument) -> LocatedFinding:
    """Return the finding with its part, where the place names one that exists."""
    for named in _PLACE.finditer(finding.place):
        noun, key = named.groups()
        if any(piece.key == key for piece in getattr(instrument, _PARTS[noun])):
            return LocatedFinding(finding, _PARTS[noun], key, finding.place[named.end():].removeprefix(", "))
    return LocatedFinding(finding, detail=finding.place)
