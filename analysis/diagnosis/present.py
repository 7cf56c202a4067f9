"""The register of present measures: what counts as in place, and which entry a proposed measure is held against.

Standard library only: the web reads the register too.
"""

from __future__ import annotations

from collections.abc import Sequence

from instruments.facts import Practice
from instruments.template import Measure

PLANNED, GIVEN_UP = "planned", frozenset({"ended", "failed"})


def is_in_place(practice: Practice) -> bool:
    """Return whether a present measure counts as in place.

    Parameters
    ----------
    practice : Practice

    Returns
    -------
    bool
        True of every status but planned, ended and failed, so a word of a study's own never makes a measure new.
    """
    return practice.status not in (PLANNED, *GIVEN_UP)


def corresponding_practice(measure: Measure, register: Sequence[Practice]) -> Practice | None:
    """Return the entry of the register that a measure is held against.

    Parameters
    ----------
    measure : Measure
        Its `practices` name keys of the register, or choices of the question that asks who knows them; nearest first.
        Its own key is a name too.
    register : sequence of Practice

    Returns
    -------
    Practice or None
        Of those in place the nearest; else of those planned; else of those given up; None where the register has none.
    """
    found = [practice for name in (*measure.practices, measure.key) for practice in register
             if name in names_of(practice)]
    order = {True: 0, False: 1}
    return min(found, key=lambda practice: (order[is_in_place(practice)], practice.status != PLANNED), default=None)


def names_of(practice: Practice) -> tuple[str, ...]:
    """Return the names by which a rule may call an entry of the register.

    Parameters
    ----------
    practice : Practice

    Returns
    -------
    tuple of str
        Its key, the choice of the question that asks who knows it, and that choice without its question.
    """
    choice = practice.choice or ""
    return tuple(name for name in (practice.key, choice, choice.partition(".")[2]) if name)
