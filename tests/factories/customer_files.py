"""Files beside a simulated customer file: completeness of records, and connections."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from instruments.customer_records import FieldClass


def simulated_records(classes: Sequence[FieldClass], n: int, seed: int = 3) -> pd.DataFrame:
    """Return a completeness file on the first n simulated customers, in three units."""
    rng = np.random.default_rng(seed)
    fields = [field.key for one in classes for field in one.fields]
    columns: dict[str, object] = {"customer_id": [f"K{place:06d}" for place in range(n)],
                                  "unit": rng.choice(["north", "south", "west"], n)}
    for key in fields:
        columns[f"has_{key}"] = (rng.random(n) < 0.7).astype(int)
        columns[f"age_days_{key}"] = np.where(columns[f"has_{key}"] == 1, rng.integers(1, 700, n), np.nan)
    return pd.DataFrame(columns)


def simulated_relations(n: int, n_customers: int, seed: int = 4) -> pd.DataFrame:
    """Return n pairs of simulated customers; a sixth of them without a legal basis."""
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, n_customers, (n, 2))
    return pd.DataFrame({
        "customer_a": [f"K{place:06d}" for place in ends[:, 0]],
        "customer_b": [f"K{place:06d}" for place in ends[:, 1]],
        "type": rng.choice(["family", "controller", "group", "guarantee", "supply_chain"], n),
        "legal_basis": rng.choice(["consent", "contract", "law", "public", "consent", ""], n)})
