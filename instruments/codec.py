"""Frozen dataclasses to JSON documents and back, and the hash of a document.

A document holds only what JSON knows. A float that is not finite becomes null, because JSON has no word for it
and a missing figure is what it means here. Reading back is strict: an unknown field is refused, so that a stored
result of an older layout is never read half.
"""

from __future__ import annotations

import hashlib
import json
import math
import types
from collections.abc import Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class CodecError(ValueError):
    """A document does not fit the class it is read into; the message says where."""


def to_document(value: Any) -> Any:
    """Return `value` as dicts, lists, strings, numbers, booleans and None only."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_document(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_document(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_document(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(to_document(item) for item in value)
    return _scalar_to_document(value)


def _scalar_to_document(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if hasattr(value, "item") and not isinstance(value, (int, float)):
        value = value.item()
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    raise CodecError(f"A value of type {type(value).__name__} cannot be stored in a document.")


def from_document(cls: type[T], document: Any, place: str = "") -> T:
    """Return the dataclass `cls` read from `document`; CodecError names the place that does not fit."""
    if not isinstance(document, Mapping):
        raise CodecError(f"{place or cls.__name__}: expected an object, found {type(document).__name__}.")
    hints = _hints(cls)  # type: ignore[arg-type]  # a class is hashable; mypy 2 does not see it of a TypeVar
    unknown = set(document) - set(hints)
    if unknown:
        raise CodecError(f"{place or cls.__name__}: unknown field {sorted(unknown)[0]!r}.")
    values = {}
    for field in fields(cls):  # type: ignore[arg-type]  # cls is a dataclass, which typing cannot say of a TypeVar
        here = f"{place}.{field.name}" if place else field.name
        if field.name in document:
            values[field.name] = _read(hints[field.name], document[field.name], here)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise CodecError(f"{here}: missing.")
    return cls(**values)


@cache
def _hints(cls: Hashable) -> dict[str, Any]:
    return get_type_hints(cls)


def _read(hint: Any, value: Any, place: str) -> Any:
    if hint is Any:
        return value
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _read_union(get_args(hint), value, place)
    if origin is Literal:
        if value not in get_args(hint):
            raise CodecError(f"{place}: {value!r} is not one of {', '.join(map(repr, get_args(hint)))}.")
        return value
    if origin is not None:
        return _read_collection(origin, get_args(hint), value, place)
    if isinstance(hint, type) and is_dataclass(hint):
        return from_document(hint, value, place)
    return _read_scalar(hint, value, place)


def _read_union(options: tuple[Any, ...], value: Any, place: str) -> Any:
    if value is None and type(None) in options:
        return None
    failures = []
    for option in options:
        if option is type(None):
            continue
        try:
            return _read(option, value, place)
        except CodecError as error:
            failures.append(str(error))
    raise CodecError(failures[0] if failures else f"{place}: a value is missing.")


def _read_collection(origin: Any, arguments: tuple[Any, ...], value: Any, place: str) -> Any:
    if isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise CodecError(f"{place}: expected an object, found {type(value).__name__}.")
        return {key: _read(arguments[1], item, f"{place}.{key}") for key, item in value.items()}
    if not isinstance(value, list):
        raise CodecError(f"{place}: expected a list, found {type(value).__name__}.")
    if origin is tuple and arguments[-1] is not Ellipsis:
        pairs = enumerate(zip(arguments, value, strict=True))
        return tuple(_read(hint, item, f"{place}[{i}]") for i, (hint, item) in pairs)
    items = [_read(arguments[0], item, f"{place}[{i}]") for i, item in enumerate(value)]
    return items if origin is list else origin(items)


def _read_scalar(hint: Any, value: Any, place: str) -> Any:
    if hint is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if hint is float and value is None:
        return math.nan
    if hint is date and isinstance(value, str):
        return date.fromisoformat(value)
    if hint is datetime and isinstance(value, str):
        return datetime.fromisoformat(value)
    if isinstance(value, hint) and not (hint is int and isinstance(value, bool)):
        return value
    raise CodecError(f"{place}: expected {hint.__name__}, found {value!r}.")


def canonical_json(value: Any) -> str:
    """Return one fixed text for a value: sorted keys, no spaces, no escaped letters."""
    return json.dumps(to_document(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def content_hash(value: Any) -> str:
    """Return the SHA-256 of the canonical text, as 64 hexadecimal signs."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
