"""By what saturation of a study's interviews is judged: base, run and share of new codes, with their defaults.

The three stand among the study's thresholds, so that the page, the diagnosis and the report judge alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from analysis.diagnosis.thresholds import THRESHOLDS, Threshold, resolve_thresholds
from surveyapp.errors import BadInput
from surveyapp.models.account import Account
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change

BASE, RUN, SHARE = "saturation_base", "saturation_run", "saturation_share"
NAMES = (BASE, RUN, SHARE)
WHOLE = (BASE, RUN)             # interviews are counted whole


@dataclass(frozen=True)
class SaturationRule:
    """What holds for the study, and the bounds and defaults of each number."""

    values: Mapping[str, float]
    defaults: Mapping[str, float]               # of the study's template, else of the model

    @property
    def bounds(self) -> Mapping[str, Threshold]:
        return {name: THRESHOLDS[name] for name in NAMES}

    @property
    def is_default(self) -> bool:
        return dict(self.values) == dict(self.defaults)


def saturation_rule(study: Study) -> SaturationRule:
    """Return by what saturation is judged in the study."""
    stated = study.template.get("thresholds", {})
    values, defaults = resolve_thresholds(stated, study.thresholds), resolve_thresholds(stated)
    return SaturationRule({name: values[name] for name in NAMES}, {name: defaults[name] for name in NAMES})


def set_saturation_rule(session: Session, study: Study, account: Account | None, wanted: Mapping[str, str]) -> None:
    """Judge saturation by these numbers, the share in per cent; an empty one goes back to its default."""
    before = saturation_rule(study)
    values = {name: _number(name, words) if (words := wanted.get(name, "").strip()) else before.defaults[name]
              for name in NAMES}
    rest = {name: value for name, value in study.thresholds.items() if name not in NAMES}
    study.thresholds = rest | {name: value for name, value in values.items() if value != before.defaults[name]}
    if values != dict(before.values):
        record_change(session, "set_saturation_rule", f"study {study.id}", study_id=study.id, account=account,
                      before=dict(before.values), after=values)
    session.flush()


def _number(name: str, words: str) -> float:
    bounds, scale = THRESHOLDS[name], 1 if name in WHOLE else 100
    try:
        value = float(words.rstrip("%\N{FULLWIDTH PERCENT SIGN}"))
    except ValueError:
        value = float("nan")
    if not bounds.low * scale <= value <= bounds.high * scale or (name in WHOLE and value != int(value)):
        raise BadInput("{found} is no number that saturation can be judged by.",
                       "Give a number from {low} to {high}, interviews in whole numbers; empty = default.",
                       found=repr(words[:20]), low=f"{bounds.low * scale:g}", high=f"{bounds.high * scale:g}")
    return value / scale
