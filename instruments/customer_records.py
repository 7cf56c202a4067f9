"""What a value model says of the files beside the customer file: record fields by class, and connections."""

from __future__ import annotations

from dataclasses import dataclass, field

from instruments.schema import Text


@dataclass(frozen=True)
class RecordField:
    """A field that the organisation's own record of a customer should hold; no file here holds its content."""

    key: str
    name: Text = field(default_factory=dict)
    customer_types: tuple[str, ...] = ()        # whom it applies to; empty = everybody


@dataclass(frozen=True)
class FieldClass:
    """Record fields that are kept up together, and how old they may get."""

    key: str
    name: Text
    fields: tuple[RecordField, ...]
    stale_after_days: int | None = None         # None = does not age


@dataclass(frozen=True)
class RelationType:
    """A kind of connection between two customers; those that join make one group of all who are connected."""

    key: str
    name: Text
    is_joining: bool = True


@dataclass(frozen=True)
class LegalBasis:
    """A ground on which a connection may be recorded."""

    key: str
    name: Text
