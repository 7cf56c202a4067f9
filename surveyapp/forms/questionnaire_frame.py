"""The form of what belongs to a questionnaire as a whole. Shape only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from instruments.schema import Consent, Instrument
from surveyapp.forms.questionnaire import FRAME


def frame_values(instrument: Instrument) -> dict[str, Any]:
    """Return the values of the form's fields."""
    found: dict[str, Any] = {}
    for entry in FRAME:
        value = getattr(instrument, entry.name, None)
        found[entry.name] = dict(value.text) if isinstance(value, Consent) else value
        if entry.kind == "words":
            found[entry.name] = dict(found[entry.name] or {})
    found["consent_required"] = instrument.consent is None or instrument.consent.is_required
    return found


def with_frame(instrument: Instrument, values: Mapping[str, Any]) -> Instrument:
    """Return the questionnaire with the values; a consent without words is none."""
    kept = dict(values)
    is_required = kept.pop("consent_required")
    kept["consent"] = Consent(kept["consent"], is_required) if kept["consent"] else None
    kept["link_consent"] = Consent(kept["link_consent"], is_required=False) if kept["link_consent"] else None
    kept["commitment"] = kept["commitment"] or None
    return replace(instrument, **kept)
