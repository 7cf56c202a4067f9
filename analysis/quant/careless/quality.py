"""Who answered with care: eight flags per respondent and who is left out (model 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.privacy import MINIMUM_GROUP
from analysis.quant.careless.indices import (
    careless_indices,
    consistency_of_persons,
    distances,
    fast_pages,
    intra_individual_sd,
    longest_run,
    mahalanobis,
)
from analysis.quant.distributions import index_distribution
from analysis.quant.intervals import mean_interval
from analysis.quant.scoring import answering_style, construct_items, recoded_items, scale_range
from analysis.results.diagnosis import Screening
from analysis.results.quality import IndexDistribution, Rule
from analysis.tables import AnswerTable, once_a_table
from instruments.schema import NOT_SHOWN, Item

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

OF_ORDER = ("longstring", "longstring_mean", "irv_1", "irv_2", "irv_3")     # indices that need the order shown
FLAGS = ("attention", "speed", "longstring", "lowvar", "inconsistent", "evenodd", "mahalanobis", "empty")

# Defaults of section 1 of the diagnostic model; sources: Huang et al. 2012 (speed), Meade & Craig 2012, Curran 2016.
# The model has no even-odd flag: without it those who tick at random around the middle, in no hurry, carry one flag at
# most and stay (docs/validation.md). The limit is Jackson's (1976), as Johnson (2005) uses it.
SCREENING_DEFAULTS: Mapping[str, float] = MappingProxyType({
    "speed_seconds_per_item": 2.0,
    "longstring_run": 12,
    "lowvar_sd": 0.45,
    "inconsistent_z": 2.5,
    "evenodd_minimum": 0.30,
    "evenodd_scales": 5,
    "alpha_limited": 0.60,
    "mahalanobis_n_per_item": 5,
    "mahalanobis_factor": 3.1,
    "empty_share": 0.5,
    "exclusion_flags": 2,
    "excluded_doubtful_share": 0.20,
    "excluded_stop_share": 0.40,
    "confidence": 0.95,
})
MAD_TO_SD = 1.4826          # consistency factor of the median absolute deviation for normal data
REFERENCE_WIDTH = 4.0       # limits on SD are stated for scales of 1 to 5; others are brought to this width


def inconsistency(scales: Sequence[ArrayLike]) -> Numbers:
    """Return how far each respondent's answers to the items of one scale lie apart.

    Parameters
    ----------
    scales : sequence of array_like, each of shape (n, k_s)
        Recoded answers scale by scale, missing = NaN.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Mean over scales of the SD (ddof 1) of the recoded items inside the scale; scales with fewer than two items
        answered are left out; NaN when none is left.
    """
    spreads = np.column_stack([intra_individual_sd(scale) for scale in scales])
    n = np.isfinite(spreads).sum(axis=1)
    return np.where(n > 0, np.nansum(spreads, axis=1) / np.maximum(n, 1), np.nan)


def robust_z(values: ArrayLike) -> Numbers:
    """Return how many robust standard deviations each value lies above the median.

    Parameters
    ----------
    values : array_like, shape (n,)
        Values, missing = NaN.

    Returns
    -------
    numpy.ndarray, shape (n,)
        ``(x - median) / (1.4826 MAD)``; NaN for missing values and for all when the MAD is 0.
    """
    x = np.asarray(values, dtype=float)
    known = x[np.isfinite(x)]
    if not len(known):
        return np.full(len(x), np.nan)
    median = np.median(known)
    mad = MAD_TO_SD * np.median(np.abs(known - median))
    return (x - median) / mad if mad > 0 else np.full(len(x), np.nan)


def flag_respondents(table: AnswerTable, thresholds: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Return which of the eight flags each respondent carries.

    Parameters
    ----------
    table : AnswerTable
        Answers of all who consented and submitted, n respondents.
    thresholds : Mapping[str, float], optional
        Values over `SCREENING_DEFAULTS`.

    Returns
    -------
    pandas.DataFrame of bool, n × 8
        Columns `FLAGS`. Rating items are those answered on an ordinal scale, attention items included. A flag whose
        input is unknown is not raised; `assessable` tells of whom.

    References
    ----------
    Meade & Craig (2012); Curran (2016), Methods for the detection of carelessly invalid responses in survey data.
    """
    limits = {**SCREENING_DEFAULTS, **(thresholds or {})}
    raw, shown = _ratings(table)
    spread = table.remembered.once(
        ("spread",), lambda: intra_individual_sd(raw.to_numpy() * _widening(table, raw.columns)))
    duration = table.duration_s.to_numpy(dtype=float)
    runs = table.remembered.once(("runs",), lambda: longest_run(_in_order_shown(table, raw, shown)))
    answered = np.isfinite(raw.to_numpy()).sum(axis=1)
    with np.errstate(invalid="ignore"):
        flags = {
            "attention": _attention(table),
            "speed": duration < limits["speed_seconds_per_item"] * shown.sum(axis=1),
            "longstring": knows_order(table) & (runs >= limits["longstring_run"]),
            "lowvar": spread < limits["lowvar_sd"],
            "inconsistent": robust_z(_inconsistency(table)) > limits["inconsistent_z"],
            "evenodd": _consistency(table, limits) < limits["evenodd_minimum"],
            "mahalanobis": _unusual(table, limits),
            "empty": answered < limits["empty_share"] * shown.sum(axis=1),
        }
    return pd.DataFrame(flags, index=table.values.index)[list(FLAGS)]


