"""Fields as labelled lines in a text that people read: `include (en): …`, further lines of a field two blanks in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from instruments.template import CodeDefinition
from surveyapp.models.coding import POLARITIES

LINE = re.compile(r"(?P<label>[A-Za-z][A-Za-z ]*?)(?: \((?P<language>[\w-]+)\))?[:：] ?(?P<words>.*)", re.DOTALL)
INDENT = "  "
TEXTS = ("name", "definition", "include", "exclude", "example")
SHADE = "original colour"
EXCLUSIVE, YES = "codes below exclude each other", "yes"
LINKS = ("key", "construct", "strategy", "safeguard", "colour", "pattern", SHADE, "former keys", EXCLUSIVE, "state")
RETIRED = "retired"
POLARITY, PRINT, MEMO, CODER = "polarity", "words for print", "memo", "coder"
Fields = Mapping[tuple[str, str], str]


def write_lines(fields: Iterable[tuple[str, str, str]]) -> str:
    """Return the fields (label, language or "", words) as lines; empty ones are left out."""
    lines = []
    for label, language, words in fields:
        if words:
            lines.append(f"{label}{f' ({language})' if language else ''}: " + words.replace("\n", f"\n{INDENT}"))
    return "\n".join(lines)


def read_lines(text: str, labels: Collection[str]) -> tuple[Fields, str]:
    """Return the fields of these labels, each taken once, and what stands in no field."""
    fields: dict[tuple[str, str], str] = {}
    rest: list[str] = []
    current: tuple[str, str] | None = None
    for line in text.split("\n"):
        found = LINE.fullmatch(line)
        place = (found["label"].casefold(), found["language"] or "") if found else ("", "")
        if found and place[0] in labels and place not in fields:
            current = place
            fields[place] = found["words"]
        elif current is not None and line.startswith(INDENT):
            fields[current] += "\n" + line.removeprefix(INDENT)
        else:
            current = None
            rest.append(line)
    return fields, "\n".join(rest).strip()


def write_code(code: CodeDefinition, *, is_active: bool) -> str:
    """Return what a code says, for the description of a code in a file of another program."""
    texts = [(label, language, words) for label in TEXTS for language, words in sorted(getattr(code, label).items())]
    links = [("construct", "", code.construct or ""), ("strategy", "", ", ".join(code.strategy)),
             ("safeguard", "", code.safeguard or ""), ("colour", "", code.colour or ""),
             ("pattern", "", code.pattern or ""), (SHADE, "", code.original_colour or ""),
             ("former keys", "", ", ".join(code.aliases)),
             (EXCLUSIVE, "", YES if code.has_exclusive_children else ""), ("state", "", "" if is_active else RETIRED)]
    return write_lines([("key", "", code.key), *texts, *links])


def read_code(description: str) -> tuple[Fields, str]:
    """Return the fields of a code's description, and what stands in none of them."""
    return read_lines(description, (*TEXTS, *LINKS))


def write_coding(polarity: str, memo: str, edited: Mapping[str, str]) -> str:
    """Return what a coding says besides its code: nothing where it merely supports."""
    shown = "" if polarity == POLARITIES[0] else polarity
    wording = [(PRINT, language, words) for language, words in sorted(edited.items())]
    return write_lines([(POLARITY, "", shown), *wording, (MEMO, "", memo)])


def read_coding(note: str) -> tuple[str, str, dict[str, str]]:
    """Return polarity, memo and words for print of a coding's note; a note of another program is all memo."""
    fields, rest = read_lines(note, (POLARITY, PRINT, MEMO))
    polarity = fields.get((POLARITY, ""), POLARITIES[0]).strip()
    memo = "\n\n".join(words for words in (fields.get((MEMO, ""), ""), rest) if words)
    if polarity not in POLARITIES:
        return POLARITIES[0], note.strip(), {}
    return polarity, memo, {language: words for (label, language), words in fields.items() if label == PRINT}
