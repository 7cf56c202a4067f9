"""How far coders agree: everything that is reported together, per code, per pair and overall."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from analysis.results.measurement import Estimate

AgreementUnit = Literal["turn", "sentence", "character"]
AgreementVerdict = Literal["accept", "tentative", "unusable", "not_assessable", "not_double_coded"]


@dataclass(frozen=True)
class FleissKappa:
    """Fleiss' kappa, overall and by value in the order of the columns; None = no variation."""

    value: float | None
    by_value: tuple[float | None, ...]
    n_units: int
    n_raters: int
    observed: float | None = None               # mean share of agreeing pairs
    expected: float | None = None               # … by chance
    shares: tuple[float, ...] = ()              # of all ratings, by value
    standard_error: float | None = None         # under no agreement, for z
    z: float | None = None


@dataclass(frozen=True)
class PairAgreement:
    """Two coders on one code: how many units each marked, and how far that agrees; shares 0..1."""

    first: str
    second: str
    n_units: int
    n_both: int                                 # both gave the code, in whatever polarity
    n_only_first: int
    n_only_second: int
    n_neither: int
    n_other_polarity: int                       # of `n_both`, how many with different polarity
    percent_agreement: float | None
    jaccard: float | None                       # both / at least one
    positive_agreement: float | None            # Dice: twice both / sum of each
    kappa: Estimate                             # Cohen


@dataclass(frozen=True)
class AgreementOnCode:
    """All coders on one code, its sub-codes merged; shares 0..1."""

    code: str
    n_documents: int
    n_units: int
    n_coders: int
    n_marked: int                               # units that at least one coder marked
    share_coded: Mapping[str, float]            # coder → share of the units it saw that carry the code
    prevalence: float | None                    # mean of the coders' shares
    percent_agreement: float | None
    jaccard: float | None
    positive_agreement: float | None
    alpha: Estimate                             # Krippendorff, nominal
    fleiss: float | None                        # None where not every unit has the same number of coders
    brennan_prediger: float | None
    ac1: float | None                           # Gwet
    unitized: float | None                      # uα of the code against gaps; beta
    has_paradox: bool                           # high agreement beside a low coefficient, because the code is rare
    verdict: AgreementVerdict
    pairs: tuple[PairAgreement, ...]


@dataclass(frozen=True)
class ExclusiveClash:
    """One coder gave two codes that exclude each other to the same words, so many characters long."""

    document: str
    coder: str
    first: str
    second: str
    n_characters: int


@dataclass(frozen=True)
class SetAgreement:
    """Agreement within the codes below `parent`, which exclude each other; unitizing alphas, beta. None = undefined."""

    parent: str
    codes: tuple[str, ...]
    not_given: tuple[str, ...]
    n_documents: int
    share_coded: float | None                   # of the places times coders
    all_values: float | None                    # uα: where, and which code
    any_code: float | None                      # |uα: where, whichever code
    codes_only: float | None                    # cuα: which code, where two coders coded
    by_code: Mapping[str, float | None]         # (k)uα: this code told from the others of the set
    clashes: tuple[ExclusiveClash, ...]         # their places are left out for every coder
    n_left_out: int                             # characters
    n_parent: int                               # passages with the parent itself, which count for no code of the set
    # 95 % over resampled texts, by name of the field; empty where there are fewer than three.
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class AgreementReport:
    """Agreement of the coders of a set of texts that two or more of them have finished."""

    unit: AgreementUnit
    documents: tuple[str, ...]
    left_out: tuple[str, ...]                   # finished by two coders, but with passages that have no place
    coders: tuple[str, ...]
    n_units: int
    n_resamples: int
    seed: tuple[int, ...]
    resampled: Literal["documents", "units"]
    accept_at: float
    tentative_at: float
    overall: AgreementOnCode                    # every unit × every code that somebody gave, not merged
    codes: tuple[AgreementOnCode, ...]
    sets: tuple[SetAgreement, ...] = ()
