"""The log entry of an interview from what a foreign project says of a text and its case; the rest is noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import PurePath

from instruments.template import Guide
from surveyapp.services.coverage import STATES
from surveyapp.services.decoding import is_chinese
from surveyapp.services.foreign_project import ForeignText
from surveyapp.services.interview import (
    LONGEST_INTERVIEW,
    MODES,
    PASSAGES,
    RECORDS,
    UNSPECIFIED,
    InterviewLog,
    audiences_of,
)

LONGEST_KEY = 40
WIDTHS = {"line": 80, "tenure_band": 40, "interviewer": 120, "language": 12, "role": 80}
# What the fields are called by people who fill in attributes elsewhere.
NAMES: Mapping[str, str] = {
    "role": "role", "role class": "role", "角色": "role", "岗位": "role", "岗位类别": "role",
    "audience": "audience", "对象": "audience",
    "line": "line", "business line": "line", "条线": "line", "tenure_band": "tenure_band", "tenure": "tenure_band",
    "held_on": "held_on", "date": "held_on", "interview date": "held_on", "日期": "held_on",
    "duration_min": "duration_min", "minutes": "duration_min", "mode": "mode", "interviewer": "interviewer",
    "访谈员": "interviewer", "consent": "has_consent", "has_consent": "has_consent", "同意": "has_consent",
    "record": "record", "language": "language", "语言": "language", "questions": "questions",
}
NO = ("false", "no", "0", "否")
KIND, CASE = "kind", "case"         # what else an export says of a text: what it is, and the case it belongs to


def log_of_text(text: ForeignText, key: str, guide: Guide | None, *,
                has_consent: bool) -> tuple[InterviewLog, dict[str, str]]:
    """Return the log entry and the attributes that fit no field of it; an unknown role becomes `unspecified`."""
    audiences = audiences_of(guide)
    log = InterviewLog(UNSPECIFIED, (audiences or ("staff",))[0], key, has_consent=has_consent, record=RECORDS[0],
                       language="zh" if is_chinese(text.text) else "en")
    left: dict[str, str] = {}
    for name, words in text.attributes.items():
        field = NAMES.get(name.casefold(), "")
        changed = _with(log, field, words, guide) if field else None
        if changed is not None:
            log = changed
        elif name not in (KIND, "guide_version") and not (name == CASE and words == key):
            left[name] = words
    if text.is_passages:
        log = replace(log, record=PASSAGES)
    return replace(log, notes=text.note), left


def with_notes(log: InterviewLog, left: Mapping[str, str]) -> InterviewLog:
    """Return the log entry with what has no other place, a line each."""
    lines = [log.notes, *(f"{name}: {words}" for name, words in left.items())]
    return replace(log, notes="\n".join(words for words in lines if words))


def _with(log: InterviewLog, field: str, words: str, guide: Guide | None) -> InterviewLog | None:
    """Return the log entry with the field, or None where the words do not fit it."""
    value = _value(field, words.strip(), guide)
    return None if value is None else replace(log, **{field: value})  # type: ignore[arg-type]  # checked by _value


def _value(field: str, words: str, guide: Guide | None) -> object | None:
    if field in ("role", "audience"):
        return _role(words, guide) if field == "role" else _audience(words, guide)
    if field in ("mode", "record"):
        return words if words in (MODES if field == "mode" else (*RECORDS, PASSAGES)) else None
    if field == "held_on":
        return _day(words)
    if field == "duration_min":
        return int(words) if words.isdecimal() and 0 < int(words) <= LONGEST_INTERVIEW else None
    if field == "has_consent":
        return words.casefold() not in NO
    return _questions(words, guide) if field == "questions" else words[:WIDTHS[field]]


def _questions(words: str, guide: Guide | None) -> dict[str, str] | None:
    """Return what became of each question: `Q1 covered, Q2 asked`."""
    noted = {key: state for key, _, state in (part.strip().partition(" ") for part in words.split(",")) if key}
    known = {question.key for question in guide.questions} if guide else set()
    return noted if set(noted) <= known and set(noted.values()) <= set(STATES) else None


def _role(words: str, guide: Guide | None) -> str | None:
    for key, names in (guide.roles if guide else {}).items():
        if words.casefold() in (key.casefold(), *(name.casefold() for name in names.values())):
            return key
    return words if guide is None or words == UNSPECIFIED else None


def _audience(words: str, guide: Guide | None) -> str | None:
    known = audiences_of(guide)
    return words if not known or words in known else None


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words[:10])
    except ValueError:
        return None


def free_key(name: str, taken: set[str], number: int) -> str:
    """Return a key for the interview: the name of its text without an ending, numbered where it is taken."""
    stem = PurePath(name).stem if PurePath(name).suffix.lower() in ENDINGS else name
    base = " ".join(stem.split())[:LONGEST_KEY - 4] or f"text {number}"
    key, times = base, 1
    while key in taken:
        times += 1
        key = f"{base} {times}"
    return key


ENDINGS = (".txt", ".md", ".docx", ".doc", ".odt", ".rtf", ".pdf", ".srt", ".vtt", ".html", ".mp3", ".m4a", ".wav",
           ".mp4")
