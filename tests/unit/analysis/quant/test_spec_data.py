"""Reading data files: encodings, delimiters, and what is refused."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from analysis.errors import TableError
from analysis.quant.spec.data import read_data, read_data_file, read_table

ROWS = pd.DataFrame({"A1": [1.0, 2.0, np.nan], "部门": ["信贷部", "运营部", "信贷部"]})


def written(tmp_path: Path, content: bytes, name: str = "answers.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_text_is_read_in_its_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = ROWS.to_csv(index=False, sep=delimiter, lineterminator="\r\n")

    found = read_data(written(tmp_path, text.encode(encoding)))

    pd.testing.assert_frame_equal(found, ROWS, check_dtype=False)


def test_a_workbook_is_read(tmp_path: Path) -> None:
    path = tmp_path / "answers.xlsx"
    ROWS.to_excel(path, index=False)

    found = read_data(path)

    pd.testing.assert_frame_equal(found, ROWS, check_dtype=False)


def test_an_open_file_is_read_by_its_name() -> None:
    found = read_table(io.BytesIO(b"a,b\n1,2\n"), "customers.csv")

    assert found.to_dict("records") == [{"a": 1, "b": 2}]


def test_a_key_padded_with_zeros_keeps_them(tmp_path: Path) -> None:
    found = read_data(written(tmp_path, b"id,q1,share\n12,3,0.5\n007,4,0\n"))

    assert found["id"].tolist() == ["12", "007"]
    assert found["share"].tolist() == [0.5, 0.0]


def test_a_decimal_comma_is_read_between_semicolons(tmp_path: Path) -> None:
    found = read_data(written(tmp_path, b"q1;q2\n1,5;2\n-2,25;3\n"))

    assert found["q1"].tolist() == [1.5, -2.25]


def test_a_dot_and_na_are_missing(tmp_path: Path) -> None:
    found = read_data(written(tmp_path, b"q1,q2\n1,.\n,NA\n3,2\n"))

    assert found["q1"].isna().tolist() == [False, True, False]
    assert found["q2"].isna().tolist() == [True, True, False]


def test_a_quoted_delimiter_stays_in_its_cell(tmp_path: Path) -> None:
    found = read_data(written(tmp_path, b'q1,comment\n1,"slow, and unclear"\n'))

    assert found["comment"].tolist() == ["slow, and unclear"]


@pytest.mark.parametrize(("name", "content", "words"), [
    ("empty.csv", b"", "is empty"),
    ("blank.csv", b" \n\n", "is empty"),
    ("header.csv", b"a,b\n", "no rows"),
    ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
    ("old.csv", b"\xd0\xcf\x11\xe0abc", "old Excel"),
    ("report.csv", b"%PDF-1.7\n", "a PDF"),
    ("book.csv", b"PK\x03\x04abc", "zip"),
    ("latin.csv", b"a,b\n\xff\xff,2\n", "neither UTF-8 nor GB18030"),
    ("twice.csv", b"a,a\n1,2\n", "'a' occurs twice"),
    ("wide.csv", b"a,b\n1,2,3\n", "line 2: has 3 values"),
    ("later.csv", b"a,b\n1,2\n1,2,3\n", "line 3"),
    ("quote.csv", b'a,b\n1,"2\n', "do not fit the header"),
    ("old.ods", b"PK\x03\x04abc", "not read"),
    ("broken.xlsx", b"PK\x03\x04abc", "damaged"),
    ("text.xlsx", b"a,b\n1,2\n", "not a workbook"),
])
def test_what_is_no_table_is_refused_with_its_name(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    with pytest.raises(TableError, match=words) as refused:
        read_data(written(tmp_path, content, name))

    assert refused.value.place.startswith(name)
    assert refused.value.remedy


def test_an_absent_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"nowhere\.csv: cannot be read"):
        read_data(tmp_path / "nowhere.csv")


def test_a_workbook_with_a_column_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "answers.xlsx"
    pd.DataFrame([[1, 2]], columns=["a", "a"]).to_excel(path, index=False)

    with pytest.raises(TableError, match="'a' occurs twice"):
        read_data(path)


def test_a_lone_carriage_return_ends_a_line(tmp_path):
    (tmp_path / "old.csv").write_bytes(b"a,b\r1,2\r3,4\r")

    frame = read_data(tmp_path / "old.csv")

    assert frame.to_dict("list") == {"a": [1, 3], "b": [2, 4]}


def test_a_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    path = tmp_path / "waves.xlsx"
    with pd.ExcelWriter(path) as book:
        ROWS.to_excel(book, sheet_name="2025", index=False)
        (ROWS.assign(A1=5)).to_excel(book, sheet_name="2026", index=False)

    found = read_data_file(path, sheet="2026")

    assert found.frame["A1"].tolist() == [5, 5, 5]
    assert (found.facts.sheet, found.facts.other_sheets) == ("2026", ("2025",))


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    path = tmp_path / "waves.xlsx"
    ROWS.to_excel(path, sheet_name="答卷", index=False)

    with pytest.raises(TableError, match=r"waves\.xlsx: has no sheet '2026'\. Sheets: 答卷\."):
        read_data_file(path, sheet="2026")


def test_an_empty_first_sheet_names_the_others(tmp_path: Path) -> None:
    path = tmp_path / "waves.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"note": []}).to_excel(book, sheet_name="cover", index=False)
        ROWS.to_excel(book, sheet_name="answers", index=False)

    with pytest.raises(TableError, match=r"Choose another sheet with --sheet: answers\."):
        read_data(path)


def test_an_spss_file_is_read_with_labels_and_declared_missing_values(tmp_path: Path) -> None:
    path = tmp_path / "answers.sav"
    pyreadstat.write_sav(pd.DataFrame({"q1": [1.0, 2.0, 9.0, 98.0, np.nan], "q2": [5.0, 4.0, 3.0, 2.0, 1.0]}), path,
                         column_labels={"q1": "办理业务等候时间合理", "q2": ""},
                         variable_value_labels={"q1": {1.0: "agree", 9.0: "refused"}},
                         missing_ranges={"q1": [9.0, {"lo": 97.0, "hi": 99.0}]})

    found = read_data_file(path)

    assert found.facts.kind == "sav"
    assert found.frame["q1"].isna().tolist() == [False, False, True, True, True]
    assert found.facts.labels == {"q1": "办理业务等候时间合理"}
    assert found.facts.value_labels == {"q1": {"1": "agree", "9": "refused"}}
    assert found.facts.declared_missing == {"q1": {"9": 1, "98": 1}}


def test_an_spss_file_under_another_name_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    path = tmp_path / "answers.sav"
    pyreadstat.write_sav(pd.DataFrame({"q1": [1.0, 2.0]}), path)

    found = read_table(io.BytesIO(path.read_bytes()), "answers.csv")

    assert found["q1"].tolist() == [1.0, 2.0]


def test_a_damaged_spss_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"broken\.sav: is not an SPSS file, or is damaged"):
        read_data(written(tmp_path, b"$FL2@(#) SPSS DATA FILE" + bytes(40), "broken.sav"))


def test_western_text_in_single_bytes_is_read(tmp_path: Path) -> None:
    found = read_data_file(written(tmp_path, "Größe;Qualité\n1;2\n3;4\n".encode("cp1252")))

    assert list(found.frame.columns) == ["Größe", "Qualité"]
    assert (found.facts.encoding, found.facts.separator) == ("cp1252", ";")


def test_the_encoding_may_be_named(tmp_path: Path) -> None:
    found = read_data_file(written(tmp_path, "滿意度,部門\n1,存款\n".encode("big5")), encoding="big5")

    assert list(found.frame.columns) == ["滿意度", "部門"]


@pytest.mark.parametrize(("encoding", "words"), [
    ("klingon", "'klingon' is not an encoding"), ("ascii", "line 2: is not ascii text")])
def test_an_encoding_that_does_not_fit_is_refused(tmp_path: Path, encoding: str, words: str) -> None:
    path = written(tmp_path, "a,b\né,2\n".encode())

    with pytest.raises(TableError, match=words):
        read_data_file(path, encoding=encoding)


def test_a_sheet_of_a_text_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="has no sheets"):
        read_data_file(written(tmp_path, b"a,b\n1,2\n"), sheet="1")
