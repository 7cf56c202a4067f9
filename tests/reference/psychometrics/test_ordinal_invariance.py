"""Invariance of ordinal items across two groups against lavaan: every step, its parameters and the difference tests."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.quant.sem.ordinal_invariance import STEPS, difference_test, ordinal_invariance
from analysis.quant.sem.ordinal_model import OrdinalFit
from analysis.quant.sem.wlsmv import OrdinalOptions, fitted_ordinal, ordinal_result
from analysis.results.sem import Invariance
from tests.reference.psychometrics.cases import HERE
from tests.reference.psychometrics.test_wlsmv import ordinal_figures

TRUTH = json.loads((HERE / "more" / "invariance_bfi_gender.json").read_text())
EQUAL = {**{step.name: (step.equal, step.free_intercepts) for step in STEPS}, "loadings_only": (("loadings",), False)}
LARGE = {"chisq", "chisq.scaled", "baseline.chisq", "baseline.chisq.scaled"}
# lavaan divides the null model's mean by the shares of the groups but does not weigh it by them, so that its robust CFI
# and TLI of several groups differ; Savalei's (2021) formula has both. It gives none at all with free scales.
ONLY_OURS = {"cfi.robust", "tli.robust"}


def answers() -> pd.DataFrame:
    table = pd.read_csv(HERE / "data" / TRUTH["data_file"])[[*TRUTH["items"], TRUTH["group"]]]
    return table.dropna()


@cache
def fitted(step: str) -> OrdinalFit:
    equal, free_intercepts = EQUAL[step]
    options = OrdinalOptions(group=TRUTH["group"], equal=equal, free_intercepts=free_intercepts)
    return fitted_ordinal(TRUTH["model"], answers(), options)


@cache
def ladder() -> Invariance:
    return ordinal_invariance(TRUTH["model"], answers(), TRUTH["group"])


def step_named(name: str) -> dict[str, Any]:
    return next(step for step in TRUTH["steps"] if step["name"] == name)


@pytest.mark.parametrize("name", EQUAL)
def test_the_fit_of_every_step_equals_lavaan(name: str) -> None:
    found = ordinal_figures(ordinal_result(fitted(name)).fit)

    for figure, truth in step_named(name)["fit"].items():
        if truth is None:
            assert figure.endswith("robust")
            assert found[figure] is not None
        elif figure not in ONLY_OURS:
            allowed = 1e-4 * truth + 1e-6 if figure in LARGE else 1e-4
            assert found[figure] == pytest.approx(truth, rel=0, abs=allowed), figure


@pytest.mark.parametrize("name", EQUAL)
def test_the_parameters_of_every_step_equal_lavaan(name: str) -> None:
    result = ordinal_result(fitted(name))
    groups = [group.label for group in fitted(name).sample.groups]
    rows = {(one.lhs, one.op, one.rhs, one.group): one for one in result.parameters}

    assert len(rows) == len(step_named(name)["parameters"])
    for truth in step_named(name)["parameters"]:
        found = rows[truth["lhs"], truth["op"], truth["rhs"], groups[truth["group"] - 1]]
        assert found.estimate == pytest.approx(truth["est"], rel=1e-4, abs=1e-4), truth
        assert found.se == pytest.approx(truth["se"], rel=2e-3, abs=1e-6), truth
        assert found.std_lv == pytest.approx(truth["std.lv"], rel=1e-4, abs=1e-4), truth
        assert found.std_all == pytest.approx(truth["std.all"], rel=1e-4, abs=1e-4), truth


@pytest.mark.parametrize("at", range(len(TRUTH["differences"])))
def test_the_difference_of_two_steps_equals_lavaan(at: int) -> None:
    truth = TRUTH["differences"][at]

    found = difference_test(fitted(truth["free"]), fitted(truth["equal"]))

    assert found.df == truth["df"]
    assert found.value == pytest.approx(truth["chisq"], rel=1e-3)
    assert found.p_value == pytest.approx(truth["pvalue"], abs=1e-3)


def test_the_ladder_tests_each_step_against_the_one_before_and_judges_it() -> None:
    found = ladder()

    truth = {(one["free"], one["equal"]): one for one in TRUTH["differences"]}
    assert [step.name for step in found.steps] == ["configural", "thresholds", "metric", "scalar"]
    for before, step in zip(found.steps, found.steps[1:], strict=False):
        assert step.difference.value == pytest.approx(truth[before.name, step.name]["chisq"], rel=1e-3)
        cfi = [step_named(name)["fit"]["cfi.scaled"] for name in (before.name, step.name)]
        assert step.delta_cfi_scaled == pytest.approx(cfi[1] - cfi[0], abs=1e-4)
    assert [step.is_held for step in found.steps] == [None, True, True, False]
    assert found.highest_held == "metric"
    assert found.n == len(answers())


def test_robust_cfi_of_two_groups_has_the_null_scaling_of_savalei() -> None:
    model = fitted("configural")

    found = ordinal_result(model).fit.scaled.cfi_robust

    pairs = [len(group.moments.fit.rho) for group in model.sample.groups]
    null = sum(-group.n * np.linalg.slogdet(group.correlations)[1] for group in model.sample.groups)
    mean = sum(group.moments.gamma.diagonal()[-count:].sum()
               for group, count in zip(model.sample.groups, pairs, strict=True))
    lavaan_mean = sum(group.moments.gamma.diagonal()[-count:].sum() * model.sample.n / group.n
                      for group, count in zip(model.sample.groups, pairs, strict=True))
    own = (1 - found) * (null - mean)
    assert 1 - own / (null - lavaan_mean) == pytest.approx(step_named("configural")["fit"]["cfi.robust"], abs=1e-4)
