"""Comments on an open item: people who answered it in a closed wave, and what was handed over to the coders."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.account import Account
from surveyapp.models.coding import Coding
from surveyapp.models.comment import CommentSource
from surveyapp.models.study import Study
from surveyapp.services.batch_coding import LineCode, code_lines
from surveyapp.services.comment_page import CommentPage, Wanted, load_comment_page
from surveyapp.services.comment_source import make_source
from surveyapp.services.interview import get_interview
from surveyapp.services.redaction import hand_over
from surveyapp.services.study import close_wave, get_study, get_wave, list_links
from tests.factories import coding as people
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


def account(study: Study, login: str, role: str = "coder") -> Account:
    with transaction() as session:
        return people.member(session, get_study(session, study.id), login, role)


def ready(study: Study, comments: tuple[str, ...] = PLAIN) -> CommentSource:
    with transaction() as session:
        return source(session, get_study(session, study.id), comments)


def page(study: Study, of: CommentSource, who: Account, **wanted: object) -> CommentPage:
    close_read_session()
    session = read_session()
    return load_comment_page(session, study, session.get_one(CommentSource, of.id), who, Wanted(**wanted))


def number_of(study: Study, of: CommentSource, who: Account, words: str) -> int:
    """The line that holds these words: the order is another in every run."""
    return next(line.number for line in page(study, of, who).lines if words in line.text)


def code(study: Study, of: CommentSource, who: Account, words: tuple[str, ...], key: str = "CAU.TECH",
         **more: object) -> list[Coding]:
    lines = tuple(number_of(study, of, who, part) for part in words)
    version = page(study, of, who).version.sha256
    with transaction() as session:
        interview = get_interview(session, study, of.interview_id or 0)
        given = code_lines(session, study, interview, who, LineCode(lines, key, version, **more)).codings
    close_read_session()
    return list(given)
