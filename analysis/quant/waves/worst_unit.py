"""The unit that stood worst: how much of its way back is regression to the mean?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import AnalysisError
from analysis.quant.groups.samples import samples_of
from analysis.quant.units.pooling import random_intercept
from analysis.quant.units.sums import unit_sums
from analysis.quant.waves.scores import TwoWaves
from analysis.results.measurement import Estimate
from analysis.results.waves import RegressionToMean

FEWEST_UNITS = 3            # a variance between units needs some
FEWEST_PEOPLE = 5           # of a unit in each wave; a smaller one is not picked
METHOD = "empirical Bayes: the unit's first mean is drawn towards all units by its unreliability"


def worst_unit(score: np.ndarray, waves: TwoWaves, scale: str, *, is_low_worse: bool = True,
               fewest_people: int = FEWEST_PEOPLE, confidence: float = 0.95) -> RegressionToMean | None:
    """Return what is to be expected of the unit that stood worst in the first wave.

    Parameters
    ----------
    score : numpy.ndarray (n,)
        Score of each row, missing = NaN.
    waves : TwoWaves
        The waves, with units.
    scale : str
        What the score is called.
    is_low_worse : bool
        Whether the lowest mean is the worst.
    fewest_people : int
        People a unit needs in each wave to be picked.
    confidence : float
        Coverage.

    Returns
    -------
    RegressionToMean or None
        Whoever is picked for standing worst stood there partly by chance, and comes back without any cause: by
        ``shrinkage (grand mean - mean)``. Expected second mean: the partly pooled first mean plus the change of the
        other units; its prediction interval counts the errors of both and the people of the second wave. `beyond` is
        the observed second mean minus that. None without units, with fewer than three, or where no unit can be picked.

    References
    ----------
    Galton (1886); Morris (1983), Parametric empirical Bayes inference; Davis (1976), The effect of regression to the
    mean in epidemiologic and clinical studies.
    """
    if waves.units is None:
        return None
    table = pd.DataFrame({"score": score, "unit": waves.units, "is_second": waves.is_second}).dropna()
    first, second = table[~table["is_second"]], table[table["is_second"]]
    try:
        samples = samples_of(first["score"], first["unit"], minimum=1)
        sums = unit_sums(samples)
    except AnalysisError:
        return None
    later = second.groupby("unit")["score"].agg(["mean", "size"])
    able = [key for key, n in zip(sums.keys, sums.sizes, strict=True)
            if n >= fewest_people and key in later.index and later.loc[key, "size"] >= fewest_people]
    if sums.n_units < FEWEST_UNITS or not able:
        return None
    place = {key: i for i, key in enumerate(sums.keys)}
    picked = sorted(able, key=lambda key: sums.means[place[key]] * (1 if is_low_worse else -1))[0]
    i, model = place[picked], random_intercept(sums)
    trend, trend_error = _trend(first, second, picked)
    n_second, seen = int(later.loc[picked, "size"]), float(later.loc[picked, "mean"])
    expected = float(model.pooled[i]) + trend
    error = float(np.sqrt(model.pooled_error[i]**2 + trend_error**2 + model.within / n_second))
    df = sums.n - sums.n_units
    half = float(stats.t.ppf((1 + confidence) / 2, df))
    back, back_half = float(model.pooled[i] - sums.means[i]), half * float(model.pooled_error[i])
    beyond = seen - expected
    return RegressionToMean(
        scale, picked, sums.n_units, int(sums.sizes[i]), n_second, float(sums.means[i]), seen,
        seen - float(sums.means[i]),
        Estimate(back, back - back_half, back + back_half, int(sums.sizes[i]), METHOD, confidence),
        Estimate(expected, expected - half * error, expected + half * error, n_second, f"{METHOD}; prediction interval",
                 confidence),
        Estimate(beyond, beyond - half * error, beyond + half * error, n_second, "observed minus expected", confidence),
        abs(beyond) > half * error, METHOD, ("no_variance_between",) * (model.between <= 0))


def _trend(first: pd.DataFrame, second: pd.DataFrame, picked: str) -> tuple[float, float]:
    """Return the change of the mean of all other units, and its standard error."""
    parts = [wave.loc[wave["unit"] != picked, "score"].to_numpy() for wave in (first, second)]
    if min(map(len, parts)) < 2:  # noqa: PLR2004 - a spread needs two values
        return 0.0, 0.0
    return (float(parts[1].mean() - parts[0].mean()),
            float(np.sqrt(sum(part.var(ddof=1) / len(part) for part in parts))))
