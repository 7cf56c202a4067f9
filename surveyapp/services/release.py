"""What may leave in files of single rows, as tables that any format can be written from.

A writer takes a `Release` (from `services.disclosure.plan_release`) and writes its tables as they are: it adds no
column, no order and no row number of its own, and it reads answers nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from instruments.schema import NOT_SHOWN, Instrument, Text
from surveyapp.errors import marked

Cell = str | int | float
Row = list[Cell]
ANSWERS, PROFILE, SINGLE, TEXTS, IMPORTED = "answers", "profile", "single", "texts", "imported"
FILES = "files"             # no table: an archive that is fetched apart
Measure = Literal["nominal", "ordinal", "scale", "text"]
Deed = Literal["banded", "merged", "split_off", "dropped", "withheld", "masked", "alike", "all_alike", "corrected"]

# One sentence for each deed, in the words of a person who did not write the program.
WORDS: Mapping[Deed, str] = {
    "banded": marked("{column}: numbers are shown as bands ({n} people)."),
    "merged": marked("{column}: small groups are merged with others ({n} people)."),
    "split_off": marked("{column}: moved to the table {to}, apart from the other answers ({n} people)."),
    "dropped": marked("{column}: left out, because it would point at single people ({n} people)."),
    "withheld": marked("{column}: left empty where the combination is too rare ({n} people)."),
    "alike": marked("{column}: left out, because nearly all who were asked gave the same answer ({n} people)."),
    "all_alike": marked("{column}: nearly everybody gave the same answer, which is now known of each ({n} people)."),
    "corrected": marked("{column}: corrected after it was stored ({n} answers); the history says why."),
    "masked": marked("{column}: numbers of telephones, accounts and identity cards are covered ({n} texts)."),
}


def was_asked(answer: Any) -> bool:
    """Tell whether somebody was asked, by what is stored of the answer."""
    return answer is not None and answer != NOT_SHOWN


@dataclass(frozen=True)
class Treatment:
    """What was done to one column before it might leave, and how many people (or texts) it concerns."""

    column: str
    deed: Deed
    n: int
    to: str = ""            # the table a column was moved to
    minimum: int = 0        # a number of people below it is not told

    def words(self) -> str:
        """Return the deed as a sentence in English; a page translates `WORDS` itself."""
        return WORDS[self.deed].format(column=self.column, n=self.told, to=self.to)

    @property
    def told(self) -> str:
        """Return the number as it may be told: a number of texts always, of people unless they are a few."""
        return f"<{self.minimum}" if self.is_few else str(self.n)

    @property
    def is_few(self) -> bool:
        """Tell whether the number would speak of a few people."""
        return self.deed != "masked" and 0 < self.n < self.minimum

    def document(self) -> dict[str, Any]:
        """Return the deed as data."""
        moved = {"to": self.to} if self.to else {}
        n = {"n_affected": None, "n_below": self.minimum} if self.is_few else {"n_affected": self.n}
        return {"column": self.column, "treatment": self.deed, **n, **moved}


@dataclass(frozen=True)
class ReleaseColumn:
    """One column: its name in the file, the item it holds, and the words of its values in every language."""

    name: str
    item: str | None = None                 # None: not an answer (row number, duration, language)
    text: Text = field(default_factory=dict)
    labels: Mapping[Cell, Text] = field(default_factory=dict)
    measure: Measure = "nominal"


@dataclass(frozen=True)
class ReleaseTable:
    """One table; `read` gives its rows from the start each time, streamed, in the order of this release."""

    name: str
    columns: tuple[ReleaseColumn, ...]
    n_rows: int
    read: Callable[[], Iterator[Row]]
    title: str = ""

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def rows(self) -> Iterator[Row]:
        """Yield the rows."""
        return self.read()


@dataclass(frozen=True)
class Release:
    """The tables of one questionnaire in one wave that may leave together, and what was done to make them so."""

    instrument: Instrument
    wave: str
    privacy: str
    minimum: int
    n_people: int
    tables: tuple[ReleaseTable, ...]
    treatments: tuple[Treatment, ...] = ()

    @property
    def main(self) -> ReleaseTable:
        """Return the first table, which goes where only one fits."""
        return self.tables[0]

    def table(self, name: str) -> ReleaseTable:
        """Return the table of that name; KeyError if there is none."""
        return {table.name: table for table in self.tables}[name]

    def document(self) -> dict[str, Any]:
        """Return what was done, for --json and for the file beside an export."""
        return {
            "privacy": self.privacy, "minimum_group": self.minimum, "n_people": self.n_people,
            "tables": [{"name": table.name, "n_rows": table.n_rows, "columns": list(table.header)}
                       for table in self.tables],
            "treatments": [treatment.document() for treatment in self.treatments],
        }
