"""Merging and splitting codes on both databases: what changes, what is left alone, and taking it back exactly."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.template import CodeDefinition
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, Refused
from surveyapp.models.codebook import RegroupedMark, Regrouping
from surveyapp.models.coding import Code, Coding, LinkCoding
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.blinding import finish_coding, open_round
from surveyapp.services.code_split import BESIDE, assign_places, finish_split, load_split, start_split
from surveyapp.services.codebook import load_codebook
from surveyapp.services.codebook_history import code_history
from surveyapp.services.coding import apply_code, apply_link, change_coding
from surveyapp.services.coding_history import undo_last
from surveyapp.services.interview import get_interview
from surveyapp.services.regrouping import mark_state, merge_codes, preview_merge, take_back
from surveyapp.services.study import get_study
from tests.factories import coding as make

FIRST, SECOND, THIRD = "前后登了五个系统", "最后还是自己拿表格拼的", "永远是半张脸"
OLD, INTO = "CAU.TECH", "CAU.COORD"


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        made = make.bank_study(session)
        for login, role in (("boss", "researcher"), ("ann", "coder"), ("ben", "coder")):
            make.member(session, made, login, role)
    return made


@pytest.fixture
def interview(study: Study) -> Interview:
    with transaction() as session:
        return make.interview(session, get_study(session, study.id))


def give(of: Interview, login: str, words: str, key: str, **more: Any) -> int:
    with transaction() as session:
        study = get_study(session, of.study_id)
        return apply_code(session, study, get_interview(session, study, of.id), make.find(session, login),
                          make.passage(session, of, words), key, **more).id


def link(of: Interview, cause: str) -> int:
    with transaction() as session:
        study = get_study(session, of.study_id)
        return apply_link(session, study, get_interview(session, study, of.id), make.find(session, "ann"),
                          make.passage(session, of, FIRST), cause_key=cause, problem_key="PRB.INFO").id


def fresh() -> Session:
    close_read_session()
    return read_session()


def number(key: str) -> int:
    return fresh().scalars(select(Code.id).where(Code.key == key)).one()


def merge(study: Study, old: str = OLD, into: str = INTO) -> int:
    old_id, into_id = number(old), number(into)
    with transaction() as session:
        return merge_codes(session, get_study(session, study.id), old_id, into_id, make.find(session, "boss")).id


def back(study: Study, regrouping: int) -> None:
    with transaction() as session:
        take_back(session, get_study(session, study.id), regrouping, make.find(session, "boss"))


def states() -> dict[str, Any]:
    """Everything of codings, links and codes that a regrouping may change."""
    session = fresh()
    found: dict[str, Any] = {f"{kind.__name__} {row.id}": mark_state(row)
                             for kind in (Coding, LinkCoding) for row in session.scalars(select(kind))}
    return found | {row.key: (row.is_active, row.merged_into_id) for row in session.scalars(select(Code))}


def keys_of(login: str) -> list[tuple[str, str, str]]:
    """Code, polarity and memo of the coder's live codings, by number."""
    session = fresh()
    found = (select(Code.key, Coding.polarity, Coding.memo).join(Coding, Coding.code_id == Code.id)
             .where(Coding.deleted_at.is_(None), Coding.account_id == make.find(session, login).id).order_by(Coding.id))
    return [(key, polarity, memo) for key, polarity, memo in session.execute(found)]


def test_a_merge_moves_all_codings_unites_double_ones_and_retires_the_code(study: Study, interview: Interview):
    give(interview, "ann", FIRST, OLD, memo="old")
    give(interview, "ann", FIRST, INTO, memo="new", polarity="contradicts")
    give(interview, "ben", FIRST, OLD)
    give(interview, "ann", SECOND, OLD)
    link(interview, OLD)
    session = fresh()
    preview = preview_merge(session, get_study(session, study.id), number(OLD), number(INTO),
                            make.find(session, "boss"))

    merge(study)

    assert (preview.n_marks, preview.n_united, preview.n_interviews) == (4, 1, 1)
    assert keys_of("ann") == [(INTO, "mixed", "new\nold"), (INTO, "supports", "")]
    assert keys_of("ben") == [(INTO, "supports", "")]
    assert fresh().scalars(select(LinkCoding.cause_id)).one() == number(INTO)
    old = load_codebook(fresh(), study).get(OLD)
    assert (old.is_active, old.merged_into) == (False, number(INTO))
    for key in (OLD, INTO):
        session = fresh()
        history = code_history(session, study, session.get(Code, number(key)))
        told = [row.facts for row in history if row.deed == "merge_codes"]
        assert [(facts["key"], facts["into"], facts["n"]) for facts in told] == [(OLD, INTO, 4)], key


def test_a_merge_taken_back_restores_exactly(study: Study, interview: Interview):
    give(interview, "ann", FIRST, OLD, memo="old", polarity="mixed")
    give(interview, "ann", FIRST, INTO, memo="new")
    give(interview, "ben", SECOND, OLD)
    link(interview, OLD)
    before = states()

    back(study, merge(study))

    assert states() == before


