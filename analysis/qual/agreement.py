"""How far coders agree on each code, over turns, and whether it may be used as evidence (model 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.qual.alpha import alpha_of, coincidences, optional
from analysis.qual.kappa import cohen_kappa
from analysis.results.comparisons import CoderAgreement
from analysis.results.measurement import Estimate
from analysis.tables import InterviewTable
from instruments.template import Codebook

Numbers = NDArray[np.float64]
NOT_CODED_TWICE: Literal["not_double_coded"] = "not_double_coded"
Verdict = Literal["accept", "tentative", "unusable", "not_assessable", "not_double_coded"]

ACCEPT_AT = 0.80            # model 8; Krippendorff 2004
TENTATIVE_AT = 0.667        # model 8; Krippendorff 2004
MINIMUM_INTERVIEWS = 3      # model 8: double-coded interviews needed
N_RESAMPLES = 2000          # model 8: resamples of interviews
DEFAULT_SEED = (20260101, 8)
VALUES = ("absent", "supports", "contradicts", "mixed")
_METHOD = "Krippendorff's alpha, nominal, unit turn; percentiles over interviews"
_UNKNOWN_CODER = "\N{EM DASH}"      # a coder who finished the interview without applying any code leaves no name


def verdict_of(alpha: float | None, accept_at: float = ACCEPT_AT, tentative_at: float = TENTATIVE_AT) -> Verdict:
    """Return what an alpha means for the use of a code as evidence.

    Parameters
    ----------
    alpha : float or None
        Krippendorff's alpha; None = no variation.
    accept_at, tentative_at : float, optional
        Borders, .80 and .667.

    Returns
    -------
    str
        accept, tentative, unusable; not_assessable without variation (to be treated as tentative).
    """
    if alpha is None:
        return "not_assessable"
    if alpha >= accept_at:
        return "accept"
    return "tentative" if alpha >= tentative_at else "unusable"


def code_agreement(table: InterviewTable, codebook: Codebook, *, thresholds: Mapping[str, float] | None = None,
                   n_resamples: int = N_RESAMPLES, seed: Sequence[int] = DEFAULT_SEED,
                   ) -> dict[str, CoderAgreement]:
    """Return the agreement of coders on every code, sub-codes merged into the code.

    Parameters
    ----------
    table : InterviewTable
        Interviews with turns and codings of each coder. Units are the interviewees' turns and any other turn that
        carries a code, of the interviews that two or more coders have finished. An interview with a coding whose turn
        is unknown cannot be compared and is left out.
    codebook : Codebook
        Codes; its quality bounds hold unless `thresholds` brings agreement_accept or agreement_tentative.
    thresholds : Mapping[str, float], optional
        The study's values.
    n_resamples : int, optional
        Resamples of interviews.
    seed : sequence of int, optional
        Seed of the stream.

    Returns
    -------
    dict[str, CoderAgreement]
        By code. A coder's value of a turn is absent, supports, contradicts or mixed (marked so, or both). With fewer
        than three double-coded interviews the verdict is not_double_coded and alpha is withheld.

    References
    ----------
    Krippendorff (2011); Hripcsak & Rothschild (2005) for positive agreement.
    """
    limits = {"agreement_accept": codebook.quality.accept_at, "agreement_tentative": codebook.quality.tentative_at,
              **(thresholds or {})}
    hierarchy = tuple((code.key, code.parent) for code in codebook.codes)
    measured: dict[str, CoderAgreement] = table.remembered.once(
        ("agreement", hierarchy, n_resamples, tuple(seed)),
        lambda: _measured(table, codebook, n_resamples, seed, limits))
    return {key: found if found.verdict == NOT_CODED_TWICE else replace(found, verdict=verdict_of(
        found.alpha.value, limits["agreement_accept"], limits["agreement_tentative"]))
        for key, found in measured.items()}


def _measured(table: InterviewTable, codebook: Codebook, n_resamples: int, seed: Sequence[int],
              limits: Mapping[str, float]) -> dict[str, CoderAgreement]:
    grids = _grids(table)
    counts = _resampled_interviews(len(grids), n_resamples, seed)
    found = {}
    for code in codebook.codes:
        family = {code.key} | {other.key for other in codebook.codes if code.key in codebook.ancestors(other.key)}
        matrices = [_values(grid, family) for grid in grids]
        found[code.key] = _agreement(code.key, grids, matrices, counts, limits)
    return found


class _Grid:
    """One double-coded interview: its turns, its coders, and what each marked."""

    def __init__(self, turns: Sequence[int], coders: Sequence[str], codings: pd.DataFrame) -> None:
        self.turns = {turn: place for place, turn in enumerate(turns)}
        self.coders = tuple(coders)
        places = {coder: place for place, coder in enumerate(coders)}
        marks = codings[["turn", "coder", "code", "polarity"]].itertuples(index=False)
        self.marks = [(self.turns[int(turn)], places[str(coder)], str(code), str(polarity))
                      for turn, coder, code, polarity in marks]


def _grids(table: InterviewTable) -> list[_Grid]:
    """Return the double-coded interviews whose codings all have a place, in order of their keys."""
    grids = []
    own = table.codings if table.originals is None else table.originals
    for key in sorted(table.double_coded):
        codings = own[own["interview"] == key]
        turns = table.turns[table.turns["interview"] == key]
        if (codings["turn"] < 0).any() or turns.empty:
            continue
        spoken = turns.loc[turns["is_interviewee"].astype(bool), "turn"]
        units = sorted({int(turn) for turn in spoken} | {int(turn) for turn in codings["turn"]})
        coders = sorted({str(coder) for coder in codings["coder"]})
        coders += [_UNKNOWN_CODER * number for number in range(1, 3 - len(coders))]
        grids.append(_Grid(units, coders, codings))
    return grids


def _values(grid: _Grid, family: set[str]) -> NDArray[np.int64]:
    """Return turn × coder the place of its value in `VALUES`: 1 supports, 2 contradicts, 3 = both or mixed."""
    values = np.zeros((len(grid.turns), len(grid.coders)), dtype=np.int64)
    for turn, coder, code, polarity in grid.marks:
        if code in family:
            values[turn, coder] |= VALUES.index(polarity)
    return values


def _agreement(code: str, grids: list[_Grid], matrices: list[NDArray[np.int64]], counts: Numbers,
               limits: Mapping[str, float]) -> CoderAgreement:
    coders = sorted({coder for grid in grids for coder in grid.coders})
    n_units = sum(len(matrix) for matrix in matrices)
    per_interview = np.array([_interview_coincidences(matrix) for matrix in matrices])
    if len(grids) < MINIMUM_INTERVIEWS:
        return CoderAgreement(code, len(grids), n_units, len(coders), {}, None, None, None,
                              Estimate(None, None, None, len(grids), _METHOD), None, NOT_CODED_TWICE)
    alpha = optional(alpha_of(per_interview.sum(axis=0)))
    jaccard, dice = _positive_agreement(matrices)
    is_pair = len(coders) == 2  # noqa: PLR2004 - kappa is defined for two coders
    kappa = cohen_kappa([tuple(row) for matrix in matrices for row in matrix]) if is_pair else None
    return CoderAgreement(
        code, len(grids), n_units, len(coders), _share_coded(grids, matrices, coders),
        _percent_agreement(matrices), jaccard, dice, _interval(alpha, per_interview, counts), kappa,
        verdict_of(alpha, limits["agreement_accept"], limits["agreement_tentative"]))


def _interval(alpha: float | None, per_interview: Numbers, counts: Numbers) -> Estimate:
    """Return alpha with the percentiles over resampled interviews; resamples without variation tell nothing."""
    n = len(per_interview)
    if alpha is None:
        return Estimate(None, None, None, n, _METHOD)
    draws = alpha_of(np.tensordot(counts, per_interview, axes=1))
    draws = draws[np.isfinite(draws)]
    if len(draws) * 2 < len(counts):
        return Estimate(alpha, None, None, n, f"{_METHOD}; most resamples show no variation, so no interval")
    low, high = np.quantile(draws, [0.025, 0.975])
    return Estimate(alpha, float(low), float(high), n, _METHOD)


def _interview_coincidences(matrix: NDArray[np.int64]) -> Numbers:
    counts = (matrix[:, :, None] == np.arange(len(VALUES))).sum(axis=1).astype(float)
    return np.asarray(coincidences(counts).sum(axis=0))


def _resampled_interviews(n: int, n_resamples: int, seed: Sequence[int]) -> Numbers:
    """Return how often each interview was drawn, resample × interview."""
    if n == 0:
        return np.zeros((n_resamples, 0))
    drawn = np.random.default_rng(list(seed)).integers(0, n, size=(n_resamples, n))
    return np.asarray((drawn[:, :, None] == np.arange(n)).sum(axis=1), dtype=float)


def _share_coded(grids: list[_Grid], matrices: list[NDArray[np.int64]], coders: list[str]) -> dict[str, float]:
    shares = {}
    for coder in coders:
        seen = [matrix[:, grid.coders.index(coder)] for grid, matrix in zip(grids, matrices, strict=True)
                if coder in grid.coders]
        shares[coder] = float((np.concatenate(seen) > 0).mean())
    return shares


def _coder_pairs(matrices: list[NDArray[np.int64]]) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    return [(matrix[:, i], matrix[:, j]) for matrix in matrices
            for i in range(matrix.shape[1]) for j in range(i + 1, matrix.shape[1])]


def _percent_agreement(matrices: list[NDArray[np.int64]]) -> float | None:
    pairs = _coder_pairs(matrices)
    n = sum(len(a) for a, _ in pairs)
    return sum(int((a == b).sum()) for a, b in pairs) / n if n else None


def _positive_agreement(matrices: list[NDArray[np.int64]]) -> tuple[float | None, float | None]:
    """Return both coded / at least one coded, and twice both / sum of each, over all pairs of coders."""
    pairs = _coder_pairs(matrices)
    both = sum(int(((a > 0) & (b > 0)).sum()) for a, b in pairs)
    each = sum(int((a > 0).sum() + (b > 0).sum()) for a, b in pairs)
    if each == 0:
        return None, None
    return both / (each - both), 2 * both / each
