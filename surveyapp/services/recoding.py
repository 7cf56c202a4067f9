"""Coarser columns: which values of a profile are merged so that every combination is shared by enough people.

Each column has a tree: its finest values are the leaves, neighbours (bands, ordered options) or the smallest groups
(departments) are merged pair by pair up to "everybody". From there downwards the node whose opening tells most about
its column is opened as long as every combination keeps `minimum` people (top-down specialisation: Fung, Wang and Yu
2005, IEEE ICDE). A column that is never opened tells nothing and is dropped from the combination. The result depends on
the people and the columns only, so that two files of the same answers are coarse in the same way.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, log2


@dataclass(frozen=True)
class Node:
    """A set of leaves of one column; `parts` are the two it was merged from."""

    leaves: tuple[int, ...]
    n: int
    parts: tuple[Node, Node] | None = None


@dataclass(frozen=True)
class Coarse:
    """A column after recoding: `groups[leaf]` is the number of the group that holds the leaf."""

    nodes: tuple[Node, ...]
    groups: dict[int, int] = field(default_factory=dict)

    @property
    def is_dropped(self) -> bool:
        return len(self.nodes) == 1 and len(self.nodes[0].leaves) > 1

    def leaves_of(self, leaf: int) -> tuple[int, ...]:
        """Return the leaves that a leaf is merged with, itself among them."""
        return self.nodes[self.groups[leaf]].leaves


def merge_tree(counts: Sequence[int], *, is_ordered: bool) -> Node:
    """Return the tree of a column from the people of each leaf; leaves nobody has are left out."""
    nodes = [Node((leaf,), n) for leaf, n in enumerate(counts) if n]
    if not nodes:
        return Node((), 0)
    while len(nodes) > 1:
        first, second = _ordered_pair(nodes) if is_ordered else _smallest_pair(nodes)
        low, high = nodes[first], nodes[second]
        merged = Node(tuple(sorted((*low.leaves, *high.leaves))), low.n + high.n, (low, high))
        nodes[first] = merged
        del nodes[second]
    return nodes[0]


def _ordered_pair(nodes: list[Node]) -> tuple[int, int]:
    place = min(range(len(nodes) - 1), key=lambda place: (nodes[place].n + nodes[place + 1].n, place))
    return place, place + 1


def _smallest_pair(nodes: list[Node]) -> tuple[int, int]:
    smallest = sorted(range(len(nodes)), key=lambda place: (nodes[place].n, place))[:2]
    return min(smallest), max(smallest)


def specialise(columns: Sequence[Sequence[int]], trees: Sequence[Node], minimum: int,
               fixed: Sequence[int] | None = None, spare: int = 0) -> list[Coarse]:
    """Return each column as fine as it may be so that every combination is shared by `minimum` people.

    `columns[c][row]` is a leaf; `fixed[row]` is a class that the file shows anyway; `spare` people may be left in
    smaller combinations, for whom single values are withheld afterwards.
    """
    classes = list(fixed) if fixed is not None else [0] * (len(columns[0]) if columns else 0)
    totals = [sum(node.n * log2(node.n) for node in _leaf_nodes(tree)) for tree in trees]
    fullest = [_bits(tree.n) - total for tree, total in zip(trees, totals, strict=True)]
    rows_of = {(place, tree.leaves): list(range(len(classes))) for place, tree in enumerate(trees)}
    queue: list[tuple[float, int, tuple[int, ...], Node]] = []
    closed: dict[int, list[Node]] = {place: [] for place in range(len(trees))}
    lonely: set[int] = set()
    for place, tree in enumerate(trees):
        _offer(queue, closed, place, tree, fullest[place])
    fresh = max(classes, default=0) + 1
    while queue:
        _, place, _, node = heapq.heappop(queue)
        first, second = node.parts  # type: ignore[misc]  # only nodes with parts are offered
        rows = rows_of.pop((place, node.leaves))
        in_first = set(first.leaves)
        halves = [row for row in rows if columns[place][row] in in_first], [
            row for row in rows if columns[place][row] not in in_first]
        left = _lonely(classes, halves, lonely, minimum)
        if len(lonely | left) > spare:
            closed[place].append(node)
            continue
        lonely |= left
        fresh = _divide(classes, halves[1], fresh)
        for part, part_rows in zip((first, second), halves, strict=True):
            rows_of[place, part.leaves] = part_rows
            _offer(queue, closed, place, part, fullest[place])
    return [_coarse(closed[place]) for place in range(len(trees))]


def _bits(n: float) -> float:
    return n * log2(n) if n else 0.0


def _leaf_nodes(tree: Node) -> list[Node]:
    if tree.parts is None:
        return [tree] if tree.n else []
    return [*_leaf_nodes(tree.parts[0]), *_leaf_nodes(tree.parts[1])]


def _offer(queue: list[tuple[float, int, tuple[int, ...], Node]], closed: dict[int, list[Node]], place: int,
           node: Node, fullest: float) -> None:
    """Put the node in the queue by how much of its column's information opening it gives; leaves stay closed."""
    if node.parts is None:
        closed[place].append(node)
        return
    gain = (_bits(node.n) - _bits(node.parts[0].n) - _bits(node.parts[1].n)) / fullest
    heapq.heappush(queue, (-gain, place, node.leaves, node))


