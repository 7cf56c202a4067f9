"""A whole survey out of a world: what draws of `worlds` leave out – order and time, attention items, those who skim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from instruments.schema import AnswerScale, Instrument, Item
from surveyapp.sample.worlds import Numbers, Pair, World, draw_answers

SECONDS: Final = 5.5                # a rating item takes somebody who reads it, in the middle
HURRIED_SECONDS: Final = 0.9        # and somebody who does not care
PACE_SD: Final = 0.30               # of the logarithm, between people
SHARE_HURRIED: Final = 0.5          # of the careless; the others take their time over something else
ATTENTION_PASSED: Final = 0.97      # by those who read
# The careless, in equal parts: one point all the way, any point at random, any but the ends.
STRAIGHT, ANY, INNER = range(3)
READS = -1
PLACES, CARELESS, ORDER, TIMES = 11, 12, 13, 14     # streams, apart from those of `worlds`


@dataclass(frozen=True)
class Survey:
    """Raw answers n × rating items (NaN = none), places in the order shown, seconds, and the truth about all."""

    items: tuple[str, ...]
    values: Numbers
    positions: Numbers
    seconds: Numbers
    ways: NDArray[np.int8]              # STRAIGHT, ANY, INNER, or READS; truth, as are all that follow
    is_hurried: NDArray[np.bool_]
    links: frozenset[Pair]
    means: dict[str, float]

    @property
    def is_careless(self) -> NDArray[np.bool_]:
        return np.asarray(self.ways != READS)


def draw_survey(instrument: Instrument, world: World, n: int, number: int, share_careless: float = 0.0) -> Survey:
    """Return survey `number` of n respondents, of whom that share does not read what it ticks."""
    drawn = draw_answers(instrument, world, n, number)
    own = {key: drawn.values[:, place] for place, key in enumerate(drawn.items)}
    items = [item for item in instrument.items if item.kind == "rating" and item.scale]
    rng = np.random.default_rng([world.seed, number, PLACES])
    values = np.column_stack([own[item.key] if item.key in own else _single(instrument, item, n, rng)
                              for item in items])
    rng = np.random.default_rng([world.seed, number, CARELESS])
    is_careless = np.zeros(n, dtype=bool)
    is_careless[rng.permutation(n)[:round(share_careless * n)]] = True
    is_hurried = is_careless & (rng.random(n) < SHARE_HURRIED)
    positions = _positions(instrument, items, n, np.random.default_rng([world.seed, number, ORDER]))
    ways = np.full(n, READS, dtype=np.int8)
    for person in np.flatnonzero(is_careless):
        ways[person], values[person] = _careless_row(instrument, items, rng)
    rng = np.random.default_rng([world.seed, number, TIMES])
    seconds = (np.where(is_hurried, HURRIED_SECONDS, SECONDS) * len(items) * rng.lognormal(0, PACE_SD, n))
    return Survey(tuple(item.key for item in items), values, positions, seconds, ways, is_hurried,
                  drawn.links, dict(drawn.means))


def _single(instrument: Instrument, item: Item, n: int, rng: np.random.Generator) -> Numbers:
    """Return ticks of an item without a scale of its own: the attention item as asked, others around the middle."""
    scale = instrument.scale(item.scale or "")
    if item.role == "attention" and item.expected:
        wrong = [point.value for point in scale.points if point.value not in item.expected]
        passed = rng.random(n) < ATTENTION_PASSED
        return np.where(passed, float(item.expected[0]), rng.choice(wrong or list(item.expected), n))
    middle, spread = (scale.low + scale.high) / 2, (scale.high - scale.low) / 4
    return np.clip(np.floor(rng.normal(middle, spread, n) + 0.5), scale.low, scale.high)


def _careless_row(instrument: Instrument, items: list[Item], rng: np.random.Generator) -> tuple[int, Numbers]:
    """Return a careless person's way of ticking and the ticks."""
    way, share = int(rng.integers(3)), rng.random()
    return way, np.array([_careless_tick(instrument.scale(item.scale or ""), way, share, rng) for item in items])


def _careless_tick(scale: AnswerScale, way: int, share: float, rng: np.random.Generator) -> float:
    points = [point.value for point in scale.points]
    if way == STRAIGHT:
        return float(points[int(share * len(points))])
    inner = points[1:-1] if way == INNER and len(points) > 2 else points    # noqa: PLR2004 - two ends
    return float(rng.choice(inner))


def _positions(instrument: Instrument, items: list[Item], n: int, rng: np.random.Generator) -> Numbers:
    """Return each item's place in the order shown to each; in shuffled sections the order is one's own."""
    keys = [[item.key for item in instrument.items_of_section(section.key)] for section in instrument.sections]
    column = {item.key: place for place, item in enumerate(items)}
    positions, start = np.full((n, len(items)), np.nan), 0
    for section, shown in zip(instrument.sections, keys, strict=True):
        columns = [column[key] for key in shown if key in column]
        order = np.tile(np.arange(len(columns)), (n, 1))
        positions[:, columns] = start + (rng.permuted(order, axis=1) if section.is_shuffled else order)
        start += len(columns)
    return positions
