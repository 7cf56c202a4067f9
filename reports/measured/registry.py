"""Which part of the report tells of which analysis, by its `do`; what no part knows is told as a plain table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from analysis.results.datafile import CorrelationTable, SampleAnswers
from analysis.results.measurement import (
    Factorability,
    FactorSolution,
    Omega,
    ParallelAnalysis,
    Reliability,
    Retention,
)
from analysis.results.quality import CarelessIndices
from instruments.codec import CodecError, from_document
from reports.measured import answers, care, factors, items, number, plain, relations, scales
from reports.measured.frame import Context, Part

Builder = Callable[[Context, Mapping[str, Any]], list[Part]]


@dataclass(frozen=True)
class Verb:
    """An analysis: the class of its result (None: the document itself), and the builders that tell of it."""

    kind: type | None
    builders: tuple[Builder, ...]
    sign: str = ""                      # a field that only this result has, for documents without `do`


VERBS: Mapping[str, Verb] = {
    "sample": Verb(SampleAnswers, (answers.build,), "n_patterns"),
    "reliability": Verb(Reliability, (items.build, scales.build), "alpha_standardised"),
    "items": Verb(Reliability, (items.build, scales.build)),
    "omega": Verb(Omega, (scales.build_omega,), "omega_limit"),
    "correlations": Verb(CorrelationTable, (relations.build,), "pair_n"),
    "htmt": Verb(None, (relations.build_pairs,)),
    "kmo": Verb(Factorability, (number.build,), "kmo_items"),
    "bartlett": Verb(Factorability, (number.build,)),
    "parallel": Verb(ParallelAnalysis, (number.build,), "retain_factors_p95"),
    "map": Verb(Retention, (number.build,), "map_values"),
    "vss": Verb(Retention, (number.build,)),
    "efa": Verb(FactorSolution, (factors.build,), "loadings"),
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
    if verb is None or verb.kind is None:
        return verb, document
    names = {field.name for field in fields(verb.kind)}
    try:
        return verb, from_document(verb.kind, {name: value for name, value in document.items() if name in names})
    except CodecError:
        return None, document
