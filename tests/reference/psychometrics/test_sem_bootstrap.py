"""Bootstrapped paths of a mediation model against lavaan, within the error of 1000 draws, and against regression."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from analysis.quant.resampling import resample_counts
from analysis.quant.sem.fit import fitted_model
from analysis.quant.sem.resample import Interval, bootstrap
from analysis.results.sem import BootstrapParameter
from tests.reference.psychometrics.cases import Case, load_case

DRAWS = 1000                # of lavaan and of ours
NOTED = 0.01                # error of an interval's end in the notes of the case
# An end of a 95 % percentile interval has the error sqrt(.025 * .975 / draws) / phi(1.96) standard errors; correcting
# for bias adds 2 * 1.2533 / sqrt(draws). Both runs are random, hence sqrt(2); three times that is allowed.
END = np.sqrt(0.025 * 0.975 / DRAWS) / 0.0584
SHIFT = 2 * 1.2533 / np.sqrt(DRAWS)
ERRORS = {"percentile": END, "bias_corrected": np.hypot(END, SHIFT), "bca": np.hypot(END, SHIFT)}


@cache
def drawn(interval: Interval) -> tuple[Case, dict[tuple[str, str], BootstrapParameter]]:
    case = load_case("med_crm")
    found = bootstrap(fitted_model(case.result["model"], case.table()), n_resamples=DRAWS, seed=[9], interval=interval)
    return case, {(one.lhs, one.rhs): one for one in found}


# lavaan's "bca.simple" corrects for bias and leaves the acceleration out, which is our bias_corrected; here the
# acceleration is small, so the full bca interval agrees with it as well.
@pytest.mark.parametrize(("interval", "key"), [
    ("percentile", "bootstrap_perc"), ("bias_corrected", "bootstrap_bca"), ("bca", "bootstrap_bca")])
def test_bootstrap_of_a_mediation_model_equals_lavaan(interval: Interval, key: str) -> None:
    case, found = drawn(interval)

    for row in case.result[key]:
        one = found[row["lhs"], row["rhs"]]
        allowed = max(NOTED, 3 * np.sqrt(2) * ERRORS[interval] * row["se"])
        assert one.estimate == pytest.approx(row["est"], rel=1e-4)
        assert one.se == pytest.approx(row["se"], rel=3 * np.sqrt(2) / np.sqrt(2 * DRAWS))
        assert one.ci_low == pytest.approx(row["ci.lower"], abs=allowed)
        assert one.ci_high == pytest.approx(row["ci.upper"], abs=allowed)
        assert one.n_resamples == DRAWS


def test_bootstrapped_paths_of_a_saturated_model_are_those_of_regressions() -> None:
    case = load_case("med_crm")
    X = case.table()[["training", "usability", "satisfaction"]].to_numpy()
    fitted = fitted_model(case.result["model"], case.table())

    found = bootstrap(fitted, n_resamples=200, seed=[3])

    indirect = []
    for counts in resample_counts(len(X), 200, [3, 0]):
        for count in counts:
            C = np.cov(X.T, fweights=count.astype(int))
            a = C[0, 1] / C[0, 0]
            indirect.append(a * np.linalg.solve(C[:2, :2], C[:2, 2])[1])
    one = next(row for row in found if row.lhs == "indirect")
    assert one.se == pytest.approx(np.std(indirect, ddof=1), rel=1e-7)
    assert one.ci_low == pytest.approx(np.quantile(indirect, 0.025, method="median_unbiased"), rel=1e-7)
    assert one.ci_high == pytest.approx(np.quantile(indirect, 0.975, method="median_unbiased"), rel=1e-7)
