"""Every index of careless answering equals the R package careless 1.2.2 (README.md)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.quant.careless.indices import careless_indices, distances, longest_run, mean_run
from tests.reference.careless.rda import read_rda

HERE = Path(__file__).parent
TOLERANCE = 1e-9
OWN = pd.read_csv(HERE / "data" / "own_answers.csv")
TURNED = [key for key in OWN if key.endswith("4")]


def expected(name):
    return pd.read_csv(HERE / f"expected_{name}.csv", na_values=["NA", "NaN"])


def assert_equal(found, values):
    assert np.array_equal(np.isnan(found), np.isnan(values))
    assert np.nanmax(np.abs(found - values), initial=0.0) < TOLERANCE


def assert_all_equal(answers, scale_length, name):
    values = answers.to_numpy()
    scales = [values[:, place:place + scale_length] for place in range(0, values.shape[1], scale_length)]
    found, package = careless_indices(values, values, scales), expected(name)

    for index, column in found.items():
        assert_equal(column, package["d_sq" if index == "mahad" else index].to_numpy(dtype=float))
    distance, limit = distances(values)
    assert ((distance > limit) == package["flagged"].to_numpy()).all()


def test_the_sample_answers_as_given_have_every_index_of_the_package():
    package = expected("own_raw")

    assert_all_equal(OWN, 4, "own_raw")
    assert package.drop(columns="flagged").notna().sum().min() > 100   # no index is compared on missing values alone
    assert 0 < package["flagged"].sum() < 20


def test_the_sample_answers_with_reverse_items_turned_have_every_index_of_the_package():
    assert_all_equal(OWN.assign(**{key: 6 - OWN[key] for key in TURNED}), 4, "own_recoded")


@pytest.mark.reference
def test_the_data_set_of_the_package_has_every_index_of_the_package(reference):
    answers = read_rda(reference / "surveys/responses/careless__careless_dataset.rda")["careless_dataset"]

    assert answers.shape == (200, 50)
    assert_all_equal(answers, 5, "careless_dataset")


@pytest.mark.reference
def test_the_longstring_test_data_have_the_runs_of_the_package(reference):
    answers = pd.read_csv(reference / "surveys/responses/careless__lonstring-test-data.csv").to_numpy()
    package = expected("longstring_test_data")

    assert longest_run(answers).tolist() == package["longstr"].tolist() == [10, 20, 30, 40, 50, 60, 70, 80, 90, 10]
    assert_equal(mean_run(answers), package["avgstr"].to_numpy())
