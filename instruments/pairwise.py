"""Weights from pairwise comparison (analytic hierarchy process), with the check of consistency.

Saaty, T. L. (1980). The analytic hierarchy process. McGraw-Hill.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

RATIO_MAXIMUM = 0.10        # Saaty 1980: judgements less consistent than this are refused
RANDOM_INDEX = (0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)   # Saaty 1980, order 0..10
LARGEST_RATIO = 9.0         # Saaty's scale: 1 equal … 9 extremely more
SIGN = "/"                  # `breadth/loyalty: 3` says that breadth matters three times as much
_STEPS = 10_000
_CLOSE = 1e-14


@dataclass(frozen=True)
class Elicited:
    """Weights that sum to 1, the consistency ratio, and the pair that is furthest from what the others say."""

    weights: tuple[float, ...]
    ratio: float
    worst: tuple[int, int] | None = None


class Incomparable(ValueError):
    """The judgements make no matrix; the words say why."""


def elicited_weights(matrix: Sequence[Sequence[float]]) -> Elicited:
    """Return the principal eigenvector of a positive reciprocal matrix, by powers of it."""
    k = len(matrix)
    weights = [1.0 / k] * k
    largest = float(k)
    for _ in range(_STEPS):
        product = [sum(row[j] * weights[j] for j in range(k)) for row in matrix]
        largest = sum(product)
        following = [value / largest for value in product]
        moved = max(abs(a - b) for a, b in zip(following, weights, strict=True))
        weights = following
        if moved < _CLOSE:
            break
    random_index = RANDOM_INDEX[k]
    ratio = max((largest - k) / (k - 1) / random_index, 0.0) if random_index else 0.0
    return Elicited(tuple(weights), ratio, _worst(matrix, weights) if random_index else None)


def _worst(matrix: Sequence[Sequence[float]], weights: Sequence[float]) -> tuple[int, int]:
    """Return the pair whose judgement is the most times off the ratio of the two weights."""
    def strain(pair: tuple[int, int]) -> float:
        i, j = pair
        off = matrix[i][j] * weights[j] / weights[i]
        return max(off, 1 / off)

    return max(combinations(range(len(weights)), 2), key=strain)


def comparison_matrix(keys: Sequence[str], comparisons: Mapping[str, float]) -> list[list[float]]:
    """Return the reciprocal matrix of judgements `first/second: ratio`; every pair must be judged once."""
    places = {key: place for place, key in enumerate(keys)}
    matrix = [[1.0 if i == j else 0.0 for j in range(len(keys))] for i in range(len(keys))]
    for name, ratio in comparisons.items():
        first, _, second = (part.strip() for part in name.partition(SIGN))
        if first not in places or second not in places or first == second:
            raise Incomparable(f"'{name}' does not compare two parts of the value index.")
        if not 1 / LARGEST_RATIO <= ratio <= LARGEST_RATIO:
            raise Incomparable(f"'{name}' is {ratio:g}, outside 1/{LARGEST_RATIO:g} to {LARGEST_RATIO:g}.")
        i, j = places[first], places[second]
        if matrix[i][j]:
            raise Incomparable(f"'{first}' and '{second}' are compared twice.")
        matrix[i][j], matrix[j][i] = ratio, 1 / ratio
    for i, j in combinations(range(len(keys)), 2):
        if not matrix[i][j]:
            raise Incomparable(f"'{keys[i]}' and '{keys[j]}' are not compared.")
    return matrix