def _lonely(classes: list[int], halves: tuple[list[int], list[int]], known: set[int], minimum: int) -> set[int]:
    """Return the people who would be in a combination of fewer than `minimum`, without those who are already."""
    left: set[int] = set()
    for half in halves:
        sizes = Counter(classes[row] for row in half if row not in known)
        small = {name for name, n in sizes.items() if n < minimum}
        if small:
            left.update(row for row in half if classes[row] in small and row not in known)
    return left


def _divide(classes: list[int], rows: list[int], fresh: int) -> int:
    """Give the rows classes of their own and return the next free number."""
    new: dict[int, int] = {}
    for row in rows:
        old = classes[row]
        if old not in new:
            new[old] = fresh
            fresh += 1
        classes[row] = new[old]
    return fresh


def _coarse(nodes: list[Node]) -> Coarse:
    ordered = tuple(sorted((node for node in nodes if node.leaves), key=lambda node: node.leaves))
    return Coarse(ordered, {leaf: number for number, node in enumerate(ordered) for leaf in node.leaves})


def information(columns: Sequence[Sequence[str | None]]) -> float:
    """Return how much columns tell, in bits (entropy times people); None = withheld, which tells nothing."""
    total = 0.0
    for column in columns:
        counts = Counter(value for value in column if value is not None)
        total += _bits(len(column)) - sum(_bits(n) for n in counts.values()) - _bits(column.count(None))
    return max(0.0, total)


# ---- numbers --------------------------------------------------------------------------------------------------------
MOST_BANDS = 8              # finest bands of a number; more than a reader can use are seldom anonymous either
NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


def band_edges(values: Sequence[float], minimum: int, *, is_whole: bool = False) -> tuple[float, ...]:
    """Return round edges between bands of about equal size; the outer bands are open, so no extreme shows."""
    ordered = sorted(values)
    n_bands = min(MOST_BANDS, len(ordered) // max(minimum, 1))
    edges: list[float] = []
    for band in range(1, n_bands):
        edge = _round_edge(ordered[band * len(ordered) // n_bands], ordered)
        edge = float(ceil(edge)) if is_whole else edge
        if ordered[0] < edge and (not edges or edge > edges[-1]):
            edges.append(edge)
    return tuple(edges)


def _round_edge(value: float, ordered: Sequence[float]) -> float:
    """Return a round number near the value; the step follows from the spread of the middle half."""
    spread = ordered[3 * len(ordered) // 4] - ordered[len(ordered) // 4] or abs(value) or 1.0
    rough = spread / 8
    power = 10.0 ** len(str(int(rough))) / 10 if rough >= 1 else 10.0 ** -len(str(int(1 / rough)))
    step = next(power * factor for factor in NICE if power * factor >= rough or factor == NICE[-1])
    return round(round(value / step) * step, 9)


def band_of(value: float, edges: Sequence[float]) -> int:
    """Return the number of the band: values from an edge on belong to the band above it."""
    return sum(value >= edge for edge in edges)


def band_label(first: int, last: int, edges: Sequence[float], *, is_whole: bool = False) -> str:
    """Return what bands `first` to `last` are called: `<5`, `5-19` (whole numbers) or `5-<20`, `>=20`."""
    if first == 0:
        return f"<{edges[last]:g}" if last < len(edges) else ""
    low = f"{edges[first - 1]:g}"
    if last >= len(edges):
        return f">={low}"
    high = edges[last]
    if not is_whole:
        return f"{low}-<{high:g}"
    return low if high - 1 == edges[first - 1] else f"{low}-{high - 1:g}"
