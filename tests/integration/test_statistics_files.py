"""SPSS, Stata and Parquet files: names, labels, codes and kinds of empty survive, and come back as the same answers."""

from __future__ import annotations

import json
import resource
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pyreadstat
import pytest

from instruments.schema import AnswerScale, ScalePoint
from surveyapp.db.session import Database, transaction
from surveyapp.errors import BadInput, Refused
from surveyapp.jobs.export import write_files
from surveyapp.models.study import Study
from surveyapp.services.export_layout import check_codes, layout_of
from surveyapp.services.export_names import DTA, SAV, within_limits
from surveyapp.services.release import ReleaseColumn, ReleaseTable
from surveyapp.services.response_export import ExportOptions
from tests.factories import questionnaire as make
from tests.factories.every_kind import ROWS, load, release, rows

AGREE_EN = {1: "Strongly disagree", 2: "Disagree", 3: "Neither", 4: "Agree", 5: "Strongly agree"}
EMPTY_EN = {-91: "not shown", -92: "left blank", -93: "refused or does not apply", -94: "not reached"}


@pytest.fixture
def study(database: Database) -> Study:
    with transaction() as session:
        make.study(session, "copy")
        study = make.study(session)
    load(ROWS)
    return study


def written(format: str, folder: Path, **options: str) -> Path:
    done = write_files(release(), format, folder / f"answers.{format}", ExportOptions(**options))
    assert done.renamed == {}
    return done.paths[0]


# ---- SPSS -----------------------------------------------------------------------------------------------------------
def test_an_spss_file_holds_names_labels_codes_and_missing_ranges(study: Study, tmp_path: Path):
    frame, about = pyreadstat.read_sav(written("sav", tmp_path), user_missing=True)

    assert about.column_names_to_labels["L1"] == "Question L1"
    assert about.variable_value_labels["L1"] == {**AGREE_EN, **EMPTY_EN}
    assert about.variable_value_labels["ROLE"] == {1: "Option rm", 2: "Option teller", 3: "Option na", **EMPTY_EN}
    assert about.missing_ranges["L1"] == [{"lo": -94, "hi": -91}]
    assert [one["lo"] for one in about.missing_ranges["OPEN"]] == ["-91", "-92", "-94"]
    assert "respondent_id" not in about.missing_ranges
    assert (about.variable_measure["L1"], about.variable_measure["LOAD"], about.variable_measure["ROLE"]) == (
        "ordinal", "scale", "nominal")
    assert about.file_label == "Small questionnaire"
    assert "CHECK: role: attention" in about.notes
    people = frame.set_index("respondent_id")
    assert list(people.loc["b", ["ROLE", "LOAD", "L1", "L2", "L3", "SHARE", "NPS"]]) == [1, 120, 4, -93, -92, 12.5, 9]
    assert list(people.loc["a", ["LOAD", "L4", "L5", "SHARE"]]) == [-91, -92, -94, -93]
    assert people.loc["b", "OPEN"] == "行长说“再看看”, 😀 𠮷"
    assert people.loc["b", "MANY_other_text"] == "=1+1"             # never an apostrophe: nothing computes it here


def test_user_missing_values_are_missing_to_spss(study: Study, tmp_path: Path):
    frame, _ = pyreadstat.read_sav(written("sav", tmp_path))

    people = frame.set_index("respondent_id")
    assert people.loc["a", ["LOAD", "L4", "L5", "SHARE", "DAY"]].isna().all()


def test_an_item_of_several_choices_has_a_column_a_choice(study: Study, tmp_path: Path):
    frame, about = pyreadstat.read_sav(written("sav", tmp_path), user_missing=True)

    people = frame.set_index("respondent_id")
    many = [f"MANY_{value}" for value in ("a", "b", "c", "other", "none")]
    assert [list(people.loc[key, many]) for key in "bac"] == [[1, 0, 0, 1, 0], [0, 0, 0, 0, 1], [-92] * 5]
    assert about.column_names_to_labels["MANY_a"] == "Question MANY – Option a"
    assert about.variable_value_labels["MANY_a"] == {0: "not chosen", 1: "chosen", **EMPTY_EN}
    assert list(people.loc["a", ["RANK_x", "RANK_y", "RANK_z"]]) == [1, 2, 3]


def test_labels_are_in_the_language_asked_for(study: Study, tmp_path: Path):
    _, about = pyreadstat.read_sav(written("sav", tmp_path, language="zh"), user_missing=True)

    assert about.column_names_to_labels["L1"] == "问题L1"
    assert about.variable_value_labels["L1"][1] == "非常不同意"
    assert about.variable_value_labels["L1"][-92] == "未作答"
    assert about.file_label == "小问卷"


