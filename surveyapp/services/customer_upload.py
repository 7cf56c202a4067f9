"""A customer file from the browser: read in a process of its own; what is wrong is told place by place."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from instruments.codec import from_document, to_document
from surveyapp.errors import BadInput, RowError, marked
from surveyapp.models.study import Study
from surveyapp.services.customer import FileReport, ReadFile, check_kind, get_value_model, sha256_of

CHILD = "surveyapp.services.customer_child"     # by its name: what it imports stays out of a web worker
PATIENCE_S = 120
PLACE: Final = re.compile(r"column '(?P<column>.*?)'(?:, data row (?P<row>\d+))?$")
# What the analyses say of a file, as messages that can be translated; groups of a pattern become values.
WORDS: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple((re.compile(pattern), words) for pattern, words in (
    (r"(?P<found>.*) is not a number\.", marked("This is no number.")),
    (r"(?P<found>.*) is not finite\.", marked("This is no number.")),
    (r"(?P<found>.*) is no whole number\.", marked("This is no whole number.")),
    (r"(?P<found>.*) is not known\.", marked("This word is not known.")),
    (r"the cell is neither 0 nor 1\.", marked("The cell is neither 0 nor 1.")),
    (r"(?P<found>\S+) days is no age\.", marked("This is no age in days.")),
    (r"the cell is empty\.", marked("The cell is empty.")),
    (r"its name says that it identifies a person or company\.",
     marked("The column's name says that it identifies a person or company.")),
    (r"the value looks like a telephone number\.", marked("The value looks like a telephone number.")),
    (r"the value looks like an e-mail address\.", marked("The value looks like an e-mail address.")),
    (r"the value looks like an identity number\.", marked("The value looks like an identity number.")),
    (r"the value looks like the credit code of an organisation\.",
     marked("The value looks like the credit code of an organisation.")),
    (r"the value looks like the name of a company\.", marked("The value looks like the name of a company.")),
    (r"the value looks like an address\.", marked("The value looks like an address.")),
    (r"its values look like identity numbers\.", marked("The column's values look like identity numbers.")),
    (r"its values look like account or card numbers\.",
     marked("The column's values look like account or card numbers.")),
    (r"its values look like names\.", marked("The column's values look like names.")),
    (r"column (?P<found>'.*') occurs twice\.", marked("A column occurs twice.")),
    (r"required column (?P<found>'.*') is missing\.", marked("A required column is missing.")),
    (r"it has no column that says whether a field is filled\.",
     marked("It has no column that says whether a field is filled.")),
    (r"is empty\.", marked("The file is empty.")),
    (r"has a header but no rows\.", marked("The file has a first line but no rows.")),
    (r"is too large to be read here\.", marked("The file is too large to be read here.")),
    (r"is (?:a kind of workbook that is not read|not a workbook, or is damaged or protected|.*not a text table|"
     r"neither UTF-8 nor GB18030 text)\.", marked("The file is no CSV or XLSX that can be read.")),
    (r"Write a number, or leave the cell empty\.", marked("Write a number, or leave the cell empty.")),
    (r"Write a whole number, or leave the cell empty\.", marked("Write a whole number, or leave the cell empty.")),
    (r"Use one of: (?P<known>.*)\.", marked("Use one of: {known}.")),
    (r"Write 1 where the field is filled and 0 where not; never what is in it\.",
     marked("Write 1 where the field is filled and 0 where not; never what is in it.")),
    (r"Write days from 0 to (?P<most>\d+), or leave the cell empty\.",
     marked("Write days from 0 to {most}, or leave the cell empty.")),
    (r"Name both customers\.", marked("Name both customers.")),
    (r"Take the column out, or replace its values by codes.*",
     marked("Take the column out, or replace its values by codes that mean nothing outside the file. Where they are "
            "such codes already, put a letter before each.")),
    (r"Keep one of them\.|Name each column once\.", marked("Name each column once.")),
    (r"Add it; the file needs at least: (?P<known>.*)\.", marked("Add it; the file needs at least: {known}.")),
    (r"Head such columns (?P<known>.*)", marked("Head such columns {known}")),
    (r"Load it with the command .*", marked("Load it with the command surveyapp customers import.")),
    (r"Save the table as CSV in UTF-8, or as XLSX\..*", marked("Save the table as CSV in UTF-8, or as XLSX.")),
))


def read_upload(study: Study, content: bytes, name: str, kind: str, as_on: str | None) -> ReadFile:
    """Return the file checked and packed; BadInput tells every place that is wrong."""
    check_kind(kind)
    head = {"kind": kind, "name": name, "model": to_document(get_value_model(study))}
    answer, columns = _in_child(json.dumps(head, ensure_ascii=True).encode() + b"\n" + content)
    if "faults" in answer:
        raise _refusal(name, answer["faults"], answer["n_more"])
    return ReadFile(kind, name, sha256_of(content), columns, from_document(FileReport, answer["report"]), as_on)


def _in_child(asked: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        done = subprocess.run(  # noqa: S603  # our own program; the content comes on standard input
            [sys.executable, "-m", CHILD], input=asked, capture_output=True, timeout=PATIENCE_S, check=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "OPENBLAS_NUM_THREADS": "1"})
        head, _, columns = done.stdout.partition(b"\n")
        return json.loads(head), columns
    except (subprocess.SubprocessError, ValueError):
        raise BadInput("The file cannot be read.", "Save it as CSV in UTF-8, or as XLSX, with fewer rows; a file of "
                       "more than 200,000 rows is loaded with the command surveyapp customers import.") from None


def _refusal(name: str, faults: Iterable[Mapping[str, str]], n_more: int) -> BadInput:
    rows = tuple(row_error(fault["place"], fault["reason"], fault["remedy"]) for fault in faults)
    if n_more:
        return BadInput("The file {name} cannot be taken over; nothing was stored. {n} more places are like these.",
                        "Mend the places below.", rows, name=name, n=n_more)
    return BadInput("The file {name} cannot be taken over; nothing was stored.", "Mend the places below.", rows,
                    name=name)


def row_error(place: str, reason: str, remedy: str) -> RowError:
    """Return a fault of a file as a row of the table of places, in words that can be translated."""
    where = PLACE.search(place)
    (why, values), (what, more) = _worded(reason), _worded(remedy)
    found = str(values.pop("found", ""))
    return RowError(int(where["row"]) if where and where["row"] else None, where["column"] if where else "–",
                    found.strip("'"), why, what, {**values, **more})


def _worded(text: str) -> tuple[str, dict[str, str]]:
    for pattern, words in WORDS:
        if found := pattern.fullmatch(text):
            return words, found.groupdict()
    return "{words}", {"words": text}
