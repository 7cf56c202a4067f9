"""Response rates of the American Association for Public Opinion Research (AAPOR), from counts of final dispositions.

Standard library only: the web shows them. Surveys by personal link follow the table for internet surveys of
specifically named persons: a bounced mail and an invitation without any reaction are cases of unknown eligibility and
stay in the base, as does a person who was never written to.
"""

from __future__ import annotations

from dataclasses import dataclass

COMPLETE, PARTIAL, BREAK_OFF = "complete", "partial", "break_off"


@dataclass(frozen=True)
class Dispositions:
    """How many cases ended in which way; the letters are AAPOR's."""

    complete: int = 0           # I
    partial: int = 0            # P
    refusal: int = 0            # R: refusals and break-offs
    non_contact: int = 0        # NC
    other: int = 0              # O
    unknown_household: int = 0  # UH
    unknown_other: int = 0      # UO: nothing came back, undeliverable, not sent
    ineligible: int = 0         # NE: outside the base of every rate

    def __post_init__(self) -> None:
        if min(vars(self).values()) < 0:
            raise ValueError("A count of cases is never negative.")

    @property
    def known(self) -> int:
        """Return the cases known to be eligible."""
        return self.complete + self.partial + self.refusal + self.non_contact + self.other

    @property
    def unknown(self) -> int:
        """Return the cases of unknown eligibility."""
        return self.unknown_household + self.unknown_other


def response_rate_1(cases: Dispositions) -> float | None:
    """Return RR1, the lowest rate: complete responses over everybody who may be eligible.

    Parameters
    ----------
    cases : Dispositions
        Counts of final dispositions.

    Returns
    -------
    float or None
        Share 0–1, `I / (I + P + R + NC + O + UH + UO)`; None without any case.

    References
    ----------
    AAPOR (2016). Standard Definitions: Final Dispositions of Case Codes and Outcome Rates for Surveys. 9th edition.
    """
    return _share(cases.complete, cases.known + cases.unknown)


def response_rate_2(cases: Dispositions) -> float | None:
    """Return RR2: complete and partial responses over everybody who may be eligible.

    Parameters
    ----------
    cases : Dispositions
        Counts of final dispositions.

    Returns
    -------
    float or None
        Share 0–1, `(I + P) / (I + P + R + NC + O + UH + UO)`; None without any case.

    References
    ----------
    AAPOR (2016), as for RR1.
    """
    return _share(cases.complete + cases.partial, cases.known + cases.unknown)


def eligibility(cases: Dispositions) -> float | None:
    """Return e, the share of eligible cases among those of which it is known.

    It stands for the share among the cases of unknown eligibility (proportional allocation), which is an assumption:
    RR3, RR4 hold as far as those who did not react are like those who did.

    Parameters
    ----------
    cases : Dispositions
        Counts of final dispositions.

    Returns
    -------
    float or None
        Share 0–1, `(I + P + R + NC + O) / (I + P + R + NC + O + NE)`; None without a case whose eligibility is known.

    References
    ----------
    AAPOR (2016), as for RR1, section on estimating e.
    """
    return _share(cases.known, cases.known + cases.ineligible)


def response_rate_3(cases: Dispositions) -> float | None:
    """Return RR3: complete responses; of the cases of unknown eligibility only the share e is in the base.

    Parameters
    ----------
    cases : Dispositions
        Counts of final dispositions.

    Returns
    -------
    float or None
        Share 0–1, `I / (I + P + R + NC + O + e (UH + UO))`; None without a case whose eligibility is known.

    References
    ----------
    AAPOR (2016), as for RR1.
    """
    return _share_of_likely(cases.complete, cases)


def response_rate_4(cases: Dispositions) -> float | None:
    """Return RR4: complete and partial responses, with the base of RR3.

    Parameters
    ----------
    cases : Dispositions
        Counts of final dispositions.

    Returns
    -------
    float or None
        Share 0–1, `(I + P) / (I + P + R + NC + O + e (UH + UO))`; None without a case whose eligibility is known.

    References
    ----------
    AAPOR (2016), as for RR1.
    """
    return _share_of_likely(cases.complete + cases.partial, cases)


def _share_of_likely(part: int, cases: Dispositions) -> float | None:
    share = eligibility(cases)
    return None if share is None else _share(part, cases.known + share * cases.unknown)


def cooperation_rate_1(cases: Dispositions) -> float | None:
    """Return COOP1: complete responses over everybody who is known to have been reached.

    Parameters
    ----------
    cases : Dispositions
        Counts of final dispositions.

    Returns
    -------
    float or None
        Share 0–1, `I / (I + P + R + O)`; None where nobody is known to have been reached.

    References
    ----------
    AAPOR (2016), as for RR1.
    """
    return _share(cases.complete, cases.complete + cases.partial + cases.refusal + cases.other)


def cooperation_rate_2(cases: Dispositions) -> float | None:
    """Return COOP2: complete and partial responses over everybody who is known to have been reached.

    Parameters
    ----------
    cases : Dispositions
        Counts of final dispositions.

    Returns
    -------
    float or None
        Share 0–1, `(I + P) / (I + P + R + O)`; None where nobody is known to have been reached.

    References
    ----------
    AAPOR (2016), as for RR1.
    """
    return _share(cases.complete + cases.partial, cases.complete + cases.partial + cases.refusal + cases.other)


def refusal_rate_1(cases: Dispositions) -> float | None:
    """Return REF1: refusals and break-offs over everybody who may be eligible.

    Parameters
    ----------
    cases : Dispositions
        Counts of final dispositions.

    Returns
    -------
    float or None
        Share 0–1, `R / (I + P + R + NC + O + UH + UO)`; None without any case.

    References
    ----------
    AAPOR (2016), as for RR1.
    """
    return _share(cases.refusal, cases.known + cases.unknown)


def response_rate_5(cases: Dispositions) -> float | None:
    """Return RR5, the highest rate for complete responses: cases of unknown eligibility left out of the base.

    Parameters
    ----------
    cases : Dispositions
        Counts of final dispositions.

    Returns
    -------
    float or None
        Share 0–1, `I / (I + P + R + NC + O)`; None without a case known to be eligible.

    References
    ----------
    AAPOR (2016), as for RR1.
    """
    return _share(cases.complete, cases.known)


def response_rate_6(cases: Dispositions) -> float | None:
    """Return RR6: complete and partial responses, cases of unknown eligibility left out of the base.

    Parameters
    ----------
    cases : Dispositions
        Counts of final dispositions.

    Returns
    -------
    float or None
        Share 0–1, `(I + P) / (I + P + R + NC + O)`; None without a case known to be eligible.

    References
    ----------
    AAPOR (2016), as for RR1.
    """
    return _share(cases.complete + cases.partial, cases.known)


def _share(part: int, whole: float) -> float | None:
    return part / whole if whole else None


def completeness(n_answered: int, n_applicable: int, complete_from: float, partial_from: float) -> str:
    """Return what a response counts as, by the share of the questions that applied and were answered.

    Parameters
    ----------
    n_answered, n_applicable : int
        Questions answered, and questions that applied to this respondent.
    complete_from, partial_from : float
        Shares from which a response is complete, and from which it is partial; fixed before the start.

    Returns
    -------
    str
        `complete`, `partial` or `break_off`; without any question that applied, `break_off`.

    References
    ----------
    AAPOR (2016): more than 80 % complete, 50 to 80 % partial, fewer a break-off, as one common choice.
    """
    if not n_applicable:
        return BREAK_OFF
    share = n_answered / n_applicable
    if share >= complete_from:
        return COMPLETE
    return PARTIAL if share >= partial_from else BREAK_OFF
