"""Where a draft begins: a published version, a template's questionnaire, an uploaded file, or nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from instruments.codec import from_document, to_document
from instruments.editing import empty_instrument
from instruments.loader import dump_instrument
from instruments.schema import Instrument
from instruments.template_loader import catalogue, load_catalogue_template
from surveyapp.errors import BadInput, NotFound, Refused

PATIENCE_S = 90                     # a form of 3,000 items takes about 10
LARGEST_FILE = 8 * 1024 * 1024      # bytes
FILE_FORMATS = {"yaml": ".yaml", "xlsform": ".xlsx"}
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class ReadDefinition:
    """A questionnaire from a file, and what could not be brought along."""

    instrument: Instrument
    losses: tuple[str, ...]


def template_questionnaires() -> list[tuple[str, Instrument]]:
    """Return the questionnaires of every template of the catalogue, under `template/audience`."""
    return [(f"{name}/{instrument.audience}", instrument)
            for name in catalogue() for instrument in load_catalogue_template(name).instruments]


def from_template(address: str) -> Instrument:
    """Return the questionnaire under `template/audience`; NotFound otherwise."""
    for known, instrument in template_questionnaires():
        if known == address:
            return instrument
    raise NotFound("There is no such questionnaire among the templates.", "Choose one from the list.")


def from_nothing(audience: str, title: str, languages: tuple[str, ...]) -> Instrument:
    """Return an empty questionnaire with one page."""
    if not title.strip() or not languages:
        raise BadInput("A questionnaire needs a title and a language.", "Give both.")
    return empty_instrument(audience, audience, languages, {languages[0]: title.strip()})


def from_file(content: bytes, filename: str, audience: str = "") -> ReadDefinition:
    """Return the questionnaire of an uploaded file, read in a process of its own; BadInput says what is wrong."""
    name = PurePath(filename).name
    if not name or not content:
        raise BadInput("No file was chosen.", "Choose a questionnaire file.")
    if len(content) > LARGEST_FILE:
        raise BadInput("The file {name} is larger than {most} MB.", "Split it into several files.", name=name,
                       most=LARGEST_FILE // 1024 ** 2)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"questionnaire{PurePath(name).suffix.lower()}"
        path.write_bytes(content)
        answer = _read_in_child(path, PurePath(name).stem)
    if "error" in answer:
        raise BadInput("{name} cannot be read: {words}", "Mend the file and choose it again.", name=name,
                       words=answer["error"])
    instrument = from_document(Instrument, answer["instrument"])
    if audience:
        instrument = replace(instrument, audience=audience)
    return ReadDefinition(instrument, tuple(answer["losses"]))


def _read_in_child(path: Path, stem: str) -> dict[str, Any]:
    """A file that strangers made is read where it can at worst use up that process's limits."""
    try:
        answer: dict[str, Any] = json.loads(_in_child("read", str(path), stem))
    except subprocess.TimeoutExpired:
        return {"error": "reading it took too long."}
    except subprocess.CalledProcessError:
        return {"error": "it is damaged or too large."}
    return answer


def _in_child(*arguments: str) -> bytes:
    command = [sys.executable, "-m", "surveyapp.services.definition_child", *arguments]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=True, cwd=ROOT)  # noqa: S603 - our own module; the arguments are paths
    return done.stdout


def to_file(instrument: Instrument, format: str) -> bytes:
    """Return the questionnaire as a file in one of `FILE_FORMATS`; a spreadsheet is written in a process of its own."""
    if format == "yaml":
        return dump_instrument(instrument).encode()
    if format not in FILE_FORMATS:
        raise NotFound("There is no format {format}.", "Choose one of: {formats}.", format=repr(format),
                       formats=", ".join(FILE_FORMATS))
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "document.json", Path(folder) / "form.xlsx"
        source.write_text(json.dumps(to_document(instrument)), encoding="utf-8")
        try:
            _in_child("write", str(source), str(target))
        except subprocess.SubprocessError:
            raise Refused("The questionnaire cannot be written in this format.",
                          "Mend its faults first, or take YAML.") from None
        return target.read_bytes()
