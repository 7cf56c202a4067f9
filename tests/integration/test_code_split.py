"""Splitting a code on both databases: passage by passage, what is left alone, and taking it back exactly."""


import pytest
from sqlalchemy import select

from surveyapp.db.session import Database, transaction
from surveyapp.errors import BadInput, Refused
from surveyapp.models.coding import LinkCoding
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.codebook import load_codebook
from surveyapp.services.study import get_study
from tests.factories import coding as make
from tests.factories.regrouping import (
    FIRST,
    INTO,
    OLD,
    SECOND,
    THIRD,
    assign,
    back,
    end,
    finish,
    fresh,
    give,
    keys_of,
    left,
    link,
    merge,
    number,
    open_for,
    split,
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


def test_who_codes_blind_sees_nothing_of_a_split(study: Study, interview: Interview):
    give(interview, "ann", SECOND, OLD)
    begun = split(study, "CAU.DATA", "CAU.TOOLS")
    with transaction() as session:
        other = make.interview(session, get_study(session, study.id), make.TEXT + "答：完。\n")
    open_for(study, other, "boss", "ben")

    for deed in (left, end):
        with pytest.raises(Refused, match="You are coding blind"):
            deed(study, begun)
