"""What tells who a customer is: numbers by their shape and check digit, names and addresses by their words."""

import pandas as pd
import pytest

from analysis.customers.identifiers import is_organisation_code, refuse_identifiers
from analysis.errors import TableError, TableFaults


def refused(values: list[object], column: str = "code") -> str:
    with pytest.raises(TableError) as caught:
        refuse_identifiers(pd.DataFrame({column: values}), ["code"], [], "file")
    return str(caught.value)


@pytest.mark.parametrize("value", [
    "13912345678", "139 1234 5678", "１３９１２３４５６７８", "+86-139-1234-5678", "0755-26881234", "(020) 8123 4567",
    "010-62345678-801", "400-810-5555", "+44 20 7946 0958"])
def test_telephone_numbers_in_their_usual_forms_are_refused(value: str) -> None:
    assert "data row 3: the value looks like a telephone number" in refused(["K1", "K2", value, "K4"])


@pytest.mark.parametrize("value", ["91350100M000100Y43", "91440300708461136T"])
def test_credit_codes_of_organisations_are_told_by_their_check_sign(value: str) -> None:
    assert is_organisation_code(value)
    assert not is_organisation_code(value[:-1] + ("A" if value[-1] != "A" else "B"))
    assert "data row 2: the value looks like the credit code" in refused(["K1", value])


@pytest.mark.parametrize("value", ["某某贸易有限公司", "某某集团公司", "Acme Trading Co., Ltd.", "Some Shop GmbH"])
def test_names_of_companies_are_refused(value: str) -> None:
    assert "looks like the name of a company" in refused(["K1", value, "K3", "K4", "K5"])


def test_an_address_is_refused() -> None:
    assert "looks like an address" in refused(["K1", "深圳市南山区科技路12号", "K3"])


@pytest.mark.parametrize("values", [
    ["王小明", "李华", "K3"], ["欧阳娜", "司马光", "K3"], ["張偉", "陳靜", "K3"], ["阿依古丽·买买提", "张三", "K3"],
    ["Zhang Wei", "Li Na", "K3"], ["John A. Smith", "Mary Miller", "K3"]])
def test_a_column_of_names_is_refused(values: list[str]) -> None:
    assert "its values look like names" in refused(values)


@pytest.mark.parametrize("values", [
    ["440301900101123", "440301850505456", "x"], ["6222021234567890123", "6222021234567890124", "x"],
    ["DE89370400440532013000", "GB29NWBK60161331926819", "x"]])
def test_a_column_of_long_numbers_is_refused(values: list[str]) -> None:
    assert "numbers" in refused(values)


def test_numbers_that_a_program_read_as_numbers_are_seen_too() -> None:
    assert "telephone" in refused([1.0, 13912345678.0], column="remark")
    assert "telephone" in refused([1, 13912345678], column="remark")


@pytest.mark.parametrize("column", ["客户姓名", "聯繫電話", "法定代表人", "统一社会信用代码", "身份証號（證件）",
                                    "shouji", "dob", "legal person", "ＰＨＯＮＥ"])
def test_heads_that_name_an_identifier_are_refused_in_many_spellings(column: str) -> None:
    assert "identifies a person or company" in refused(["a"], column)


@pytest.mark.parametrize("values", [
    ["金卡客户", "白金卡", "普通客户"], ["高新支行", "江北支行", "金山支行"], ["North Branch", "East Office"],
    ["K0001", "R07"],
    ["2026-06-30", "2026-07-01"], ["0001", "0002"], [12_500.5, 180_000_000_000.25], [True, False]])
def test_tiers_units_codes_days_and_amounts_are_let_through(values: list[object]) -> None:
    refuse_identifiers(pd.DataFrame({"code": values}), ["code"], [], "file")


def test_every_column_that_gives_somebody_away_is_told_at_once() -> None:
    frame = pd.DataFrame({"phone": ["x"], "code": ["13912345678"], "aum": [5]})

    with pytest.raises(TableFaults) as caught:
        refuse_identifiers(frame, ["code", "aum"], ["aum"], "file")

    assert [fault.place for fault in caught.value.faults] == [
        "file, column 'phone'", "file, column 'code', data row 1"]


def test_the_value_itself_is_never_repeated() -> None:
    assert "13912345678" not in refused(["13912345678"])
