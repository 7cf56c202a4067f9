"""Every code of a foreign file is in the model or in the loss report: counted from the file, not by the reader."""

import csv
import io
import json
import zipfile

import openpyxl
import pytest
from defusedxml import ElementTree

from tests.factories.foreign_files import FOREIGN, NOT_READ, SAMPLES, converted, named

pytestmark = pytest.mark.filterwarnings("ignore:Unknown extension:UserWarning")    # openpyxl on others' files


class Found:
    """What a questionnaire and its loss report name."""

    def __init__(self, instrument, report):
        self.items = {item.key: item for item in instrument.items}
        self.points = {scale.key: {str(point.value) for point in scale.points} for scale in instrument.scales}
        self.report = {}
        for entry in report.entries:
            self.report.setdefault(entry.place.split(",")[0], []).append(f"{entry.place}: {entry.what}; {entry.done}")

    def has_item(self, code):
        return code in self.items

    def told(self, place, *words):
        """Return whether the report says all words of a place in one line."""
        return any(all(word in line for word in words) for line in self.report.get(place, ()))

    def answers(self, key):
        """Return the values that an item can store."""
        item = self.items[key]
        return {choice.value for choice in item.choices} | self.points.get(item.scale, set())


def rows(document, table):
    for row in document.iterfind(f"./{table}/rows/row"):
        yield {field.tag: field.text or "" for field in row}


def lss_document(path):
    content = path.read_bytes()
    if path.suffix == ".lsa":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = archive.read(next(name for name in archive.namelist() if name.endswith(".lss")))
    return ElementTree.fromstring(content)


@pytest.mark.parametrize("path", [
    *(path for path in SAMPLES if path.suffix.startswith(".ls")),
    *(pytest.param(path, marks=pytest.mark.reference) for path in FOREIGN if path.suffix.startswith(".ls"))], ids=named)
def test_every_code_of_a_limesurvey_file_is_in_the_model_or_in_the_report(path):
    document, found = lss_document(path), Found(*converted(path))
    questions = {row["qid"]: row["title"] for row in rows(document, "questions") if row.get("parent_qid", "0") == "0"}
    missing = []

    for code in questions.values():
        if not found.has_item(code) and not found.told(f"question {code}", "called") and not found.told(
                f"question {code}", "left out"):
            missing.append(code)
    for row in rows(document, "subquestions"):
        question = questions[row["parent_qid"]]
        if not lss_part_is_found(found, question, row["title"]):
            missing.append(f"{question}_{row['title']}")
    for row in rows(document, "answers"):
        question = questions[row["qid"]]
        if not lss_answer_is_found(found, question, row["code"]):
            missing.append(f"{question}, answer {row['code']}")

    assert questions
    assert missing == []


@pytest.mark.parametrize("path", [
    *(path for path in SAMPLES if path.suffix == ".qsf"),
    *(pytest.param(path, marks=pytest.mark.reference) for path in FOREIGN if path.suffix == ".qsf")], ids=named)
def test_every_code_of_a_qualtrics_file_is_in_the_model_or_in_the_report(path):
    elements = json.loads(path.read_text(encoding="utf-8"))["SurveyElements"]
    questions = [element["Payload"] for element in elements if element["Element"] == "SQ"]
    found = Found(*converted(path))
    missing = []

    for question in questions:
        tag = question["DataExportTag"]
        if found.told(f"question {tag}", "left out"):
            continue
        if not found.has_item(tag):
            missing.append(tag)
        keys = [key for key in found.items if key == tag or key.startswith(f"{tag}_")]
        tags = question.get("ChoiceDataExportTags") or {}
        keys += [key for key in tags.values() if key in found.items]
        columns = (question.get("AdditionalQuestions") or {}).values()
        codes = {tags.get(code, code) for code in question.get("Choices") or {}}
        codes |= set(question.get("Answers") or {}) | {
            code for column in columns for code in (*column["Choices"], *column.get("Answers", ()))}
        known = {*keys, *(part for key in keys for part in key.split("_"))} | {
            value for key in keys for value in found.answers(key)}
        lines = [line for place in found.report if place.split("#")[0] == f"question {tag}"
                 for line in found.report[place]]
        missing += [f"{tag}, {code}" for code in codes - known
                    if not any(f" {code} = " in line for line in lines)]

    assert questions
    assert missing == []


