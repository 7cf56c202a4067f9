"""People judge the joint display: with reasons, blind where drawn, dissonance answered, nothing hidden or lost."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.results.joint import COMPONENTS, JudgedRow
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, NotFound, Refused, Stale
from surveyapp.models.audit import Audit
from surveyapp.models.joint import JointJudgement
from surveyapp.services.joint import drawn_of, find_draw, record_of, rows_to_judge
from surveyapp.services.joint_judgement import draw_second, judge_row, settle_row, state_confidence, waive_second
from tests.factories import coding as make
from tests.factories import joint as joint_make
from tests.factories.joint import changed_diagnosis, diagnose_again, diagnosed_study, display, judgement, statement

DISSONANT = "PRB_EFFECT"        # the survey says yes, two interviewees to one say no


@pytest.fixture
def bank(any_database: Database) -> None:
    with transaction() as session:
        study = diagnosed_study(session)
        draw_second(session, study, make.find(session, "ann"))


def drawn(session: Session) -> list[str]:
    found = display(session)
    return sorted(drawn_of(found.rows, find_draw(session, found.stored.wave_id)) - {DISSONANT})


def undrawn(session: Session) -> str:
    found = display(session)
    free = set(rows_to_judge(found.rows)) - drawn_of(found.rows, find_draw(session, found.stored.wave_id))
    return sorted(free - {DISSONANT})[0]


def judge(login: str, key: str, choice: str = "partial_agreement", **changes: object) -> None:
    with transaction() as session:
        judge_row(session, make.find_study(session), key, judgement(session, key, choice, **changes),
                  make.find(session, login))
    close_read_session()


def seen(key: str, login: str | None = None) -> JudgedRow:
    session = read_session()
    return display(session, make.find(session, login) if login else None).record.of(key)


# ---- one rater ------------------------------------------------------------------------------------------------------
def test_a_judgement_is_kept_with_name_reason_and_day_and_the_newest_holds(bank: None):
    key = undrawn(read_session())
    judge("ann", key, "agreement")
    judge("ben", key, "partial_agreement", is_complementary=True)

    row = seen(key)

    assert (row.state, row.final.rater, row.final.verdict, row.final.is_complementary) == (
        "judged", "Ben", "partial_agreement", True)
    assert row.final.reason == joint_make.REASON
    assert len(row.final.judged_on) == 10
    assert len(read_session().scalars(select(JointJudgement)).all()) == 2


@pytest.mark.parametrize(("changes", "words"), [
    ({"reason": "short"}, "Each reason needs"), ({"reason": " " * 40}, "Each reason needs"),
    ({"choice": ""}, "No judgement was chosen"), ({"choice": "silence"}, "No judgement was chosen"),
    ({"answer_kind": "bad luck"}, "no such explanation")])
def test_a_judgement_without_verdict_or_reason_is_refused(bank: None, changes: dict[str, str], words: str):
    key = undrawn(read_session())

    with pytest.raises(BadInput, match=words):
        judge("ann", key, **changes)

    assert seen(key).state == "open"


def test_what_one_source_never_asked_is_not_judged(bank: None):
    with pytest.raises(Refused, match="never asked"):
        judge("ann", "C_SVC")

    assert seen("C_SVC").state == "open"


def test_a_row_that_is_not_there_is_not_judged(bank: None):
    with pytest.raises(NotFound), transaction() as session:
        judge_row(session, make.find_study(session), "PRB_NONE", judgement(session, "PRB_INFO"),
                  make.find(session, "ann"))


# ---- dissonance -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("choice", ["dissonance", "partial_agreement"])
def test_a_dissonance_must_be_answered_even_by_who_does_not_call_it_one(bank: None, choice: str):
    with pytest.raises(BadInput, match="must be answered"):
        judge("ann", DISSONANT, choice)
    with pytest.raises(BadInput, match="too short"):
        judge("ann", DISSONANT, choice, answer_kind="unresolved", answer="dunno")

    judge("ann", DISSONANT, choice, answer_kind="different_people", answer="Tellers answered, heads were interviewed.")

    with transaction() as session:
        waive_second(session, make.find_study(session), "Nobody else works on this study.", make.find(session, "ann"))
    close_read_session()
    assert seen(DISSONANT).is_answered
    assert seen(DISSONANT).final.answer.startswith("Tellers answered")


# ---- two raters -----------------------------------------------------------------------------------------------------
def test_a_fifth_of_the_rows_to_judge_is_drawn_from_a_stored_seed_and_silent_rows_are_not(bank: None):
    session = read_session()
    found, draw = display(session), find_draw(session, display(session).stored.wave_id)

    assert len(rows_to_judge(found.rows)) == 14
    assert len(draw.rows) == 3
    assert not {row.key for row in found.rows if row.silent_by_design} & set(draw.rows)
    assert session.scalars(select(Audit).where(Audit.action == "draw_rows")).one().after["seed"] == draw.seed


def test_the_first_judgement_of_a_drawn_row_is_seen_by_nobody_else_until_the_second_is_in(bank: None):
    key = drawn(read_session())[0]
    judge("ann", key, "agreement")
    session = read_session()

    for login in ("ben", "eve", None):
        row = seen(key, login)
        assert (row.state, row.final, row.first) == ("awaiting_second", None, None)
        assert key not in display(session, make.find(session, login) if login else None).own
    found = display(session)
    assert record_of(session, found.stored.wave_id, found.diagnosis, found.template).of(key).final is None
    assert "agreement" not in str([one.after for one in session.scalars(select(Audit).where(
        Audit.action == "judge_row"))])
    assert display(session, make.find(session, "ann")).own[key].verdict == "agreement"


def test_two_who_agree_make_the_row_judged_and_count_in_the_agreement(bank: None):
    key = drawn(read_session())[0]
    judge("ann", key, "agreement")
    judge("ben", key, "agreement")

    row = seen(key)
    agreement = display(read_session()).record.agreement

    assert (row.state, row.final.rater, row.second.rater) == ("judged", "Ann", "Ben")
    assert (agreement.n_rows, agreement.n_drawn, agreement.n_both, agreement.share.value) == (14, 3, 1, 1.0)


def test_a_difference_is_settled_with_a_reason_and_agreement_stays_what_it_was(bank: None):
    key = drawn(read_session())[0]
    judge("ann", key, "agreement")
    judge("ben", key, "silence:survey")
    assert seen(key).state == "to_settle"
    assert (seen(key).first.choice, seen(key).second.choice) == ("agreement", "silence:survey")

    with transaction() as session:
        settle_row(session, make.find_study(session), key, judgement(session, key, "partial_agreement"),
                   make.find(session, "eve"))
    close_read_session()

    row = seen(key)
    assert (row.state, row.final.verdict, row.final.rater) == ("judged", "partial_agreement", "Eve")
    assert display(read_session()).record.agreement.share.value == 0.0


def test_after_both_nobody_changes_a_judgement_and_nobody_adds_a_third(bank: None):
    key = drawn(read_session())[0]
    judge("ann", key, "agreement")
    judge("ann", key, "partial_agreement")      # alone, one may change one's mind
    judge("ben", key, "agreement")

    with pytest.raises(Refused, match="Both raters"):
        judge("ann", key, "agreement")
    with pytest.raises(Refused, match="Two people"):
        judge("eve", key, "agreement")
    with pytest.raises(Refused, match="no difference"), transaction() as session:
        settle_row(session, make.find_study(session), undrawn(session), judgement(session, undrawn(session)),
                   make.find(session, "eve"))

    assert seen(key).first.verdict == "partial_agreement"


def test_without_a_second_rater_the_reason_is_kept_and_the_judgements_show(bank: None):
    key = drawn(read_session())[0]
    judge("ann", key, "agreement")
    with transaction() as session:
        waive_second(session, make.find_study(session), "Nobody else works on this study.", make.find(session, "ann"))
    close_read_session()

    record = display(read_session()).record

    assert (record.waiver, record.waived_by, record.agreement) == ("Nobody else works on this study.", "Ann", None)
    assert record.of(key).final.verdict == "agreement"
    with pytest.raises(Refused, match="waived already"), transaction() as session:
        waive_second(session, make.find_study(session), "For another reason now.", make.find(session, "ben"))


# ---- a diagnosis that changes ---------------------------------------------------------------------------------------
def test_when_the_evidence_changes_a_judgement_is_shown_as_one_on_an_earlier_state(bank: None):
    with transaction() as session:
        waive_second(session, make.find_study(session), "Nobody else works on this study.", make.find(session, "ann"))
    judge("ann", "PRB_INFO", "agreement")
    judge("ann", "PRB_GOAL", "agreement")
    with transaction() as session:
        old = judgement(session, "PRB_INFO")
        diagnose_again(session, make.find_study(session), changed_diagnosis())
    close_read_session()

    assert (seen("PRB_INFO").is_stale, seen("PRB_INFO").final.verdict) == (True, "agreement")
    with pytest.raises(Stale), transaction() as session:
        judge_row(session, make.find_study(session), "PRB_INFO", old, make.find(session, "ann"))

    judge("ben", "PRB_INFO", "partial_agreement")

    assert (seen("PRB_INFO").is_stale, seen("PRB_INFO").final.rater) == (False, "Ben")


def test_only_rows_whose_evidence_changed_are_judged_on_an_earlier_state(bank: None):
    with transaction() as session:
        waive_second(session, make.find_study(session), "Nobody else works on this study.", make.find(session, "ann"))
    for key in ("CAU_TECH", "SIT_HR"):
        judge("ann", key, "partial_agreement")
    with transaction() as session:
        diagnose_again(session, make.find_study(session), changed_diagnosis())
    close_read_session()

    assert [seen(key).is_stale for key in ("CAU_TECH", "SIT_HR")] == [False, False]


# ---- confidence -----------------------------------------------------------------------------------------------------
def state(key: str, **changes: object) -> None:
    with transaction() as session:
        state_confidence(session, make.find_study(session), key, statement(session, key, **changes),
                         make.find(session, "ann"))
    close_read_session()


@pytest.mark.parametrize("key", ["PRB_INFO", "CAU_TECH", "CAU_TECH:PRB_INFO"])
def test_confidence_in_a_claim_is_kept_with_four_reasons_beside_the_suggestion(bank: None, key: str):
    state(key, overall="high")

    found = next(one for one in display(read_session()).record.confidence if one.claim == key)

    assert (found.overall, found.suggested, found.rater, found.is_stale) == ("high", "moderate", "Ann", False)
    assert set(found.components) == set(COMPONENTS)
    assert found.components["methods"].reason == "Small doubts about methods only."


@pytest.mark.parametrize(("changes", "words"), [
    ({"components": dict.fromkeys(COMPONENTS, ("minor", "no"))}, "Each reason needs"),
    ({"components": dict.fromkeys(COMPONENTS, ("", "A long enough reason."))}, "no concern chosen"),
    ({"components": {}}, "no concern chosen"), ({"overall": ""}, "No confidence"), ({"reason": "well"}, "Each reason")])
def test_confidence_without_reasons_is_refused(bank: None, changes: dict[str, object], words: str):
    with pytest.raises(BadInput, match=words):
        state("PRB_INFO", **changes)

    assert display(read_session()).record.confidence == ()


def test_confidence_on_other_evidence_is_told_as_such(bank: None):
    state("PRB_INFO")
    state("CAU_TECH")
    with transaction() as session:
        diagnose_again(session, make.find_study(session), changed_diagnosis())
    close_read_session()

    assert {one.claim: one.is_stale for one in display(read_session()).record.confidence} == {
        "PRB_INFO": True, "CAU_TECH": False}
