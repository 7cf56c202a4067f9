"""A file of another coding program → a foreign project, read in a process of its own; BadInput says what is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path, PurePath

from instruments.codec import from_document
from surveyapp.errors import BadInput, marked
from surveyapp.services import exchange_child
from surveyapp.services.exchange_table import TABLES, is_taguette_table, read_taguette_table
from surveyapp.services.foreign_project import ForeignProject

PATIENCE_S = 90                 # wall clock for the child process
LARGEST_FILE = 32_000_000       # bytes; as much as a page takes
ROOT = str(Path(exchange_child.__file__).parents[2])
KINDS = tuple(exchange_child.READERS)

_NO_PROJECT = (marked("{place}: there is no REFI-QDA project in it."),
               marked("In the other program choose to export a REFI-QDA project (.qdpx)."))
_NO_TAGUETTE = (marked("{place}: this is no Taguette project."),
                marked("In Taguette choose Export project; other databases are not read."))
REFUSALS: Mapping[str, tuple[str, str]] = {
    "unsafe": (marked("{place}: the file is built in a way that no coding program writes and that could do harm."),
               marked("Export the project again from the program it came from.")),
    "password": (marked("{place}: the project is protected by a password."), marked("Export it without one.")),
    "too_large": (marked("{place}: the project is larger than can be read here."),
                  marked("Export it without recordings and pictures, or in parts.")),
    "no_database": _NO_TAGUETTE, "no_taguette": _NO_TAGUETTE, "no_zip": _NO_PROJECT, "no_project": _NO_PROJECT,
    "no_codebook": (marked("{place}: there is no REFI-QDA codebook in it."),
                    marked("Export the codebook as .qdc, or the whole project as .qdpx.")),
    "damaged": (marked("{place}: the project is damaged."),
                marked("Export it again from the program it came from.")),
}


def is_project_file(filename: str, content: bytes) -> bool:
    """Return whether the file is one of another coding program; a table is known by its columns."""
    suffix = PurePath(filename).suffix.lower()
    return suffix in KINDS or (suffix in TABLES and is_taguette_table(content, filename))


def read_project_file(filename: str, content: bytes) -> ForeignProject:
    """Return what a .qdpx, .qdc, Taguette .sqlite3 or Taguette table holds."""
    place = PurePath(filename.replace("\\", "/")).name or filename
    suffix = PurePath(place).suffix.lower()
    if not content:
        raise BadInput("{place}: the file is empty.", "Choose the file that the other program has written.",
                       place=place)
    if len(content) > LARGEST_FILE:
        raise _refusal("too_large", place)
    if suffix in TABLES:
        return read_taguette_table(content, place)
    if suffix not in KINDS:
        raise BadInput("{place}: this is no project of a coding program.", "Files that are read: {known}.",
                       place=place, known=", ".join((*KINDS, *TABLES)))
    document = _ask_child(suffix, content, place)
    if "refused" in document:
        raise _refusal(document["refused"], place)
    return from_document(ForeignProject, document)


def _ask_child(suffix: str, content: bytes, place: str) -> dict[str, object]:
    command = [sys.executable, "-m", exchange_child.__name__, suffix]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, input=content, capture_output=True, timeout=PATIENCE_S, check=False,
            env={**os.environ, "PYTHONPATH": ROOT, "OPENBLAS_NUM_THREADS": "1"})
        document: dict[str, object] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):     # ended by its limits
        raise _refusal("too_large", place) from None
    return document


def _refusal(reason: object, place: str) -> BadInput:
    """Return the refusal in words; the child gives the reason in one."""
    words, remedy = REFUSALS.get(str(reason), REFUSALS["damaged"])
    return BadInput(words, remedy, place=place)
