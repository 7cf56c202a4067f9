"""Comments from a closed wave to the coders: through the release, checked for names, coded in batches, counted."""

import pytest
from sqlalchemy import func, select, text

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, NotFound, Refused, Stale
from surveyapp.models.account import Account
from surveyapp.models.audit import Audit
from surveyapp.models.coding import Coding, Segment
from surveyapp.models.comment import CLEAR, DROPPED, REPLACED, CommentSource, PendingComment
from surveyapp.models.interview import ANSWERS, Interview, Turn
from surveyapp.models.study import Study
from surveyapp.services.batch_coding import LineCode, code_lines
from surveyapp.services.blinding import finish_coding, open_round
from surveyapp.services.candidate import (
    CandidateText,
    add_lines,
    change_candidate,
    list_candidates,
    nominate_candidate,
    remove_line,
    withdraw_candidate,
)
from surveyapp.services.codebook import load_codebook
from surveyapp.services.coding import delete_coding
from surveyapp.services.coding_history import undo_last
from surveyapp.services.comment_counts import count_comments
from surveyapp.services.comment_page import UNCODED, CommentPage, Wanted, load_comment_page
from surveyapp.services.comment_source import discard_source, list_open_items, make_source
from surveyapp.services.interview import current_version, get_interview
from surveyapp.services.redaction import ALL, Decision, decide_comments, hand_over, load_redaction
from surveyapp.services.study import get_study
from tests.factories import coding as people
from tests.factories import comments as make
from tests.factories import questionnaire


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        return questionnaire.study(session)


def account(study: Study, login: str, role: str = "coder") -> Account:
    with transaction() as session:
        return people.member(session, get_study(session, study.id), login, role)


def ready(study: Study, comments: tuple[str, ...] = make.PLAIN) -> CommentSource:
    with transaction() as session:
        return make.source(session, get_study(session, study.id), comments)


def waiting(study: Study, comments: tuple[str, ...] = (*make.PLAIN, *make.NAMING)) -> CommentSource:
    with transaction() as session:
        found = get_study(session, study.id)
        make.answer(session, found, comments)
        source = make_source(session, found, "w1", "staff", make.ITEM)
    close_read_session()
    return source


def page(study: Study, source: CommentSource, who: Account, **wanted: object) -> CommentPage:
    close_read_session()
    session = read_session()
    return load_comment_page(session, study, session.get_one(CommentSource, source.id), who, Wanted(**wanted))


def number_of(study: Study, source: CommentSource, who: Account, words: str) -> int:
    """The line that holds these words: the order is another in every run."""
    return next(line.number for line in page(study, source, who).lines if words in line.text)


def code(study: Study, source: CommentSource, who: Account, words: tuple[str, ...], key: str = "CAU.TECH",
         **more: object) -> list[Coding]:
    lines = tuple(number_of(study, source, who, part) for part in words)
    version = page(study, source, who).version.sha256
    with transaction() as session:
        interview = get_interview(session, study, source.interview_id or 0)
        given = code_lines(session, study, interview, who, LineCode(lines, key, version, **more)).codings
    close_read_session()
    return list(given)


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


# ---- blindness ------------------------------------------------------------------------------------------------------
def test_in_a_blind_round_codings_counts_suggestions_and_candidates_are_ones_own(study: Study):
    source = ready(study)
    ann, bob, eve = (account(study, name) for name in ("ann", "bob", "eve"))
    boss = account(study, "boss", "researcher")
    with transaction() as session:
        open_round(session, study, get_interview(session, study, source.interview_id), [ann.id, bob.id])
    code(study, source, ann, ("流程太长", "培训太少"), "SUG.MKT", memo="secret")

    def known(who: Account) -> list[object]:
        found = page(study, source, who)
        session = read_session()
        counts = count_comments(session, study, who, load_codebook(session, study))
        learnt = {words for line in page(study, source, who, like="SUG.MKT").lines for hint in line.suggestions
                  for words in hint.from_lines}
        return [found.n_coded, dict(found.by_code), sum(len(line.codings) for line in found.lines), sorted(learnt),
                counts.by_code["SUG.MKT"].n, page(study, source, who, code="SUG.MKT").n_fitting]

    assert known(bob) == known(eve) == [0, {}, 0, [], 0, 0]
    assert known(ann)[0] == known(boss)[0] == 2
    with transaction() as session:
        for who in (ann, bob):
            finish_coding(session, study, get_interview(session, study, source.interview_id), who)
    assert known(bob)[0] == 2


