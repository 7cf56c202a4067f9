"""Who is in which group, and with what value? The checked ground of every comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import NoVariation, TableError, TooFewData
from analysis.quant.intervals import mean_interval
from analysis.results.groups import GroupMean

Numbers = NDArray[np.float64]

SMALL_GROUP = 10            # below this a t interval leans on normal scores more than on the data
LEAST_VALUES = 2            # a spread needs two values
MOST_PAIRED = 30            # groups beyond which pairs are not listed: 435 already
CONSTANT_RELATIVE_SD = 1e-10    # below this share of its size a spread is rounding, not variation


@dataclass(frozen=True)
class Samples:
    """Values by group; keys are sorted as numbers where all are numbers, otherwise as words."""

    outcome: str
    group: str
    keys: tuple[str, ...]
    values: tuple[Numbers, ...]
    n_left_out: int

    @property
    def n(self) -> int:
        return sum(len(sample) for sample in self.values)

    @property
    def sizes(self) -> Numbers:
        return np.array([len(sample) for sample in self.values], dtype=float)

    @property
    def means(self) -> Numbers:
        return np.array([sample.mean() for sample in self.values])

    @property
    def variances(self) -> Numbers:
        return np.array([_variance(sample) for sample in self.values])


def samples_of(values: pd.Series, groups: pd.Series, *, place: str = "comparison",
               minimum: int = LEAST_VALUES) -> Samples:
    """Return the values of each group.

    Parameters
    ----------
    values : pandas.Series (n,)
        Numbers; missing = NaN. A person without a value or a group is left out and counted.
    groups : pandas.Series (n,)
        Group of each row of `values`, in the same order; missing or empty = not stated.
    place : str
        Words for messages.
    minimum : int
        Fewest values a group needs.

    Returns
    -------
    Samples
        At least two groups with `minimum` values each.

    Raises
    ------
    TableError
        When the values are not numbers, hold an infinite one, or are as many as the groups are not.
    TooFewData
        When fewer than two groups have a value, or one of them has fewer than `minimum`.
    NoVariation
        When nobody differs from anybody.
    """
    x, (codes, names) = _numbers(values, place), _coded(groups)
    if len(x) != len(codes):
        raise TableError(place, f"{len(x)} values and {len(codes)} groups do not fit.", "Give one group to each value.")
    places = np.flatnonzero((codes >= 0) & np.isfinite(x))
    sizes = np.bincount(codes[places], minlength=len(names))
    parts = np.split(x[places[np.argsort(codes[places], kind="stable")]], np.cumsum(sizes)[:-1])
    found = tuple(part for part in parts if len(part))
    names = tuple(name for name, n in zip(names, sizes, strict=True) if n)
    if len(names) < 2:  # noqa: PLR2004 - a comparison needs two groups
        raise TooFewData(place, f"{len(names)} groups have values.", "Compare at least two.", len(places))
    for name, sample in zip(names, found, strict=True):
        if len(sample) < minimum:
            raise TooFewData(f"{place}, group {name!r}", f"{len(sample)} values are too few.",
                             f"Each group needs {minimum}; leave it out or join it with another.", len(sample))
    everything = np.concatenate(found)
    if everything.std() <= CONSTANT_RELATIVE_SD * max(float(np.abs(everything).max()), 1e-300):
        raise NoVariation(place, "everybody has the same value.", "There is nothing to compare.")
    return Samples(str(values.name), str(groups.name), names, found, len(x) - len(places))


def labels_of(groups: pd.Series) -> list[str | None]:
    """Return group names as words, None where none is stated.

    Parameters
    ----------
    groups : pandas.Series (n,)
        Words or numbers; whole numbers lose their point.

    Returns
    -------
    list of str or None
        One a row.
    """
    codes, uniques = pd.factorize(groups)
    names = [_label(value) for value in uniques]
    return [names[code] if code >= 0 else None for code in codes.tolist()]


def _coded(groups: pd.Series) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the place of each row's group among the ordered names, -1 = not stated, and the names."""
    codes, uniques = pd.factorize(groups)
    labels = [_label(value) for value in uniques]
    names = ordered_labels(labels)
    place = {name: i for i, name in enumerate(names)}
    known = np.array([-1 if label is None else place[label] for label in labels] + [-1], dtype=np.int64)
    return known[codes], names


def ordered_labels(labels: list[Any]) -> tuple[str, ...]:
    """Return the distinct labels, as numbers where all are numbers.

    Parameters
    ----------
    labels : list of str or None
        Names of groups.

    Returns
    -------
    tuple of str
        None is left out.
    """
    names = {label for label in labels if label is not None}
    try:
        return tuple(sorted(names, key=lambda name: (float(name), name)))
    except ValueError:
        return tuple(sorted(names))


def group_summaries(samples: Samples, confidence: float = 0.95) -> tuple[GroupMean, ...]:
    """Return size, mean, spread and median of each group.

    Parameters
    ----------
    samples : Samples
        Values by group.
    confidence : float
        Coverage of the t interval of each mean.

    Returns
    -------
    tuple of GroupMean
        In the order of the keys.
    """
    return tuple(GroupMean(key, len(sample), mean_interval(sample, confidence),
                           float(np.sqrt(_variance(sample))) if len(sample) > 1 else None, float(np.median(sample)))
                 for key, sample in zip(samples.keys, samples.values, strict=True))


def sample_warnings(samples: Samples) -> tuple[str, ...]:
    """Return what should be known before the groups are compared.

    Parameters
    ----------
    samples : Samples
        Values by group.

    Returns
    -------
    tuple of str
        `left_out` (rows without value or group), `small_groups` (fewer than `SMALL_GROUP` people),
        `constant_group` (a group in which all have the same value), `too_many_pairs` (more than `MOST_PAIRED` groups:
        pairs are not listed).
    """
    found = []
    if samples.n_left_out:
        found.append("left_out")
    if samples.sizes.min() < SMALL_GROUP:
        found.append("small_groups")
    if (samples.variances <= 0).any():
        found.append("constant_group")
    if len(samples.keys) > MOST_PAIRED:
        found.append("too_many_pairs")
    return tuple(found)


def _numbers(values: pd.Series, place: str) -> Numbers:
    if not pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_complex_dtype(values.dtype):
        raise TableError(f"{place}, column {str(values.name)!r}", "holds something other than numbers.",
                         "Code its answers as numbers and leave missing ones empty.")
    x: Numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isinf(x).any():
        row = int(np.flatnonzero(np.isinf(x))[0])
        raise TableError(f"{place}, column {str(values.name)!r}, row {row + 1}", "holds an infinite value.",
                         "Mend it or leave it empty.")
    return x


def _variance(sample: Numbers) -> float:
    """Return the variance (ddof 1), exactly 0 where the spread is only rounding."""
    if len(sample) < LEAST_VALUES:
        return 0.0
    spread = float(sample.var(ddof=1))
    return 0.0 if np.sqrt(spread) <= CONSTANT_RELATIVE_SD * float(np.abs(sample).max()) else spread


def _label(value: Any) -> str | None:
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    text = str(value).strip()
    return text or None
