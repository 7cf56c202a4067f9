"""Piles of sheets: drawn by chance, entered twice, differences settled, and the numbers gone afterwards."""


import pytest
from sqlalchemy import select

from analysis.quant.intervals import wilson
from surveyapp.db.session import Database, read_session, transaction
from surveyapp.errors import BadInput, Refused, WaveClosed
from surveyapp.models.correction import AnswerChange
from surveyapp.models.paper import PaperSheet
from surveyapp.models.response import Response
from surveyapp.services import paper_pile
from surveyapp.services.account import add_account
from surveyapp.services.paper_entry import sheet_token
from surveyapp.services.paper_figures import (
    ACCEPT,
    DRAW_MORE,
    ENTER_ALL,
    NO_FIELDS,
    TWICE,
    UNFINISHED,
    error_rate,
    figures_document,
    verdict_on,
)
from surveyapp.services.paper_pile import (
    add_sheet,
    draw_more,
    end_check,
    finish_pile,
    free_number,
    get_sheet,
    list_piles,
    n_to_draw,
    open_pile,
    sheets_of,
)
from surveyapp.services.paper_second import correct_sheet, enter_again, settle_difference, take_back
from surveyapp.services.paper_sheet import ILLEGIBLE
from surveyapp.services.response import find_door
from tests.factories import paper
from tests.factories import questionnaire as make
from tests.factories.paper import (
    again,
    answers_of,
    close,
    count,
    end,
    enter_pile,
    figures,
    marks_of,
    open_differences,
    settle,
)


@pytest.fixture
def study(any_database: Database) -> None:
    with transaction() as session:
        make.study(session)


# ---- numbers --------------------------------------------------------------------------------------------------------
def test_numbers_of_sheets_are_random_and_tell_no_order(study):
    with transaction() as session:
        given = [paper.enter(session).number for _ in range(12)]

    assert len(set(given)) == 12
    assert all(100 <= number <= 999 for number in given)
    assert given not in (sorted(given), sorted(given, reverse=True))


def test_a_number_that_was_given_meanwhile_is_replaced_and_no_sheet_is_lost(study):
    with transaction() as session:
        first = paper.enter(session, 417)
        second = paper.enter(session, 417)

    assert first.number == 417
    assert second.number != 417
    assert count(Response) == count(PaperSheet) == 2


def test_a_second_click_stores_the_sheet_once(study):
    with transaction() as session:
        here = paper.place(session)
        token = sheet_token(make.SECRET, find_door(session, here.link.token))
        first = paper.enter(session, 417, token=token)
    with transaction() as session:
        second = paper.enter(session, 417, token=token)

    assert first.number == second.number == 417
    assert count(Response) == 1


def test_a_pile_that_fills_up_gets_longer_numbers(study):
    with transaction() as session:
        here = paper.place(session)
        pile = open_pile(session, here.link, "north")
        fake = [Response(key=f"{n:032x}", link_id=here.link.id, language="en", consent={}, shown_order={})
                for n in range(451)]
        session.add_all(fake)
        session.flush()
        for n, response in enumerate(fake[1:]):
            session.add(PaperSheet(response_key=response.key, pile_id=pile.id, number=100 + n))
        session.flush()
        number = free_number(session, here.link, "north")
        given = add_sheet(session, pile, fake[0].key, 0, None)

    assert 1000 <= number <= 9999
    assert 1000 <= given <= 9999


# ---- the draw -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("n", "drawn"), [(1, 1), (4, 4), (5, 5), (30, 5), (50, 5), (51, 6), (100, 10), (101, 11),
                                          (1000, 100)])
def test_a_tenth_is_drawn_at_least_five_and_never_more_than_there_are(n: int, drawn: int):
    assert n_to_draw(n) == drawn


def test_the_draw_is_made_at_the_end_from_a_seed_that_draws_the_same_again(study, monkeypatch):
    with transaction() as session:
        for _ in range(12):
            paper.enter(session)
        before = paper.only_pile(session)
        seed_before, drawn_before = before.seed, [s for s in sheets_of(session, before) if s.is_drawn]
    with transaction() as session:
        here = paper.place(session)
        pile = paper.only_pile(session)
        finish_pile(session, here.study, here.wave, pile)
        drawn = {sheet.number for sheet in sheets_of(session, pile) if sheet.is_drawn}
        seed = pile.seed
    monkeypatch.setattr(paper_pile.secrets, "randbits", lambda _n: seed)
    with transaction() as session:
        here, pile = paper.place(session), paper.only_pile(session)
        for sheet in sheets_of(session, pile):
            sheet.is_drawn = False
        pile.is_finished, pile.n_drawn = False, 0
        finish_pile(session, here.study, here.wave, pile)
        same = {sheet.number for sheet in sheets_of(session, pile) if sheet.is_drawn}

    assert (seed_before, drawn_before) == (None, [])
    assert len(drawn) == 5
    assert same == drawn


def test_further_sheets_of_a_finished_batch_are_a_new_pile(study):
    enter_pile()
    with transaction() as session:
        paper.enter(session)
        numbers = [(pile.batch, pile.number, not pile.is_finished) for pile in list_piles(
            session, paper.place(session).link)]

    assert numbers == [("north", 1, False), ("north", 2, True)]


