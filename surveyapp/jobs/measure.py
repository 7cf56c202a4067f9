"""Measure a study: reliability of every scale, and the factors of its items, for each questionnaire that has scales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import yaml

from analysis.diagnosis.provenance import used_versions
from analysis.diagnosis.surveyed import withhold_of_few
from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.errors import AnalysisError, TooFewData
from analysis.quant.careless.quality import screen
from analysis.quant.spec.run import items_named, run_spec, with_sample
from analysis.tables import AnswerTable
from instruments.schema import Construct, Instrument, Item
from reports.deliver import measurement_report_pdf
from reports.wording import LANGUAGES
from surveyapp.dataset import load_answers, thresholds_of
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput, Refused
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.action_feed import with_days_of
from surveyapp.services.measurement import Measurement, find_spec, measured_waves, store_measurement, subject_of
from surveyapp.services.study import get_instrument, get_wave, instrument_of, template_of
from surveyapp.services.wave import local_text

FEWEST_FOR_FACTORS = 3      # items; a single factor of two is not identified
DAY = 10                    # signs of an ISO date


def measure_study(study: Study, wave: Wave, instrument_key: str) -> Measurement:
    """Measure a questionnaire: its scales, its structure, and the further analyses that a researcher added.

    What cannot be measured is left out with its reason, unless nothing can.
    """
    published = get_instrument(read_session(), study, instrument_key)
    instrument = instrument_of(published)
    table, minimum, n_careless, are_counted = _safe_answers(study, wave, instrument)
    further = find_spec(read_session(), study, published.audience)
    spec = [*measurement_spec(instrument), *_with_free_ids(further.analyses if further else [], instrument)]
    if not spec:
        raise BadInput("The questionnaire {key} has no scale of two or more items.", "Give its items a construct.",
                       key=repr(instrument_key))
    frame = table.values[[item.key for item in instrument.items if item.kind == "rating"
                          and item.key in table.values.columns]]
    refusals: dict[str, AnalysisError] = {}
    allowed = [entry for entry in spec if not _of_few(frame, entry, minimum, refusals)]
    results = run_spec(frame, allowed, refusals=refusals) if allowed else {}
    if not results:
        raise next(iter(refusals.values()))
    begun, ended = _days_of(study, wave)
    shown = {key: _coarsened(found, minimum) for key, found in with_sample(results, frame, allowed).items()}
    return Measurement(
        table.n, tuple(shown.items()), tuple(spec),
        "".join(f"- {_line(entry)}" for entry in spec),
        tuple(map(str, refusals.values())), used_versions(),
        wave.opened_at.date().isoformat() if wave.opened_at else "", instrument.version, _number_of(study, wave),
        begun, ended, n_careless, are_counted)


def _days_of(study: Study, wave: Wave) -> tuple[str, str]:
    """Return the days of the collection: those entered for the study, else those the wave was opened and closed on."""
    entered = with_days_of(read_session(), study, wave)
    return (entered.fieldwork_from or local_text(study, wave.opened_at)[:DAY],
            entered.fieldwork_until or local_text(study, wave.closed_at)[:DAY])


def _number_of(study: Study, wave: Wave) -> int:
    """Return the place of a wave among those of the study, pilots left aside."""
    keys = [one.key for one in reversed(measured_waves(read_session(), study))]
    return keys.index(wave.key) + 1 if wave.key in keys else 0


def _line(entry: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(entry), allow_unicode=True, sort_keys=False, default_flow_style=True, width=10_000)


def run_measure(study: Study, options: Mapping[str, Any]) -> str:
    """Do the job of that kind: measure, write the PDF in every language, keep both."""
    session = read_session()
    wave = get_wave(session, study, options["wave"])
    published = get_instrument(session, study, options["audience"])
    if wave.is_open:
        raise Refused("Collection is still open.", "Close it first.")
    measured = measure_study(study, wave, published.audience)
    instrument, results = instrument_of(published), dict(measured.results)
    languages = [language for language in template_of(session, study).languages if language in LANGUAGES]
    reports = {language: measurement_report_pdf(results, subject_of(study, measured, instrument, language),
                                                language=language) for language in languages}
    with transaction() as writing:
        store_measurement(writing, study, wave, published.audience, measured, reports)
    return f"{published.audience} in wave {wave.key}"


def _with_free_ids(analyses: Sequence[Mapping[str, Any]], instrument: Instrument) -> list[dict[str, Any]]:
    """Return the added analyses, renamed where the questionnaire's own ones have their id already."""
    taken = {entry["id"] for entry in measurement_spec(instrument)}
    return [{**entry, "id": f"{entry['id']} (2)" if entry["id"] in taken else entry["id"]} for entry in analyses]