def test_what_was_changed_of_another_kind_since_stays_when_a_merge_is_taken_back(study: Study, interview: Interview):
    coding = give(interview, "ann", FIRST, OLD)
    done = merge(study)
    with transaction() as session:
        own = get_study(session, study.id)
        version = session.get_one(Coding, coding).version
        change_coding(session, own, get_interview(session, own, interview.id), make.find(session, "ann"), coding,
                      polarity="mixed", memo="later", version=version)

    back(study, done)

    assert keys_of("ann") == [(OLD, "mixed", "later")]


def test_a_merge_is_not_taken_back_over_a_later_change(study: Study, interview: Interview):
    give(interview, "ann", FIRST, OLD, memo="a")
    kept = give(interview, "ann", FIRST, INTO, memo="b")
    done = merge(study)
    with transaction() as session:
        own = get_study(session, study.id)
        row = session.get_one(Coding, kept)
        change_coding(session, own, get_interview(session, own, interview.id), make.find(session, "ann"), kept,
                      polarity=row.polarity, memo="rewritten", version=row.version)
    before = states()

    with pytest.raises(Refused, match="changed since"):
        back(study, done)

    assert states() == before


def test_a_coders_undo_after_a_merge_loses_nothing_of_it(study: Study, interview: Interview):
    give(interview, "ann", FIRST, OLD)
    done = merge(study)
    with transaction() as session:
        own = get_study(session, study.id)
        undo_last(session, own, get_interview(session, own, interview.id), make.find(session, "ann"))
    assert keys_of("ann") == []

    back(study, done)

    assert keys_of("ann") == []
    assert fresh().scalars(select(Coding.code_id)).one() == number(OLD)


@pytest.mark.parametrize(("old", "into", "words"), [
    (OLD, OLD, "into itself"), ("CAU", OLD, "stand below"), (OLD, "SIT.ORG", "not of the group")])
def test_codes_that_cannot_be_merged_are_refused(study: Study, interview: Interview, old: str, into: str, words: str):
    link(interview, OLD)

    with pytest.raises(Refused, match=words):
        merge(study, old, into)


def open_for(study: Study, interview: Interview, *logins: str) -> None:
    with transaction() as session:
        own = get_study(session, study.id)
        open_round(session, own, get_interview(session, own, interview.id),
                   [make.find(session, login).id for login in logins])


def finish(study: Study, interview: Interview, *logins: str) -> None:
    with transaction() as session:
        own = get_study(session, study.id)
        for login in logins:
            finish_coding(session, own, get_interview(session, own, interview.id), make.find(session, login))


def test_no_merge_while_codings_of_either_code_are_made_blind(study: Study, interview: Interview):
    open_for(study, interview, "ann", "ben")
    give(interview, "ann", FIRST, INTO)

    with pytest.raises(Refused, match="blind"):
        merge(study)
    finish(study, interview, "ann", "ben")
    merge(study)

    assert not load_codebook(fresh(), study).get(OLD).is_active


def test_who_codes_blind_learns_nothing_from_a_refusal(study: Study, interview: Interview):
    open_for(study, interview, "boss", "ben")
    give(interview, "ben", FIRST, OLD)

    for old, into in ((OLD, INTO), ("SIT.ORG", "SIT.HR")):
        with pytest.raises(Refused, match="You are coding blind"):
            merge(study, old, into)


# ---- splitting ------------------------------------------------------------------------------------------------------
def new_codes(*keys: str) -> list[CodeDefinition]:
    return [CodeDefinition(key, None, {"en": f"Name {key}", "zh": f"名称{key}"}, {}) for key in keys]


def split(study: Study, *keys: str, key: str = OLD, place: str = BESIDE, is_for_all: bool = False) -> int:
    code_id = number(key)
    with transaction() as session:
        return start_split(session, get_study(session, study.id), code_id, new_codes(*keys), place=place,
                           is_for_all=is_for_all, account=make.find(session, "boss")).id


def left(study: Study, regrouping: int) -> Any:
    session = fresh()
    return load_split(session, study, session.get_one(Regrouping, regrouping), make.find(session, "boss"))


def assign(study: Study, regrouping: int, chosen: dict[str, str]) -> tuple[int, int]:
    with transaction() as session:
        return assign_places(session, get_study(session, study.id), regrouping, chosen, make.find(session, "boss"))


def end(study: Study, regrouping: int) -> bool:
    with transaction() as session:
        return finish_split(session, get_study(session, study.id), regrouping, make.find(session, "boss"))


