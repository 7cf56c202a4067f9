"""Measure a study: reliability of every scale, and the factors of its items, for each questionnaire that has scales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from analysis.diagnosis.provenance import used_versions
from analysis.diagnosis.surveyed import withhold_of_few
from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.errors import AnalysisError
from analysis.quant.quality import screen
from analysis.quant.spec import run_spec
from analysis.tables import AnswerTable
from instruments.schema import Construct, Instrument
from reports.measurement import Subject
from surveyapp.dataset import load_answers, thresholds_of
from surveyapp.db.session import read_session
from surveyapp.errors import BadInput
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.study import get_instrument, instrument_of

FEWEST_FOR_FACTORS = 3      # items; a single factor of two is not identified


@dataclass(frozen=True)
class Measured:
    """Results by analysis id, the answers they rest on, and the analyses the answers do not allow, with the reason."""

    results: Mapping[str, dict[str, Any]]
    table: AnswerTable
    left_out: tuple[str, ...]
    spec: list[dict[str, Any]]


def measure_study(study: Study, wave: Wave, instrument_key: str) -> Measured:
    """Measure a questionnaire; a scale that cannot be measured is left out with its reason, unless none can."""
    instrument = instrument_of(get_instrument(read_session(), study, instrument_key))
    table = _safe_answers(study, wave, instrument)
    spec = measurement_spec(instrument)
    if not spec:
        raise BadInput("The questionnaire {key} has no scale of two or more items.", "Give its items a construct.",
                       key=repr(instrument_key))
    refusals: dict[str, AnalysisError] = {}
    results = run_spec(table.values, spec, refusals=refusals)
    if not results:
        raise next(iter(refusals.values()))
    return Measured(results, table, tuple(map(str, refusals.values())), spec)


def _safe_answers(study: Study, wave: Wave, instrument: Instrument) -> AnswerTable:
    """Return the answers to measure: those of a few people out of all, or left out by the diagnosis, would show.

    The diagnosis prints the same items over those it keeps. Where it leaves out only a few, the difference of both
    would be their answers, so they are left out here too.
    """
    limits = resolve_thresholds(study.template.get("thresholds", {}), thresholds_of(read_session(), study, wave))
    table = load_answers(read_session(), wave, instrument)
    excluded = screen(table, limits).excluded
    if len(excluded) < limits["disclosure_minimum_excluded"]:
        table = table.without(frozenset(excluded))
    return withhold_of_few(table, int(limits["minimum_group"]))


def subject_of(study: Study, wave: Wave, measured: Measured, language: str) -> Subject:
    """Return what a measurement report of the study is about, in words of the language."""
    instrument = measured.table.instrument
    names = {construct.key: construct.name for construct in instrument.constructs}
    names |= {item.key: item.text for item in instrument.items}
    labels = {key: name[language] for key, name in names.items() if language in name}
    return Subject(
        instrument.title.get(language, study.name), study.name, measured.table.n, labels,
        wave.opened_at.date().isoformat() if wave.opened_at else "", study.is_synthetic, spec=measured.spec,
        specification=yaml.safe_dump(measured.spec, allow_unicode=True, sort_keys=False, default_flow_style=None,
                                     width=110),
        versions=used_versions(), left_out=measured.left_out)


def measurement_spec(instrument: Instrument) -> list[dict[str, Any]]:
    """Return the analyses that a questionnaire's constructs ask for, in the form of a `measure` spec."""
    scales = {construct.key: instrument.items_of_construct(construct.key) for construct in instrument.constructs}
    scales = {key: items for key, items in scales.items() if len(items) > 1}
    spec = [_reliability(instrument, instrument.construct(key)) for key in scales]
    items = [item for found in scales.values() for item in found]
    if len(items) >= FEWEST_FOR_FACTORS:
        keys = [item.key for item in items]
        spec += [
            {"id": "kmo", "do": "kmo", "items": keys},
            {"id": "bartlett", "do": "bartlett", "items": keys},
            {"id": "parallel", "do": "parallel", "items": keys},
            {"id": "efa", "do": "efa", "items": keys, "n_factors": len(scales), "method": "minres",
             "rotation": "oblimin" if len(scales) > 1 else "none"},
        ]
    return spec


def _reliability(instrument: Instrument, construct: Construct) -> dict[str, Any]:
    items = instrument.items_of_construct(construct.key)
    scale = instrument.scale(items[0].scale or "")
    return {
        "id": construct.key, "do": "reliability", "items": [item.key for item in items],
        "reverse": [item.key for item in items if item.is_reverse], "range": [scale.low, scale.high],
    }