@once_a_table
def knows_order(table: AnswerTable) -> Flags:
    """Return of whom it is known in which order the rating items were shown.

    Parameters
    ----------
    table : AnswerTable

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        True where the place of every rating item answered is stored, and for everybody where the questionnaire
        exchanges no places. Paper and imported files have no stored order.
    """
    instrument = table.instrument
    if not any(section.is_shuffled or section.shuffle_group for section in instrument.sections):
        return np.ones(table.n, dtype=bool)
    raw, _ = _ratings(table)
    place = np.array(table.positions.reindex(columns=raw.columns), dtype=float)
    answered = np.isfinite(raw.to_numpy())
    return np.asarray(answered.any(axis=1) & (np.isfinite(place) | ~answered).all(axis=1))


def assessable(table: AnswerTable, thresholds: Mapping[str, float] | None = None) -> dict[str, int]:
    """Return of how many respondents each flag could be judged.

    Parameters
    ----------
    table : AnswerTable
    thresholds : Mapping[str, float], optional
        Values over `SCREENING_DEFAULTS`.

    Returns
    -------
    dict[str, int]
        Flag → respondents whose input is known: speed needs a duration, longstring the order shown, attention an answer
        to an attention item, lowvar two ratings, inconsistent two items of a scale, evenodd five reliable scales,
        mahalanobis a large sample.
    """
    limits = {**SCREENING_DEFAULTS, **(thresholds or {})}
    raw, _ = _ratings(table)
    checks = [item.key for item in table.instrument.items_of_role("attention") if item.key in table.values.columns]
    known = {
        "attention": table.values[checks].notna().any(axis=1).to_numpy() if checks else np.zeros(table.n, dtype=bool),
        "speed": np.isfinite(table.duration_s.to_numpy(dtype=float)), "longstring": knows_order(table),
        "lowvar": np.isfinite(table.remembered.once(("raw_spread",), lambda: intra_individual_sd(raw.to_numpy()))),
        "inconsistent": np.isfinite(_inconsistency(table)),
        "evenodd": np.isfinite(_consistency(table, limits)),
        "mahalanobis": np.full(table.n, _is_large(table, limits)), "empty": np.ones(table.n, dtype=bool)}
    return {name: int(known[name].sum()) for name in FLAGS}


def screen(table: AnswerTable, thresholds: Mapping[str, float] | None = None) -> Screening:
    """Return who is left out of a questionnaire and what that says of the data.

    Parameters
    ----------
    table : AnswerTable
        Answers of all who consented and submitted.
    thresholds : Mapping[str, float], optional
        Values over `SCREENING_DEFAULTS`; other names are ignored.

    Returns
    -------
    Screening
        Excluded is who is `empty` or carries at least two of the other flags; one flag alone never excludes. Verdict:
        no_data without responses; no_grades above 40 % excluded; doubtful above 20 %. `style_mean` is the mean
        answering style of those who stay, in scale points. Population, rate and composition are left to the caller.
    """
    limits = {**SCREENING_DEFAULTS, **(thresholds or {})}
    flags = flag_respondents(table, limits)
    others = flags.drop(columns="empty").sum(axis=1)
    out = flags["empty"] | (others >= limits["exclusion_flags"])
    carried = {str(key): tuple(name for name in FLAGS if row[name]) for key, row in flags[flags.any(axis=1)].iterrows()}
    excluded = tuple(str(key) for key in flags.index[out])
    style = answering_style(table)[~out]
    return Screening(
        audience=table.instrument.audience, n_submitted=table.n, n_valid=table.n - len(excluded),
        flags={name: int(flags[name].sum()) for name in FLAGS}, assessed=assessable(table, limits),
        excluded=excluded, flagged=carried,
        verdict=_verdict(table.n, len(excluded), limits),
        style_mean=mean_interval(style, confidence=limits["confidence"]) if style.notna().any() else None)


