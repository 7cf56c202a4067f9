"""What orders, ends and shortens a questionnaire passes through an XLSForm and back."""

from dataclasses import replace

import openpyxl
import pytest
import xlsxwriter

from bench.instruments import write_large_form
from instruments.formats import LossReport, read_xlsform, write_xlsform
from instruments.schema import Choice, Item, Quota, Screen, Section

TEXT = {"en": "Text", "zh": "文字"}


@pytest.fixture
def ordered(small):
    """The small questionnaire with everything that the model knows of order, ends and length."""
    choices = (
        Choice("a", TEXT), Choice("b", TEXT), Choice("none", TEXT, is_exclusive=True, is_fixed=True),
        Choice("other", TEXT, has_text=True, is_fixed=True), Choice("skip", TEXT, is_missing=True))
    items = (
        Item("MANY", "C", "multiple", TEXT, choices=choices, shuffles_choices=True, is_short=True),
        Item("ONE", "D", "single", TEXT, choices=choices[:2], shuffles_choices=True),
        Item("RANK", "E", "ranking", TEXT, choices=choices[:2], is_short=True), Item("LAST", "F", "text", TEXT))
    sections = (
        Section("C", "questions", TEXT, block="first", shuffle_group="my group"),
        Section("D", "questions", TEXT, block="first", shuffle_group="my group", is_shuffled=True),
        Section("E", "questions", TEXT, shuffle_group="my group"), Section("F", "open", TEXT, block="alone"))
    return replace(
        small, sections=(*small.sections, *sections), items=(*small.items, *items), commitment=TEXT, has_progress=True,
        has_speed_prompt=True,
        screens=(Screen("out", "${WHO} = 'visitor'", TEXT), Screen("rare", "${VISITS} < 2", TEXT)),
        quotas=(Quota("many", "${VISITS} > 20 and selected(${MANY}, 'a')", 50, {"en": "=1+1", "zh": "“满”"}),))


def test_order_ends_and_length_survive_xlsform(ordered, tmp_path):
    written = write_xlsform(ordered, tmp_path / "form.xlsx")
    found, report = read_xlsform(tmp_path / "form.xlsx")

    assert found == ordered
    assert report == LossReport()
    assert {"section C", "section D", "section E", "item MANY", "ending out", "ending many"} <= {
        entry.place for entry in written.entries}


def test_other_tools_shuffle_the_choices_too(ordered, tmp_path):
    write_xlsform(ordered, tmp_path / "form.xlsx")

    rows = list(openpyxl.load_workbook(tmp_path / "form.xlsx")["survey"].iter_rows(values_only=True))
    by_name = {row[1]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}

    assert by_name["MANY"]["parameters"] == by_name["ONE"]["parameters"] == "randomize=true"
    assert by_name["RANK"]["parameters"] is None
    assert by_name["MANY"]["bind::x:short"] == "true"
    assert by_name["C"]["bind::x:block"] == "first"
    assert by_name["D"]["bind::x:random"] == "items blocks=my group"


@pytest.mark.parametrize(("parameters", "is_shuffled", "losses"), [
    ("randomize=true", True, []), ("randomize=true, seed=42", True, ["item q"]), ("randomize=false", False, []),
    ("", False, []),
])
def test_randomised_choices_of_a_form_are_shuffled(tmp_path, parameters, is_shuffled, losses):
    with xlsxwriter.Workbook(str(tmp_path / "form.xlsx")) as book:
        for name, rows in {
                "survey": [["type", "name", "label", "parameters"], ["select_one yn", "q", "Q", parameters]],
                "choices": [["list_name", "name", "label", "x:fixed"], ["yn", "y", "Y", ""], ["yn", "n", "N", ""],
                            ["yn", "o", "Other", "true"]],
                "settings": [["default_language"], ["en"]]}.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)

    instrument, report = read_xlsform(tmp_path / "form.xlsx")

    assert instrument.item("q").shuffles_choices is is_shuffled
    assert [choice.is_fixed for choice in instrument.item("q").choices] == [False, False, True]
    assert [entry.place for entry in report.entries] == losses


def test_a_form_of_3000_items_and_20000_choices_is_read_and_checked(tmp_path):
    """How long it takes is measured by bench/instruments.py."""
    write_large_form(tmp_path / "large.xlsx")

    instrument, report = read_xlsform(tmp_path / "large.xlsx")

    assert len(instrument.items) == 3_000
    assert sum(len(item.choices) for item in instrument.items) == 20_000
    assert len(instrument.sections) == 100
    assert [finding.number for finding in report.warnings] == ["INS-037"]