def _of_few(frame: pd.DataFrame, entry: Mapping[str, Any], minimum: int, refusals: dict[str, AnalysisError]) -> bool:
    """Return whether two of the items were answered together by only a few people, and say so among the refusals."""
    keys = [key for key in items_named(entry) or frame.columns if key in frame.columns]
    is_answered = frame[keys].notna().to_numpy(dtype=np.float64)
    together = is_answered.T @ is_answered
    few = np.argwhere((together > 0) & (together < minimum))
    if not len(few):
        return False
    first, second = (keys[place] for place in few[0])
    refusals[entry["id"]] = TooFewData(
        f"analysis {entry['id']!r}", f"items {first!r} and {second!r} were answered together by fewer than {minimum} "
        "people.", "Leave one of them out: figures of so few people are not shown.", int(together.min()))
    return True


def _coarsened(found: Mapping[str, Any], minimum: int) -> Mapping[str, Any]:
    """Return a result without what it tells of few people: rare patterns of missing answers, rows that are alike."""
    if found.get("do") != "sample":
        return found
    return {**found, "n_duplicated": 0, "patterns": [row for row in found["patterns"] if row["n"] >= minimum]}


def _safe_answers(study: Study, wave: Wave, instrument: Instrument) -> tuple[AnswerTable, int, int | None, bool]:
    """Return the answers to measure, the smallest group that may be shown, and what became of careless answers.

    Answers of a few people out of all, or left out by the diagnosis, would show. The diagnosis prints the same items
    over those it keeps. Where it leaves out only a few, the difference of both would be their answers, so they are left
    out here too.
    """
    limits = resolve_thresholds(study.template.get("thresholds", {}), thresholds_of(read_session(), study, wave))
    table = load_answers(read_session(), wave, instrument)
    excluded = screen(table, limits).excluded
    are_counted = not excluded or len(excluded) >= limits["disclosure_minimum_excluded"]
    if not are_counted:
        table = table.without(frozenset(excluded))
    minimum = int(limits["minimum_group"])
    return withhold_of_few(table, minimum), minimum, len(excluded) if are_counted else None, are_counted


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
            {"id": "map", "do": "map", "items": keys},
            {"id": "efa", "do": "efa", "items": keys, "n_factors": len(scales), "method": "minres",
             "rotation": "oblimin" if len(scales) > 1 else "none"},
        ]
    if len(scales) > 1:
        reverse = [item.key for item in items if item.is_reverse]
        named = {key: [item.key for item in found] for key, found in scales.items()}
        spec += [{"id": "correlations", "do": "correlations", "scales": named, "reverse": reverse,
                  **_shared_range(instrument, items)},
                 {"id": "htmt", "do": "htmt", "scales": named}]
    return spec


def _shared_range(instrument: Instrument, items: Sequence[Item]) -> dict[str, Any]:
    """Return the ends of the answer scale where all items share them; else each is turned by what was answered."""
    ends = {(scale.low, scale.high) for scale in (instrument.scale(item.scale or "") for item in items)}
    return {"range": list(ends.pop())} if len(ends) == 1 else {}


def _reliability(instrument: Instrument, construct: Construct) -> dict[str, Any]:
    items = instrument.items_of_construct(construct.key)
    scale = instrument.scale(items[0].scale or "")
    return {
        "id": construct.key, "do": "reliability", "items": [item.key for item in items],
        "reverse": [item.key for item in items if item.is_reverse], "range": [scale.low, scale.high],
    }
