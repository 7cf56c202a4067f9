"""Numbers in words that a person wrote, held against the figures that were computed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analysis.diagnosis.plan_basis import Basis
from analysis.results.diagnosis import Diagnosis
from analysis.results.plan_edits import EditedKind
from instruments.template import Condition, ConditionGroup, StrategyRules

PERCENT = 100.0
SCALES = {"万": 1e4, "亿": 1e8, "k": 1e3, "m": 1e6, "million": 1e6}
# A date or a year is part of a plan, and what has a letter before it is a key such as S1.2.
_NO_FIGURE = re.compile(
    r"\d{4}-\d{1,2}(?:-\d{1,2})?|\d{4}\s*年(?:\s*\d{1,2}\s*月)?(?:\s*\d{1,2}\s*日)?|\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?|"
    r"\b(?:19|20)\d{2}\b|[A-Za-z_]+[\w.]*\d[\w.]*")
_FIGURE = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*(万|亿|(?:k|m|million)\b)?", re.IGNORECASE)


@dataclass(frozen=True)
class ToldNumber:
    """A number of a wording that is none of the figures it speaks of; `path` says where else it stands, if anywhere."""

    text: str
    path: str = ""


def foreign_numbers(text: str, own: Mapping[str, float], others: Mapping[str, float],
                    known_texts: Iterable[str] = ()) -> tuple[ToldNumber, ...]:
    """Return the numbers of a wording that do not occur among the figures of what it speaks of.

    Parameters
    ----------
    text : str
        Any language; full-width digits, thousands marks, 万, 亿, k and million are read.
    own : Mapping[str, float]
        Path → figure of the measure or objective.
    others : Mapping[str, float]
        Path → figure of the rest of the diagnosis.
    known_texts : iterable of str
        Wordings whose numbers may be repeated: what the rules propose.

    Returns
    -------
    tuple of ToldNumber
        Each once, in the order written. A number occurs where a figure, or a share as percent, rounds to it. Dates,
        years and keys are no figures.
    """
    allowed = {token for known in known_texts for token, *_ in _numbers(known)}
    found: dict[str, ToldNumber] = {}
    for token, value, digits, scale in _numbers(text):
        if token in allowed or token in found or _path(value, digits, scale, own):
            continue
        found[token] = ToldNumber(token, _path(value, digits, scale, others))
    return tuple(found.values())


def _numbers(text: str) -> list[tuple[str, float, int, float]]:
    plain = _NO_FIGURE.sub(" ", unicodedata.normalize("NFKC", text))
    found = []
    for whole, fraction, unit in _FIGURE.findall(plain):
        value = float(whole.replace(",", "") + fraction)
        found.append((f"{whole}{fraction}{unit}", value, max(len(fraction) - 1, 0), SCALES.get(unit.lower(), 1.0)))
    return found


def _path(value: float, digits: int, scale: float, figures: Mapping[str, float]) -> str:
    """Return the path of the first figure that is printed as the number with so many decimals, else ""."""
    half = 0.5 * 10.0 ** -digits + 1e-9
    for path, figure in figures.items():
        shown = abs(figure) / scale
        if abs(shown - value) <= half or (scale == 1.0 and shown <= 1.0 and abs(shown * PERCENT - value) <= half):
            return path
    return ""


# ---- which figures a measure speaks of -------------------------------------------------------------------------------
def figures_of(kind: EditedKind, key: str, diagnosis: Diagnosis, rules: StrategyRules,
               basis: Basis) -> tuple[dict[str, float], dict[str, float]]:
    """Return the figures of a measure or objective, and those of the rest of the diagnosis.

    Parameters
    ----------
    kind : {"measure", "objective"}
    key : str
    diagnosis : Diagnosis
    rules : StrategyRules
    basis : dict
        What the proposal rests on.

    Returns
    -------
    tuple of dict
        Path → figure. Its own: indicators, grounds, ranks, the metrics of its conditions and of what it acts on.
    """
    names = _names(kind, key, rules)
    numbers = {path: float(value) for path, value in diagnosis.metrics.items()
               if isinstance(value, (int, float)) and not isinstance(value, bool)}
    own = {path: value for path, value in numbers.items() if path in names or not names.isdisjoint(path.split("."))}
    own |= dict(_leaves(f"{kind}.{key}", basis)) | _ranks(kind, key, diagnosis)
    return own, {path: value for path, value in numbers.items() if path not in own}


def _names(kind: EditedKind, key: str, rules: StrategyRules) -> frozenset[str]:
    """Return metric paths, and constructs, items and safeguards whose metrics belong to it."""
    if kind == "principle":
        return frozenset()
    if kind == "objective":
        return frozenset({{one.key: one for one in rules.objectives}[key].problem})
    measure = {measure.key: measure for measure in rules.measures}[key]
    paths = {condition.metric for condition in _conditions(measure.trigger)} | {measure.sizing or ""}
    acted_on = {*measure.address_problem, *measure.address_cause, *measure.address_facet, *measure.safeguards}
    return frozenset(paths | acted_on | {path.split(".")[1] for path in paths if path.startswith("item.")}) - {""}


def _conditions(group: ConditionGroup) -> list[Condition]:
    return [found for one in group.conditions
            for found in (_conditions(one) if isinstance(one, ConditionGroup) else [one])]


def _leaves(path: str, value: object) -> list[tuple[str, float]]:
    if isinstance(value, Mapping):
        return [leaf for name, one in value.items() for leaf in _leaves(f"{path}.{name}", one)]
    if isinstance(value, (list, tuple)):
        return [leaf for place, one in enumerate(value) for leaf in _leaves(f"{path}.{place}", one)]
    return [(path, float(value))] if isinstance(value, (int, float)) and not isinstance(value, bool) else []


def _ranks(kind: EditedKind, key: str, diagnosis: Diagnosis) -> dict[str, float]:
    if kind != "measure":
        return {}
    found = {one.key: one for one in diagnosis.measures}[key]
    named = {"impact": found.impact, "feasibility": found.feasibility, "priority": found.priority,
             "rank": found.rank, "rank_probability_top3": found.rank_probability_top3}
    return {f"measure.{key}.{name}": float(value) for name, value in named.items() if value is not None}