def quality_indices(table: AnswerTable, thresholds: Mapping[str, float] | None = None) -> tuple[IndexDistribution, ...]:
    """Return how the indices of careless answering are spread over everybody who submitted; they exclude nobody.

    Parameters
    ----------
    table : AnswerTable
        Answers of all who consented and submitted.
    thresholds : Mapping[str, float], optional
        Values over `SCREENING_DEFAULTS`, and `minimum_group`; other names are ignored.

    Returns
    -------
    tuple of IndexDistribution
        The indices of `careless.INDICES` in their order, then `seconds_per_item` (whole time over rating items shown)
        and `fast_pages` (share of pages faster than the speed rule). Runs and spread are of the answers as given, in
        the order shown, over all rating items; the rest of the items of the constructs, reverse-keyed ones turned
        round, brought to a five-point scale. Runs and thirds leave out whose order is unknown
        (`knows_order`). A limit is stated where a flag uses one (`decides`), and for the distance
        that of the package; the other indices have no accepted limit. Indices nobody has a value of are left out.
    """
    limits = {**SCREENING_DEFAULTS, "minimum_group": MINIMUM_GROUP, **(thresholds or {})}
    raw, shown = _ratings(table)
    scales = _scales_of_five(table)
    recoded = np.column_stack(scales) if scales else np.empty((table.n, 0))
    ordered = _in_order_shown(table, raw * _widening(table, raw.columns), shown)
    found = careless_indices(ordered, recoded, scales)
    for name in OF_ORDER:
        found[name] = np.where(knows_order(table), found[name], np.nan)
    items = shown.sum(axis=1)
    found["seconds_per_item"] = np.where(items > 0, table.duration_s.to_numpy(float) / np.maximum(items, 1), np.nan)
    found["fast_pages"] = _fast_pages(table, raw.columns, shown, limits["speed_seconds_per_item"])
    rules: dict[str, tuple[Rule, float, bool]] = {
        "longstring": ("at_least", limits["longstring_run"], True), "irv": ("below", limits["lowvar_sd"], True),
        "mahad": ("above", distances(recoded)[1], False),
        "seconds_per_item": ("below", limits["speed_seconds_per_item"], True)}
    minimum = int(limits["minimum_group"])
    spread = []
    for index, values in found.items():
        rule, limit, decides = rules.get(index, (None, None, False))
        if np.isfinite(values).any():
            spread.append(index_distribution(index, values, minimum_group=minimum, rule=rule, limit=limit,
                                             decides=decides))
    return tuple(spread)


def _verdict(n: int, n_excluded: int,
             limits: Mapping[str, float]) -> Literal["good", "doubtful", "no_grades", "no_data"]:
    if n == 0:
        return "no_data"
    share = n_excluded / n
    if share > limits["excluded_stop_share"]:
        return "no_grades"
    return "doubtful" if share > limits["excluded_doubtful_share"] else "good"


def _rating_items(table: AnswerTable) -> tuple[Item, ...]:
    """Return the items answered on an ordinal scale; the 0-10 recommendation item is not one of them."""
    kinds = {scale.key: scale.kind for scale in table.instrument.scales}
    return tuple(item for item in table.instrument.items if item.kind == "rating" and item.scale
                 and kinds[item.scale] == "ordinal" and item.key in table.values.columns)


@once_a_table
def _ratings(table: AnswerTable) -> tuple[pd.DataFrame, Flags]:
    """Return raw rating answers and which of them were shown (an unreached page counts against completeness)."""
    keys = [item.key for item in _rating_items(table)]
    shown = table.missing.reindex(columns=keys).to_numpy() != NOT_SHOWN
    return table.values[keys].astype(float), shown


def _widening(table: AnswerTable, keys: pd.Index) -> Numbers:
    """Return per item the factor that brings its answers to the width of a five-point scale."""
    scales = {scale.key: scale for scale in table.instrument.scales}
    items = {item.key: item for item in table.instrument.items}
    widths = [scales[str(items[key].scale)].high - scales[str(items[key].scale)].low for key in keys]
    return REFERENCE_WIDTH / np.array(widths, dtype=float)


