"""Answers to files in every format: what a command or a worker does."""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from surveyapp.db.session import read_session, transaction
from surveyapp.models.account import Account
from surveyapp.models.study import Study
from surveyapp.services.disclosure import plan_release
from surveyapp.services.export_file import options_of, store_export_file
from surveyapp.services.export_layout import FileLayout
from surveyapp.services.release import Release
from surveyapp.services.response_export import (
    DEFAULTS,
    WRITERS,
    ExportOptions,
    Written,
    check_format,
    ending_of,
    layouts_of,
    pack,
    record_export,
    title_of,
)
from surveyapp.services.study import get_instrument, get_study, get_wave


def write_files(release: Release, format: str, path: Path, options: ExportOptions = DEFAULTS) -> Written:
    """Write the release beside `path`: the first table there, others as `name-<table>`."""
    check_format(format, options)
    if format in WRITERS:
        return WRITERS[format](release, path, options)
    written = Written([])
    for layout, target in layouts_of(release, path, options):
        renamed = _write_one(format, layout, target, title_of(release, layout))
        written.paths.append(target)
        if renamed:
            written.renamed[layout.table.name] = renamed
    return written


def _write_one(format: str, layout: FileLayout, path: Path, title: str) -> dict[str, str]:
    # Imported here: these libraries would double the start of every other command.
    from surveyapp.jobs.statistics_files import write_dta, write_parquet, write_sav

    return {"sav": write_sav, "dta": write_dta, "parquet": write_parquet}[format](layout, path, title)


def export_answers(study: Study, document: dict[str, Any]) -> str:
    """Write the answers as a job was asked to and keep the file for the researcher; return what the job says."""
    session, format, options = read_session(), document["format"], options_of(document)
    published = get_instrument(session, study, document["instrument"])
    release = plan_release(session, study, get_wave(session, study, document["wave"]), published)
    name = f"{published.audience}-{document['wave']}"
    stream = BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        written = write_files(release, format, Path(folder) / f"{name}.{ending_of(format)}", options)
        ending = pack(written, stream)
    with transaction() as writing:
        own = get_study(writing, study.id)
        file = store_export_file(writing, own, f"{name}.{ending}", stream.getvalue())
        record_export(writing, own, published, format, release, writing.get(Account, document["account"]))
    renamed = "".join(f"; {old} = {new}" for names in written.renamed.values() for old, new in names.items())
    return f"file {file.id}{renamed}"
