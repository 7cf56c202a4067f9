"""What a wave is called in a report: which survey it was and of which month, never its key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from reports.wording import Words

WaveForm = Literal["named", "dated", "short"]       # "first survey, September 2026" · with brackets · "first survey"


@dataclass(frozen=True)
class WaveTold:
    """Which survey of the study a wave is, counted from one, and the ISO day on which it began."""

    order: int
    begun_on: str = ""


def wave_name(words: Words, key: str, waves: Mapping[str, WaveTold], form: WaveForm = "named") -> str:
    """Return what a wave is called in words; one whose place is not known stands with its key."""
    told = waves.get(key)
    if told is None or told.order < 1:
        return words.text("wave.unknown", key=key)
    order = words.text(f"wave.order_{told.order}") if words.has(f"wave.order_{told.order}") else words.text(
        "wave.order_number", n=told.order)
    form = form if told.begun_on else "short"
    return words.text(f"wave.{form}", order=order, day=told.begun_on)
