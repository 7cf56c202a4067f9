"""What a factor solution says of the scales: which of them share a factor, and which factor only wording makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from analysis.results.measurement import FactorSolution
from reports.content import Statement
from reports.measured.frame import Context
from reports.sections.measurement_tables import LOADING_SHOWN
from reports.wording import Words

FEWEST_OF_A_SCALE = 2       # items of it that load most on a factor; a single one is an item in the wrong place
FEWEST_TURNED = 2           # reverse items that make a factor of wording
OF_SCALES = frozenset({"reliability", "items"})


def scales_of(context: Context) -> dict[str, tuple[str, ...]]:
    """Return the items of each scale that is measured, by the scale's id."""
    return {key: tuple(map(str, entry["items"])) for key, entry in context.entries.items()
            if entry.get("do") in OF_SCALES and _is_list(entry.get("items"))}


def turned_items(context: Context, key: str) -> frozenset[str]:
    """Return the reverse items that an analysis takes as they were answered."""
    turned = {str(item) for entry in context.entries.values() for item in entry.get("reverse") or ()}
    return frozenset(turned - set(map(str, context.entries.get(key, {}).get("reverse") or ())))


def item_label(context: Context, item: str, turned: frozenset[str]) -> str:
    """Return an item's key, marked where it is a reverse item."""
    return f"{item}{context.words.text('measure.reversed') if item in turned else ''}"


def shared_factors(found: FactorSolution, scales: Mapping[str, Sequence[str]]) -> list[tuple[int, tuple[str, ...]]]:
    """Return each factor that several items of several scales load most on, with those scales."""
    held: dict[int, dict[str, int]] = {}
    for item, loadings in zip(found.items, found.loadings, strict=True):
        sizes = [abs(value or 0.0) for value in loadings]
        best = max(range(len(sizes)), key=sizes.__getitem__)
        for scale, items in scales.items():
            if item in items and sizes[best] >= LOADING_SHOWN:
                own = held.setdefault(best, {})
                own[scale] = own.get(scale, 0) + 1
    several = {factor: tuple(scale for scale, n in own.items() if n >= FEWEST_OF_A_SCALE)
               for factor, own in held.items()}
    return [(factor, several[factor]) for factor in sorted(several) if len(several[factor]) > 1]


def factors_of_wording(found: FactorSolution, turned: frozenset[str]) -> list[int]:
    """Return the factors on which nothing but reverse items loads."""
    loaded = {factor: [item for item, loadings in zip(found.items, found.loadings, strict=True)
                       if abs(loadings[factor] or 0.0) >= LOADING_SHOWN] for factor in range(found.n_factors)}
    return [factor for factor, items in loaded.items() if len(items) >= FEWEST_TURNED and turned.issuperset(items)]


def structure_points(context: Context, key: str, found: FactorSolution) -> tuple[Statement, ...]:
    """Return in words which scales share a factor, and which factors hold only reverse items."""
    words = context.words
    told = [_shared(context, factor, scales) for factor, scales in shared_factors(found, scales_of(context))]
    wording = factors_of_wording(found, turned_items(context, key))
    if wording:
        told.append(words.say("measured.factor_of_wording", n=len(wording), factors=words.join(
            [words.text("measure.factor", number=factor + 1) for factor in wording])))
    return tuple(told)


def _shared(context: Context, factor: int, scales: Sequence[str]) -> Statement:
    words = context.words
    are_distinct = all(frozenset(pair) in context.distinct for pair in combinations(scales, 2))
    return words.say("measured.factor_shared_distinct" if are_distinct else "measured.factor_shared",
                     scales=words.join([_named(words, context.title(key)) for key in scales]),
                     factor=words.text("measure.factor", number=factor + 1))


def distinct_pairs(documents: Sequence[Any]) -> frozenset[frozenset[str]]:
    """Return the pairs of scales that their heterotrait-monotrait ratio tells apart."""
    return frozenset(frozenset((str(pair["first"]), str(pair["second"]))) for document in documents
                     if isinstance(document, Mapping) and _is_list(document.get("pairs"))
                     for pair in document["pairs"] if isinstance(pair, Mapping) and pair.get("verdict") == "distinct")


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _named(words: Words, name: str) -> str:
    """Return a name as it stands in a sentence: a Chinese one in marks, as it may read like a part of it."""
    return f"“{name}”" if words.language == "zh" else name
