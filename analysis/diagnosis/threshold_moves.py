"""How far each threshold is moved when the diagnosis is tried under other thresholds: its documented range.

A range is what a careful researcher might also have chosen: the neighbouring convention where the literature has one,
otherwise about a quarter of the default to either side. It is stated for the default; a study that set another value
has the same steps taken from there, inside the bounds of the table of thresholds. Thresholds that only describe (steps
of targets, sizes of groups shown, the joint display) are not moved: no grade hangs on them.
"""

from __future__ import annotations

from collections.abc import Mapping

from analysis.diagnosis.thresholds import THRESHOLDS

Range = tuple[float, float]

SCREENING_MOVES: Mapping[str, Range] = {
    "speed_seconds_per_item": (1.0, 3.0), "longstring_run": (10, 15), "lowvar_sd": (0.35, 0.55),
    "inconsistent_z": (2.0, 3.0), "mahalanobis_n_per_item": (4, 8), "mahalanobis_factor": (2.5, 4.0),
    "empty_share": (0.40, 0.60), "exclusion_flags": (2, 3),
    "excluded_doubtful_share": (0.15, 0.25), "excluded_stop_share": (0.30, 0.50),
}
MEASUREMENT_MOVES: Mapping[str, Range] = {
    "alpha_acceptable": (0.65, 0.75), "alpha_limited": (0.50, 0.70), "style_minimum_scales": (2, 3),
    "vif_maximum": (4.0, 10.0), "separable_correlation": (0.80, 0.90), "htmt_together": (0.85, 0.95),
}
LEVEL_MOVES: Mapping[str, Range] = {
    "confidence": (0.90, 0.99), "tau": (2.9, 3.1), "fdr_q": (0.01, 0.10),
    "band_marked": (3.3, 3.5), "band_severe": (3.7, 3.9),
    "minimum_n_tests": (20, 50), "minimum_n_links": (40, 100), "minimum_n_absent_links": (200, 300),
    "minimum_n_corrected_links": (150, 300), "minimum_n_plain_rates": (200, 400),
    "delta": (0.05, 0.15), "strong_minimum_n": (30, 100),
}
CUSTOMER_MOVES: Mapping[str, Range] = {
    "experience_weak_pomp": (45.0, 55.0), "experience_good_pomp": (57.5, 67.5), "minimum_n_customers": (20, 50),
}
INTERVIEW_MOVES: Mapping[str, Range] = {
    "interview_minimum": (6, 12), "interview_voices": (1, 3), "interview_count": (2, 4), "interview_roles": (2, 3),
    "interview_share": (0.10, 0.30), "interview_ratio": (1.5, 3.0), "link_interviewees": (2, 3),
    "agreement_accept": (0.75, 0.85), "agreement_tentative": (0.60, 0.75),
}
MOVES: Mapping[str, Range] = {**SCREENING_MOVES, **MEASUREMENT_MOVES, **LEVEL_MOVES, **CUSTOMER_MOVES,
                              **INTERVIEW_MOVES}
_SAME = 1e-9


def moves_of(name: str, value: float) -> tuple[float, ...]:
    """Return the values to which a threshold is moved from a study's own one.

    Parameters
    ----------
    name : str
        One of `MOVES`.
    value : float
        What holds for the study.

    Returns
    -------
    tuple of float
        The lower and the higher one; an end that is the value itself, or lies outside the bounds, is left out.
    """
    row, steps = THRESHOLDS[name], [end - THRESHOLDS[name].default for end in MOVES[name]]
    ends = [min(max(round(value + step, 6), row.low), row.high) for step in steps]
    return tuple(end for end in ends if abs(end - value) > _SAME)
