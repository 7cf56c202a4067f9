"""What can be wrong with data that others write: file, place, what is wrong, what to do.

InstrumentError          base: always carries place and remedy
├── FileFormatError      the file is not of the kind it claims to be
├── CheckFailed          one or more numbered checks (INS-…) failed; `findings` holds them all
└── LogicError           an expression cannot be read or names what does not exist
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing found wrong, in the words a person can act on."""

    number: str             # e.g. "INS-001"
    place: str              # file, sheet, row, column or item
    reason: str
    remedy: str
    is_error: bool = True   # otherwise a warning
    found: str = ""         # the text that is wrong, as it stands there

    def __str__(self) -> str:
        found = f" [{shortened(self.found)}]" if self.found else ""
        return f"{self.number} {self.place}{found}: {self.reason} {self.remedy}"


LONGEST_SHOWN = 80      # signs of a found text in one line of a terminal


def shortened(text: str) -> str:
    """Return a text that fits into a line."""
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN - 3] + "..."


class InstrumentError(ValueError):
    """Something in a definition file cannot be used."""

    def __init__(self, place: str, reason: str, remedy: str) -> None:
        super().__init__(f"{place}: {reason} {remedy}")
        self.place, self.reason, self.remedy = place, reason, remedy


class FileFormatError(InstrumentError):
    """The file cannot be read as what it claims to be."""


class LogicError(InstrumentError):
    """An expression cannot be read; `position` counts characters from 0."""

    def __init__(self, place: str, reason: str, remedy: str, position: int = 0) -> None:
        super().__init__(place, reason, remedy)
        self.position = position


class CheckFailed(InstrumentError):
    """Numbered checks failed; all of them are listed."""

    def __init__(self, place: str, findings: tuple[Finding, ...]) -> None:
        listing = "\n".join(f"  {finding}" for finding in findings)
        super().__init__(place, f"{len(findings)} finding(s):\n{listing}\n", "Mend these and load the file again.")
        self.findings = findings