def test_a_language_the_questionnaire_lacks_is_refused(study: Study, tmp_path: Path):
    with pytest.raises(Refused, match="not in 'fr'"):
        written("sav", tmp_path, language="fr")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_spss_file_imports_as_the_same_answers(study: Study, tmp_path: Path, language: str):
    path = written("sav", tmp_path, language=language)

    report = load(path.read_bytes(), "copy", "answers.sav")

    assert report.n_responses == 3
    assert rows("copy") == rows("small")


def test_a_file_that_is_no_spss_file_is_refused_in_words(study: Study):
    with pytest.raises(BadInput, match="not an SPSS file"):
        load(b"$FL2 but nothing else", "copy", "answers.sav")


def test_values_another_program_declared_missing_are_left_blank(study: Study, tmp_path: Path):
    import pandas as pd

    frame = pd.DataFrame({"respondent_id": ["p", "q"], "var2": [4.0, 99.0], "OPEN": ["said", "99"]})
    pyreadstat.write_sav(frame, tmp_path / "other.sav", column_labels={"var2": "L1"},
                         missing_ranges={"var2": [99], "OPEN": ["99"]})

    load((tmp_path / "other.sav").read_bytes(), "copy", "other.sav")

    header = release("copy").main.header
    found = {row[0]: dict(zip(header, row, strict=True)) for row in rows("copy")}
    assert (found["p"]["L1"], found["q"]["L1"]) == (4, -92)         # the column is known by its title
    assert (found["p"]["OPEN"], found["q"]["OPEN"]) == ("said", -92)


@pytest.mark.reference
def test_a_real_spss_file_is_read_like_its_csv_twin(reference: Path):
    from surveyapp.services.answer_file import read_answer_file

    folder = reference / "surveys" / "responses"
    sav = read_answer_file((folder / "kpi__childrens_survey.sav").read_bytes(), "survey.sav")
    csv = read_answer_file((folder / "kpi__childrens_survey.csv").read_bytes(), "survey.csv")

    assert [sav.titles[name] for name in sav.header] == list(csv.header)
    # The program that made it wrote Python's None as a word into the SPSS file.
    assert [["" if cell == "None" else cell for cell in cells] for _, cells in sav.rows] == [
        cells for _, cells in csv.rows]


# ---- Stata ----------------------------------------------------------------------------------------------------------
def test_a_stata_file_has_the_kinds_of_empty_as_extended_missing_values(study: Study, tmp_path: Path):
    frame, about = pyreadstat.read_dta(written("dta", tmp_path), user_missing=True)

    people = frame.set_index("respondent_id")
    assert list(people.loc["b", ["ROLE", "LOAD", "L1", "L2", "L3", "SHARE"]]) == [1, 120, 4, "c", "b", 12.5]
    assert list(people.loc["a", ["LOAD", "L4", "L5", "SHARE"]]) == ["a", "b", "d", "c"]
    assert about.column_names_to_labels["L1"] == "Question L1"
    assert about.variable_value_labels["L2"] == {**AGREE_EN, "c": "refused or does not apply"}
    assert about.variable_value_labels["ROLE"] == {1: "Option rm", 2: "Option teller", 3: "Option na"}
    plain, _ = pyreadstat.read_dta(tmp_path / "answers.dta")
    assert plain.set_index("respondent_id").loc["a", ["LOAD", "L4", "L5", "SHARE"]].isna().all()


# ---- Parquet --------------------------------------------------------------------------------------------------------
def test_a_parquet_file_says_in_its_fields_what_the_numbers_mean(study: Study, tmp_path: Path):
    table = pq.read_table(written("parquet", tmp_path, language="zh"))

    about = json.loads(table.schema.field("ROLE").metadata[b"surveyapp"])
    assert about["label"] == "问题ROLE"
    assert about["values"] == {"1": "选项rm", "2": "选项teller", "3": "选项na"}
    assert about["codes"] == {"1": "rm", "2": "teller", "3": "na"}
    assert about["missing"] == [-94, -93, -92, -91]
    assert json.loads(table.schema.metadata[b"surveyapp"])["missing"]["-92"] == "未作答"
    people = {row["respondent_id"]: row for row in table.to_pylist()}
    assert (people["a"]["L4"], people["a"]["duration_s"], people["b"]["SHARE"]) == (-92, None, 12.5)


# ---- what a format cannot hold --------------------------------------------------------------------------------------
def _table(*names: str) -> ReleaseTable:
    return ReleaseTable("answers", tuple(ReleaseColumn(name, measure="scale") for name in names), 1,
                        lambda: iter([[1] * len(names)]))


