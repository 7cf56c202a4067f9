"""Numbered rules that an instrument and a template must keep (docs/instrument-checks.md lists them)."""

from __future__ import annotations

from collections import Counter

from instruments.errors import CheckFailed, Finding
from instruments.schema import Instrument
from instruments.template import StudyTemplate


def check_instrument(instrument: Instrument, place: str = "") -> tuple[Finding, ...]:
    """Return what is wrong with a questionnaire."""
    counts = Counter(item.key for item in instrument.items)
    return tuple(
        Finding("INS-001", f"{place}, item {key}", "the key is used more than once.", "Rename one of the items.")
        for key, number in counts.items() if number > 1)


def require_sound(subject: Instrument | StudyTemplate, place: str = "") -> None:
    """Raise CheckFailed when a questionnaire or template breaks a rule."""
    instruments = subject.instruments if isinstance(subject, StudyTemplate) else (subject,)
    findings = tuple(finding for instrument in instruments for finding in check_instrument(instrument, place))
    if findings:
        raise CheckFailed(place, findings)
