"""Results of a pilot wave: what experts and first respondents say about each item. None = cannot be judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

PilotVerdict = Literal["keep", "change", "drop"]
PilotReason = Literal["experts_reject", "experts_doubt", "remarks", "left_blank", "weak_link", "wrong_way"]
ValidityWord = Literal["excellent", "good", "fair", "poor"]


@dataclass(frozen=True)
class ItemValidity:
    """How many experts call one item relevant; `kappa` is agreement on relevance beyond chance."""

    item: str
    n_experts: int
    n_relevant: int
    i_cvi: float
    chance: float
    kappa: float
    word: ValidityWord


@dataclass(frozen=True)
class ContentValidity:
    """Relevance of a set of items as experts rate it; scale figures 0..1."""

    items: tuple[ItemValidity, ...]
    n_experts: int
    s_cvi_average: float
    s_cvi_universal: float
    method: str


@dataclass(frozen=True)
class PilotItem:
    """What a pilot tells about one item; shares 0..1, seconds per item of its page."""

    item: str
    n_shown: int | None                 # None: shown to a few, of whom nothing else is told
    share_blank: float | None
    n_remarks: int
    share_remarks: float | None
    seconds: float | None
    item_rest_r: float | None
    i_cvi: float | None
    verdict: PilotVerdict
    reasons: tuple[PilotReason, ...] = ()


@dataclass(frozen=True)
class PilotJudgement:
    """The list keep / change / drop of a pilot wave."""

    n: int
    items: tuple[PilotItem, ...]
    validity: ContentValidity | None
    has_enough_for_links: bool          # item-rest correlations are judged from `MINIMUM_N_FOR_LINKS` respondents
    method: str


@dataclass(frozen=True)
class JudgedPilot:
    """The judgement of one questionnaire of a pilot wave, with the remarks in the respondents' words."""

    audience: str
    wave: str
    judgement: PilotJudgement
    remarks: Mapping[str, tuple[str, ...]]
