"""Results of measurement: items, reliability, factorability, factors. Unrounded; None = cannot be computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from analysis.results.caution import Caution

Matrix = tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval, the number of cases and how it was got."""

    value: float | None
    ci_low: float | None
    ci_high: float | None
    n: int
    method: str
    confidence: float = 0.95


@dataclass(frozen=True)
class WithoutItem:
    """What a scale would be without one of its items."""

    alpha_standardised: float | None
    lambda6: float | None
    average_r: float
    median_r: float
    variance_r: float | None                    # between the correlations; None with a single one
    standard_error: float | None                # of alpha without the item


@dataclass(frozen=True)
class ItemStatistics:
    """One item of a scale; r values in -1..1, after recoding reverse items."""

    key: str
    n: int
    mean: float | None
    sd: float | None
    item_rest_r: float | None
    alpha_if_dropped: float | None
    frequencies: Mapping[str, int] = field(default_factory=dict)
    is_reverse: bool = False
    item_total_r: float | None = None           # with the mean of the answered items, itself among them
    standardised_r: float | None = None         # with the sum of the standardised items
    corrected_r: float | None = None            # … and with what the item shares with the others in its own place
    dropped: WithoutItem | None = None


@dataclass(frozen=True)
class Reliability:
    """Internal consistency of one scale; alpha with Feldt interval, omega total of one factor when n suffices."""

    n: int
    n_complete: int
    k: int
    alpha: Estimate
    alpha_standardised: float | None
    lambda6: float | None
    average_r: float | None
    items: tuple[ItemStatistics, ...]
    missing: Literal["pairwise", "listwise"]
    mean: float | None = None
    sd: float | None = None
    omega_total: Estimate | None = None
    omega_hierarchical: float | None = None
    spearman_brown: float | None = None         # two-item scales
    median_r: float | None = None
    signal_to_noise: float | None = None        # k r / (1 - r), r the average correlation
    standard_error: float | None = None         # of alpha under normality
    warnings: tuple[str, ...] = ()              # negative_item_rest: KEY, floor … see docs/measure.md


@dataclass(frozen=True)
class Factorability:
    """Whether the correlations are worth factoring."""

    n: int
    kmo: float | None
    kmo_items: Mapping[str, float]
    bartlett_chi2: float | None
    bartlett_df: int
    bartlett_p: float | None
    bartlett_log10_p: float | None
    eigenvalues: tuple[float, ...]
    smc: Mapping[str, float]
    dependent_items: tuple[str, ...] = ()       # items that others determine: no KMO, Bartlett, SMC then
    cautions: tuple[Caution, ...] = ()          # of the correlations: polychoric ones, not positive definite …


@dataclass(frozen=True)
class ParallelAnalysis:
    """Observed eigenvalues beside those of random data of the same size."""

    n: int
    observed_components: tuple[float, ...]
    observed_factors: tuple[float, ...]
    random_components_mean: tuple[float, ...]
    random_components_p95: tuple[float, ...]
    random_factors_mean: tuple[float, ...]
    random_factors_p95: tuple[float, ...]
    retain_components_p95: int
    retain_factors_p95: int
    retain_components_mean: int
    retain_factors_mean: int
    n_draws: int
    seed: int
    correlation: str = "pearson"
    cautions: tuple[Caution, ...] = ()
    diagonal: str = "smc"                       # communalities for the factors, or one_factor
    random: str = "normal"                      # or resampled: the answers, column by column


@dataclass(frozen=True)
class FactorSolution:
    """An exploratory factor solution; factors in order of variance, signed so that large loadings are positive."""

    n: int
    n_factors: int
    method: str
    rotation: str
    correlation: str
    items: tuple[str, ...]
    loadings: Matrix
    structure: Matrix | None
    phi: Matrix | None
    communalities: tuple[float, ...]
    uniquenesses: tuple[float, ...]
    variance_explained: tuple[float, ...]       # sums of squared loadings per factor, in items
    objective: float
    chi2: float | None
    df: int
    p_value: float | None
    rmsea: Estimate | None
    tli: float | None
    rmsr: float | None
    heywood_items: tuple[str, ...] = ()
    ml_discrepancy: float | None = None         # normal-theory F on which chi2 rests, whatever the method
    bic: float | None = None                    # chi2 - df log n
    cautions: tuple[Caution, ...] = ()
    order: tuple[str, ...] = ()                 # items by the factor they load highest on, largest loading first
    complexity: tuple[float, ...] = ()          # on how many factors each item loads
    share_of_variance: tuple[float, ...] = ()   # per factor, of all items
    share_of_common: tuple[float, ...] = ()     # … and of what is common
    eigenvalues: tuple[float, ...] = ()         # of the correlations
    common_eigenvalues: tuple[float, ...] = ()  # … with communalities on the diagonal
    empirical_chi2: float | None = None         # n times the squared residual correlations
    crms: float | None = None                   # RMSR corrected for the degrees of freedom
    null_chi2: float | None = None              # of uncorrelated items
    null_df: int | None = None
    fit_off: float | None = None                # share of the squared correlations that is reproduced
    rotation_criterion: float | None = None     # of oblimin and geomin
    warnings: tuple[str, ...] = ()              # named, `kind: about`; see docs/measure.md


