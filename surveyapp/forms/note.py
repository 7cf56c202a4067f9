"""What the note-taking screen sends: shape of input only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from surveyapp.services.note_taking import Typed

LONGEST_TAB = 40
LEAVE_OUT = "-"
LARGEST_SAVE = 2 ** 31 - 1


def read_notes(form: MultiDict[str, str]) -> dict[str, Typed]:
    """Return the boxes of the request; a number that is none counts as written over nothing."""
    boxes = [name.removeprefix("text_") for name in form if name.startswith("text_")]
    return {box: Typed(form.get(f"text_{box}", ""), _number(form.get(f"number_{box}", "")), form.get(f"state_{box}"))
            for box in boxes}


def read_tab(form: MultiDict[str, str]) -> str:
    """Return the name that the open page gave itself; "" without a script."""
    return form.get("tab", "")[:LONGEST_TAB]


def _number(text: str) -> int:
    return min(int(text), LARGEST_SAVE) if text.isascii() and text.isdigit() else 0


@dataclass(frozen=True)
class SheetEntries:
    """What the page of a sheet that was read sends back: notes by box, and the paragraphs without a sure place."""

    notes: Mapping[str, str]
    extra: tuple[tuple[str, str], ...]      # text, the box it goes to: "" undecided, LEAVE_OUT

    @property
    def undecided(self) -> int:
        return sum(not place for _, place in self.extra)

    @property
    def typed(self) -> dict[str, Typed]:
        """The notes with every extra paragraph where it was put."""
        notes = dict(self.notes)
        for text, place in self.extra:
            if place and place != LEAVE_OUT:
                notes[place] = f"{notes[place]}\n{text}" if notes.get(place) else text
        return {box: Typed(text, 0) for box, text in notes.items() if text.strip()}


def read_sheet_entries(form: MultiDict[str, str]) -> SheetEntries:
    """Return the entries of the page."""
    extra = tuple(zip(form.getlist("extra"), form.getlist("extra_to"), strict=False))
    return SheetEntries({box: entry.text for box, entry in read_notes(form).items()}, extra)
