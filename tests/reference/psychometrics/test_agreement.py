"""Intraclass correlations, kappa and Krippendorff's alpha against psych, vcd and published tables; correlations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.qual.alpha import _distances, alpha_of, coincidences, krippendorff_alpha
from analysis.qual.kappa import Z_95, fleiss_kappa, kappa_of_table
from analysis.quant.correlation_table import correlation_table
from analysis.quant.intervals import holm
from analysis.quant.intraclass import intraclass
from analysis.results.measurement import Estimate
from tests.reference.psychometrics.cases import HERE, assert_close, case_ids, load_case, matrix

ICC_CASES = case_ids("icc_*", "agreement.icc")
KAPPA_CASES = case_ids("kappa_*", "agreement.kappa")


@pytest.mark.parametrize(("model", "stated"), [("aov", "abs_aov"), ("lmer", "abs_lmer")])
@pytest.mark.parametrize("case_id", ICC_CASES)
def test_intraclass_correlations_equal_psych(case_id: str, model: str, stated: str) -> None:
    """With whole tables and no negative variance REML's components are those of the analysis of variance."""
    case = load_case(case_id)

    found = {form.name: form for form in intraclass(case.table()).forms}

    for truth in case.result[model]:
        form = found[truth["type"]]
        assert (form.df1, form.df2) == (truth["df1"], truth["df2"])
        assert_close([form.estimate.value, form.p_value, form.estimate.ci_low, form.estimate.ci_high],
                     [truth["ICC"], truth["p"], truth["lower"], truth["upper"]], case.tolerance[stated])
        assert form.f == pytest.approx(truth["F"], abs=case.tolerance[stated])


def error_of(found: Estimate) -> float:
    return ((found.ci_high or 0.0) - (found.value or 0.0)) / Z_95


@pytest.mark.parametrize("case_id", KAPPA_CASES)
def test_kappa_and_its_standard_error_equal_psych_and_vcd(case_id: str) -> None:
    case = load_case(case_id)
    truth, within = case.result, case.tolerance["abs_se"]
    table = matrix(truth["table"])
    apart = np.abs(np.subtract.outer(np.arange(len(table)), np.arange(len(table))))

    plain, linear, quadratic = (kappa_of_table(table, weights) for weights in (None, apart, apart**2))

    assert_close([plain.value, quadratic.value], [truth["kappa"], truth["weighted_kappa_quadratic"]],
                 case.tolerance["abs"])
    for found, name in ((plain, "unweighted"), (linear, "weighted_linear"), (quadratic, "weighted_quadratic")):
        assert_close([found.value, error_of(found)], [truth[f"vcd_{name}"]["value"], truth[f"vcd_{name}"]["ase"]],
                     within)
    assert_close(error_of(plain) ** 2, truth["var_kappa"], within)
    assert_close([plain.ci_low, plain.value, plain.ci_high], matrix(truth["ci"])[0], within)
    assert plain.n == case.document["n_obs"]


@pytest.mark.parametrize("case_id", KAPPA_CASES)
def test_the_error_of_weighted_kappa_is_that_of_fleiss_cohen_and_everitt_not_of_psych(case_id: str) -> None:
    """psych 2.2.9 multiplies the row sums of the weights by the rows' own shares, where Fleiss, Cohen & Everitt (1969,
    formula 9) weigh each row's weights by the other shares; vcd follows them, and so do we."""
    truth = load_case(case_id).result
    table = matrix(truth["table"])
    apart = np.subtract.outer(np.arange(len(table)), np.arange(len(table))) ** 2
    share, n = table / table.sum(), table.sum()
    w = 1 - apart / apart.max()
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    observed, expected = (share * w).sum(), rows @ w @ columns
    margins = np.add.outer(w @ columns, w.sum(axis=1) * rows)
    inner = (share * (w * (1 - expected) - margins * (1 - observed)) ** 2).sum()
    as_psych = (inner - (observed * expected - 2 * expected + observed) ** 2) / (n * (1 - expected) ** 4)

    found = error_of(kappa_of_table(table, apart.astype(float)))

    assert_close(as_psych, truth["var_weighted"], 1e-9)
    half = Z_95 * np.sqrt(as_psych)
    value = truth["weighted_kappa_quadratic"]
    assert_close([value - half, value, value + half], matrix(truth["ci"])[1], 1e-9)
    assert_close(found, truth["vcd_weighted_quadratic"]["ase"], 1e-6)


def test_fleiss_kappa_with_its_parts_equals_the_closed_form() -> None:
    case = load_case("kappa_fleiss1971")
    truth = case.result

    found = fleiss_kappa(case.table().to_numpy())

    assert_close([found.value, found.standard_error, found.z, found.observed, found.expected],
                 [truth["kappa"], truth["se0"], truth["z"], truth["P_bar"], truth["P_e"]], case.tolerance["abs"])
    assert_close(found.shares, truth["p"], case.tolerance["abs"])


@pytest.mark.parametrize(("case_id", "level"), [
    ("kripp_2011_A", "nominal"),
    *(("kripp_2011_C", level) for level in ("nominal", "ordinal", "interval", "ratio"))])
def test_krippendorff_with_its_coincidences_equals_the_published_tables(case_id: str, level: str) -> None:
    case = load_case(case_id)
    truth, within = case.result[level], case.tolerance["abs"]
    units = pd.read_csv(HERE / "data" / case.document["data_file"], index_col=0).to_numpy(dtype=float).T
    counts = np.stack([(units == value).sum(axis=1) for value in truth["values"]], axis=1).astype(float)

    found = coincidences(counts).sum(axis=0)

    assert sorted(set(units[~np.isnan(units)])) == truth["values"]
    assert_close(found, truth["coincidence"], within)
    assert_close(found.sum(), truth["n_pairable"], within)
    alpha = alpha_of(found, level, np.array(truth["values"], dtype=float))
    assert_close([alpha, krippendorff_alpha(units.tolist(), level)], [truth["alpha"]] * 2, within)
    n, totals = found.sum(), found.sum(axis=0)
    distances = _distances(totals, level, np.array(truth["values"], dtype=float))
    assert_close([(found * distances).sum() / n, (np.outer(totals, totals) * distances).sum() / (n * (n - 1))],
                 [truth["Do"], truth["De"]], within)


def test_correlations_with_their_intervals_and_holm_equal_psych() -> None:
    case = load_case("corr_satact")
    truth, within = case.result, case.tolerance["abs"]

    found = correlation_table(case.table())

    upper = np.triu_indices(6, 1)
    r, p_values = np.array(found.correlations, dtype=float), np.array(found.p_values, dtype=float)
    assert list(found.names) == truth["r"]["rows"] == case.document["variables"]
    assert_close(r, matrix(truth["r"]), within)
    assert_close(found.pair_n, matrix(truth["n"]), 0)
    expected = matrix(truth["p"])
    assert_close(p_values[upper], expected.T[upper], within)
    assert_close(holm(p_values[upper]), expected[upper], within)
    assert p_values[upper] == pytest.approx(expected.T[upper], rel=1e-6)
    rows = np.array([[row["lower"], row["r"], row["upper"], row["p"]] for row in truth["ci"]])
    limits = [np.array(values, dtype=float)[upper] for values in (found.ci_low, found.correlations, found.ci_high)]
    assert_close(np.array(limits).T, rows[:, :3], within)
    assert_close(p_values[upper], rows[:, 3], within)
