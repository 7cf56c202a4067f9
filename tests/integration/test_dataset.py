"""Rows become the tables analyses take: values, the kinds of empty, the order shown, the time taken."""

import math

import pytest

from analysis.tables import AnswerTable
from instruments.template_loader import load_catalogue_template
from surveyapp.dataset import load_answers, load_tables
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.models.study import Study
from surveyapp.services.response_bulk import BulkResponse, store_responses
from surveyapp.services.response_import import import_responses
from surveyapp.services.study import create_study, get_instrument, get_link, get_wave, instrument_of

ROWS = """respondent_id,D_DEPT,GOA1,GOA2,GOA3,STP,O_SUG,F_TIME,duration_s,language
b,retail,4,-93,,PRB_GOAL;PRB_INFO,more time,12.5,61.5,zh
a,na,1,5,-92,NONE,,40,30,en
"""


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        study = create_study(session, load_catalogue_template("bank_crm"), "bank")
        import_responses(session, study, get_wave(session, study), get_instrument(session, study, "staff"),
                         ROWS.encode(), "rows.csv")
    close_read_session()
    return study


@pytest.fixture
def table(study: Study) -> AnswerTable:
    session = read_session()
    return load_answers(session, get_wave(session, study), instrument_of(get_instrument(session, study, "staff")))


def test_people_are_in_the_order_of_their_keys(table: AnswerTable):
    assert list(table.values.index) == ["a", "b"]
    assert list(table.language) == ["en", "zh"]


def test_numbers_are_numbers_and_every_kind_of_empty_keeps_its_code(table: AnswerTable):
    person = table.values.loc["b"]

    assert (person["GOA1"], person["F_TIME"]) == (4.0, 12.5)
    assert math.isnan(person["GOA2"])
    assert list(table.missing.loc["b", ["GOA1", "GOA2", "GOA3"]]) == [0, -93, -92]


def test_choices_are_words_and_a_refused_one_counts_as_refused(table: AnswerTable):
    assert table.values.loc["b", "STP"] == ("PRB_GOAL", "PRB_INFO")
    assert table.values.loc["b", "D_DEPT"] == "retail"
    assert table.values.loc["a", "D_DEPT"] is None
    assert table.missing.loc["a", "D_DEPT"] == -93


def test_the_time_taken_is_in_seconds(table: AnswerTable):
    assert table.duration_s["b"] == pytest.approx(61.5)


def test_a_study_without_interviews_and_customers_has_none(study: Study):
    tables = load_tables(read_session(), study, get_wave(read_session(), study))

    assert tables.interviews is None
    assert tables.customers is None
    assert tables.answers["customer"].n == 0


def test_the_time_on_each_page_is_kept_where_pages_were_timed(study: Study):
    times = {"ORG": 30_000, "HRA": 45_500}
    with transaction() as session:
        instrument = get_instrument(session, study, "staff")
        link = get_link(session, get_wave(session, study), instrument)
        sections = {item.key: item.section for item in instrument_of(instrument).items}
        first, second = sections["ORG1"], sections["GOA1"]
        store_responses(session, link, [BulkResponse(
            "timed", "en", {first: {"ORG1": 4}, second: {"GOA1": 2}}, {first: times["ORG"], second: times["HRA"]},
            {first: ["ORG2", "ORG1"]})], "sample")
    close_read_session()

    session = read_session()
    table = load_answers(session, get_wave(session, study), instrument_of(get_instrument(session, study, "staff")))

    assert list(table.page_s.loc["timed", [first, second]]) == [30.0, 45.5]
    assert table.duration_s["timed"] == 75.5
    assert table.page_s.loc["b"].isna().all()           # the file knew the whole time only
    assert table.duration_s["b"] == 61.5
    assert list(table.positions.loc["timed", ["ORG2", "ORG1"]]) == [0, 1]
    assert (table.values.loc["timed", "ORG1"], table.missing.loc["timed", "GOA2"]) == (4, -94)
    assert list(table.values.index) == ["a", "b", "timed"]