def test_an_empty_pile_is_not_finished_and_what_is_entered_yet_is_not_checked(study):
    with transaction() as session:
        here = paper.place(session)
        pile = open_pile(session, here.link, "north")
        with pytest.raises(Refused, match="no sheets"):
            finish_pile(session, here.study, here.wave, pile)
        with pytest.raises(Refused, match="still added"):
            draw_more(session, here.study, here.wave, pile)


# ---- two entries ----------------------------------------------------------------------------------------------------
def test_two_entries_that_agree_give_a_rate_of_nothing_with_its_interval(study):
    for number in enter_pile():
        again(number)
    found = figures()
    document = figures_document(found)

    assert (found.rate.n_fields, found.rate.n_different, found.rate.share) == (5 * paper.N_FIELDS, 0, 0.0)
    assert found.rate.ci_high == pytest.approx(0.0520, abs=5e-4)
    assert (found.words.n_fields, found.words.n_different) == (10, 0)
    assert document["piles"][0]["state"] == "checking"
    assert document["piles"][0]["n_entered_again"] == 5
    assert {row["item"]: row["rate"]["n_fields"] for row in document["items"]}["L1"] == 5


def test_what_differs_is_counted_by_field_and_settled_by_the_sheet(study):
    first, second, third, *_ = drawn = enter_pile()
    again(first, L1="5", MANY_other_text="by  fax")
    again(second, L2="i", OPEN="More time!")
    again(third, MANY="1", MANY_other_text="", NPS="9")
    for number in drawn[3:]:
        again(number)
    found = figures()

    assert (open_differences(first), open_differences(second)) == ({"L1"}, {"L2", "OPEN"})
    assert open_differences(third) == {"MANY", "NPS"}
    assert (found.rate.n_different, found.rate.n_fields) == (4, 5 * paper.N_FIELDS)
    assert (found.words.n_different, found.words.n_fields) == (2, 10)

    settle(first, "L1", "first")
    settle(second, "L2", "second")
    settle(second, "OPEN", "other", OPEN="More time?")
    settle(third, "MANY", "second")
    settle(third, "NPS", "other", NPS="8")
    assert answers_of(first)["L1"] == 4
    assert answers_of(second)["L2"] == -92
    assert marks_of(second) == {"L2": ILLEGIBLE}
    assert answers_of(second)["OPEN"] == "More time?"
    assert (answers_of(third)["MANY"], "MANY_other_text" in answers_of(third)) == (["a"], False)
    assert answers_of(third)["NPS"] == 8
    assert (figures().rate.n_wrong, figures().words.n_wrong) == (3, 2)
    assert figures().rate.n_different == 4


def test_a_wrong_filter_question_settles_what_follows_from_it(study):
    number = enter_pile(5)[0]
    again(number, ROLE="1", LOAD="30", BOSS="4")

    assert open_differences(number) == {"ROLE", "LOAD", "BOSS"}

    settle(number, "ROLE", "second")
    assert answers_of(number)["ROLE"] == "rm"
    assert answers_of(number)["LOAD"] == -92
    settle(number, "LOAD", "second")
    assert (answers_of(number)["LOAD"], answers_of(number)["DOUBLE"]) == (30, 60)
    settle(number, "BOSS", "first")
    changes = {(row.item, row.cause): (row.old["value"], row.new["value"])
               for row in read_session().scalars(select(AnswerChange))}
    assert changes["ROLE", "ROLE"] == ("teller", "rm")
    assert changes["LOAD", "ROLE"] == (-91, -92)
    assert changes["DOUBLE", "LOAD"] == (-91, 60)


def test_a_filter_that_was_right_the_first_time_lets_the_rest_be_settled_too(study):
    number = enter_pile(5)[0]
    again(number, ROLE="1", LOAD="30")
    settle(number, "ROLE", "first")

    assert open_differences(number) == set()
    assert answers_of(number)["LOAD"] == -91


def test_who_entered_first_may_enter_again_and_it_is_recorded(study):
    with transaction() as session:
        clerk = add_account(session, "clerk@example", "Clerk", "researcher", "a long enough password")
        other = add_account(session, "other@example", "Other", "researcher", "a long enough password")
        for _ in range(5):
            paper.enter(session, account=clerk)
    with transaction() as session:
        here = paper.place(session)
        finish_pile(session, here.study, here.wave, paper.only_pile(session))
        numbers = [sheet.number for sheet in sheets_of(session, paper.only_pile(session))]
    again(numbers[0], clerk)
    again(numbers[1], other)

    assert figures().piles[0].pile.n_same_person == 1


def test_a_sheet_is_entered_again_once_and_only_if_it_was_drawn(study):
    drawn = enter_pile(12)
    again(drawn[0])
    with transaction() as session:
        pile = paper.only_pile(session)
        undrawn = next(sheet for sheet in sheets_of(session, pile) if not sheet.is_drawn)
        here = paper.place(session)
        for waiting in (undrawn, get_sheet(session, pile, drawn[0])):
            with pytest.raises(Refused, match="no second entry"):
                enter_again(session, here, pile, waiting, paper.sheet())


