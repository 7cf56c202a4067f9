"""The fixed words of the sheet for notes, in both languages: written by one module, recognised by another."""

from __future__ import annotations

from collections.abc import Mapping

from instruments.template import Guide

LABELS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Notes of an interview", "log": "Who and when", "rest": "Anything else",
        "key": "Number", "role": "Role class", "audience": "Group", "held_on": "Date", "duration_min": "Minutes",
        "mode": "How it was held", "interviewer": "Interviewer",
        "consent": "The interviewee agreed to notes being kept", "probes": "Probes", "asked": "asked",
        "covered": "covered without being asked", "skipped": "skipped",
        "how": "Write below each question. Put words said into “ ”: only these may be quoted. "
               "No names, telephone or account numbers.",
        "opening": "Read out first", "closing": "At the end",
    },
    "zh": {
        "title": "访谈笔记", "log": "访谈情况", "rest": "其他内容",
        "key": "编号", "role": "岗位类别", "audience": "群体", "held_on": "日期", "duration_min": "时长（分钟）",
        "mode": "访谈方式", "interviewer": "访谈员", "consent": "受访者同意保存笔记",
        "probes": "追问", "asked": "已询问", "covered": "未问而已答", "skipped": "已跳过",
        "how": "请在各问题下方记录。受访者原话放入「」，日后只有这些内容可以引用。请勿记录姓名、电话或账号。",
        "opening": "请先宣读", "closing": "结束时",
    },
}
MODES: Mapping[str, Mapping[str, str]] = {
    "en": {"in_person": "in person", "telephone": "by telephone", "video": "by video"},
    "zh": {"in_person": "面谈", "telephone": "电话", "video": "视频"},
}
AUDIENCES: Mapping[str, Mapping[str, str]] = {
    "en": {"staff": "Staff", "manager": "Management", "customer": "Customer"},
    "zh": {"staff": "员工", "manager": "管理人员", "customer": "客户"},
}


def group_name(guide: Guide, audience: str, language: str) -> str:
    """Return what a group is called: by the study's role class of that key, else by our own words, else by its key."""
    return guide.roles.get(audience, {}).get(language) or AUDIENCES.get(language, {}).get(audience, audience)


def group_keys(guide: Guide) -> dict[str, str]:
    """Return the key of every group by the names that a sheet may bear, folded; a study's own go over ours."""
    names = {folded(name): key for known in AUDIENCES.values() for key, name in known.items()}
    groups = {audience for question in guide.questions for audience in question.audiences}
    return names | {folded(name): key for key in groups for name in guide.roles.get(key, {}).values()}


FORMER = {"角色类别": "role"}     # how sheets that were printed earlier call a field
LOG_FIELDS = ("key", "role", "held_on", "duration_min", "mode", "interviewer")
EMPTY = "＿＿＿＿＿＿"           # where something is to be written: a control without words cannot be seen
EMPTY_BOX, TICKED_BOX = "☐", "☑"
TICKED = frozenset("☑☒✓✔√■●xX×")


def words_of(language: str) -> Mapping[str, str]:
    """Return the fixed words of the sheet; another language than ours gets the English ones."""
    return LABELS.get(language, LABELS["en"])


def is_blank(text: str) -> bool:
    """Tell whether nobody wrote anything there."""
    return not text.strip(" \t\n\r\u3000\u00a0_＿…")


def folded(text: str) -> str:
    """Return the text for comparison: without space, case and the form of punctuation."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())
