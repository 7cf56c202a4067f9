"""`do: kappa` and `do: krippendorff` of `surveyapp measure`: one row a unit, one column a rater.

The coefficients are those of coder agreement, so this is the one place where the measurement of files reads `qual`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import NoVariation, SpecError, TableError, TooFewData
from analysis.qual.kappa import brennan_prediger, fleiss_kappa, gwet_ac1, kappa_of_table, observed_agreement
from analysis.quant.groups.samples import labels_of, ordered_labels
from analysis.quant.rater_alpha import UnitDisagreements
from analysis.quant.resampling import N_RESAMPLES, resample_counts
from analysis.quant.spec.scores import CONFIDENCE, column_of
from analysis.results.measurement import Estimate
from analysis.results.raters import AlphaAgreement, KappaAgreement, KappaKind

Options = Mapping[str, Any]
Numbers = NDArray[np.float64]

RARE = 0.05                 # share of ratings below which a category makes kappa hang on few units
FEW_UNITS = 20              # units below which resampled limits are rough
MOST_COINCIDENCES = 30      # values beyond which their table is not shown
PAIR = 2
_KINDS: Mapping[str, KappaKind] = {"none": "cohen", "linear": "linear", "quadratic": "quadratic"}
KAPPA_METHODS: Mapping[KappaKind, str] = {
    "cohen": "Cohen's kappa, large-sample interval", "linear": "linearly weighted kappa, large-sample interval",
    "quadratic": "quadratically weighted kappa, large-sample interval",
    "fleiss": "Fleiss' kappa, percentiles of resampled units"}


def kappa(frame: pd.DataFrame, options: Options, place: str) -> KappaAgreement:
    """Return the agreement beyond chance of the raters in the columns of `items`.

    Parameters
    ----------
    frame : DataFrame
        One row a unit, one column a rater; words or numbers. Units that a rater left out are not used.
    options : mapping
        Checked options: `items`, `weighting` (none, linear, quadratic; two raters), `categories` in their order.
    place : str
        Words for messages.

    Returns
    -------
    KappaAgreement
        Cohen's kappa of two raters, Fleiss' of more. Warnings: `left_out`, `rare_category`.

    Raises
    ------
    SpecError, TableError, TooFewData, NoVariation
        For fewer than two raters, weights of more than two, unknown categories, no complete unit, one category.

    References
    ----------
    Cohen (1960, 1968); Fleiss, Cohen & Everitt (1969); Fleiss (1971).
    """
    raters, ratings = _ratings(frame, options, place)
    complete = [unit for unit in ratings if None not in unit]
    kind: KappaKind = "fleiss" if len(raters) > PAIR else _KINDS[options["weighting"]]
    if len(raters) > PAIR and options["weighting"] != "none":
        raise SpecError(place, "weighted kappa is of two raters.", "Name two columns, or take krippendorff.")
    names = _categories(complete, options, place)
    counts = _counts(complete, names)
    if len(names) < PAIR:
        raise NoVariation(place, "every rater gave every unit the same value.", "Agreement beyond chance has no room.")
    shares = counts.sum(axis=0) / counts.sum()
    warnings = ("left_out",) * (len(complete) < len(ratings)) + ("rare_category",) * bool(shares.min() < RARE)
    method = KAPPA_METHODS[kind]
    table = _table(complete, names) if kind != "fleiss" else np.empty((0, 0))
    found = _fleiss(counts, options, method) if kind == "fleiss" else kappa_of_table(table, _weights(kind, names))
    by_category = dict(zip(names, fleiss_kappa(counts).by_value, strict=True)) if kind == "fleiss" else {}
    return KappaAgreement(
        len(complete), raters, kind, Estimate(found.value, found.ci_low, found.ci_high, len(complete), method,
                                              found.confidence),
        observed_agreement(counts), names, tuple(tuple(row) for row in table.tolist()), by_category,
        brennan_prediger(counts), gwet_ac1(counts), method, warnings)


def krippendorff(frame: pd.DataFrame, options: Options, place: str) -> AlphaAgreement:
    """Return Krippendorff's alpha of the raters in the columns of `items`.

    Parameters
    ----------
    frame : DataFrame
        One row a unit, one column a rater, gaps allowed.
    options : mapping
        Checked options: `items`, `level`, `n_resamples`, `seed`, `confidence`.
    place : str
        Words for messages.

    Returns
    -------
    AlphaAgreement
        Units with fewer than two ratings do not count. The interval is of percentiles of resampled units. Warnings:
        `left_out`, `few_units` (below 20), `resamples_without_variation`.

    Raises
    ------
    SpecError, TableError, TooFewData, NoVariation
        For fewer than two raters, words where numbers are needed, no pair of ratings, or one value only.

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability; Hayes & Krippendorff (2007).
    """
    raters, ratings = _ratings(frame, options, place)
    level = options["level"]
    pairable = [unit for unit in ratings if sum(value is not None for value in unit) >= PAIR]
    if not pairable:
        raise TooFewData(place, "no unit has two ratings.", "Let raters rate the same units.", 0)
    names = ordered_labels([value for unit in pairable for value in unit])
    values = np.arange(len(names), dtype=float) if level == "nominal" else _values(names, level, place)
    if len(names) < PAIR:
        raise NoVariation(place, "every rating is the same.", "Agreement beyond chance has no room.")
    counts = _counts(pairable, names)
    units = UnitDisagreements(counts, level, values)
    value = float(units.alphas(np.ones((1, len(counts))))[0])
    confidence, n_resamples = options.get("confidence", CONFIDENCE), options.get("n_resamples", N_RESAMPLES)
    drawn = np.concatenate([units.alphas(weights)
                            for weights in resample_counts(len(counts), n_resamples, (options["seed"],))])
    known = drawn[np.isfinite(drawn)]
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = np.quantile(known, tails).tolist() if len(known) else (None, None)
    method = f"Krippendorff's alpha, {level}, percentiles of {len(known)} resamples of units"
    told = {"left_out": len(pairable) < len(ratings), "few_units": len(pairable) < FEW_UNITS,
            "resamples_without_variation": len(known) < len(drawn)}
    return AlphaAgreement(
        len(pairable), raters, level, Estimate(value, low, high, len(pairable), method, confidence),
        int(counts.sum()), names, _coincidences(counts), len(known),
        options["seed"], method, tuple(name for name, is_so in told.items() if is_so))


def _coincidences(counts: Numbers) -> tuple[tuple[float, ...], ...]:
    """Return how often two values meet in a unit, over its raters less one; nothing for very many values."""
    if counts.shape[1] > MOST_COINCIDENCES:
        return ()
    weight = 1 / (counts.sum(axis=1) - 1)
    matrix = (counts * weight[:, None]).T @ counts - np.diag(weight @ counts)
    return tuple(tuple(row) for row in matrix.tolist())


def _ratings(frame: pd.DataFrame, options: Options, place: str) -> tuple[tuple[str, ...], list[tuple[str | None, ...]]]:
    raters = tuple(options.get("items") or [str(name) for name in frame.columns])
    if len(raters) < PAIR:
        raise SpecError(place, "one rater cannot agree.", "Name two columns or more.")
    columns = [labels_of(column_of(frame, {**options, "it": name}, "it", place)) for name in raters]
    return raters, list(zip(*columns, strict=True))


def _categories(units: Sequence[tuple[str | None, ...]], options: Options, place: str) -> tuple[str, ...]:
    if not units:
        raise TooFewData(place, "no unit was rated by everybody.", "Leave a rater out, or take krippendorff.", 0)
    found = ordered_labels([value for unit in units for value in unit])
    stated = tuple(str(name) for name in options.get("categories", found))
    strangers = [name for name in found if name not in stated]
    if strangers:
        raise TableError(place, f"{strangers[0]!r} is not among the categories.", "Add it in its place.")
    return stated


def _counts(units: Sequence[tuple[str | None, ...]], names: tuple[str, ...]) -> Numbers:
    """Return how many raters gave each category to each unit."""
    place = {name: i for i, name in enumerate(names)}
    counts = np.zeros((len(units), len(names)))
    for row, unit in enumerate(units):
        for value in unit:
            if value is not None:
                counts[row, place[value]] += 1
    return counts


def _table(units: Sequence[tuple[str | None, ...]], names: tuple[str, ...]) -> Numbers:
    place = {name: i for i, name in enumerate(names)}
    table = np.zeros((len(names), len(names)))
    for first, second in units:
        table[place[str(first)], place[str(second)]] += 1
    return table


def _weights(kind: KappaKind, names: tuple[str, ...]) -> Numbers | None:
    """Return the weights of disagreement by the places of the categories; None = all disagreements alike."""
    if kind == "cohen":
        return None
    apart = np.abs(np.subtract.outer(np.arange(len(names)), np.arange(len(names)))).astype(float)
    return apart if kind == "linear" else apart**2


def _values(names: tuple[str, ...], level: str, place: str) -> Numbers:
    try:
        return np.array(names, dtype=float)
    except ValueError:
        raise TableError(place, f"{level} agreement needs numbers.", "Take `level: nominal`, or code them.") from None


def _fleiss(counts: Numbers, options: Options, method: str) -> Estimate:
    """Return Fleiss' kappa with percentile limits; P and p are means over units, so resamples cost one product."""
    confidence, m = options.get("confidence", CONFIDENCE), counts[0].sum()
    agreed = ((counts**2).sum(axis=1) - m) / (m * (m - 1))
    drawn = []
    for weights in resample_counts(len(counts), options.get("n_resamples", N_RESAMPLES), (options["seed"],)):
        observed, shares = weights @ agreed / len(counts), weights @ counts / counts.sum()
        expected = (shares**2).sum(axis=1)
        room = np.where(1 - expected > 1e-12, 1 - expected, np.nan)  # noqa: PLR2004 - a rounding error
        drawn.append((observed - expected) / room)
    known = np.concatenate(drawn)
    known = known[np.isfinite(known)]
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = np.quantile(known, tails).tolist() if len(known) else (None, None)
    return Estimate(fleiss_kappa(counts).value, low, high, len(counts), method, confidence)
