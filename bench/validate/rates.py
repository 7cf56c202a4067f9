"""Counts of many studies turned into rates with Monte Carlo intervals, held against the limits set beforehand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Counts = dict[str, int]
Z = 1.959964            # 95 %
ALL_SIZES = (60, 80, 120, 250, 350, 500)
RANDOM = ("random",)


@dataclass(frozen=True)
class Rate:
    """A share of cases over studies, with its 95 % interval; value None where there was no case."""

    value: float | None
    low: float
    high: float
    n_studies: int


@dataclass(frozen=True)
class Limit:
    """The least or most a rate may be, and where that holds."""

    least: float | None = None
    most: float | None = None
    sizes: tuple[int, ...] = ALL_SIZES
    settings: tuple[str, ...] | None = None     # None: all

    def holds_for(self, setting: str, n: int) -> bool:
        return n in self.sizes and (self.settings is None or setting in self.settings)

    def verdict(self, rate: Rate) -> str:
        """Return met or missed, and in brackets whether chance could have turned it."""
        if rate.value is None:
            return ""
        is_met = (self.least is None or rate.value >= self.least) and (self.most is None or rate.value <= self.most)
        bound = self.least if self.least is not None else self.most
        is_open = bound is not None and rate.low <= bound <= rate.high
        return ("met" if is_met else "MISSED") + (" (open)" if is_open else "")


@dataclass(frozen=True)
class Figure:
    """A column of the table: from the counts of one study its cases and how many of them hold."""

    name: str
    part: Callable[[Counts], tuple[float, float]]     # cases that hold, cases
    limits: tuple[Limit, ...] = ()


def _share(holding: str, of: str) -> Callable[[Counts], tuple[float, float]]:
    return lambda counts: (counts[holding], counts[of])


def _false_share(false: str, declared: str) -> Callable[[Counts], tuple[float, float]]:
    """Return the study's own share of false findings, 0 where it found nothing: the false discovery rate's parts."""
    return lambda counts: (counts[false] / max(counts[declared], 1), 1)


FIGURES = (
    Figure("problems found", _share("found", "there"), (Limit(least=0.95, sizes=(120, 250), settings=RANDOM),)),
    Figure("false problems", _false_share("false", "declared"),
           (Limit(most=0.05, sizes=(120, 250), settings=("random", "careless", "halo", "weak", "correlated",
                                                         "unreliable")),)),
    Figure("any false problem", lambda counts: (counts["false"] > 0, 1),
           (Limit(most=0.05, settings=("null",)), Limit(most=0.10, settings=("yes-saying",)))),
    Figure("links found", _share("links_found", "linked"),
           (Limit(least=0.75, sizes=(250,), settings=RANDOM), Limit(least=0.92, sizes=(500,), settings=RANDOM))),
    Figure("false links", _false_share("links_false", "links_declared"), (Limit(most=0.05),)),
    Figure("links of no weight", _false_share("links_too_weak", "links_declared")),
    Figure("means covered", _share("means_held", "means")),
    Figure("links covered", _share("betas_held", "betas")),
    Figure("careless found", _share("careless_found", "careless"),
           (Limit(least=0.80, sizes=(60,), settings=("careless",)),
            Limit(least=0.85, sizes=(250,), settings=("careless",)))),
    Figure("honest excluded", _share("honest_excluded", "honest"), (Limit(most=0.01),)),
)
CARELESS = tuple(Figure(f"{way}, {pace}", _share(f"{way}_{pace}_found", f"{way}_{pace}"))
                 for way in ("straight", "any", "inner") for pace in ("hurried", "unhurried"))
STAGES = Figure("stages right", _share("staged_right", "staged"), (Limit(least=0.97, sizes=(0,)),))


def rate_of(figure: Figure, studies: Sequence[Counts]) -> Rate:
    """Return the share over all cases of all studies.

    The interval is Wilson's for as many independent cases as the studies are worth: cases of one study go together,
    so their number is divided by the design effect, the variance by study over that of independent cases (never
    below 1; where all cases are alike nothing is known of it, and it is 1).
    """
    parts = np.array([figure.part(counts) for counts in studies], dtype=float).reshape(-1, 2)
    held, cases = parts[:, 0], parts[:, 1]
    if not cases.sum():
        return Rate(None, 0.0, 1.0, len(studies))
    share = float(held.sum() / cases.sum())
    plain = share * (1 - share) / cases.sum()
    studies_used = int((cases > 0).sum())
    by_study = (float(((held - share * cases)**2).sum()) / cases.sum()**2 * studies_used / max(studies_used - 1, 1))
    n = float(cases.sum()) / (max(1.0, by_study / plain) if plain else 1.0)
    center, spread = (share + Z**2 / (2 * n)) / (1 + Z**2 / n), Z / (1 + Z**2 / n)
    half = spread * float(np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)))
    return Rate(share, max(0.0, center - half), min(1.0, center + half), len(studies))


def judged(figure: Figure, setting: str, n: int, studies: Sequence[Counts]) -> tuple[str, str]:
    """Return the cell of the table, and the verdict where a limit holds."""
    rate = rate_of(figure, studies)
    if rate.value is None:
        return "–", ""
    verdict = next((limit.verdict(rate) for limit in figure.limits if limit.holds_for(setting, n)), "")
    return f"{rate.value:.3f} [{rate.low:.3f}, {rate.high:.3f}]", verdict
