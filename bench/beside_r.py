"""How long we take beside R's psych and lavaan, in one run. Run: python -m bench.beside_r (needs Rscript with both)."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import scipy

from analysis.quant.correlations import correlation_matrix
from analysis.quant.factors import factor_solution
from analysis.quant.omega import omega_of
from analysis.quant.parallel import parallel_analysis_of
from analysis.quant.reliability import cronbach_alpha
from analysis.quant.sem.fit import ModelOptions, sem
from analysis.quant.sem.invariance import invariance

DATA = Path(__file__).parent.parent / "tests/reference/psychometrics/data"
FIVE = "\n".join(f"{factor} =~ " + " + ".join(f"{factor}{i}" for i in range(1, 6)) for factor in "ACENO")
THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"


def seconds(work: Callable[[], object], repeats: int = 9) -> float:
    spent = []
    work()      # the first call pays for imports
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return median(spent)


def ours() -> dict[str, float]:
    bfi = pd.read_csv(DATA / "bfi.csv").iloc[:, :25]
    hs = pd.read_csv(DATA / "hs1939.csv")
    gaps = pd.read_csv(DATA / "hs1939_missing.csv")
    return {
        "alpha": seconds(lambda: cronbach_alpha(bfi)),
        "efa": seconds(lambda: factor_solution(correlation_matrix(bfi), 5, method="minres", rotation="oblimin")),
        "parallel": seconds(lambda: parallel_analysis_of(correlation_matrix(bfi), n_draws=20)),
        "omega": seconds(lambda: omega_of(correlation_matrix(bfi), 5)),
        "cfa_ml": seconds(lambda: sem(THREE, hs)),
        "cfa_mlr": seconds(lambda: sem(THREE, hs, ModelOptions(estimator="MLR"))),
        "cfa_fiml": seconds(lambda: sem(THREE, gaps, ModelOptions(missing="fiml"))),
        "invariance": seconds(lambda: invariance(THREE, hs, "school")),
    }


def theirs() -> dict[str, float | str]:
    script = Path(__file__).with_suffix(".R")
    done = subprocess.run(["Rscript", str(script), str(DATA)], capture_output=True, text=True, check=True)  # noqa: S603, S607 - our own script
    found: dict[str, float | str] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> None:
    if shutil.which("Rscript") is None:
        sys.exit("Rscript is not here: install r-base-core, r-cran-psych and r-cran-lavaan.")
    peer = theirs()
    print(f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, "
          f"{peer.pop('versions')}, {os.cpu_count()} CPUs, one BLAS thread")
    print(f"{'task':22s} {'R, ms':>10s} {'ours, ms':>10s} {'R / ours':>10s}")
    for task, spent in ours().items():
        print(f"{task:22s} {float(peer[task]) * 1e3:10.1f} {spent * 1e3:10.1f} {float(peer[task]) / spent:10.1f}")


if __name__ == "__main__":
    main()
