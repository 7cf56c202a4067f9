"""An attacker with the comments as coders see them and every file that may leave: no comment leads to a row."""

import pytest
from sqlalchemy import func, select

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.models.comment import PendingComment
from surveyapp.models.interview import Interview, TranscriptVersion, Turn
from surveyapp.models.response import Response
from surveyapp.models.study import Study
from surveyapp.services.comment_source import discard_source, make_source
from surveyapp.services.disclosure import plan_release
from surveyapp.services.redaction import hand_over
from surveyapp.services.release import Release
from surveyapp.services.study import close_wave, get_instrument, get_study, get_wave
from tests.factories import questionnaire as make
from tests.factories.answered import people_answer

N = 40


def comment_of(number: int) -> str:
    return f"意见之{number}，各不相同"


@pytest.fixture
def study(any_database: Database) -> Study:
    """Forty people, each with ratings and a comment that nobody else has, in a closed anonymous wave."""
    with transaction() as session:
        study = make.study(session)
        people_answer(session, make.link_of(session, study), [
            {"ROLE": ("rm", "teller")[number % 2], "language": ("zh", "en")[number % 2], "minutes": 3 + number % 9,
             "OPEN": comment_of(number), **{f"L{place + 1}": number // 5**place % 5 + 1 for place in range(5)}}
            for number in range(N)])
        close_wave(session, study, get_wave(session, study))
    return study


def release(study: Study) -> Release:
    close_read_session()
    session = read_session()
    found = get_study(session, study.id)
    return plan_release(session, found, get_wave(session, found), get_instrument(session, found, "staff"))


def comments(study: Study) -> list[str]:
    """The comments in the order of the text, made anew and taken back."""
    with transaction() as session:
        found = get_study(session, study.id)
        source = make_source(session, found, "w1", "staff", "OPEN")
        hand_over(session, found, source)
        lines = session.scalars(select(TranscriptVersion.text)).one().splitlines()
        discard_source(session, found, source)
    return lines


def test_the_place_of_a_comment_says_nothing_of_the_place_of_an_opinion(study: Study):
    person_of = {tuple(number // 5**place % 5 + 1 for place in range(5)): number for number in range(N)}
    hits = 0
    for _ in range(15):
        table = release(study).table("answers")
        places = [table.header.index(f"L{place}") for place in range(1, 6)]
        people = [person_of[tuple(row[place] for place in places)] for row in table.rows()]
        hits += sum(comment_of(person) == line for person, line in zip(people, comments(study), strict=True))

    # By chance one in forty: 15 of 600; four standard errors (of a permutation: 1 a run) are 15.5.
    assert hits <= 30


def test_neither_the_place_among_own_words_nor_the_order_of_answering_is_that_of_the_text(study: Study):
    hits = {"texts": 0, "answering": 0}
    for _ in range(10):
        table = release(study).table("texts")
        texts = [row[table.header.index("text")] for row in table.rows()]
        lines = comments(study)
        hits["texts"] += sum(a == b for a, b in zip(texts, lines, strict=True))
        hits["answering"] += sum(comment_of(number) == line for number, line in enumerate(lines))

    assert all(n <= 25 for n in hits.values()), hits     # 10 of 400 by chance, four standard errors 12.6


def test_no_column_of_the_text_is_one_of_a_file_and_no_name_of_a_row_is_stored(study: Study):
    with transaction() as session:
        found = get_study(session, study.id)
        source = make_source(session, found, "w1", "staff", "OPEN")
        hand_over(session, found, source)
    close_read_session()
    session = read_session()

    text = session.scalars(select(Interview)).one()
    turns = session.execute(select(Turn.speaker, Turn.at_ms).distinct()).all()
    keys = set(session.scalars(select(Response.key)))
    names = {str(row[0]) for table in release(study).tables for row in table.rows()}

    assert (text.role, text.line, text.tenure_band, text.held_on, text.duration_min) == ("", "", "", None, None)
    assert [tuple(row) for row in turns] == [("", None)]
    assert not [key for key in keys | names - {"OPEN"} if key in text.key or key in text.notes]
    assert session.scalar(select(func.count()).select_from(PendingComment)) == 0
