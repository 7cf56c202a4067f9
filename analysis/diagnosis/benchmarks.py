"""The study's constructs beside other organisations of its kind (section 5 of the model)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from analysis.diagnosis.surveyed import Surveyed
from analysis.quant.norms.compare import NormRules, benchmarks
from analysis.results.norms import Benchmark, NormPackage


def benchmarks_of(sides: Iterable[Surveyed], packages: Sequence[NormPackage], thresholds: Mapping[str, float],
                  ) -> tuple[Benchmark, ...]:
    """Return every construct beside the norm packages of other organisations.

    Parameters
    ----------
    sides : iterable of Surveyed
        Every audience.
    packages : sequence of NormPackage
        Empty: nothing is compared, and nothing is said of it.
    thresholds : Mapping[str, float]

    Returns
    -------
    tuple of Benchmark
        Each audience is a family of tests of its own.
    """
    if not packages:
        return ()
    rules = NormRules(
        minimum_organisations=int(thresholds["norm_minimum_organisations"]),
        minimum_n=int(thresholds["norm_minimum_n"]), smallest_difference=thresholds["norm_smallest_difference"],
        q_border=thresholds["fdr_q"], least_alpha=thresholds["alpha_limited"], confidence=thresholds["confidence"])
    return tuple(found for side in sides for found in benchmarks(side.valid, packages, rules))
