"""Codes from a file: YAML as in a template, a table with one row a code, or a plain list "category>>code<TAB>memo"."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from instruments.codec import from_document
from instruments.template import CodeDefinition
from surveyapp.errors import BadInput, RowError, marked
from surveyapp.services import codebook_child
from surveyapp.services.answer_file import read_answer_file
from surveyapp.services.codebook import CodeEntry, StudyCodebook
from surveyapp.services.codebook_text import LONGEST_KEY, MOST_CODES, TEXTS
from surveyapp.services.codebook_write import ABOVE, RETIRED
from surveyapp.services.decoding import decode_text
from surveyapp.services.spreadsheet_cell import plain

LARGEST_FILE = 4 * 1024 * 1024      # bytes; a thousand codes with long texts are about 2 MB
PATIENCE_S = 60
ROOT = Path(__file__).resolve().parents[2]
PLAIN_COLUMNS = ("parent", "construct", "safeguard", "colour", "pattern", "original_colour")
EXCLUSIVE = "exclusive_children"
YES = ("yes", "true", "1", "✓", "是")
LISTS = {"former_keys": "aliases", "measures": "strategy"}


@dataclass(frozen=True)
class IncomingCode:
    """A code as a file tells it; `is_active` is None where the file does not say."""

    definition: CodeDefinition
    is_active: bool | None = None


@dataclass(frozen=True)
class Loss:
    """Something of a file that was not taken over, or not as it stood."""

    reason: str
    code: str
    found: str = ""

    def __str__(self) -> str:
        return self.reason.format(code=self.code, found=self.found)


@dataclass(frozen=True)
class ReadCodebook:
    """The codes of a file in its order, and what could not be brought along."""

    codes: tuple[IncomingCode, ...]
    losses: tuple[Loss, ...] = ()


def read_codebook_file(content: bytes, filename: str, codebook: StudyCodebook, languages: Sequence[str],
                       language: str) -> ReadCodebook:
    """Return the codes of a file; fields a table does not have stay as the study's codebook has them."""
    name = PurePath(filename).name
    if not name or not content.strip():
        raise BadInput("No file was chosen.", "Choose a codebook: YAML, CSV, XLSX or a plain list.")
    if len(content) > LARGEST_FILE:
        raise BadInput("The file {name} is larger than {most} MB.", "Split it into several files.", name=name,
                       most=LARGEST_FILE // 1024 ** 2)
    ending = PurePath(name).suffix.lower()
    if ending in (".yaml", ".yml"):
        found = _from_yaml(content, name)
    elif ending == ".txt":
        found = _from_list(decode_text(content, name).text, codebook, languages, language)
    else:
        found = _from_table(content, name, codebook, languages)
    if not found.codes or len(found.codes) > MOST_CODES:
        raise BadInput("The file {name} has {n} codes.", "A codebook has 1 to {most}.", name=name,
                       n=len(found.codes), most=MOST_CODES)
    return found


def _from_yaml(content: bytes, name: str) -> ReadCodebook:
    command = [sys.executable, "-m", codebook_child.__name__, name]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=PATIENCE_S, check=True, cwd=ROOT)  # noqa: S603 - our own module; the name is only repeated in messages
    except subprocess.SubprocessError:
        raise BadInput("{name} cannot be read: {words}", "Mend the file and choose it again.", name=name,
                       words="it is damaged or too large.") from None
    answer = json.loads(done.stdout)
    if "error" in answer:
        raise BadInput("{name} cannot be read: {words}", "Mend the file and choose it again.", name=name,
                       words=answer["error"])
    return ReadCodebook(tuple(IncomingCode(from_document(CodeDefinition, code)) for code in answer["codes"]))


