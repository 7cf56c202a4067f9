"""`do: kappa` and `do: krippendorff` of `surveyapp measure`, on the cases of the reference as files of ratings."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.errors import NoVariation, SpecError, TableError, TooFewData
from analysis.qual.alpha import krippendorff_alpha
from analysis.quant.rater_alpha import UnitDisagreements
from analysis.quant.spec.run import run_spec
from analysis.results.raters import AlphaAgreement, KappaAgreement
from instruments.codec import from_document
from tests.reference.psychometrics.cases import HERE, load_case

WORDS = pd.DataFrame({"ann": ["a", "b", "a", "b", "a", "a"], "bo": ["a", "b", "b", "b", "a", None]})


def read(frame: pd.DataFrame, cls: type, **options: Any) -> Any:
    document = json.loads(json.dumps(run_spec(frame, [{"id": "it", **options}])["it"]))
    del document["do"]
    return from_document(cls, document)


def unfolded(table: list[list[int]]) -> pd.DataFrame:
    """Return a table of two raters as one row a unit."""
    units = [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return pd.DataFrame(units, columns=["first", "second"])


@pytest.mark.parametrize("case_id", ["kappa_sexualfun", "kappa_cohen1968"])
@pytest.mark.parametrize(("weighting", "name"), [
    ("none", "vcd_unweighted"), ("linear", "vcd_weighted_linear"), ("quadratic", "vcd_weighted_quadratic")])
def test_kappa_of_two_raters_equals_vcd(case_id: str, weighting: str, name: str) -> None:
    case = load_case(case_id)
    truth = case.result[name]

    found = read(unfolded(case.result["table"]["values"]), KappaAgreement, do="kappa", weighting=weighting)

    assert found.kappa.value == pytest.approx(truth["value"], abs=case.tolerance["abs"])
    half = (found.kappa.ci_high - found.kappa.ci_low) / 2
    assert half / 1.959963984540054 == pytest.approx(truth["ase"], abs=case.tolerance["abs_se"])
    assert [list(row) for row in found.counts] == case.result["table"]["values"]


def test_kappa_of_many_raters_equals_fleiss() -> None:
    case = load_case("kappa_fleiss1971")
    counts = pd.read_csv(HERE / "data" / "fleiss1971.csv")
    ratings = pd.DataFrame([[name for name, n in row.items() for _ in range(n)] for _, row in counts.iterrows()],
                           columns=[f"rater{i}" for i in range(6)])

    found = read(ratings, KappaAgreement, do="kappa", seed=1)

    assert found.kind == "fleiss"
    assert found.kappa.value == pytest.approx(case.result["kappa"], abs=case.tolerance["abs"])
    assert found.share_agreed == pytest.approx(case.result["P_bar"], abs=case.tolerance["abs"])
    assert found.kappa.ci_low < found.kappa.value < found.kappa.ci_high
    assert set(found.by_category) == set(counts.columns)


@pytest.mark.parametrize(("case_id", "name", "level"), [
    ("kripp_2011_A", "krippendorff2011_A", "nominal"), ("kripp_2011_C", "krippendorff2011_C", "nominal"),
    ("kripp_2011_C", "krippendorff2011_C", "ordinal"), ("kripp_2011_C", "krippendorff2011_C", "interval"),
    ("kripp_2011_C", "krippendorff2011_C", "ratio")])
def test_alpha_equals_krippendorff(case_id: str, name: str, level: str) -> None:
    case = load_case(case_id)
    truth = case.result[level]
    units = pd.read_csv(HERE / "data" / f"{name}.csv", index_col=0).T.reset_index(drop=True)

    found = read(units, AlphaAgreement, do="krippendorff", level=level, n_resamples=300)

    assert found.alpha.value == pytest.approx(truth["alpha"], abs=case.tolerance["abs"])
    assert found.n_pairable == truth["n_pairable"]
    assert np.array(found.coincidences) == pytest.approx(np.array(truth["coincidence"]), abs=1e-9)
    assert list(found.categories) == [f"{value:g}" for value in truth["values"]]
    assert found.alpha.ci_low <= found.alpha.value <= found.alpha.ci_high


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_alpha_is_that_of_coder_agreement(level: str) -> None:
    rng = np.random.default_rng(5)
    base = rng.integers(0, 7, (40, 1))
    ratings = np.where(rng.random((40, 4)) < 0.2, np.nan, base + rng.integers(0, 3, (40, 4)))
    ratings[0] = [3, np.nan, np.nan, np.nan]

    found = read(pd.DataFrame(ratings, columns=list("abcd")), AlphaAgreement, do="krippendorff", level=level,
                 n_resamples=100)

    assert found.alpha.value == pytest.approx(krippendorff_alpha(ratings.tolist(), level), abs=1e-12)


def test_resampled_alphas_are_those_of_resampled_units() -> None:
    rng = np.random.default_rng(6)
    counts = rng.multinomial(3, [0.2, 0.5, 0.3], size=15).astype(float)
    weights = rng.multinomial(15, np.full(15, 1 / 15), size=8).astype(float)
    values = np.array([1.0, 2.0, 5.0])

    for level in ("nominal", "ordinal", "interval", "ratio"):
        found = UnitDisagreements(counts, level, values).alphas(weights)
        for alpha, drawn in zip(found, weights.astype(int), strict=True):
            units = [np.repeat(values, row.astype(int)).tolist() for row in np.repeat(counts, drawn, axis=0)]
            assert alpha == pytest.approx(krippendorff_alpha(units, level), abs=1e-12)


def test_ratings_with_hundreds_of_values_have_an_alpha() -> None:
    rng = np.random.default_rng(7)
    true = rng.normal(50, 10, (300, 1))
    ratings = pd.DataFrame(true + rng.normal(0, 5, (300, 3)), columns=list("abc"))

    found = read(ratings, AlphaAgreement, do="krippendorff", level="interval")

    assert found.alpha.value == pytest.approx(0.8, abs=0.05)            # 100 / (100 + 25)
    assert found.alpha.ci_low < 0.8 < found.alpha.ci_high
    assert found.coincidences == ()


def test_units_that_a_rater_left_out_are_told() -> None:
    found = read(WORDS, KappaAgreement, do="kappa")

    assert (found.n, found.warnings, found.categories) == (5, ("left_out",), ("a", "b"))
    assert found.share_agreed == pytest.approx(0.8)


def test_the_order_of_categories_decides_weighted_agreement() -> None:
    ratings = pd.DataFrame({"x": ["low", "high", "mid", "low", "mid"], "y": ["mid", "high", "mid", "low", "high"]})

    found = read(ratings, KappaAgreement, do="kappa", weighting="quadratic", categories=["low", "mid", "high"])
    other = read(ratings, KappaAgreement, do="kappa", weighting="quadratic")

    assert found.categories == ("low", "mid", "high")
    assert found.kappa.value > other.kappa.value


@pytest.mark.parametrize(("frame", "options", "error", "words"), [
    (WORDS, {"do": "kappa", "items": ["ann"]}, SpecError, "one rater"),
    (WORDS.assign(cy="a"), {"do": "kappa", "weighting": "linear"}, SpecError, "two raters"),
    (WORDS, {"do": "kappa", "categories": ["a", "c"]}, TableError, "'b' is not among"),
    (WORDS, {"do": "krippendorff", "level": "interval"}, TableError, "needs numbers"),
    (WORDS.assign(bo=None), {"do": "kappa"}, TooFewData, "rated by everybody"),
    (WORDS.assign(bo=None), {"do": "krippendorff"}, TooFewData, "two ratings"),
    (WORDS.assign(ann="a", bo="a"), {"do": "kappa"}, NoVariation, "same value"),
    (WORDS.assign(ann="a", bo="a"), {"do": "krippendorff"}, NoVariation, "every rating is the same"),
    (WORDS, {"do": "krippendorff", "level": "rank"}, SpecError, "one of nominal"),
])
def test_what_cannot_agree_is_said(frame: pd.DataFrame, options: dict, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        run_spec(frame, [{"id": "it", **options}])
