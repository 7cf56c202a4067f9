"""A release to files: each format writes the tables that `services.disclosure.plan_release` lets go, nothing else."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

from sqlalchemy.orm import Session

from surveyapp.errors import Refused
from surveyapp.models.account import Account
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.services.audit import record_change
from surveyapp.services.export_csv import write_lines
from surveyapp.services.export_ddi import codebook
from surveyapp.services.export_layout import FileLayout, check_codes, layout_of
from surveyapp.services.export_r import r_script
from surveyapp.services.export_xlsx import write_workbook
from surveyapp.services.release import Release, ReleaseTable
from surveyapp.services.webhook_event import EXPORT_MADE, announce

Encoding = Literal["utf-8", "utf-8-sig", "gb18030"]
ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-8-sig", "gb18030")
SEPARATORS: Mapping[str, str] = {"comma": ",", "semicolon": ";", "tab": "\t"}
DIRECT = ("csv", "xlsx", "r", "ddi")    # written without numpy, so a web page may do it …
DIRECT_PEOPLE = 5_000                   # … for as many people; XLSX of more takes seconds
FORMATS = (*DIRECT, "sav", "dta", "parquet")
ENDINGS: Mapping[str, str] = {"ddi": "xml", "r": "R"}
SEVERAL = "zip"             # what holds the files of a format that has one table a file


@dataclass(frozen=True)
class ExportOptions:
    """How the files are written; what is in them is the release's matter."""

    language: str | None = None             # of labels; default the questionnaire's first
    encoding: Encoding = "utf-8"            # of CSV; "utf-8-sig" has a mark first, by which spreadsheets know it
    separator: str = "comma"
    is_exact: bool = False                  # cells as they are, formulas too


