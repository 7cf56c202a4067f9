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
from analysis.quant.factors.exploratory import factor_analysis
from analysis.quant.factors.parallel import parallel_analysis
from analysis.quant.ordinal.polychoric import polychoric_correlations
from analysis.quant.scales.alpha_bootstrap import bootstrap_alpha
from analysis.quant.scales.omega import omega_of
from analysis.quant.scales.reliability import cronbach_alpha
from analysis.quant.sem.fit import ModelOptions, fitted_model, sem
from analysis.quant.sem.invariance import invariance
from analysis.quant.sem.resample import bootstrap
from analysis.quant.sem.wlsmv import ordinal_sem

DATA = Path(__file__).parent.parent / "tests/reference/psychometrics/data"
FIVE = "\n".join(f"{factor} =~ " + " + ".join(f"{factor}{i}" for i in range(1, 6)) for factor in "ACENO")
MEDIATION = "ACT ~ a*education\nSATV ~ b*ACT + education\nab := a*b"
THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"


def seconds(work: Callable[[], object], repeats: int = 9) -> float:
    """Return the median processor time; the first call, which pays for imports, does not count."""
    spent = []
    work()
    for _ in range(repeats):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return median(spent)


def ours() -> dict[str, Callable[[], object]]:
    bfi = pd.read_csv(DATA / "bfi.csv").iloc[:, :25].astype("float64")
    hs, gaps = pd.read_csv(DATA / "hs1939.csv"), pd.read_csv(DATA / "hs1939_missing.csv")
    sat = pd.read_csv(DATA / "sat_act.csv").dropna()
    agree = bfi.iloc[:, :5].dropna().assign(A1=lambda frame: 7 - frame["A1"])
    return {
        "alpha": lambda: cronbach_alpha(bfi),
        "efa": lambda: factor_analysis(bfi, 5),
        "parallel": lambda: parallel_analysis(bfi, n_draws=20, diagonal="one_factor"),
        "omega": lambda: omega_of(correlation_matrix(bfi), 5),
        "alpha_bootstrap": lambda: bootstrap_alpha(agree, n_resamples=1000),
        "alpha_bootstrap_psych": lambda: bootstrap_alpha(agree, n_resamples=1000),
        "polychoric_lavaan": lambda: polychoric_correlations(bfi.dropna()),
        "polychoric_psych": lambda: polychoric_correlations(bfi),
        "cfa_ml": lambda: sem(THREE, hs),
        "cfa_mlr": lambda: sem(THREE, hs, ModelOptions(estimator="MLR")),
        "cfa_fiml": lambda: sem(THREE, gaps, ModelOptions(missing="fiml")),
        "cfa_wlsmv": lambda: ordinal_sem(FIVE, bfi),
        "invariance": lambda: invariance(THREE, hs, "school"),
        "mediation": lambda: bootstrap(fitted_model(MEDIATION, sat), n_resamples=1000),
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
          f"{peer.pop('versions')}, {os.cpu_count()} CPUs, one BLAS thread, "
          f"load {os.getloadavg()[0]:.1f}; processor time")
    print(f"{'task':22s} {'R, ms':>10s} {'ours, ms':>10s} {'R / ours':>10s}")
    for task, work in ours().items():
        spent = seconds(work)
        print(f"{task:22s} {float(peer[task]) * 1e3:10.1f} {spent * 1e3:10.1f} {float(peer[task]) / spent:10.1f}")


if __name__ == "__main__":
    main()
