"""Merging and splitting codes on both databases: what changes, what is left alone, and taking it back exactly."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from surveyapp.db.session import Database, transaction
from surveyapp.errors import Refused
from surveyapp.models.codebook import RegroupedMark
from surveyapp.models.coding import Code, Coding, LinkCoding
from surveyapp.models.interview import Interview
from surveyapp.models.round import AdjudicatedCoding, AdjudicatedSet
from surveyapp.models.study import Study
from surveyapp.services.codebook import load_codebook
from surveyapp.services.codebook_history import code_history
from surveyapp.services.coding import change_coding
from surveyapp.services.coding_history import undo_last
from surveyapp.services.interview import get_interview
from surveyapp.services.regrouping import preview_merge
from surveyapp.services.study import get_study
from tests.factories import coding as make
from tests.factories.regrouping import (
    FIRST,
    INTO,
    OLD,
    SECOND,
    THIRD,
    back,
    finish,
    fresh,
    give,
    keys_of,
    link,
    merge,
    number,
    open_for,
    states,
    team,
)


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        return team(session)


@pytest.fixture
def interview(study: Study) -> Interview:
    with transaction() as session:
        return make.interview(session, get_study(session, study.id))


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


def test_what_was_decided_between_coders_follows_a_merge_and_comes_back(study: Study, interview: Interview):
    first = give(interview, "ann", FIRST, OLD)
    kept = give(interview, "ann", FIRST, INTO)
    old = number(OLD)
    with transaction() as session:
        settled = AdjudicatedSet(interview_id=interview.id)
        session.add(settled)
        session.flush()
        session.add(AdjudicatedCoding(set_id=settled.id, coding_id=first))
        session.flush()
        session.add(AdjudicatedCoding(set_id=settled.id, coding_id=first, code_id=old))

    def held() -> list[tuple[int | None, int | None]]:
        return [(row.coding_id, row.code_id) for row in fresh().scalars(
            select(AdjudicatedCoding).order_by(AdjudicatedCoding.id))]

    before = held()
    done = merge(study)
    merged = held()
    back(study, done)

    assert merged[0] == (kept, None)
    assert merged[1][1] == number(INTO)
    assert held() == before


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
