"""Which form a measure takes beside what is in place: introduce, make known, repair, continue or stop (model 11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from analysis.diagnosis.grades import IN_EVIDENCE
from analysis.diagnosis.present import GIVEN_UP, is_in_place
from analysis.diagnosis.surveyed import Surveyed
from analysis.privacy import told_count
from analysis.quant.intervals import wilson
from analysis.results.diagnosis import FacetFinding, ProblemFinding
from analysis.results.measurement import Estimate
from analysis.results.measures import Form
from instruments.facts import Practice
from instruments.schema import Item
from instruments.template import Measure

ASKED_FOR = frozenset({"proposed", "opportunity"})


def known_share(measure: Measure, practice: Practice | None, sides: Iterable[Surveyed],
                thresholds: Mapping[str, float]) -> Estimate | None:
    """Return the share of those asked who say that the measure is used.

    Parameters
    ----------
    measure : Measure
    practice : Practice or None
        Its `choice` names the question; without one the first factual question with such a choice is taken.
    sides : iterable of Surveyed
    thresholds : Mapping[str, float]
        `minimum_group`, `confidence`.

    Returns
    -------
    Estimate or None
        0..1 of those who answered, with Wilson interval; None when nobody was asked, or when those who know it or those
        who do not are so few that the figure would speak of them.
    """
    for side in sides:
        for item in side.instrument.items_of_role("fact"):
            choice = _choice(item, measure, practice)
            if choice is not None and item.key in side.valid.values.columns:
                return _share(side, item.key, choice, thresholds)
    return None


def _choice(item: Item, measure: Measure, practice: Practice | None) -> str | None:
    named = (practice.choice,) if practice is not None and practice.choice else (
        () if practice is not None else measure.practices)
    keys = {choice.value for choice in item.choices}
    for name in named:
        owner, _, value = (name or "").rpartition(".")
        if value in keys and owner in ("", item.key):
            return value
    return None


def _share(side: Surveyed, item: str, choice: str, thresholds: Mapping[str, float]) -> Estimate | None:
    answers = side.valid.values[item].dropna()
    k, n, minimum = sum(choice in _chosen(answer) for answer in answers), len(answers), int(thresholds["minimum_group"])
    if n < minimum or None in (told_count(k, minimum), told_count(n - k, minimum)):
        return None
    return wilson(k, n, thresholds["confidence"])


def _chosen(answer: object) -> tuple[object, ...]:
    return tuple(answer) if isinstance(answer, (tuple, list)) else (answer,)


def weak_points(measure: Measure, problems: Iterable[ProblemFinding], facets: Iterable[FacetFinding],
                thresholds: Mapping[str, float]) -> tuple[str, ...]:
    """Return what a measure serves and what is weak.

    Parameters
    ----------
    measure : Measure
    problems, facets
        Findings.
    thresholds : Mapping[str, float]
        `practice_serves_strength`.

    Returns
    -------
    tuple of str
        Problems with grade strong or moderate, and experiences whose interval lies entirely in the weak range, that the
        measure acts on with at least that strength.
    """
    least = thresholds["practice_serves_strength"]
    weak = [found.level.construct for found in problems if found.grade in IN_EVIDENCE
            and measure.address_problem.get(found.level.construct, 0) >= least]
    weak += [found.level.construct for found in facets if found.status == "supports"
             and measure.address_facet.get(found.level.construct, 0) >= least]
    return tuple(weak)


def measure_form(verdict: str, practice: Practice | None, known_by: Estimate | None, *, is_weak: bool,
                 thresholds: Mapping[str, float]) -> Form | None:
    """Return the form of a measure that the register can be asked about.

    Parameters
    ----------
    verdict : str
        proposed, opportunity, not_proposed or data_needed.
    practice : Practice or None
        What is in the register.
    known_by : Estimate or None
    is_weak : bool
        Whether something it serves is weak.
    thresholds : Mapping[str, float]
        `practice_known_share`.

    Returns
    -------
    str or None
        In place: make known (asked for, known by less than the share), repair (asked for, what it serves is weak), else
        continue. Not in place: introduce when asked for, unless the register lacks it while at least that share of
        those asked say it is used. Given up in the register and its rule examined without a condition that holds: stop.
    """
    is_asked_for, share = verdict in ASKED_FOR, known_by.value if known_by is not None else None
    is_known = share is None or share >= thresholds["practice_known_share"]
    if practice is not None and is_in_place(practice):
        if not is_asked_for:
            return "continue"
        return ("repair" if is_weak else "continue") if is_known else "make_known"
    if is_asked_for:
        return None if practice is None and share is not None and is_known else "introduce"
    return "stop" if practice is not None and practice.status in GIVEN_UP and verdict == "not_proposed" else None
