"""What do the data say? Moments of each group: of complete rows at once, of rows with gaps pattern by pattern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.errors import NoVariation, TableError, TooFewData
from analysis.quant.correlations import CONSTANT_RELATIVE_SD, Array, item_matrix
from analysis.quant.em import em_moments
from analysis.quant.sem.ram import Index

Missing = Literal["listwise", "fiml"]
SMALLEST_EIGENVALUE = 1e-10         # of the correlations; at or below it items determine one another
SHARE_IN_DEPENDENCE = 0.05          # weight in the null direction from which a variable takes part
FEWEST = 2
BLOCK_ROWS = 65_536                 # moments are summed in blocks, so that no second table is held


@dataclass(frozen=True)
class Pattern:
    """Rows of one group in which the same variables are answered; moments have divisor n."""

    seen: Index
    n: int
    mean: Array
    cov: Array
    rows: Array | None = None           # (n, len(seen)), absent where only moments are known
    is_complete: bool = False
    places: Index | None = None         # where the rows stand in the table


@dataclass(frozen=True)
class GroupSample:
    """The data of one group."""

    label: str
    n: int
    patterns: tuple[Pattern, ...]
    mean: Array                         # of the saturated model: sample moments, or EM estimates with gaps
    cov: Array

    @property
    def is_complete(self) -> bool:
        """Return whether no answer is missing."""
        return len(self.patterns) == 1 and self.patterns[0].is_complete

    def available_moments(self) -> tuple[Array, Array]:
        """Return means (p,) of the available answers and their covariances by pairs of variables, divisor n."""
        if self.is_complete:
            return self.mean.copy(), self.cov.copy()
        X = np.full((self.n, len(self.mean)), np.nan)
        start = 0
        for pattern in self.patterns:
            X[start:start + pattern.n, pattern.seen] = pattern.rows
            start += pattern.n
        return np.nanmean(X, axis=0), pd.DataFrame(X).cov().to_numpy() * (self.n - 1) / self.n


@dataclass(frozen=True)
class Sample:
    """The data of all groups; `dropped` rows had a gap (listwise) or no answer at all (fiml)."""

    names: tuple[str, ...]
    groups: tuple[GroupSample, ...]
    missing: Missing
    dropped: int = 0
    has_rows: bool = True

    @property
    def n(self) -> int:
        """Return the number of respondents of all groups."""
        return sum(group.n for group in self.groups)


def sample_of(data: pd.DataFrame, names: Sequence[str], *, group: str | None = None, missing: Missing = "listwise",
              exogenous: Sequence[str] = (), place: str = "model") -> Sample:
    """Return the moments of a table of answers.

    Parameters
    ----------
    data : DataFrame
        One row a respondent; missing = NaN.
    names : sequence of str
        Observed variables of the model, in its order.
    group : str, optional
        Column that parts the respondents; groups come in order of first appearance.
    missing : {"listwise", "fiml"}
        Listwise: rows with a gap do not count. fiml: every row with an answer counts; rows with a gap in a predictor
        held at the sample's moments (`exogenous`) do not.

    Returns
    -------
    Sample
        With divisor n; under fiml the saturated moments are EM estimates.

    Raises
    ------
    TableError, TooFewData, NoVariation
        With place, reason and remedy.
    """
    for name in [*names, *([group] if group else [])]:
        if name not in data.columns:
            raise TableError(place, f"column {name!r} is not in the data.", "Mend the model or the file.")
    X = item_matrix(data[list(names)], place)
    if np.isinf(X).any():
        raise TableError(place, "an answer is infinite.", "Replace it or leave it empty.")
    kept = _kept_rows(X, names, missing, exogenous)
    members = _members(data, group, kept, place)
    groups = tuple(group_sample(label, X if len(rows) == len(X) else X[rows], names,
                                f"{place}, group {label!r}" if group else place, rows)
                   for label, rows in members.items())
    return Sample(tuple(names), groups, missing, len(X) - sum(map(len, members.values())))


def _members(data: pd.DataFrame, group: str | None, kept: np.ndarray, place: str) -> dict[str, Index]:
    """Return the rows of each group, in order of first appearance."""
    if group is None:
        members = {"": np.flatnonzero(kept)}
    else:
        usable = kept & data[group].notna().to_numpy()
        labels = data[group].astype(str)
        members = {value: np.flatnonzero(usable & (labels == value).to_numpy())
                   for value in dict.fromkeys(labels[usable])}
    if not sum(map(len, members.values())):
        raise TooFewData(place, "no row can be used: each has a gap.", "Use missing: fiml, or leave a variable out.", 0)
    if group and len(members) < FEWEST:
        raise TooFewData(place, f"column {group!r} holds one group only.", "Name a column with two or more.",
                         sum(map(len, members.values())))
    return members


def _kept_rows(X: Array, names: Sequence[str], missing: Missing, exogenous: Sequence[str]) -> np.ndarray:
    gaps = np.isnan(X)
    if missing == "listwise":
        return np.asarray(~gaps.any(axis=1))
    held = [at for at, name in enumerate(names) if name in exogenous]
    return np.asarray(~gaps.all(axis=1) & ~gaps[:, held].any(axis=1))


def group_sample(label: str, X: Array, names: Sequence[str], place: str, places: Index | None = None) -> GroupSample:
    """Return the data of one group.

    Parameters
    ----------
    label : str
        Name of the group.
    X : array (n, p)
        Its rows, missing = NaN.
    names : sequence of str
        Variables.
    place : str
        Words for messages.
    places : array (n,), optional
        Where the rows stand in the table.

    Returns
    -------
    GroupSample
        With EM moments where there are gaps.
    """
    n, p = X.shape
    if n <= p:
        raise TooFewData(place, f"{n} row(s) for {p} variables; more rows than variables are needed.",
                         "Collect more answers, or measure fewer variables.", n)
    _check_each_varies(X, names, place)
    patterns = _patterns(X, np.arange(n) if places is None else places)
    if len(patterns) == 1 and patterns[0].is_complete:
        mean, cov = patterns[0].mean, patterns[0].cov
    else:
        estimated = em_moments(X, place=place)
        mean, cov = estimated.mean, estimated.cov
    check_full_rank(cov, names, place)
    return GroupSample(label, n, patterns, mean, cov)


def _check_each_varies(X: Array, names: Sequence[str], place: str) -> None:
    counts = len(X) - np.isnan(X).sum(axis=0)
    for name, count in zip(names, counts.tolist(), strict=True):
        if count < FEWEST:
            raise TooFewData(f"{place}, variable {name!r}", f"{count} answer(s).", "Leave it out.", count)
    low, high = np.fmin.reduce(X, axis=0), np.fmax.reduce(X, axis=0)
    flat = high - low <= CONSTANT_RELATIVE_SD * np.maximum(1.0, np.abs(high))
    for name in [name for name, is_flat in zip(names, flat, strict=True) if is_flat]:
        raise NoVariation(f"{place}, variable {name!r}", "all answers are the same.", "Leave it out.")


def check_full_rank(cov: Array, names: Sequence[str], place: str) -> None:
    """Refuse variables that determine one another.

    Parameters
    ----------
    cov : array (p, p)
        Covariances.
    names : sequence of str
        Their variables.
    place : str
        Words for messages.

    Raises
    ------
    NoVariation
        Naming the variables that take part.
    """
    spread = np.sqrt(np.maximum(cov.diagonal(), np.finfo(float).tiny))
    values, vectors = np.linalg.eigh(cov / np.outer(spread, spread))
    if values[0] <= SMALLEST_EIGENVALUE:
        part = [name for name, weight in zip(names, np.abs(vectors[:, 0]), strict=True) if weight > SHARE_IN_DEPENDENCE]
        raise NoVariation(place, f"{', '.join(part)} determine one another: the covariances have no inverse.",
                          "Leave one of them out.")


def _patterns(X: Array, places: Index) -> tuple[Pattern, ...]:
    answered = ~np.isnan(X)
    if answered.all():
        return (_pattern(X, np.arange(X.shape[1]), places, is_complete=True),)
    codes, where = np.unique(answered, axis=0, return_inverse=True)
    found = []
    for at, code in enumerate(codes):
        seen = np.flatnonzero(code)
        if len(seen):
            own = where.ravel() == at
            found.append(_pattern(X[own][:, seen], seen, places[own], is_complete=len(seen) == X.shape[1]))
    return tuple(found)


def _pattern(rows: Array, seen: Index, places: Index, *, is_complete: bool) -> Pattern:
    n, mean = len(rows), rows.mean(axis=0)
    cov = np.zeros((len(mean), len(mean)))
    for start in range(0, n, BLOCK_ROWS):
        centred = rows[start:start + BLOCK_ROWS] - mean
        cov += centred.T @ centred
    return Pattern(seen, n, mean, cov / n, rows, is_complete, places)


def moments_sample(names: Sequence[str], cov: Array, n: int, mean: Array | None = None, *,
                   divisor: Literal["n", "n-1"] = "n-1", place: str = "model") -> Sample:
    """Return a sample of which only the moments are known.

    Parameters
    ----------
    names : sequence of str
        Variables.
    cov : array (p, p)
        Covariances or correlations.
    n : int
        Respondents.
    mean : array (p,), optional
        Means; 0 if not given.
    divisor : {"n-1", "n"}
        Divisor of the covariances; files hold n - 1, likelihood needs n.
    place : str
        Words for messages.

    Returns
    -------
    Sample
        Without rows: robust statistics and missing answers cannot be treated.
    """
    if n <= len(names):
        raise TooFewData(place, f"n = {n} for {len(names)} variables.", "More respondents than variables are needed.",
                         n)
    scaled = np.asarray(cov, dtype=np.float64) * ((n - 1) / n if divisor == "n-1" else 1.0)
    check_full_rank(scaled, names, place)
    middle = np.zeros(len(names)) if mean is None else np.asarray(mean, dtype=np.float64)
    pattern = Pattern(np.arange(len(names)), n, middle, scaled, None, is_complete=True)
    return Sample(tuple(names), (GroupSample("", n, (pattern,), middle, scaled),), "listwise", 0, has_rows=False)