def test_suggestions_learn_from_coded_lines_and_say_so(study: Study):
    source = ready(study, (*make.PLAIN, "排队叫号机坏了没人修", "叫号机常年失灵", "叫号机声音太小"))
    ann = account(study, "ann")

    before = page(study, source, ann, words="声音太小").lines[0].suggestions
    code(study, source, ann, ("没人修", "常年失灵"), "PRB.MAINT")
    after = page(study, source, ann, words="声音太小").lines[0].suggestions

    assert "PRB.MAINT" not in [hint.code for hint in before]
    assert next((hint.code, hint.from_lines) for hint in after) == ("PRB.MAINT", ("叫号机",))
    assert page(study, source, ann).n_coded == 2        # shown, never applied


# ---- counts ---------------------------------------------------------------------------------------------------------
def test_a_comment_counts_once_a_code_sub_codes_included_and_by_polarity(study: Study):
    source, ann = ready(study), account(study, "ann")
    bob = account(study, "bob")
    code(study, source, ann, ("系统太多", "系统之间"), "PRB.INFO.LINK")
    code(study, source, ann, ("系统之间",), "PRB.INFO")
    code(study, source, bob, ("系统太多",), "PRB.INFO.LINK", polarity="contradicts")
    session = read_session()

    counts = count_comments(session, study, ann, load_codebook(session, study))

    assert counts.n_all == len(make.PLAIN)
    assert (counts.by_code["PRB.INFO"].n, dict(counts.by_code["PRB.INFO"].by_polarity)) == (
        2, {"mixed": 1, "supports": 1})
    assert dict(counts.by_code["PRB"].by_source) == {source.id: 2}


# ---- candidates -----------------------------------------------------------------------------------------------------
WORDS = CandidateText("problem", {"en": "Queueing system", "zh": "叫号设备"},
                      {"en": "The queueing machines fail.", "zh": "叫号设备经常失灵。"})


def test_a_candidate_is_named_in_both_languages_and_counts_its_comments(study: Study):
    source, boss = ready(study), account(study, "boss", "researcher")
    lines = [number_of(study, source, boss, part) for part in ("流程太长", "培训太少")]
    with transaction() as session:
        row = nominate_candidate(session, study, WORDS, boss)
        add_lines(session, study, row, session.get_one(CommentSource, source.id), lines, boss)
    close_read_session()

    found = list_candidates(read_session(), study, boss)

    assert [(one.name["zh"], one.n_comments, one.n_of, one.items) for one in found] == [
        ("叫号设备", 2, len(make.PLAIN), ("OPEN",))]
    with transaction() as session:
        remove_line(session, study, row, found[0].lines[0].turn_id, boss)
    close_read_session()
    assert list_candidates(read_session(), study, boss)[0].n_comments == 1


@pytest.mark.parametrize("text", [
    CandidateText("problem", {"en": "Only English"}, {"en": "x", "zh": "x"}),
    CandidateText("strategy", WORDS.name, WORDS.definition),
    CandidateText("cause", {"en": "x" * 121, "zh": "x"}, WORDS.definition)])
def test_a_candidate_without_a_name_in_each_language_is_refused(study: Study, text: CandidateText):
    with pytest.raises(BadInput), transaction() as session:
        nominate_candidate(session, study, text)


def test_a_candidate_changed_elsewhere_is_not_overwritten_and_can_be_withdrawn(study: Study):
    boss = account(study, "boss", "researcher")
    with transaction() as session:
        row = nominate_candidate(session, study, WORDS, boss)
        change_candidate(session, study, row, CandidateText("cause", WORDS.name, WORDS.definition), 1, boss)

    with pytest.raises(Stale), transaction() as session:
        change_candidate(session, study, session.merge(row), WORDS, 1, boss)
    with transaction() as session:
        withdraw_candidate(session, study, session.merge(row), boss)
    assert list_candidates(read_session(), study) == []


def test_a_coder_in_a_running_round_learns_nothing_from_candidates(study: Study):
    source, boss = ready(study), account(study, "boss", "researcher")
    ann, other = account(study, "ann"), account(study, "other", "researcher")
    with transaction() as session:
        row = nominate_candidate(session, study, WORDS, boss)
        add_lines(session, study, row, session.get_one(CommentSource, source.id), [1, 2], boss)
        open_round(session, study, get_interview(session, study, source.interview_id), [ann.id, other.id])
    close_read_session()

    seen = {who.login: list_candidates(read_session(), study, who)[0].n_comments for who in (boss, other, ann)}

    assert seen == {"boss": 2, "other": 0, "ann": 0}


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
