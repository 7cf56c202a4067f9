"""Which units two waves tell one by one, together, or not at all."""

from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.diagnosis.wave_change import OTHERS, _units


def side(*units):
    item = SimpleNamespace(key="D", choices=(SimpleNamespace(value="na", is_missing=True),))
    return SimpleNamespace(instrument=SimpleNamespace(items=(item,)),
                           valid=SimpleNamespace(values=pd.DataFrame({"D": list(units)}, dtype=object)))


@pytest.mark.parametrize(("hidden", "expected"), [
    (frozenset(), ["a", "b", "c", None, None, "a"]),
    (frozenset({"b"}), ["a", None, "c", None, None, "a"]),
    (frozenset({"b", "c"}), ["a", OTHERS, OTHERS, None, None, "a"]),
])
def test_one_hidden_unit_is_not_told_by_the_row_of_those_told_together(hidden, expected):
    found = _units("D", hidden, side("a", "b", "c", "na"), side(None, "a"))

    assert found.tolist() == expected
