"""Checks a document against a schema of the API's description; the few words of JSON Schema that it uses, strictly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

KINDS: Mapping[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int, float),
                                         "boolean": (bool,), "object": (dict,), "array": (list,), "null": (type(None),)}
KNOWN = {"type", "properties", "required", "additionalProperties", "items", "enum", "format", "minimum", "maximum",
         "$ref", "contentMediaType"}


def faults(value: Any, schema: Mapping[str, Any], schemas: Mapping[str, Any], place: str = "$") -> Iterator[str]:
    """Yield what does not fit; a word of a schema that is not known here is a fault too."""
    if "$ref" in schema:
        yield from faults(value, schemas[schema["$ref"].rpartition("/")[2]], schemas, place)
        return
    yield from (f"{place}: the schema says {word}" for word in schema.keys() - KNOWN)
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(_is(value, kind) for kind in kinds):
        yield f"{place}: {value!r} is no {' or '.join(kinds)}"
        return
    if value is None:
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place}: {value!r} is none of {schema['enum']}"
    if "format" in schema and not _has_format(value, schema["format"]):
        yield f"{place}: {value!r} is no {schema['format']}"
    if "minimum" in schema and not schema["minimum"] <= value <= schema.get("maximum", value):
        yield f"{place}: {value!r} is out of bounds"
    yield from _inside(value, schema, schemas, place)


def _inside(value: Any, schema: Mapping[str, Any], schemas: Mapping[str, Any], place: str) -> Iterator[str]:
    if isinstance(value, list) and "items" in schema:
        for number, one in enumerate(value):
            yield from faults(one, schema["items"], schemas, f"{place}[{number}]")
    if isinstance(value, dict):
        members = schema.get("properties", {})
        yield from (f"{place}: no {name}" for name in schema.get("required", ()) if name not in value)
        for name, one in value.items():
            if name in members:
                yield from faults(one, members[name], schemas, f"{place}.{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{place}: {name} is not described"


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _has_format(value: str, name: str) -> bool:
    try:
        if name == "date":
            return date.fromisoformat(value).isoformat() == value
        return bool(re.fullmatch(r"\S+Z", value)) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
