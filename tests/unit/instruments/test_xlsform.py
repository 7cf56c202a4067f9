"""XLSForm is read, with a notice for what is lost, or refused in words; what is written is read back equal."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from instruments.errors import CheckFailed, FileFormatError, InstrumentError
from instruments.formats import LossReport, read_definition, read_xlsform, write_xlsform
from instruments.schema import AnswerScale, Choice, Item, ScalePoint, Section

CHOICES = [["list_name", "name", "label"], ["yn", "y", "Yes"], ["yn", "n", "No"]]
SETTINGS = [["form_title", "form_id"], ["Form", "form"]]


@pytest.fixture
def form(tmp_path):
    """Write sheets as a workbook and return its path."""
    def write(survey, choices=CHOICES, settings=SETTINGS, name="form.xlsx", **others):
        path = tmp_path / name
        with xlsxwriter.Workbook(str(path)) as workbook:
            for title, rows in {"survey": survey, "choices": choices, "settings": settings, **others}.items():
                sheet = workbook.add_worksheet(title)
                for number, row in enumerate(rows):
                    for column, cell in enumerate(row):
                        sheet.write_string(number, column, cell)
        return path
    return write


def survey(*rows, columns=("type", "name", "label", "relevant")):
    return [list(columns), *[list(row) + [""] * (len(columns) - len(row)) for row in rows]]


def losses(report):
    return {entry.place: entry for entry in report.entries}


# ---- round trip -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("stem", ["staff", "customer"])
def test_a_bank_questionnaire_written_as_xlsform_is_read_back_equal(bank, tmp_path, stem):
    instrument = bank.instrument(stem)

    written = write_xlsform(instrument, tmp_path / "form.xlsx")
    found, report = read_xlsform(tmp_path / "form.xlsx")

    assert found == instrument
    assert report == LossReport()
    assert {"consent", "introduction", "constructs", "section B"} <= set(losses(written))


def test_every_field_of_an_item_survives_xlsform(small, tmp_path):
    multiple = Item(
        key="ALL", section="B", kind="multiple", text={"en": "“Which”  two?", "zh": "哪些“两个”？"}, role="quota",
        choices=(
            Choice("none", {"en": "None", "zh": "无"}, is_exclusive=True),
            Choice("x", {"en": "‘X’", "zh": "甲"}, show_if="${WHO} = 'staff'"),
            Choice("other", {"en": "Other", "zh": "其他"}, has_text=True),
            Choice("na", {"en": "-", "zh": "-"}, is_missing=True)),
        max_choices=2, unit="%", show_if="${WHO} != ''", constraint="count-selected(.) < 3",
        constraint_message={"en": "Fewer", "zh": "太多"}, is_required=True, hint={"en": "h", "zh": "提示"},
        appearance="minimal", module="m")
    others = [
        Item(f"I_{kind}", "B", kind, {"en": kind, "zh": kind})
        for kind in ("text", "integer", "decimal", "date", "time", "note", "acknowledge")]
    ranking = Item("RANK", "B", "ranking", {"en": "r", "zh": "r"}, choices=(
        Choice("a", {"en": "a", "zh": "a"}), Choice("b", {"en": "b", "zh": "b"})))
    sum_ = Item("SUM", "B", "calculate", {}, calculation="${VISITS} * 2")
    hidden = Item("HID", "B", "hidden", {}, default="site1")
    spare = AnswerScale("spare", "nps", (ScalePoint(0, {"en": "0", "zh": "0"}), ScalePoint(1, {"en": "1", "zh": "1"})))
    odd = Section("1", "open", {}, show_if="${VISITS} > 3", module=None, is_shuffled=True)
    instrument = replace(
        small, sections=(*small.sections, odd), scales=(*small.scales, spare), allow_skip=False, estimated_minutes=4,
        items=(
            *small.items, multiple, *others, ranking, sum_, hidden, Item("END", "1", "text", {"en": "e", "zh": "e"})))

    write_xlsform(instrument, tmp_path / "form.xlsx")
    found, report = read_xlsform(tmp_path / "form.xlsx")

    assert found == instrument
    assert report == LossReport()


def test_a_formula_in_a_text_stays_text(small, tmp_path):
    instrument = replace(small, title={"en": "=1+1", "zh": "+86"})

    write_xlsform(instrument, tmp_path / "form.xlsx")

    with zipfile.ZipFile(tmp_path / "form.xlsx") as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if "worksheets" in name)
    assert read_xlsform(tmp_path / "form.xlsx")[0].title == {"en": "=1+1", "zh": "+86"}


def test_other_tools_see_the_limits_of_a_number_and_an_exclusive_choice_as_constraints(bank, tmp_path):
    write_xlsform(bank.instrument("staff"), tmp_path / "form.xlsx")

    with zipfile.ZipFile(tmp_path / "form.xlsx") as archive:
        strings = archive.read("xl/sharedStrings.xml").decode()

    assert ". &gt;= 0 and . &lt;= 100" in strings
    assert "count-selected(.) &lt;= 3" in strings
    assert "not(selected(., 'NONE') and count-selected(.) &gt; 1)" in strings


# ---- what is read ---------------------------------------------------------------------------------------------------
def test_groups_become_sections_and_questions_outside_them_a_section_of_their_own(form):
    path = form(survey(
        ("text", "a", "First"), ("begin_group", "g", "Group", "${a} != ''"), ("integer", "b", "Second"),
        ("begin_group", "inner", "Inner", "${b} > 1"), ("decimal", "c", "Third", "${a} = 'x'"), ("end_group",),
        ("end_group",), ("date", "d", "Fourth")))

    instrument, report = read_xlsform(path)

    assert [(section.key, section.show_if) for section in instrument.sections] == [
        ("page_1", None), ("g", "${a} != ''"), ("page_3", None)]
    assert [(item.key, item.kind, item.section) for item in instrument.items] == [
        ("a", "text", "page_1"), ("b", "integer", "g"), ("inner", "note", "g"), ("c", "decimal", "g"),
        ("d", "date", "page_3")]
    assert instrument.item("c").show_if == "(${b} > 1) and (${a} = 'x')"
    assert "group inner" in losses(report)


def test_languages_of_the_columns_become_codes_and_gaps_are_filled_with_a_notice(form):
    path = form(
        survey(("text", "a", "Name", "姓名"), ("text", "b", "Town", ""),
               columns=("type", "name", "label::English (en)", "label::中文")),
        settings=[["form_title", "default_language"], ["Form", "English (en)"]])

    instrument, report = read_xlsform(path)

    assert instrument.languages == ("en", "zh")
    assert instrument.item("a").text == {"en": "Name", "zh": "姓名"}
    assert instrument.item("b").text == {"en": "Town", "zh": "Town"}
    assert losses(report)["language zh"].what == "1 text(s) have no translation"


def test_a_likert_question_with_numbered_choices_becomes_a_rating(form):
    path = form(
        survey(("select_one agree", "a", "Good?", "likert"), columns=("type", "name", "label", "appearance")),
        choices=[["list_name", "name", "label"], ["agree", "2", "Yes"], ["agree", "1", "No"]])

    instrument, _ = read_xlsform(path)

    assert instrument.item("a").kind == "rating"
    assert [point.value for point in instrument.scale("agree").points] == [1, 2]


def test_a_slider_of_few_steps_becomes_a_rating_and_of_many_a_number(form):
    path = form(survey(
        ("range", "a", "Few", "start=0 end=10 step=1"), ("range", "b", "Many", "start=0 end=100 step=1"),
        columns=("type", "name", "label", "parameters")))

    instrument, report = read_xlsform(path)

    assert len(instrument.scale(instrument.item("a").scale).points) == 11
    many = instrument.item("b")
    assert (many.kind, many.minimum, many.maximum) == ("decimal", 0, 100)
    assert "item b" in losses(report)


def test_or_other_becomes_a_choice_that_asks_for_text_in_every_language(form):
    path = form(
        survey(("select_one yn or_other", "a", "Coming?", "来吗？"),
               columns=("type", "name", "label::English (en)", "label::中文 (zh)")),
        choices=[["list_name", "name", "label::English (en)", "label::中文 (zh)"], ["yn", "y", "Yes", "是"]],
        settings=[["form_title", "default_language"], ["Form", "English (en)"]])

    instrument, _ = read_xlsform(path)

    assert [item.key for item in instrument.items] == ["a"]
    other = instrument.item("a").choices[-1]
    assert (other.value, other.has_text) == ("other", True)
    assert other.label == {"en": "Other (please state)", "zh": "其他（请注明）"}


def test_a_choice_filter_becomes_a_condition_of_each_choice(form):
    path = form(
        survey(("select_one state", "s", "State", ""), ("select_one town", "t", "Town", "state=${s}"),
               columns=("type", "name", "label", "choice_filter")),
        choices=[["list_name", "name", "label", "state"], ["state", "n", "North", ""], ["state", "s", "South", ""],
                 ["town", "x", "X", "n"], ["town", "y", "Y", "s"]])

    instrument, _ = read_xlsform(path)

    assert [choice.show_if for choice in instrument.item("t").choices] == ["'n' = ${s}", "'s' = ${s}"]


@pytest.mark.parametrize(("kind", "done"), [
    ("video", "left out"), ("geopoint", "left out"),
    ("start", "recorded by the application where it needs it"), ("barcode", "asked as text"),
    ("dateTime", "asked as a date without time"),
])
def test_a_type_that_is_not_known_here_is_degraded_with_a_notice(form, kind, done):
    instrument, report = read_xlsform(form(survey(("text", "a", "First"), (kind, "b", "Second"))))

    assert instrument.has_item("a")
    assert losses(report)["item b"].done == done


def test_what_is_not_asked_stays_as_an_empty_item_where_a_condition_names_it(form):
    path = form(survey(("video", "film", "Film"), ("text", "why", "Why no film?", "${film} = ''")))

    instrument, _ = read_xlsform(path)

    assert [(item.key, item.kind) for item in instrument.items] == [("film", "hidden"), ("why", "text")]


def test_a_repeat_is_asked_once_with_a_notice(form):
    path = form(survey(("begin_repeat", "child", "Child"), ("text", "name", "Name"), ("end_repeat",)))

    instrument, report = read_xlsform(path)

    assert [item.key for item in instrument.items] == ["name"]
    assert losses(report)["group child"].done == "asked once"


@pytest.mark.parametrize(("relevant", "part"), [
    ("pulldata('a', 'b', 'c', ${a}) = 1", "pulldata()"),
    ("jr:choice-name(${a}, '${a}') = 'x'", "jr:choice-name()"),
])
def test_a_condition_beyond_the_language_is_left_out_with_a_notice(form, relevant, part):
    instrument, report = read_xlsform(form(survey(("text", "a", "First"), ("text", "b", "Second", relevant))))

    assert instrument.item("b").show_if is None
    assert part in losses(report)["item b, relevant"].what
    assert losses(report)["item b, relevant"].done == "shown to everybody"


@pytest.mark.parametrize(("relevant", "number"), [
    ("${a} >> 3", "INS-101"), ("a > 3 and (", "INS-101"), ("1=1; DROP", "INS-101"), ("${yn} = 'yess'", "INS-105"),
    ("${c} = 'x'", "INS-106"),
])
def test_a_condition_that_is_merely_wrong_is_refused(form, relevant, number):
    path = form(survey(
        ("text", "a", "First"), ("select_one yn", "yn", "Yes?"), ("text", "b", "Second", relevant),
        ("text", "c", "Third")))

    with pytest.raises(CheckFailed, match=number):
        read_xlsform(path)


def test_an_item_that_uses_a_name_of_the_response_file_is_renamed_everywhere(form):
    path = form(survey(("text", "language", "Which language?"), ("text", "b", "Second", "${language} = 'x'")))

    instrument, report = read_xlsform(path)

    assert [item.key for item in instrument.items] == ["language_1", "b"]
    assert instrument.item("b").show_if == "${language_1} = 'x'"
    assert "item language" in losses(report)


def test_a_csv_form_in_gb18030_is_read(tmp_path):
    text = 'survey,,,\n,type,name,label\n,text,a,"您的姓名？"\n'
    (tmp_path / "form.csv").write_bytes(text.encode("gb18030"))

    instrument, _ = read_xlsform(tmp_path / "form.csv")

    assert instrument.languages == ("zh",)
    assert instrument.item("a").text == {"zh": "您的姓名？"}


# ---- what is refused ------------------------------------------------------------------------------------------------
def test_the_error_of_a_row_names_sheet_and_row(form):
    path = form(survey(("text", "a", "First"), ("calculate", "b", "")))

    with pytest.raises(FileFormatError) as caught:
        read_xlsform(path)

    assert caught.value.place == "form.xlsx, sheet survey, row 3"
    assert "calculation" in caught.value.remedy


def test_an_encrypted_form_is_refused(form):
    path = form(survey(("text", "a", "First")), settings=[
        ["form_title", "form_id", "public_key", "submission_url"], ["F", "f", "abc", "https://example.org"]])

    with pytest.raises(FileFormatError, match="public_key"):
        read_xlsform(path)


def archive(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(("name", "content", "reason"), [
    ("form.xlsx", b"", "empty"),
    ("form.xls", b"", "empty"),
    ("form.csv", b"", "empty"),
    ("form.xlsx", b"just text", "not an .xlsx file"),
    ("form.xlsx", b"\xd0\xcf\x11\xe0 protected", "password"),
    ("form.xlsx", b"PK\x03\x04broken", "damaged"),
    ("form.xls", b"PK\x03\x04", "not an Excel 97-2003 file"),
    ("form.xls", b"\xd0\xcf\x11\xe0broken", ""),
    ("form.xlsx", archive(a="b"), ""),
    ("form.xlsx", archive(**{"xl/vbaProject.bin": "x"}), "macros"),
    ("form.xlsx", archive(a=b"0" * 21_000_000), "too large once unpacked"),
    ("form.csv", b"id,answer\n1,2\n", ""),
    ("form.csv", b"a sentence", ""),
    ("form.csv", b"\x00\x01\x02", "not a text file"),
    ("form.xlsm", b"PK\x03\x04", "not the ending"),
])
def test_a_file_that_is_no_xlsform_is_refused_in_words(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)

    with pytest.raises(FileFormatError) as caught:
        read_xlsform(tmp_path / name)

    assert caught.value.place.startswith(name)
    assert reason in caught.value.reason
    assert caught.value.remedy


def test_a_definition_is_read_by_its_ending(small_text, small, tmp_path):
    (tmp_path / "guest.yaml").write_text(small_text, encoding="utf-8")
    write_xlsform(small, tmp_path / "guest.xlsx")

    assert read_definition(tmp_path / "guest.yaml") == (small, LossReport())
    assert read_definition(tmp_path / "guest.xlsx")[0] == small
    with pytest.raises(FileFormatError, match=r"YAML .*XLSForm"):
        read_definition(tmp_path / "guest.docx")


@pytest.mark.parametrize(("ending", "reason"), [
    ("xlsm", "a workbook with macros"), ("xlsb", "a binary workbook"), ("ods", "a sheet of OpenDocument")])
def test_another_kind_of_sheet_is_refused_with_the_way_out(tmp_path, ending: str, reason: str):
    path = tmp_path / f"guest.{ending}"
    path.write_bytes(b"PK\x03\x04")

    with pytest.raises(FileFormatError, match=reason) as caught:
        read_definition(path)

    assert "save it as .xlsx" in caught.value.remedy


# ---- forms that others wrote ----------------------------------------------------------------------------------------
@pytest.mark.reference
def test_forms_that_others_wrote_are_read_or_refused_with_a_remedy(reference, tmp_path):
    read, refused = {}, {}
    for path in sorted((reference / "surveys").glob("xlsform*/*")):
        try:
            read[path.name] = read_xlsform(path)[0]
        except InstrumentError as error:
            refused[path.name] = error

    assert len(read) == 25
    assert set(refused) == {
        "kpi__group_names_must_be_unique.xls", "kpi__transportation.xls",
        "pyxform__bad_calc.xlsx", "pyxform__calculate.xls", "pyxform__calculate_without_calculation.xls",
        "pyxform__duplicate_columns.xlsx", "pyxform__loop.xlsx", "pyxform__unknown_question_type.xls"}
    assert all(error.place.startswith(name) and error.remedy for name, error in refused.items())
    for name, instrument in read.items():
        write_xlsform(instrument, tmp_path / f"{name}.xlsx")
        assert read_xlsform(tmp_path / f"{name}.xlsx") == (instrument, LossReport())


@pytest.mark.reference
def test_a_questionnaire_in_the_dialect_of_formr_is_refused_with_a_remedy(reference):
    for path in sorted((reference / "surveys" / "formr-sheets").iterdir()):
        with pytest.raises(FileFormatError) as caught:
            read_xlsform(path)
        assert caught.value.remedy


@pytest.mark.reference
def test_a_form_that_others_wrote_passes_with_its_conditions_and_choices(reference):
    instrument, report = read_xlsform(reference / "surveys" / "xlsform" / "correlaid__all_types_survey.xlsx")

    assert instrument.languages == ("de",)
    assert [choice.value for choice in instrument.item("q_sel1_other").choices][-1] == "other"
    assert "item q_datetime" in losses(report)


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "name,kind,words\nq1,text,Hello\n"])
def test_a_table_that_is_no_form_is_refused_in_our_own_words(tmp_path: Path, content: str):
    path = tmp_path / "table.csv"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(FileFormatError) as refusal:
        read_definition(path)

    assert "table.csv: this is not an XLSForm." in str(refusal.value)
    assert "Error" not in str(refusal.value)
    assert "definition" not in str(refusal.value)
