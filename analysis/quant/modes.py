"""May responses of different modes (web, kiosk, paper, file) be pooled? Their differences, before they are.

A difference between modes may be the mode or the people who used it; both are reasons to say so before pooling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from analysis.quant.careless.outlets import holm
from analysis.quant.compare import MINIMUM_COMPARED, welch, welch_p
from analysis.quant.intervals import known_values
from analysis.results.integrity import ModeComparison, ModeDifference, ModeVerdict
from analysis.results.measurement import Estimate

SMALL, MEDIUM = 0.20, 0.50          # Cohen 1988: a small and a medium standardised difference
SIGNIFICANT = 0.05                  # level of the Holm-adjusted tests of one questionnaire
ROWS_PER_COLUMN = 10                # people needed for each column of the adjustment for the profile
BLANKS = ""                         # the "construct" of the share of blanks
VERDICTS: tuple[ModeVerdict, ...] = ("pool", "note", "apart")      # from the best to the worst


class ModeRules(NamedTuple):
    """Named limits of the comparison."""

    small: float = SMALL
    medium: float = MEDIUM
    minimum_n: int = MINIMUM_COMPARED
    minimum_group: int = 5
    confidence: float = 0.95


DEFAULTS = ModeRules()


def hedges_g(first: ArrayLike, second: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return the standardised difference of two means without small-sample bias.

    Parameters
    ----------
    first, second : array_like, shape (n,) and (m,)
        Values of two independent groups; NaN are left out.
    confidence : float, optional
        Coverage of the interval.

    Returns
    -------
    Estimate
        ``J (mean1 - mean2) / sd pooled`` with ``J = 1 - 3 / (4 (n + m - 2) - 1)`` and the large-sample interval with
        ``var = (n + m) / (n m) + g**2 / (2 (n + m))``; no value when a group has fewer than two values or nobody
        differs.

    References
    ----------
    Hedges & Olkin (1985), Statistical Methods for Meta-Analysis, chapter 5.
    """
    a, b = known_values(first), known_values(second)
    n, m = len(a), len(b)
    method = "Hedges' g"
    if min(n, m) < 2:  # noqa: PLR2004 - a variance needs two values
        return Estimate(None, None, None, n + m, method, confidence)
    pooled = ((n - 1) * a.var(ddof=1) + (m - 1) * b.var(ddof=1)) / (n + m - 2)
    if pooled <= 0:
        return Estimate(None, None, None, n + m, method, confidence)
    g = float((1 - 3 / (4 * (n + m - 2) - 1)) * (a.mean() - b.mean()) / np.sqrt(pooled))
    half = float(stats.norm.ppf((1 + confidence) / 2) * np.sqrt((n + m) / (n * m) + g * g / (2 * (n + m))))
    return Estimate(g, g - half, g + half, n + m, method, confidence)


