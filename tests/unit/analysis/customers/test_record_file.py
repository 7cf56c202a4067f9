"""The completeness file: counted by hand, and nothing in it but whether a field is filled and how old it is."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.customers.picture import OtherFiles, customer_picture
from analysis.customers.record_file import record_completeness
from analysis.errors import TableError, TableFaults
from analysis.results.customers import RecordCompleteness, RecordFigure
from instruments.customer_records import FieldClass, RecordField
from instruments.template_loader import load_catalogue_template

MODEL = replace(load_catalogue_template("bank_crm").value_model, field_classes=(
    FieldClass("identity", {"en": "Identity"}, (RecordField("papers"), RecordField("owner", {}, ("corporate",))), 365),
    FieldClass("needs", {"en": "Needs"}, (RecordField("plans"),), 100)))
N = 12      # ten persons and two firms, six in each unit
COLUMNS = {
    "customer_id": [f"K{place}" for place in range(N)],
    "customer_type": ["personal"] * 10 + ["corporate"] * 2,
    "unit": ["north"] * 6 + ["south"] * 6,
    "has_papers": [1] * 9 + [0] * 3,
    "age_days_papers": [400] * 3 + [10] * 6 + [None] * 3,
    "has_owner": [0] * 11 + [1],
    "has_plans": [1, 1, 1, 0, 0, 0] * 2,
    "age_days_plans": [99, 100, 101, None, None, None] * 2,
}


def figure(figures: tuple[RecordFigure, ...], key: str) -> RecordFigure:
    return next(found for found in figures if found.key == key)


@pytest.fixture
def completeness() -> RecordCompleteness:
    return record_completeness(pd.DataFrame(COLUMNS), MODEL)


def test_completeness_equals_the_count_by_hand(completeness: RecordCompleteness) -> None:
    # 12 × papers, 2 × owner, 12 × plans; filled 9 + 1 + 6
    assert completeness.completeness == pytest.approx(16 / 26)
    assert completeness.n_customers == N
    assert completeness.n_incomplete == 6           # 9, 10 and 11 lack papers, 3, 4, 5, 9, 10 and 11 lack plans
    assert completeness.n_unknown_customers is None


def test_a_class_counts_a_field_only_of_those_it_applies_to(completeness: RecordCompleteness) -> None:
    assert figure(completeness.by_class, "identity").filled == pytest.approx(10 / 14)
    assert figure(completeness.by_class, "needs").filled == pytest.approx(6 / 12)
    assert figure(completeness.by_field, "papers").filled == pytest.approx(9 / 12)


def test_a_field_of_few_customers_is_hidden(completeness: RecordCompleteness) -> None:
    assert figure(completeness.by_field, "owner").is_hidden


def test_a_field_is_stale_when_it_is_older_than_its_class_may_be(completeness: RecordCompleteness) -> None:
    assert figure(completeness.by_class, "identity").stale == pytest.approx(3 / 9)      # 400 of at most 365 days
    assert figure(completeness.by_class, "needs").stale == pytest.approx(2 / 6)         # 101, not 100
    assert completeness.n_stale_records == 4        # 0, 1, 2 for their papers, 2 and 8 for their plans
    assert completeness.median_age_days == pytest.approx(99)


def test_units_are_shown_by_class_and_small_ones_are_hidden_with_the_next(completeness: RecordCompleteness) -> None:
    file = pd.DataFrame({**COLUMNS, "unit": ["north"] * 6 + ["south"] * 3 + ["west"] * 3})

    small = record_completeness(file, MODEL)

    assert figure(completeness.by_unit, "north").filled == pytest.approx((6 + 3) / 12)
    assert completeness.unit_by_class["south"] == pytest.approx({"identity": 4 / 8, "needs": 3 / 6})
    assert {found.key for found in small.by_unit if found.is_hidden} == {"south", "west"}
    assert set(small.unit_by_class) == {"north"}


def test_tiers_come_from_the_customer_file_where_the_completeness_file_states_none() -> None:
    customers = pd.DataFrame({"customer_id": COLUMNS["customer_id"][:11], "aum": [60_000.0] * 5 + [1_000.0] * 6})
    file = pd.DataFrame({key: values for key, values in COLUMNS.items() if key != "customer_type"})

    records = customer_picture(customers, MODEL, others=OtherFiles(records=file)).records

    assert records is not None
    assert records.n_unknown_customers == 1
    assert {found.key: found.n for found in records.by_tier} == {
        "personal.basic": 6, "personal.growth": None, "unknown": None}      # one unknown hides the next smallest


def test_the_file_takes_the_place_of_the_customer_files_own_completeness() -> None:
    customers = pd.DataFrame({"customer_id": COLUMNS["customer_id"], "aum": [60_000.0] * N})

    figures = customer_picture(customers, MODEL, others=OtherFiles(records=pd.DataFrame(COLUMNS))).figures

    assert figures["completeness_pct"] == pytest.approx(100 * 16 / 26)
    assert figures["incomplete_records_count"] == 6
    assert figures["stale_records_count"] == 4
    assert figures["median_age_days"] == pytest.approx(99)
    assert figures["stale_fields_pct"] == pytest.approx(100 * 5 / 15)


def test_what_is_in_a_field_is_refused_without_being_repeated() -> None:
    file = pd.DataFrame({"customer_id": ["K1", "K2"], "has_plans": ["1", "wants a house"]})

    with pytest.raises(TableFaults, match=r"column 'has_plans', data row 2: the cell is neither 0 nor 1") as caught:
        record_completeness(file, MODEL)

    assert "house" not in str(caught.value)


@pytest.mark.parametrize(("columns", "message"), [
    ({"phone": ["1", "0"]}, "identifies a person"),
    ({"unit": ["13912345678", "x"]}, "telephone"),
    ({"age_days_plans": [-1, 5]}, "-1 days is no age"),
    ({"age_days_plans": [1.5, 5]}, "no whole number"),
])
def test_identifiers_and_impossible_ages_are_refused_with_their_place(columns: dict[str, list], message: str) -> None:
    file = pd.DataFrame({"customer_id": ["K1", "K2"], "has_plans": [1, 0], **columns})

    with pytest.raises(TableError, match=message):
        record_completeness(file, MODEL)


def test_a_file_that_says_nothing_of_records_is_refused() -> None:
    with pytest.raises(TableError, match="no column that says whether a field is filled"):
        record_completeness(pd.DataFrame({"customer_id": ["K1"], "has_shoes": [1]}), MODEL)


def test_repeated_rows_rows_without_a_key_and_unknown_columns_are_counted_and_said() -> None:
    file = pd.DataFrame({"customer_id": ["K1", "K1", None], "has_plans": [1, 0, 1], "age_days_plans": [None, None, 3],
                         "has_shoes": [1, 1, 1]})

    found = record_completeness(file, MODEL)

    assert (found.n_rows, found.n_customers, found.n_duplicate_rows, found.n_without_key) == (3, 1, 1, 1)
    assert found.warnings == ("record_columns_not_used: has_shoes",)


def test_an_age_of_an_empty_field_is_counted_and_not_used() -> None:
    file = pd.DataFrame({"customer_id": ["K1", "K2"], "has_plans": [1, 0], "age_days_plans": [5, 900]})

    found = record_completeness(file, MODEL)

    assert found.n_age_of_empty == 1
    assert found.median_age_days == 5
    assert found.n_stale_records == 0


def test_an_empty_completeness_file_is_no_crash() -> None:
    found = record_completeness(pd.DataFrame({"customer_id": [], "has_plans": []}), MODEL)

    assert found.completeness is None
    assert found.n_incomplete is None
