"""Agreement corrected for chance in other ways than alpha: Cohen, weighted, Fleiss, Brennan and Prediger, Gwet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.errors import TableError
from analysis.qual.alpha import is_missing
from analysis.results.agreement import FleissKappa
from analysis.results.measurement import Estimate

Numbers = NDArray[np.float64]

Z_95 = 1.959963984540054    # two-sided 95 % of the normal distribution
_TINY = 1e-12


def cohen_kappa(pairs: Sequence[Sequence[object]]) -> float | None:
    """Return Cohen's kappa of two coders.

    Parameters
    ----------
    pairs : sequence of two values
        One row a unit; rows with a missing value do not count.

    Returns
    -------
    float or None
        ``(P_o - P_e) / (1 - P_e)``; None without a complete pair or when both always used the same one value.

    References
    ----------
    Cohen (1960), A coefficient of agreement for nominal scales.
    """
    complete = [(str(a), str(b)) for a, b in pairs if not (is_missing(a) or is_missing(b))]
    values = {value: place for place, value in enumerate(sorted({value for pair in complete for value in pair}))}
    table = np.zeros((len(values), len(values)))
    for a, b in complete:
        table[values[a], values[b]] += 1
    return kappa_of_table(table).value


def kappa_of_table(table: Numbers, disagreement: Numbers | None = None) -> Estimate:
    """Return Cohen's kappa of a contingency table, weighted where weights are given.

    Parameters
    ----------
    table : array of float, shape (v, v)
        Units by the value of the first (rows) and of the second coder (columns).
    disagreement : array of float, shape (v, v), optional
        Weights of disagreement, 0 on the diagonal; default 1 everywhere else.

    Returns
    -------
    Estimate
        ``1 - Σ w p_o / Σ w p_e`` with the interval of the large-sample standard error, cut at -1 and 1; all None
        without units or where no disagreement can be expected.

    References
    ----------
    Cohen (1960, 1968); Fleiss, Cohen & Everitt (1969), Large sample standard errors of kappa and weighted kappa.
    """
    n = float(table.sum())
    name = "Cohen's kappa" if disagreement is None else "weighted kappa"
    method = f"{name}, large-sample interval"
    weights = 1.0 - np.eye(len(table)) if disagreement is None else np.asarray(disagreement, dtype=float)
    if n == 0 or weights.size == 0 or weights.max() <= 0:
        return Estimate(None, None, None, int(n), method)
    share = table / n
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    agree = 1.0 - weights / weights.max()
    observed, expected = float((share * agree).sum()), float(rows @ agree @ columns)
    if 1 - expected < _TINY:
        return Estimate(None, None, None, int(n), method)
    value = (observed - expected) / (1 - expected)
    margins = (agree @ columns)[:, None] + (rows @ agree)[None, :]
    spread = float((share * (agree * (1 - expected) - margins * (1 - observed)) ** 2).sum())
    variance = (spread - (observed * expected - 2 * expected + observed) ** 2) / (n * (1 - expected) ** 4)
    half = Z_95 * float(np.sqrt(max(variance, 0.0)))
    return Estimate(value, max(value - half, -1.0), min(value + half, 1.0), int(n), method)


def fleiss_kappa(counts: Numbers) -> FleissKappa:
    """Return Fleiss' kappa of many raters.

    Parameters
    ----------
    counts : array of float, shape (units, v)
        How many raters gave each value; the same number of raters in every unit.

    Returns
    -------
    FleissKappa
        Overall and by value: ``(P̄ - Σ p²) / (1 - Σ p²)``; None without variation. `standard_error` holds under no
        agreement and is for z only (Fleiss, Nee & Landis 1979).

    Raises
    ------
    TableError
        Where units were rated by different numbers of raters or by fewer than two.

    References
    ----------
    Fleiss (1971), Measuring nominal scale agreement among many raters.
    """
    n_units, raters = len(counts), set(counts.sum(axis=1).tolist())
    if len(raters) != 1 or max(raters) < 2:  # noqa: PLR2004 - a pair
        raise TableError("units", "Fleiss' kappa needs two or more raters, as many in every unit.",
                         "Leave incomplete units out, or take Krippendorff's alpha.")
    m = raters.pop()
    share = counts.sum(axis=0) / (n_units * m)
    observed = float(((counts**2).sum(axis=1) - m).sum() / (n_units * m * (m - 1)))
    expected = float((share**2).sum())
    disagreed = (counts * (m - counts)).sum(axis=0)
    room = n_units * m * (m - 1) * share * (1 - share)
    by_value = tuple(float(1 - d / r) if r > _TINY else None for d, r in zip(disagreed, room, strict=True))
    value = None if 1 - expected < _TINY else (observed - expected) / (1 - expected)
    error = None if value is None else _error_without_agreement(share, n_units, m)
    return FleissKappa(value, by_value, n_units, int(m), observed, expected, tuple(share.tolist()), error,
                       None if value is None or not error else value / error)


def _error_without_agreement(share: Numbers, n_units: int, m: float) -> float:
    spread = share * (1 - share)
    inner = 2 * (float(spread.sum()) ** 2 - float((spread * (1 - 2 * share)).sum()))
    return float(np.sqrt(max(inner, 0.0)) / (spread.sum() * np.sqrt(n_units * m * (m - 1))))


def brennan_prediger(counts: Numbers) -> float | None:
    """Return Brennan and Prediger's coefficient: chance takes every value equally often.

    Parameters
    ----------
    counts : array of float, shape (units, v)
        How many coders gave each of the v values that could be given; units with fewer than two do not count.

    Returns
    -------
    float or None
        ``(P_o - 1/v) / (1 - 1/v)``; None without a pair or with a single value.

    References
    ----------
    Brennan & Prediger (1981), Coefficient kappa: some uses, misuses, and alternatives.
    """
    observed = observed_agreement(counts)
    v = counts.shape[1]
    return None if observed is None or v < 2 else (observed - 1 / v) / (1 - 1 / v)  # noqa: PLR2004 - one value is none


def gwet_ac1(counts: Numbers) -> float | None:
    """Return Gwet's AC1, which stays near the share of agreement where a value is rare.

    Parameters
    ----------
    counts : array of float, shape (units, v)
        How many coders gave each of the v values that could be given; units with fewer than two do not count.

    Returns
    -------
    float or None
        ``(P_o - P_e) / (1 - P_e)`` with ``P_e = Σ π (1 - π) / (v - 1)``; None without a pair or with a single value.

    References
    ----------
    Gwet (2008), Computing inter-rater reliability and its variance in the presence of high agreement.
    """
    observed = observed_agreement(counts)
    v = counts.shape[1]
    if observed is None or v < 2:  # noqa: PLR2004 - one value is none
        return None
    coded = counts[counts.sum(axis=1) > 0]
    share = (coded / coded.sum(axis=1, keepdims=True)).mean(axis=0)
    expected = float((share * (1 - share)).sum() / (v - 1))
    return (observed - expected) / (1 - expected)


def observed_agreement(counts: Numbers) -> float | None:
    """Return the share of pairs of coders that agree, mean over units.

    Parameters
    ----------
    counts : array of float, shape (units, v)
        How many coders gave each value.

    Returns
    -------
    float or None
        0..1; None without a unit that two coders have coded.
    """
    m = counts.sum(axis=1)
    paired, m = counts[m > 1], m[m > 1]
    if len(paired) == 0:
        return None
    return float((((paired**2).sum(axis=1) - m) / (m * (m - 1))).mean())
