"""What somebody enters into the planner: shape of input only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from surveyapp.errors import BadInput
from surveyapp.services.planner import USUAL_LINKS, PlanWish

POWER = 0.80
LONGEST = 12


def read_wish(form: Mapping[str, str], links: Sequence[str]) -> PlanWish:
    """Return what was entered; an empty field is what is usual. BadInput quotes what is no number."""
    known = {f"{size:g}": size for size in USUAL_LINKS}
    half = _number(form, "precision")
    return PlanWish(
        staff=_whole(form, "staff") or 0, customers=_whole(form, "customers") or 0,
        staff_population=_whole(form, "staff_population"), customer_population=_whole(form, "customer_population"),
        response_rate=_percent(form, "response_rate"),
        links=tuple(known[text] for text in links if text in known),
        power=POWER if form.get("power") else None, precision={} if half is None else {"mean": half})


def _whole(form: Mapping[str, str], name: str) -> int | None:
    text = form.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST):
        raise BadInput("“{text}” is no whole number.", "Write digits only, such as 180.", text=text)
    return int(text)


def _number(form: Mapping[str, str], name: str) -> float | None:
    text = form.get(name, "").strip().replace(",", ".")
    if not text:
        return None
    digits = text.replace(".", "", 1)
    if not (digits.isascii() and digits.isdecimal() and len(text) <= LONGEST):
        raise BadInput("“{text}” is no number.", "Write one such as 0.15.", text=text)
    return float(text)


def _percent(form: Mapping[str, str], name: str) -> float:
    """Return a percentage as a share; everybody where nothing was entered."""
    value = _number(form, name)
    if value is None:
        return 1.0
    if not 0 < value <= 100:  # noqa: PLR2004 - percent
        raise BadInput("A response rate of {text} is not possible.", "Write a number above 0, at most 100.",
                       text=f"{value:g}%")
    return value / 100