def compare_modes(scores: Mapping[str, pd.Series], blanks: pd.Series, modes: pd.Series, profile: pd.DataFrame, *,
                  rules: ModeRules = DEFAULTS) -> ModeComparison:
    """Return how scores and blanks differ between modes, and whether they may be pooled.

    Parameters
    ----------
    scores : mapping of construct → pandas.Series, index respondent
        Missing = NaN.
    blanks : pandas.Series, index respondent
        Share, 0..1, of the rating items shown to the respondent that were left blank.
    modes : pandas.Series of str, index respondent
        Mode of each response, "" = unknown.
    profile : pandas.DataFrame, index respondent
        Profile answers, missing = None; used for the adjusted difference.
    rules : ModeRules, optional
        Limits.

    Returns
    -------
    ModeComparison
        Each mode with at least `minimum_n` responses against the most frequent one. Verdict of a difference: `apart`
        (do not pool, report apart) where it is significant after Holm and either at least medium or its whole interval
        beyond small; `pool` where it is not significant, smaller than small, and its whole interval within medium;
        otherwise `note` (pool with a note). That of the comparison is the least favourable one.

    Notes
    -----
    `g_adjusted` is the coefficient of the mode in a linear regression on mode and profile (dummies), over the pooled
    SD within modes; None with fewer than ten people for each column. It decides nothing.

    References
    ----------
    Cohen (1988), Statistical Power Analysis; Lakens (2017), Equivalence tests; Holm (1979); Hox, De Leeuw & Zijlmans
    (2015), Measurement equivalence in mixed mode surveys.
    """
    known = modes[(modes != "").to_numpy()]
    sizes = known.value_counts()
    shown = tuple((str(mode), int(n)) for mode, n in sizes.items() if n >= rules.minimum_group)
    large = [mode for mode, n in shown if n >= rules.minimum_n]
    if len(large) < 2:  # noqa: PLR2004 - a comparison needs two
        return ModeComparison(shown, (), None, rules.minimum_n)
    values = {BLANKS: blanks, **scores}
    found = [_difference(key, series, modes, (mode, large[0]), profile, rules)
             for mode in large[1:] for key, series in values.items()]
    told = [one for one in found if one is not None]
    tested = {id(one): one.p_value for one in told if one.p_value is not None}
    adjusted = dict(zip(tested, holm(list(tested.values())), strict=True))
    judged = tuple(_judged(one, adjusted.get(id(one)), rules) for one in told)
    verdict = max((one.verdict for one in judged), key=VERDICTS.index, default=None)
    return ModeComparison(shown, judged, verdict, rules.minimum_n)


def _difference(key: str, values: pd.Series, modes: pd.Series, pair: tuple[str, str], profile: pd.DataFrame,
                rules: ModeRules) -> ModeDifference | None:
    groups = [values[(modes == mode).to_numpy()].dropna() for mode in pair]
    if min(map(len, groups)) < rules.minimum_n:
        return None
    first, second = groups
    return ModeDifference(key, *pair, len(first), len(second), welch(first, second, rules.confidence),
                          hedges_g(first, second, rules.confidence), _adjusted_g(first, second, profile),
                          welch_p(first, second), None, "note")


def _judged(one: ModeDifference, adjusted: float | None, rules: ModeRules) -> ModeDifference:
    return replace(one, p_adjusted=adjusted, verdict=_verdict(one.g, adjusted, rules))


def _verdict(g: Estimate | None, p: float | None, rules: ModeRules) -> ModeVerdict:
    if g is None or g.value is None or g.ci_low is None or g.ci_high is None:
        return "pool" if p is None or p >= SIGNIFICANT else "note"      # nobody differs within either mode
    nearest = max(g.ci_low, -g.ci_high)
    is_significant = p is not None and p < SIGNIFICANT
    if is_significant and (abs(g.value) >= rules.medium or nearest > rules.small):
        return "apart"
    is_close = abs(g.value) < rules.small and max(-g.ci_low, g.ci_high) < rules.medium
    return "pool" if is_close and not is_significant else "note"


def _adjusted_g(first: pd.Series, second: pd.Series, profile: pd.DataFrame) -> float | None:
    """Return the standardised difference with the profile held equal."""
    values = pd.concat([first, second])
    own = profile.reindex(values.index).fillna("").astype(str)
    own = own.loc[:, (own != own.iloc[0]).any()]
    if own.empty:
        return None
    dummies = pd.get_dummies(own, drop_first=True, dtype=float)
    in_first = np.concatenate([np.ones(len(first)), np.zeros(len(second))])
    if len(values) < ROWS_PER_COLUMN * (dummies.shape[1] + 2):
        return None
    design: NDArray[np.float64] = np.column_stack([np.ones(len(values)), in_first, dummies.to_numpy()])
    weights, _, rank, _ = np.linalg.lstsq(design, values.to_numpy(dtype=float), rcond=None)
    within = np.sqrt(((len(first) - 1) * first.var(ddof=1) + (len(second) - 1) * second.var(ddof=1))
                     / (len(values) - 2))
    if rank < design.shape[1] or not within > 0:
        return None
    return float(weights[1] / within)
