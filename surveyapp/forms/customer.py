"""What is posted about the value model: ratios of pairs, weights in percent, borders of tiers."""

from __future__ import annotations

import math
from collections.abc import Mapping

from instruments.template import ValueModel
from surveyapp.errors import BadInput
from surveyapp.services.value_model import STEPS, pairs_of

PAIR = "pair-"              # name of a field: pair-<place of the pair>
WEIGHT = "weight-"
BORDER = "border-"          # border-<customer type>-<place of the tier>


def ratio_choices() -> list[str]:
    """Return the choices of a pair: how many times the first matters, "-" before it where the second does."""
    return [*(str(step) for step in reversed(STEPS)), *(f"-{step}" for step in STEPS[1:])]


def choice_of(ratio: float) -> str:
    """Return the choice that stands for a ratio, "" where none does."""
    nearest = round(ratio) if ratio >= 1 else -round(1 / ratio)
    is_exact = math.isclose(ratio if ratio >= 1 else 1 / ratio, abs(nearest), rel_tol=0.01)
    return str(nearest) if is_exact and str(nearest) in ratio_choices() else ""


def read_ratios(form: Mapping[str, str], model: ValueModel) -> dict[tuple[str, str], float]:
    """Return the ratios of the pairs that were chosen."""
    found = {}
    for place, pair in enumerate(pairs_of(model)):
        chosen = form.get(f"{PAIR}{place}", "")
        if chosen in ratio_choices():
            step = int(chosen)
            found[pair] = float(step) if step > 0 else -1 / step
    return found


def read_weights(form: Mapping[str, str], model: ValueModel) -> dict[str, float]:
    """Return the weights in percent."""
    return {part.key: _number(form.get(f"{WEIGHT}{part.key}", "")) for part in model.parts}


def read_borders(form: Mapping[str, str], model: ValueModel) -> dict[str, list[float]]:
    """Return the lower borders by customer type."""
    return {kind: [_number(form.get(f"{BORDER}{kind}-{place}", "")) for place, _ in enumerate(tiers)]
            for kind, tiers in model.tiers.items()}


def _number(text: str) -> float:
    try:
        value = float(text.replace(",", "").replace("，", "").strip())
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise BadInput("{text} is no number from 0.", "Write a number such as 20 or 50000.", text=repr(text))
    return value
