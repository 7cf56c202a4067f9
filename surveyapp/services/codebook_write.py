"""A codebook as a file: YAML as in a template, a table with one row a code, or a plain list of names."""

from __future__ import annotations

import io
from dataclasses import replace

from sqlalchemy.orm import Session

from instruments.template_writer import codebook_document
from instruments.writer import to_yaml
from surveyapp.errors import NotFound
from surveyapp.models.study import Study
from surveyapp.services.codebook import CodeEntry, StudyCodebook, codebook_rules, load_codebook
from surveyapp.services.codebook_text import TEXTS
from surveyapp.services.export_csv import write_lines

FORMATS = {"yaml": ".yaml", "csv": ".csv", "xlsx": ".xlsx", "txt": ".txt"}
IN_USE, RETIRED = "in use", "retired"
YES = "yes"
LIST = "; "                 # between several keys in one cell
ABOVE = ">>"                # between a category and what is in it, in a plain list


def write_codebook(session: Session, study: Study, format: str, language: str = "en") -> bytes:
    """Return the study's codebook as a file; a plain list holds the names in one language."""
    codebook = load_codebook(session, study)
    if format == "yaml":
        kept = tuple(entry.definition for entry in codebook.entries if entry.is_active or _heads(codebook, entry))
        return to_yaml(codebook_document(replace(codebook_rules(study), codes=kept))).encode()
    if format == "txt":
        return _plain_list(codebook, language).encode()
    if format not in FORMATS:
        raise NotFound("There is no format {format}.", "Choose one of: {formats}.", format=repr(format),
                       formats=", ".join(FORMATS))
    header, rows = table_of(codebook, codebook_rules(study).languages)
    stream = io.BytesIO()
    if format == "csv":
        write_lines(header, rows, stream, encoding="utf-8-sig", separator=",", is_exact=False)
    else:
        _write_sheet(header, rows, stream)
    return stream.getvalue()


def _heads(codebook: StudyCodebook, entry: CodeEntry) -> bool:
    """Tell whether a retired code stands above one in use, which a file without it would leave without a place."""
    return any(below.is_active for below in codebook.with_descendants(entry.key))


def table_of(codebook: StudyCodebook, languages: tuple[str, ...]) -> tuple[list[str], list[list[str]]]:
    """Return the header and one row a code."""
    header = ["key", "parent", "former_keys", *(f"{name}_{key}" for name in TEXTS for key in languages), "construct",
              "measures", "safeguard", "colour", "pattern", "original_colour", "exclusive_children", "status"]
    rows = []
    for entry in codebook.entries:
        code = entry.definition
        texts = [getattr(code, name).get(key, "") for name in TEXTS for key in languages]
        rows.append([code.key, code.parent or "", LIST.join(code.aliases), *texts, code.construct or "",
                     LIST.join(code.strategy), code.safeguard or "", code.colour or "", code.pattern or "",
                     code.original_colour or "", YES if code.has_exclusive_children else "",
                     IN_USE if entry.is_active else RETIRED])
    return header, rows


def _write_sheet(header: list[str], rows: list[list[str]], stream: io.BytesIO) -> None:
    import xlsxwriter  # few requests need it

    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                                        "strings_to_numbers": False})
    sheet = book.add_worksheet("codebook")
    head, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for column, name in enumerate(header):
        is_text = name.partition("_")[0] in TEXTS
        sheet.set_column(column, column, 36 if is_text else 14, wrapped)
        sheet.write_string(0, column, name, head)
    sheet.freeze_panes(1, 1)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if value:
                sheet.write_string(number, column, value)
    book.close()


def _plain_list(codebook: StudyCodebook, language: str) -> str:
    lines = []
    for entry in codebook.usable:
        names, above = [_name(entry, language)], codebook.by_key.get(entry.definition.parent or "")
        while above is not None:
            names.append(_name(above, language))
            above = codebook.by_key.get(above.definition.parent or "")
        memo = " ".join(entry.definition.definition.get(language, "").split())
        lines.append(ABOVE.join(reversed(names)) + (f"\t{memo}" if memo else ""))
    return "\n".join([*lines, ""])


def _name(entry: CodeEntry, language: str) -> str:
    """Return the name without what the list's own signs mean."""
    name = entry.definition.name.get(language) or entry.key
    return " ".join(name.replace(ABOVE, "> >").split())
