"""Comments on an open item: people who answered it in a closed wave, and what was handed over to the coders."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from surveyapp.models.comment import CommentSource
from surveyapp.models.study import Study
from surveyapp.services.comment_source import make_source
from surveyapp.services.redaction import hand_over
from surveyapp.services.study import close_wave, get_wave, list_links
from tests.factories.answered import people_answer

ITEM = "OPEN"
PLAIN = (
    "系统太多，来回切换。", "系统之间不通，同一个数据录三遍。", "考核只看新增，老客户没人管。",
    "Too many systems that do not talk.", "流程太长，审批要一周。", "培训太少，新人没人带。",
    "没有人牵头，部门各管各的。", "Reports, reports, reports.",
)
NAMING = ("王经理从来不回电话。", "Mr Smith never answers.", "找老陈，他都知道。")
NOTHING = ("无", "没有。", "N/A", "none", "—")


def answer(session: Session, study: Study, comments: Sequence[str] = PLAIN, *, item: str = ITEM,
           is_closed: bool = True) -> None:
    """Have one member of staff a comment answer the open item, and close the wave."""
    wave = get_wave(session, study)
    link = next(link for link, published in list_links(session, wave) if published.audience == "staff")
    people_answer(session, link, [
        {"L1": number % 5 + 1, "ROLE": "teller", item: words, "language": ("zh", "en")[number % 2]}
        for number, words in enumerate(comments)])
    if is_closed:
        close_wave(session, study, wave)


def source(session: Session, study: Study, comments: Sequence[str] = PLAIN, *, item: str = ITEM) -> CommentSource:
    """The comments, ready to be coded; none of them may be flagged."""
    answer(session, study, comments, item=item)
    made = make_source(session, study, "w1", "staff", item)
    hand_over(session, study, made)
    return made
