"""Which part of the report tells of which analysis, by its `do`; what no part knows is told as a plain table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any

from analysis.results.datafile import CorrelationTable, SampleAnswers
from analysis.results.drivers import DriverAnalysis
from analysis.results.factor_number import FactorNumber
from analysis.results.groups import GroupComparisons
from analysis.results.measurement import (
    Factorability,
    FactorScoring,
    FactorSolution,
    LoadingIntervals,
    Omega,
    ParallelAnalysis,
    Reliability,
    Retention,
)
from analysis.results.ordinal import Polychoric
from analysis.results.quality import CarelessIndices
from analysis.results.raters import AlphaAgreement, KappaAgreement
from analysis.results.scales import Intraclass, ItemDistributions, LowerBounds, ResampledAlpha, SplitHalf
from analysis.results.sem import Invariance
from analysis.results.units import UnitViews
from analysis.results.waves import WaveComparison
from analysis.results.weights import WeightedMeans
from instruments.codec import CodecError
from reports.measured import (
    answers,
    bounds,
    care,
    drivers,
    factors,
    groups,
    invariance,
    items,
    models,
    number,
    ordinal,
    plain,
    raters,
    relations,
    scales,
    spread,
    steady,
    units,
    waves,
)
from reports.measured.frame import Context, Part, read_as

Builder = Callable[[Context, Mapping[str, Any]], list[Part]]


@dataclass(frozen=True)
class Verb:
    """An analysis: the class of its result (None: the document itself), and the builders that tell of it."""

    kind: type | None
    builders: tuple[Builder, ...]
    sign: str = ""                      # a field that only this result has, for documents without `do`
    read: Callable[[Mapping[str, Any]], Any] | None = None      # where a document holds more than its class


VERBS: Mapping[str, Verb] = {
    "sample": Verb(SampleAnswers, (answers.build,), "n_cells_missing"),
    "reliability": Verb(Reliability, (items.build, scales.build), "alpha_standardised"),
    "items": Verb(Reliability, (items.build, scales.build)),
    "distributions": Verb(ItemDistributions, (spread.build,)),
    "alpha_bootstrap": Verb(ResampledAlpha, (bounds.build_resampled,), "bca"),
    "lambdas": Verb(LowerBounds, (bounds.build_bounds,), "lambda4_is_searched"),
    "split_half": Verb(SplitHalf, (bounds.build_halves,), "odd_even"),
    "omega": Verb(Omega, (scales.build_omega,), "omega_limit"),
    "correlations": Verb(CorrelationTable, (relations.build,), "pair_n"),
    "htmt": Verb(None, (relations.build_pairs,)),
    "kmo": Verb(Factorability, (number.build,), "kmo_items"),
    "bartlett": Verb(Factorability, (number.build,)),
    "parallel": Verb(ParallelAnalysis, (number.build,), "retain_factors_p95"),
    "map": Verb(Retention, (number.build,), "map_values"),
    "vss": Verb(Retention, (number.build,)),
    "factor_number": Verb(FactorNumber, (number.build,), "scree"),
    "efa": Verb(FactorSolution, (factors.build,), "loadings"),
    "efa_bootstrap": Verb(LoadingIntervals, (steady.build_intervals,), "n_heywood"),
    "factor_scores": Verb(FactorScoring, (steady.build_scoring,), "determinacy"),
    "cfa": Verb(None, (models.build,), read=models.read_model),
    "sem": Verb(None, (models.build,), read=models.read_model),
    "invariance": Verb(Invariance, (invariance.build,)),
    "polychoric": Verb(Polychoric, (ordinal.build,)),
    "icc": Verb(Intraclass, (raters.build_intraclass,), "forms"),
    "kappa": Verb(KappaAgreement, (raters.build,)),
    "krippendorff": Verb(AlphaAgreement, (raters.build,)),
    "compare": Verb(GroupComparisons, (groups.build,)),
    "multilevel": Verb(UnitViews, (units.build,)),
    "weights": Verb(WeightedMeans, (units.build_weights,)),
    "drivers": Verb(DriverAnalysis, (drivers.build,)),
    "dominance": Verb(DriverAnalysis, (drivers.build,)),
    "waves": Verb(WaveComparison, (waves.build,)),
    "careless": Verb(CarelessIndices, (care.build,), "longstring"),
}


def parts_of(context: Context, results: Mapping[str, Any]) -> list[Part]:
    """Return every part of the report; each result is told of exactly by the parts of its analysis."""
    gathered: dict[Builder, dict[str, Any]] = {}
    for key, document in results.items():
        verb, found = _read(document)
        for builder in verb.builders if verb else (plain.build,):
            gathered.setdefault(builder, {})[key] = found
    order = [builder for verb in VERBS.values() for builder in verb.builders]
    return [part for builder in [*dict.fromkeys(order), plain.build] if builder in gathered
            for part in builder(context, gathered[builder])]


def results_of(results: Mapping[str, Any], kind: type) -> dict[str, Any]:
    """Return the results of one class, by id."""
    read = {key: _read(document)[1] for key, document in results.items()}
    return {key: found for key, found in read.items() if isinstance(found, kind)}


def _read(document: Any) -> tuple[Verb | None, Any]:
    """Return a document's verb and its result; one that does not fit its class is told as it is."""
    if is_dataclass(document):
        known = next((verb for verb in VERBS.values() if verb.kind is type(document)), None)
        return known, document if known else vars(document)
    if not isinstance(document, Mapping):
        return None, {"value": document}
    verb = VERBS.get(str(document.get("do", ""))) or next(
        (verb for verb in VERBS.values() if verb.sign and verb.sign in document), None)
    if verb is None or (verb.kind is None and verb.read is None):
        return verb, document
    try:
        return verb, verb.read(document) if verb.read else read_as(verb.kind or dict, document)
    except CodecError:
        return None, document
