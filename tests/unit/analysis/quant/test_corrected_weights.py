import numpy as np
import pytest

from analysis.quant.corrected_weights import corrected_weights, error_of, structural_weights, weights_as_found
from analysis.quant.minimal_effect import classical_error

R = np.array([[1.00, 0.42, 0.35, 0.48, 0.20],
              [0.42, 1.00, 0.30, 0.38, 0.31],
              [0.35, 0.30, 1.00, 0.27, 0.45],
              [0.48, 0.38, 0.27, 1.00, 0.33],
              [0.20, 0.31, 0.45, 0.33, 1.00]])
RELIABILITIES = np.array([0.75, 0.82, 0.68, 0.80, 0.71])
NO_SPREAD = np.zeros((3, 2))


def test_weights_and_errors_are_those_of_a_structural_model_with_known_error_variances():
    # lavaan 0.6.14: two outcomes on three causes, each with one indicator whose error variance is 1 - reliability,
    # n = 251; between true scores of the scale's own unit, here turned into SDs of true scores.
    weights = np.array([[0.51419238, 0.18078882, 0.05264120], [-0.15980010, 0.22382352, 0.64526911]]).T
    errors = np.array([[0.10404857, 0.08697830, 0.10124994], [0.10957127, 0.09136136, 0.10970582]]).T
    own = np.sqrt(RELIABILITIES[:3, None] / RELIABILITIES[3:])

    found = structural_weights(R, 3, RELIABILITIES, se=NO_SPREAD, degrees=251)

    assert found[0] == pytest.approx(weights * own, abs=1e-7)
    assert found[1] == pytest.approx(errors * own, abs=1e-7)


def test_what_is_measured_without_error_has_the_classical_error():
    found = structural_weights(R, 3, np.ones(5), se=NO_SPREAD, degrees=90)

    assert found[1] == pytest.approx(classical_error(R, 3, 90))


def test_where_resamples_spread_more_than_theory_has_it_the_error_grows_by_as_much():
    classical = classical_error(R, 3, 90)
    plain = structural_weights(R, 3, RELIABILITIES, se=0.8 * classical, degrees=90)[1]

    wide = structural_weights(R, 3, RELIABILITIES, se=1.3 * classical, degrees=90)[1]

    assert wide == pytest.approx(1.3 * plain)


def test_an_outcome_of_unknown_reliability_has_no_error_and_an_unknown_cause_leaves_none_any():
    one = structural_weights(R, 3, np.array([0.7, 0.8, 0.9, np.nan, 0.8]), se=NO_SPREAD, degrees=90)
    none = structural_weights(R, 3, np.array([0.7, np.nan, 0.9, 0.8, 0.8]), se=NO_SPREAD, degrees=90)

    assert np.isnan(one).tolist() == [[[True, False]] * 3] * 2
    assert np.isnan(none).all()


@pytest.mark.parametrize("correlation", [0.2, 0.65])
def test_weights_freed_of_unreliability_spread_as_their_errors_tell(correlation):
    rng = np.random.default_rng(20261127)
    n, k, reliability = 250, 3, 0.75
    among = np.full((k, k), correlation)
    np.fill_diagonal(among, 1.0)
    truth = np.array([0.4, 0.2, 0.0])
    ratios = []
    for _ in range(1500):
        causes = rng.multivariate_normal(np.zeros(k), among, size=n)
        outcome = causes @ truth + np.sqrt(1 - truth @ among @ truth) * rng.normal(size=n)
        seen = np.column_stack([causes, outcome]) + np.sqrt(1 / reliability - 1) * rng.normal(size=(n, k + 1))
        weights, errors = structural_weights(np.corrcoef(seen, rowvar=False), k, np.full(k + 1, reliability),
                                             se=np.zeros((k, 1)), degrees=n - k - 1)
        ratios.append((weights[:, 0] - truth) / errors[:, 0])

    assert np.std(ratios, axis=0) == pytest.approx(np.ones(k), abs=0.08)


def test_a_matrix_that_had_to_be_smoothed_takes_the_width_of_its_interval():
    near = R.copy()
    near[0, 3] = near[3, 0] = 0.95      # more than these reliabilities allow
    rng = np.random.default_rng(1)
    draws = np.array([np.corrcoef(rng.multivariate_normal(np.zeros(5), near, size=200), rowvar=False)
                      for _ in range(200)])
    errors = structural_weights(near, 3, RELIABILITIES, se=NO_SPREAD, degrees=195)[1]

    found = corrected_weights(near, draws, 3, RELIABILITIES, 0.025, errors)

    assert found.error[:, 0] == pytest.approx(error_of(found.lo, found.hi, 0.025)[:, 0])
    assert found.error[:, 1] == pytest.approx(errors[:, 1])


def test_weights_that_were_found_once_are_taken_with_or_without_their_error():
    found = weights_as_found({("A", "P"): (0.3, 0.1, 0.5, 0.09), ("B", "P"): (0.2, 0.0, 0.4)}, ["A", "B", "C"], ["P"],
                             0.025)

    assert found.value[:2, 0].tolist() == [0.3, 0.2]
    assert found.error[:2, 0] == pytest.approx([0.09, 0.4 / (2 * 1.959964)])
    assert found.is_known[:, 0].tolist() == [True, True, False]
