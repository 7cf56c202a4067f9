"""What is posted on the pages of rounds: a draw, a decision on a difference, a scope of agreement."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from surveyapp.errors import BadInput
from surveyapp.forms.coding import column_number
from surveyapp.models.interview import CONVERSATION
from surveyapp.services.adjudication import CODER, Choice
from surveyapp.services.round import Draw

PER_CENT = 100


def read_draw(form: MultiDict[str, str]) -> Draw:
    """Return the draw that was asked for; an empty field takes what study and codebook say."""
    return Draw(
        coders=tuple(form.getlist("coder", type=column_number)), kind=form.get("kind", CONVERSATION),
        share=_optional(form, "share", PER_CENT), seed=read_number(form, "seed"))


def _optional(form: MultiDict[str, str], name: str, per: int) -> float | None:
    words = form.get(name, "").strip().replace("%", "")
    if not words:
        return None
    try:
        return float(words) / per
    except ValueError:
        raise BadInput("{words} is not a number.", "Give a number, or leave the field empty.",
                       words=repr(words)) from None


def read_number(form: MultiDict[str, str], name: str) -> int | None:
    """Return a whole number, None where the field is empty."""
    words = form.get(name, "").strip()
    if not words:
        return None
    try:
        return column_number(words)
    except ValueError:
        raise BadInput("{words} is not a number.", "Give a number, or leave the field empty.",
                       words=repr(words)) from None


def read_choice(form: MultiDict[str, str]) -> Choice:
    """Return the decision; "coder-7" is that coder's."""
    choice, _, coder = form.get("choice", "").partition("-")
    return Choice(
        place=form.get("place", ""), choice=choice, reason=form.get("reason", ""),
        coder=int(coder) if choice == CODER and coder.isdecimal() else 0, code=form.get("code", ""),
        polarity=form.get("polarity", ""))
