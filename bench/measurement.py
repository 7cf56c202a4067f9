"""How long measurement takes (processor time) and what it holds, beside one X'X pass over the same data.

Run: python -m bench.measurement [rows]. Beside R: bench.beside_r.
"""

from __future__ import annotations

import os
import platform
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import pingouin
import scipy

from analysis.quant.blocks import block_moments
from analysis.quant.correlations import correlation_matrix, item_moments
from analysis.quant.factors.exploratory import factor_analysis, factor_solution
from analysis.quant.factors.factor_bootstrap import bootstrap_loadings
from analysis.quant.factors.factor_number import factor_number
from analysis.quant.factors.factorability import factorability, factorability_of
from analysis.quant.factors.parallel import parallel_analysis_of
from analysis.quant.factors.retention import retention
from analysis.quant.ordinal.estimates import polychoric
from analysis.quant.ordinal.parallel import polychoric_parallel
from analysis.quant.ordinal.polychoric import polychoric_fit
from analysis.quant.scales.omega import omega_of
from analysis.quant.scales.reliability import cronbach_alpha, reliability_of
from analysis.quant.sem.wlsmv import ordinal_sem

ROWS, ITEMS, FACTORS = 1_000_000, 40, 4
BLOCK = 50_000
FIVE = "\n".join(f"{factor} =~ " + " + ".join(f"{factor}{at}" for at in range(1, 6)) for factor in "ACENO")
BFI = Path(__file__).parent.parent / "tests/reference/psychometrics/data/bfi.csv"


def seconds(work: Callable[[], object], repeats: int = 5) -> float:
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
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
    show("alpha + KMO + EFA from one pass", seconds(lambda: together(table)), one_pass)
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
    show("polychoric_fit, 300 pairs", seconds(lambda: polychoric_fit(table), 9))
    show("polychoric, with errors and intervals", seconds(lambda: polychoric(table), 9))
    show("WLSMV, 5 factors, everything reported", seconds(lambda: ordinal_sem(FIVE, table), 5))
    show("polychoric_parallel, 20 draws", seconds(lambda: polychoric_parallel(table, n_draws=20), 3))
    show("omega, 5 group factors", seconds(lambda: omega_of(correlations, 5), 9))


def peak(work: Callable[[], object]) -> int:
    """Return the most bytes that the work held at once beside what was there before."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def blocks(n: int) -> Iterator[pd.DataFrame]:
    for _ in range(n):
        yield ratings(BLOCK, ITEMS)


def together(table: pd.DataFrame) -> None:
    """Measure alpha, KMO and four factors from one pass over the answers."""
    moments = item_moments(table)
    reliability_of(moments)
    factorability_of(moments.correlations())
    factor_solution(moments.correlations(), FACTORS)


def memory(n: int) -> None:
    table = ratings(n, ITEMS)
    size = int(table.memory_usage(index=False).sum())
    print(f"\nmemory: data {size / 2**20:,.0f} MB; most held at once, data included, as a multiple of the data")

    works: dict[str, Callable[[], object]] = {
        "alpha + KMO + EFA from one pass": lambda: together(table),
        "cronbach_alpha with answer frequencies": lambda: cronbach_alpha(table)}
    for name, work in works.items():
        print(f"{name:58s} {(size + peak(work)) / size:10.2f} x")
    for count in (5, 40):
        most = peak(lambda count=count: block_moments(blocks(count)))
        print(f"block_moments, {count * BLOCK:>9,} rows in blocks of {BLOCK:,}, made as read {most / 2**20:8.0f} MB")


def whole_analyses() -> None:
    table = pd.read_csv(BFI).iloc[:, :25].astype("float64")
    print("\nbfi, whole analyses")
    show("factor_number, 500 draws, 8 factors", seconds(lambda: factor_number(table), 3))
    show("bootstrap_loadings, 5 factors, 100 resamples", seconds(lambda: bootstrap_loadings(
        table, 5, n_resamples=100), 3))
    show("EFA minres geomin 5", seconds(lambda: factor_analysis(table, 5, rotation="geomin"), 5))


if __name__ == "__main__":
    print(f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, "
          f"pandas {pd.__version__}, pingouin {pingouin.__version__}, {os.cpu_count()} CPUs, "
          f"OPENBLAS_NUM_THREADS={os.environ['OPENBLAS_NUM_THREADS']}")
    print(f"load {os.getloadavg()[0]:.2f}")
    many_people_with_gaps()
    whole_analyses()
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    many_rows(rows)
    memory(rows)
    print(f"load {os.getloadavg()[0]:.2f}")
