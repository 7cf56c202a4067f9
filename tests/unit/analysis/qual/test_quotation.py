import pytest

from analysis.qual.frequency import interview_evidence
from analysis.qual.quotation import choose_quotes, link_quotes
from tests.factories.interviews import codebook, coding, interview_table

CODES = codebook("PRB", "PRB.INFO")
PEOPLE = {"i0": "rm", "i1": "rm", "i2": "head", "i3": "head", "i4": "it"}


def quotes_of(codings, **options):
    table = interview_table(PEOPLE, codings)
    return choose_quotes(table.codings, table.interviews, **options)


def test_only_edited_passages_are_quoted():
    quotes = quotes_of([coding("i0", "PRB.INFO"), coding("i1", "PRB.INFO", edited="Cleared."),
                        coding("i2", "PRB.INFO", edited="  ")])

    assert [(quote.interview, quote.text) for quote in quotes] == [("i1", {"en": "Cleared."})]


def test_one_dissenting_passage_comes_last():
    quotes = quotes_of([coding(who, "PRB.INFO", edited=who) for who in ("i0", "i1", "i2", "i3")]
                       + [coding("i4", "PRB.INFO", "contradicts", edited="no")])

    assert [quote.interview for quote in quotes] == ["i0", "i2", "i4"]
    assert quotes[-1].polarity == "contradicts"


def test_as_many_roles_as_possible_are_heard():
    quotes = quotes_of([coding(who, "PRB.INFO", edited=who) for who in ("i0", "i1", "i2", "i3", "i4")])

    assert [quote.interview for quote in quotes] == ["i0", "i2", "i4"]


def test_nobody_is_quoted_twice():
    quotes = quotes_of([coding("i0", "PRB.INFO", turn=t, start=t, edited=str(t)) for t in range(4)]
                       + [coding("i0", "PRB.INFO", "contradicts", edited="no")])

    assert len(quotes) == 1


def test_where_all_dissent_all_quotes_dissent():
    quotes = quotes_of([coding(who, "PRB.INFO", "contradicts", edited=who) for who in ("i0", "i2", "i4", "i1")])

    assert [quote.interview for quote in quotes] == ["i0", "i2", "i4"]


def test_the_order_of_rows_does_not_matter():
    codings = [coding(who, "PRB.INFO", start=5, edited=who) for who in PEOPLE]

    assert quotes_of(codings) == quotes_of(codings[::-1])


def test_a_role_is_named_only_where_enough_people_hold_it():
    table = interview_table(PEOPLE | {"i5": "it"}, [coding(who, "PRB.INFO", edited=who) for who in ("i0", "i2", "i4")])
    headcount = {"rm": 60, "head": 14, "it": 11}

    named = interview_evidence(table, CODES, headcount_by_role=headcount, n_resamples=10)
    unnamed = interview_evidence(table, CODES, n_resamples=10)

    assert [quote.role for quote in named[1].quotes] == ["rm", "head", "it"]
    assert [quote.role for quote in unnamed[1].quotes] == [None, None, None]


def test_a_quote_leads_back_to_its_place():
    quote = quotes_of([coding("i0", "PRB.INFO", start=120, edited="x")])[0]

    assert quote.segment == "i0:120-130"
    assert (quote.audience, quote.original_language, quote.is_verbatim) == ("staff", "en", True)


def test_links_are_quoted_too():
    table = interview_table(PEOPLE, links=[("i0", "CAU_T", "PRB_I"), ("i2", "CAU_T", "PRB_I"),
                                           ("i4", "CAU_X", "PRB_I")])

    quotes = link_quotes(table, "CAU_T", "PRB_I", {"rm"})

    assert [(quote.interview, quote.role) for quote in quotes] == [("i0", "rm"), ("i2", None)]
    assert quotes[0].code == "CAU_T → PRB_I"


@pytest.mark.parametrize(("kind", "is_verbatim"), [("verbatim", True), ("paraphrase", False), (None, True)])
def test_notes_say_of_each_passage_whether_it_is_a_quotation(kind: str | None, is_verbatim: bool):
    table = interview_table(PEOPLE, [coding("i0", "PRB.INFO", edited="we build tables")])
    codings = table.codings if kind is None else table.codings.assign(quote_kind=kind)

    (quote,) = choose_quotes(codings, table.interviews)

    assert quote.is_verbatim is is_verbatim
