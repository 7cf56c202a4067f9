"""What somebody enters to move a cause: shape of input only."""

from __future__ import annotations

from collections.abc import Mapping

from surveyapp.errors import BadInput
from surveyapp.services.what_if import Move, read_amount


def read_move(form: Mapping[str, str]) -> Move | None:
    """Return what was entered, None where nothing was; BadInput quotes what is no number."""
    cause, text = form.get("cause", "").strip(), form.get("amount", "").strip()
    if not cause and not text:
        return None
    if not cause:
        raise BadInput("No cause was chosen.", "Choose the cause that is moved.")
    if not text:
        raise BadInput("No amount was entered.", "Write by how much, such as -0.5.")
    amount, unit = read_amount(text, "sd" if form.get("unit") == "sd" else "points")
    return Move(cause, amount, unit)
