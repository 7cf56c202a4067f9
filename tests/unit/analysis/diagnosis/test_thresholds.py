"""The table of thresholds and what a study may set."""

import pytest

from analysis.diagnosis.thresholds import THRESHOLDS, changed_thresholds, resolve_thresholds
from analysis.errors import AnalysisError


def test_every_threshold_has_bounds_a_source_and_a_meaning_in_both_languages() -> None:
    for row in THRESHOLDS.values():
        assert row.low <= row.default <= row.high, row.name
        assert row.source, row.name
        assert set(row.meaning) == {"en", "zh"}, row.name
        assert all(row.meaning.values()), row.name


def test_a_study_value_goes_over_the_template_which_goes_over_the_default() -> None:
    values = resolve_thresholds({"tau": 3.2, "delta": 0.15}, {"tau": 3.1})

    assert (values["tau"], values["delta"], values["fdr_q"]) == (3.1, 0.15, 0.05)
    assert changed_thresholds(values) == {"tau": 3.1, "delta": 0.15}


@pytest.mark.parametrize(("name", "value"), [("tau", 9.0), ("minimum_group", 2), ("tau", float("nan")), ("tau", True)])
def test_a_value_out_of_bounds_is_refused_with_the_bounds(name: str, value: float) -> None:
    with pytest.raises(AnalysisError, match=f"threshold {name}: .* outside"):
        resolve_thresholds({name: value})


def test_an_unknown_threshold_is_refused_by_name() -> None:
    with pytest.raises(AnalysisError, match="threshold tua: no threshold has this name"):
        resolve_thresholds({"tua": 3.0})