def _names(limits, *names: str) -> list[str]:
    whole = layout_of(replace_tables(_table(*names)), _table(*names))
    fitted, renamed = within_limits(whole, limits)
    found = [variable.name for variable in fitted.variables]
    assert renamed == {old: new for old, new in zip(names, found, strict=True) if old != new}
    return found


def replace_tables(table: ReleaseTable):
    from surveyapp.services.release import Release

    return Release(make.instrument(), "w1", "anonymous", 5, 1, (table,))


@pytest.mark.parametrize(("limits", "names", "expected"), [
    (SAV, ["Q1", "q1"], ["Q1", "q1_2"]),                                    # SPSS takes no heed of capitals
    (SAV, ["WITH", "2nd", "a-b", "_x"], ["WITH_", "V2nd", "a_b", "V_x"]),
    (SAV, ["问" * 30], ["问" * 21]),                                         # 64 bytes are 21 signs of three
    (SAV, ["x" * 70, "x" * 71], ["x" * 64, "x" * 62 + "_2"]),
    (DTA, ["Q1", "q1", "in", "a-b"], ["Q1", "q1", "in_", "a_b"]),
    (DTA, ["y" * 40, "y" * 41], ["y" * 32, "y" * 30 + "_2"]),
])
def test_names_a_format_cannot_hold_are_changed_and_told(limits, names: list[str], expected: list[str]):
    assert _names(limits, *names) == expected


def test_labels_are_cut_at_the_end_of_a_sign(study: Study):
    long = "很长的题目" * 40
    table = ReleaseTable("answers", (ReleaseColumn("Q", "Q", {"en": long}, {1: {"en": long}}, "ordinal"),), 1,
                         lambda: iter([[1]]))

    fitted, _ = within_limits(layout_of(replace_tables(table), table), SAV)

    variable = fitted.variables[0]
    assert len(variable.label.encode()) <= 256
    assert variable.label.endswith("…")
    assert long.startswith(variable.label[:-1])
    assert len(variable.values[1].encode()) <= 120


def test_a_text_longer_than_a_format_holds_is_refused(study: Study, tmp_path: Path):
    load("respondent_id,OPEN\nlong," + "x" * 2_100 + "\n", "copy")

    with pytest.raises(Refused, match="longer than the 2045"):
        write_files(release("copy"), "dta", tmp_path / "a.dta")


def test_an_instrument_whose_valid_answers_include_a_code_is_refused():
    odd = AnswerScale("odd", "ordinal", tuple(ScalePoint(n, make.both(str(n))) for n in (-92, 0, 1)))
    rating = make.instrument(scales=(*make.instrument().scales, odd),
                             items=(replace(make.item("Q", "B"), scale="odd"),))
    number = make.instrument(items=(make.item("TEMP", "B", "decimal", minimum=-100, maximum=100),))
    choice = make.instrument(items=(make.item("PICK", "B", "single", choices=(make.choice("-91"),)),))

    for instrument, words in ((rating, "Q: -92"), (number, "TEMP: -94"), (choice, "PICK: -91")):
        with pytest.raises(Refused, match=words):
            check_codes(instrument)
    check_codes(make.instrument())


def test_a_computed_text_makes_a_column_of_text(study: Study):
    columns = (ReleaseColumn("DOUBLE", "DOUBLE", measure="scale"),)
    numbers = ReleaseTable("answers", columns, 2, lambda: iter([["12.5"], [-91]]))
    words = ReleaseTable("answers", columns, 2, lambda: iter([["12.5"], ["high"]]))

    assert layout_of(release(), numbers).variables[0].kind == "number"
    assert [list(chunk[0]) for chunk in layout_of(release(), numbers).columns()] == [[12.5, -91]]
    assert layout_of(release(), words).variables[0].kind == "text"


# ---- memory ---------------------------------------------------------------------------------------------------------
def _peak_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_parquet_needs_no_more_memory_for_twice_as_many_people(tmp_path: Path):
    def table(n: int) -> ReleaseTable:
        columns = tuple(ReleaseColumn(f"Q{k}", measure="scale") for k in range(60))
        return ReleaseTable("answers", columns, n, lambda: ([1 + (row + k) % 5 for k in range(60)] for row in range(n)))

    write_files(replace_tables(table(20_000)), "parquet", tmp_path / "a.parquet")
    once = _peak_kb()
    write_files(replace_tables(table(40_000)), "parquet", tmp_path / "b.parquet")

    assert _peak_kb() - once < 6_000        # 20,000 more people × 60 numbers would be 9,600 kB if they were held
    assert pq.read_metadata(tmp_path / "b.parquet").num_rows == 40_000
