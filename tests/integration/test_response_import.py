"""Answers from files: taken over whole or not at all, every fault with its place."""

import csv
import io
import zipfile

import openpyxl
import pytest
from sqlalchemy import func, select

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, WaveClosed
from surveyapp.models.audit import Audit
from surveyapp.models.response import SUBMITTED, Response, ResponsePage
from surveyapp.models.study import Study
from surveyapp.sample.answers import generate_responses
from surveyapp.sample.plan import BANK_PLAN
from surveyapp.services.answer_columns import suggest_mapping
from surveyapp.services.response_import import ImportReport, import_responses, load_sample_responses
from surveyapp.services.study import close_wave, get_instrument, get_study, get_wave, instrument_of, list_links
from tests.factories import questionnaire as make


@pytest.fixture
def study(database: Database) -> Study:
    with transaction() as session:
        return make.study(session)


def load(content: str | bytes, name: str = "answers.csv", mapping: dict[str, str] | None = None) -> ImportReport:
    with transaction() as session:
        study = get_study(session, "small")
        data = content.encode() if isinstance(content, str) else content
        return import_responses(session, study, get_wave(session, study), get_instrument(session, study, "staff"),
                                data, name, mapping=mapping)


def stored(respondent: str) -> dict[str, object]:
    close_read_session()
    found = (select(ResponsePage.answers).join(Response, Response.key == ResponsePage.response_key)
             .where(Response.source_key == respondent))
    return {key: answer for answers in read_session().scalars(found) for key, answer in answers.items()}


def response(respondent: str) -> Response:
    close_read_session()
    return read_session().scalars(select(Response).where(Response.source_key == respondent)).one()


def n_responses() -> int:
    close_read_session()
    return read_session().scalar(select(func.count()).select_from(Response))


