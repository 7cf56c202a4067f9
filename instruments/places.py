"""Where in its file a part of a questionnaire stands, so that a finding names the line, or sheet, row and column.

Checks name parts of the model ("item VISITS, show_if"); each reader knows where it read them. `locate` joins the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from instruments.errors import Finding
from instruments.item_reader import LISTS
from instruments.yaml_source import LocatedList, LocatedMapping

Places = Mapping[str, str]              # part of the model → where it stands in the file
FindPlaces = Callable[[], Places]       # made only when something was found
HEAD_WORDS: Mapping[str, str] = {
    "title": "title", "intro": "introduction", "withdraw_note": "note on withdrawal", "completion": "text at the end",
    "commitment": "commitment", "consent": "consent", "link_consent": "consent to linking",
}
_FIELD_WORDS = {"constraint_message": "message of the constraint"}
_NOUNS = {"sections": "section", "screens": "screen", "quotas": "quota", "constructs": "construct"}


def locate(findings: Iterable[Finding], file: str, places: FindPlaces) -> tuple[Finding, ...]:
    """Return the findings with the place in the file put before the part of the model that each names."""
    found = tuple(findings)
    if not found:
        return ()
    known = places()
    return tuple(_located(finding, file, known) for finding in found)


def _located(finding: Finding, file: str, places: Places) -> Finding:
    if not finding.place.startswith(f"{file}, "):
        return finding
    part = finding.place[len(file) + 2:]
    words = part.split(", ")
    for length in range(len(words), 0, -1):
        where = places.get(", ".join(words[:length]))
        if where is not None:
            return replace(finding, place=f"{file}, {where}, {part}")
    return finding


# ---- YAML -----------------------------------------------------------------------------------------------------------
def yaml_places(document: LocatedMapping) -> dict[str, str]:
    """Return the line of every part of a questionnaire in the native form."""
    return {part: f"line {line}" for part, line in _parts(document)}


def _parts(document: LocatedMapping) -> Iterator[tuple[str, int]]:
    head = document.get("instrument")
    if isinstance(head, LocatedMapping):
        yield from ((word, head.lines[key]) for key, word in HEAD_WORDS.items() if key in head.lines)
    for key in LISTS:
        yield from _entries(document.get(key), "item")
    for key, noun in _NOUNS.items():
        yield from _entries(document.get(key), noun)
    scales = document.get("scales")
    if isinstance(scales, LocatedMapping):
        for key, scale in scales.items():
            yield f"scale {key}", scales.lines[key]
            yield from _scale_parts(f"scale {key}", scale)


def _scale_parts(part: str, scale: object) -> Iterator[tuple[str, int]]:
    if isinstance(scale, LocatedMapping):
        yield from _entries(scale.get("points"), f"{part}, point", "value")
        if "not_applicable" in scale.lines:
            yield f"{part}, not applicable", scale.lines["not_applicable"]


def _entries(listed: object, noun: str, name: str = "id") -> Iterator[tuple[str, int]]:
    for entry in listed if isinstance(listed, LocatedList) else ():
        if not isinstance(entry, LocatedMapping) or name not in entry.spelling:
            continue
        part = f"{noun} {entry.spelling[name]}"
        yield part, entry.line
        for field, line in entry.lines.items():
            yield f"{part}, {_FIELD_WORDS.get(field, field)}", line
        yield from _entries(entry.get("options"), f"{part}, choice", "value")
