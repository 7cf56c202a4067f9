"""Vectors `wilson95`, `nps_adjusted_wald95`, `benjamini_hochberg`, `severity` of the diagnostic model."""

import json
from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

from analysis.quant.describe import benjamini_hochberg, net_promoter, one_sided_t, scale_level, wilson

VECTORS = json.loads((Path(__file__).parent / "reference-vectors.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS["wilson95"], ids=str)
def test_wilson_interval(vector):
    share = wilson(vector["k"], vector["n"])

    assert [share.ci_low, share.ci_high] == pytest.approx(vector["ci"], abs=1e-6)


@pytest.mark.parametrize("vector", VECTORS["nps_adjusted_wald95"], ids=str)
def test_net_promoter_score_with_adjusted_wald_interval(vector):
    passive = vector["n"] - vector["promoters"] - vector["detractors"]
    answers = [9] * vector["promoters"] + [6] * vector["detractors"] + [7] * passive

    score = net_promoter(answers)

    assert score.value == pytest.approx(vector["nps"])
    assert [score.ci_low, score.ci_high] == pytest.approx(vector["ci"], abs=1e-4)
    assert score.n == vector["n"]


def test_benjamini_hochberg_gives_the_published_q():
    vector = VECTORS["benjamini_hochberg"]

    q = benjamini_hochberg(vector["p"])

    assert q.tolist() == pytest.approx(vector["q"], abs=1e-6)
    assert q.tolist() == pytest.approx(stats.false_discovery_control(vector["p"]).tolist(), abs=1e-12)


def test_severity_of_a_problem():
    vector = VECTORS["severity"]
    scores = pd.Series(vector["scores"])

    level = scale_level("P", "problem", "higher_is_worse", scores, scores, tau=vector["tau"])

    assert (level.n, level.mean, level.sd) == pytest.approx((vector["n"], vector["mean"], vector["sd"]), abs=1e-6)
    assert [level.ci_low, level.ci_high] == pytest.approx(vector["ci95"], abs=1e-6)
    assert (level.t, level.p_value) == pytest.approx((vector["t"], vector["p_one_sided"]), abs=1e-6)
    assert level.p_value == pytest.approx(vector["p_one_sided"], rel=1e-5)
    assert level.pomp == pytest.approx(vector["pomp"], abs=1e-4)
    assert level.unfavourable.value == pytest.approx(vector["unfavourable_ge_3.5"] / 30)
    assert 100 * level.unfavourable.value == pytest.approx(vector["unfavourable_pct"], abs=1e-4)
    assert [level.unfavourable.ci_low, level.unfavourable.ci_high] == pytest.approx(vector["wilson95"], abs=1e-6)


def test_the_one_sided_test_equals_scipy_in_both_directions():
    scores = VECTORS["severity"]["scores"]

    for side in ("greater", "less"):
        expected = stats.ttest_1samp(scores, 3.3, alternative=side)
        assert one_sided_t(scores, 3.3, side) == pytest.approx((expected.statistic, expected.pvalue), rel=1e-12)
