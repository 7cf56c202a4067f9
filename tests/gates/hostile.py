"""Texts that a report must stand, in every place where somebody's text reaches it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from instruments.template_loader import load_catalogue_template
from reports.content import StudyReport
from reports.measured.frame import Subject
from reports.measurement import measurement_report
from reports.sections.study import study_report
from surveyapp.jobs import further_report
from surveyapp.models.study import Study
from tests.factories.diagnosis import rich_diagnosis
from tests.factories.diagnosis_parts import facts
from tests.gates.prepared import further_of
from tests.gates.subjects import ALL, SPEC, measured_results

LANGUAGES = {"en", "zh"}
# Fields of one language that people type, besides the wordings in several.
TYPED = {"Action": {"reason", "owner", "body", "change"}, "Milestone": {"name"}, "KpiReading": {"source"},
         "GroupRate": {"group"}, "GroupTable": {"attribute"}, "Late": {"name", "owner"}}
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
    if isinstance(value, (tuple, list)):
        return type(value)(infested(one, text) for one in value)
    if is_dataclass(value) and not isinstance(value, (type, StudyReport)):
        typed = TYPED.get(type(value).__name__, set())
        return replace(value, **{field.name: _field(getattr(value, field.name), text, is_typed=field.name in typed)
                                 for field in fields(value) if field.init})
    return value


def _field(value: Any, text: str, *, is_typed: bool) -> Any:
    return f"{value} {text}" if is_typed and value else infested(value, text)


def hostile_report(language: str, text: str) -> StudyReport:
    """Return the report of a study all of whose texts end in that one: template, entered facts, passages, title."""
    template = load_catalogue_template("bank_crm")
    title = dict.fromkeys(LANGUAGES, f"Study {text}")
    return study_report(infested(rich_diagnosis(template), text), infested(template, text), infested(facts(), text),
                        language=language, title=title)


def hostile_kinds(study: Study, language: str, text: str) -> dict[str, list[StudyReport]]:
    """Return the reports of every kind that the application lists, of the study with the text in all they are told."""
    with pytest.MonkeyPatch.context() as patch:
        for name, made in vars(further_report).items():
            if callable(made) and getattr(made, "__module__", "").startswith("reports.kinds"):
                patch.setattr(further_report, name, _told_worse(made, text))
        patch.setattr(further_report, "report_content", lambda *_: hostile_report(language, text))
        return further_of(study, language)


def _told_worse(made: Callable[..., Any], text: str) -> Callable[..., Any]:
    return lambda *told, **more: made(*(infested(one, text) for one in told), **more)


def hostile_measurement(language: str, text: str) -> StudyReport:
    """Return a measurement report whose file, labels and title hold the text."""
    results, known = measured_results()
    labels = {key: f"{key} {text}" for key in ALL}
    subject = Subject(f"Five scales {text}", f"survey {text}.csv", 2800, labels, spec=SPEC, facts=known,
                      specification=f"- {{id: A}}  # {text}")
    return measurement_report(results, subject, language=language)


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
