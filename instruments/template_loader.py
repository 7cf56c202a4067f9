"""A study template's folder, zip or catalogue name → StudyTemplate.

A template holds `study.yaml`, the questionnaires it lists, and, where the study has them, `interview-guide.yaml`,
`codebook.yaml`, `strategy-rules.yaml` and `customer-value.yaml`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import TypeVar

from instruments.checks import require_sound
from instruments.errors import FileFormatError, InstrumentError
from instruments.fields import Fields
from instruments.guide_reader import read_codebook, read_guide
from instruments.loader import check_schema_version, parse_instrument, read_languages
from instruments.rules_reader import read_rules
from instruments.schema import Instrument
from instruments.template import Called, GlossaryEntry, Perspective, Reference, StudyTemplate
from instruments.template_layout import (
    CODEBOOK_FILE,
    GUIDE_FILE,
    MAX_FILES,
    MAX_PATH_PARTS,
    MAX_UNPACKED_BYTES,
    RULES_FILE,
    STUDY_FILE,
    VALUE_FILE,
)
from instruments.template_writer import template_zip
from instruments.value_reader import read_value_model
from instruments.yaml_source import decode, parse_yaml, read_file

T = TypeVar("T")
PRIVACY_MODES = ("anonymous", "confidential", "identified")

_CATALOGUE = resources.files("instruments") / "catalogue"


def catalogue() -> tuple[str, ...]:
    """Return the names of the study templates that come with the product."""
    return tuple(sorted(entry.name for entry in _CATALOGUE.iterdir() if (entry / STUDY_FILE).is_file()))


@cache
def load_catalogue_template(key: str) -> StudyTemplate:
    """Return a template of the catalogue by its name; it is read once per process."""
    if key not in catalogue():
        raise InstrumentError(key, "the catalogue has no such template.", f"Choose one of: {', '.join(catalogue())}.")
    files = {entry.name: entry.read_bytes() for entry in (_CATALOGUE / key).iterdir() if entry.name.endswith(".yaml")}
    return read_template(files, key)


def export_template(template: StudyTemplate | str, path: Path) -> None:
    """Write a template, or the one of that catalogue name, as the zip of its folder, without data."""
    found = load_catalogue_template(template) if isinstance(template, str) else template
    Path(path).write_bytes(template_zip(found))


def load_template(path: Path) -> StudyTemplate:
    """Return the template in a folder or a zip of one; InstrumentError says where and why it cannot be used."""
    path = Path(path)
    if path.is_dir():
        return read_template({file.name: read_file(file) for file in sorted(path.glob("*.yaml"))}, path.name)
    if path.suffix.lower() != ".zip":
        raise FileFormatError(path.name, "this is neither a folder nor a zip file.", "Name a template's folder or zip.")
    if not path.is_file():
        raise InstrumentError(str(path), "there is no such file.", "Check the name and the folder.")
    if path.stat().st_size > MAX_UNPACKED_BYTES:
        raise FileFormatError(path.name, "the zip file is too large.", f"At most {MAX_UNPACKED_BYTES:,} bytes.")
    return read_template_zip(path.read_bytes(), path.name)


def read_template_zip(content: bytes, place: str) -> StudyTemplate:
    """Return the template in a zip's bytes; nothing is written to disk."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = _unpack(archive, place)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        if isinstance(error, InstrumentError):
            raise
        raise FileFormatError(place, "the zip file cannot be opened.", "Export the template again.") from error
    return read_template(files, place)


def _unpack(archive: zipfile.ZipFile, place: str) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise FileFormatError(
            place, "the zip holds too much.", f"At most {MAX_FILES} files and {MAX_UNPACKED_BYTES:,} bytes are read.")
    files: dict[str, bytes] = {}
    folders = set()
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path.suffix != ".yaml" or "__MACOSX" in path.parts:
            continue
        if path.is_absolute() or ".." in path.parts or len(path.parts) > MAX_PATH_PARTS:
            raise FileFormatError(
                place, f"the entry {entry.filename!r} lies outside the template.", "Zip one template folder only.")
        folders.add(path.parent)
        with archive.open(entry) as stream:
            files[path.name] = stream.read(entry.file_size + 1)
    if len(folders) > 1:
        raise FileFormatError(place, "the zip holds more than one folder.", "Zip one template folder only.")
    return files


def read_template(files: Mapping[str, bytes], place: str) -> StudyTemplate:
    """Return the template in some named files that keeps every numbered check."""
    template = parse_template(files, place)
    require_sound(template, place)
    return template


