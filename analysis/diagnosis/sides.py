"""Which audience speaks of what: who was asked about problems and causes, and who about its experience."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.diagnosis.surveyed import Surveyed
from instruments.schema import ConstructGroup

ASKED_ABOUT_PROBLEMS: frozenset[ConstructGroup] = frozenset({"problem", "cause", "situation"})


def staff_side(sides: Mapping[str, Surveyed]) -> Surveyed:
    """Return the audience asked about problems, causes and the situation; the first one where none was.

    Parameters
    ----------
    sides : Mapping[str, Surveyed]
        By audience; at least one.

    Returns
    -------
    Surveyed
    """
    asked = [side for side in sides.values()
             if any(construct.group in ASKED_ABOUT_PROBLEMS for construct in side.instrument.constructs)]
    return asked[0] if asked else next(iter(sides.values()))


def customer_side(sides: Mapping[str, Surveyed]) -> Surveyed | None:
    """Return the audience asked about its experience.

    Parameters
    ----------
    sides : Mapping[str, Surveyed]

    Returns
    -------
    Surveyed or None
        None where nobody was.
    """
    return next((side for side in sides.values() if side.of_group("experience")), None)