# ---- a table --------------------------------------------------------------------------------------------------------
def _from_table(content: bytes, name: str, codebook: StudyCodebook, languages: Sequence[str]) -> ReadCodebook:
    file = read_answer_file(content, name)
    header = [column.strip().lower() for column in file.header]
    if "key" not in header:
        raise BadInput("The file {name} has no column {column}.",
                       "Head the columns as in an export: key, parent, name_en, …", name=name, column="key")
    texts = {f"{field}_{language}": (field, language) for field in TEXTS for language in languages}
    known = {"key", "status", EXCLUSIVE, *PLAIN_COLUMNS, *LISTS, *texts}
    losses = [Loss(marked("The column {found} is not known and was left out."), "", column)
              for column in header if column and column not in known]
    codes, faults = [], []
    for number, cells in file.rows:
        row = {column: (plain(cell) if file.has_apostrophes else cell).strip()
               for column, cell in zip(header, cells, strict=False)}
        if not row.get("key"):
            faults.append(RowError(number, "key", "", marked("The code has no key."), marked("Give it one.")))
            continue
        codes.append(_from_row(row, codebook, texts))
    if faults:
        raise BadInput("The file {name} was not taken over.", "Mend the rows named here.", tuple(faults), name=name)
    return ReadCodebook(tuple(codes), tuple(losses))


def _from_row(row: Mapping[str, str], codebook: StudyCodebook, texts: Mapping[str, tuple[str, str]]) -> IncomingCode:
    known = codebook.by_key.get(row["key"])
    code = known.definition if known else CodeDefinition("", None, {}, {})
    told: dict[str, Any] = {"key": row["key"]} | {column: row[column] or None for column in PLAIN_COLUMNS
                                                  if column in row}
    if EXCLUSIVE in row:
        told["has_exclusive_children"] = row[EXCLUSIVE].lower() in YES
    for column, field in LISTS.items():
        if column in row:
            told[field] = tuple(part.strip() for part in re.split("[;；,，]", row[column]) if part.strip())
    for column, (field, language) in texts.items():
        if column in row:
            told[field] = {**told.get(field, getattr(code, field)), language: row[column]}
    status = row.get("status", "")
    return IncomingCode(replace(code, **told), status.lower() not in (RETIRED, "停用", "已停用") if status else None)


# ---- a plain list ---------------------------------------------------------------------------------------------------
def _from_list(text: str, codebook: StudyCodebook, languages: Sequence[str], language: str) -> ReadCodebook:
    """Return the codes of a list; categories become codes, because here every level can be given to a passage."""
    wording = language if language in languages else languages[0]
    made: dict[tuple[str, ...], CodeDefinition] = {}
    losses: list[Loss] = []
    told: set[tuple[str, ...]] = set()
    for path, memo in _lines(text):
        told.add(path)
        for depth in range(1, len(path) + 1):
            part = path[:depth]
            if part not in made:
                parent = made[part[:-1]].key if depth > 1 else None
                made[part] = _listed(part, parent, codebook, languages, {code.key for code in made.values()})
        if memo:
            code = made[path]
            made[path] = replace(code, definition={**code.definition, wording: memo})
    losses += [Loss(marked("{code} is a category in the list; here it is a code like any other."), code.key)
               for path, code in made.items() if path not in told]
    return ReadCodebook(tuple(IncomingCode(code) for code in made.values()), tuple(losses))


def _lines(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    for line in text.splitlines():
        names, _tab, memo = line.partition("\t")
        path = tuple(part.strip() for part in names.split(ABOVE) if part.strip())
        if path:
            yield path, memo.strip()


def _listed(path: tuple[str, ...], parent: str | None, codebook: StudyCodebook, languages: Sequence[str],
            taken: set[str]) -> CodeDefinition:
    """Return the study's code of that name and place, or a new one with a key made of its name."""
    known = next((entry for entry in codebook.entries if _is_named(entry, path[-1])
                  and entry.definition.parent == parent and entry.key not in taken), None)
    if known is not None:
        return known.definition
    stem = re.sub(r"[^\w.\-]+", "_", path[-1]).strip("_.-")[:LONGEST_KEY - 4] or "code"
    key, number = stem, 2
    while key in taken or key in codebook.by_key:
        key, number = f"{stem}_{number}", number + 1
    return CodeDefinition(key, parent, dict.fromkeys(languages, path[-1]), {})


def _is_named(entry: CodeEntry, words: str) -> bool:
    return words == entry.key or words.casefold() in {name.casefold() for name in entry.definition.name.values()}