def parse_template(files: Mapping[str, bytes], place: str) -> StudyTemplate:
    """Return the template as it stands in some named files, without the numbered checks."""
    study = _fields(files, STUDY_FILE, place)
    if study is None:
        raise FileFormatError(place, f"there is no {STUDY_FILE}.", f"A template is a folder that holds {STUDY_FILE}.")
    check_schema_version(study)
    head = study.child("study", "study")
    languages = read_languages(head)
    value_fields = _fields(files, VALUE_FILE, place)
    template = StudyTemplate(
        key=head.string("id"), version=head.string("version"), title=head.text("title", languages),
        aim=head.text("aim", languages), population=head.text("population", languages), languages=languages,
        instruments=tuple(_read_questionnaire(files, stem, study, place) for stem in head.strings("instruments")),
        guide=_optional(files, GUIDE_FILE, place, read_guide),
        codebook=_optional(files, CODEBOOK_FILE, place, read_codebook),
        rules=_optional(files, RULES_FILE, place, read_rules),
        value_model=read_value_model(value_fields, languages) if value_fields else None,
        organisation=head.text("organisation", languages), report_title=head.text("report_title", languages),
        theory=tuple(entry.wording(languages) for entry in study.entries("theory", "theory paragraph")),
        glossary=tuple(_read_glossary(entry, languages) for entry in study.entries("glossary", "term")),
        references=tuple(_read_reference(entry, languages) for entry in study.entries("references", "reference")),
        thresholds=study.numbers("thresholds"),
        perspectives=tuple(
            _read_perspective(entry, languages) for entry in study.entries("perspectives", "perspective")),
        privacy=_read_privacy(study.find_child("privacy"), head.strings("instruments")),
        served=_read_called(study.find_child("served"), languages),
        staff=_read_called(study.find_child("staff"), languages))
    head.finish()
    study.finish()
    return template


def _fields(files: Mapping[str, bytes], name: str, place: str) -> Fields | None:
    if name not in files:
        return None
    here = f"{place}/{name}"
    return Fields(parse_yaml(decode(files[name], here), here), here)


def _optional(files: Mapping[str, bytes], name: str, place: str, read: Callable[[Fields], T]) -> T | None:
    fields = _fields(files, name, place)
    return None if fields is None else read(fields)


def _read_questionnaire(files: Mapping[str, bytes], stem: str, study: Fields, place: str) -> Instrument:
    name = f"{stem}.yaml"
    if name not in files:
        raise study.error("study", f"the questionnaire {name} is listed but not there.", f"Add {name} or unlist it.")
    instrument = parse_instrument(decode(files[name], f"{place}/{name}"), f"{place}/{name}")
    if instrument.audience != stem:
        raise InstrumentError(
            f"{place}/{name}", f"the audience is '{instrument.audience}', which differs from the file's name.",
            f"Name the file {instrument.audience}.yaml, or correct `audience`: a questionnaire is called by that word.")
    return instrument


def _read_privacy(fields: Fields | None, stems: tuple[str, ...]) -> dict[str, str]:
    """Return how much is known of who answered each questionnaire; what is not named is anonymous."""
    if fields is None:
        return {}
    found = {stem: fields.word(stem, PRIVACY_MODES, PRIVACY_MODES[0]) for stem in stems if fields.has(stem)}
    fields.finish()
    return found


def _read_called(fields: Fields | None, languages: tuple[str, ...]) -> Called | None:
    if fields is None:
        return None
    called = Called(one=fields.text("one", languages), many=fields.text("many", languages))
    fields.finish()
    if unpaired := sorted(set(called.one) ^ set(called.many)):
        raise fields.error("many", f"'one' and 'many' are not both given in '{unpaired[0]}'.",
                           "Give both, or leave both out there: the usual word stands in that language.")
    return called


def _read_glossary(fields: Fields, languages: tuple[str, ...]) -> GlossaryEntry:
    fields.ignore("id")
    entry = GlossaryEntry(
        term=fields.text("term", languages), meaning=fields.text("meaning", languages),
        sources=fields.strings("sources"))
    fields.finish()
    return entry


def _read_perspective(fields: Fields, languages: tuple[str, ...]) -> Perspective:
    perspective = Perspective(
        key=fields.string("id"), name=fields.wording(languages, "name"), constructs=fields.strings("constructs"))
    fields.finish()
    return perspective


def _read_reference(fields: Fields, languages: tuple[str, ...]) -> Reference:
    reference = Reference(key=fields.string("id"), citation=fields.string("citation"),
                          wording=fields.text("wording", languages))
    fields.finish()
    return reference