def _in_order_shown(table: AnswerTable, raw: pd.DataFrame, shown: Flags) -> Numbers:
    """Return answers in each respondent's own order, items not shown moved to the end as missing.

    Where the order of a respondent is unknown that of the questionnaire is taken; what rests on it is not used then.
    """
    order = np.array(table.positions.reindex(columns=raw.columns), dtype=float)
    unknown = (~np.isfinite(order) & np.isfinite(raw.to_numpy())).any(axis=1)
    order[unknown] = np.arange(raw.shape[1])
    order[~shown] = np.inf
    order[np.isnan(order)] = np.inf
    return np.take_along_axis(raw.to_numpy(), np.argsort(order, axis=1, kind="stable"), axis=1)


@once_a_table
def _attention(table: AnswerTable) -> Flags:
    """Return who answered an attention item otherwise than asked."""
    failed = np.zeros(table.n, dtype=bool)
    for item in table.instrument.items_of_role("attention"):
        if item.key in table.values.columns and item.expected:
            answers = table.values[item.key]
            right = answers.isin([*item.expected, *(str(value) for value in item.expected)])
            failed |= (answers.notna() & ~right).to_numpy()
    return failed


def _scored(table: AnswerTable) -> list[str]:
    return [construct.key for construct in table.instrument.constructs
            if construct_items(table.instrument, construct.key)]


@once_a_table
def _scales_of_five(table: AnswerTable) -> list[Numbers]:
    """Return the recoded items of each construct, brought to the width of a five-point scale."""
    scales = []
    for key in _scored(table):
        low, high = scale_range(table.instrument, key)
        scales.append((recoded_items(table, key).to_numpy() - low) * REFERENCE_WIDTH / (high - low))
    return scales


def _fast_pages(table: AnswerTable, keys: pd.Index, shown: Flags, seconds_per_item: float) -> Numbers:
    """Return the share of pages left too fast, missing where the time of single pages is unknown."""
    if table.page_s is None:
        return np.full(table.n, np.nan)
    section_of = {item.key: item.section for item in table.instrument.items}
    sections = np.array([section_of[key] for key in keys], dtype=object)
    n_items = np.column_stack([shown[:, sections == section].sum(axis=1) for section in table.page_s.columns])
    return fast_pages(table.page_s.to_numpy(dtype=float), n_items, seconds_per_item)


@once_a_table
def _inconsistency(table: AnswerTable) -> Numbers:
    """Return the spread inside scales of two items or more, in five-point units."""
    scales = _scales_of_five(table)
    return inconsistency(scales) if scales else np.full(table.n, np.nan)


def _consistency(table: AnswerTable, limits: Mapping[str, float]) -> Numbers:
    """Return how far each respondent's halves of the reliable scales agree."""
    scales = _scales_of_five(table)
    if not scales:
        return np.full(table.n, np.nan)
    alpha, fewest = limits["alpha_limited"], int(limits["evenodd_scales"])
    found: Numbers = table.remembered.once(
        ("consistency", alpha, fewest),
        lambda: consistency_of_persons(scales, minimum_alpha=alpha, fewest_scales=fewest))
    return found


def _unusual(table: AnswerTable, limits: Mapping[str, float]) -> Flags:
    """Return who lies far from the average answers; nobody when there are too few respondents to say."""
    if not _is_large(table, limits):
        return np.zeros(table.n, dtype=bool)
    frame = _varying(table)
    k = frame.shape[1]
    limit = k + limits["mahalanobis_factor"] * float(np.sqrt(2 * k))
    return np.asarray(table.remembered.once(("mahalanobis",), lambda: mahalanobis(frame)) > limit)


def _is_large(table: AnswerTable, limits: Mapping[str, float]) -> bool:
    k = _varying(table).shape[1]
    return bool(k > 0 and table.n >= limits["mahalanobis_n_per_item"] * k)


@once_a_table
def _varying(table: AnswerTable) -> pd.DataFrame:
    """Return the recoded items of all constructs on which answers differ."""
    blocks = [recoded_items(table, key) for key in _scored(table)]
    frame = pd.concat(blocks, axis=1) if blocks else pd.DataFrame(index=table.values.index)
    return frame.loc[:, frame.max() > frame.min()]
