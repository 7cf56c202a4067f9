"""Sharing ledgers between constructs hides exactly what one ledger a construct would hide."""

import numpy as np
import pytest

from analysis.diagnosis.ledgers import SharedLedgers
from analysis.privacy import PrintRegister

CHOICES = {"department": 4, "role": 5, "level": 3, "tenure": 4}


def _tables(n: int, rng: np.random.Generator) -> dict[str, dict[str, frozenset[str]]]:
    tables = {}
    for item, k in CHOICES.items():
        given = rng.choice(k + 1, n, p=rng.dirichlet(np.full(k + 1, 1.5)))     # the last stands for "not stated"
        tables[item] = {f"{item}{choice}": frozenset(f"p{person}" for person in np.flatnonzero(given == choice))
                        for choice in range(k)}
    return tables


@pytest.mark.parametrize("seed", range(12))
def test_the_same_cells_are_hidden_with_and_without_sharing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(8, 60))
    tables = _tables(n, rng)
    shared, alone = SharedLedgers(5), PrintRegister(5)
    known = {figure: frozenset(f"p{person}" for person in range(n) if rng.random() < share)
             for figure, share in (("A", 1.1), ("B", 1.1), ("C", 0.9), ("D", 0.6))}

    for item, cells in tables.items():
        for figure, people in known.items():
            answered = {key: members & people for key, members in cells.items()}
            assert shared.print_table(figure, answered, total=people) == alone.print_table(
                figure, answered, total=people), (item, figure)
