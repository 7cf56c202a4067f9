"""An attacker with every file the program hands out: no two of them give a person."""

import io
import random
import zipfile
from collections import Counter

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import Refused
from surveyapp.models.study import Study
from surveyapp.services.disclosure import plan_release
from surveyapp.services.release import Release
from surveyapp.services.response_export import write_release
from surveyapp.services.response_import import import_responses
from surveyapp.services.study import add_link, close_wave, get_instrument, get_study, get_wave, open_wave, reopen_wave
from tests.factories import questionnaire as make
from tests.factories.answered import people_answer

CHANCE = random.Random(7)
ROLES = ("rm", "teller")


def somebody(number: int, role: str = "teller", **more: object) -> dict[str, object]:
    """A person whose five ratings are the digits of a number, so that every row of opinions is somebody's own."""
    ratings = {f"L{place + 1}": number // 5**place % 5 + 1 for place in range(5)}
    loads = {"LOAD": number, "DOUBLE": 2 * number, "BOSS": number // 3 % 5 + 1} if role == "rm" else {}
    many = (["a"], ["b"], ["a", "b"])[number // 2 % 3]
    return {"ROLE": role, "minutes": 3 + number % 20 + number / 700, "CHECK": 2, "MANY": many, "SOURCE": "poster",
            "SEEN": "OK", "NPS": number % 11, **ratings, **loads, **more}


@pytest.fixture
def study(database: Database) -> Study:
    with transaction() as session:
        return make.study(session)


def answered(people: list[dict[str, object]], name: str = "small", wave_key: str | None = None) -> None:
    with transaction() as session:
        study = get_study(session, name)
        wave = get_wave(session, study, wave_key)
        people_answer(session, make.link_of(session, study), people)
        close_wave(session, study, wave)


def release(name: str = "small") -> Release:
    close_read_session()
    session = read_session()
    study = get_study(session, name)
    return plan_release(session, study, get_wave(session, study), get_instrument(session, study, "staff"))


def rows(found: Release, table: str) -> list[dict[str, object]]:
    chosen = found.table(table)
    return [dict(zip(chosen.header, row, strict=True)) for row in chosen.rows()]


BRANCH = [somebody(number, ROLES[number % 3 == 0], language=("zh", "en")[number % 2]) for number in range(40)]


# ---- one wave, exported again and again -----------------------------------------------------------------------------
def test_no_table_holds_a_column_that_another_holds_besides_its_row_names(study: Study):
    answered(BRANCH)

    headers = [set(table.header) - {"respondent_id"} for table in release().tables
               if table.name not in ("single", "texts")]

    assert len(headers) >= 2
    assert all(not first & second for place, first in enumerate(headers) for second in headers[:place])


def test_row_names_are_never_used_twice_in_any_table_of_any_export(study: Study):
    answered(BRANCH)

    names = [row["respondent_id"] for _ in range(3) for table in ("answers", "profile")
             for row in rows(release(), table)]

    assert len(names) == len(set(names)) == 240


def test_the_place_of_a_row_says_nothing_about_its_place_in_another_table(study: Study):
    answered(BRANCH)
    truth = {tuple(person[f"L{place}"] for place in range(1, 6)): person["ROLE"] for person in BRANCH}

    hits = people = 0
    for _ in range(30):
        found = release()
        for opinion, profile in zip(rows(found, "answers"), rows(found, "profile"), strict=True):
            role = truth[tuple(opinion[f"L{place}"] for place in range(1, 6))]
            people += 1
            hits += role == profile["ROLE"]

    by_chance = sum((n / 40) ** 2 for n in Counter(truth.values()).values())
    assert abs(hits / people - by_chance) < 0.06      # 1,200 pairs: three standard errors are 0.043


def test_the_same_wave_exported_in_other_formats_gives_the_same_rows_in_an_unlinkable_order(study: Study):
    answered(BRANCH)

    first, second = (rows(release(), "answers") for _ in range(2))

    def opinions(found: list[dict[str, object]]) -> list[tuple[object, ...]]:
        return [tuple(value for name, value in row.items() if name != "respondent_id") for row in found]
    assert Counter(opinions(first)) == Counter(opinions(second))
    assert opinions(first) != opinions(second)


def test_two_exports_are_made_coarse_in_the_same_way(study: Study):
    answered(BRANCH)

    first, second = (Counter(tuple(row.values())[1:] for row in rows(release(), "profile")) for _ in range(2))

    assert first == second


# ---- every combination is shared ------------------------------------------------------------------------------------
def test_every_profile_in_the_file_is_shared_by_five(study: Study):
    answered(BRANCH)

    sizes = Counter(tuple(row.values())[1:] for row in rows(release(), "profile"))

    assert min(sizes.values()) >= 5


def test_questions_asked_of_some_only_do_not_point_at_them(study: Study):
    answered([somebody(number) for number in range(30)] + [somebody(50 + number, "rm") for number in range(2)])

    found = release()

    # Two relationship managers were asked about their boss: neither that they were, nor what they said, leaves.
    assert "BOSS" not in found.table("answers").header
    assert not any("BOSS" in table.header for table in found.tables)
    assert ("BOSS", "dropped", 2) in {(done.column, done.deed, done.n) for done in found.treatments}


def test_questions_asked_of_enough_people_leave_apart_where_the_others_are_too_few(study: Study):
    answered([somebody(number, "rm") for number in range(30)] + [somebody(50)])

    found = release()

    assert "BOSS" not in found.table("answers").header
    assert found.table("answers_1").header == ("respondent_id", "BOSS")
    assert found.table("answers_1").n_rows == 30


def test_the_time_taken_is_no_fingerprint(study: Study):
    answered(BRANCH)

    found = rows(release(), "answers")

    shown = Counter((row["duration_minutes"], row["BOSS"] == -91) for row in found)
    assert min(shown.values()) >= 5
    assert not any("." in str(band) for band, _ in shown)


def test_the_order_of_questions_does_not_leave(study: Study):
    answered(BRANCH)

    assert not any(name.endswith(".order") for table in release().tables for name in table.header)


def test_a_copy_of_a_fact_is_as_telling_as_the_fact(study: Study):
    answered(BRANCH)

    found = release()

    assert not {"LOAD", "DOUBLE", "SOURCE", "SHARE", "DAY", "HOUR"} & set(found.table("answers").header)
    bands = {str(row[name]) for row in rows(found, "profile") for name in ("LOAD", "DOUBLE")}
    assert not any(band.isdigit() for band in bands)


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
          deadline=None)
@given(people=st.lists(st.tuples(st.sampled_from(ROLES), st.sampled_from(["en", "zh"]), st.integers(0, 400),
                                 st.floats(0.5, 60)), min_size=5, max_size=45))
def test_whoever_answers_no_row_is_shared_by_fewer_than_five(database: Database, people):
    name = f"study {CHANCE.random()}"
    with transaction() as session:
        make.study(session, name)
    answered([somebody(number, role, language=language, LOAD=load if role == "rm" else -91, minutes=minutes)
              for number, (role, language, load, minutes) in enumerate(people)], name)

    found = release(name)

    for table in found.tables:
        if table.name == "profile":
            sizes = Counter(tuple(row)[1:] for row in table.rows())
            assert all(n >= 5 or set(row) == {""} for row, n in sizes.items())
        elif table.name == "answers":
            shown = Counter((row.get("duration_minutes"), row.get("BOSS") == -91) for row in rows(found, "answers"))
            assert min(shown.values()) >= 5
        elif table.name == "single":
            assert all(row["n"] >= 5 for row in rows(found, "single"))


# ---- own words ------------------------------------------------------------------------------------------------------
def test_own_words_leave_alone_shuffled_and_without_numbers_of_people(study: Study):
    texts = [f"This is text number {number}." for number in range(30)]
    texts[3] += " Ring me on 13912345678."
    answered([somebody(number, OPEN=text) for number, text in enumerate(texts)])

    found = release()

    told = rows(found, "texts")
    assert [list(row) for row in told] == [["item", "text"]] * 30
    assert [row["text"] for row in told] != texts
    assert not any("13912345678" in str(row) for row in told)
    assert "OPEN" not in found.table("answers").header
    assert ("OPEN", "masked") in {(done.column, done.deed) for done in found.treatments}


def test_words_of_fewer_people_than_the_minimum_were_asked_do_not_leave(study: Study):
    answered([somebody(number, OPEN=-91) for number in range(20)]
             + [somebody(30 + number, OPEN="Only us.") for number in range(3)])

    found = release()

    assert "texts" not in {table.name for table in found.tables}
    assert ("OPEN", "dropped") in {(done.column, done.deed) for done in found.treatments}


# ---- one person more or less ----------------------------------------------------------------------------------------
def test_there_is_no_second_closing_whose_difference_is_one_person(study: Study):
    answered(BRANCH)

    with transaction() as session, pytest.raises(Refused, match="frozen"):
        found = get_study(session, "small")
        reopen_wave(session, found, get_wave(session, found))


def test_four_answers_do_not_leave_and_five_do(study: Study):
    with transaction() as session:
        make.study(session, "other")
    answered([somebody(number) for number in range(4)])
    answered([somebody(number) for number in range(5)], "other")

    with pytest.raises(Refused, match="Fewer than 5"):
        release()
    assert release("other").table("answers").n_rows == 5


def test_rows_that_came_from_a_file_hide_nobody_who_answered_here(study: Study):
    with transaction() as session:
        found = get_study(session, "small")
        lines = "".join(f"p{number},rm,3\n" for number in range(20))
        import_responses(session, found, get_wave(session, found), get_instrument(session, found, "staff"),
                         f"respondent_id,ROLE,L1\n{lines}".encode(), "a.csv")
    answered([somebody(number) for number in range(8)] + [somebody(9, "rm")])

    told = release()

    # Twenty imported relationship managers do not make the one who answered here one of many.
    assert {table.name for table in told.tables} >= {"answers", "imported"}
    assert told.table("imported").n_rows == 20
    assert not any(row.get("ROLE") == "rm" for row in rows(told, "profile"))


# ---- the files themselves -------------------------------------------------------------------------------------------
def test_files_carry_no_instant_of_an_answer_and_no_order(study: Study):
    answered(BRANCH)
    stream, book = io.BytesIO(), io.BytesIO()

    write_release(release(), "csv", stream)
    write_release(release(), "xlsx", book)

    assert {entry.date_time for entry in zipfile.ZipFile(stream).infolist()} == {(1980, 1, 1, 0, 0, 0)}
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames[:2] == ["answers", "profile"]
    assert sheets["answers"].max_row == 41


def test_a_second_wave_shares_no_row_name_with_the_first(study: Study):
    answered(BRANCH)
    first = {row["respondent_id"] for row in rows(release(), "answers")}
    with transaction() as session:
        found = get_study(session, "small")
        wave = open_wave(session, found, "w2")
        link = add_link(session, found, get_instrument(session, found, "staff"), wave)
        people_answer(session, link, BRANCH)
        close_wave(session, found, wave)

    close_read_session()
    session = read_session()
    found = get_study(session, "small")
    later = plan_release(session, found, get_wave(session, found, "w2"), get_instrument(session, found, "staff"))

    assert not first & {row[0] for row in later.table("answers").rows()}
