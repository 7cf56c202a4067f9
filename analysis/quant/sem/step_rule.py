"""Does a step of invariance fail? One rule for groups, ordinal items and waves."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.results.sem import ChiSquare, InvarianceStep

SIGNIFICANT_P = 0.05        # of the chi-square difference
CFI_LOSS = -0.010           # Cheung & Rensvold 2002; Chen 2007
RMSEA_GAIN = 0.015          # Chen 2007
NONE_HELD = "none"


def step_fails(difference: ChiSquare | None, delta_cfi: float | None, delta_rmsea: float | None) -> bool:
    """Return whether making parameters equal costs more fit than chance takes and than may be lost.

    Parameters
    ----------
    difference : ChiSquare or None
        Test of this step beside the one before, the scaled one where the estimator is robust; None where there is none.
    delta_cfi, delta_rmsea : float or None
        This step minus the one before; robust or scaled indices where there are. None is no loss.

    Returns
    -------
    bool
        True when p < .05 and the loss matters: CFI changes by -.010 or less, or RMSEA by .015 or more. Either one alone
        is not enough: in small samples indices swing by more than that without any difference, in large ones the test
        finds differences that do not matter. Without a p both CFI and RMSEA must break their limit.

    References
    ----------
    Cheung & Rensvold 2002; Chen 2007; Putnick & Bornstein 2016, who advise to weigh test and indices together.
    """
    loses_cfi = delta_cfi is not None and delta_cfi <= CFI_LOSS
    gains_rmsea = delta_rmsea is not None and delta_rmsea >= RMSEA_GAIN
    if difference is None or difference.p_value is None:
        return loses_cfi and gains_rmsea
    return difference.p_value < SIGNIFICANT_P and (loses_cfi or gains_rmsea)


def highest_held(steps: Sequence[InvarianceStep]) -> str:
    """Return the last step up to which every one is held.

    Parameters
    ----------
    steps : sequence of InvarianceStep
        In the order they were fitted.

    Returns
    -------
    str
        Its name, or "none".
    """
    highest = NONE_HELD
    for step in steps:
        if step.is_held is False:
            break
        highest = step.name
    return highest
