"""What is planted between two waves of the bank sample: what was decided, and what changed where.

The change is planted in the units that take part in two measures and nowhere else, so that a reader can see whether the
comparison finds it. Synthetic like everything here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from surveyapp.sample.people import PersonType
from surveyapp.sample.plan import BANK_PLAN, Plan

UNIT_ITEM: Final = "D_DEPT"
TAKING_PART: Final = ("corporate", "retail")
# Scale points by which a problem is lower in the units that take part, a year later.
PLANTED: Final[Mapping[str, float]] = {"PRB_INFO": -1.1}
NEW_SEED: Final = 20270906


@dataclass(frozen=True)
class PlantedMilestone:
    """A step of a decided measure: days after the release by which it is due, and how long it took; None = open."""

    name: str
    due_days: int
    done_days: int | None = None


@dataclass(frozen=True)
class PlantedDecision:
    """What the invented branch's management decided on one measure; days count from the release."""

    measure: str
    decision: str
    body: str
    reason: str = ""
    change: str = ""
    again_days: int | None = None
    owner: str = ""
    units: tuple[str, ...] = ()
    start_days: int | None = None
    progress: str = "planned"
    progress_days: int | None = None
    milestones: tuple[PlantedMilestone, ...] = ()
    readings: tuple[tuple[str, float, int, str], ...] = ()      # indicator, value, days, source


BODY: Final = "分行行长办公会"
DECISIONS: Final = (
    PlantedDecision(
        "S1.2", "changed", BODY, "全行一次补齐人手不够。",
        "先在公司金融部和零售金融部实行，再决定是否推广。",
        owner="零售金融部会同科技与数据部", units=TAKING_PART, start_days=10,
        progress="running", progress_days=12,
        milestones=(PlantedMilestone("印发字段清单和填写标准", 15, 14),
                    PlantedMilestone("完成两个部门的培训", 25, 30),
                    PlantedMilestone("首轮补录验收", 38)),
        readings=(("1", 71.0, 40, "客户信息系统月报"),)),
    PlantedDecision(
        "S2.2", "accepted", BODY, owner="公司金融部", units=TAKING_PART, start_days=10,
        progress="done", progress_days=35,
        milestones=(PlantedMilestone("确定重点客户名单", 20, 19),
                    PlantedMilestone("服务团队到位", 35, 35))),
    PlantedDecision(
        "S1.1", "deferred", BODY,
        "总行正在制定统一指标，待下发后再定。", again_days=36),
    PlantedDecision(
        "S2.4", "rejected", BODY,
        "考核办法由总行统一规定，分行无权调整。"),
)
# The register is kept in the branch's own language; how its texts are told in English.
IN_ENGLISH: Final[Mapping[str, str]] = {
    "分行行长办公会": "branch management meeting",
    "全行一次补齐人手不够。": "There are too few people to complete all records at once.",
    "先在公司金融部和零售金融部实行，再决定是否推广。": "Corporate and retail banking begin; others may follow.",
    "零售金融部会同科技与数据部": "Retail banking with technology and data",
    "印发字段清单和填写标准": "List of fields and rules for filling them issued",
    "完成两个部门的培训": "Both departments trained",
    "首轮补录验收": "First completed records checked",
    "客户信息系统月报": "monthly report of the customer system",
    "公司金融部": "Corporate banking",
    "确定重点客户名单": "List of key customers fixed",
    "服务团队到位": "Service teams in place",
    "总行正在制定统一指标，待下发后再定。": "Head office is preparing a common index; to be decided once it is issued.",
    "考核办法由总行统一规定，分行无权调整。": "Head office sets the appraisal rules; the branch cannot change them.",
}
DECIDED_DAYS: Final = 7
CLOSED_BEFORE: Final = 14           # days between the end of the first wave and the release of its report
DAYS_SINCE_RELEASE: Final = 45      # what is planted happened in these days, so some of it is overdue
SECOND_DAYS: Final = 8              # of collection in the second wave, after the last of what was done


def second_plan() -> Plan:
    """Return what is planted in the second wave: the first one's plan with the change where the measures apply."""
    people = tuple(_changed(person) for person in BANK_PLAN.people["staff"])
    share = sum(person.weight * _share(person) for person in BANK_PLAN.people["staff"]) / sum(
        person.weight for person in BANK_PLAN.people["staff"])
    means = {key: round(mean + PLANTED.get(key, 0.0) * share, 3) for key, mean in BANK_PLAN.means.items()}
    first, last = BANK_PLAN.fieldwork
    year = timedelta(days=364)
    ticked = {**BANK_PLAN.ticked, "F_MEAS": {**BANK_PLAN.ticked["F_MEAS"], "keyteam": 0.52}}
    return replace(BANK_PLAN, seed=NEW_SEED, means=means, people={**BANK_PLAN.people, "staff": people}, ticked=ticked,
                   fieldwork=(first + year, last + year))


def _share(person: PersonType) -> float:
    """Return the share of a kind of respondents who are in a unit that takes part."""
    units = person.choices.get(UNIT_ITEM, {})
    return sum(units.get(unit, 0) for unit in TAKING_PART) / (sum(units.values()) or 1)


def _changed(person: PersonType) -> PersonType:
    """Return a kind of respondents with the planted change where it holds for most of them."""
    shifts = dict(person.shifts)
    for key, change in PLANTED.items():
        shifts[key] = shifts.get(key, 0.0) + change * _share(person)
    return replace(person, shifts=shifts)


def day_after(released_on: date, days: int | None) -> str:
    """Return the day so many days after the release, empty for none."""
    return (released_on + timedelta(days=days)).isoformat() if days is not None else ""
