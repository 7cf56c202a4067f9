"""Surveys drawn again and again from one planted world: what a planner, or a validation, puts before the diagnosis.

Unlike `answers`, which makes one study whose constructs have exactly the planted means, these draws keep the luck of
the draw: that is what decides whether something is found. All are attentive; who they are is not drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from instruments.schema import Construct, Instrument, Item
from surveyapp.sample.plan import Plan
from surveyapp.sample.scores import FIVE_POINTS, latent_mean, on_scale, rounded_mean

Numbers = NDArray[np.float64]
Pair = tuple[str, str]          # cause, problem
Spread = Literal["each", "lone"]

_USUAL: Final = Plan()
RELIABILITY: Final = 0.80       # of a scale: where the diagnosis calls it good (model 3; Nunnally 1978)
# Between the .20 that the sample studies plant (the square of their mood) and the .65 of the model's stress test.
CAUSE_CORRELATION: Final = 0.30
# Means of problems on five points, in turn: at the border, and inside the bands mild, marked and severe (model 5).
PROBLEM_MEANS: Final = (3.0, 3.2, 3.6, 4.0)
# Of customers' facets: a fifth of a point beyond the borders of what is called weak (3.0) and fine (3.5; model 6).
FACET_MEANS: Final = (2.8, 3.7)
USUAL_MEAN: Final = 3.2         # of the ticks whose reliability is set
LEAST_NOISE, MOST_NOISE, STEPS, NODES = 0.05, 6.0, 30, 40       # where an item's noise is sought, and how finely
LATENT, NOISE, GAPS, OFFSETS, MOOD = 1, 2, 3, 4, 5  # streams of a survey; each fills row by row, so n only adds rows


@dataclass(frozen=True)
class World:
    """What holds in every survey of one plan; true scores have SD 1, links are weights between true scores."""

    link: float = 0.30                          # of each planted link
    spread: Spread = "each"                     # one cause to every problem, or a single link in the whole study
    cause_correlation: float = CAUSE_CORRELATION
    reliability: float = RELIABILITY
    reliabilities: Mapping[str, float] = field(default_factory=dict)    # construct → its own
    problem_means: tuple[float, ...] = PROBLEM_MEANS
    facet_means: tuple[float, ...] = FACET_MEANS
    links: Mapping[Pair, float] | None = None   # cause, problem → weight, in place of link and spread
    means: Mapping[str, float] = field(default_factory=dict)            # construct → its own, in place of the turning
    # Common method variance: weight of one mood in all that a person says, its square a share of every true score.
    mood: float = 0.0
    score_sd: float = _USUAL.score_sd           # of true scores, in points of five
    style_mean: float = _USUAL.style_mean
    style_sd: float = _USUAL.style_sd
    item_offset_sd: float = _USUAL.item_offset_sd
    share_missing: float = _USUAL.share_blank + _USUAL.share_not_applicable
    seed: int = 1


@dataclass(frozen=True)
class WorldAnswers:
    """One survey: raw answers n × items (NaN = none), and what was planted in it."""

    items: tuple[str, ...]
    values: Numbers
    links: frozenset[Pair]
    means: Mapping[str, float]


def draw_answers(instrument: Instrument, world: World, n: int, number: int) -> WorldAnswers:
    """Return survey `number` of n respondents; of the same number, a larger survey begins with the smaller one."""
    constructs = [construct for construct in instrument.constructs if _items(instrument, construct)]
    links, means = planted_links(instrument, world, number), _means(instrument, world, number)
    scores = _true_scores(constructs, world, links, n, number)
    style = world.style_mean + world.style_sd * scores[:, -1]
    places = [(place, construct, item) for place, construct in enumerate(constructs)
              for item in _items(instrument, construct)]
    noise = _rng(world, number, NOISE).standard_normal((n, len(places)))
    offsets = _offsets(places, world, number)
    columns = [_answers(instrument, world, construct, item, means[construct.key] + offsets[k],
                        (scores[:, place], noise[:, k], style)) for k, (place, construct, item) in enumerate(places)]
    values = np.column_stack(columns) if columns else np.empty((n, 0))
    values[_rng(world, number, GAPS).random(values.shape) < world.share_missing] = np.nan
    return WorldAnswers(tuple(item.key for _, _, item in places), values, frozenset(links), means)


def planted_links(instrument: Instrument, world: World, number: int) -> dict[Pair, float]:
    """Return the links of a survey: the world's own, or they wander over causes or pairs from survey to survey."""
    if world.links is not None:
        return dict(world.links)
    causes = [construct.key for construct in instrument.constructs_of_group("cause")]
    problems = [construct.key for construct in instrument.constructs_of_group("problem")]
    if not causes or not problems:
        return {}
    if world.spread == "lone":
        turn, place = divmod(number, len(problems))
        return {(causes[(turn + place) % len(causes)], problems[place]): world.link}
    return {(causes[(number + place) % len(causes)], problem): world.link for place, problem in enumerate(problems)}


