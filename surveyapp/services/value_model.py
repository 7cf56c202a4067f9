"""A study's own value model: weights of the value index, stated or compared in pairs, and borders of tiers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise

from sqlalchemy.orm import Session

from instruments.codec import from_document, to_document
from instruments.pairwise import LARGEST_RATIO, RATIO_MAXIMUM, SIGN, Elicited, comparison_matrix, elicited_weights
from instruments.template import StudyTemplate, ValueModel
from instruments.value_checks import value_findings
from surveyapp.errors import BadInput
from surveyapp.models.account import Account
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.customer import find_file, get_value_model, request_picture

WEIGHT_DIGITS = 6
STEPS = tuple(range(1, int(LARGEST_RATIO) + 1))     # Saaty's scale


class Inconsistent(BadInput):
    """Comparisons that contradict each other; `pair` is furthest from what the others say, `implied` their ratio."""

    def __init__(self, ratio: float, pair: tuple[str, str], implied: float) -> None:
        super().__init__("The comparisons contradict each other: the consistency ratio is {ratio}, at most {most} is "
                         "taken.", "Look again at the pair that is marked.", ratio=f"{ratio:.2f}",
                         most=f"{RATIO_MAXIMUM:.2f}")
        self.pair, self.implied = pair, implied


def pairs_of(model: ValueModel) -> list[tuple[str, str]]:
    """Return the pairs of parts of the value index, each once."""
    return list(combinations([part.key for part in model.parts], 2))


def elicit(model: ValueModel, comparisons: Mapping[str, float]) -> Elicited:
    """Return the weights that comparisons of every pair give; Inconsistent where they contradict each other."""
    keys = [part.key for part in model.parts]
    found = elicited_weights(comparison_matrix(keys, comparisons))
    if found.ratio > RATIO_MAXIMUM and found.worst is not None:
        i, j = found.worst
        raise Inconsistent(found.ratio, (keys[i], keys[j]), found.weights[i] / found.weights[j])
    return found


def save_comparisons(session: Session, study: Study, ratios: Mapping[tuple[str, str], float],
                     account: Account | None) -> Elicited:
    """Take the weights from comparisons of every pair of parts; return them with their consistency."""
    model = get_value_model(study)
    missing = [pair for pair in pairs_of(model) if pair not in ratios]
    if missing:
        raise BadInput("Not every pair is compared.", "Compare each pair once.")
    comparisons = {f"{first}{SIGN}{second}": ratio for (first, second), ratio in ratios.items()}
    found = elicit(model, comparisons)
    parts = tuple(replace(part, weight=round(weight, WEIGHT_DIGITS))
                  for part, weight in zip(model.parts, _summing(found.weights), strict=True))
    _save(session, study, replace(model, parts=parts, comparisons=comparisons), "compare_value_parts", account)
    return found


def _summing(weights: Sequence[float]) -> list[float]:
    """Return weights rounded so that they add up to 1 exactly."""
    rounded = [round(weight, WEIGHT_DIGITS) for weight in weights[:-1]]
    return [*rounded, round(1 - math.fsum(rounded), WEIGHT_DIGITS)]


def save_weights(session: Session, study: Study, percents: Mapping[str, float], account: Account | None) -> None:
    """Take weights in percent as stated; comparisons are given up."""
    model = get_value_model(study)
    total = math.fsum(percents.values())
    if set(percents) != {part.key for part in model.parts} or any(value < 0 for value in percents.values()) or (
            not math.isclose(total, 100, abs_tol=0.01)):
        raise BadInput("The weights add up to {total} percent.", "Change them until they add up to 100 percent.",
                       total=f"{total:g}")
    weights = _summing([percents[part.key] / total for part in model.parts])
    parts = tuple(replace(part, weight=weight) for part, weight in zip(model.parts, weights, strict=True))
    _save(session, study, replace(model, parts=parts, comparisons={}), "state_value_weights", account)


def save_borders(session: Session, study: Study, borders: Mapping[str, Sequence[float]],
                 account: Account | None) -> None:
    """Take the organisation's own lower borders of tiers, by customer type."""
    model = get_value_model(study)
    tiers = {kind: tuple(replace(tier, minimum=border) for tier, border in zip(found, borders[kind], strict=True))
             for kind, found in model.tiers.items()}
    for kind, found in tiers.items():
        minimums = [tier.minimum for tier in found]
        if minimums[:1] != [0] or any(low >= high for low, high in pairwise(minimums)):
            raise BadInput("The borders of {kind} do not rise from 0.", "Begin with 0, and let each be above the one "
                           "before.", kind=kind)
    _save(session, study, replace(model, tiers=tiers), "set_tier_borders", account)


def _save(session: Session, study: Study, model: ValueModel, action: str, account: Account | None) -> None:
    findings = [finding for finding in value_findings(model, study.name) if finding.is_error]
    if findings:
        raise BadInput("{words}", words=str(findings[0]))
    before = get_value_model(study)
    template = replace(from_document(StudyTemplate, study.template), value_model=model)
    study.template = to_document(template)
    session.flush()
    record_change(session, action, "value model", study_id=study.id, account=account, before=_told(before),
                  after=_told(model))
    if find_file(session, study) is not None:
        request_picture(session, study, account)


def _told(model: ValueModel) -> dict[str, object]:
    return {"weights": {part.key: part.weight for part in model.parts}, "comparisons": dict(model.comparisons),
            "borders": {kind: [tier.minimum for tier in tiers] for kind, tiers in model.tiers.items()}}
