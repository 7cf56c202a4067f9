"""Customer lifetime value as arithmetic on stated assumptions; never a forecast (section 12 of the model)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.customers.value import margins
from analysis.results.customers import ClvScenario
from instruments.template import ValueModel

RETENTION_STEP = 0.05       # model 12: range of the scenario
MARGIN_STEP = 0.20


def clv(margin: float, retention: float, horizon: int, discount: float) -> float:
    """Return the present value of a yearly margin under a constant retention rate.

    Parameters
    ----------
    margin : float
        Money per year.
    retention : float, 0..1
        Share kept from one year to the next.
    horizon : int
        Years.
    discount : float
        Yearly rate, 0.08 = 8 %.

    Returns
    -------
    float
        ``sum over t = 1..horizon of margin * retention^(t-1) / (1 + discount)^t``.
    """
    years = np.arange(1, horizon + 1)
    return float(margin * np.sum(retention ** (years - 1) / (1 + discount) ** years))


def clv_by_stage(frame: pd.DataFrame, stage: pd.Series, model: ValueModel, *, retention_step: float = RETENTION_STEP,
                 margin_step: float = MARGIN_STEP) -> dict[str, ClvScenario]:
    """Return the scenario value of the customers in each stage together.

    Parameters
    ----------
    frame : DataFrame, customers × fields
    stage : Series of str
        Stage key per customer.
    model : ValueModel
        `clv["defaults"]` states horizon, discount, margin on assets and retention by stage.
    retention_step, margin_step : float
        Half range: retention plus or minus the step (kept in 0..1), margin times one plus or minus the step.

    Returns
    -------
    dict[str, ClvScenario]
        Stage → value of all its customers with a known margin (`n`), low and high; stages without such are left out.
    """
    assumptions = model.clv.get("defaults", {})
    retention: Mapping[str, float] = assumptions.get("retention", {})
    if not retention:
        return {}
    horizon, discount = int(assumptions["horizon"]), float(assumptions["discount"])
    margin = margins(frame, model)
    scenarios = {}
    for key, rate in retention.items():
        own = margin[(stage == key) & margin.notna()]
        if own.empty:
            continue
        total = float(own.sum())
        ends = [clv(total * factor, min(max(rate + shift, 0.0), 1.0), horizon, discount)
                for factor in (1 - margin_step, 1 + margin_step) for shift in (-retention_step, retention_step)]
        value = clv(total, rate, horizon, discount)
        scenarios[key] = ClvScenario(value, min(ends), max(ends), len(own), {
            "margin_per_customer": total / len(own), "retention": float(rate), "horizon": float(horizon),
            "discount": discount, "retention_step": retention_step, "margin_step": margin_step,
            "value_per_customer": value / len(own)})
    return scenarios