def expected_scores(instrument: Instrument, world: World, number: int) -> dict[str, float]:
    """Return by construct the mean score of all who could be asked: what they think, and how they like to agree."""
    means, found = _means(instrument, world, number), {}
    constructs = [construct for construct in instrument.constructs if _items(instrument, construct)]
    places = [(place, construct, item) for place, construct in enumerate(constructs)
              for item in _items(instrument, construct)]
    ticked: dict[str, list[float]] = {}
    for (_, construct, item), offset in zip(places, _offsets(places, world, number), strict=True):
        scale = instrument.scale(item.scale or "")
        center, stretch, noise_sd = _place(instrument, world, construct, item, means[construct.key] + offset)
        sd = float(np.hypot(np.hypot(world.score_sd, noise_sd), world.style_sd)) * stretch
        turned = -1 if item.is_reverse else 1
        # Agreeing lifts the tick of a reverse item, and so lowers what is read from it.
        ticked.setdefault(construct.key, []).append(
            rounded_mean(center + turned * stretch * world.style_mean, sd, scale.low, scale.high))
    for key, values in ticked.items():
        found[key] = float(np.mean(values))
    return found


def expected_weights(instrument: Instrument, world: World, number: int) -> dict[Pair, float]:
    """Return each cause's weight in each problem, mood included, were all true scores known: 0 mood, planted link."""
    links = planted_links(instrument, world, number)
    causes = [construct.key for construct in instrument.constructs_of_group("cause")]
    shared, common = 1 - world.mood**2, world.mood**2
    among = np.full((len(causes), len(causes)), world.cause_correlation)
    np.fill_diagonal(among, 1.0)
    weights = {}
    for problem in instrument.constructs_of_group("problem"):
        planted = np.array([links.get((cause, problem.key), 0.0) for cause in causes])
        mixed = np.linalg.solve(shared * among + common, shared * among @ planted + common)
        weights.update({(cause, problem.key): float(weight) for cause, weight in zip(causes, mixed, strict=True)})
    return weights


def _means(instrument: Instrument, world: World, number: int) -> dict[str, float]:
    """Return each construct's mean on five points; those of problems and facets wander from survey to survey."""
    means = {}
    turning = {"problem": world.problem_means, "experience": world.facet_means}
    places = dict.fromkeys(turning, number)
    for construct in instrument.constructs:
        ladder = turning.get(construct.group)
        if construct.key in world.means:
            means[construct.key] = world.means[construct.key]
        elif ladder:
            means[construct.key] = ladder[places[construct.group] % len(ladder)]
            places[construct.group] += 1
        else:
            means[construct.key] = _USUAL.group_means[construct.group]
    return means


def _true_scores(constructs: list[Construct], world: World, links: Mapping[Pair, float], n: int,
                 number: int) -> Numbers:
    """Return true scores n × (constructs + 1), SD 1; the last column is everybody's own tendency to agree."""
    drawn = _rng(world, number, LATENT).standard_normal((n, len(constructs) + 2))
    common, own = drawn[:, :1], drawn[:, 1:]
    places = {construct.key: place for place, construct in enumerate(constructs)}
    bad = {construct.key: 1 if construct.direction == "higher_is_worse" else -1 for construct in constructs}
    causes = [places[construct.key] for construct in constructs if construct.group == "cause"]
    own[:, causes] = (np.sqrt(world.cause_correlation) * common
                      + np.sqrt(1 - world.cause_correlation) * own[:, causes])
    for problem in dict.fromkeys(problem for _, problem in links):
        weights = {cause: weight for (cause, of), weight in links.items() if of == problem and cause in places}
        if weights and problem in places:
            explained = sum(weight * own[:, places[cause]] for cause, weight in weights.items())
            own[:, places[problem]] = (explained + np.sqrt(1 - _explained_variance(weights, world.cause_correlation))
                                       * own[:, places[problem]])
    if world.mood:
        mood = _rng(world, number, MOOD).standard_normal(n)
        for construct, place in places.items():
            own[:, place] = np.sqrt(1 - world.mood**2) * own[:, place] + bad[construct] * world.mood * mood
    return own


