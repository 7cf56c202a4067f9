"""Conditions of the rules in words: what was asked of the data, and what they said."""

from __future__ import annotations

from typing import Any

from analysis.results.measures import TriggerResult
from analysis.told_figures import SHARE
from reports.content import Statement
from reports.numbers import printed
from reports.sections.file_figures import is_hidden, told_limit, told_share
from reports.sections.source import Source, lowered

FIELDS_OF_GRADES = ("grade", "status", "quadrant", "tag", "severity")
CAPTION_LENGTH = 80         # no question of the catalogue is longer


def described(study: Source, trigger: TriggerResult) -> Statement:
    """Return one condition with the value found, traced to its metric."""
    field = trigger.metric.rsplit(".", 1)[-1]
    if isinstance(trigger.target, bool) and isinstance(trigger.value, bool):
        key = "triggers.is_so" if trigger.value else "triggers.is_not_so"
        family, *middle, _ = trigger.metric.split(".")
        return study.words.say(key, name=_name(study, family, ".".join(middle)), trace=(trigger.metric,),
                               field=study.words.text(f"field.{field}") if study.words.has(f"field.{field}") else field)
    is_word = isinstance(trigger.value, str) and trigger.outcome == "true"
    key = ("triggers.unknown" if trigger.outcome == "unknown"
           else "triggers.found_word" if is_word else "triggers.found")
    return study.words.say(
        key, subject=_subject(study, trigger.metric), value=_found(study, trigger, field),
        rule=study.words.text(f"triggers.{trigger.operator}", target=_target(study, trigger.target, field)),
        trace=(trigger.metric,))


def failed_condition(study: Source, triggers: tuple[TriggerResult, ...]) -> str:
    """Return the first condition that does not hold, in words."""
    failed = next((trigger for trigger in triggers if trigger.outcome == "false"), None)
    return described(study, failed).text if failed else study.words.text("labels.none")


def failed_briefly(study: Source, triggers: tuple[TriggerResult, ...]) -> str:
    """Return the first condition that does not hold, in a sentence's words; of a grade without the rule."""
    failed = next((trigger for trigger in triggers if trigger.outcome == "false"), None)
    if failed is None:
        return study.words.text("labels.none")
    family, *middle, field = failed.metric.split(".")
    if field != "grade" or not isinstance(failed.value, str):
        return lowered(described(study, failed).text)
    name = _name(study, family, ".".join(middle))
    return study.words.text("triggers.graded", name=lowered(name) if study.language == "en" else name,
                            value=_value(study, failed.value, field))


def subjects_needed(study: Source, triggers: tuple[TriggerResult, ...]) -> str:
    """Return what data are lacking, in words."""
    found = dict.fromkeys(_subject(study, t.metric) for t in triggers if t.outcome == "unknown")
    return study.words.join(list(found))


def _subject(study: Source, metric: str) -> str:
    family, *middle, field = metric.split(".")
    key, words = ".".join(middle), study.words
    field_name = words.text(f"field.{field}") if words.has(f"field.{field}") else field.replace("_", " ")
    if field == "required_by_measures":
        return field_name
    if family == "data":
        return words.text(f"data.{field}") if words.has(f"data.{field}") else field.replace("_", " ")
    name = _name(study, family, key)
    return words.text("triggers.subject", name=name, field=field_name)


def _name(study: Source, family: str, key: str) -> str:
    if family == "item":
        item = study.item(key)
        return (study.words.text("triggers.item", key=key) if item is None
                else _short(study.read(item.text).rstrip(".。"), study))
    if family == "interview":
        name = study.code(key)
        return study.words.text("triggers.code", name=lowered(name) if study.language == "en" else name)
    if family == "safeguard":
        guard = study.safeguard(key)
        return study.read(guard.name) if guard else key
    if family == "link":
        return "→".join(study.name(part) for part in key.split("."))
    return study.name(key) if study.language == "en" else study.in_sentence(key)


def _cut(text: str, language: str) -> str:
    """Return the beginning of a text, in a language with spaces no word torn."""
    head = text[:CAPTION_LENGTH]
    if language != "zh" and not text[CAPTION_LENGTH].isspace():
        head = head.rpartition(" ")[0] or head
    return head.rstrip(" ,;:")


def _short(text: str, study: Source) -> str:
    shown = text if len(text) <= CAPTION_LENGTH else _cut(text, study.language) + "…"
    return study.words.text("labels.quote", text=shown)


def _value(study: Source, value: Any, field: str) -> str:
    words = study.words
    if isinstance(value, bool):
        return words.text("triggers.yes" if value else "triggers.no")
    if isinstance(value, (int, float)):
        number = float(value)
        return told_limit(number) if field.endswith(SHARE) else printed(number, _style(field, number))
    for family in ("grade", "quadrant", "status", "tag", "band"):
        if words.has(f"{family}.{value}"):
            return words.text(f"{family}.{value}")
    return str(value) if value is not None else words.text("labels.not_known")


def _found(study: Source, trigger: TriggerResult, field: str) -> str:
    """Return the value found; a figure of few of the file's people stays hidden, a share is told in whole percent."""
    value = trigger.value
    if is_hidden(study, trigger.metric):
        return study.words.text("triggers.hidden")
    if field.endswith(SHARE) and isinstance(value, int | float) and not isinstance(value, bool):
        return told_share(study.words, float(value), trigger.target)
    return _value(study, value, field)


def _style(field: str, value: float) -> str:
    if field in ("interviewees", "required_by_measures", "roles") or value == int(value):
        return "count"
    return "one" if field == "pomp" else "mean"


def _target(study: Source, target: Any, field: str) -> str:
    if isinstance(target, (list, tuple)):
        between = study.words.text("triggers.or")
        return between.join(_value(study, part, field) for part in target)
    return _value(study, target, field)
