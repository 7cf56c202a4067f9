"""The four lines that tell respondents what becomes of their answers, for each privacy mode, in plain words.

They are data, not messages: the text somebody agreed to is stored with the consent as version and hash, so a changed
wording is a new version here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from surveyapp.models.privacy import ANONYMOUS, CONFIDENTIAL, IDENTIFIED
from surveyapp.services.response_token import text_hash

VERSION = "3"
FALLBACK = "en"
Lines = tuple[str, str, str, str]       # who can see, what is stored, when and for whom results appear, what you can do

_RESULTS_EN = "Results appear only after collection is closed, and only for groups of at least {n} people."
_RESULTS_ZH = "结果在收集结束后才会呈现，且只呈现不少于{n}人的群体。"

PROMISES: Mapping[str, Mapping[str, Lines]] = {
    ANONYMOUS: {
        "en": (
            "Nobody is told who gave which answers. The research team reads answers without names.",
            "Stored: your answers, their language, the time each page took, and whether you used a phone or a "
            "computer. Not stored: your name, your internet address, the day and the hour.",
            _RESULTS_EN + " What you write in your own words is shown apart from everything else about you.",
            "You can stop at any time. With the code shown at the end you can withdraw your answers until collection "
            "is closed; after that nobody can find them any more, not even if you ask.",
        ),
        "zh": (
            "不会告知任何人哪份答卷由谁填写；研究人员看到的答案不带姓名。",
            "保存：您的答案、作答语言、每页用时，以及使用的是手机还是电脑。不保存：姓名、网络地址、作答的日期和时刻。",
            _RESULTS_ZH + "您用自己的话写下的内容，与有关您的其他一切信息分开呈现。",
            "您可以随时停止。凭结束页显示的撤回码，您可以在收集结束前撤回答卷；此后任何人都无法再找到它，您本人提出要求也不例外。",
        ),
    },
    CONFIDENTIAL: {
        "en": (
            "Only a data manager, or the administrator of this program, can find out which answers are yours, and each "
            "look is recorded. The research team sees a number instead of your name, the same one if you are asked "
            "again, and is not shown who has answered.",
            "Stored: your answers, their language, the time each page took, whether you used a phone or a computer; "
            "and, kept apart, which number is yours, until this key is deleted. Not stored: your internet address, the "
            "day and the hour.",
            _RESULTS_EN + " Files of ratings hold your number; what tells who you are, and what you write in your own "
            "words, stand apart from it.",
            "You can stop at any time, and withdraw with the code shown at the end until collection is closed. "
            "A data manager can find your answers for you and erase them until the key is deleted; after that nobody "
            "can.",
        ),
        "zh": (
            "只有数据管理员或本系统管理员能查明哪份答卷是您的，每次查询均有记录。研究人员看到的是编号而不是姓名"
            "（再次受邀时编号不变），系统也不向其显示谁已作答。",
            "保存：您的答案、作答语言、每页用时、使用的是手机还是电脑；哪个编号属于您，另行保管，直至对照表删除。"
            "不保存：网络地址、作答的日期和时刻。",
            _RESULTS_ZH + "评分数据文件带有您的编号；能说明您身份的信息以及您用自己的话写下的内容，与编号分开存放。",
            "您可以随时停止，并可凭结束页显示的撤回码在收集结束前撤回。在对照表删除之前，数据管理员可以为您找到并删除您的答卷；"
            "此后任何人都无法再找到它。",
        ),
    },
    IDENTIFIED: {
        "en": (
            "The research team can see that these answers are yours: its files hold your name beside them. Reports do "
            "not name you.",
            "Stored: who you are according to your invitation, your answers, their language, the time each page took, "
            "and whether you used a phone or a computer. Not stored: your internet address, the day and the hour.",
            "The research team reads your answers after collection is closed. Reports appear only then, and show only "
            "groups of at least {n} people.",
            "You can stop at any time, and withdraw with the code shown at the end until collection is closed. "
            "The research team can find your answers for you and erase them.",
        ),
        "zh": (
            "研究人员能看到这份答卷是您的：其数据文件中答案旁注有您的姓名。报告不会出现您的姓名。",
            "保存：邀请中所载的您的身份、您的答案、作答语言、每页用时，以及使用的是手机还是电脑。不保存：网络地址、作答的日期和时刻。",
            "研究人员在收集结束后查看您的答案；报告也在此后才会呈现，且只呈现不少于{n}人的群体。",
            "您可以随时停止，并可凭结束页显示的撤回码在收集结束前撤回。如有需要，研究人员可以为您找到并删除您的答卷。",
        ),
    },
}


def promise_lines(privacy: str, language: str, minimum: int) -> Lines:
    """Return the four lines in the respondent's language; English where there is none."""
    words = PROMISES[privacy]
    lines = words.get(language) or words.get(language.split("-")[0]) or words[FALLBACK]
    first, second, third, fourth = (line.format(n=minimum) for line in lines)
    return first, second, third, fourth


def promise_language(language: str) -> str:
    """Return the language the lines are shown in."""
    base = language.split("-")[0]
    return base if base in PROMISES[ANONYMOUS] else FALLBACK


@lru_cache(maxsize=256)
def _promise_hash(privacy: str, language: str, minimum: int) -> str:
    return text_hash("\n".join(promise_lines(privacy, language, minimum)))


def promise_document(privacy: str, language: str, minimum: int) -> dict[str, str]:
    """Return what is kept beside the consent: the mode, and which version of its four lines was shown."""
    return {"privacy": privacy, "promise": VERSION, "promise_hash": _promise_hash(privacy, language, minimum)}
