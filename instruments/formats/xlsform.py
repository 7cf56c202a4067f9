"""XLSForm in and out: the exchange form of the survey world (KoboToolbox, ODK, Enketo, SurveyCTO)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from instruments.checks import require_sound
from instruments.errors import FileFormatError
from instruments.formats.loss import LossLog, LossReport
from instruments.formats.xlsform_languages import Languages
from instruments.formats.xlsform_own import apply_own_sheets, scale_sheet
from instruments.formats.xlsform_places import xlsform_places
from instruments.formats.xlsform_process import read_form
from instruments.formats.xlsform_tree import TreeReader
from instruments.formats.xlsform_writer import write_xlsform
from instruments.schema import Instrument

__all__ = ["read_xlsform", "write_xlsform"]

AUDIENCE = "respondent"     # an XLSForm does not say whom it asks


def read_xlsform(path: Path) -> tuple[Instrument, LossReport]:
    """Return the questionnaire of an XLSForm (xlsx, xls, csv) and what did not pass unchanged."""
    path = Path(path)
    answer = read_form(path)
    log = LossLog()
    instrument = instrument_of_form(answer["form"], answer["sheets"], log, path)
    warnings = require_sound(
        instrument, path.name, lambda: xlsform_places(answer["rows"], answer["sheets"]))
    return instrument, replace(log.report(), warnings=warnings)


def instrument_of_form(
    form: dict[str, Any], sheets: dict[str, list[dict[str, str]]], log: LossLog, path: Path,
) -> Instrument:
    """Return the questionnaire of pyxform's tree of a form, not yet held to the numbered checks."""
    if form.get("public_key"):
        raise FileFormatError(
            f"{path.name}, sheet settings", "the form encrypts its answers (public_key).",
            "Remove `public_key`; answers are protected by the server here.")
    languages = Languages(form, log)
    tree = TreeReader(form, languages, log, scale_sheet(sheets), path.name)
    for name in ("instance_name", "submission_url", "sms_separator"):
        if form.get(name):
            log.add("sheet settings", f"the setting '{name}' has no use here", "left out")
    languages.note_missing()
    instrument = Instrument(
        key=str(form.get("id_string") or path.stem), version=str(form.get("version") or "1"), audience=AUDIENCE,
        languages=languages.codes, title=languages.same(str(form.get("title") or path.stem)),
        sections=tuple(tree.sections), items=tuple(tree.items), scales=tree.scales)
    return apply_own_sheets(instrument, sheets, path.name)
