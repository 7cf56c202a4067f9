"""The agreement report: everything that belongs together, per code, per pair of coders and overall."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.errors import TooFewData
from analysis.qual.agreement import ACCEPT_AT, MINIMUM_INTERVIEWS, N_RESAMPLES, TENTATIVE_AT, verdict_of
from analysis.qual.alpha import alpha_of, coincidences, optional
from analysis.qual.coded_text import VALUES, CodedText, UnitGrid, Values, unit_grid, values_of
from analysis.qual.exclusive import code_alpha, set_agreements
from analysis.qual.kappa import brennan_prediger, fleiss_kappa, gwet_ac1, kappa_of_table, observed_agreement
from analysis.results.agreement import AgreementOnCode, AgreementReport, AgreementUnit, PairAgreement
from analysis.results.measurement import Estimate
from instruments.template import Codebook

Numbers = NDArray[np.float64]
Resampled = Literal["documents", "units"]

SEED = (20260101, 8)
RARE_BELOW = 0.10           # our choice: a code on fewer units makes coefficients fall although coders agree
HIGH_FROM = 0.80            # our choice: share of agreement that looks good beside a low coefficient
OVERALL = "*"
NO_PLACE = -1


@dataclass(frozen=True)
class AgreementOptions:
    """How agreement is computed; `is_one_source`: each text holds many people's answers, so lines are resampled."""

    unit: AgreementUnit = "turn"
    accept_at: float = ACCEPT_AT
    tentative_at: float = TENTATIVE_AT
    n_resamples: int = N_RESAMPLES
    seed: tuple[int, ...] = SEED
    is_one_source: bool = False
    minimum: int = MINIMUM_INTERVIEWS       # documents below which the verdict is withheld


def agreement_report(texts: Sequence[CodedText], codebook: Codebook,
                     options: AgreementOptions | None = None) -> AgreementReport:
    """Return the agreement of coders on every code of the codebook.

    Parameters
    ----------
    texts : sequence of CodedText
        Texts that two or more coders have finished, with the codings the coders made themselves. One with a mark that
        has no place is left out.
    codebook : Codebook
        Codes and their tree; a code is judged with its sub-codes merged.
    options : AgreementOptions, optional
        Unit, borders, resamples, seed.

    Returns
    -------
    AgreementReport
        Intervals are percentiles over resampled documents, or over resampled units where there are fewer than three
        documents or each document holds the answers of many people. `overall` takes every unit with every code that
        somebody gave, sub-codes apart.

    Raises
    ------
    TooFewData
        Without a text that two coders have finished.

    References
    ----------
    Krippendorff (2004), Content Analysis; Hripcsak & Rothschild (2005) for positive agreement; Feinstein & Cicchetti
    (1990) for the paradox of rare codes.
    """
    chosen = options or AgreementOptions()
    placed = [text for text in texts if all(mark.start > NO_PLACE for mark in text.marks) and text.turns]
    if not placed:
        raise TooFewData("coder agreement", "No text was finished by two coders.",
                         "Give interviews to two or more coders and let them finish.", 0)
    grids = [unit_grid(text, chosen.unit) for text in sorted(placed, key=lambda text: text.key)]
    by_documents = len(grids) >= MINIMUM_INTERVIEWS and not chosen.is_one_source
    resampled: Resampled = "documents" if by_documents else "units"
    bench = _Bench(grids, chosen, resampled)
    families = {code.key: {code.key} | {other.key for other in codebook.codes
                                        if code.key in codebook.ancestors(other.key)} for code in codebook.codes}
    used = sorted({mark.code for grid in grids for mark in grid.text.marks})
    return AgreementReport(
        chosen.unit, tuple(grid.text.key for grid in grids),
        tuple(sorted(text.key for text in texts if text not in placed)),
        bench.coders, sum(len(grid.starts) for grid in grids), chosen.n_resamples, chosen.seed, resampled,
        chosen.accept_at, chosen.tentative_at, bench.judged(OVERALL, [{code} for code in used]),
        tuple(bench.judged(key, [family]) for key, family in families.items()),
        set_agreements([grid.text for grid in grids], codebook, bench.counts if by_documents else None))


