"""Where a study's template comes from: the catalogue, a folder, a zip, or a single questionnaire file."""

from __future__ import annotations

from pathlib import Path

from instruments.formats import read_definition
from instruments.schema import Instrument
from instruments.template import StudyTemplate
from instruments.template_loader import catalogue, load_catalogue_template, load_template
from surveyapp.errors import BadInput


def find_template(name_or_path: str) -> StudyTemplate:
    """Return the template of that catalogue name, folder, zip or questionnaire file."""
    if name_or_path in catalogue():
        return load_catalogue_template(name_or_path)
    path = Path(name_or_path)
    if not path.exists():
        raise BadInput("There is no template {name}.", "Use one of: {known}, or a folder, zip or questionnaire file.",
                       name=repr(name_or_path), known=", ".join(catalogue()))
    if path.is_dir() or path.suffix.lower() == ".zip":
        return load_template(path)
    instrument, _ = read_definition(path)
    return template_of_instrument(instrument)


def template_of_instrument(instrument: Instrument) -> StudyTemplate:
    """Return the template of a study that is one questionnaire and nothing else."""
    return StudyTemplate(
        key=instrument.key, version=instrument.version, title=instrument.title, aim=instrument.intro, population={},
        languages=instrument.languages, instruments=(instrument,), organisation={},
    )
