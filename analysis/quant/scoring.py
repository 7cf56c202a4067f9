"""Answers become scores: recoding, the missing rule, answering style, and the scores corrected for it (model 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.errors import TableError
from analysis.tables import AnswerTable, Remembered
from instruments.schema import AnswerScale, Instrument, Item, Scoring

STYLE_MINIMUM_SCALES = 2    # model 2: answering style needs at least two scales with both kinds of items answered
HALF = 0.5                  # share of a scale's items from which it is scored where a missing score costs the whole row

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Scores:
    """Scores of every construct, one row a respondent, in scale points; missing = NaN.

    plain       mean of the recoded answers
    corrected   plain minus what the respondent's answering style adds
    balanced    mean of the direct mean and the recoded reverse mean; NaN where one kind is unanswered
    style       answering style A_i in scale points; positive = agrees whatever the content
    """

    plain: pd.DataFrame
    corrected: pd.DataFrame
    balanced: pd.DataFrame
    style: pd.Series
    remembered: Remembered = field(default_factory=Remembered, init=False, repr=False, compare=False)


def pomp(score: ArrayLike, low: float = 1, high: float = 5) -> Any:
    """Return scores as percent of the maximum possible.

    Parameters
    ----------
    score : array_like
        Scores in scale points; NaN stays NaN.
    low, high : float, optional
        Ends of the scale.

    Returns
    -------
    float, numpy.ndarray or pandas object
        ``(score - low) / (high - low) * 100``, 0..100, of the same kind as `score`.

    References
    ----------
    Cohen, Cohen, Aiken & West (1999), The problem of units and the circumstance for POMP.
    """
    if isinstance(score, (pd.Series, pd.DataFrame)):
        return (score - low) / (high - low) * 100
    result = (np.asarray(score, dtype=float) - low) / (high - low) * 100
    return float(result) if result.ndim == 0 else result


def recode(answers: ArrayLike, low: float = 1, high: float = 5) -> Numbers:
    """Return answers to a reverse item turned round.

    Parameters
    ----------
    answers : array_like
        Raw answers of any shape; NaN stays NaN.
    low, high : float, optional
        Ends of the answer scale.

    Returns
    -------
    numpy.ndarray
        ``low + high - answers``.
    """
    return low + high - np.asarray(answers, dtype=float)


def score_items(recoded: ArrayLike, min_answered_share: float = 0.66, *, require_all: bool = False) -> Numbers:
    """Return the mean of the answered items where enough of them were answered.

    Parameters
    ----------
    recoded : array_like, shape (n, k)
        Recoded answers of one scale, missing = NaN.
    min_answered_share : float, optional
        Share of the k items that must be answered; 0.66 = two of three, three of four.
    require_all : bool, optional
        Ask for all items, as for two-item scales.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Scores in scale points; NaN where too little was answered. Nothing is imputed.
    """
    values = np.asarray(recoded, dtype=float)
    answered = np.isfinite(values).sum(axis=1)
    needed = values.shape[1] if require_all else min_answered_share * values.shape[1]
    enough = (answered > 0) & (answered >= needed)
    total = np.nansum(values, axis=1)
    return np.where(enough, total / np.maximum(answered, 1), np.nan)


def construct_items(instrument: Instrument, construct_key: str) -> tuple[Item, ...]:
    """Return the rating items that measure a construct.

    Parameters
    ----------
    instrument : Instrument
        The questionnaire.
    construct_key : str
        Key of the construct.

    Returns
    -------
    tuple[Item, ...]
        In the order of the questionnaire.
    """
    return tuple(item for item in instrument.items_of_construct(construct_key)
                 if item.kind == "rating" and item.scale is not None)


def scale_range(instrument: Instrument, construct_key: str) -> tuple[float, float]:
    """Return the lowest and the highest score a construct can have.

    Parameters
    ----------
    instrument : Instrument
        The questionnaire.
    construct_key : str
        Key of the construct.

    Returns
    -------
    tuple[float, float]
        Ends of the answer scale of its items.

    Raises
    ------
    TableError
        When the construct has no rating item or its items are answered on scales of different range.
    """
    scales = _scales(instrument)
    found = {(scales[item.scale].low, scales[item.scale].high)
             for item in construct_items(instrument, construct_key) if item.scale}
    place = f"construct {construct_key} of {instrument.key}"
    if not found:
        raise TableError(place, "it has no rating item.", "Give it items or leave it out of the analysis.")
    if len(found) > 1:
        raise TableError(place, f"its items have scales of different range: {sorted(found)}.",
                         "Use one answer scale for all items of a construct.")
    low, high = found.pop()
    return float(low), float(high)


def recoded_items(table: AnswerTable, construct_key: str) -> pd.DataFrame:
    """Return the answers to a construct's items with reverse items turned round.

    Parameters
    ----------
    table : AnswerTable
        Raw answers.
    construct_key : str
        Key of the construct.

    Returns
    -------
    pandas.DataFrame, respondent × item
        ``low + high - x`` for reverse items, x for the others; "does not apply" and blanks are NaN.
    """
    frame: pd.DataFrame = table.remembered.once(("recoded", construct_key), lambda: _recoded(table, construct_key))
    return frame.copy(deep=False)       # whoever writes into it gets a copy of what is written


def _recoded(table: AnswerTable, construct_key: str) -> pd.DataFrame:
    low, high = scale_range(table.instrument, construct_key)
    items = construct_items(table.instrument, construct_key)
    raw = _raw(table, items)
    flip = np.array([item.is_reverse for item in items])
    return pd.DataFrame(np.where(flip, recode(raw, low, high), raw), index=table.values.index,
                        columns=[item.key for item in items])


def corrected_items(table: AnswerTable, construct_key: str, style: pd.Series) -> pd.DataFrame:
    """Return recoded items freed of answering style, for scales that do not hold together as a scale.

    Parameters
    ----------
    table : AnswerTable
        Raw answers.
    construct_key : str
        Key of the construct.
    style : pandas.Series
        Answering style A_i per respondent, as in `Scores.style`.

    Returns
    -------
    pandas.DataFrame, respondent × item
        Recoded answer minus A_i for direct items, plus A_i for reverse items; NaN where either is missing.
    """
    low, high = scale_range(table.instrument, construct_key)
    recoded = recoded_items(table, construct_key)
    sign = np.array([-1.0 if item.is_reverse else 1.0 for item in construct_items(table.instrument, construct_key)])
    points = style.reindex(recoded.index).to_numpy(dtype=float) * (high - low) / style_width(table.instrument)
    return recoded - points[:, None] * sign[None, :]


def style_width(instrument: Instrument) -> float:
    """Return the width of the scale whose points answering style is expressed in.

    Parameters
    ----------
    instrument : Instrument
        The questionnaire.

    Returns
    -------
    float
        ``high - low`` of the first construct's items; 4 for the usual five points. Scales of another width take part in
        A_i, and are corrected by it, in proportion to their width.
    """
    for construct in instrument.constructs:
        if construct_items(instrument, construct.key):
            low, high = scale_range(instrument, construct.key)
            return high - low
    return 4.0


def answering_style(table: AnswerTable, *, minimum_scales: int = STYLE_MINIMUM_SCALES) -> pd.Series:
    """Return each respondent's tendency to agree whatever the content.

    Parameters
    ----------
    table : AnswerTable
        Raw answers.
    minimum_scales : int, optional
        Scales with direct and reverse items answered that a respondent needs; default 2.

    Returns
    -------
    pandas.Series, index respondent
        ``A_i = mean over scales of ((mean raw direct + mean raw reverse) / 2 - midpoint)`` in scale points, over the
        scales of which the respondent answered both kinds. The content cancels, the tendency stays. NaN when fewer than
        `minimum_scales` such scales were answered, and for everybody when the instrument has no reverse items.

    References
    ----------
    Baumgartner & Steenkamp (2001), Response styles in marketing research.
    """
    parts = [table.remembered.once(("style", construct.key), partial(_style_part, table, construct.key))
             for construct in table.instrument.constructs if construct_items(table.instrument, construct.key)]
    tilt = np.column_stack(parts) if parts else np.empty((table.n, 0))
    n_scales = np.isfinite(tilt).sum(axis=1)
    mean = np.nansum(tilt, axis=1) / np.maximum(n_scales, 1)
    points = np.where(n_scales >= max(minimum_scales, 1), mean, np.nan) * style_width(table.instrument)
    return pd.Series(points, index=table.values.index, name="style")


def score_scales(table: AnswerTable, *, minimum_style_scales: int = STYLE_MINIMUM_SCALES) -> Scores:
    """Return plain, style-corrected and balanced scores of every construct that has rating items.

    Parameters
    ----------
    table : AnswerTable
        Raw answers, n respondents.
    minimum_style_scales : int, optional
        Scales with both kinds of items answered that answering style needs; default 2.

    Returns
    -------
    Scores
        Frames n × constructs in scale points. Plain: mean of answered recoded items when enough are answered.
        Corrected: ``plain - A_i * (d - r) / (d + r)`` with d direct and r reverse items answered by this respondent.
        Balanced: mean of direct mean and recoded reverse mean.
    """
    scores: Scores = table.remembered.once(
        ("scores", minimum_style_scales), lambda: _scored(table, minimum_style_scales))
    return scores


def half_answered_scores(table: AnswerTable) -> pd.DataFrame:
    """Return scores that ask for half of a scale's items, for analyses which lose a row for one missing score.

    Parameters
    ----------
    table : AnswerTable
        Raw answers, n respondents.

    Returns
    -------
    pandas.DataFrame, n × constructs
        Plain scores in scale points, as of `score_scales`, from half of the items on, or fewer where the questionnaire
        itself asks for fewer; all of two-item scales where it asks for all. The mean of such a person's answers is a
        little less reliable; leaving the person out costs every other answer (Newman 2014, Missing data: Five practical
        guidelines, which advises to use all items there are).
    """
    frame: pd.DataFrame = table.remembered.once(("half_answered_scores",), lambda: _half_answered(table))
    return frame


def _half_answered(table: AnswerTable) -> pd.DataFrame:
    scoring = table.instrument.scoring
    share = min(scoring.min_answered_share, HALF)
    scored = {}
    for construct in table.instrument.constructs:
        items = construct_items(table.instrument, construct.key)
        if items:
            recoded = recoded_items(table, construct.key).to_numpy(dtype=float)
            scored[construct.key] = score_items(recoded, share, require_all=_requires_all(scoring, len(items)))
    return pd.DataFrame(scored, index=table.values.index)


def _scored(table: AnswerTable, minimum_style_scales: int) -> Scores:
    style = answering_style(table, minimum_scales=minimum_style_scales)
    plain: dict[str, Numbers] = {}
    corrected: dict[str, Numbers] = {}
    balanced: dict[str, Numbers] = {}
    for construct in table.instrument.constructs:
        if not construct_items(table.instrument, construct.key):
            continue
        plain[construct.key], surplus, balanced[construct.key] = table.remembered.once(
            ("construct", construct.key), partial(_score_construct, table, construct.key))
        corrected[construct.key] = plain[construct.key] - style.to_numpy() * surplus
    index = table.values.index
    return Scores(pd.DataFrame(plain, index=index), pd.DataFrame(corrected, index=index),
                  pd.DataFrame(balanced, index=index), style)


def _score_construct(table: AnswerTable, construct_key: str) -> tuple[Numbers, Numbers, Numbers]:
    """Return plain score, points of score that one point of answering style adds, and balanced score."""
    items = construct_items(table.instrument, construct_key)
    recoded = recoded_items(table, construct_key).to_numpy(dtype=float)
    reverse = np.array([item.is_reverse for item in items])
    plain = score_items(recoded, table.instrument.scoring.min_answered_share,
                        require_all=_requires_all(table.instrument.scoring, len(items)))
    n_direct = np.isfinite(recoded[:, ~reverse]).sum(axis=1)
    n_reverse = np.isfinite(recoded[:, reverse]).sum(axis=1)
    low, high = scale_range(table.instrument, construct_key)
    share = (n_direct - n_reverse) / np.maximum(n_direct + n_reverse, 1)
    halves = (_row_mean(recoded[:, ~reverse]) + _row_mean(recoded[:, reverse])) / 2
    return plain, share * (high - low) / style_width(table.instrument), np.where(np.isfinite(plain), halves, np.nan)


def _style_part(table: AnswerTable, construct_key: str) -> Numbers:
    """Return one scale's part of answering style, as a share of the scale's width; NaN where one kind is unanswered."""
    low, high = scale_range(table.instrument, construct_key)
    items = construct_items(table.instrument, construct_key)
    raw = _raw(table, items)
    reverse = np.array([item.is_reverse for item in items])
    middle = (_row_mean(raw[:, ~reverse]) + _row_mean(raw[:, reverse])) / 2
    return np.asarray((middle - (low + high) / 2) / (high - low), dtype=float)


def _requires_all(scoring: Scoring, n_items: int) -> bool:
    return scoring.two_item_scales_require_all and n_items == 2  # noqa: PLR2004 - the rule is about two-item scales


def _raw(table: AnswerTable, items: Sequence[Item]) -> Numbers:
    """Return raw answers n × items; an item that the table lacks reads as missing."""
    return np.asarray(table.values.reindex(columns=[item.key for item in items]), dtype=float)


def _row_mean(values: Numbers) -> Numbers:
    """Return the mean of what each row holds; NaN for a row without anything."""
    n = np.isfinite(values).sum(axis=1)
    return np.where(n > 0, np.nansum(values, axis=1) / np.maximum(n, 1), np.nan)


def _scales(instrument: Instrument) -> Mapping[str, AnswerScale]:
    return {scale.key: scale for scale in instrument.scales}
