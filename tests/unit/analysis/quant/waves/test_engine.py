"""Whether a scale measures the same in two waves, on scales of which that is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.quant.waves.engine import one_factor_in_two_waves
from analysis.quant.waves.invariance import invariance_evidence


def scale(rng: np.random.Generator, intercept: float = 0.0, loading: float = 0.0, n: int = 250,
          ) -> tuple[pd.DataFrame, pd.Series]:
    """Return five items answered on five points; the last differs in the second wave."""
    factor = rng.normal(size=2 * n) + np.repeat([0.0, 0.4], n)
    items = pd.DataFrame({f"Q{k}": 3 + 0.7 * factor + 0.7 * rng.normal(size=2 * n) for k in range(1, 6)})
    items.loc[n:, "Q5"] += intercept + loading * factor[n:]
    return np.clip(np.round(items), 1, 5), pd.Series([False] * n + [True] * n)


def test_a_change_of_everybody_is_no_lack_of_invariance() -> None:
    rng = np.random.default_rng(1)

    words = [invariance_evidence(*scale(rng), one_factor_in_two_waves).word for _ in range(12)]

    assert words.count("shown") >= 10


def test_the_item_that_differs_is_flagged() -> None:
    rng = np.random.default_rng(2)

    found = [invariance_evidence(*scale(rng, **change), one_factor_in_two_waves)
             for change in ({"intercept": 0.6}, {"loading": -0.5}) for _ in range(4)]

    assert [evidence.word for evidence in found] == ["partly"] * 8
    assert [evidence.reason for evidence in found] == ["intercepts"] * 4 + ["loadings"] * 4
    assert sum(evidence.flagged == ("Q5",) for evidence in found) >= 7
    assert [step.level for step in found[0].steps] == ["configural", "metric", "scalar", "partial"]


def test_items_without_a_common_factor_cannot_be_judged() -> None:
    rng = np.random.default_rng(3)
    items = pd.DataFrame(rng.normal(size=(400, 5)), columns=list("abcde"))

    found = invariance_evidence(items, pd.Series([False] * 200 + [True] * 200), one_factor_in_two_waves)

    assert found.word == "cannot_be_judged"
    assert found.reason in ("no_common_factor", "no_solution")


def test_an_item_that_never_varies_leaves_no_solution() -> None:
    items, waves = scale(np.random.default_rng(4))

    found = invariance_evidence(items.assign(Q1=3.0), waves, one_factor_in_two_waves)

    assert (found.word, found.reason) == ("cannot_be_judged", "no_solution")