def test_a_code_is_split_passage_by_passage_and_then_retired(study: Study, interview: Interview):
    for words in (FIRST, SECOND, THIRD):
        give(interview, "ann", words, OLD, memo=words)
    link(interview, OLD)
    begun = split(study, "CAU.DATA", "CAU.TOOLS")
    page = left(study, begun)
    assert [place.quote for place in page.places] == [FIRST, FIRST, SECOND, THIRD]
    assert page.places[1].before.endswith("上周。") or page.places[0].before.endswith("上周。")

    first = assign(study, begun, {page.places[0].key: "CAU.DATA", page.places[1].key: "CAU.DATA"})
    half = left(study, begun)
    assign(study, begun, {place.key: "CAU.TOOLS" for place in half.places})

    assert first == (2, 0)
    assert (half.n_done, half.n_places, half.n_all) == (2, 2, 4)
    assert [key for key, _, _ in keys_of("ann")] == ["CAU.DATA", "CAU.TOOLS", "CAU.TOOLS"]
    assert fresh().scalars(select(LinkCoding.cause_id)).one() == number("CAU.DATA")
    book = load_codebook(fresh(), study)
    assert book.get("CAU.DATA").definition.construct == book.get(OLD).definition.construct
    assert end(study, begun)
    assert not load_codebook(fresh(), study).get(OLD).is_active


def test_a_split_taken_back_restores_exactly_and_can_begin_again(study: Study, interview: Interview):
    give(interview, "ann", FIRST, OLD)
    give(interview, "ann", SECOND, OLD)
    before = states()
    begun = split(study, "CAU.DATA", "CAU.TOOLS")
    assign(study, begun, {place.key: "CAU.DATA" for place in left(study, begun).places})
    end(study, begun)

    back(study, begun)

    after = states()
    assert {name: after[name] for name in before} == before
    assert [after[key] for key in ("CAU.DATA", "CAU.TOOLS")] == [(False, None)] * 2
    again = split(study, "CAU.DATA", "CAU.TOOLS")
    assert left(study, again).n_places == 2


def test_a_finished_double_coded_round_is_left_alone_unless_for_all(study: Study, interview: Interview):
    open_for(study, interview, "ann", "ben")
    give(interview, "ann", FIRST, OLD)
    give(interview, "ben", "登了五个系统", OLD)
    finish(study, interview, "ann", "ben")
    begun = split(study, "CAU.DATA", "CAU.TOOLS")
    alone = left(study, begun)
    back(study, begun)
    for_all = split(study, "CAU.DATA", "CAU.TOOLS", is_for_all=True)
    together = left(study, for_all)

    assign(study, for_all, {together.places[0].key: "CAU.DATA"})

    assert (alone.n_places, alone.n_left_alone) == (0, 2)
    assert [place.coders for place in together.places] == [("Ann", "Ben")]
    assert together.places[0].quote == FIRST
    assert [keys_of(login)[0][0] for login in ("ann", "ben")] == ["CAU.DATA", "CAU.DATA"]


def test_what_is_made_blind_meanwhile_is_not_shown_and_not_split(study: Study, interview: Interview):
    give(interview, "ann", FIRST, OLD)
    begun = split(study, "CAU.DATA", "CAU.TOOLS")
    key = left(study, begun).places[0].key
    open_for(study, interview, "ann", "ben")

    page = left(study, begun)

    assert (page.n_places, page.n_waiting) == (0, 1)
    assert assign(study, begun, {key: "CAU.DATA"}) == (0, 1)
    assert not end(study, begun)
    assert load_codebook(fresh(), study).get(OLD).is_active


def test_a_split_needs_two_codes_and_one_at_a_time(study: Study):
    with pytest.raises(BadInput, match="is split into"):
        split(study, "CAU.DATA")
    split(study, "CAU.DATA", "CAU.TOOLS")

    with pytest.raises(Refused, match="being split already"):
        split(study, "CAU.X", "CAU.Y")


def test_a_merge_of_a_new_code_is_taken_back_before_its_split(study: Study, interview: Interview):
    give(interview, "ann", FIRST, OLD)
    begun = split(study, "CAU.DATA", "CAU.TOOLS")
    assign(study, begun, {left(study, begun).places[0].key: "CAU.DATA"})
    merged = merge(study, "CAU.DATA", INTO)

    with pytest.raises(Refused, match="later merge or split"):
        back(study, begun)
    back(study, merged)
    back(study, begun)

    assert [key for key, _, _ in keys_of("ann")] == [OLD]


_CODINGS = st.lists(st.tuples(st.sampled_from(["ann", "ben"]), st.sampled_from([FIRST, SECOND, THIRD]),
                              st.sampled_from([OLD, INTO, "PRB.INFO"]), st.sampled_from(["supports", "contradicts"]),
                              st.sampled_from(["", "m"])), max_size=8, unique_by=lambda row: row[:3])


@given(rows=_CODINGS)
# Each example adds an interview to the same study, which the merge taken back left as it was.
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_was_coded_a_merge_taken_back_restores_it(study: Study, rows: list[Any]):
    with transaction() as session:
        text = make.interview(session, get_study(session, study.id))
    for login, words, key, polarity, memo in rows:
        give(text, login, words, key, polarity=polarity, memo=memo)
    before = states()

    done = merge(study)
    merged = states()
    back(study, done)

    assert states() == before
    old = number(OLD)
    live = [state for name, state in merged.items() if name.startswith("Coding") and not state["is_deleted"]]
    assert all(state["code"] != old for state in live)
    kept = fresh().scalars(select(RegroupedMark).where(RegroupedMark.regrouping_id == done)).all()
    assert len(kept) >= len([row for row in rows if row[2] == OLD])
