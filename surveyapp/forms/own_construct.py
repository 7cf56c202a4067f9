"""What is posted about a problem or cause of the study's own: words, items, code, reasons, objective and measure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast, get_args

from werkzeug.datastructures import MultiDict

from instruments.open_set import MOST_ITEMS, OwnConstruct, OwnGroup, OwnItem, OwnMeasure, free_measure_key
from instruments.schema import Text
from instruments.template import StrategyRules
from surveyapp.services.answer import read_number
from surveyapp.services.decoding import normalise

MEASURE_TEXTS = ("name", "what", "owner", "rationale", "expected_effect", "risk")
NEW_CODE = ":new"
Form = MultiDict[str, str]


def read_group(text: str) -> OwnGroup:
    """Return whether it is a problem or a cause; anything else is a problem."""
    return cast("OwnGroup", text) if text in get_args(OwnGroup) else "problem"


def read_own(form: Form, languages: Sequence[str], rules: StrategyRules | None,
             before: OwnConstruct | None = None) -> OwnConstruct:
    """Return what was entered; the checks judge it."""
    code = form.get("code", "")
    return OwnConstruct(
        group=read_group(form.get("group", "")), key=form.get("key", "").strip().upper()[:40],
        name=_text(form, "name", languages), definition=_text(form, "definition", languages),
        items=_items(form, languages), scale=form.get("scale", ""),
        code=form.get("code_key", "").strip() if code == NEW_CODE else code,
        paired=tuple(dict.fromkeys(form.getlist("paired"))), objective=_text(form, "objective", languages),
        kpi=_text(form, "kpi", languages), measure=_measure(form, languages, rules, before))


def _text(form: Form, name: str, languages: Sequence[str]) -> Text:
    found = {language: normalise(form.get(f"{name}_{language}", "")).strip() for language in languages}
    return {language: words for language, words in found.items() if words}


def _items(form: Form, languages: Sequence[str]) -> tuple[OwnItem, ...]:
    rows = [OwnItem(_text(form, f"item_{place}", languages), f"reverse_{place}" in form) for place in range(MOST_ITEMS)]
    return tuple(row for row in rows if row.text)


def _measure(form: Form, languages: Sequence[str], rules: StrategyRules | None,
             before: OwnConstruct | None) -> OwnMeasure | None:
    texts = {name: _text(form, f"m_{name}", languages) for name in MEASURE_TEXTS}
    if rules is None or not any(texts.values()):
        return None
    strategy = form.get("m_strategy", "")
    old = before.measure if before is not None else None
    key = old.key if old is not None and old.strategy == strategy else free_measure_key(rules, strategy)
    return OwnMeasure(
        key, strategy, **texts, effort=_whole(form, "m_effort", 2), horizon_months=_whole(form, "m_months", 6),
        strength=_whole(form, "m_strength", 3), safeguards=tuple(dict.fromkeys(form.getlist("m_safeguard"))),
        item_place=_whole(form, "m_item", 0), item_share=_number(form, "m_share", 40.0))


def _whole(form: Form, name: str, usual: int) -> int:
    found = read_number(form.get(name, ""))
    return int(found) if found is not None and abs(found) < 1_000 else usual  # noqa: PLR2004  # no such effort, no such month


def _number(form: Form, name: str, usual: float) -> float:
    found = read_number(form.get(name, ""))
    return found if found is not None else usual
