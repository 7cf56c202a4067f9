"""Files of other tools: our own samples, and those of others where they are there."""

from __future__ import annotations

import os
from pathlib import Path

from instruments.errors import InstrumentError
from instruments.formats import LossReport
from instruments.formats.foreign import SUFFIXES, convert
from instruments.schema import Instrument

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = Path(os.environ.get("SURVEYAPP_REFERENCE", ROOT.parent / "shared" / "reference")) / "surveys"
SAMPLES = sorted(
    path for path in (ROOT / "tests" / "samples").iterdir() if path.suffix in SUFFIXES or path.stem.endswith("formr"))
FOREIGN = sorted(
    path for path in REFERENCE.glob("*/*") if path.suffix in SUFFIXES or path.parent.name == "formr-sheets")
ANSWERS = sorted((REFERENCE / "responses").glob("*"))
NOT_READ = frozenset({"surveyjs__surveyjs_definition.json"})       # it describes the format of SurveyJS


def named(path: Path) -> str:
    return path.name


def converted(path: Path) -> tuple[Instrument, LossReport]:
    return convert(path.read_bytes(), path.name)


def attempt(content: bytes, name: str) -> tuple[tuple[Instrument, LossReport] | None, InstrumentError | None]:
    """Return what a file becomes, or None and the words with which it is refused."""
    try:
        return convert(content, name), None
    except InstrumentError as error:
        return None, error
