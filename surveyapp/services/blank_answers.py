"""Answers to open items that say nothing: they are counted as blank, by a rule that is printed beside the counts."""

from __future__ import annotations

import re
import unicodedata

# The whole answer, without signs and spaces and without difference of case and width, is one of these.
BLANK_WORDS = frozenset({
    "不了解", "不清楚", "不知道", "不详", "不适用", "同上", "无", "无其他", "无可奉告", "无建议", "无意见",
    "无补充", "暂无", "暂时没有", "没", "没什么", "没意见", "没有", "没有了", "没有什么", "没有其他",
    "没有其他问题", "没有建议", "没有意见", "没有补充", "没有问题", "略", "目前没有", "空", "asabove", "dk",
    "dontknow", "idontknow", "na", "nil", "no", "nocomment", "nocomments", "noidea", "none", "noopinion",
    "notapplicable", "nothing", "nothingelse", "nothingtoadd", "notreally", "null", "ok", "x", "xx", "xxx",
})
_SIGNS = re.compile(r"[\W_]+")


def is_blank(answer: str) -> bool:
    """Return whether an answer holds no words, only signs, or only one of `BLANK_WORDS`."""
    bare = _SIGNS.sub("", unicodedata.normalize("NFKC", answer)).casefold()
    return not bare or bare in BLANK_WORDS or bare.isdecimal()
