"""Answers to files: complete where they came from a file, checked for disclosure where people gave them here."""

import csv
import io
import zipfile

import openpyxl
import pytest

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import Refused
from surveyapp.models.study import Study
from surveyapp.services.disclosure import plan_release
from surveyapp.services.response import Agreement, find_door, start_response
from surveyapp.services.response_export import write_release
from surveyapp.services.response_finish import submit_response
from surveyapp.services.response_import import import_responses
from surveyapp.services.response_page import save_page
from surveyapp.services.response_token import issue_token, response_key
from surveyapp.services.spreadsheet_cell import harmless
from surveyapp.services.study import close_wave, get_instrument, get_study, get_wave
from tests.factories import questionnaire as make


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        make.study(session, "copy")
        return make.study(session)


def load(content: str, name: str = "small") -> None:
    with transaction() as session:
        study = get_study(session, name)
        import_responses(session, study, get_wave(session, study), get_instrument(session, study, "staff"),
                         content.encode(), "a.csv")


def export(format: str = "csv", name: str = "small") -> bytes:
    close_read_session()
    session = read_session()
    study = get_study(session, name)
    stream = io.BytesIO()
    release = plan_release(session, study, get_wave(session, study), get_instrument(session, study, "staff"))
    write_release(release, format, stream)
    return stream.getvalue()


def tables() -> dict[str, list[dict[str, str]]]:
    """The tables of the zip that the answers given here leave in."""
    archive = zipfile.ZipFile(io.BytesIO(export()))
    return {name.removeprefix("staff-").removesuffix(".csv"):
            list(csv.DictReader(io.StringIO(archive.read(name).decode()))) for name in archive.namelist()}


def rows(content: bytes) -> list[dict[str, str]]:
    return sorted(csv.DictReader(io.StringIO(content.decode())), key=lambda row: row["respondent_id"])


def answer_here(n: int, **answers: str) -> list[str]:
    """Let n people answer on the web and hand in; return their response keys."""
    keys = []
    for _ in range(n):
        with transaction() as session:
            link = make.link_of(session, get_study(session, "small")).token
            token = issue_token(make.SECRET, link, find_door(session, link).questionnaire.content_hash)
            start_response(session, make.SECRET, link, token, "en", Agreement(is_given=True))
            for section, fields in (("A", ("ROLE",)), ("B", ("L1",)), ("D", ("OPEN",))):
                form = {":seen": [",".join(fields)], ":deed": ["next"]}
                form.update({field: [answers[field]] for field in fields if field in answers})
                save_page(session, make.SECRET, token, section, form)
            submit_response(session, make.SECRET, token)
        keys.append(response_key(make.SECRET, token))
    return keys


def close() -> None:
    with transaction() as session:
        study = get_study(session, "small")
        close_wave(session, study, get_wave(session, study))


WHOLE = ("respondent_id,language,duration_s,ROLE,LOAD,L1,L2,MANY,MANY_other_text,RANK,SHARE,OPEN,L1.order,L2.order\n"
         "p1,zh,60.5,rm,12,4,-93,a;other,no time,z;x,12.5,\"two\nlines, 中文\",2,1\n"
         "p2,en,,teller,,-92,5,none,,,,,,\n")


def test_what_is_exported_can_be_imported_again_without_a_change(study: Study):
    load(WHOLE)
    first = export()

    load(first.decode(), "copy")

    assert rows(export(name="copy")) == rows(first)
    assert rows(first)[0]["OPEN"] == "two\nlines, 中文"
    assert rows(first)[0]["MANY"] == "a;other"


def test_every_kind_of_empty_leaves_as_its_code(study: Study):
    load(WHOLE)

    second = rows(export())[1]

    assert (second["L1"], second["LOAD"], second["CHECK"]) == ("-92", "-91", "-91")


def test_a_spreadsheet_holds_the_same_with_numbers_as_numbers(study: Study):
    load(WHOLE)

    book = openpyxl.load_workbook(io.BytesIO(export("xlsx")))

    table = list(book.active.iter_rows(values_only=True))
    by_id = {row[0]: dict(zip(table[0], row, strict=True)) for row in table[1:]}
    assert by_id["p1"]["L1"] == 4
    assert by_id["p1"]["OPEN"] == "two\nlines, 中文"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-x", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(text: str):
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("cell", [4, -92, "-92", "word", "", 2.5])
def test_harmless_cells_stay_as_they_are(cell: object):
    assert harmless(cell) == cell


def test_a_formula_in_an_answer_is_text_in_both_formats(study: Study):
    load("respondent_id,L1,OPEN\n=cmd,4,=1+1\n")

    row = rows(export())[0]
    sheet = openpyxl.load_workbook(io.BytesIO(export("xlsx"))).active

    assert (row["respondent_id"], row["OPEN"]) == ("'=cmd", "'=1+1")
    assert {cell.data_type for column in sheet.iter_cols() for cell in column} <= {"s", "n"}


def test_single_answers_given_here_do_not_leave_while_collection_is_open(study: Study):
    answer_here(6, ROLE="rm", L1="4")

    with pytest.raises(Refused, match="still open"):
        export()


def test_who_answered_here_is_not_told_by_key_profile_or_words(study: Study):
    keys = answer_here(6, ROLE="rm", L1="4") + answer_here(1, ROLE="teller", L1="2", OPEN="I am the only teller.")
    close()

    found = tables()

    whole = str(found)
    assert all(key not in whole for key in keys)
    assert sorted(row["L1"] for row in found["answers"]) == ["2", *["4"] * 6]
    assert not {"ROLE", "LOAD", "OPEN", "language"} & found["answers"][0].keys()
    assert found["texts"] == [{"item": "OPEN", "text": "I am the only teller."}]
    assert "teller" not in str(found["profile"])


def test_a_profile_that_enough_people_share_leaves(study: Study):
    answer_here(6, ROLE="rm", L1="4")
    close()

    assert {row["ROLE"] for row in tables()["profile"]} == {"rm"}


def test_fewer_people_than_the_minimum_do_not_leave_at_all(study: Study):
    answer_here(4, ROLE="rm", L1="4")
    close()

    with pytest.raises(Refused, match="Fewer than 5"):
        export()


def test_an_unknown_format_is_refused_with_those_there_are(study: Study):
    with pytest.raises(Refused, match="csv, xlsx"):
        export("ods")
