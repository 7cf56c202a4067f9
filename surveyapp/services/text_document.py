"""A pdf, odt or rtf → text, read in a process of its own, with what was left out of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from surveyapp.errors import BadInput
from surveyapp.services import text_child

PATIENCE_S = 90                 # wall clock for the child process
KINDS = {".pdf": "pdf", ".odt": "odt", ".rtf": "rtf"}


@dataclass(frozen=True)
class DocumentText:
    """The words of a document; `left_out` counts changes, comments, footnotes and empty pages."""

    text: str
    left_out: Mapping[str, int] = field(default_factory=dict)


def read_text_document(content: bytes, suffix: str, place: str) -> DocumentText:
    """Return the text of a pdf, odt or rtf; BadInput says what is wrong and what to do."""
    return read_in_child(content, KINDS[suffix], place)


def read_in_child(content: bytes, kind: str, place: str) -> DocumentText:
    """Return what the child process reads out of a file of that kind."""
    command = [sys.executable, "-m", text_child.__name__, kind]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, input=content, capture_output=True, timeout=PATIENCE_S, check=False,
            env={**os.environ, "PYTHONPATH": str(Path(text_child.__file__).parents[2]), "OPENBLAS_NUM_THREADS": "1"})
    except subprocess.TimeoutExpired:
        raise _too_large(place) from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:          # ended by its limits
        raise _too_large(place) from None
    if "refused" in answer:
        raise _refusal(answer["refused"], place)
    return DocumentText(answer["text"], {what: n for what, n in answer["left_out"].items() if n})


def _refusal(reason: str, place: str) -> BadInput:
    if reason == "password":
        return password_needed(place)
    if reason == "scan":
        return BadInput("{place}: the pages are pictures; there are no words in it.",
                        "Run text recognition (OCR) on it first, or type the text.", place=place)
    if reason == "too_large":
        return _too_large(place)
    return BadInput("{place}: the document is damaged or not what its name says.",
                    "Open it in the program it came from and save it again, or save it as txt.", place=place)


def password_needed(place: str) -> BadInput:
    """Return the refusal of a file that is locked."""
    return BadInput("{place}: the document is protected by a password.",
                    "Open it with the password, save it without one, and choose that file.", place=place)


def _too_large(place: str) -> BadInput:
    return BadInput("{place}: the document unpacks to more than a transcript can hold.",
                    "Take the pictures out, or save the text as txt.", place=place)
