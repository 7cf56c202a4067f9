"""What a page needs to say in its reader's language why a job failed: reason, remedy, their values, and details."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import DBAPIError

from analysis.errors import (
    AnalysisError,
    NotConverged,
    NotIdentified,
    NoVariation,
    SpecError,
    TableError,
    TooFewData,
)
from instruments.errors import CheckFailed, FileFormatError, InstrumentError, LogicError
from reports.pdf import MissingGlyphs, PdfError
from surveyapp.errors import AppError, marked

LONGEST_VALUE = 2000
MOST_TOLD = 20          # faults of one file; the first name what to mend
AGAIN = marked("Ask again in a moment; if it goes on, tell whoever runs this server.")
SHORTEN = marked("Shorten the study's texts, then ask again; if it goes on, tell whoever runs this server.")
# The first kind that an error is of; the details of these errors are written here, and quote nobody's answer.
OWN: tuple[tuple[type[Exception], str, str], ...] = (
    (TooFewData, marked("There are too few answers or items for this computation ({place})."),
     marked("Collect more answers or choose other items, then ask again.")),
    (NoVariation, marked("Everybody answered the same, so nothing can be computed ({place})."),
     marked("Leave it out, then ask again.")),
    (NotConverged, marked("The computation found no best solution ({place})."),
     marked("Ask for fewer factors or a simpler model.")),
    (NotIdentified, marked("The data cannot tell the parts of the model apart ({place})."),
     marked("Ask for fewer factors or a simpler model.")),
    (SpecError, marked("What was asked for cannot be carried out as it is written ({place})."),
     marked("Mend the specification, then ask again.")),
    (TableError, marked("The data do not fit what was asked for ({place})."),
     marked("Mend the data or what was asked for, then ask again.")),
    (AnalysisError, marked("The computation could not be carried out ({place})."),
     marked("Mend the data or what was asked for, then ask again.")),
    (LogicError, marked("A condition of the questionnaire cannot be read ({place})."),
     marked("Mend it in the questionnaire, then ask again.")),
    (FileFormatError, marked("The file cannot be read ({place})."), marked("Hand in the file anew.")),
    (CheckFailed, marked("The study's definition does not pass its checks ({place})."),
     marked("Mend the places named here, then ask again.")),
    (InstrumentError, marked("A part of the study's definition cannot be used ({place})."),
     marked("Mend the places named here, then ask again.")),
    (MissingGlyphs, marked("The report's fonts lack these characters: {characters}."),
     marked("Replace them in the study's texts, then ask again.")),
    (PdfError, marked("The report could not be made into a PDF."), SHORTEN),
)
# Of others only the kind is told: what a library says of a value it cannot use may quote somebody's answer.
FOREIGN: tuple[tuple[type[Exception], str, str], ...] = (
    (DBAPIError, marked("The database was busy or out of reach."), AGAIN),
    (MemoryError, marked("The server's memory was not enough."), AGAIN),
    (OSError, marked("A file of the server could not be read or written, perhaps because its disk is full."), AGAIN),
    (Exception, marked("The program stopped at an unexpected place ({kind})."),
     marked("Tell whoever runs this server: the place stands in the worker's log.")),
)


def fault_of(error: Exception) -> dict[str, Any]:
    """Return what a page needs to say an error in its reader's language."""
    if isinstance(error, AppError):
        return _told(error.reason, error.remedy, dict(error.values))
    for kind, reason, remedy in OWN:
        if isinstance(error, kind):
            found = _told(reason, remedy, {"place": getattr(error, "place", ""),
                                           "characters": " ".join(getattr(error, "characters", ""))})
            return found | {"detail": _detail(error)[:LONGEST_VALUE], "said": _said(error)}
    reason, remedy = next((reason, remedy) for kind, reason, remedy in FOREIGN if isinstance(error, kind))
    return _told(reason, remedy, {"kind": type(error).__name__})


def _told(reason: str, remedy: str, values: dict[str, object]) -> dict[str, Any]:
    return {"reason": reason, "remedy": remedy,
            "values": {name: str(value)[:LONGEST_VALUE] for name, value in values.items()}}


def _said(error: Exception) -> list[list[str]]:
    """Return place, reason and remedy of each fault that an error tells; a page says those it knows in its language."""
    faults: tuple[Any, ...] = getattr(error, "findings", getattr(error, "faults", (error,)))
    told = [["" if fault is error else fault.place, fault.reason, fault.remedy] for fault in faults
            if hasattr(fault, "reason")]
    return [[text[:LONGEST_VALUE] for text in one] for one in told[:MOST_TOLD]]


def _detail(error: Exception) -> str:
    """Return an error's own words, without the place that the reason names."""
    return str(error).removeprefix(f"{getattr(error, 'place', '')}: ")