@dataclass(frozen=True)
class FactorScoring:
    """Weights that turn standardised answers into factor scores, and how well the scores are determined."""

    n: int
    method: str
    items: tuple[str, ...]
    weights: Matrix
    determinacy: tuple[float, ...]              # correlation of each score with its factor, 0..1
    minimum_correlation: tuple[float, ...]      # of two equally good sets of scores: 2 r² - 1
    score_correlations: Matrix
    warnings: tuple[str, ...] = ()              # indeterminate: NUMBER, below .80 (Gorsuch 1983); heywood: KEY


@dataclass(frozen=True)
class LoadingIntervals:
    """An exploratory solution with intervals from resampled respondents, aligned to the solution of all of them."""

    solution: FactorSolution
    n: int
    confidence: float
    standard_errors: Matrix
    ci_low: Matrix
    ci_high: Matrix
    phi_low: Matrix | None
    phi_high: Matrix | None
    congruence: tuple[float, ...]               # median over resamples with the full solution, per factor
    n_resamples: int
    n_failed: int
    n_heywood: int
    seed: int
    method: str
    warnings: tuple[str, ...] = ()              # failed_resamples: N, heywood_resamples: N, unstable_factor: NUMBER


@dataclass(frozen=True)
class Congruence:
    """How alike two factor solutions of the same items are: Tucker's coefficients of the best matching."""

    items: tuple[str, ...]
    coefficients: Matrix                        # every factor of the first with every one of the second
    matches: tuple[tuple[int, int, float], ...]     # factor of the first, of the second, coefficient (its sign kept)
    verdicts: tuple[Literal["equal", "fair", "different"], ...]
    n: tuple[int, int]
    method: str = "Tucker's congruence coefficient"
    warnings: tuple[str, ...] = ()              # unmatched: NUMBER, reflected: NUMBER


@dataclass(frozen=True)
class Retention:
    """Two more opinions on the number of factors; entry i of a series is for i + 1 components or factors."""

    n: int
    map_values: tuple[float, ...]               # Velicer: mean squared partial correlation
    map_n_factors: int
    vss1: tuple[float, ...]                     # very simple structure: fit with one loading per item …
    vss2: tuple[float, ...]                     # … and with two
    vss1_n_factors: int
    vss2_n_factors: int
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True)
class GroupOmega:
    """One group factor: how far the sum of its own items is common, general, and the group's own."""

    items: tuple[str, ...]                      # those that load highest on it among the groups
    total: float
    general: float
    group: float


@dataclass(frozen=True)
class Omega:
    """How much of a total score is one general factor (hierarchical) and how much any common factor (total)."""

    n: int
    n_factors: int
    omega_total: float
    omega_hierarchical: float | None            # None for one factor: there is nothing to separate
    omega_limit: float | None                   # hierarchical as a share of all that is common
    ecv: float | None                           # share of the common variance that is general
    items: tuple[str, ...]
    general: tuple[float, ...]                  # Schmid-Leiman loadings on the general factor
    groups: Matrix                              # … and on the group factors
    communalities: tuple[float, ...]
    turned_items: tuple[str, ...] = ()          # items whose sign was turned because they load negatively
    heywood_items: tuple[str, ...] = ()
    correlation: str = "pearson"
    cautions: tuple[Caution, ...] = ()
    by_group: tuple[GroupOmega, ...] = ()       # in the order of the columns of `groups`; empty for one factor
    group_share: float | None = None            # of the whole sum's variance, due to the groups' own items
    general_shares: tuple[float, ...] = ()      # of each item's communality
    alpha_standardised: float | None = None     # of the items as turned
    lambda6: float | None = None
    warnings: tuple[str, ...] = ()              # turned: KEY, heywood: KEY, two_factors


@dataclass(frozen=True)
class DistinctPair:
    """How well two scales can be told apart."""

    first: str
    second: str
    htmt: float
    verdict: Literal["distinct", "hard_to_tell_apart", "together"]


@dataclass(frozen=True)
class ScaleQuality:
    """What the reliability table of the model says of one scale."""

    construct: str
    verdict: Literal["good", "acceptable", "limited", "limited_few_answers", "not_a_scale", "cannot_judge"]
    reliability: Reliability | None
    has_keying_doubt: bool = False
    one_factor: Literal["yes", "no", "not_run"] = "not_run"
    eigenvalue_ratio: float | None = None
    smallest_loading: float | None = None


@dataclass(frozen=True)
class Structure:
    """How many dimensions the problem and cause items hold; not run below the sample gate."""

    is_run: bool
    reason: str
    factorability: Factorability | None = None
    parallel: ParallelAnalysis | None = None
    solution: FactorSolution | None = None
    pairs: tuple[DistinctPair, ...] = ()
