"""Texts that a report must stand, in every place where somebody's text reaches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from instruments.template_loader import load_catalogue_template
from reports.content import StudyReport
from reports.sections.study import study_report
from tests.factories.diagnosis import rich_diagnosis
from tests.factories.diagnosis_parts import facts

LANGUAGES = {"en", "zh"}
MARKUP = ("</title></p></td></style></svg><script>alert(1)</script><img src=\"http://127.0.0.1:9/x\" onerror='x'> "
          "&amp; &#x202e; ]]> <!-- {{ 7*7 }} {% raw %} {0} {name} %(n)s <a href=\"javascript:x\">y</a>")
LONG_WORD = "Donaudampfschifffahrtsgesellschaft" * 8 + "W" * 28
EMOJI = "😀👩‍👩‍👧🏦"
TURNED = "\u202eevil\u202c \u2067x\u2069 שלום مرحبا"
CONTROL = "\x00\x07\x08\x1b[31m\x7f\x85\ufeff\u200b\u2028"
TEXTS = {"markup": MARKUP, "long word": LONG_WORD, "emoji": EMOJI, "turned": TURNED, "control": CONTROL}


def infested(value: Any, text: str) -> Any:
    """Return a value with the text added to every wording in it that people enter, whatever it belongs to."""
    if isinstance(value, Mapping):
        if value and value.keys() <= LANGUAGES and all(isinstance(words, str) for words in value.values()):
            return {language: f"{words} {text}" for language, words in value.items()}
        return {key: infested(one, text) for key, one in value.items()}
    if isinstance(value, tuple):
        return tuple(infested(one, text) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: infested(getattr(value, field.name), text)
                                 for field in fields(value) if field.init})
    return value


def hostile_report(language: str, text: str) -> StudyReport:
    """Return the report of a study all of whose texts end in that one: template, entered facts, passages, title."""
    template = load_catalogue_template("bank_crm")
    title = dict.fromkeys(LANGUAGES, f"Study {text}")
    return study_report(infested(rich_diagnosis(template), text), infested(template, text), infested(facts(), text),
                        language=language, title=title)


def infested_content(report: StudyReport, text: str) -> StudyReport:
    """Return a report with the text in every wording of its content and its charts."""
    return replace(report, sections=_wordings(report.sections, text), cover=_wordings(report.cover, text),
                   title=f"{report.title} {text}", name=f"{report.name} {text}",
                   classification=f"{report.classification} {text}")


# Fields that name a thing or a place, not a wording.
NAMES = {"key", "anchor", "link", "trace", "kind", "style", "split", "align", "parent", "values", "language", "alt"}


def _wordings(value: Any, text: str, name: str = "") -> Any:
    if name in NAMES:
        return value
    if isinstance(value, str):
        return f"{value} {text}" if value else value
    if isinstance(value, tuple):
        return tuple(_wordings(one, text) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _wordings(getattr(value, field.name), text, field.name)
                                 for field in fields(value) if field.init})
    return value
