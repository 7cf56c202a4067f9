"""Stored documents read back: a value that does not fit is named with its whole place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import isnan
from typing import Any, Literal

import pytest

from instruments.codec import CodecError, from_document, to_document


@dataclass(frozen=True)
class Leaf:
    value: float
    kind: Literal["a", "b"] = "a"
    day: date | None = None


@dataclass(frozen=True)
class Branch:
    name: str
    leaves: tuple[Leaf, ...] = ()
    by_key: Mapping[str, Leaf] = field(default_factory=dict)
    pair: tuple[int, str] = (0, "")
    parts: tuple["Branch", ...] = ()
    anything: Any = None


WHOLE = Branch("x", (Leaf(1.5, "b", date(2026, 1, 2)),), {"k": Leaf(2.0)}, (3, "z"), (Branch("y"),), {"free": [1]})


def test_a_document_is_read_back_as_what_it_was_written_from() -> None:
    assert from_document(Branch, to_document(WHOLE)) == WHOLE


def test_a_missing_figure_is_read_as_one() -> None:
    assert isnan(from_document(Leaf, {"value": None}).value)


@pytest.mark.parametrize(("change", "message"), [
    ({"name": 3}, "name: expected str, found 3."),
    ({"leaves": [{"value": 1}, {"value": "x"}]}, "leaves[1].value: expected float, found 'x'."),
    ({"leaves": {}}, "leaves: expected a list, found dict."),
    ({"leaves": [{"kind": "a"}]}, "leaves[0].value: missing."),
    ({"leaves": [{"value": 1, "kind": "c"}]}, "leaves[0].kind: 'c' is not one of 'a', 'b'."),
    ({"by_key": {"k": {"value": True}}}, "by_key.k.value: expected float, found True."),
    ({"by_key": []}, "by_key: expected an object, found list."),
    ({"pair": [True, "z"]}, "pair[0]: expected int, found True."),
    ({"parts": [{"name": "y", "odd": 1}]}, "parts[0]: unknown field 'odd'."),
    ({"odd": 1}, "Branch: unknown field 'odd'."),
], ids=range(10))
def test_what_does_not_fit_is_named_with_its_place(change: dict[str, Any], message: str) -> None:
    with pytest.raises(CodecError) as refused:
        from_document(Branch, {**to_document(WHOLE), **change})

    assert str(refused.value) == message


def test_the_place_is_seen_from_where_the_reader_stands() -> None:
    with pytest.raises(CodecError, match=r"^report\.leaves\[0\]: expected an object, found int\.$"):
        from_document(Branch, {"name": "x", "leaves": [1]}, "report")
