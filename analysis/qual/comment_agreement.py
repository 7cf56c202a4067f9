"""How far coders of comments agree: alpha per code with a comment as unit and as what is resampled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.qual.agreement import (
    DEFAULT_SEED,
    MINIMUM_INTERVIEWS,
    N_RESAMPLES,
    VALUES,
    Verdict,
    verdict_of,
)
from analysis.qual.alpha import alpha_of, coincidences, optional
from analysis.results.measurement import Estimate
from analysis.tables import CommentTable
from instruments.template import Codebook

METHOD = "Krippendorff's alpha, nominal, unit comment; percentiles over comments"
MINIMUM_COMMENTS = MINIMUM_INTERVIEWS       # as few units as interviews are asked for
_Counts = NDArray[np.float64]


@dataclass(frozen=True)
class CommentAgreement:
    """Agreement on one code over all comments that two or more coders have read."""

    alpha: Estimate
    verdict: Verdict


def comment_agreement(table: CommentTable, codebook: Codebook, sources: Iterable[str], *,
                      thresholds: Mapping[str, float] | None = None, n_resamples: int = N_RESAMPLES,
                      seed: Sequence[int] = DEFAULT_SEED) -> dict[str, CommentAgreement]:
    """Return the agreement of coders on the codes that comments were given.

    Parameters
    ----------
    table : CommentTable
    codebook : Codebook
        Codings of codes below a code count for it.
    sources : iterable of str
        Texts to look at; those that fewer than two coders have finished do not count.
    thresholds : Mapping[str, float], optional
        agreement_accept and agreement_tentative over the codebook's bounds.
    n_resamples, seed
        For the interval: comments are drawn with replacement.

    Returns
    -------
    dict[str, CommentAgreement]
        By code, for codes given in these texts and those above them; empty with fewer than three comments. A coder's
        value of a comment is absent, supports, contradicts or mixed (marked so, or both).

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability.
    """
    double = {source: table.double_coded[source] for source in sources if source in table.double_coded}
    read = _Read(table, double)
    if len(read.n_coders) < MINIMUM_COMMENTS:
        return {}
    bounds = thresholds or {}
    accept = bounds.get("agreement_accept", codebook.quality.accept_at)
    tentative = bounds.get("agreement_tentative", codebook.quality.tentative_at)
    found = {}
    for code in codebook.codes:
        family = {code.key} | {other.key for other in codebook.codes if code.key in codebook.ancestors(other.key)}
        counts = read.counts(family)
        if counts is not None:
            alpha = _interval(counts, n_resamples, seed)
            found[code.key] = CommentAgreement(alpha, verdict_of(alpha.value, accept, tentative))
    return found


class _Read:
    """Every comment of the double-coded texts, and what each coder of them marked in it."""

    def __init__(self, table: CommentTable, double: Mapping[str, tuple[str, ...]]) -> None:
        self.start: dict[str, int] = {}
        n_coders: list[int] = []
        for source, coders in double.items():
            self.start[source] = len(n_coders)
            n_coders += [len(coders)] * int(table.items.loc[source, "n_comments"])
        self.n_coders = np.array(n_coders, dtype=float)
        self.marks = [(str(row.code), self.start[str(row.source)] + int(row.comment) - 1, str(row.coder),
                       VALUES.index(str(row.polarity)))
                      for row in table.codings.itertuples()
                      if str(row.source) in double and row.coder in double[str(row.source)]]

    def counts(self, family: set[str]) -> _Counts | None:
        """Return comment × value how many coders read it so; None where nobody gave a code of the family."""
        said: dict[tuple[int, str], int] = {}
        for code, place, coder, value in self.marks:
            if code in family:
                said[place, coder] = said.get((place, coder), 0) | value     # 1 | 2 = 3: both is mixed
        if not said:
            return None
        counts = np.zeros((len(self.n_coders), len(VALUES)))
        counts[:, 0] = self.n_coders
        for (place, _), value in said.items():
            counts[place, 0] -= 1
            counts[place, value] += 1
        return counts


def _interval(counts: _Counts, n_resamples: int, seed: Sequence[int]) -> Estimate:
    """Return alpha with percentiles; comments read alike are drawn together, which is the same drawing and quick."""
    patterns, n_alike = np.unique(counts, axis=0, return_counts=True)
    matrices, n = coincidences(patterns), len(counts)
    alpha = optional(alpha_of(np.tensordot(n_alike.astype(float), matrices, axes=1)))
    if alpha is None:
        return Estimate(None, None, None, n, METHOD)
    drawn = np.random.default_rng(list(seed)).multinomial(n, n_alike / n, size=n_resamples).astype(float)
    draws = alpha_of(np.tensordot(drawn, matrices, axes=1))
    draws = draws[np.isfinite(draws)]
    if len(draws) * 2 < n_resamples:
        return Estimate(alpha, None, None, n, f"{METHOD}; most resamples show no variation, so no interval")
    low, high = np.quantile(draws, [0.025, 0.975])
    return Estimate(alpha, float(low), float(high), n, METHOD)
