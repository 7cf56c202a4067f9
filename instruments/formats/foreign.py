"""Questionnaires of other tools: which endings are read, the reader of each, and the child process that runs them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from instruments.codec import from_document, to_document
from instruments.errors import CheckFailed, FileFormatError, Finding, InstrumentError
from instruments.formats.child_process import ask_child
from instruments.formats.child_side import answer_parent
from instruments.formats.loss import Loss, LossReport
from instruments.schema import Instrument
from instruments.yaml_source import MAX_BYTES, read_file

TOOLS = {
    ".lss": "LimeSurvey", ".lsg": "LimeSurvey", ".lsq": "LimeSurvey", ".lsa": "LimeSurvey",
    ".qsf": "Qualtrics", ".json": "SurveyJS or KoboToolbox",
}
SUFFIXES = tuple(TOOLS)
SHEET_SUFFIXES = (".xlsx", ".xls", ".csv")      # read as an XLSForm, and where that fails, as a sheet of formr
MAX_TEXT_BYTES = 20_000_000     # these files repeat much: 3,000 questions of LimeSurvey have 8 MB
ANSWER_SUFFIXES = {
    ".sav": "SPSS", ".zsav": "SPSS", ".por": "SPSS", ".dta": "Stata", ".rda": "R", ".rds": "R", ".rdata": "R",
    ".lsr": "LimeSurvey", ".parquet": "Parquet", ".vv": "LimeSurvey",
}


def read_foreign(path: Path) -> tuple[Instrument, LossReport]:
    """Return the questionnaire of another tool's file and what did not pass unchanged."""
    path = Path(path)
    content = read_file(path, MAX_BYTES if path.suffix.lower() in (".lsa", *SHEET_SUFFIXES) else MAX_TEXT_BYTES)
    if not content.strip():
        raise FileFormatError(path.name, "the file is empty.", "Choose a file that holds a questionnaire.")
    answer = ask_child("instruments.formats.foreign", (path.name,), content, path.name)
    if "error" in answer:
        raise FileFormatError(
            path.name, f"this is not a file of {TOOLS.get(path.suffix.lower(), 'a known tool')}, or it is damaged.",
            "Export it from its tool again.")
    if "refused" in answer:
        raise _refusal(answer["refused"])
    losses = tuple(Loss(*entry) for entry in answer["losses"])
    return from_document(Instrument, answer["instrument"]), LossReport(losses)


def convert(content: bytes, name: str) -> tuple[Instrument, LossReport]:
    """Return the questionnaire in the bytes of a file of that name; InstrumentError when it is none."""
    from instruments.formats.formr import read_formr
    from instruments.formats.json_source import read_json
    from instruments.formats.kobo import is_kobo, read_kobo
    from instruments.formats.lss import read_lss
    from instruments.formats.qsf import read_qsf
    from instruments.formats.surveyjs import read_surveyjs

    suffix = Path(name).suffix.lower()
    if suffix in SHEET_SUFFIXES:
        return read_formr(content, name)
    if suffix == ".json":
        document = read_json(content, name)
        return read_kobo(document, name) if is_kobo(document) else read_surveyjs(document, name)
    return read_qsf(content, name) if suffix == ".qsf" else read_lss(content, name)


def _answer(content: bytes) -> dict[str, Any]:
    try:
        instrument, report = convert(content, sys.argv[1])
    except InstrumentError as error:
        return {"refused": _described(error)}
    losses = [[entry.place, entry.what, entry.done] for entry in report.entries]
    return {"instrument": to_document(instrument), "losses": losses}


def _described(error: InstrumentError) -> dict[str, Any]:
    findings = error.findings if isinstance(error, CheckFailed) else ()
    return {"place": error.place, "reason": error.reason, "remedy": error.remedy, "kind": type(error).__name__,
            "findings": [to_document(finding) for finding in findings]}


def _refusal(said: dict[str, Any]) -> InstrumentError:
    if said["findings"]:
        return CheckFailed(said["place"], tuple(from_document(Finding, entry) for entry in said["findings"]))
    kind = FileFormatError if said["kind"] == "FileFormatError" else InstrumentError
    return kind(said["place"], said["reason"], said["remedy"])


if __name__ == "__main__":
    sys.exit(answer_parent(_answer))
