"""`surveyapp responses`: answers from files and to files."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from surveyapp.cli import transfer
from surveyapp.cli.output import Subparsers, add_command, add_group, open_database, print_json, read_bytes
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.jobs.export import write_files
from surveyapp.services.disclosure import plan_release
from surveyapp.services.release import Release
from surveyapp.services.release_files import plan_files, write_files_archive
from surveyapp.services.response_export import (
    ENCODINGS,
    FORMATS,
    SEPARATORS,
    ExportOptions,
    Written,
    check_format,
    check_language,
    ending_of,
    record_export,
    write_csv,
)
from surveyapp.services.response_import import import_responses
from surveyapp.services.study import get_instrument, get_study, get_wave


def add_commands(commands: Subparsers) -> None:
    """Add the response commands."""
    group = add_group(commands, "responses", "answers from files and to files")
    load = add_command(group, "import", "import answers from CSV, XLSX or SAV, one row a person", _import)
    load.add_argument("study")
    load.add_argument("instrument")
    load.add_argument("file")
    load.add_argument("--wave")
    load.add_argument("--mapping", help="JSON file: column of the file → item key")
    export = add_command(group, "export", "export answers", _export, has_json=True)
    export.add_argument("study")
    export.add_argument("instrument")
    export.add_argument("--wave")
    export.add_argument("--format", default="csv", help=f"one of {', '.join(FORMATS)}, or several with commas")
    export.add_argument("-o", "--out", help="file to write; csv goes to stdout without it")
    export.add_argument("--language", help="language of labels in statistical files; default the questionnaire's first")
    export.add_argument("--encoding", choices=list(ENCODINGS), default="utf-8",
                        help="of csv; utf-8-sig has the mark by which spreadsheet programs know UTF-8")
    export.add_argument("--separator", choices=list(SEPARATORS), default="comma", help="of csv")
    export.add_argument("--exact", action="store_true",
                        help="write cells as they are, those too that a spreadsheet program would compute")
    files = add_command(group, "files", "fetch the files that respondents sent, as a zip", _files, has_json=True)
    files.add_argument("study")
    files.add_argument("instrument")
    files.add_argument("--wave")
    files.add_argument("-o", "--out", required=True, help="zip file to write")
    transfer.add_commands(group)


def _import(options: argparse.Namespace) -> None:
    open_database()
    mapping = _read_mapping(options.mapping) if options.mapping else None
    content = read_bytes(options.file)
    with transaction() as session:
        study = get_study(session, options.study)
        wave = get_wave(session, study, options.wave)
        instrument = get_instrument(session, study, options.instrument)
        report = import_responses(session, study, wave, instrument, content, Path(options.file).name, mapping=mapping)
    print(f"Imported {report.n_responses} responses into {study.name}, {options.instrument}, wave {wave.key}.")
    for warning in report.warnings:
        print(f"Notice: {warning}", file=sys.stderr)


def _read_mapping(path: str) -> dict[str, str]:
    """Return the mapping of a JSON file: names to names."""
    try:
        mapping = json.loads(read_bytes(path))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadInput("{path} is not JSON: {error}", "Write {example} in UTF-8.", path=path, error=str(error),
                       example='{"column of the file": "item key"}') from None
    if not isinstance(mapping, dict) or not all(isinstance(target, str) for target in mapping.values()):
        raise BadInput("{path} is not a mapping of names to names.", "Write {example}.", path=path,
                       example='{"column of the file": "item key"}')
    return mapping


def _export(options: argparse.Namespace) -> None:
    open_database()
    formats = list(dict.fromkeys(format.strip() for format in options.format.split(",")))
    style = ExportOptions(options.language, options.encoding, options.separator, options.exact)
    _check_export(options, formats, style)
    session = read_session()
    study = get_study(session, options.study)
    instrument = get_instrument(session, study, options.instrument)
    release = plan_release(session, study, get_wave(session, study, options.wave), instrument)
    check_language(release, style)
    written = Written([])
    if not options.out:
        write_csv(release.main, sys.stdout.buffer, style)
    for format in formats if options.out else ():
        done = write_files(release, format, _target(Path(options.out), format, formats), style)
        written.paths += done.paths
        written.renamed |= done.renamed
    with transaction() as writing:
        for format in formats:
            record_export(writing, study, instrument, format, release)
    if options.json:
        print_json({**written.document(), **release.document()})
    else:
        _tell(release, written)


def _files(options: argparse.Namespace) -> None:
    open_database()
    target = Path(options.out)
    with tempfile.TemporaryFile() as stream, transaction() as session:
        study = get_study(session, options.study)
        published = get_instrument(session, study, options.instrument)
        release = plan_files(session, study, get_wave(session, study, options.wave), published)
        write_files_archive(session, study, published, release, stream)
        stream.seek(0)
        with target.open("wb") as file:
            shutil.copyfileobj(stream, file)
    if options.json:
        print_json({"file": str(target), **release.document()})
        return
    print(f"Wrote {len(release.files)} files to {target}.")
    for item, n in release.kept_back.items():
        print(f"  {item}: {n} kept back, because too few people were asked.")


def _check_export(options: argparse.Namespace, formats: list[str], style: ExportOptions) -> None:
    for format in formats:
        check_format(format, style)
    if options.json and not options.out:
        raise BadInput("With --json the answers cannot be written to the screen.", "Name a file with -o.")
    if formats != ["csv"] and not options.out:
        raise BadInput("An {format} file cannot be written to the screen.", "Name a file with -o.",
                       format=formats[-1].upper())


def _target(path: Path, format: str, formats: list[str]) -> Path:
    """Return the file of one format; of several, those that bring data of their own are told apart by name."""
    if len(formats) == 1:
        return path
    mark = f"-{format}" if format in ("r", "ddi") else ""
    return path.with_name(f"{path.stem}{mark}.{ending_of(format)}")


def _tell(release: Release, written: Written) -> None:
    """Say what was written and what was done to the answers before; a screen full of CSV gets it on stderr."""
    paths = written.paths
    stream = sys.stdout if paths else sys.stderr
    if paths:
        print(f"Wrote {release.n_people} responses to {', '.join(str(path) for path in paths)}.", file=stream)
    elif len(release.tables) > 1:
        names = ", ".join(table.name for table in release.tables[1:])
        print(f"Only the table {release.main.name} is on the screen; with -o FILE you get {names} too.", file=stream)
    if release.treatments:
        print(f"So that nobody can be recognised (groups of at least {release.minimum}):", file=stream)
    for treatment in release.treatments:
        print(f"  {treatment.words()}", file=stream)
    for table, renamed in written.renamed.items():
        for old, new in renamed.items():
            print(f"  {table}: {old} is called {new} in the file.", file=stream)