def _explained_variance(weights: Mapping[str, float], cause_correlation: float) -> float:
    """Return what a problem's causes explain of its variance; they correlate with each other alike."""
    own = sum(weight**2 for weight in weights.values())
    return own + cause_correlation * (sum(weights.values())**2 - own)


def _offsets(places: list[tuple[int, Construct, Item]], world: World, number: int) -> Numbers:
    """Return by how much each item is easier to agree with than its scale; the offsets of a scale sum to 0."""
    drawn = _rng(world, number, OFFSETS).normal(0, world.item_offset_sd, len(places))
    owner = np.array([place for place, _, _ in places], dtype=int)
    if len(owner):
        drawn -= (np.bincount(owner, drawn) / np.maximum(np.bincount(owner), 1))[owner]
    return drawn


def _answers(instrument: Instrument, world: World, construct: Construct, item: Item, mean: float,
             drawn: tuple[Numbers, Numbers, Numbers]) -> Numbers:
    """Return everybody's ticks: true score, the item's own noise, turned where reverse, and the tendency to agree."""
    score, noise, style = drawn
    scale = instrument.scale(item.scale or "")
    center, stretch, noise_sd = _place(instrument, world, construct, item, mean)
    content = center + stretch * (world.score_sd * score + noise_sd * noise)
    keyed = scale.low + scale.high - content if item.is_reverse else content
    return np.clip(np.floor(keyed + stretch * style + 0.5), scale.low, scale.high)


def _place(instrument: Instrument, world: World, construct: Construct, item: Item,
           mean: float) -> tuple[float, float, float]:
    """Return where an item lies before rounding, points of its scale for one of five, and the SD of its own noise."""
    scale = instrument.scale(item.scale or "")
    stretch = (scale.high - scale.low) / (FIVE_POINTS[1] - FIVE_POINTS[0])
    reliability = world.reliabilities.get(construct.key, world.reliability)
    noise_sd = _noise_sd(reliability, len(_items(instrument, construct)), world.score_sd, world.style_sd,
                         (scale.low, scale.high))
    sd = float(np.hypot(world.score_sd, noise_sd)) * stretch
    # Rounded, so that offsets of many surveys share the search for the mean before rounding.
    center = latent_mean(round(on_scale(mean, scale.low, scale.high), 2), round(sd, 4), scale.low, scale.high)
    return center, stretch, noise_sd


@lru_cache(maxsize=256)
def _noise_sd(reliability: float, k: int, score_sd: float, style_sd: float, ends: tuple[int, int]) -> float:
    """Return the SD of an item's own noise, on five points, with which k ticked items have this alpha."""
    below, above = LEAST_NOISE, MOST_NOISE
    for _ in range(STEPS):
        middle = (below + above) / 2
        if _ticked_alpha(middle, k, score_sd, style_sd, ends) > reliability:
            below = middle
        else:
            above = middle
    return (below + above) / 2


@lru_cache(maxsize=1)
def _nodes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return places and weights that integrate over a normal variable."""
    points, weights = np.polynomial.hermite_e.hermegauss(NODES)
    return points, weights / weights.sum()


def _ticked_alpha(noise_sd: float, k: int, score_sd: float, style_sd: float, ends: tuple[int, int]) -> float:
    """Return alpha of k items ticked in whole points, yes-saying counted as noise.

    Two items covary by what their ticks have in common, the mean tick given the true score.
    """
    low, high = ends
    stretch = (high - low) / (FIVE_POINTS[1] - FIVE_POINTS[0])
    own, whole = float(np.hypot(noise_sd, style_sd)) * stretch, float(np.hypot(score_sd, np.hypot(noise_sd, style_sd)))
    center = latent_mean(on_scale(USUAL_MEAN, low, high), round(whole * stretch, 4), low, high)
    points, weights = _nodes()
    steps = np.arange(low + 1, high + 1)
    reached = ndtr((center + score_sd * stretch * points[:, None] - steps + 0.5) / own)
    ticks, squares = low + reached.sum(axis=1), low**2 + reached @ (2 * steps - 1)
    mean = weights @ ticks
    shared, variance = weights @ ticks**2 - mean**2, weights @ squares - mean**2
    return float(k * shared / (variance + (k - 1) * shared))


def _rng(world: World, number: int, stream: int) -> np.random.Generator:
    return np.random.default_rng([world.seed, number, stream])


def _items(instrument: Instrument, construct: Construct) -> tuple[Item, ...]:
    return tuple(item for item in instrument.items_of_construct(construct.key) if item.kind == "rating" and item.scale)
