"""The rules by which worlds of a validation are drawn. They were fixed before the first run, and no run changed them.

Whatever a template calls its problems and causes: what is drawn depends on the groups of its constructs alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from instruments.schema import Instrument
from surveyapp.sample.worlds import Pair, World

MIDDLE: Final = 3.0         # of five points: no more people agree than disagree
# Smallest difference of interest of the model (section 5). A problem is there when its mean lies more than this above
# the middle, not there at or below the middle; what lies between counts as neither.
MARGIN: Final = 0.25

# What a random world is drawn from, evenly between two ends.
MEANS: Final = (2.0, 4.0)                   # of problems and causes
OTHER_MEANS: Final = (2.5, 4.0)             # of the situation, outcomes, experience
LINKS: Final = (0.25, 0.50)
N_CAUSES: Final = {0: 0.25, 1: 0.50, 2: 0.25}   # causes a problem has → how likely
RELIABILITIES: Final = (0.65, 0.90)         # of each scale its own
CAUSE_CORRELATIONS: Final = (0.0, 0.50)
MOODS: Final = (0.0, 0.40)                  # method variance: up to .16 of every true score
STYLE_MEANS: Final = (-0.10, 0.40)          # yes-saying, points of five
STYLE_SD: Final = 0.25

# What the named settings change in a random world.
STRONG_STYLE: Final = (0.50, 0.40)          # mean and SD of yes-saying: lifts four items with one reverse by .25
STRONG_MOOD: Final = 0.55                   # .30 of every true score is one mood
SHARE_CARELESS: Final = 0.25
WEAK_MEANS: Final = (3.05, 3.40)            # of a problem that is there, with even chance; else as in LOW_MEANS
LOW_MEANS: Final = (2.0, 3.0)
WEAK_LINK: Final = 0.25
HIGH_CORRELATION: Final = 0.65
LOW_RELIABILITY: Final = 0.45

_DRAWING, _CHANGING = 101, 102              # streams of a world, apart from those of its surveys


@dataclass(frozen=True)
class Setting:
    """A kind of world: how one is drawn, and the share of respondents who do not read."""

    change: Callable[[World, Instrument, np.random.Generator], World]
    share_careless: float = 0.0


def world_of(name: str, instrument: Instrument, seed: int, number: int) -> World:
    """Return world `number` of a setting; the same number is the same random world under all settings."""
    drawn = _random_world(instrument, np.random.default_rng([seed, number, _DRAWING]), seed)
    return SETTINGS[name].change(drawn, instrument, np.random.default_rng([seed, number, _CHANGING]))


def is_there(mean: float) -> bool | None:
    """Return whether a problem of that mean is there; None when it lies too near the middle to say."""
    return False if mean <= MIDDLE else True if mean > MIDDLE + MARGIN else None


def _random_world(instrument: Instrument, rng: np.random.Generator, seed: int) -> World:
    judged = _keys(instrument, "problem", "cause")
    means = {construct.key: float(rng.uniform(*(MEANS if construct.key in judged else OTHER_MEANS)))
             for construct in instrument.constructs}
    reliabilities = {construct.key: float(rng.uniform(*RELIABILITIES)) for construct in instrument.constructs}
    links = _random_links(instrument, rng)
    return World(
        links=links, means=means, reliabilities=reliabilities, mood=float(rng.uniform(*MOODS)),
        cause_correlation=float(rng.uniform(*CAUSE_CORRELATIONS)), style_mean=float(rng.uniform(*STYLE_MEANS)),
        style_sd=STYLE_SD, seed=seed)


def _random_links(instrument: Instrument, rng: np.random.Generator) -> dict[Pair, float]:
    links: dict[Pair, float] = {}
    causes = _keys(instrument, "cause")
    for problem in _keys(instrument, "problem"):
        wanted = int(rng.choice(list(N_CAUSES), p=list(N_CAUSES.values())))
        for place in rng.permutation(len(causes))[:wanted]:
            links[causes[place], problem] = float(rng.uniform(*LINKS))
    return links


def _keys(instrument: Instrument, *groups: str) -> list[str]:
    return [construct.key for construct in instrument.constructs if construct.group in groups]


# ---- the settings ---------------------------------------------------------------------------------------------------
def _as_drawn(world: World, _instrument: Instrument, _rng: np.random.Generator) -> World:
    return world


def _nothing(world: World, instrument: Instrument, _rng: np.random.Generator) -> World:
    """Return the world with every problem and cause exactly at the middle, where a false alarm is likeliest."""
    middle = dict.fromkeys(_keys(instrument, "problem", "cause"), MIDDLE)
    return replace(world, means={**world.means, **middle}, links={}, style_mean=0.0)


def _yes_saying(world: World, instrument: Instrument, rng: np.random.Generator) -> World:
    style_mean, style_sd = STRONG_STYLE
    return replace(_nothing(world, instrument, rng), style_mean=style_mean, style_sd=style_sd)


def _halo(world: World, _instrument: Instrument, _rng: np.random.Generator) -> World:
    return replace(world, mood=STRONG_MOOD)


def _weak(world: World, instrument: Instrument, rng: np.random.Generator) -> World:
    means = {key: float(rng.uniform(*(WEAK_MEANS if rng.random() < 0.5 else LOW_MEANS)))     # noqa: PLR2004 - a coin
             for key in _keys(instrument, "problem")}
    return replace(world, means={**world.means, **means}, links=dict.fromkeys(world.links or {}, WEAK_LINK))


def _correlated(world: World, _instrument: Instrument, _rng: np.random.Generator) -> World:
    return replace(world, cause_correlation=HIGH_CORRELATION)


def _complete(world: World, _instrument: Instrument, _rng: np.random.Generator) -> World:
    """Return the world with nobody who leaves a rating blank: as many rows for the links as people."""
    return replace(world, share_missing=0.0)


def _unreliable(world: World, _instrument: Instrument, _rng: np.random.Generator) -> World:
    return replace(world, reliabilities=dict.fromkeys(world.reliabilities, LOW_RELIABILITY))


SETTINGS: Final[Mapping[str, Setting]] = {
    "random": Setting(_as_drawn),
    "null": Setting(_nothing),
    "yes-saying": Setting(_yes_saying),
    "careless": Setting(_as_drawn, SHARE_CARELESS),
    "halo": Setting(_halo),
    "weak": Setting(_weak),
    "correlated": Setting(_correlated),
    "unreliable": Setting(_unreliable),
    "complete": Setting(_complete),
}
