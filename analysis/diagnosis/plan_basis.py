"""What the rules propose of a measure or objective, as a person finds it before editing it (model 11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.results.diagnosis import Diagnosis, KpiRow, MeasureFinding, ObjectiveFinding
from analysis.results.plan_edits import EditedKind, PlanValues
from instruments.template import Measure, Objective, Principle, StrategyRules

SHARE_DIGITS = 2        # of shares and figures compared: a proposal that reads the same is the same
STRONGLY = 2            # of 0..3: acts on it strongly

Basis = dict[str, Any]


def owner_of_objective(rules: StrategyRules, diagnosis: Diagnosis, problem: str) -> Mapping[str, str]:
    """Return who owns the first measure proposed that acts strongly on a problem, else the first that acts on it.

    Parameters
    ----------
    rules : StrategyRules
    diagnosis : Diagnosis
    problem : str

    Returns
    -------
    Mapping[str, str]
        Language → wording; empty where no such measure is proposed.
    """
    by_key = {measure.key: measure for measure in rules.measures}
    proposed = [found for found in diagnosis.measures if found.verdict == "proposed"]
    ordered = sorted(proposed, key=lambda found: (found.rank is None, found.rank or 0, found.key))
    return next((by_key[found.key].owner for least in (STRONGLY, 1) for found in ordered
                 if by_key[found.key].address_problem.get(problem, 0) >= least), {})


def proposed_values(kind: EditedKind, key: str, diagnosis: Diagnosis, rules: StrategyRules) -> PlanValues:
    """Return what the rules propose in each field that a person may change.

    Parameters
    ----------
    kind : {"measure", "objective", "principle"}
    key : str
    diagnosis : Diagnosis
    rules : StrategyRules

    Returns
    -------
    PlanValues
        Without a date: the rules count in months. KeyError where there is no such thing.
    """
    if kind == "principle":
        return PlanValues(what=_principle(rules, key).text)
    if kind == "measure":
        found, measure = _measure(diagnosis, rules, key)
        return PlanValues(what=measure.what, owner=measure.owner, form=found.form, phase=found.phase)
    objective, _ = _objective(diagnosis, rules, key)
    return PlanValues(owner=owner_of_objective(rules, diagnosis, objective.problem), target=objective.kpi.target)


def proposal_basis(kind: EditedKind, key: str, diagnosis: Diagnosis, rules: StrategyRules) -> Basis:
    """Return what a proposal rests on, by part, as it is read: an edit made on another basis is to be confirmed.

    Parameters
    ----------
    kind : {"measure", "objective", "principle"}
    key : str
    diagnosis : Diagnosis
    rules : StrategyRules

    Returns
    -------
    dict
        Part → document. Of a measure: verdict, form, practice, phase, grounds, indicators, wording; of an objective:
        state, indicators, owner; of a principle its wording. Figures are rounded as they are printed. KeyError where
        there is no such thing.
    """
    if kind == "principle":
        principle = _principle(rules, key)
        return {"wording": {"name": dict(principle.name), "what": dict(principle.text)}}
    if kind == "measure":
        found, measure = _measure(diagnosis, rules, key)
        return {"verdict": found.verdict, "form": found.form, "practice": _practice(found), "phase": found.phase,
                "grounds": _grounds(found), "indicators": [_kpi(row) for row in found.kpis],
                "wording": {"what": dict(measure.what), "owner": dict(measure.owner), "name": dict(measure.name),
                            "months": measure.horizon_months}}
    objective, rule = _objective(diagnosis, rules, key)
    return {"verdict": "active" if objective.is_active else "waiting", "indicators": [_kpi(objective.kpi)],
            "owner": dict(owner_of_objective(rules, diagnosis, objective.problem)),
            "wording": {"name": dict(rule.name)}}


def changed_parts(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the parts of a proposal that differ, in the order of the newer one.

    Parameters
    ----------
    before, now : Mapping[str, Any]
        As `proposal_basis` returns them.

    Returns
    -------
    tuple of str
    """
    return tuple(part for part in dict.fromkeys((*now, *before)) if before.get(part) != now.get(part))


def _measure(diagnosis: Diagnosis, rules: StrategyRules, key: str) -> tuple[MeasureFinding, Measure]:
    return ({found.key: found for found in diagnosis.measures}[key], {one.key: one for one in rules.measures}[key])


def _objective(diagnosis: Diagnosis, rules: StrategyRules, key: str) -> tuple[ObjectiveFinding, Objective]:
    return ({found.key: found for found in diagnosis.objectives}[key], {one.key: one for one in rules.objectives}[key])


def _principle(rules: StrategyRules, key: str) -> Principle:
    return {one.key: one for one in rules.principles}[key]


def _practice(found: MeasureFinding) -> list[Any]:
    practice, known = found.practice, found.known_by
    return [] if practice is None else [practice.key, practice.status, practice.since,
                                        _rounded(known.value if known is not None else None)]


def _kpi(row: KpiRow) -> list[Any]:
    return [dict(row.name), row.better, _rounded(row.baseline), _rounded(row.target), row.due_months]


def _grounds(found: MeasureFinding) -> dict[str, Any]:
    grounds = found.grounds
    if grounds is None:
        return {"size": _rounded(found.size)}
    return {
        "size": _rounded(found.size), "items": [[one.item, _rounded(one.share.value)] for one in grounds.items],
        "step": None if grounds.step is None else [grounds.step.number, grounds.step.days],
        "suggestions": [[one.code, one.source, one.k, one.n] for one in grounds.suggestions],
        "units": [[one.choice, _rounded(one.mean)] for one in grounds.units], "weak": list(grounds.weak)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), SHARE_DIGITS)
