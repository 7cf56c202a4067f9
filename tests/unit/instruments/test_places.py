"""A finding names the line of a YAML file, or sheet, row and column of a workbook, and the text that stands there."""

from pathlib import Path

import pytest
import xlsxwriter

from instruments.errors import CheckFailed, FileFormatError, Finding
from instruments.formats import read_definition
from instruments.places import locate


def workbook(path: Path, **sheets: list[list[str]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write_string(number, column, cell)
    return path


SURVEY = [
    ["type", "name", "label", "relevant", "constraint"],
    ["integer", "n", "Number", "", ". > 'many'"],
    [],
    ["begin_group", "g", "Group", "${n} > 3 or 2", ""],
    ["select_one yn", "a", "Choice", "${n} == 3", ""],
    ["text", "t", "Text", "${a} = 'z'", ". > 3"],
    ["end_group"],
]
CHOICES = [["list_name", "name", "label", "x:show_if"], ["yn", "y", "Yes", ""], ["yn", "no", "No", "${n} >> 3"]]
SETTINGS = [["form_title", "form_id"], ["Form", "form"]]


def findings_of(path: Path) -> dict[str, Finding]:
    with pytest.raises(CheckFailed) as caught:
        read_definition(path)
    return {finding.place: finding for finding in caught.value.findings}


def test_a_finding_in_a_workbook_names_sheet_row_column_and_text(tmp_path):
    found = findings_of(workbook(tmp_path / "form.xlsx", survey=SURVEY, choices=CHOICES, settings=SETTINGS))

    assert {place: (finding.number, finding.found) for place, finding in found.items()} == {
        "form.xlsx, sheet survey, row 4, column relevant, section g, show_if": ("INS-111", "${n} > 3 or 2"),
        "form.xlsx, sheet survey, row 2, column constraint, item n, constraint": ("INS-109", ". > 'many'"),
        "form.xlsx, sheet survey, row 5, column relevant, item a, show_if": ("INS-101", "${n} == 3"),
        "form.xlsx, sheet choices, row 3, column x:show_if, item a, choice no, show_if": ("INS-101", "${n} >> 3"),
        "form.xlsx, sheet survey, row 6, column relevant, item t, show_if": ("INS-105", "${a} = 'z'"),
        "form.xlsx, sheet survey, row 6, column constraint, item t, constraint": ("INS-111", ". > 3"),
    }
    assert all(finding.remedy for finding in found.values())
    assert "[${a} = 'z']: 'a' has no choice 'z'. Its choices are: y, no." in str(
        found["form.xlsx, sheet survey, row 6, column relevant, item t, show_if"])


def test_a_warning_in_a_workbook_names_its_place_too(tmp_path):
    survey = [SURVEY[0], ["integer", "n", "Number"], ["text", "t", "Text", "${n} > 3 and ${n} < 3"]]

    _, report = read_definition(workbook(tmp_path / "form.xlsx", survey=survey, settings=SETTINGS))

    assert [(finding.number, finding.place) for finding in report.warnings] == [
        ("INS-112", "form.xlsx, sheet survey, row 3, column relevant, item t, show_if")]


def test_a_screen_in_a_workbook_is_found_on_its_own_sheet(tmp_path):
    survey = [["type", "name", "label::en"], ["integer", "n", "Number"]]
    endings = [["kind", "key", "condition", "limit", "message::en"], ["screen", "out", "${m} > 3", "", "Thanks."]]

    found = findings_of(workbook(tmp_path / "form.xlsx", survey=survey, settings=SETTINGS, x_endings=endings))

    assert "form.xlsx, sheet x_endings, row 2, column condition, screen out, condition" in found


@pytest.mark.parametrize(("sheets", "place"), [
    ({"survey": [["type", "name", "label", "label"], ["text", "a", "A", "B"]]}, "sheet survey, row 1, column label"),
    ({"survey": [["type", "name", "label"], ["text", "a", "A"]], "choices": [["list_name", "name", "name"]]},
     "sheet choices, row 1, column name"),
    ({"survey": [["type", "name", "label", "relevant", "bind::relevant"], ["text", "a", "A", "", "1"]]},
     "sheet survey, row 1"),
    ({"survey": [["type", "name", "label", "relevant"], ["text", "a", "A", "${b} = 1"]]},
     "sheet survey, row 2, column relevant"),
    ({"survey": [["type", "name", "label"], ["text", "a", "A"], ["calculate", "b", ""]]}, "sheet survey, row 3"),
    ({"survey": [["type", "name", "label"], ["text", "a", "A"]],
      "x_endings": [["kind", "key", "condition", "limit"], ["quota", "q", "${a} = 'x'", "some"]]},
     "sheet x_endings, row 2, column limit"),
])
def test_a_workbook_that_is_refused_names_sheet_and_row(tmp_path, sheets, place):
    with pytest.raises(FileFormatError) as caught:
        read_definition(workbook(tmp_path / "form.xlsx", settings=SETTINGS, **sheets))

    assert caught.value.place == f"form.xlsx, {place}"
    assert caught.value.remedy


def test_a_finding_in_a_yaml_file_names_its_line(tmp_path, small_text):
    text = small_text.replace("title: {en: Our canteen, zh: 我们的食堂}", "title: {en: Our canteen}").replace(
        "en: Visitor, zh: 访客}", "en: Visitor, zh: 访客, show_if: '${F9} = 1'}").replace(
        "scale: agree3, en: It is warm.", "scale: agree9, en: It is warm.")
    path = tmp_path / "guest.yaml"
    path.write_text(text + "screens:\n  - {id: out, condition: '${WHO} = “x”', en: Bye, zh: 再见}\n", encoding="utf-8")
    lines = path.read_text(encoding="utf-8").splitlines()

    found = findings_of(path)

    def line_of(part: str) -> int:
        return next(number for number, line in enumerate(lines, 1) if part in line)

    assert set(found) == {
        f"guest.yaml, line {line_of('title: {en: Our')}, title",
        f"guest.yaml, line {line_of('agree9')}, item F1",
        f"guest.yaml, line {line_of('F9')}, item WHO, choice visitor, show_if",
        f"guest.yaml, line {line_of('id: out')}, screen out, condition"}


def test_a_part_that_is_not_in_the_file_keeps_its_own_place():
    finding = Finding("INS-001", "form.xlsx, item a, show_if", "Wrong.", "Mend it.")

    assert locate([finding], "form.xlsx", dict) == (finding,)
    assert locate([finding], "other.xlsx", lambda: {"item a": "row 1"}) == (finding,)
    assert locate([finding], "form.xlsx", lambda: {"item a": "row 1"})[0].place == "form.xlsx, row 1, item a, show_if"
