"""A norm package as a file: written, and read from whoever sent it, which is to be distrusted to the last digit."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import Any

from analysis.results.norms import SCHEMA, NormPackage, NormScale
from instruments.codec import CodecError, from_document, to_document
from surveyapp.errors import BadInput, marked

LARGEST_BYTES = 1_000_000
MOST_SCALES, MOST_ITEMS, MOST_LANGUAGES = 120, 60, 40
FEWEST, MOST_PEOPLE = 30, 10_000_000
WIDEST = 1_000.0            # ends of a scale
LONGEST_KIND = 60
ROUNDED = 0.01              # what rounding may add to a variance
KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]{0,79}")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}")
HASH = re.compile(r"[0-9a-f]{64}")
SOURCE = re.compile(r"[0-9a-f]{32}")
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,39}")
MONTH = re.compile(r"(?:[0-9]{4}-(?:0[1-9]|1[0-2]))?")
REMEDY = marked("Ask for the file again from whoever made it.")


class _Unreadable(ValueError):
    """The text is no such document; the words say why."""


def write_package(package: NormPackage) -> bytes:
    """Return the file of a package; the same package gives the same bytes."""
    return (json.dumps(to_document(package), ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
            + "\n").encode()


def read_package(content: bytes) -> NormPackage:
    """Return the package of a file; BadInput says what is wrong with it and where, and nothing of it is used."""
    if len(content) > LARGEST_BYTES:
        raise BadInput("The file is larger than {n} bytes.", "A norm package is much smaller; check what it is.",
                       n=LARGEST_BYTES)
    document = _parsed(content)
    schema = document.get("schema")
    if schema != SCHEMA:
        raise BadInput("The file is no norm package of the layout {schema}.",
                       "Choose a file that “norm package” made, with a program of the same age.", schema=SCHEMA)
    try:
        package = from_document(NormPackage, document)
    except (CodecError, ValueError, OverflowError, RecursionError) as error:
        raise BadInput("The norm package does not fit: {words}", REMEDY, words=str(error)[:200]) from None
    _check(package)
    return package


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except _Unreadable as error:
        raise BadInput("The norm package does not fit: {words}", REMEDY, words=str(error)) from None
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise BadInput("The file is no JSON document in UTF-8.", "Choose the file that was exported.") from None
    if not isinstance(found, dict):
        raise BadInput("The file is no JSON document in UTF-8.", "Choose the file that was exported.")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Unreadable("a field stands in it twice.")
    return found


def _no_number(word: str) -> Any:
    raise _Unreadable(f"{word} is no number.")


def check_kind(kind: str) -> str:
    """Return the words for a kind of organisation without spaces around; BadInput if they cannot be printed."""
    kind = " ".join(kind.split())
    if len(kind) > LONGEST_KIND or not kind.isprintable():
        raise BadInput("The kind of organisation has more than {n} signs, or some that cannot be printed.",
                       "Name it in a few words.", n=LONGEST_KIND)
    return kind


def _check(package: NormPackage) -> None:
    _need(SOURCE.fullmatch(package.source), "source")
    _need(KEY.fullmatch(package.template), "template")
    _need(VERSION.fullmatch(package.template_version), "template_version")
    _need(MONTH.fullmatch(package.collected), "collected")
    _need(package.kind and check_kind(package.kind) == package.kind, "kind")
    _need(1 <= len(package.scales) <= MOST_SCALES, "scales")
    _need(len(package.left_out) <= MOST_SCALES * MOST_ITEMS and all(map(KEY.fullmatch, package.left_out)), "left_out")
    keys = [(scale.audience, scale.construct) for scale in package.scales]
    _need(len(set(keys)) == len(keys), "scales")
    for place, scale in enumerate(package.scales):
        _check_scale(scale, f"scales[{place}]")


def _check_scale(scale: NormScale, place: str) -> None:
    _need(KEY.fullmatch(scale.construct), f"{place}.construct")
    _need(KEY.fullmatch(scale.audience), f"{place}.audience")
    _need(_is_number(scale.low) and _is_number(scale.high) and -WIDEST <= scale.low < scale.high <= WIDEST,
          f"{place}.low")
    if not FEWEST <= scale.n <= MOST_PEOPLE:
        raise BadInput("{place}: {n} people stand behind the figures; a norm package needs at least {fewest}.",
                       "Nothing of the file was taken over.", place=f"{place}.n", n=scale.n, fewest=FEWEST)
    _need(1 <= len(scale.items) <= MOST_ITEMS, f"{place}.items")
    _need(len({item.key for item in scale.items}) == len(scale.items), f"{place}.items")
    for number, item in enumerate(scale.items):
        where = f"{place}.items[{number}]"
        _need(KEY.fullmatch(item.key), f"{where}.key")
        _need(HASH.fullmatch(item.meaning), f"{where}.meaning")
        _need(1 <= len(item.wordings) <= MOST_LANGUAGES and all(
            LANGUAGE.fullmatch(language) and HASH.fullmatch(words) for language, words in item.wordings.items()),
            f"{where}.wordings")
        _need(_is_number(item.mean) and scale.low <= item.mean <= scale.high, f"{where}.mean")
    _check_covariances(scale, f"{place}.covariances")


def _check_covariances(scale: NormScale, place: str) -> None:
    rows, k = scale.covariances, len(scale.items)
    _need(len(rows) == k and all(len(row) == k and all(map(_is_number, row)) for row in rows), place)
    for i, item in enumerate(scale.items):
        # No variable with this mean between these ends can vary more (Bhatia & Davis 2000).
        most = (item.mean - scale.low) * (scale.high - item.mean) * scale.n / (scale.n - 1)
        _need(0 < rows[i][i] <= most + ROUNDED * (scale.high - scale.low), place)
        _need(all(rows[i][j] == rows[j][i] for j in range(i)), place)
    _need(_is_covariance(rows), place)


def _is_covariance(rows: Sequence[Sequence[float]]) -> bool:
    """Return whether the matrix has a Cholesky factor once rounding is allowed for."""
    size = len(rows)
    factor = [[0.0] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            rest = rows[i][j] + (ROUNDED if i == j else 0.0) - sum(
                factor[i][step] * factor[j][step] for step in range(j))
            if i != j:
                factor[i][j] = rest / factor[j][j]
            elif rest <= 0:
                return False
            else:
                factor[i][i] = math.sqrt(rest)
    return True


def _is_number(value: float) -> bool:
    return math.isfinite(value)


def _need(holds: object, place: str) -> None:
    if not holds:
        raise BadInput("The norm package does not fit: {words}", REMEDY, words=f"{place} cannot be.")