def sheet(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_rows_become_handed_in_responses(study: Study):
    report = load("respondent_id,ROLE,L1,L2,duration_s,language\np1,rm,4,-93,61.5,zh\np2,teller,5,,,en\n")

    assert report.n_responses == 2
    assert response("p1").state == SUBMITTED
    assert response("p1").language == "zh"
    assert response("p1").source == "import"
    assert stored("p1")["L1"] == 4
    assert stored("p1")["L2"] == -93
    assert stored("p2")["L2"] == -92


def test_answers_are_stored_page_by_page_with_the_whole_time(study: Study):
    load("respondent_id,ROLE,L1,duration_s\np1,rm,4,61.5\n")

    close_read_session()
    pages = {page.section: page for page in read_session().scalars(select(ResponsePage))}
    assert pages["B"].answers["L1"] == 4
    assert sum(page.duration_ms or 0 for page in pages.values()) == 61_500


@pytest.mark.parametrize(("cell", "answer"), [
    ("4", 4), ("4.0", 4), (" 4 ", 4), ("Agree", 4), ("agree", 4), ("比较同意", 4), ("不适用", -93),
    ("Does not apply", -93), ("-91", -91), ("-92", -92), ("-93", -93), ("-94", -94), ("", -92),
])
def test_codes_words_and_missing_codes_are_understood_in_each_language(study: Study, cell: str, answer: int):
    load(f"respondent_id,L1\np1,{cell}\n")

    assert stored("p1")["L1"] == answer


@pytest.mark.parametrize("cell", ["a;b", "a|b", "b; a", "Option a；选项b"])
def test_several_options_stand_in_one_cell(study: Study, cell: str):
    load(f"respondent_id,MANY\np1,{cell}\n")

    assert stored("p1")["MANY"] == ["a", "b"]


def test_several_options_stand_in_a_column_each(study: Study):
    load("respondent_id,MANY.a,MANY.b,MANY.c\np1,1,0,1\np2,0,0,0\np3,-91,-91,-91\n")

    assert stored("p1")["MANY"] == ["a", "c"]
    assert stored("p2")["MANY"] == -92
    assert stored("p3")["MANY"] == -91


def test_a_ranking_stands_in_one_cell_or_as_places(study: Study):
    load("respondent_id,RANK\np1,z;x\n")
    load("respondent_id,RANK.x,RANK.y,RANK.z\np2,2,1,\n")

    assert stored("p1")["RANK"] == ["z", "x"]
    assert stored("p2")["RANK"] == ["y", "x"]


def test_the_order_shown_is_taken_over(study: Study):
    load("respondent_id,L1,L2,L3,L1.order,L2.order,L3.order\np1,1,2,3,3,1,2\n")

    assert response("p1").shown_order == {"B": ["L2", "L3", "L1"]}


def test_an_empty_cell_of_what_was_not_asked_is_not_a_blank(study: Study):
    load("respondent_id,ROLE,LOAD\np1,teller,\np2,rm,\n")

    assert stored("p1")["LOAD"] == -91
    assert stored("p2")["LOAD"] == -92


def test_items_without_a_column_count_as_not_shown_and_are_named(study: Study):
    report = load("respondent_id,L1\np1,4\n")

    assert stored("p1")["L2"] == -91
    assert any("L2" in warning for warning in report.warnings)


def test_instants_of_a_file_are_not_stored_but_their_distance_is(study: Study):
    report = load("respondent_id,L1,started_at,submitted_at\np1,4,2026-05-04T08:00:00,2026-05-04T08:07:30\n")

    close_read_session()
    durations = read_session().scalars(select(ResponsePage.duration_ms)).all()
    assert sum(duration or 0 for duration in durations) == 450_000
    assert any("not stored" in warning for warning in report.warnings)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_usual_encodings_and_separators_are_read(study: Study, encoding: str, separator: str):
    text = "respondent_id,L1,OPEN\r\np1,比较同意,表格太多\r\n".replace(",", separator)

    load(text.encode(encoding))

    assert stored("p1")["L1"] == 4
    assert stored("p1")["OPEN"] == "表格太多"


def test_a_spreadsheet_is_read_in_a_process_of_its_own(study: Study):
    load(sheet(["respondent_id", "L1", "SHARE", "DAY"], [1, 4, 12.5, None], [2, "Agree", None, None]), "answers.xlsx")

    assert stored("1")["L1"] == 4
    assert stored("1")["SHARE"] == 12.5
    assert stored("2")["L1"] == 4


def test_columns_are_found_by_the_words_of_the_question_too(study: Study):
    load("respondent_id,Question L1,问题L2,l3\np1,1,2,3\n")

    assert [stored("p1")[key] for key in ("L1", "L2", "L3")] == [1, 2, 3]


def test_a_mapping_leads_other_column_names_to_items(study: Study):
    load("who,first\np1,5\n", mapping={"who": "respondent_id", "first": "L1"})

    assert stored("p1")["L1"] == 5


def test_a_column_that_comes_near_an_item_is_offered(study: Study):
    questionnaire = make.questionnaire()

    report = load("respondent_id,L1,SHARES,Timestamp\np1,4,20,x\n")

    assert suggest_mapping(questionnaire, ("SHARES", "Timestamp")) == {"SHARES": "SHARE", "Timestamp": None}
    assert "SHARES (did you mean SHARE?), Timestamp" in report.warnings[0]


def test_every_fault_is_listed_with_row_column_and_remedy_and_nothing_is_stored(study: Study):
    with pytest.raises(BadInput) as caught:
        load("respondent_id,L1,SHARE,MANY,language\n"
             "p1,4,50,a,en\n"
             "p2,9,many,a;none,en\n"
             ",3,140,a;b;c,fr\n"
             "p1,3,,,\n")

    places = [(row.row, row.column) for row in caught.value.rows]
    assert places == [(3, "L1"), (3, "SHARE"), (3, "MANY"), (4, "SHARE"), (4, "MANY"), (4, "respondent_id"),
                      (4, "language"), (5, "respondent_id")]
    assert all(row.reason and row.remedy for row in caught.value.rows)
    assert caught.value.rows[0].found == "9"
    assert n_responses() == 0


def test_a_person_is_imported_once(study: Study):
    load("respondent_id,L1\np1,4\n")

    with pytest.raises(BadInput) as caught:
        load("respondent_id,L1\np2,4\np1,4\n")

    assert [(row.row, row.found) for row in caught.value.rows] == [(3, "p1")]
    assert n_responses() == 1


@pytest.mark.parametrize(("content", "words"), [
    ("", "is empty"), ("\n\n", "is empty"), ("respondent_id,L1\n", "header and no rows"),
    ("respondent_id\np1\n", "only one column"), ("respondent_id:L1\np1:4\n", "only one column"),
    ("respondent_id,colour\np1,red\n", "is an item of the questionnaire"),
    ("respondent_id,L1,L1\np1,4,4\n", "occurs twice"), ("respondent_id,L1,Question L1\np1,4,4\n", "same item L1"),
    (b"\xff\x00\x81\x81\xff", "neither UTF-8 nor GB18030"), ("respondent_id,L1\np1,4\x00\n", "not a text file"),
])
def test_a_file_that_is_no_table_of_answers_is_refused_in_words(study: Study, content: str | bytes, words: str):
    with pytest.raises(BadInput, match=words):
        load(content)


@pytest.mark.parametrize(("content", "name", "words"), [
    (b"PK\x03\x04 not really", "a.xlsx", "not an XLSX file"), (b"respondent_id,L1\n", "a.xls", "Excel 97-2003"),
    (b"PK\x03\x04", "a.xlsm", r"workbook with macros.*save the table as \.xlsx"),
    (b"PK\x03\x04", "a.xlsb", "binary workbook"),
    (b"PK\x03\x04", "a.ods", "OpenDocument"),
    (b"plain text", "a.xlsx", "not an XLSX file"),
])
def test_a_broken_spreadsheet_is_refused_in_words(study: Study, content: bytes, name: str, words: str):
    with pytest.raises(BadInput, match=words):
        load(content, name)


def test_a_spreadsheet_that_unpacks_to_too_much_is_refused(study: Study):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bomb:
        for number in range(2_001):
            bomb.writestr(f"xl/{number}.xml", b"")

    with pytest.raises(BadInput, match="too large"):
        load(stream.getvalue(), "bomb.xlsx")


def test_an_entity_bomb_in_a_spreadsheet_is_refused(study: Study):
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet(["respondent_id", "L1"], ["p1", 4]))) as good, \
            zipfile.ZipFile(stream, "w") as bomb:
        for name in good.namelist():
            content = good.read(name)
            if name.endswith("sheet1.xml"):
                entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 50}">' for n in range(1, 9))
                content = (f'<!DOCTYPE x [<!ENTITY a0 "lol">{entities}]>'.encode()
                           + content.replace(b"<v>4</v>", b"<v>&a8;</v>"))
            bomb.writestr(name, content)

    with pytest.raises(BadInput):
        load(stream.getvalue(), "bomb.xlsx")


