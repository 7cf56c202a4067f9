"""Results of structural models: parameters, fit, reliability, invariance. Unrounded; None = cannot be computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from analysis.results.caution import Caution
from analysis.results.measurement import Estimate, Matrix


@dataclass(frozen=True)
class ModelParameter:
    """One parameter: estimate with standard error and interval; `std_all` = all variables of unit variance."""

    lhs: str
    op: str                             # =~, ~, ~~, ~1, :=
    rhs: str
    group: str
    label: str
    is_free: bool
    estimate: float
    se: float | None
    z: float | None
    p_value: float | None
    ci_low: float | None
    ci_high: float | None
    std_lv: float | None
    std_all: float | None
    std_all_se: float | None
    std_all_ci_low: float | None
    std_all_ci_high: float | None
    is_exogenous: bool = False


@dataclass(frozen=True)
class ChiSquare:
    """A test of a model: chi-square, degrees of freedom, p, and for scaled ones the factor it was divided by."""

    value: float
    df: int
    p_value: float | None               # None without degrees of freedom
    method: str
    scaling: float | None = None


@dataclass(frozen=True)
class ScaledFit:
    """Fit that allows for answers that are not normal (or missing): scaled test, scaled and robust indices."""

    chi2: ChiSquare | None
    baseline: ChiSquare | None
    cfi_scaled: float | None
    tli_scaled: float | None
    rmsea_scaled: Estimate | None
    cfi_robust: float | None
    tli_robust: float | None
    rmsea_robust: Estimate | None


@dataclass(frozen=True)
class ModelFit:
    """How well a model fits, by every measure that is asked for; the RMSEA has a 90 % interval."""

    n_parameters: int
    objective: float
    chi2: ChiSquare
    baseline: ChiSquare
    cfi: float | None
    tli: float | None
    rfi: float | None
    nfi: float | None
    ifi: float | None
    rni: float | None
    log_likelihood: float | None
    log_likelihood_saturated: float | None
    aic: float | None
    bic: float | None
    bic_adjusted: float | None
    rmsea: Estimate | None
    rmsea_close_p: float | None         # p of the hypothesis that the RMSEA is at most .05
    rmr: float | None
    srmr: float | None
    crmr: float | None
    gfi: float | None
    agfi: float | None
    mfi: float | None
    ecvi: float | None
    scaled: ScaledFit | None = None


@dataclass(frozen=True)
class FactorReliability:
    """How much of a scale is its factor, in both conventions, and whether the factor is distinct.

    `cr_raw` and `ave_raw` weigh items by their variance (semTools), `cr` and `ave` use standardised loadings
    (textbook).
    """

    factor: str
    group: str
    cr: float | None
    ave: float | None
    cr_raw: float | None
    ave_raw: float | None
    omega: float | None                 # with implied residuals (Raykov)
    omega_implied: float | None         # over the implied variance of the sum (Bentler)
    alpha: float | None
    largest_squared_correlation: float | None
    is_distinct: bool | None            # Fornell-Larcker: AVE above every squared correlation
    warnings: tuple[Caution, ...] = ()
    alpha_ordinal: float | None = None  # of polychoric correlations, where items are ordinal


@dataclass(frozen=True)
class FactorPair:
    """Whether two factors can be told apart: their correlation, and what the correlations of their items say."""

    first: str
    second: str
    group: str
    correlation: float | None
    htmt: float
    htmt2: float
    verdict: Literal["distinct", "hard_to_tell_apart", "together"]      # by htmt


@dataclass(frozen=True)
class GroupMoments:
    """What one group's data say, what the model implies, and the difference as correlations."""

    group: str
    n: int
    items: tuple[str, ...]
    observed_cov: Matrix
    implied_cov: Matrix
    residual_correlations: Matrix
    observed_mean: tuple[float, ...]
    implied_mean: tuple[float, ...] | None
    factors: tuple[str, ...]
    factor_cov: Matrix
    factor_correlations: Matrix


@dataclass(frozen=True)
class SemResult:
    """A fitted confirmatory factor, path or structural model."""

    n: int
    n_dropped: int
    groups: tuple[str, ...]
    estimator: str                      # ML, MLR, MLM, WLSMV
    missing: str                        # listwise, pairwise, fiml
    method: str
    confidence: float
    steps: int
    parameters: tuple[ModelParameter, ...]
    fit: ModelFit
    r_squared: Mapping[str, float | None]       # by variable; "variable in group" where there are several
    moments: tuple[GroupMoments, ...]
    reliability: tuple[FactorReliability, ...] = ()
    warnings: tuple[Caution, ...] = ()
    pairs: tuple[FactorPair, ...] = ()


@dataclass(frozen=True)
class ModificationIndex:
    """What freeing one parameter would bring: drop in chi-square, expected value, standardised expected value."""

    lhs: str
    op: str
    rhs: str
    group: str
    mi: float
    p_value: float
    epc: float
    epc_std_lv: float | None
    epc_std_all: float | None
    mi_scaled: float | None = None      # ordinal items: what p_value is of


@dataclass(frozen=True)
class ReleaseTest:
    """Score test of what is held across groups: what chi-square would lose if this parameter were free there."""

    parameter: str
    group: str
    chi2: float
    df: int
    p_value: float
    p_holm: float
    epc: float
    chi2_scaled: float | None = None    # ordinal items: what p_value is of


@dataclass(frozen=True)
class InvarianceStep:
    """One step of invariance, its fit and what it costs beside the step before."""

    name: str                           # configural, thresholds (ordinal items), metric, scalar, strict
    equal: tuple[str, ...]
    partial: tuple[str, ...]
    result: SemResult
    difference: ChiSquare | None
    difference_rmsea: float | None
    delta_cfi: float | None             # this step minus the one before
    delta_rmsea: float | None
    delta_srmr: float | None
    delta_cfi_scaled: float | None
    delta_cfi_robust: float | None
    delta_rmsea_robust: float | None
    is_held: bool | None                # None for the first step
    releases: tuple[ReleaseTest, ...] = ()
    delta_rmsea_scaled: float | None = None     # ordinal items


@dataclass(frozen=True)
class Invariance:
    """Whether a model measures the same in every group, step by step."""

    n: int
    groups: tuple[str, ...]
    estimator: str
    steps: tuple[InvarianceStep, ...]
    highest_held: str
    partial_steps: tuple[InvarianceStep, ...] = ()      # steps repeated with the parameters freed that score tests name
    warnings: tuple[Caution, ...] = ()


@dataclass(frozen=True)
class FactorScores:
    """A score per respondent and factor; None where nothing was answered."""

    method: str                         # regression, Bartlett
    factors: tuple[str, ...]
    scores: Matrix
    n: int


@dataclass(frozen=True)
class BootstrapParameter:
    """One parameter over resamples of respondents."""

    lhs: str
    op: str
    rhs: str
    estimate: float
    se: float
    ci_low: float | None
    ci_high: float | None
    method: str                         # percentile, bca
    n_resamples: int                    # those that could be estimated
