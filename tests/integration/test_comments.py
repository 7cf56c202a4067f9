"""Comments from a closed wave to the coders: through the release, checked for names, coded in batches, counted."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from surveyapp.db.base import utc_now
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, NotFound, Refused, Stale
from surveyapp.models.audit import Audit
from surveyapp.models.coding import Coding, Segment
from surveyapp.models.comment import CLEAR, DROPPED, REPLACED, CommentSource, PendingComment
from surveyapp.models.interview import ANSWERS, Interview, Turn
from surveyapp.models.study import Study
from surveyapp.services.batch_coding import LineCode, code_lines
from surveyapp.services.coding import delete_coding
from surveyapp.services.coding_history import undo_last
from surveyapp.services.comment_page import UNCODED
from surveyapp.services.comment_source import discard_source, list_open_items, make_source
from surveyapp.services.erasure import set_retention
from surveyapp.services.interview import current_version, get_interview
from surveyapp.services.redaction import ALL, Decision, decide_comments, hand_over, load_redaction
from surveyapp.services.study import get_study
from surveyapp.services.upkeep import keep_up
from tests.factories import comments as make
from tests.factories import questionnaire
from tests.factories.comments import account, code, page, ready


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        return questionnaire.study(session)


def waiting(study: Study, comments: tuple[str, ...] = (*make.PLAIN, *make.NAMING)) -> CommentSource:
    with transaction() as session:
        found = get_study(session, study.id)
        make.answer(session, found, comments)
        source = make_source(session, found, "w1", "staff", make.ITEM)
    close_read_session()
    return source


# ---- the material ---------------------------------------------------------------------------------------------------
def test_comments_are_not_taken_over_while_people_still_answer(study: Study):
    with transaction() as session:
        make.answer(session, study, is_closed=False)

    with pytest.raises(Refused, match="still open"), transaction() as session:
        make_source(session, get_study(session, study.id), "w1", "staff", make.ITEM)


def test_fewer_comments_than_the_smallest_group_are_not_shown_though_many_answered(study: Study):
    with transaction() as session:
        make.answer(session, study, (*make.PLAIN[:4], *make.NOTHING))

    with pytest.raises(Refused, match="4 comments; fewer than 5"), transaction() as session:
        make_source(session, get_study(session, study.id), "w1", "staff", make.ITEM)


def test_answers_that_say_nothing_are_counted_as_blank_and_are_no_comments(study: Study):
    source = waiting(study, (*make.PLAIN, *make.NOTHING))

    assert (source.n_written, source.n_blank) == (len(make.PLAIN), len(make.NOTHING))


def test_the_text_holds_every_comment_once_a_turn_each_in_an_order_of_its_own(study: Study):
    source = ready(study)
    session = read_session()
    version = current_version(session, get_interview(session, study, source.interview_id))
    turns = list(session.scalars(select(Turn).where(Turn.version_id == version.id).order_by(Turn.number)))

    lines = [version.text[turn.start:turn.end] for turn in turns]

    assert sorted(lines) == sorted(make.PLAIN)
    assert version.text.splitlines() == lines
    assert {turn.speaker for turn in turns} == {""}


def test_the_order_is_not_that_of_answering_and_differs_each_time(study: Study):
    many = tuple(f"意见第{number}条，内容各不相同" for number in range(40))
    with transaction() as session:
        make.answer(session, study, many)
    orders = []
    for _ in range(2):
        with transaction() as session:
            found = get_study(session, study.id)
            source = make_source(session, found, "w1", "staff", make.ITEM)
            orders.append(list(session.scalars(select(PendingComment.text).order_by(PendingComment.number))))
            discard_source(session, found, source)

    assert sorted(orders[0]) == sorted(orders[1]) == sorted(many)
    assert len({tuple(many), *map(tuple, orders)}) == 3


def test_nothing_of_the_text_leads_back_to_a_person(study: Study):
    ready(study)
    session = read_session()

    stored = session.scalars(select(Interview).where(Interview.kind == ANSWERS)).one()
    keys = session.execute(text("SELECT key FROM response")).scalars().all()
    everything = " ".join(str(row) for table in ("interview", "comment_source", "turn", "transcript_version", "audit")
                          for row in session.execute(text(f"SELECT * FROM {table}")))   # noqa: S608  # names of ours

    assert (stored.held_on, stored.role, stored.questions, stored.duration_min) == (None, "", None, None)
    assert not [key for key in keys if key in everything]


# ---- names ----------------------------------------------------------------------------------------------------------
def test_nobody_codes_before_every_flagged_comment_is_decided(study: Study):
    source, ann = waiting(study), account(study, "ann")

    with pytest.raises(Refused, match="3 comments that may name a person"), transaction() as session:
        hand_over(session, study, session.get_one(CommentSource, source.id))
    with pytest.raises(NotFound, match="not ready"):
        page(study, source, ann)
    assert read_session().scalar(select(func.count()).select_from(Interview)) == 0


def decide(study: Study, source: CommentSource, decisions: dict[str, Decision]) -> None:
    with transaction() as session:
        rows = {row.text: row.number for row in session.scalars(select(PendingComment))}
        decide_comments(session, study, session.get_one(CommentSource, source.id),
                        {rows[words]: decision for words, decision in decisions.items()})


DECIDED = {make.NAMING[0]: Decision(REPLACED, "〔某同事〕从来不回电话。"), make.NAMING[1]: Decision(DROPPED),
           make.NAMING[2]: Decision(REPLACED, "找〔某同事〕，他都知道。")}


def test_names_are_replaced_or_dropped_and_the_words_are_nowhere_but_in_the_answers(study: Study):
    source, ann = waiting(study), account(study, "ann")
    decide(study, source, DECIDED)
    with transaction() as session:
        hand_over(session, study, session.get_one(CommentSource, source.id))

    lines = [line.text for line in page(study, source, ann).lines]

    assert sorted(lines) == sorted((*make.PLAIN, "〔某同事〕从来不回电话。", "找〔某同事〕，他都知道。"))
    session = read_session()
    left = [str(row) for table in ("audit", "transcript_version", "pending_comment", "comment_source", "interview")
            for row in session.execute(text(f"SELECT * FROM {table}"))]                 # noqa: S608  # names of ours
    assert not [row for row in left if "王经理" in row or "Smith" in row or "老陈" in row]
    assert session.scalar(select(func.count()).select_from(PendingComment)) == 0


def test_the_proposed_wording_names_nobody_and_a_researcher_may_say_so_of_what_is_no_name(study: Study):
    source = waiting(study, (*make.PLAIN, "单会太多，高兴不起来，李总经理也一样。"))
    session = read_session()

    found = load_redaction(session, session.get_one(CommentSource, source.id))
    decide(study, source, {"单会太多，高兴不起来，李总经理也一样。": Decision(CLEAR)})
    close_read_session()
    after = load_redaction(read_session(), read_session().get_one(CommentSource, source.id))

    assert "李总经理" not in found.lines[0].words
    assert (found.n_undecided, after.n_undecided, after.n_flagged) == (1, 0, 1)


@pytest.mark.parametrize(("decision", "reason"), [
    (Decision(REPLACED, make.NAMING[2]), "is the old one"), (Decision(REPLACED, " "), "empty"),
    (Decision(REPLACED, "打13812345678"), "still holds a telephone"), (Decision("maybe"), "is no decision")])
def test_a_wording_that_changes_nothing_or_keeps_a_number_is_refused(study: Study, decision: Decision, reason: str):
    source = waiting(study)

    with pytest.raises(BadInput, match=reason):
        decide(study, source, {make.NAMING[2]: decision})


def test_comments_nobody_flagged_can_be_reworded_too(study: Study):
    source = waiting(study, make.PLAIN)
    decide(study, source, {make.PLAIN[0]: Decision(DROPPED)})
    close_read_session()

    found = load_redaction(read_session(), read_session().get_one(CommentSource, source.id), ALL)

    assert sum(line.decision == DROPPED for line in found.lines) == 1


def test_dropping_so_many_that_few_are_left_is_refused(study: Study):
    source = waiting(study, (*make.PLAIN[:4], make.NAMING[0]))
    decide(study, source, {make.NAMING[0]: Decision(DROPPED)})

    with pytest.raises(Refused, match="Only 4 comments are left"), transaction() as session:
        hand_over(session, study, session.get_one(CommentSource, source.id))


def test_names_of_the_studys_own_people_are_found(study: Study):
    account(study, "quintana")
    source = waiting(study, (*make.PLAIN, "Ask Quintana, nobody else knows."))
    session = read_session()

    found = load_redaction(session, session.get_one(CommentSource, source.id))

    assert [piece.words for piece in found.lines[0].pieces if piece.kind] == ["Quintana"]


# ---- batches --------------------------------------------------------------------------------------------------------
def test_one_code_on_several_comments_is_one_deed_and_one_undo(study: Study):
    source, ann = ready(study), account(study, "ann")

    given = code(study, source, ann, ("系统太多", "系统之间", "Too many"), polarity="supports", memo="m")
    deeds = list(read_session().scalars(select(Audit.action).where(Audit.account_id == ann.id)))
    with transaction() as session:
        undo_last(session, study, get_interview(session, study, source.interview_id), ann)

    assert len(given) == 3
    assert deeds == ["code_lines"]
    assert page(study, source, ann).n_coded == 0


def test_every_coded_line_equals_its_quote(study: Study):
    source, ann = ready(study, (*make.PLAIN, "客户👨‍👩‍👧说𠮷好。", "e\u0301galité 很重要")), account(study, "ann")
    code(study, source, ann, ("𠮷", "galité", "系统太多"))
    session = read_session()
    version = current_version(session, get_interview(session, study, source.interview_id))

    segments = list(session.scalars(select(Segment)))

    assert [version.text[row.start:row.end] for row in segments] == [row.quote for row in segments]
    assert {row.prefix + row.suffix for row in segments} == {""}     # the neighbours are other people's words


def test_a_line_that_has_the_code_already_keeps_its_coding(study: Study):
    source, ann = ready(study), account(study, "ann")
    first = code(study, source, ann, ("系统太多",), polarity="contradicts")

    second = code(study, source, ann, ("系统太多", "系统之间"))

    assert len(second) == 1
    with pytest.raises(Refused, match="already"):
        code(study, source, ann, ("系统太多",))
    assert read_session().get_one(Coding, first[0].id).polarity == "contradicts"


def test_a_batch_one_coding_of_which_was_changed_is_not_undone_by_halves(study: Study):
    source, ann = ready(study), account(study, "ann")
    given = code(study, source, ann, ("系统太多", "系统之间"))
    with transaction() as session:
        interview = get_interview(session, study, source.interview_id)
        delete_coding(session, study, interview, ann, given[0].id)
        undo_last(session, study, interview, ann)
        session.get_one(Coding, given[0].id).polarity = "mixed"

    with pytest.raises(Refused, match="changed"), transaction() as session:
        undo_last(session, study, get_interview(session, study, source.interview_id), ann)
    assert page(study, source, ann).n_coded == 2


@pytest.mark.parametrize(("lines", "version", "error"), [
    ((), None, BadInput), ((99,), None, BadInput), ((1,), "0" * 64, Stale), (tuple(range(1, 600)), None, BadInput)])
def test_lines_that_are_not_there_or_of_another_text_are_refused(
        study: Study, lines: tuple[int, ...], version: str | None, error: type[Exception]):
    source, ann = ready(study), account(study, "ann")
    sha256 = version or page(study, source, ann).version.sha256

    with pytest.raises(error), transaction() as session:
        code_lines(session, study, get_interview(session, study, source.interview_id), ann,
                   LineCode(lines, "CAU.TECH", sha256))


def test_the_list_is_filtered_by_words_state_and_code_and_sorted_by_likeness(study: Study):
    source, ann = ready(study), account(study, "ann")
    code(study, source, ann, ("系统太多",))

    found = {
        "words": [line.text for line in page(study, source, ann, words="系统").lines],
        "uncoded": page(study, source, ann, state=UNCODED).n_fitting,
        "code": [line.text for line in page(study, source, ann, code="CAU.TECH").lines],
        "like": page(study, source, ann, like="CAU.INCENT").lines[0].text,
    }

    assert sorted(found["words"]) == sorted(make.PLAIN[:2])
    assert found["uncoded"] == len(make.PLAIN) - 1
    assert found["code"] == [make.PLAIN[0]]
    assert found["like"] == "考核只看新增，老客户没人管。"


def test_three_thousand_comments_come_fifty_a_page(study: Study):
    source = ready(study, tuple(f"第{number}条意见：系统{number % 7}号窗口太慢" for number in range(3000)))
    ann = account(study, "ann")

    first, last = page(study, source, ann), page(study, source, ann, page=99)

    assert (first.n_all, len(first.lines), first.n_pages) == (3000, 50, 60)
    assert last.wanted.page == 60
    assert last.lines[-1].number == 3000


# ---- taking back ----------------------------------------------------------------------------------------------------
def test_discarded_comments_leave_no_codings_and_can_be_taken_over_again(study: Study):
    source, ann = ready(study), account(study, "ann")
    code(study, source, ann, ("系统太多",))
    with transaction() as session:
        discard_source(session, study, session.get_one(CommentSource, source.id))
    with transaction() as session:
        again = make_source(session, get_study(session, study.id), "w1", "staff", make.ITEM)
    close_read_session()
    session = read_session()

    assert session.scalar(select(func.count()).select_from(Coding)) == 0
    assert [(row.item, row.source.id if row.source else None) for row in list_open_items(session, study)
            if row.item == make.ITEM] == [(make.ITEM, again.id)]
    with pytest.raises(Refused, match="already"), transaction() as session:
        make_source(session, get_study(session, study.id), "w1", "staff", make.ITEM)


@pytest.mark.parametrize(("scope", "left"), [("roster", 1), ("answers", 0), ("everything", 0)])
def test_comments_go_with_the_answers_they_are_copies_of(study: Study, scope: str, left: int):
    ready(study)
    with transaction() as session:
        set_retention(session, get_study(session, study.id), utc_now().date() - timedelta(days=2), scope)
    close_read_session()
    with transaction() as session:
        keep_up(session, "k" * 48)
    close_read_session()
    session = read_session()

    assert [session.scalar(select(func.count()).select_from(table)) for table in (CommentSource, Interview)] == [
        left, left]
