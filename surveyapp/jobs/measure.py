"""Measure a study: reliability of every scale, and the factors of its items, for each questionnaire that has scales."""

from __future__ import annotations

from typing import Any

from analysis.quant.spec import run_spec
from analysis.tables import AnswerTable
from instruments.schema import Construct, Instrument
from surveyapp.dataset import load_answers
from surveyapp.db.session import read_session
from surveyapp.errors import BadInput
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.study import get_instrument, instrument_of

FEWEST_FOR_FACTORS = 3      # items; a single factor of two is not identified


def measure_study(study: Study, wave: Wave, instrument_key: str) -> tuple[dict[str, dict[str, Any]], AnswerTable]:
    """Return the results by analysis id, and the answers they rest on."""
    instrument = instrument_of(get_instrument(read_session(), study, instrument_key))
    table = load_answers(read_session(), wave, instrument)
    spec = measurement_spec(instrument)
    if not spec:
        raise BadInput("The questionnaire {key} has no scale of two or more items.", "Give its items a construct.",
                       key=repr(instrument_key))
    return run_spec(table.values, spec), table


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