@pytest.mark.parametrize("path", [
    path for path in (*SAMPLES, *(pytest.param(path, marks=pytest.mark.reference) for path in FOREIGN))
    if named(getattr(path, "values", [path])[0]).endswith(".json")], ids=named)
def test_every_name_and_choice_of_a_json_file_is_in_the_model_or_in_the_report(path):
    if path.name in NOT_READ:
        pytest.skip("this file is refused")
    document, found = json.loads(path.read_text(encoding="utf-8")), Found(*converted(path))
    said = "\n".join(line for lines in found.report.values() for line in lines)
    values = set(found.items) | {value for key in found.items for value in found.answers(key)}
    parts = {part for key in found.items for part in key.split("_")}

    names = list(json_names(document))
    missing = [name for name in names if name not in values | parts and name not in said]

    assert len(names) > 0
    assert missing == []


def json_names(node):
    """Yield the names of questions and the values of choices, columns and rows, wherever they stand."""
    if isinstance(node, list):
        for entry in node:
            yield from json_names(entry)
    elif isinstance(node, dict):
        if "type" in node and "name" in node and not str(node["type"]).startswith(("end", "begin")):
            yield node["name"]
        for name, inside in node.items():
            if name in ("choices", "columns", "rows", "items", "rateValues") and isinstance(inside, list):
                yield from (str(entry.get("value", entry.get("name"))) if isinstance(entry, dict) else str(entry)
                            for entry in inside)
            if name not in ("submissions", "validators", "calculatedValues"):
                yield from json_names(inside)


@pytest.mark.parametrize("path", [
    *(path for path in SAMPLES if path.stem.endswith("formr")),
    *(pytest.param(path, marks=pytest.mark.reference) for path in FOREIGN if path.parent.name == "formr-sheets")],
    ids=named)
def test_every_row_and_choice_of_a_formr_sheet_is_in_the_model_or_in_the_report(path):
    found = Found(*converted(path))
    table = formr_table(path)
    place = {title: column for column, title in enumerate(table[0]) if title}
    missing = []

    for row in table[1:]:
        name, kind = row[place["name"]].strip(), row[place["type"]].strip()
        if not name or not kind:
            continue
        told = found.told(f"item {name}", "left out") or found.told(f"item {name}", "it ends a page")
        if not found.has_item(name) and not told:
            missing.append(name)
        choices = [row[column] for title, column in place.items() if title.startswith("choice") and row[column]]
        if found.has_item(name) and kind.split()[0].startswith(("mc", "select")) and kind != "mc_heading":
            labels = {text for choice in found.items[name].choices for text in choice.label.values()}
            missing += [f"{name}: {choice}" for choice in choices if choice not in labels]

    assert len(table) > 1
    assert missing == []


def formr_table(path):
    if path.suffix == ".csv":
        return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    workbook = openpyxl.load_workbook(path, read_only=True)
    return [[str(cell or "") for cell in row] for row in workbook["survey"].iter_rows(values_only=True)]


def lss_part_is_found(found, question, code):
    keys = [key for key in found.items if key == question or key.startswith(f"{question}_")]
    is_item = any(code in key.removeprefix(question).split("_") for key in keys)
    return is_item or any(code in found.answers(key) for key in keys) or found.told(f"question {question}", code)


def lss_answer_is_found(found, question, code):
    keys = [key for key in found.items if key == question or key.startswith(f"{question}_")]
    return any(code in found.answers(key) for key in keys) or found.told(f"question {question}", f"{code} = ") or (
        found.told(f"question {question}", f"answer {code}"))
