"""The analyses of `surveyapp measure`: results by id, and clear refusals."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.errors import AnalysisError, NoVariation, SpecError, TableError, TooFewData
from analysis.quant.spec.data import read_data
from analysis.quant.spec.run import run_spec
from analysis.results.factor_number import FactorNumber
from analysis.results.measurement import (
    Factorability,
    FactorScoring,
    FactorSolution,
    LoadingIntervals,
    Omega,
    ParallelAnalysis,
    Reliability,
    Retention,
)
from analysis.results.scales import Intraclass, ItemDistributions, LowerBounds, ResampledAlpha, SplitHalf
from instruments.codec import from_document
from tests.reference.psychometrics.cases import HERE, load_case

AGREEABLE = ["A1", "A2", "A3", "A4", "A5"]


@pytest.fixture(scope="module")
def bfi() -> pd.DataFrame:
    return read_data(HERE / "data" / "bfi.csv")


@pytest.fixture(scope="module")
def thurstone() -> pd.DataFrame:
    return read_data(HERE / "data" / "thurstone_cor.csv")


def one(frame: pd.DataFrame, **options: Any) -> dict[str, Any]:
    return run_spec(frame, [{"id": "it", **options}])["it"]


def read(cls: type, document: dict[str, Any]) -> Any:
    return from_document(cls, {key: value for key, value in document.items() if key != "do"})


def test_reliability_of_a_file_equals_psych(bfi: pd.DataFrame) -> None:
    truth = load_case("rel_bfi_A").result["pairwise"]

    found = one(bfi, do="reliability", items=AGREEABLE, reverse=["A1"])

    assert found["do"] == "reliability"
    assert found["alpha"]["value"] == pytest.approx(truth["alpha_raw"], abs=1e-9)
    assert found["alpha"]["ci_low"] == pytest.approx(truth["ci_feldt"]["lower"], abs=1e-9)
    assert [item["is_reverse"] for item in found["items"]] == [True, False, False, False, False]
    assert found["items"][0]["frequencies"] == {"1": 82, "2": 223, "3": 337, "4": 402, "5": 818, "6": 922}
    assert isinstance(read(Reliability, found), Reliability)


def test_reliability_takes_complete_cases_and_a_general_factor(bfi: pd.DataFrame) -> None:
    found = one(bfi, do="reliability", items=AGREEABLE, reverse=["A1"], missing="listwise", n_factors=2)

    assert found["n"] == 2709
    assert found["omega_hierarchical"] == pytest.approx(0.645, abs=0.005)


def test_a_stated_range_recodes_where_an_end_was_never_chosen() -> None:
    table = pd.DataFrame({"q1": [1.0, 2, 3, 4, 2, 3], "q2": [4.0, 3, 2, 1, 2, 3]})

    found = one(table, do="items", reverse=["q2"], range=[1, 5])

    assert found["items"][1]["mean"] == pytest.approx(6 - 2.5)


def test_every_analysis_gives_its_result_class(bfi: pd.DataFrame) -> None:
    scales = {"A": AGREEABLE, "C": ["C1", "C2", "C3", "C4", "C5"]}
    items = {"items": scales["A"] + scales["C"]}
    spec = [
        {"id": "alpha", "do": "reliability", **items}, {"id": "items", "do": "items", **items},
        {"id": "omega", "do": "omega", "n_factors": 2, **items}, {"id": "kmo", "do": "kmo", **items},
        {"id": "bartlett", "do": "bartlett", "correlation": "spearman", **items},
        {"id": "horn", "do": "parallel", "n_draws": 50, "seed": 3, **items},
        {"id": "map", "do": "map", "max_factors": 3, **items}, {"id": "vss", "do": "vss", **items},
        {"id": "efa", "do": "efa", "n_factors": 2, "method": "ml", "rotation": "varimax", **items},
        {"id": "apart", "do": "htmt", "scales": scales},
    ]

    found = run_spec(bfi, spec)

    assert json.loads(json.dumps(found, allow_nan=False)) == found
    classes = {"alpha": Reliability, "items": Reliability, "omega": Omega, "kmo": Factorability,
               "bartlett": Factorability, "horn": ParallelAnalysis, "map": Retention, "vss": Retention,
               "efa": FactorSolution}
    for key, cls in classes.items():
        assert isinstance(read(cls, found[key]), cls)
    assert found["horn"]["retain_components_p95"] == 2
    assert len(found["map"]["map_values"]) == 3
    assert (found["efa"]["method"], found["efa"]["rotation"]) == ("ml", "varimax")
    assert found["apart"]["pairs"][0]["verdict"] == "distinct"
    assert found["apart"]["pairs"][0]["htmt2"] < found["apart"]["pairs"][0]["htmt"]


def test_every_analysis_of_scales_and_factors_gives_its_result_class(bfi: pd.DataFrame) -> None:
    items = {"items": ["A2", "A3", "A4", "A5", "N1", "N2", "N3", "N4"]}
    factors = {"n_factors": 2, "rotation": "geomin"}
    spec = [
        {"id": "spread", "do": "distributions", "range": [1, 6], **items}, {"id": "bounds", "do": "lambdas", **items},
        {"id": "halves", "do": "split_half", "missing": "listwise", **items},
        {"id": "drawn", "do": "alpha_bootstrap", "n_resamples": 100, **items},
        {"id": "number", "do": "factor_number", "n_draws": 40, "max_factors": 3, **items},
        {"id": "loadings", "do": "efa_bootstrap", "n_resamples": 100, **factors, **items},
        {"id": "scores", "do": "factor_scores", "scoring": "tenberge", **factors, **items},
        {"id": "raters", "do": "icc", "confidence": 0.9, **items},
    ]

    found = run_spec(bfi, spec)

    assert json.loads(json.dumps(found, allow_nan=False)) == found
    classes = {"spread": ItemDistributions, "bounds": LowerBounds, "halves": SplitHalf, "drawn": ResampledAlpha,
               "number": FactorNumber, "loadings": LoadingIntervals, "scores": FactorScoring, "raters": Intraclass}
    for key, cls in classes.items():
        assert isinstance(read(cls, found[key]), cls)
    assert (found["spread"]["low"], found["spread"]["high"]) == (1.0, 6.0)
    assert found["halves"]["n_splits"] == 35
    assert found["number"]["low"] == found["number"]["high"] == 2
    assert found["loadings"]["solution"]["rotation"] == "geomin"
    assert found["scores"]["method"] == "tenberge"


@pytest.mark.parametrize("do", ["distributions", "alpha_bootstrap", "efa_bootstrap", "icc"])
def test_what_needs_single_answers_is_refused_for_a_matrix(thurstone: pd.DataFrame, do: str) -> None:
    factors = {"n_factors": 1} if do == "efa_bootstrap" else {}

    with pytest.raises(SpecError):
        one(thurstone, do=do, **factors)


def test_bounds_votes_and_scores_are_found_from_a_matrix(thurstone: pd.DataFrame) -> None:
    bounds, number = (one(thurstone, do=do, n=213) for do in ("lambdas", "factor_number"))
    scores = one(thurstone, do="factor_scores", n_factors=3, n=213)

    assert bounds["lambda6"] == pytest.approx(load_case("rel_thurstone_guttman").result["lambda6"], abs=1e-8)
    assert (number["low"], number["high"], number["advice"]) == (1, 3, "compare_range")
    assert len(scores["determinacy"]) == 3


def test_five_factors_of_a_file_equal_the_reference(bfi: pd.DataFrame) -> None:
    truth = load_case("efa_bfi_minres_oblimin")

    found = one(bfi, do="efa", items=truth.document["variables"], n_factors=5)

    assert found["chi2"] == pytest.approx(truth.result["tight"]["fit"]["chisq"], rel=1e-6)
    np.testing.assert_allclose(found["loadings"], truth.result["tight"]["loadings"]["values"], rtol=0, atol=1e-5)


def test_a_correlation_matrix_with_n_is_factored(thurstone: pd.DataFrame) -> None:
    truth = load_case("efa_thurstone_ml_varimax").result["tight"]

    found = one(thurstone, do="efa", n=213, n_factors=3, method="ml", rotation="varimax")

    assert found["n"] == 213
    assert found["chi2"] == pytest.approx(truth["fit"]["chisq"], rel=1e-6)


def test_alpha_of_a_matrix_has_no_item_means(thurstone: pd.DataFrame) -> None:
    found = one(thurstone, do="reliability", n=213)

    assert found["alpha"]["value"] == pytest.approx(0.891457535637, abs=1e-9)
    assert found["items"][0]["mean"] is None
    assert found["items"][0]["frequencies"] == {}
    assert found["mean"] is None


def test_some_items_of_a_matrix_are_taken_and_reversed(thurstone: pd.DataFrame) -> None:
    items = ["Sentences", "Vocabulary", "Suffixes"]
    plain = one(thurstone, do="reliability", n=213, items=items)

    found = one(thurstone, do="reliability", n=213, items=items, reverse=["Suffixes"])

    assert found["items"][2]["item_rest_r"] == pytest.approx(-plain["items"][2]["item_rest_r"], abs=1e-12)


def test_a_covariance_matrix_keeps_its_scale() -> None:
    table = pd.DataFrame({"": ["a", "b", "c"], "a": [4.0, 1.0, 1.0], "b": [1.0, 1.0, 0.5], "c": [1.0, 0.5, 1.0]})

    found = one(table, do="reliability", n=100)

    assert found["alpha"]["value"] == pytest.approx(3 / 2 * (1 - 6 / 11), abs=1e-12)
    assert found["items"][0]["sd"] == 2.0


def test_our_own_missing_codes_are_not_answers() -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.integers(1, 6, (40, 3)).astype(float), columns=["a", "b", "c"])
    coded = table.copy()
    coded.loc[:4, "a"] = -92
    gaps = table.copy()
    gaps.loc[:4, "a"] = np.nan

    found = one(coded, do="reliability")

    assert found == one(gaps, do="reliability")


def test_a_column_with_other_negative_values_keeps_them_all() -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.normal(0, 50, (40, 3)).round(), columns=["a", "b", "c"])
    table.loc[0, "a"] = -92.0

    found = one(table, do="items")

    assert found["items"][0]["n"] == 40


def test_missing_codes_of_others_are_named() -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.integers(1, 6, (40, 3)).astype(float), columns=["a", "b", "c"])
    table.loc[:4, "a"] = 99

    found = one(table, do="items", missing_codes=[99])

    assert found["items"][0]["n"] == 35


def ratings(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(6)
    return pd.DataFrame(rng.integers(1, 6, (n, 4)).astype(float), columns=["q1", "q2", "q3", "q4"])


BAD_SPECS = [
    ({"do": "alpha"}, "not an analysis", "reliability"),
    ({}, "not an analysis", "reliability"),
    ({"do": "rasch"}, "is not an analysis", "efa"),
    ({"do": "efa"}, "needs the option 'n_factors'", "whole number"),
    ({"do": "efa", "n_factors": 0}, "n_factors: 0", "Mend"),
    ({"do": "efa", "n_factors": True}, "n_factors: True", "Mend"),
    ({"do": "efa", "n_factors": 1, "rotate": "varimax"}, "option 'rotate' is not known", "rotation"),
    ({"do": "efa", "n_factors": 1, "rotation": "equamax"}, "one of none, varimax", "Mend"),
    ({"do": "kmo", "missing": "fiml"}, "one of pairwise, listwise", "Mend"),
    ({"do": "kmo", "correlation": "kendall"}, "one of pearson, spearman, polychoric", "Mend"),
    ({"do": "kmo", "items": "q1"}, "list of column names", "Mend"),
    ({"do": "kmo", "items": ["q1", "q1"]}, "each once", "Mend"),
    ({"do": "reliability", "items": ["q1", "q2"], "reverse": ["q3"]}, "'q3' is not among the items", "Add it"),
    ({"do": "reliability", "range": [5, 1]}, "range", "Mend"),
    ({"do": "reliability", "confidence": 95}, "from 0.5 to below 1", "Mend"),
    ({"do": "parallel", "n_draws": 3}, "n_draws: 3", "Mend"),
    ({"do": "parallel", "seed": -1}, "seed: -1", "Mend"),
    ({"do": "htmt", "scales": {"A": ["q1", "q2"]}}, "at least two scales", "Mend"),
]


@pytest.mark.parametrize(("entry", "reason", "remedy"), BAD_SPECS)
def test_a_request_that_is_not_known_is_refused(entry: dict[str, Any], reason: str, remedy: str) -> None:
    with pytest.raises(SpecError) as refused:
        one(ratings(60), **entry)

    assert refused.value.place == "analysis 'it'"
    assert reason in refused.value.reason
    assert remedy in refused.value.remedy


@pytest.mark.parametrize(("spec", "reason"), [
    ([], "names no analysis"),
    ([{"do": "kmo"}], "has no id"),
    ([{"id": 3, "do": "kmo"}], "id: 3 is not a name"),
    (["kmo"], "not a set of options"),
    ([{"id": "a", "do": "kmo"}, {"id": "a", "do": "map"}], "occurs twice"),
])
def test_a_list_that_cannot_be_answered_by_id_is_refused(spec: list[Any], reason: str) -> None:
    with pytest.raises(SpecError, match=reason):
        run_spec(ratings(60), spec)


DATA_EDGES = [
    ("unknown column", ratings(60), {"items": ["q1", "q9"]}, TableError, "'q9' is not in the data"),
    ("constant item", ratings(60).assign(q2=3.0), {}, NoVariation, "q2"),
    ("no rows", ratings(0), {}, TooFewData, "0 row"),
    ("three rows", ratings(3), {}, TooFewData, "3 row"),
    ("one item", ratings(60), {"items": ["q1"]}, TooFewData, "1 item"),
    ("an empty column", ratings(60).assign(q3=np.nan), {}, TooFewData, "q3"),
    ("words", ratings(60).assign(q4=["4"] * 59 + ["often"]), {}, TableError, "row 60: 'often' is not a number"),
    ("dates", ratings(60).assign(q4=pd.Timestamp("2026-01-01")), {}, TableError, "'2026-01-01' is not a number"),
    ("outside the range", ratings(60), {"range": [1, 4]}, TableError, "lies outside the range 1 to 4"),
]


@pytest.mark.parametrize(("frame", "options", "error", "words"), [edge[1:] for edge in DATA_EDGES],
                         ids=[edge[0] for edge in DATA_EDGES])
@pytest.mark.parametrize("do", ["reliability", "kmo", "parallel"])
def test_data_that_do_not_fit_are_refused_by_name(do, frame, options, error, words) -> None:
    with pytest.raises(error, match=words) as refused:
        one(frame, do=do, **options)

    assert refused.value.place.startswith("analysis 'it'")
    assert refused.value.remedy


@pytest.mark.parametrize(("change", "options", "words"), [
    (lambda table: table, {}, "number of respondents is not in it"),
    (lambda table: table, {"n": 3}, "3 row"),
    (lambda table: table.assign(b=[0.5, 1.0, 0.9]), {"n": 100}, "not symmetric"),
    (lambda table: table.assign(a=[1.0, np.nan, 0.3]), {"n": 100}, "gaps"),
    (lambda table: table.assign(a=[0.0, 0.5, 0.3]), {"n": 100}, "variance that is not positive"),
    (lambda table: table.assign(a=[1.0, 1.5, 0.3], b=[1.5, 1.0, 0.2]), {"n": 100}, "beyond 1"),
    (lambda table: table, {"n": 100, "correlation": "spearman"}, "rank correlations"),
])
def test_a_matrix_that_does_not_fit_is_refused(change, options, words) -> None:
    table = change(pd.DataFrame({"": ["a", "b", "c"], "a": [1.0, 0.5, 0.3], "b": [0.5, 1.0, 0.2],
                                 "c": [0.3, 0.2, 1.0]}))

    with pytest.raises(AnalysisError, match=words):
        one(table, do="kmo", **options)


def test_nothing_is_printed(bfi: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    one(bfi, do="reliability", items=AGREEABLE)

    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("n_factors", [5, 9])
def test_as_many_factors_as_items_are_refused(n_factors: int):
    items = pd.DataFrame(np.random.default_rng(1).integers(1, 6, (60, 5)), columns=list("abcde"))

    with pytest.raises(TooFewData, match=f"cannot carry {n_factors} factors"):
        run_spec(items, [{"id": "e", "do": "efa", "n_factors": n_factors}])
