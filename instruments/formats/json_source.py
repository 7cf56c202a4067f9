"""Bytes of a JSON file that a stranger made → values, and careful ways to look into them."""

from __future__ import annotations

import json
from typing import Any

from instruments.errors import FileFormatError
from instruments.logic.values import number_text

_LARGEST = 1e300        # beyond it a whole number of JSON is no float
MAX_LEVELS = 60         # the deepest of the collected files has 14
_AGAIN = "Export it from its tool again as JSON text in UTF-8."


def read_json(content: bytes, place: str) -> dict[str, Any]:
    """Return the object of a JSON file; FileFormatError where it is none."""
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise FileFormatError(
            f"{place}, line {error.lineno}, column {error.colno}", f"the file is not JSON ({error.msg}).",
            _AGAIN) from error
    except (UnicodeDecodeError, ValueError) as error:
        raise FileFormatError(place, "the file is not JSON in UTF-8.", _AGAIN) from error
    except RecursionError as error:
        raise FileFormatError(place, "the file nests too deep.", _AGAIN) from error
    if not isinstance(document, dict):
        raise FileFormatError(place, "the file holds no object.", _AGAIN)
    if _is_deep(document):
        raise FileFormatError(place, f"the file nests more than {MAX_LEVELS} levels.", _AGAIN)
    return document


def _is_deep(document: Any) -> bool:
    level, here = 0, [document]
    while here:
        level += 1
        if level > MAX_LEVELS:
            return True
        here = [child for node in here for child in _children(node) if isinstance(child, (dict, list))]
    return False


def _children(node: Any) -> list[Any]:
    return list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []


def as_mapping(value: Any) -> dict[str, Any]:
    """Return an object; a list counts as one with the keys 0, 1, 2 …, which PHP writes for an object without names."""
    if isinstance(value, dict):
        return value
    return {str(place): entry for place, entry in enumerate(value)} if isinstance(value, list) else {}


def as_list(value: Any) -> list[Any]:
    """Return a list; an object counts as the list of its values."""
    return value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []


def as_text(value: Any) -> str:
    """Return a text; a number in its shortest form, anything else as empty."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(float(value)) if isinstance(value, (int, float)) and abs(value) < _LARGEST else ""


def as_number(value: Any) -> float | None:
    """Return a number, also one written as text, or None."""
    try:
        found = float(as_text(value))
    except ValueError:
        return None
    return found if abs(found) < 1e15 else None  # noqa: PLR2004  # more digits are no bound of an answer


def is_on(value: Any) -> bool:
    """Return whether a setting says yes in one of the ways that tools write it."""
    return as_text(value).strip().lower() in ("true", "on", "yes", "1")
