"""`do: compare`, `multilevel`, `weights` of `surveyapp measure`."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.errors import SpecError, TableError, TooFewData
from analysis.quant.groups.means import compare_means
from analysis.quant.spec.run import run_spec
from analysis.results.drivers import DriverAnalysis
from analysis.results.groups import GroupComparisons
from analysis.results.units import UnitViews
from analysis.results.waves import WaveComparison
from analysis.results.weights import WeightedMeans
from instruments.codec import from_document

RNG = np.random.default_rng(7)
UNIT = np.repeat(["north", "south", "west"], [30, 20, 25])
BASE = np.repeat([3.2, 2.6, 3.6], [30, 20, 25])
STAFF = pd.DataFrame({
    "unit": UNIT, "level": RNG.choice(["a", "b"], 75),
    **{f"Q{k}": np.clip(np.round(BASE + RNG.normal(0, 1, 75)), 1, 5) for k in (1, 2)},
    "Q3": np.clip(np.round(6 - BASE + RNG.normal(0, 1, 75)), 1, 5), "wants": RNG.choice(["yes", "no", "?"], 75)})
SCORES = {"scores": {"SAT": ["Q1", "Q2", "Q3"]}, "reverse": ["Q3"], "range": [1, 5]}


def read(cls: type, **options: Any) -> Any:
    document = json.loads(json.dumps(run_spec(STAFF, [{"id": "it", **options}])["it"]))
    del document["do"]
    return from_document(cls, document)


def test_scores_are_compared_between_groups_of_words() -> None:
    score = STAFF.assign(Q3=6 - STAFF["Q3"])[["Q1", "Q2", "Q3"]].mean(axis=1).rename("SAT")

    found = read(GroupComparisons, do="compare", group="unit", **SCORES)

    assert found.means == (compare_means(score, STAFF["unit"]),)
    assert found.q_values == {"SAT": found.means[0].welch.p_value}


def test_several_items_are_one_family_of_tests() -> None:
    found = read(GroupComparisons, do="compare", kind="ranks", group="unit", items=["Q1", "Q2"])

    p = sorted(one.p_value for one in found.ranks)
    assert sorted(found.q_values.values()) == pytest.approx([min(2 * p[0], p[1]), p[1]])


def test_only_the_groups_named_are_compared() -> None:
    found = read(GroupComparisons, do="compare", group="unit", groups=["west", "north"], items=["Q1"])

    assert [group.key for group in found.means[0].groups] == ["north", "west"]
    assert found.means[0].n == 55


def test_shares_take_words_as_answers() -> None:
    found = read(GroupComparisons, do="compare", kind="shares", group="unit", items=["wants"])

    assert found.shares[0].rows == ("north", "south", "west")
    assert found.shares[0].columns == ("?", "no", "yes")
    assert found.shares[0].n == 75


def test_units_are_looked_into() -> None:
    found = read(UnitViews, do="multilevel", unit="unit", null="slight_skew", **SCORES)

    assert found.views[0].expected_variance == pytest.approx(1.34)
    assert [unit.key for unit in found.views[0].units] == ["north", "south", "west"]
    assert found.views[0].icc1.value > 0


def test_answers_are_weighted_to_a_population() -> None:
    found = read(WeightedMeans, do="weights", targets={"unit": {"north": 100, "south": 300, "west": 100}},
                 population=500, **SCORES)

    assert [margin.share_weighted for margin in found.weighting.margins] == pytest.approx([0.2, 0.6, 0.2])
    assert found.means[0].mean.value < found.means[0].plain.value        # the south answers low and answers little
    assert found.means[0].population == 500


def test_drivers_are_the_other_scores() -> None:
    options = {"scores": {"A": ["Q1", "Q2"]}, "outcome": "Q3", "range": [1, 5], "n_resamples": 100, "seed": 4}

    found = read(DriverAnalysis, do="drivers", **options)
    named = read(DriverAnalysis, do="dominance", **{**options, "scores": {**options["scores"], "Q3": ["Q3"]}})

    assert named == found
    assert (found.outcome, [driver.key for driver in found.drivers], found.seed) == ("Q3", ["A"], (4,))
    assert found.drivers[0].beta.value < 0


def test_drivers_may_be_corrected_by_alpha() -> None:
    scores = {"A": ["Q1", "Q2"], "B": ["Q3", "Q1"]}

    found = read(DriverAnalysis, do="drivers", scores=scores, outcome="A", reliabilities="alpha", n_resamples=100)

    assert set(found.reliabilities) <= {"A", "B"}


WAVES = {"do": "waves", "wave": "when", "least_alpha": 0, **SCORES}
TWICE = pd.concat([STAFF.assign(when=2025, who=range(75)), STAFF.assign(when=2026, who=range(75)).assign(
    Q1=lambda table: np.clip(table["Q1"] + 1, 1, 5))], ignore_index=True)


def waves(**options: Any) -> WaveComparison:
    document = json.loads(json.dumps(run_spec(TWICE, [{"id": "it", **WAVES, **options}])["it"]))
    del document["do"]
    return from_document(WaveComparison, document)


def test_two_waves_of_a_file_are_compared() -> None:
    found = waves(unit="unit", reworded=["Q1"])

    scale = found.scales[0]
    assert (found.first, found.second, found.n_first, found.n_second) == ("2025", "2026", 75, 75)
    assert scale.flagged == ("Q1",)
    assert scale.difference_without_flagged.value == pytest.approx(0)
    assert (scale.verdict, scale.reasons) == ("withheld", ("sign_depends_on_flagged_items",))
    assert [share.unit for share in found.composition] == ["north", "south", "west"]
    assert found.worst_units[0].unit == "south"


def test_waves_may_be_put_in_order_and_linked_and_hashed() -> None:
    found = waves(order=[2026, 2025], person="who", hashes={"Q1": ["v1", "v1"], "Q2": ["v1", "v2"]}, worse="high")

    assert found.is_linked
    assert found.first == "2026"
    assert found.scales[0].difference.value < 0
    assert found.scales[0].linked.n_both == 75
    assert found.scales[0].flagged == ("Q2",)


@pytest.mark.parametrize(("options", "error", "words"), [
    ({"do": "waves", "items": ["Q1"]}, SpecError, "needs the option 'wave'"),
    ({"do": "waves", "items": ["Q1"], "wave": "unit"}, TableError, "holds 3 waves"),
    ({"do": "waves", "items": ["Q1"], "wave": "unit", "order": ["north", "east"]}, TooFewData, "wave 'east'"),
    ({"do": "waves", "items": ["Q1"], "wave": "unit", "order": ["north"]}, SpecError, "earlier first"),
    ({"do": "waves", "items": ["Q1"], "wave": "level", "reworded": ["Q2"]}, SpecError, "'Q2' is not among"),
    ({"do": "drivers", "outcome": "Q3"}, SpecError, "names no items"),
    ({"do": "drivers", "items": ["Q1"], "outcome": "Q1"}, SpecError, "no predictor"),
    ({"do": "drivers", "items": ["Q1"], "outcome": "Q9"}, TableError, "'Q9' is not in the data"),
    ({"do": "drivers", "items": ["Q1"], "outcome": "Q2", "reliabilities": {"Q1": 2}}, SpecError, "at most 1"),
    ({"do": "drivers", "items": ["Q1"], "outcome": "Q2", "delta": 1}, SpecError, "below 1"),
    ({"do": "dominance", "items": ["Q1"], "outcome": "Q2", "n_resamples": 5}, SpecError, "100 to 100000"),
    ({"do": "compare", "items": ["Q1"]}, SpecError, "needs the option 'group'"),
    ({"do": "compare", "group": "town", "items": ["Q1"]}, TableError, "column 'town' is not in the data"),
    ({"do": "compare", "group": "unit"}, SpecError, "names no items"),
    ({"do": "compare", "group": "unit", "groups": ["east", "west"], "items": ["Q1"]}, TableError, "group 'east'"),
    ({"do": "compare", "group": "unit", "kind": "shares"}, SpecError, "names no items"),
    ({"do": "compare", "group": "unit", "items": ["wants"]}, TableError, "'wants'"),
    ({"do": "compare", "group": "unit", "items": ["Q1"], "kind": "medians"}, SpecError, "one of means"),
    ({"do": "compare", "group": "unit", "items": ["Q1"], "scores": {"S": ["Q2"]}}, SpecError, "'Q2' is not among"),
    ({"do": "multilevel", "unit": "unit", "items": ["Q1"], "null": -1}, SpecError, "a variance above 0"),
    ({"do": "weights", "targets": {"unit": {"north": 1}}}, TableError, "no category 'south'"),
    ({"do": "weights", "targets": {"unit": ["north"]}}, SpecError, "the population: a column"),
])
def test_what_cannot_be_done_is_said_with_its_place(options: dict, error: type, words: str) -> None:
    with pytest.raises(error, match=f"analysis 'it'.*{words}"):
        run_spec(STAFF, [{"id": "it", **options}])
