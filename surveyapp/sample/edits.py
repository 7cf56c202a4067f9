"""What the invented research group changes of the plan that the rules propose, so that the demo shows an edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from instruments.schema import Text


@dataclass(frozen=True)
class SampleEdit:
    """One edit; fields by their names in the plan, a due date in days after the data."""

    kind: str
    key: str
    reason: Text
    values: Mapping[str, Text | str | float] = field(default_factory=dict)
    due_days: int | None = None


BANK_EDITS: Final = (
    SampleEdit("measure", "S2.2", {
        "en": "(synthetic example) The pilot team works; let outlets know how to reach it first, then widen it.",
        "zh": "（合成示例）试点团队已在运作，应先让各网点知晓如何联系，再谈扩面。"}, {
        "what": {"en": "Tell every outlet how to reach the pilot team for key customers, publish the list of those it "
                       "looks after, and review with the outlets each quarter before the pilot is widened.",
                 "zh": "向各网点公布重点客户试点团队的联系方式及服务客户名单，扩大试点之前按季与网点共同评估。"},
        "owner": {"en": "Corporate banking department with the outlets", "zh": "公司金融部会同各网点"},
        "phase": "quick_win",
        "note": {"en": "Management wishes to begin with what is in place already.",
                 "zh": "管理层希望从已有基础的工作做起。"}},
        due_days=180),
    SampleEdit("objective", "OB_INFO", {
        "en": "(synthetic example) The data managers cannot reach the rule's target within a year: smaller steps.",
        "zh": "（合成示例）数据管理部门认为一年内难以达到规则提出的目标值，先迈一小步更为稳妥。"}, {
        "target": 71.0, "owner": {"en": "Data management department", "zh": "数据管理部门"}}, due_days=365),
)