def test_what_cannot_stand_on_a_sheet_counts_nothing(study):
    number = enter_pile()[0]
    with transaction() as session:
        pile = paper.only_pile(session)
        problems = enter_again(session, paper.place(session), pile, get_sheet(session, pile, number),
                               paper.sheet(L1="7"))

    assert set(problems) == {"L1"}
    assert figures().piles[0].pile.n_again == 0


# ---- what follows ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("different", "fields", "verdict"), [
    (0, 0, NO_FIELDS), (0, 380, DRAW_MORE), (0, 381, ACCEPT), (1, 300, DRAW_MORE), (5, 1000, DRAW_MORE),
    (5, 1300, ACCEPT), (5, 150, ENTER_ALL), (3, 150, DRAW_MORE), (20, 1000, ENTER_ALL)])
def test_the_ends_of_the_interval_decide(different: int, fields: int, verdict: str):
    assert verdict_on(error_rate(different, fields)) == verdict


@pytest.mark.parametrize(("k", "n"), [(0, 1), (0, 70), (1, 70), (4, 70), (35, 70), (70, 70), (12, 4000)])
def test_the_interval_is_that_of_the_analysis(k: int, n: int):
    found, reference = error_rate(k, n), wilson(k, n)

    assert (found.share, found.ci_low, found.ci_high) == pytest.approx(
        (reference.value, reference.ci_low, reference.ci_high), abs=1e-12)


def test_too_many_errors_ask_for_all_sheets_or_a_reason(study):
    drawn = enter_pile(12)
    for number in drawn:
        again(number, L1="5", L2="4")
        settle(number, "L1", "second")
        settle(number, "L2", "first")
        assert figures().piles[0].verdict == (ENTER_ALL if number == drawn[-1] else UNFINISHED)

    with pytest.raises(BadInput, match="too many errors"):
        end(needs_note=True)
    with transaction() as session:
        here = paper.place(session)
        draw_more(session, here.study, here.wave, paper.only_pile(session), is_all=True)
    assert len(figures().piles[0].waiting) == 7
    with pytest.raises(Refused, match="7 sheets"):
        end()
    for waiting in figures().piles[0].waiting:
        again(waiting.number)
    assert figures().verdict == TWICE
    end(needs_note=figures().verdict == ENTER_ALL)


def test_a_pile_with_too_many_errors_is_left_as_it_is_only_with_a_reason(study):
    for number in enter_pile(12):
        again(number, L1="5", L2="4")
        settle(number, "L1", "first")
        settle(number, "L2", "first")
    end("The question was printed badly; its column is left out.", needs_note=True)

    assert figures().piles[0].pile.note == "The question was printed badly; its column is left out."


def test_drawing_more_draws_as_many_again(study):
    enter_pile(12)
    with transaction() as session:
        here = paper.place(session)
        draw_more(session, here.study, here.wave, paper.only_pile(session))

    assert figures().piles[0].pile.n_drawn == 10
    assert len(figures().piles[0].waiting) == 10


# ---- the end --------------------------------------------------------------------------------------------------------
def test_a_checked_pile_keeps_its_figures_and_no_number(study):
    for number in enter_pile():
        again(number)
    end()

    assert count(PaperSheet) == 0
    assert figures().piles[0].state == "checked"
    assert figures().rate.n_fields == 5 * paper.N_FIELDS
    with transaction() as session:
        here = paper.place(session)
        with pytest.raises(Refused, match="numbers are deleted"):
            draw_more(session, here.study, here.wave, paper.only_pile(session))


def test_closing_deletes_every_number_and_says_what_was_not_settled(study):
    first, *_ = enter_pile()
    again(first, L1="5", L2="4")
    with transaction() as session:
        paper.enter(session, batch="south")
    close()
    piles = {row.pile.batch: row for row in figures().piles}

    assert count(PaperSheet) == 0
    assert (piles["north"].state, piles["north"].pile.n_open) == ("unchecked", 2)
    assert (piles["south"].state, piles["south"].n_sheets) == ("unchecked", 1)


def test_nothing_of_a_sheet_is_changed_after_closing(study):
    with transaction() as session:
        paper.enter(session, 417)
        here, pile = paper.place(session), paper.only_pile(session)
        kept = get_sheet(session, pile, 417)
        here.wave.closed_at = here.wave.opened_at
        deeds = (lambda: finish_pile(session, here.study, here.wave, pile),
                 lambda: draw_more(session, here.study, here.wave, pile),
                 lambda: end_check(session, here.study, here.wave, pile),
                 lambda: enter_again(session, here, pile, kept, paper.sheet()),
                 lambda: settle_difference(session, here, pile, kept, "L1", "second", {}),
                 lambda: correct_sheet(session, here, pile, kept, "L1", {"L1": "5"}, "misread"),
                 lambda: take_back(session, here, pile, kept, "twice"))
        for deed in deeds:
            with pytest.raises(WaveClosed):
                deed()
