"""A result that has no part of its own in the report: all its figures as a plain table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reports.content import Column, Number, Row, Statement, Table
from reports.measured.frame import Context, Part, anchor

MOST_ROWS, MOST_IN_CELL = 200, 12
CUT = "…"


def build(context: Context, results: Mapping[str, Any]) -> list[Part]:
    """Return a table of every figure of each result."""
    return [_part(context, place, key, document) for place, (key, document) in enumerate(results.items())]


def _part(context: Context, place: int, key: str, document: Any) -> Part:
    words = context.words
    do = str(document.get("do", "")) if isinstance(document, Mapping) else ""
    pairs = list(_figures(document, ""))
    rows = tuple(Row((Statement(name), value)) for name, value in pairs[:MOST_ROWS])
    columns = (Column(words.text("measured.plain_name"), 0.4), Column(words.text("measured.plain_value"), 0.6))
    title = words.say("measured.plain_title", title=context.title(key), do=do or key)
    note = words.text("measured.plain_cut", n=len(pairs) - MOST_ROWS) if len(pairs) > MOST_ROWS else ""
    table = Table(anchor("t-plain", place), title, columns, rows, "", note, is_dense=True)
    return Part("more", words.say("measured.plain_section", title=context.title(key)), (table,))


def _figures(value: Any, name: str) -> Iterator[tuple[str, Statement | Number]]:
    """Yield every figure under its path; a long list is cut."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if name or key != "do":
                yield from _figures(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, (list, tuple)):
        yield name, Statement(_listed(value))
    elif isinstance(value, bool) or value is None or isinstance(value, str):
        yield name, Statement("–" if value is None else str(value).lower() if isinstance(value, bool) else value)
    elif isinstance(value, int):
        yield name, Number(float(value), "count")
    else:
        yield name, Number(float(value), "three")


def _listed(values: Any) -> str:
    shown = [_short(value) for value in list(values)[:MOST_IN_CELL]]
    return ", ".join(shown) + (f", {CUT} ({len(values)})" if len(values) > MOST_IN_CELL else "")


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, Mapping):
        return " ".join(f"{key} {_short(inner)}" for key, inner in value.items())
    if isinstance(value, (list, tuple)):
        return "[" + _listed(value) + "]"
    return "–" if value is None else str(value)