def test_an_import_is_recorded(study: Study):
    load("respondent_id,L1\np1,4\n")

    audit = read_session().scalars(select(Audit).where(Audit.action == "import_responses")).one()
    assert audit.after == {"file": "answers.csv", "n": 1}


def test_sample_responses_are_stored_as_they_were_made(database: Database, bank_study: Study):
    with transaction() as session:
        study = get_study(session, bank_study.id)
        link, published = list_links(session, get_wave(session, study))[1]
        made = generate_responses(instrument_of(published), BANK_PLAN, published.audience)
        n = load_sample_responses(session, link, instrument_of(published), made)

    assert n == len(made)
    assert stored(made[0].respondent_id) == made[0].answers
    assert response(made[0].respondent_id).shown_order == made[0].shown_order
    assert response(made[0].respondent_id).source == "sample"


def test_keys_of_imported_responses_say_nothing_about_the_file(study: Study):
    lines = "".join(f"p{number:03},4\n" for number in range(40))
    load("respondent_id,L1\n" + lines)

    close_read_session()
    in_key_order = read_session().scalars(select(Response.source_key).order_by(Response.key)).all()
    assert sorted(in_key_order) == [row[0] for row in csv.reader(lines.splitlines())]
    assert in_key_order != sorted(in_key_order)


