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
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
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


class _Misfit(Exception):
    """A value does not fit; every level that it passes on its way out adds the step that leads to it."""

    def __init__(self, words: str, root: str = "") -> None:
        super().__init__(words)
        self.words, self.root, self.steps = words, root, list[str]()

    def said(self, place: str) -> str:
        """Return the message with the place, seen from `place`."""
        steps = place + "".join(reversed(self.steps))
        return f"{steps.lstrip('.') or self.root}: {self.words}"


Reader = Callable[[Any], Any]


def from_document(cls: type[T], document: Any, place: str = "") -> T:
    """Return the dataclass `cls` read from `document`; CodecError names the place that does not fit."""
    try:
        value: T = _reader(cls)(document)  # type: ignore[arg-type]  # a class is hashable; mypy does not see it of T
    except _Misfit as misfit:
        raise CodecError(misfit.said(place)) from None
    return value


@cache
def _hints(cls: Hashable) -> dict[str, Any]:
    return get_type_hints(cls)


@cache
def _reader(hint: Hashable) -> Reader:
    """Return what reads a value of this type; made once, because a diagnosis holds a hundred thousand values."""
    origin = get_origin(hint)
    if hint is Any:
        return lambda value: value
    if origin in (Union, types.UnionType):
        return _union_reader(get_args(hint))
    if origin is Literal:
        return _literal_reader(get_args(hint))
    if origin is not None:
        return _collection_reader(origin, get_args(hint))
    if isinstance(hint, type) and is_dataclass(hint):
        return _object_reader(hint)
    return _scalar_reader(hint)


def _object_reader(cls: type[Any]) -> Reader:
    hints, known = _hints(cls), fields(cls)  # type: ignore[arg-type]  # a class is hashable
    needed = [field.name for field in known if field.default is MISSING and field.default_factory is MISSING]
    readers: dict[str, Reader] = {}         # filled at the first document: a class may hold values of its own kind

    def read(document: Any) -> Any:
        if not isinstance(document, Mapping):
            raise _Misfit(f"expected an object, found {type(document).__name__}.", cls.__name__)
        if not readers:
            readers.update((field.name, _reader(hints[field.name])) for field in known)
        if not document.keys() <= readers.keys():
            raise _Misfit(f"unknown field {min(document.keys() - readers.keys())!r}.", cls.__name__)
        values, name = {}, ""
        try:
            for name, value in document.items():
                values[name] = readers[name](value)
        except _Misfit as misfit:
            misfit.steps.append(f".{name}")
            raise
        _check_complete(values, needed)
        return cls(**values)

    return read


def _check_complete(values: Mapping[str, Any], needed: Sequence[str]) -> None:
    for name in needed:
        if name not in values:
            misfit = _Misfit("missing.")
            misfit.steps.append(f".{name}")
            raise misfit


def _literal_reader(options: tuple[Any, ...]) -> Reader:
    def read(value: Any) -> Any:
        if value not in options:
            raise _Misfit(f"{value!r} is not one of {', '.join(map(repr, options))}.")
        return value

    return read


def _union_reader(options: tuple[Any, ...]) -> Reader:
    may_lack, readers = type(None) in options, [_reader(option) for option in options if option is not type(None)]

    def read(value: Any) -> Any:
        if value is None and may_lack:
            return None
        first: _Misfit | None = None
        for reader in readers:
            try:
                return reader(value)
            except _Misfit as misfit:
                first = first or misfit
        raise first or _Misfit("a value is missing.")

    return read


def _collection_reader(origin: Any, arguments: tuple[Any, ...]) -> Reader:
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping_reader(_reader(arguments[1]))
    if origin is tuple and arguments[-1] is not Ellipsis:
        readers = [_reader(hint) for hint in arguments]
        return _sequence_reader(lambda value: zip(readers, value, strict=True), tuple)
    reader = _reader(arguments[0])
    return _sequence_reader(lambda value: ((reader, item) for item in value), origin)


def _mapping_reader(reader: Reader) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise _Misfit(f"expected an object, found {type(value).__name__}.")
        found, key = {}, ""
        try:
            for key, item in value.items():
                found[key] = reader(item)
        except _Misfit as misfit:
            misfit.steps.append(f".{key}")
            raise
        return found

    return read


def _sequence_reader(pairs: Callable[[list[Any]], Iterable[tuple[Reader, Any]]], origin: Any) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, list):
            raise _Misfit(f"expected a list, found {type(value).__name__}.")
        items: list[Any] = []
        try:
            for reader, item in pairs(value):
                items.append(reader(item))
        except _Misfit as misfit:
            misfit.steps.append(f"[{len(items)}]")
            raise
        return items if origin is list else origin(items)

    return read


def _scalar_reader(hint: Any) -> Reader:
    if hint is float:
        return _read_float
    if hint in (date, datetime):
        return _moment_reader(hint)

    def read(value: Any) -> Any:
        if isinstance(value, hint) and not (hint is int and isinstance(value, bool)):
            return value
        raise _unlike(hint, value)

    return read


def _read_float(value: Any) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if value is None:
        return math.nan
    raise _unlike(float, value)


def _moment_reader(hint: Any) -> Reader:
    def read(value: Any) -> Any:
        if isinstance(value, str):
            return hint.fromisoformat(value)
        if isinstance(value, hint):
            return value
        raise _unlike(hint, value)

    return read


def _unlike(hint: Any, value: Any) -> _Misfit:
    return _Misfit(f"expected {hint.__name__}, found {value!r}.")


def canonical_json(value: Any) -> str:
    """Return one fixed text for a value: sorted keys, no spaces, no escaped letters."""
    return json.dumps(to_document(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def content_hash(value: Any) -> str:
    """Return the SHA-256 of the canonical text, as 64 hexadecimal signs."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
