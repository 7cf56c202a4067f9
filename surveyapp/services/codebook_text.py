"""What a code may say: its key, its place in the tree, what it is linked to; and what it may be linked to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.template import COLOURS, PATTERNS, CodeDefinition
from surveyapp.errors import BadInput
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.services.code_shade import shade_of
from surveyapp.services.codebook import StudyCodebook, codebook_rules
from surveyapp.services.decoding import normalise

LONGEST_KEY = 80            # characters; the width of the column
LONGEST_TEXT = 4_000        # characters of one field in one language
MOST_CODES = 1_000          # of one codebook; nobody can apply more
KEY = re.compile(r"\w[\w.\-]*")
TEXTS = ("name", "definition", "include", "exclude", "example")


@dataclass(frozen=True)
class Choice:
    """Something a code can be linked to."""

    key: str
    name: Mapping[str, str]


@dataclass(frozen=True)
class Choices:
    """What codes of the study can be linked to."""

    constructs: tuple[Choice, ...]
    measures: tuple[Choice, ...]
    safeguards: tuple[Choice, ...]


def list_choices(session: Session, study: Study) -> Choices:
    """Return the constructs of the study's questionnaires, and the measures and safeguards of its rules."""
    mine = select(PublishedInstrument.document).where(PublishedInstrument.study_id == study.id)
    constructs = {entry["key"]: Choice(entry["key"], entry["name"])
                  for document in session.scalars(mine.order_by(PublishedInstrument.id))
                  for entry in document["constructs"]}
    rules = study.template.get("rules") or {}
    return Choices(tuple(constructs.values()), _choices(rules.get("measures")), _choices(rules.get("safeguards")))


def _choices(entries: list[dict[str, Any]] | None) -> tuple[Choice, ...]:
    return tuple(Choice(entry["key"], entry.get("name") or entry.get("text") or {}) for entry in entries or ())


def fitted_code(study: Study, code: CodeDefinition) -> CodeDefinition:
    """Return the code as it is stored: every language has a name and a definition, other empty texts are left out."""
    languages = codebook_rules(study).languages
    texts = {name: {key: normalise(getattr(code, name).get(key, "")).strip() for key in languages} for name in TEXTS}
    for name in TEXTS[2:]:
        texts[name] = {key: words for key, words in texts[name].items() if words}
    for name, text in texts.items():
        longest = max(map(len, text.values()), default=0)
        if longest > LONGEST_TEXT:
            raise BadInput("A text of the code has {n} characters.", "Give at most {most}.", n=longest,
                           most=LONGEST_TEXT)
        if name == "name" and not all(text.values()):
            raise BadInput("A code needs a name in each language: {known}.", "Fill in the missing one.",
                           known=", ".join(languages))
    return replace(code, key=code.key.strip(), name=texts["name"], definition=texts["definition"],
                   include=texts["include"], exclude=texts["exclude"], example=texts["example"])


def check_code(codebook: StudyCodebook, code: CodeDefinition, choices: Choices, own_id: int | None = None) -> None:
    """Refuse a code whose key is taken, whose place in the tree would be a circle, or whose links lead nowhere."""
    _check_key(codebook, code.key, own_id)
    _check_parent(codebook, code.parent, own_id)
    for value, known in ((code.construct, choices.constructs), (code.safeguard, choices.safeguards),
                         *((measure, choices.measures) for measure in code.strategy)):
        if value is not None and value not in {choice.key for choice in known}:
            raise BadInput("The study has no {key} to link a code to.", "Choose one from the list.", key=repr(value))
    if code.colour not in (None, *COLOURS) or code.pattern not in (None, *PATTERNS):
        raise BadInput("There is no such colour or pattern.", "Choose one from the list.")
    if code.original_colour is not None and shade_of(code.original_colour) != code.original_colour:
        raise BadInput("{shade} is no shade of another program.", "Write it as #1a2b3c.",
                       shade=repr(code.original_colour))


def _check_key(codebook: StudyCodebook, key: str, own_id: int | None) -> None:
    if not KEY.fullmatch(key) or len(key) > LONGEST_KEY:
        raise BadInput("{key} cannot be a code's key.",
                       "Use at most {most} letters, digits, points, hyphens and underscores; begin with a letter "
                       "or digit.", key=repr(key), most=LONGEST_KEY)
    taken = codebook.by_key.get(key)
    if taken is not None and taken.id != own_id:
        raise BadInput("The key {key} is that of another code, now or formerly.", "Choose another key.", key=key)
    if own_id is None and len(codebook.entries) >= MOST_CODES:
        raise BadInput("The codebook has {most} codes already.", "Merge or retire some first.", most=MOST_CODES)


def _check_parent(codebook: StudyCodebook, parent: str | None, own_id: int | None) -> None:
    if parent is None:
        return
    above = codebook.by_key.get(parent)
    if above is None:
        raise BadInput("The codebook has no code {key}.", "Choose one from the list.", key=repr(parent))
    if own_id is not None and above.key in {entry.key for entry in
                                            codebook.with_descendants(codebook.by_id[own_id].key)}:
        raise BadInput("A code cannot stand below itself.", "Choose a code that is not below this one.")