@dataclass
class Written:
    """The files, the main one first, and the names that a format could not hold: table → old → new."""

    paths: list[Path]
    renamed: dict[str, dict[str, str]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return what was written, for --json."""
        return {"files": [str(path) for path in self.paths], "renamed": self.renamed}


Writer = Callable[[Release, Path, ExportOptions], Written]
DEFAULTS = ExportOptions()


def check_format(format: str, options: ExportOptions = DEFAULTS) -> None:
    """Refuse a format or an option that is not written here."""
    if format not in FORMATS:
        raise Refused("There is no format {format}.", "Choose one of: {formats}.", format=repr(format),
                      formats=", ".join(FORMATS))
    for value, known in ((options.encoding, ENCODINGS), (options.separator, tuple(SEPARATORS))):
        if value not in known:
            raise Refused("{value} is no way to write CSV.", "Choose one of: {known}.", value=repr(value),
                          known=", ".join(known))


def check_language(release: Release, options: ExportOptions) -> None:
    """Refuse a language that the questionnaire does not have."""
    if options.language is not None and options.language not in release.instrument.languages:
        raise Refused("The questionnaire is not in {language}.", "Choose one of: {languages}.",
                      language=repr(options.language), languages=", ".join(release.instrument.languages))


def write_release(release: Release, format: str, stream: IO[bytes], options: ExportOptions = DEFAULTS) -> str:
    """Write the whole release and return the ending of its file: several files come as one zip."""
    check_format(format, options)
    if format == "xlsx":
        _write_xlsx(release.tables, stream)
        return format
    if format == "csv" and len(release.tables) == 1:
        write_csv(release.main, stream, options)
        return format
    with tempfile.TemporaryDirectory() as folder:
        written = WRITERS[format](release, Path(folder) / f"{release.instrument.audience}.{ending_of(format)}", options)
        return pack(written, stream)


def pack(written: Written, stream: IO[bytes]) -> str:
    """Write the files to the stream, several of them as one zip, and return the ending."""
    if len(written.paths) == 1:
        stream.write(written.paths[0].read_bytes())
        return written.paths[0].suffix.removeprefix(".")
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in written.paths:
            with _member(archive, path.name) as member, path.open("rb") as source:
                while block := source.read(1 << 20):
                    member.write(block)
    return SEVERAL


def ending_of(format: str) -> str:
    """Return the ending of a format's main file."""
    return ENDINGS.get(format, format)


def record_export(session: Session, study: Study, instrument: PublishedInstrument, format: str, release: Release,
                  account: Account | None = None) -> None:
    """Note in the audit log that answers left as a file, and what was done to them before."""
    record_change(session, "export_responses", f"{instrument.audience} as {format}", study_id=study.id,
                  account=account, after={"n": release.n_people, **release.document()})
    announce(session, study.id, EXPORT_MADE, {"wave": release.wave, "questionnaire": instrument.audience,
                                              "format": format})


@contextmanager
def _member(archive: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    """Open one file of an archive; it carries no time."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(entry, "w", force_zip64=True) as member:
        yield member


def paths_of(release: Release, path: Path) -> list[tuple[ReleaseTable, Path]]:
    """Return the tables with their files: the first one's is `path`, of others `name-<table>`."""
    return [(table, path if table is release.main else path.with_name(f"{path.stem}-{table.name}{path.suffix}"))
            for table in release.tables]


# ---- tables as they are ---------------------------------------------------------------------------------------------
def _csv_files(release: Release, path: Path, options: ExportOptions) -> Written:
    placed = paths_of(release, path)
    if len(placed) > 1 and path.stem == release.instrument.audience:
        placed = [(table, path.with_name(f"{path.stem}-{table.name}{path.suffix}")) for table in release.tables]
    for table, target in placed:
        with target.open("wb") as stream:
            write_csv(table, stream, options)
    return Written([target for _, target in placed])


def write_csv(table: ReleaseTable, stream: IO[bytes], options: ExportOptions = DEFAULTS) -> None:
    """Write one table as CSV; the stream stays open."""
    write_lines(table.header, table.rows(), stream, encoding=options.encoding,
                separator=SEPARATORS[options.separator], is_exact=options.is_exact)


def _xlsx_file(release: Release, path: Path, _options: ExportOptions) -> Written:
    with path.open("wb") as stream:
        _write_xlsx(release.tables, stream)
    return Written([path])


def _write_xlsx(tables: tuple[ReleaseTable, ...], stream: IO[bytes]) -> None:
    write_workbook([("responses" if len(tables) == 1 else table.name, table) for table in tables], stream)


# ---- tables in numbers, with a description --------------------------------------------------------------------------
def layouts_of(release: Release, path: Path, options: ExportOptions) -> list[tuple[FileLayout, Path]]:
    """Return how each table is laid out in a statistical file, and where; refused unless the missing codes are free."""
    check_codes(release.instrument)
    check_language(release, options)
    return [(layout_of(release, table, options.language), target) for table, target in paths_of(release, path)]


def title_of(release: Release, layout: FileLayout) -> str:
    """Return the questionnaire's title in the language of the file."""
    title = release.instrument.title
    return title.get(layout.language) or next(iter(title.values()), release.instrument.key)


def _write_coded(layout: FileLayout, path: Path, options: ExportOptions) -> None:
    rows = (row for columns in layout.columns() for row in zip(*columns, strict=True))
    with path.open("wb") as stream:
        write_lines([variable.name for variable in layout.variables], rows, stream, encoding="utf-8", separator=",",
                    is_exact=options.is_exact)


def _r_files(release: Release, path: Path, options: ExportOptions) -> Written:
    written = Written([])
    for layout, target in layouts_of(release, path.with_suffix(".R"), options):
        data = target.with_suffix(".csv")
        _write_coded(layout, data, options)
        script = r_script(layout, layout.table.name, data.name, target.name, title_of(release, layout),
                          is_exact=options.is_exact)
        target.write_text(script, encoding="ascii")
        written.paths += [target, data]
    return written


def _ddi_files(release: Release, path: Path, options: ExportOptions) -> Written:
    layouts = layouts_of(release, path.with_suffix(".csv"), options)
    for layout, target in layouts:
        _write_coded(layout, target, options)
    path.write_bytes(codebook(release, layouts, title_of(release, layouts[0][0])))
    return Written([path, *(target for _, target in layouts)])


WRITERS: dict[str, Writer] = {"csv": _csv_files, "xlsx": _xlsx_file, "r": _r_files, "ddi": _ddi_files}
