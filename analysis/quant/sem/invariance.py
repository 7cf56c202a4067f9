"""Does a model measure the same in every group? Steps of equality, what each costs, and what would have to be freed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import pandas as pd

from analysis.errors import SpecError
from analysis.quant.sem.fit import ModelOptions, fitted_model, result_of
from analysis.quant.sem.indices import chi_square
from analysis.quant.sem.ladder import Ladder, Releases, Rung
from analysis.quant.sem.model import Fitted
from analysis.quant.sem.modification import release_tests
from analysis.quant.sem.sample import Sample
from analysis.quant.sem.step_rule import step_fails
from analysis.results.sem import ChiSquare, Invariance, InvarianceStep, SemResult

STEPS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "configural": (), "metric": ("loadings",), "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals")})


def invariance(model: str, data: pd.DataFrame | Sample, group: str, options: ModelOptions | None = None, *,
               steps: Sequence[str] = tuple(STEPS), partial: Sequence[str] = (),
               place: str = "invariance") -> Invariance:
    """Return whether a model measures the same in every group.

    Parameters
    ----------
    model : str
        Model text.
    data : DataFrame (n, …)
        Answers with missing = NaN.
    group : str
        Column that parts the respondents.
    options : ModelOptions
        Estimator and treatment of gaps.
    steps : sequence of str
        From configural, metric (equal loadings), scalar (and intercepts), strict (and residual variances), in this
        order.
    partial : sequence of str
        Parameters that stay free in every step, such as "x3 ~1".

    Returns
    -------
    Invariance
        Each step with its fit and, beside the step before, the difference of chi-squares (scaled for robust
        estimators), of CFI, RMSEA and SRMR. A step fails when that difference is significant and CFI or RMSEA loses
        more than may be (`step_fails`), robust versions where there are. For a step that is not held the score tests of
        its new equalities name what to free; the step is repeated with these freed, largest first, until it is held,
        no test is significant after Holm, or more than half of one kind of parameter would be free (`partial_steps`).

    Raises
    ------
    AnalysisError
        As `sem`; SpecError for an unknown step.

    Notes
    -----
    A small sample holds easily: a step that is held is no proof of equality. Freed after looking at the data, a
    partial step is exploration and wants new data.

    References
    ----------
    Meredith 1993; Byrne, Shavelson & Muthén 1989; Cheung & Rensvold 2002; Chen 2007; Putnick & Bornstein 2016;
    Satorra & Bentler 2001.
    """
    for chosen_step in steps:
        if chosen_step not in STEPS:
            raise SpecError(place, f"step {chosen_step!r} is not known.", f"Use: {', '.join(STEPS)}.")
    base = replace(options or ModelOptions(), group=group)
    chosen = [step for step in STEPS if step in steps]
    if not chosen:
        raise SpecError(place, "names no step.", f"Use: {', '.join(STEPS)}.")
    ladder = Ladder(_Likelihood(model, data, base, place), partial)
    for name in chosen:
        ladder.climb(name, takes_partial=bool(STEPS[name]))
    return ladder.climbed(ladder.steps[0].result.fit.cfi)


@dataclass(frozen=True)
class _Likelihood:
    """Steps fitted by maximum likelihood, plain or robust."""

    model: str
    data: pd.DataFrame | Sample
    base: ModelOptions
    place: str

    def fitted(self, name: str, partial: tuple[str, ...], place: str) -> Rung[Fitted]:
        options, where = replace(self.base, equal=STEPS[name], partial=partial), f"{self.place}, {place}"
        fitted = fitted_model(self.model, self.data, options, place=where)
        return Rung(result_of(fitted, options, place=where), fitted)

    def compared(self, name: str, partial: tuple[str, ...], here: Rung[Fitted],
                 before: Rung[Fitted] | None) -> InvarianceStep:
        if before is None:
            return InvarianceStep(name, STEPS[name], partial, here.result, None, None, None, None, None, None, None,
                                  None, None)
        changes = _changes(here.result, before.result)
        difference = chi_square_difference(here.result, before.result)
        version = "" if changes["delta_cfi_robust"] is None else "_robust"
        return InvarianceStep(
            name=name, equal=STEPS[name], partial=partial, result=here.result, difference=difference,
            difference_rmsea=_difference_rmsea(difference, here.result), **changes,
            is_held=not step_fails(difference, changes["delta_cfi" + version], changes["delta_rmsea" + version]),
            releases=())

    def releases(self, name: str, here: Rung[Fitted], before: Rung[Fitted]) -> Releases:
        old = {row.key for row in before.fitted.table.rows if row.equal_to}
        return Releases(tuple(test for test in release_tests(here.fitted) if test.parameter not in old))


def _changes(here: SemResult, before: SemResult) -> dict[str, float | None]:
    a, b = here.fit, before.fit
    changes: dict[str, float | None] = {
        "delta_cfi": _minus(a.cfi, b.cfi), "delta_rmsea": _minus(_value(a.rmsea), _value(b.rmsea)),
        "delta_srmr": _minus(a.srmr, b.srmr), "delta_cfi_scaled": None, "delta_cfi_robust": None,
        "delta_rmsea_robust": None}
    if a.scaled is not None and b.scaled is not None:
        changes["delta_cfi_scaled"] = _minus(a.scaled.cfi_scaled, b.scaled.cfi_scaled)
        changes["delta_cfi_robust"] = _minus(a.scaled.cfi_robust, b.scaled.cfi_robust)
        changes["delta_rmsea_robust"] = _minus(_value(a.scaled.rmsea_robust), _value(b.scaled.rmsea_robust))
    return changes


def _value(estimate: object) -> float | None:
    return getattr(estimate, "value", None)


def _minus(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


def chi_square_difference(stricter: SemResult, looser: SemResult) -> ChiSquare | None:
    """Return the difference of chi-squares of two nested models.

    Parameters
    ----------
    stricter, looser : SemResult
        Of the same answers and estimator; the first has fewer free parameters.

    Returns
    -------
    ChiSquare or None
        ML: plain. Robust: (T0 - T1) / cd with cd = (df0 c0 - df1 c1) / (df0 - df1); None where cd is not positive, as
        may happen in small samples. None without a difference in degrees of freedom.

    References
    ----------
    Satorra & Bentler 2001.
    """
    a, b = stricter.fit, looser.fit
    df = a.chi2.df - b.chi2.df
    if df <= 0:
        return None
    gap = a.chi2.value - b.chi2.value
    if stricter.estimator == "ML" or a.scaled is None or b.scaled is None:
        return chi_square(gap, df, "likelihood ratio difference")
    own, other = a.scaled.chi2, b.scaled.chi2
    if own is None or other is None:
        return None
    scaling = (a.chi2.df * (own.scaling or 1.0) - b.chi2.df * (other.scaling or 1.0)) / df
    return chi_square(gap / scaling, df, "Satorra-Bentler 2001", scaling) if scaling > 0 else None


def _difference_rmsea(difference: ChiSquare | None, result: SemResult) -> float | None:
    if difference is None:
        return None
    excess = max(difference.value / difference.df - 1, 0.0) / result.n
    return float((excess * len(result.groups)) ** 0.5)
