"""Interviews are logged and their texts stored: all of it or nothing, and only with consent."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from surveyapp.db.session import Database, read_session, transaction
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.models.audit import Audit
from surveyapp.models.coding import Coding
from surveyapp.models.interview import Interview, TranscriptFile, TranscriptVersion, Turn
from surveyapp.models.study import Study
from surveyapp.services.coding import apply_code
from surveyapp.services.interview import (
    change_log,
    change_speakers,
    current_version,
    delete_interview,
    get_interview,
    import_interview,
    list_interviews,
    list_turns,
    log_interview,
    log_of,
    store_transcript,
)
from surveyapp.services.transcript import transcript_of
from tests.factories import coding as make


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        return make.bank_study(session)


def n_rows(*kinds: type) -> list[int]:
    return [read_session().scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds]


def test_an_imported_interview_keeps_file_text_and_turns(study: Study):
    content = make.TEXT.encode("gb18030")

    with transaction() as session:
        made = import_interview(session, study, filename="谈话.txt", content=content,
                                log=make.log(held_on=date(2026, 9, 8), questions={"Q1": "asked", "Q5": "covered"}))

    session = read_session()
    interview = get_interview(session, study, made.key)
    version = current_version(session, interview)
    assert (interview.key, interview.guide_version) == ("I01", "1.0.0")
    assert interview.questions == {"Q1": "asked", "Q5": "covered"}
    assert version.text == make.TEXT
    assert [(turn.speaker, turn.is_interviewee) for turn in list_turns(session, version)] == [
        ("问", False), ("答", True)] * 2
    file = session.scalars(select(TranscriptFile)).one()
    assert (file.name, file.encoding, file.content) == ("谈话.txt", "GB18030", content)


@pytest.mark.parametrize(("content", "filename", "reason"), [
    (b"", "a.txt", "empty"), (bytes(range(256)) * 9, "a.txt", "encoding|not a text"), (b"%PDF", "a.pdf", "damaged"),
])
def test_a_file_that_cannot_be_read_leaves_nothing_behind(study: Study, content: bytes, filename: str, reason: str):
    with pytest.raises(BadInput, match=reason), transaction() as session:
        import_interview(session, study, filename=filename, content=content, log=make.log())

    assert n_rows(Interview, TranscriptVersion, TranscriptFile, Turn) == [0, 0, 0, 0]


def test_a_text_without_consent_is_refused_and_nothing_is_logged(study: Study):
    with pytest.raises(Refused, match="Without consent"), transaction() as session:
        make.interview(session, study, has_consent=False)

    assert n_rows(Interview, TranscriptVersion) == [0, 0]


def test_an_interview_without_consent_may_be_logged_without_its_text(study: Study):
    with transaction() as session:
        log_interview(session, study, make.log(has_consent=False))

    assert list_interviews(read_session(), study)[0].has_consent is False


def test_consent_cannot_be_unticked_while_a_text_is_stored(study: Study):
    with transaction() as session:
        interview = make.interview(session, study)

    with pytest.raises(Refused, match="delete the interview"), transaction() as session:
        change_log(session, study, interview, make.log(has_consent=False))


@pytest.mark.parametrize(("changes", "reason"), [
    ({"role": "king"}, "'king' is not a role"), ({"role": ""}, "'' is not a role"), ({"audience": "x"}, "not a group"),
    ({"mode": "post"}, "not a way to hold"), ({"record": "film"}, "not a kind of record"),
    ({"questions": {"Q99": "asked"}}, "'Q99' is not a question"),
    ({"questions": {"Q1": "perhaps"}}, "'perhaps' is not what can be noted"),
    ({"duration_min": 0}, "0 minutes"),
])
def test_a_log_entry_that_does_not_fit_the_guide_is_refused(study: Study, changes: dict, reason: str):
    with pytest.raises(BadInput, match=reason), transaction() as session:
        log_interview(session, study, make.log(**changes))


def test_a_number_is_given_once(study: Study):
    with transaction() as session:
        keys = [log_interview(session, study, make.log()).key for _ in range(3)]
        log_interview(session, study, make.log(key="P7"))

    assert keys == ["I01", "I02", "I03"]
    with pytest.raises(BadInput, match="'I02' already"), transaction() as session:
        log_interview(session, study, make.log(key="I02"))


def test_a_changed_log_entry_is_recorded_with_before_and_after(study: Study):
    with transaction() as session:
        interview = make.interview(session, study)
        change_log(session, study, interview, make.log(line="retail"))

    audit = read_session().scalars(select(Audit).where(Audit.action == "change_interview")).one()
    assert (audit.before["line"], audit.after["line"]) == ("", "retail")
    assert log_of(get_interview(read_session(), study, "I01")).line == "retail"


def test_a_text_is_replaced_until_something_is_coded(study: Study):
    with transaction() as session:
        coder = make.member(session, study, "ann")
        interview = make.interview(session, study)
        store_transcript(session, study, interview, transcript_of("I: Why?\nP: So.\n"))

    assert n_rows(TranscriptVersion, TranscriptFile, Turn) == [1, 1, 2]
    with transaction() as session:
        apply_code(session, study, interview, coder, make.passage(session, interview, "So."), "PRB")
    with pytest.raises(Refused, match="coded already"), transaction() as session:
        store_transcript(session, study, interview, transcript_of("Another text."))


def test_speakers_get_other_names_and_sides(study: Study):
    with transaction() as session:
        interview = make.interview(session, study)
        change_speakers(session, study, interview, {"答": "受访者"}, ["答", "问"])

    turns = list_turns(read_session(), current_version(read_session(), interview))
    assert {(turn.speaker, turn.is_interviewee) for turn in turns} == {("问", True), ("受访者", True)}


def test_somebody_must_be_interviewed(study: Study):
    with pytest.raises(BadInput, match="Nobody is marked"), transaction() as session:
        change_speakers(session, study, make.interview(session, study), {}, [])


def test_a_deleted_interview_leaves_no_words_anywhere(study: Study):
    with transaction() as session:
        coder = make.member(session, study, "ann")
        interview = make.interview(session, study)
        apply_code(session, study, interview, coder, make.passage(session, interview, "客户怎么说？"), "PRB",
                   memo="a memo with words")

    with transaction() as session:
        delete_interview(session, study, get_interview(session, study, interview.id), coder)

    assert n_rows(Interview, TranscriptVersion, TranscriptFile, Turn, Coding) == [0, 0, 0, 0, 0]
    trail = read_session().scalars(select(Audit)).all()
    assert not any("memo with words" in str(audit.after) for audit in trail)
    deleted = select(Audit.subject).where(Audit.action == "delete_interview")
    assert read_session().scalars(deleted).one() == "interview I01"


def test_an_interview_of_another_study_is_not_found(study: Study):
    with transaction() as session:
        other = make.bank_study(session, "other")
        interview = make.interview(session, other)

    with pytest.raises(NotFound):
        get_interview(read_session(), study, interview.id)


@pytest.mark.reference
@pytest.mark.parametrize(("name", "words"), [
    ("zh-hant-interview-lu.md", "我並不確定過去的網路平臺"),
    ("zh-hant-interview-techsequences.md", "我是 Alexa Raad。"),
    ("en-interview-techsequences.md", "And I'm Leslie Daigle."),
])
def test_a_real_transcript_is_imported_and_coded(study: Study, reference: Path, name: str, words: str):
    content = (reference / "interviews" / "transcripts" / name).read_bytes()

    with transaction() as session:
        coder = make.member(session, study, "ann")
        interview = import_interview(session, study, filename=name, content=content, log=make.log())
        made = apply_code(session, study, interview, coder, make.passage(session, interview, words), "PRB.INFO")

    version = current_version(read_session(), interview)
    segment = read_session().get(Coding, made.id)
    assert segment is not None
    turns = list_turns(read_session(), version)
    assert sum(words in version.text[turn.start:turn.end] for turn in turns) == 1
