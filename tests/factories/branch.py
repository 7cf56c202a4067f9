"""A simulated branch: answers with planted problems, causes and links, interviews and a customer file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.tables import AnswerTable, InterviewTable, StudyTables
from instruments.schema import LEFT_BLANK, NUMBER_KINDS, Instrument, Item
from instruments.template import StudyTemplate

LOADING = 0.75          # of items on their construct: four items give a reliability of about .84
ROLES = ("relationship_manager", "outlet_head", "branch_manager", "technology_or_data")


@dataclass(frozen=True)
class Plan:
    """What is planted: construct means on 1..5, links cause → problem, and how much everybody agrees with anything."""

    means: Mapping[str, float] = field(default_factory=dict)
    links: Mapping[tuple[str, str], float] = field(default_factory=dict)
    agreement: float = 0.0
    default_mean: float = 2.4


def simulated_answers(instrument: Instrument, n: int, plan: Plan, seed: int = 1) -> AnswerTable:
    """Return answers of n attentive respondents."""
    rng = np.random.default_rng(seed)
    latent = _latent(instrument, n, plan, rng)
    index = pd.Index([f"{instrument.audience}{place:05d}" for place in range(n)])
    columns = {item.key: _answers(instrument, item, latent, plan, rng, n)
               for item in instrument.items if item.stores_answer}
    values = pd.DataFrame(columns, index=index)
    ratings = [item.key for item in instrument.items if item.kind == "rating"]
    positions = pd.DataFrame(np.tile(np.arange(len(ratings), dtype=float), (n, 1)), index=index, columns=ratings)
    return AnswerTable(
        instrument=instrument, values=values,
        missing=pd.DataFrame(np.where(values.isna(), LEFT_BLANK, 0), index=index, columns=values.columns),
        positions=positions, duration_s=pd.Series(rng.uniform(300, 900, n), index=index),
        language=pd.Series(["zh"] * n, index=index, dtype=object))


def _latent(instrument: Instrument, n: int, plan: Plan, rng: np.random.Generator) -> dict[str, np.ndarray]:
    latent = {construct.key: rng.standard_normal(n) for construct in instrument.constructs}
    for construct in instrument.constructs:
        weights = {cause: weight for (cause, problem), weight in plan.links.items() if problem == construct.key}
        rest = np.sqrt(1 - sum(weight**2 for weight in weights.values()))
        latent[construct.key] = rest * latent[construct.key] + sum(
            (weight * latent[cause] for cause, weight in weights.items()), np.zeros(n))
    return latent


def _answers(instrument: Instrument, item: Item, latent: Mapping[str, np.ndarray], plan: Plan,
             rng: np.random.Generator, n: int) -> object:
    if item.kind == "rating":
        return _ratings(instrument, item, latent, plan, rng, n)
    if item.kind in NUMBER_KINDS:
        return rng.integers(0, 20, n).astype(float)
    choices = [choice.value for choice in item.choices]
    if item.kind == "single":
        return pd.Series(rng.choice(choices, n), dtype=object).to_numpy()
    if item.kind == "multiple":
        return pd.Series([(str(choice),) for choice in rng.choice(choices, n)], dtype=object).to_numpy()
    return np.full(n, None, dtype=object)


def _ratings(instrument: Instrument, item: Item, latent: Mapping[str, np.ndarray], plan: Plan,
             rng: np.random.Generator, n: int) -> np.ndarray:
    scale = instrument.scale(item.scale or "")
    if item.expected:
        return np.full(n, float(item.expected[0]))
    if item.construct is None:
        return rng.integers(scale.low, scale.high + 1, n).astype(float)
    mean = plan.means.get(item.construct, plan.default_mean)
    true = LOADING * latent[item.construct] + np.sqrt(1 - LOADING**2) * rng.standard_normal(n)
    shown = mean + true
    raw = scale.low + scale.high - shown if item.is_reverse else shown
    return np.clip(np.round(raw + plan.agreement), scale.low, scale.high)


def simulated_interviews(said: Mapping[str, Mapping[str, str]], *, audience: str = "staff",
                         links: Sequence[tuple[str, str, str]] = (), roles: Sequence[str] = ROLES) -> InterviewTable:
    """Return interviews in which each person says each code with a polarity; links are (interview, cause, problem)."""
    keys = list(said)
    interviews = pd.DataFrame({
        "audience": audience, "role": [roles[place % len(roles)] for place in range(len(keys))],
        "held_on": [f"2026-03-{place % 27 + 1:02d}" for place in range(len(keys))], "language": "zh",
        "questions": None, "is_verbatim": True}, index=pd.Index(keys, dtype=object))
    rows = [(key, code, polarity, "coder", -1, -1, -1, "", {}) for key, codes in said.items()
            for code, polarity in codes.items()]
    codings = pd.DataFrame(rows, columns=["interview", "code", "polarity", "coder", "turn", "start", "end", "quote",
                                          "edited_quote"])
    link_rows = pd.DataFrame([(*link, "coder", "", {}) for link in links],
                             columns=["interview", "cause", "problem", "coder", "quote", "edited_quote"])
    turns = pd.DataFrame(columns=["interview", "turn", "speaker", "is_interviewee"])
    return InterviewTable(interviews, codings, link_rows, turns)


def simulated_customers(n: int, seed: int = 1) -> pd.DataFrame:
    """Return a customer file of n rows with every field of the bank's value model."""
    rng = np.random.default_rng(seed)
    personal = rng.random(n) < 0.9
    before = np.where(personal, rng.lognormal(11, 1.4, n), rng.lognormal(14, 1.4, n)).round(2)
    return pd.DataFrame({
        "customer_id": [f"K{place:06d}" for place in range(n)],
        "customer_type": np.where(personal, "personal", "corporate"),
        "aum": (before * rng.lognormal(0.02, 0.25, n)).round(2), "aum_12m_ago": before,
        "contribution": (before * 0.006 * rng.lognormal(0, 0.3, n)).round(2), "products": rng.integers(1, 7, n),
        "last_txn_days": rng.integers(0, 250, n), "txn_12m": rng.integers(0, 120, n),
        "txn_prev_12m": rng.integers(0, 120, n), "channels_12m": rng.integers(1, 4, n),
        "tenure_months": rng.integers(1, 240, n),
        "tier": np.where(personal, rng.choice(["basic", "growth", "affluent", "wealth"], n),
                         rng.choice(["basic", "key_corporate"], n)),
        "relation_group": np.where(rng.random(n) < 0.2, [f"G{place}" for place in rng.integers(0, n // 4 + 1, n)], ""),
        "rm_id": np.where(rng.random(n) < 0.6, [f"R{place}" for place in rng.integers(0, 12, n)], "")})


def simulated_study(template: StudyTemplate, *, n_staff: int, n_customers: int = 0, plan: Plan | None = None,
                    customer_plan: Plan | None = None, interviews: InterviewTable | None = None,
                    customers: pd.DataFrame | None = None, seed: int = 1) -> StudyTables:
    """Return a study: the first questionnaire answered by staff, the second by customers."""
    plans = (plan or Plan(), customer_plan or Plan(default_mean=3.3))
    sizes = (n_staff, n_customers)
    answers = {instrument.audience: simulated_answers(instrument, size, own, seed + place)
               for place, (instrument, size, own) in enumerate(zip(template.instruments, sizes, plans, strict=False))}
    return StudyTables(template=template, answers=answers, interviews=interviews, customers=customers,
                       seed=20260101)
