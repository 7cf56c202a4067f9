"""Which interviews two people code, and who codes what: drawn by a seed, so that anybody can repeat the draw.

The draw `sha256-strata-1`: the texts of each stratum stand in the order of the SHA-256 of "seed:key". Each stratum
gives its share of the number wanted, rounded down; the rest comes from the strata with the largest remainders, of
equals from the one whose first text stands first in that order. Texts are then given out, those for two people first
and longer ones before shorter ones, each to whoever has the least to read so far.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import ceil, floor

ALGORITHM = "sha256-strata-1"
PAIR = 2


@dataclass(frozen=True)
class Candidate:
    """A text that can be drawn: its stratum (role and language) and its length in code points."""

    key: str
    stratum: str
    size: int


def draw_doubles(candidates: Sequence[Candidate], share: float, seed: int) -> tuple[str, ...]:
    """Return the keys of the texts that two people code: that share of them, rounded up, at least one."""
    if not candidates:
        return ()
    wanted = min(len(candidates), max(1, ceil(round(share * len(candidates), 9))))
    strata: dict[str, list[str]] = defaultdict(list)
    for row in sorted(candidates, key=lambda row: _rank(seed, row.key)):
        strata[row.stratum].append(row.key)
    part = {name: wanted * len(keys) / len(candidates) for name, keys in strata.items()}
    taken = {name: floor(round(value, 9)) for name, value in part.items()}
    by_rest = sorted(strata, key=lambda name: (-round(part[name] - taken[name], 9), _rank(seed, strata[name][0])))
    for name in by_rest[:wanted - sum(taken.values())]:
        taken[name] += 1
    return tuple(sorted(key for name, keys in strata.items() for key in keys[:taken[name]]))


def assign_coders(candidates: Sequence[Candidate], doubles: Sequence[str], coders: Sequence[int],
                  seed: int) -> Mapping[str, tuple[int, ...]]:
    """Return text → its coders: two for a double, one for each other, all with about the same amount to read."""
    order = sorted(coders, key=lambda coder: _rank(seed, f"coder {coder}"))
    load = dict.fromkeys(order, 0)
    given: dict[str, tuple[int, ...]] = {}
    for row in sorted(candidates, key=lambda row: (row.key not in doubles, -row.size, _rank(seed, row.key))):
        chosen = sorted(order, key=lambda coder: (load[coder], order.index(coder)))[:PAIR if row.key in doubles else 1]
        for coder in chosen:
            load[coder] += row.size
        given[row.key] = tuple(sorted(chosen))
    return given


def _rank(seed: int, words: str) -> str:
    return sha256(f"{seed}:{words}".encode()).hexdigest()
