"""Does a model measure the same in every group? Steps of equality, what each costs, and what would have to be freed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import pandas as pd

from analysis.errors import SpecError
from analysis.quant.sem.fit import ModelOptions, fitted_model, result_of
from analysis.quant.sem.indices import chi_square
from analysis.quant.sem.model import Fitted
from analysis.quant.sem.modification import release_tests
from analysis.quant.sem.sample import Sample
from analysis.quant.sem.step_rule import highest_held, step_fails
from analysis.results.caution import Caution
from analysis.results.sem import ChiSquare, Invariance, InvarianceStep, ReleaseTest, SemResult

STEPS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "configural": (), "metric": ("loadings",), "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals")})
FEWEST_IN_GROUP = 150       # Chen 2007 judged these limits at 150 people a group and above
LEAST_CFI = 0.90            # a model that fits no group says little when made equal (Hu & Bentler 1999 ask .95)
LARGEST_P = 0.05            # of a score test that names a parameter to be freed
LARGEST_FREE_SHARE = 0.5    # Steenkamp & Baumgartner 1998 ask for two equal items a factor; at most half are freed here


@dataclass(frozen=True)
class _Step:
    result: SemResult
    fitted: Fitted


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
    ladder = _Ladder(model, data, place)
    found: list[InvarianceStep] = []
    before: _Step | None = None
    for name in [step for step in STEPS if step in steps]:
        chosen = replace(base, equal=STEPS[name], partial=tuple(partial) if STEPS[name] else ())
        here = ladder.fitted(chosen, name)
        found.append(_step(name, chosen, here, before))
        ladder.climb(name, chosen, here, before, found[-1])
        before = here
    if not found:
        raise SpecError(place, "names no step.", f"Use: {', '.join(STEPS)}.")
    return Invariance(
        n=found[0].result.n, groups=found[0].result.groups, estimator=base.estimator, steps=tuple(found),
        highest_held=highest_held(found), partial_steps=tuple(ladder.steps), warnings=_cautions(found))


class _Ladder:
    """Steps with freed parameters: it begins where a full step is not held, and goes on from there."""

    def __init__(self, model: str, data: pd.DataFrame | Sample, place: str) -> None:
        self.model, self.data, self.place = model, data, place
        self.steps: list[InvarianceStep] = []
        self.last: _Step | None = None
        self.has_ended = False

    def fitted(self, options: ModelOptions, name: str) -> _Step:
        place = f"{self.place}, {name}"
        fitted = fitted_model(self.model, self.data, options, place=place)
        return _Step(result_of(fitted, options, place=place), fitted)

    def climb(self, name: str, options: ModelOptions, here: _Step, before: _Step | None, full: InvarianceStep) -> None:
        """Repeat a step with parameters freed, if it or an earlier one is not held."""
        if self.has_ended or before is None or (full.is_held and self.last is None):
            return
        partial = options.partial
        if self.last is not None:
            before, partial = self.last, self.steps[-1].partial
            here = self.fitted(replace(options, partial=partial), name)
            full = _step(name, replace(options, partial=partial), here, before)
            self.steps.append(full)
        candidates = len({test.parameter for test in _new_releases(here.fitted, before.fitted, options)})
        for _ in range(int(candidates * LARGEST_FREE_SHARE)):
            tests = [test for test in _new_releases(here.fitted, before.fitted, options) if test.p_holm <= LARGEST_P]
            if full.is_held or not tests:
                break
            partial = (*partial, max(tests, key=lambda test: test.chi2).parameter)
            here = self.fitted(replace(options, partial=partial), f"{name}, partial")
            full = _step(name, replace(options, partial=partial), here, before)
            self.steps.append(full)
        self.last, self.has_ended = here, not full.is_held


def _step(name: str, options: ModelOptions, here: _Step, before: _Step | None) -> InvarianceStep:
    if before is None:
        return InvarianceStep(name, options.equal, options.partial, here.result, None, None, None, None, None, None,
                              None, None, None)
    changes = _changes(here.result, before.result)
    difference = chi_square_difference(here.result, before.result)
    version = "" if changes["delta_cfi_robust"] is None else "_robust"
    is_held = not step_fails(difference, changes["delta_cfi" + version], changes["delta_rmsea" + version])
    releases = () if is_held else _new_releases(here.fitted, before.fitted, options)
    return InvarianceStep(name=name, equal=options.equal, partial=options.partial, result=here.result,
                          difference=difference, difference_rmsea=_difference_rmsea(difference, here.result),
                          **changes, is_held=is_held, releases=releases)


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


def _new_releases(here: Fitted, before: Fitted, options: ModelOptions) -> tuple[ReleaseTest, ...]:
    """Return the score tests of the equalities that the step before did not have."""
    old = {row.key for row in before.table.rows if row.equal_to}
    tests = release_tests(here)
    return tuple(test for test in tests if test.parameter not in old)


def _cautions(steps: Sequence[InvarianceStep]) -> tuple[Caution, ...]:
    found = [Caution("no_scaled_difference", (step.name,)) for step in steps[1:] if step.difference is None]
    first = steps[0].result
    small = tuple(f"{group.group} ({group.n})" for group in first.moments if group.n < FEWEST_IN_GROUP)
    if small:
        found.append(Caution("small_groups", small))
    if steps[0].name == "configural" and (first.fit.cfi or 0.0) < LEAST_CFI:
        found.append(Caution("poor_configural_fit", (f"CFI {first.fit.cfi or 0.0:.3f}",)))
    return tuple(found)
