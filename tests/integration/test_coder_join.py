"""Coders of a file joined to people who work here, on both databases: what moves, what is refused, what comes back."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.audit import Audit
from surveyapp.models.coder_join import CoderJoin
from surveyapp.models.coding import Coding, Memo
from surveyapp.models.study import Study
from surveyapp.services.blinding import finish_coding, open_round
from surveyapp.services.coder_join import join_coder, list_file_coders, list_joins, take_back_join
from surveyapp.services.coding import apply_code, change_coding
from surveyapp.services.interview import get_interview
from surveyapp.services.study import get_study
from tests.factories import coding as make
from tests.factories.exchange import packed, take_in

TEXT = b"P: Trust is gone. They told me to wait.\n"
ANN, BEN = "00000000-0000-0000-0000-0000000000a1", "00000000-0000-0000-0000-0000000000a2"
CODE = "00000000-0000-0000-0000-0000000000c1"
PLACES = ((3, 17), (18, 39))


def file_of(*coders: str, place: tuple[int, int] = PLACES[0]) -> bytes:
    """A project in which each of these coders gave one code to a passage."""
    start, end = place
    codings = "".join(
        f'<Coding guid="00000000-0000-0000-0000-0000000002{n:02d}" creatingUser="{guid}">'
        f'<CodeRef targetGUID="{CODE}"/></Coding>' for n, guid in enumerate(coders))
    return packed(
        '<Project xmlns="urn:QDA-XML:project:1.0" name="p" origin="Other 1.0"><Users>'
        f'<User guid="{ANN}" name="Ann at home"/><User guid="{BEN}" name="Ben at home"/></Users><CodeBook><Codes>'
        f'<Code guid="{CODE}" name="CAU.TECH" isCodable="true"/></Codes></CodeBook><Sources><TextSource '
        'guid="00000000-0000-0000-0000-0000000000b1" name="talk" plainTextPath="internal://t.txt"><PlainTextSelection '
        f'guid="00000000-0000-0000-0000-00000000010{start % 10}" startPosition="{start}" endPosition="{end}" '
        f'name="{TEXT[start:end].decode()}">{codings}</PlainTextSelection></TextSource></Sources></Project>', t=TEXT)


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        made = make.bank_study(session)
        for login, role in (("boss", "researcher"), ("ann", "coder"), ("ben", "coder")):
            make.member(session, made, login, role)
        take_in(session, made, "p.qdpx", file_of(ANN))
    return made


def who(session: Session, name: str) -> Account:
    return session.scalars(select(Account).where(Account.name == name)).one()


def join(study: Study, coder: str = "Ann at home", person: str = "ann") -> int:
    with transaction() as session:
        return join_coder(session, get_study(session, study.id), who(session, coder).id, make.find(session, person).id,
                          make.find(session, "boss")).id


def back(study: Study, number: int) -> None:
    with transaction() as session:
        take_back_join(session, get_study(session, study.id), number, make.find(session, "boss"))


def coders() -> list[str]:
    close_read_session()
    return sorted(read_session().scalars(select(Account.name).join(Coding, Coding.account_id == Account.id).where(
        Coding.deleted_at.is_(None))))


def test_the_work_of_a_file_becomes_a_persons_and_goes_back(study: Study):
    number = join(study)

    joined = coders()
    session = read_session()
    own = get_study(session, study.id)
    [listed] = list_joins(session, own)
    left = list_file_coders(session, own, make.find(session, "boss"))
    back(study, number)

    assert (joined, left) == (["Ann"], [])
    assert (listed.coder, listed.person, listed.n) == ("Ann at home", "Ann", 1)
    assert coders() == ["Ann at home"]
    deeds = read_session().scalars(select(Audit).where(Audit.action.like("%coder%")).order_by(Audit.id)).all()
    assert [row.action for row in deeds] == ["join_coder", "take_back_coder_join"]
    assert list(deeds[0].after["coding"]) == [str(read_session().scalars(select(Coding.id)).one())]


def test_what_the_person_made_alike_counts_once_and_comes_back_on_taking_back(study: Study):
    with transaction() as session:
        own = get_study(session, study.id)
        talk = get_interview(session, own, "talk")
        apply_code(session, own, talk, make.find(session, "ann"), make.passage(session, talk, "Trust is gone."),
                   "CAU.TECH")

    number = join(study)
    once = coders()
    back(study, number)

    assert once == ["Ann"]
    assert coders() == ["Ann", "Ann at home"]


def test_the_same_code_said_otherwise_is_refused(study: Study):
    with transaction() as session:
        own = get_study(session, study.id)
        talk = get_interview(session, own, "talk")
        apply_code(session, own, talk, make.find(session, "ann"), make.passage(session, talk, "Trust is gone."),
                   "CAU.TECH", polarity="contradicts")

    with pytest.raises(Refused, match="another polarity"):
        join(study)
    assert coders() == ["Ann", "Ann at home"]


def test_two_coders_of_a_file_do_not_become_one_person_in_a_text(study: Study):
    with transaction() as session:
        take_in(session, get_study(session, study.id), "q.qdpx", file_of(ANN, BEN))
    join(study)

    with pytest.raises(Refused, match="joined with another coder") as refusal:
        join(study, "Ben at home")
    assert refusal.value.values["texts"] == "talk"
    join(study, "Ben at home", "ben")
    assert coders() == ["Ann", "Ben"]


def give_to_both(study: Study) -> None:
    with transaction() as session:
        own = get_study(session, study.id)
        open_round(session, own, get_interview(session, own, "talk"),
                   [make.find(session, "ann").id, make.find(session, "ben").id], make.find(session, "boss"))


def test_while_a_text_is_coded_in_a_round_nobody_is_joined(study: Study):
    give_to_both(study)

    with pytest.raises(Refused, match="being coded in a round"):
        join(study)


def test_a_person_who_coded_the_text_in_a_round_is_not_joined_with_a_coder_of_it(study: Study):
    give_to_both(study)
    with transaction() as session:
        own = get_study(session, study.id)
        for login in ("ann", "ben"):
            finish_coding(session, own, get_interview(session, own, "talk"), make.find(session, login))

    with pytest.raises(Refused, match="Two coders would become one person"):
        join(study)
    assert coders() == ["Ann at home"]


def test_once_a_round_builds_on_it_a_join_stays(study: Study):
    number = join(study)
    give_to_both(study)

    with pytest.raises(Refused, match="A round builds on this work"):
        back(study, number)
    assert coders() == ["Ann"]


def test_once_the_work_was_changed_a_join_stays(study: Study):
    number = join(study)
    with transaction() as session:
        own = get_study(session, study.id)
        row = session.scalars(select(Coding)).one()
        change_coding(session, own, get_interview(session, own, "talk"), make.find(session, "ann"), row.id,
                      polarity="mixed", memo="mine now", version=row.version)

    with pytest.raises(Refused, match="1 of these codings"):
        back(study, number)


def test_a_file_read_again_after_joining_brings_nothing_twice(study: Study):
    join(study)
    with transaction() as session:
        again = take_in(session, get_study(session, study.id), "p.qdpx", file_of(ANN))
        more = take_in(session, get_study(session, study.id), "p.qdpx", file_of(ANN, place=PLACES[1]))

    assert (again.counts["codings"], again.counts["known"]) == (0, 1)
    assert more.counts["codings"] == 1
    assert coders() == ["Ann", "Ann at home"]


@pytest.mark.parametrize(("coder", "person", "words"), [
    ("Ann", "ben", "no such coder of a file"), ("Ann at home", "Ben at home", "no such account")])
def test_only_a_coder_of_a_file_is_joined_and_only_to_a_person(study: Study, coder: str, person: str, words: str):
    with transaction() as session:
        take_in(session, get_study(session, study.id), "q.qdpx", file_of(BEN))

    with pytest.raises(BadInput, match=words), transaction() as session:
        target = who(session, person).id if " " in person else make.find(session, person).id
        join_coder(session, get_study(session, study.id), who(session, coder).id, target, None)


def test_a_join_is_taken_back_once_and_memos_go_along(study: Study):
    with transaction() as session:
        own = get_study(session, study.id)
        talk = get_interview(session, own, "talk")
        session.add(Memo(study_id=own.id, account_id=who(session, "Ann at home").id, kind="interview",
                         interview_id=talk.id, text="from home", version=1))

    number = join(study)
    close_read_session()
    owner = read_session().scalars(select(Memo.account_id)).one()
    back(study, number)

    assert owner == make.find(read_session(), "ann").id
    with pytest.raises(NotFound):
        back(study, number)
    close_read_session()
    assert read_session().scalars(select(CoderJoin.undone_at)).one() is not None