def test_a_file_without_identifiers_counts_each_row_and_is_taken_once(study: Study):
    report = load("L1,L2\n4,4\n5,5\n")

    assert report.n_responses == 2
    assert any("no column respondent_id" in warning for warning in report.warnings)
    with pytest.raises(BadInput):
        load("L1,L2\n4,4\n5,5\n")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(study: Study, line_end: str):
    load(line_end.join(["respondent_id,ROLE,L1", "p1,rm,4", "p2,rm,5", ""]))

    assert n_responses() == 2
    assert stored("p2")["L1"] == 5


def test_a_quotation_mark_without_its_pair_swallows_no_rows(study: Study):
    with pytest.raises(BadInput, match="row 3"):
        load('respondent_id,ROLE,L1\np1,rm,4\n"p2,rm,5\np3,rm,5\np4,rm,5\n')

    assert n_responses() == 0


def test_a_column_name_may_run_over_two_lines(study: Study):
    load('respondent_id,"a remark,\nand more",L1\np1,x,4\n')

    assert stored("p1")["L1"] == 4


def test_instants_that_cannot_be_read_are_listed(study: Study):
    with pytest.raises(BadInput) as refusal:
        load("respondent_id,L1,started_at,submitted_at\np1,4,yesterday,today\np2,4,2026-01-01T10:00,2026-01-01T09:00\n")

    assert [row.row for row in refusal.value.rows] == [2, 3]
    assert n_responses() == 0


def test_the_distance_of_instants_stands_in_for_an_empty_duration(study: Study):
    load("respondent_id,ROLE,duration_s,started_at,submitted_at\np1,rm,,2026-01-01T09:00,2026-01-01T09:01\n")

    close_read_session()
    assert sum(page.duration_ms or 0 for page in read_session().scalars(select(ResponsePage))) == 60_000


@pytest.mark.parametrize("cell", ["a;b", "a b", "a, b", "a、b", "Option a; Option b"])
def test_several_options_in_a_cell_are_parted_as_other_programs_do(study: Study, cell: str):
    load(f'respondent_id,MANY\np1,"{cell}"\n')

    assert stored("p1")["MANY"] == ["a", "b"]


@pytest.mark.parametrize("sign", [".", "/", "_", ":"])
def test_a_column_per_option_is_known_in_the_spelling_of_other_programs(study: Study, sign: str):
    report = load(f"respondent_id,MANY{sign}a,MANY{sign}b,MANY{sign}c\np1,1,0,1\n")

    assert stored("p1")["MANY"] == ["a", "c"]
    assert not any("left out" in warning for warning in report.warnings)


@pytest.mark.parametrize("spelling", ["{}.order", "{}_order", "order_{}"])
def test_the_order_shown_is_known_in_the_spelling_of_other_programs(study: Study, spelling: str):
    head = ",".join(spelling.format(key) for key in ("L1", "L2", "L3"))

    load(f"respondent_id,L1,L2,L3,{head}\np1,1,2,3,3,1,2\n")

    assert response("p1").shown_order == {"B": ["L2", "L3", "L1"]}


def test_a_closed_wave_takes_no_file(study: Study):
    with transaction() as session:
        kept = get_study(session, "small")
        close_wave(session, kept, get_wave(session, kept))

    with pytest.raises(WaveClosed, match="w1 is closed"):
        load("respondent_id,L1\np1,4\n")

    assert n_responses() == 0
