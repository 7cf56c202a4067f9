"""What the note-taking screen sends: shape of input only."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from surveyapp.services.note_taking import Typed

LONGEST_TAB = 40
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
