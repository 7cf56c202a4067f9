"""What the analyses of units need to know of the people in them: sizes, means, and the spread within."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.errors import NoVariation, TooFewData
from analysis.quant.groups.samples import Samples

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class UnitSums:
    """Sizes and means of J units, and the sum of squares within them; all that the models need."""

    keys: tuple[str, ...]
    sizes: Numbers
    means: Numbers
    within: float

    @property
    def n(self) -> int:
        return int(self.sizes.sum())

    @property
    def n_units(self) -> int:
        return len(self.keys)

    @property
    def mean_size(self) -> float:
        """The size by which unequal units act like equal ones."""
        n = self.sizes.sum()
        return float((n - (self.sizes**2).sum() / n) / (self.n_units - 1))

    @property
    def mean_squares(self) -> tuple[float, float]:
        """Mean squares between and within units."""
        grand = float(self.sizes @ self.means / self.n)
        between = float(self.sizes @ (self.means - grand) ** 2) / (self.n_units - 1)
        return between, self.within / (self.n - self.n_units)


def unit_sums(samples: Samples, place: str = "units") -> UnitSums:
    """Return sizes, means and the spread within of the units of a sample.

    Parameters
    ----------
    samples : Samples
        Values by unit; a unit may have one person.
    place : str
        Words for messages.

    Returns
    -------
    UnitSums
        In the order of the keys.

    Raises
    ------
    TooFewData
        When no unit has two people.
    NoVariation
        When people of the same unit never differ.
    """
    sums = UnitSums(samples.keys, samples.sizes, samples.means, float((samples.sizes - 1) @ samples.variances))
    if sums.n <= sums.n_units:
        raise TooFewData(place, "no unit has two people.", "Join units, or leave the analysis out.", sums.n)
    if sums.within <= 0:
        raise NoVariation(place, "people of the same unit never differ.", "The score is the unit's: compare units.")
    return sums
