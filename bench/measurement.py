"""How long measurement takes, beside one X'X pass over the same data. Run: python -m bench.measurement [rows]."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import pingouin
import scipy

from analysis.quant.correlations import correlation_matrix, item_moments
from analysis.quant.factorability import factorability, factorability_of
from analysis.quant.factors import factor_analysis, factor_solution
from analysis.quant.omega import omega_of
from analysis.quant.parallel import parallel_analysis_of
from analysis.quant.reliability import cronbach_alpha
from analysis.quant.retention import retention

ROWS, ITEMS, FACTORS = 1_000_000, 40, 4
BFI = Path(__file__).parent.parent / "tests/reference/psychometrics/data/bfi.csv"


def seconds(work: Callable[[], object], repeats: int = 5) -> float:
    spent = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return median(spent)


def ratings(n: int, k: int, gaps: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    latent = rng.standard_normal((n, FACTORS)).repeat(k // FACTORS, axis=1)
    values = np.clip(np.round(3 + 0.8 * latent + 0.8 * rng.standard_normal((n, k))), 1, 5)
    if gaps:
        values[rng.random((n, k)) < gaps] = np.nan
    return pd.DataFrame(values, columns=[f"q{i + 1}" for i in range(k)])


def show(name: str, spent: float, against: float | None = None) -> None:
    print(f"{name:58s} {spent * 1e3:10.2f} ms" + (f" {spent / against:8.2f} x X'X" if against else ""))


def many_rows(n: int) -> None:
    print(f"\n{n:,} x {ITEMS}, one BLAS thread, no gaps")
    table = ratings(n, ITEMS)
    X = table.to_numpy()
    one_pass = seconds(lambda: X.T @ X)
    show("X'X (numpy)", one_pass, one_pass)
    show("numpy.cov", seconds(lambda: np.cov(X, rowvar=False), 3), one_pass)
    show("item_moments", seconds(lambda: item_moments(table)), one_pass)
    show("cronbach_alpha", seconds(lambda: cronbach_alpha(table, frequencies=False)), one_pass)
    show("cronbach_alpha with answer frequencies", seconds(lambda: cronbach_alpha(table), 3), one_pass)
    show("pingouin.cronbach_alpha", seconds(lambda: pingouin.cronbach_alpha(table), 3), one_pass)
    show("factorability (KMO, Bartlett, SMC)", seconds(lambda: factorability(table)), one_pass)
    show("factor_analysis, 4 factors, minres, oblimin", seconds(lambda: factor_analysis(table, FACTORS)), one_pass)
    some = ratings(n, ITEMS, gaps=0.02)
    print(f"\n{n:,} x {ITEMS}, 2 % gaps, pairwise")
    show("item_moments", seconds(lambda: item_moments(some), 3), one_pass)
    show("cronbach_alpha", seconds(lambda: cronbach_alpha(some, frequencies=False), 3), one_pass)


def many_people_with_gaps() -> None:
    table = pd.read_csv(BFI).iloc[:, :25]
    print(f"\nbfi, {len(table)} x 25, real gaps, pairwise")
    correlations = correlation_matrix(table)
    show("cronbach_alpha of all 25", seconds(lambda: cronbach_alpha(table), 21))
    show("correlation_matrix", seconds(lambda: correlation_matrix(table), 21))
    show("factorability", seconds(lambda: factorability_of(correlations), 21))
    for method in ("minres", "ml", "pa"):
        for rotation in ("varimax", "oblimin"):
            show(f"factor_analysis, 5 factors, {method}, {rotation}",
                 seconds(lambda method=method, rotation=rotation: factor_solution(
                     correlations, 5, method=method, rotation=rotation), 9))
    show("parallel_analysis, 20 draws", seconds(lambda: parallel_analysis_of(correlations, n_draws=20), 9))
    show("parallel_analysis, 500 draws", seconds(lambda: parallel_analysis_of(correlations), 5))
    show("retention (MAP and VSS), 8 factors", seconds(lambda: retention(correlations), 5))
    show("omega, 5 group factors", seconds(lambda: omega_of(correlations, 5), 9))


if __name__ == "__main__":
    print(f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, "
          f"pandas {pd.__version__}, pingouin {pingouin.__version__}, {os.cpu_count()} CPUs, "
          f"OPENBLAS_NUM_THREADS={os.environ['OPENBLAS_NUM_THREADS']}")
    many_people_with_gaps()
    many_rows(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
