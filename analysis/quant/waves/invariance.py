"""Does a scale measure the same in both waves? Evidence in one word, from whatever engine fits the models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import pandas as pd

from analysis.quant.sem.step_rule import step_fails
from analysis.results.waves import InvarianceEvidence, InvarianceStep

FEWEST_EACH = 150           # Chen 2007 judged her borders at 150 a group and above
LEAST_CFI = 0.90            # one factor must fit before its equality can be asked (Hu & Bentler 1999 ask .95)
FEWEST_ITEMS = 3            # one factor of two items fits anything
FEWEST_INVARIANT = 2        # Byrne, Shavelson & Muthén 1989: items that carry a comparison under partial invariance
METHOD = "multi-group factor analysis, scaled difference of chi-squares with differences of CFI and RMSEA"


class InvarianceEngine(Protocol):
    """Fits one factor to the items of two waves with more and more equal parameters."""

    def __call__(self, items: pd.DataFrame, waves: pd.Series) -> tuple[Sequence[InvarianceStep], Sequence[str]]:
        """Return the steps fitted (configural, metric, scalar, and partial where items were freed) and those items."""


def invariance_evidence(items: pd.DataFrame, waves: pd.Series, engine: InvarianceEngine | None, *,
                        fewest_each: int = FEWEST_EACH) -> InvarianceEvidence:
    """Return in one word whether a scale measures the same in two waves.

    Parameters
    ----------
    items : pandas.DataFrame (n, k)
        Recoded answers of both waves, missing = NaN.
    waves : pandas.Series (n,)
        False = first, True = second.
    engine : InvarianceEngine or None
        What fits the models; None = there is none.
    fewest_each : int
        Complete rows needed in each wave.

    Returns
    -------
    InvarianceEvidence
        `shown`, `partly` (with the items that differ) or `cannot_be_judged` with the reason: `no_engine`,
        `too_few_people`, `too_few_items`, `no_solution`, `no_common_factor`.

    References
    ----------
    Cheung & Rensvold (2002); Chen (2007), Sensitivity of goodness of fit indexes to lack of measurement invariance;
    Putnick & Bornstein (2016); Byrne, Shavelson & Muthén (1989) on partial invariance.
    """
    complete = items.notna().all(axis=1).to_numpy()
    is_second = waves.to_numpy(dtype=bool)
    sizes = int((complete & ~is_second).sum()), int((complete & is_second).sum())
    reason = ("no_engine" if engine is None else "too_few_items" if items.shape[1] < FEWEST_ITEMS
              else "too_few_people" if min(sizes) < fewest_each else "")
    if engine is None or reason:
        return InvarianceEvidence("cannot_be_judged", reason, *sizes)
    steps, freed = engine(items[complete], waves[complete])
    return judge_steps(tuple(steps), tuple(freed), items.shape[1], sizes)


def judge_steps(steps: tuple[InvarianceStep, ...], freed: tuple[str, ...], n_items: int, sizes: tuple[int, int],
                ) -> InvarianceEvidence:
    """Return the word that the fitted steps deserve.

    Parameters
    ----------
    steps : tuple of InvarianceStep
        As the engine returned them.
    freed : tuple of str
        Items whose parameters had to differ.
    n_items : int
        Items of the scale.
    sizes : tuple of int
        Complete rows of each wave.

    Returns
    -------
    InvarianceEvidence
        `shown`: one factor fits (CFI of at least .90) and neither equal loadings nor equal intercepts fail
        (`step_fails`). Otherwise `partly`, with the reason `loadings` or `intercepts`, or `few_invariant_items` where
        fewer than two items are left.
    """
    by_level = {step.level: step for step in steps}
    if not {"configural", "metric", "scalar"} <= set(by_level):
        return InvarianceEvidence("cannot_be_judged", "no_solution", *sizes, steps=steps, method=METHOD)
    if by_level["configural"].cfi < LEAST_CFI:
        return InvarianceEvidence("cannot_be_judged", "no_common_factor", *sizes, steps=steps, method=METHOD)
    if holds(by_level["configural"], by_level["metric"]) and holds(by_level["metric"], by_level["scalar"]):
        return InvarianceEvidence("shown", "", *sizes, steps=steps, method=METHOD)
    reason = "intercepts" if holds(by_level["configural"], by_level["metric"]) else "loadings"
    if n_items - len(freed) < FEWEST_INVARIANT:
        reason = "few_invariant_items"
    return InvarianceEvidence("partly", reason, *sizes, freed, steps, METHOD)


def holds(free: InvarianceStep, equal: InvarianceStep) -> bool:
    """Return whether making parameters equal is borne, by the rule of all steps.

    Parameters
    ----------
    free, equal : InvarianceStep
        The step before, and the one with more equal parameters, with its test beside it where there is one.

    Returns
    -------
    bool
        As `step_fails` says.
    """
    return not step_fails(equal.difference, equal.cfi - free.cfi, equal.rmsea - free.rmsea)
