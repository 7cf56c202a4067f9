"""What each respondent thinks: one score per construct, from planted means, links, a mood and chance."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from graphlib import TopologicalSorter
from statistics import NormalDist, fmean, pstdev
from typing import Final

from instruments.schema import Construct, Instrument
from surveyapp.sample.people import PersonType
from surveyapp.sample.plan import Plan

FIVE_POINTS: Final = (1, 5)             # the scale that a plan's means are on
LEAST_OWN_VARIANCE: Final = 0.15        # what links and mood leave to the person at least


@dataclass(frozen=True)
class Opinion:
    """What one respondent thinks: standardised scores by construct, and the tendency to agree."""

    scores: dict[str, float]
    outcome: float          # mean of the outcome scores, good = high
    style: float            # scale points by which any statement is agreed with more


def draw_opinions(instrument: Instrument, plan: Plan, types: Sequence[PersonType], rng: random.Random) -> list[Opinion]:
    """Return one opinion a respondent.

    Each construct is standardised over the respondents, so that a small sample has the planted mean and spread, and
    a test on it does not depend on luck.
    """
    moods = [rng.gauss(0, 1) for _ in types]
    scores: dict[str, list[float]] = {}
    for construct in _sources_first(instrument, plan):
        scores[construct.key] = _standardised(_raw_scores(construct, plan, types, moods, scores, rng))
    outcomes = [_sign(construct) * -1 for construct in instrument.constructs_of_group("outcome")]
    outcome_keys = [construct.key for construct in instrument.constructs_of_group("outcome")]
    opinions = []
    for i in range(len(types)):
        own = {key: values[i] for key, values in scores.items()}
        weighed = [sign * own[key] for sign, key in zip(outcomes, outcome_keys, strict=True)]
        style = rng.gauss(plan.style_mean, plan.style_sd)
        opinions.append(Opinion(own, fmean(weighed) if weighed else rng.gauss(0, 1), style))
    return opinions


def content_mean(construct: Construct, plan: Plan) -> float:
    """Return the planted mean of a construct on five points."""
    return plan.means.get(construct.key, plan.group_means[construct.group])


def on_scale(five_point_mean: float, low: int, high: int) -> float:
    """Return a mean given on five points as the same share of another scale's range."""
    least, most = FIVE_POINTS
    return low + (five_point_mean - least) / (most - least) * (high - low)


@lru_cache(maxsize=1024)
def latent_mean(mean: float, sd: float, low: int, high: int) -> float:
    """Return the mean of a normal value whose rounding to low..high has the wanted mean.

    Rounding cuts off what lies beyond the ends of the scale; near an end a plain normal value would miss the plan.
    """
    below, above = low - 3 * sd, high + 3 * sd
    for _ in range(60):
        middle = (below + above) / 2
        if rounded_mean(middle, sd, low, high) < mean:
            below = middle
        else:
            above = middle
    return (below + above) / 2


def rounded_mean(center: float, sd: float, low: int, high: int) -> float:
    """Return the mean of a normal value rounded to low..high."""
    normal = NormalDist(center, sd)
    return low + sum(1 - normal.cdf(point - 0.5) for point in range(low + 1, high + 1))


def _sources_first(instrument: Instrument, plan: Plan) -> list[Construct]:
    known = {construct.key: construct for construct in instrument.constructs}
    graph: dict[str, list[str]] = {key: [] for key in known}
    for link in plan.links:
        if link.source in known and link.target in known:
            graph[link.target].append(link.source)
    return [known[key] for key in TopologicalSorter(graph).static_order()]


def _raw_scores(construct: Construct, plan: Plan, types: Sequence[PersonType], moods: Sequence[float],
                scores: dict[str, list[float]], rng: random.Random) -> list[float]:
    links = [link for link in plan.links if link.target == construct.key and link.source in scores]
    taken = plan.mood**2 + sum(link.weight**2 for link in links)
    own_sd = math.sqrt(max(LEAST_OWN_VARIANCE, 1 - taken))
    sign = _sign(construct)
    return [
        sum(link.weight * scores[link.source][i] for link in links)
        + sign * plan.mood * moods[i] + own_sd * rng.gauss(0, 1)
        + person.shifts.get(construct.key, 0.0) / plan.score_sd
        for i, person in enumerate(types)
    ]


def _sign(construct: Construct) -> int:
    return 1 if construct.direction == "higher_is_worse" else -1


def _standardised(values: Sequence[float]) -> list[float]:
    center, spread = fmean(values), pstdev(values)
    return [(value - center) / (spread or 1.0) for value in values]
