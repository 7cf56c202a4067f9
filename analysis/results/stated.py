"""What respondents themselves give as the reason of a problem: shown beside a link, never part of its grade."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.results.measurement import Estimate


@dataclass(frozen=True)
class StatedReason:
    """One cause as the stated main reason of one problem: `k` of `n` who gave a reason, with Wilson interval."""

    problem: str
    cause: str
    k: int
    n: int
    share: Estimate
