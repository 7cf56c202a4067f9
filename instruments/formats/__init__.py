"""Questionnaires written by other tools, and how ours are written for them."""

from __future__ import annotations

from pathlib import Path

from instruments.errors import CheckFailed, FileFormatError
from instruments.formats.foreign import ANSWER_SUFFIXES, read_foreign
from instruments.formats.foreign import SUFFIXES as FOREIGN_SUFFIXES
from instruments.formats.loss import Loss, LossReport
from instruments.formats.xlsform import read_xlsform, write_xlsform
from instruments.formats.xlsform_process import SUFFIXES as XLSFORM_SUFFIXES
from instruments.loader import YAML_SUFFIXES, load_with_warnings
from instruments.schema import Instrument

OTHER_SHEETS = {".xlsm": "this is a workbook with macros", ".xlsb": "this is a binary workbook of Excel",
                ".ods": "this is a sheet of OpenDocument"}
__all__ = ["Loss", "LossReport", "read_definition", "read_foreign", "read_xlsform", "write_xlsform"]


def read_definition(path: Path) -> tuple[Instrument, LossReport]:
    """Return the questionnaire of a file, by its ending, and what did not pass unchanged."""
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix in YAML_SUFFIXES:
        instrument, warnings = load_with_warnings(path)
        return instrument, LossReport(warnings=warnings)
    if suffix in XLSFORM_SUFFIXES:
        return _read_sheet(path)
    if suffix in FOREIGN_SUFFIXES:
        return read_foreign(path)
    if suffix in ANSWER_SUFFIXES:
        raise FileFormatError(
            path.name, f"this is a file of answers ({ANSWER_SUFFIXES[suffix]}), not a questionnaire.",
            "Load answers with `surveyapp responses import STUDY INSTRUMENT FILE`; choose a questionnaire here.")
    if suffix in OTHER_SHEETS:
        raise FileFormatError(
            path.name, f"{OTHER_SHEETS[suffix]}, which is not read.",
            "Open it in your spreadsheet program and save it as .xlsx, then choose that file.")
    raise FileFormatError(
        path.name, f"files that end in '{suffix}' are not read." if suffix else "the file's name has no ending.",
        f"Choose a questionnaire in YAML ({', '.join(YAML_SUFFIXES)}), an XLSForm ({', '.join(XLSFORM_SUFFIXES)}) or a "
        f"file of another tool ({', '.join(FOREIGN_SUFFIXES)}).")


def _read_sheet(path: Path) -> tuple[Instrument, LossReport]:
    """Return the questionnaire of a spreadsheet: an XLSForm, or a sheet in formr's dialect of it."""
    try:
        return read_xlsform(path)
    except CheckFailed:
        raise
    except FileFormatError as error:
        try:
            return read_foreign(path)
        except FileFormatError:
            raise error from None
