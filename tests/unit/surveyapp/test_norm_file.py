"""A norm package comes from strangers: what does not fit is refused with its place, and nothing of it is used."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from analysis.results.norms import SCHEMA, NormItem, NormPackage, NormScale
from surveyapp.errors import BadInput
from surveyapp.services.norm_file import LARGEST_BYTES, check_kind, read_package, write_package

ITEMS = tuple(NormItem(f"PA{place}", "a" * 64, {"en": "b" * 64, "zh": "c" * 64}, 3.0) for place in range(3))
COVARIANCES = ((1.0, 0.4, 0.4), (0.4, 1.0, 0.4), (0.4, 0.4, 1.0))
PACKAGE = NormPackage(SCHEMA, "0" * 32, "city commercial", "any", "1.2", "2026-03",
                      (NormScale("PA", "staff", 1.0, 5.0, 60, ITEMS, COVARIANCES),))


def document() -> dict[str, Any]:
    return json.loads(write_package(PACKAGE))


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    found = document()
    change(found)
    return json.dumps(found).encode()


def scale_of(found: dict[str, Any]) -> dict[str, Any]:
    return found["scales"][0]


def test_what_was_written_is_read_again_and_gives_the_same_bytes():
    content = write_package(PACKAGE)

    assert read_package(content) == PACKAGE
    assert write_package(read_package(content)) == content


HOSTILE = {
    "another layout": lambda found: found.update(schema="norm-package/9"),
    "an unknown field": lambda found: found.update(rows=[[1, 2, 3]]),
    "a field too few": lambda found: found.pop("source"),
    "a source that is no mark": lambda found: found.update(source="<script>"),
    "a kind with a change of direction": lambda found: found.update(kind="bank\u202efdp"),
    "a kind without end": lambda found: found.update(kind="x" * 61),
    "no kind": lambda found: found.update(kind=""),
    "a month that is none": lambda found: found.update(collected="2026-13"),
    "a path for a template": lambda found: found.update(template="../../etc"),
    "no scale": lambda found: found.update(scales=[]),
    "the same scale twice": lambda found: found.update(scales=[scale_of(found), scale_of(found)]),
    "twenty-nine people": lambda found: scale_of(found).update(n=29),
    "people without number": lambda found: scale_of(found).update(n=10**12),
    "a number of people in words": lambda found: scale_of(found).update(n="60"),
    "half a person": lambda found: scale_of(found).update(n=60.5),
    "ends the wrong way round": lambda found: scale_of(found).update(low=5, high=1),
    "ends without measure": lambda found: scale_of(found).update(high=1e300),
    "no end": lambda found: scale_of(found).update(high=None),
    "no item": lambda found: scale_of(found).update(items=[], covariances=[]),
    "the same item twice": lambda found: scale_of(found)["items"][1].update(key="PA0"),
    "a formula for a key": lambda found: scale_of(found)["items"][0].update(key="=1+1"),
    "a mean outside the scale": lambda found: scale_of(found)["items"][0].update(mean=5.1),
    "no mean": lambda found: scale_of(found)["items"][0].update(mean=None),
    "a hash that is none": lambda found: scale_of(found)["items"][0].update(meaning="a" * 63),
    "words in no language": lambda found: scale_of(found)["items"][0].update(wordings={}),
    "a language that is none": lambda found: scale_of(found)["items"][0].update(wordings={"<b>": "b" * 64}),
    "covariances of fewer items": lambda found: scale_of(found)["covariances"].pop(),
    "covariances that are not square": lambda found: scale_of(found)["covariances"][0].pop(),
    "covariances that are not symmetric": lambda found: scale_of(found)["covariances"][0].__setitem__(1, 0.1),
    "a variance no such scale can have": lambda found: scale_of(found)["covariances"][0].__setitem__(0, 4.2),
    "no variance": lambda found: scale_of(found)["covariances"][0].__setitem__(0, 0.0),
    "covariances that cannot be": lambda found: scale_of(found).update(
        covariances=[[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]),
    "a list for a scale": lambda found: found.update(scales=[[]]),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_package_that_cannot_be_is_refused(case: str):
    with pytest.raises(BadInput):
        read_package(changed(HOSTILE[case]))


@pytest.mark.parametrize("content", [
    b"", b"\xff\xfe\x00", b"[]", b"null", b'"text"', b"{", b"[" * 100_000, b'{"schema": ' + b"9" * 6000 + b"}",
    b'{"schema": "norm-package/1", "schema": "norm-package/1"}',
    write_package(PACKAGE).replace(b"3.0", b"NaN"), write_package(PACKAGE).replace(b"0.4", b"Infinity")],
    ids=["empty", "binary", "list", "null", "text", "broken", "deep", "long number", "twice", "not a number",
         "infinite"])
def test_what_is_no_such_document_is_refused(content: bytes):
    with pytest.raises(BadInput):
        read_package(content)


def test_a_file_without_end_is_refused_unread():
    with pytest.raises(BadInput, match="larger"):
        read_package(b" " * (LARGEST_BYTES + 1))


def test_the_message_names_the_place():
    with pytest.raises(BadInput, match=r"scales\[0\]\.items\[0\]\.mean"):
        read_package(changed(HOSTILE["a mean outside the scale"]))


def test_a_kind_is_kept_without_spaces_around():
    assert check_kind("  city   commercial ") == "city commercial"
