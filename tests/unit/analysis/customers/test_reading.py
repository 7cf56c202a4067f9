"""What a customer file must be, and what is counted when it is not."""

import pandas as pd
import pytest

from analysis.customers.identifiers import is_card_number, is_identity_number
from analysis.customers.reading import read_customers
from analysis.errors import TableError
from instruments.template_loader import load_catalogue_template

MODEL = load_catalogue_template("bank_crm").value_model


def _file(**columns: list[object]) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    return pd.DataFrame({"customer_id": [f"K{place}" for place in range(n)], "aum": [1000.0] * n, **columns})


@pytest.mark.parametrize("column", ["姓名", "客户名称", "phone", "mobile_no", "IDCard", "id number", "账号",
                                    "accountNo", "home_address", "E-Mail"])
def test_a_column_that_names_an_identifier_is_refused(column: str) -> None:
    with pytest.raises(TableError, match="identifies a person or company"):
        read_customers(_file(**{column: ["x", "y"]}), MODEL)


@pytest.mark.parametrize(("value", "kind"), [
    ("13912345678", "telephone"), ("+86 139-1234-5678", "telephone"), ("someone@example.com", "e-mail"),
    ("11010519491231002X", "identity")])
def test_one_value_that_gives_a_customer_away_refuses_the_file_with_its_row(value: str, kind: str) -> None:
    with pytest.raises(TableError, match=rf"column 'relation_group', data row 2: the value looks like an? {kind}"):
        read_customers(_file(relation_group=["G1", value, "G2"]), MODEL)


def test_a_column_of_card_numbers_or_names_is_refused() -> None:
    with pytest.raises(TableError, match="card numbers"):
        read_customers(_file(branch_code=["4111111111111111", "5500005555555559", "x"]), MODEL)
    with pytest.raises(TableError, match="look like names"):
        read_customers(_file(rm_id=["王小明", "李华", "R3"]), MODEL)


def test_amounts_are_never_mistaken_for_telephone_numbers() -> None:
    file = read_customers(_file(contribution=[13912345678.0, 13812345678.0]), MODEL)

    assert file.frame["contribution"].tolist() == [13912345678.0, 13812345678.0]


def test_identity_and_card_numbers_are_told_by_their_check_digit() -> None:
    assert is_identity_number("11010519491231002X")
    assert not is_identity_number("110105194912310021")
    assert not is_identity_number("110105194913310020")
    assert is_card_number("4111 1111 1111 1111")
    assert not is_card_number("4111111111111112")


def test_duplicates_negatives_unknown_tiers_and_impossible_tenure_are_counted_and_nothing_is_lost() -> None:
    raw = pd.DataFrame({
        "customer_id": ["A", "A", "B", "C", None], "aum": [100.0, 999.0, -5.0, 300.0, 7.0],
        "tier": ["basic", "basic", "gold", "普通客户", "basic"], "tenure_months": [12, 12, 5000, -1, 3]})

    file = read_customers(raw, MODEL)

    assert (file.n_rows, len(file.frame), file.n_duplicate_rows, file.n_without_key) == (5, 3, 1, 1)
    assert file.frame.loc["A", "aum"] == 100.0
    assert file.n_negative["aum"] == 1
    assert file.n_negative["tenure_months"] == 1
    assert file.n_impossible_tenure == 1
    assert file.n_unknown_tier == 1
    assert file.frame["tier"].to_dict() == {"A": "basic", "B": "", "C": "basic"}
    assert file.missing_share["aum"] == pytest.approx(1 / 3)
    assert file.frame["customer_type"].eq("personal").all()


def test_completeness_is_counted_over_the_files_own_fields_but_key_group_and_manager() -> None:
    raw = _file(products=[1, None, 3, 4], relation_group=[None] * 4, rm_id=[None] * 4)

    file = read_customers(raw, MODEL)

    assert file.completeness == pytest.approx(7 / 8)
    assert file.n_incomplete == 1


@pytest.mark.parametrize(("columns", "message"), [
    ({"products": ["two", "3"]}, r"column 'products', data row 1: 'two' is not a number"),
    ({"customer_type": ["personal", "alien"]}, r"column 'customer_type', data row 2: 'alien' is not known")])
def test_a_cell_that_cannot_be_read_is_refused_with_its_place(columns: dict[str, list[object]], message: str) -> None:
    with pytest.raises(TableError, match=message):
        read_customers(_file(**columns), MODEL)


def test_a_missing_required_column_is_refused() -> None:
    with pytest.raises(TableError, match="required column 'aum' is missing"):
        read_customers(pd.DataFrame({"customer_id": ["A"]}), MODEL)