class _Bench:
    """The texts in units, and the resamples that every code is tried on alike."""

    def __init__(self, grids: Sequence[UnitGrid], options: AgreementOptions, resampled: Resampled) -> None:
        self.grids, self.options, self.resampled = grids, options, resampled
        self.coders = tuple(sorted({coder for grid in grids for coder in grid.text.coders}))
        n, draws = len(grids), options.n_resamples
        drawn = np.random.default_rng(list(options.seed)).integers(0, n, size=(draws, n))
        self.counts = np.asarray((drawn[:, :, None] == np.arange(n)).sum(axis=1), dtype=float)

    def judged(self, code: str, families: Sequence[Collection[str]]) -> AgreementOnCode:
        """Return the agreement on these families of codes, each unit × family a case."""
        matrices = [np.concatenate([values_of(grid, family) for family in families]) if families else
                    np.zeros((0, len(grid.text.coders)), dtype=np.int64) for grid in self.grids]
        counts = [(matrix[:, :, None] == np.arange(len(VALUES))).sum(axis=1).astype(float) for matrix in matrices]
        every = np.concatenate(counts)
        alpha = self._alpha(counts)
        pairs = tuple(self._pair(matrices, first, second) for first, second in combinations(self.coders, 2))
        both, each = sum(pair.n_both for pair in pairs), sum(
            2 * pair.n_both + pair.n_only_first + pair.n_only_second for pair in pairs)
        percent, shares = observed_agreement(every), self._shares(matrices)
        prevalence = float(np.mean(list(shares.values()))) if shares else None
        return AgreementOnCode(
            code, len(self.grids), len(every), len(self.coders), int((every[:, 1:].sum(axis=1) > 0).sum()), shares,
            prevalence, percent, both / (each - both) if each else None, 2 * both / each if each else None, alpha,
            _fleiss(every), brennan_prediger(every), gwet_ac1(every),
            code_alpha([grid.text for grid in self.grids], families[0]) if len(families) == 1 else None,
            self._is_paradox(percent, prevalence, alpha.value), self._verdict(alpha.value), pairs)

    def _verdict(self, alpha: float | None) -> Literal["accept", "tentative", "unusable", "not_assessable",
                                                       "not_double_coded"]:
        if not self.options.is_one_source and len(self.grids) < self.options.minimum:
            return "not_double_coded"
        return verdict_of(alpha, self.options.accept_at, self.options.tentative_at)

    def _is_paradox(self, percent: float | None, prevalence: float | None, alpha: float | None) -> bool:
        if percent is None or prevalence is None or not 0 < prevalence < 1:
            return False
        is_low = alpha is None or alpha < self.options.tentative_at
        return percent >= HIGH_FROM and is_low and not RARE_BELOW <= prevalence <= 1 - RARE_BELOW

    def _alpha(self, counts: Sequence[Numbers]) -> Estimate:
        level = f"Krippendorff's alpha, nominal, unit {self.options.unit}; percentiles over {self.resampled}"
        per_text = np.array([np.tensordot(times, coincidences(kinds), axes=1) for kinds, times in map(_kinds, counts)])
        value = optional(alpha_of(per_text.sum(axis=0)))
        n = len(self.grids) if self.resampled == "documents" else sum(map(len, counts))
        if value is None:
            return Estimate(None, None, None, n, level)
        draws = alpha_of(np.tensordot(self.counts, per_text, axes=1) if self.resampled == "documents" else
                         self._unit_draws(np.concatenate(counts)))
        draws = draws[np.isfinite(draws)]
        if len(draws) * 2 < self.options.n_resamples:
            return Estimate(value, None, None, n, f"{level}; most resamples show no variation, so no interval")
        low, high = np.quantile(draws, [0.025, 0.975])
        return Estimate(value, float(low), float(high), n, level)

    def _unit_draws(self, counts: Numbers) -> Numbers:
        """Return summed coincidences of resampled units; units alike are drawn together."""
        kinds, times = _kinds(counts)
        stream = np.random.default_rng(list(self.options.seed))
        drawn = stream.multinomial(len(counts), times / len(counts), size=self.options.n_resamples)
        return np.asarray(np.tensordot(drawn.astype(float), coincidences(kinds), axes=1))

    def _shares(self, matrices: Sequence[Values]) -> Mapping[str, float]:
        shares = {}
        for coder in self.coders:
            seen = np.concatenate([column for _, column in self._columns(matrices, coder)])
            if len(seen):
                shares[coder] = float((seen > 0).mean())
        return shares

    def _columns(self, matrices: Sequence[Values], coder: str) -> list[tuple[int, Values]]:
        return [(place, matrix[:, grid.text.coders.index(coder)])
                for place, (grid, matrix) in enumerate(zip(self.grids, matrices, strict=True))
                if coder in grid.text.coders]

    def _pair(self, matrices: Sequence[Values], first: str, second: str) -> PairAgreement:
        table = np.zeros((len(VALUES), len(VALUES)))
        others = dict(self._columns(matrices, second))
        for place, column in self._columns(matrices, first):
            if place in others:
                np.add.at(table, (column, others[place]), 1.0)
        n, both = int(table.sum()), int(table[1:, 1:].sum())
        only_first, only_second = int(table[1:, 0].sum()), int(table[0, 1:].sum())
        either = both + only_first + only_second
        return PairAgreement(
            first, second, n, both, only_first, only_second, int(table[0, 0]),
            both - int(np.trace(table[1:, 1:])), float(np.trace(table)) / n if n else None,
            both / either if either else None, 2 * both / (either + both) if either else None,
            kappa_of_table(table))


def _kinds(counts: Numbers) -> tuple[Numbers, Numbers]:
    """Return the different units and how often each occurs; as one number each, a hundred thousand are soon sorted."""
    if len(counts) == 0:
        return counts, np.zeros(0)
    weights = (counts.max() + 1) ** np.arange(counts.shape[1])[::-1]
    _, first, times = np.unique(counts @ weights, return_index=True, return_counts=True)
    return counts[first], times.astype(float)


def _fleiss(counts: Numbers) -> float | None:
    """Return Fleiss' kappa where every unit was seen by the same number of coders."""
    return fleiss_kappa(counts).value if len(set(counts.sum(axis=1).tolist())) == 1 else None
