"""What is written can be read again and is the same; a zip from a stranger is opened with care."""

import io
import json
import zipfile
from dataclasses import replace

import pytest

from instruments.codec import canonical_json, from_document
from instruments.errors import CheckFailed, FileFormatError, InstrumentError
from instruments.loader import read_instrument
from instruments.schema import AnswerScale, Choice, Item, Quota, ScalePoint, Screen
from instruments.template import StudyTemplate
from instruments.template_loader import export_template, load_catalogue_template, load_template, read_template_zip
from instruments.template_writer import template_files, template_zip
from instruments.writer import dump_instrument


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("stem", ["staff", "customer"])
def test_a_bank_questionnaire_written_as_yaml_is_read_back_equal(bank, stem):
    instrument = bank.instrument(stem)

    assert read_instrument(dump_instrument(instrument), f"{stem}.yaml") == instrument


def test_every_field_of_an_item_survives_yaml(small):
    item = Item(
        key="ALL", section="B", kind="multiple", text={"en": "yes: no # 'x'", "zh": "“是”：否"}, role="quota",
        choices=(
            Choice("no", {"en": "no", "zh": "~"}, is_exclusive=True, show_if="${WHO} = 'staff'"),
            Choice("na", {"en": "1.0", "zh": "null"}, has_text=True),
            Choice("z", {"en": "z", "zh": "z"}, is_missing=True)),
        max_choices=2, unit="%", show_if="${WHO} != ''", constraint="count-selected(.) < 3",
        constraint_message={"en": "Fewer", "zh": "太多"}, default="z", is_required=True, hint={"en": "h", "zh": "提示"},
        appearance="minimal", module="m")
    number = Item(
        key="NUM", section="B", kind="decimal", text={"en": "n", "zh": "n"}, minimum=0.5, maximum=100.0,
        calculation="${VISITS} * 2")
    instrument = replace(small, items=(*small.items, item, number), allow_skip=False, estimated_minutes=3)

    assert read_instrument(dump_instrument(instrument), "guest.yaml") == instrument


def test_orders_endings_and_courtesies_survive_yaml(small):
    first, second = small.sections
    shuffled = Item(
        key="PICK", section="B", kind="single", text={"en": "p", "zh": "选"}, shuffles_choices=True, is_short=True,
        choices=(Choice("a", {"en": "a", "zh": "甲"}), Choice("other", {"en": "o", "zh": "其他"}, is_fixed=True)))
    instrument = replace(
        small, items=(*small.items, shuffled),
        sections=(replace(first, block="front"), replace(second, block="middle", shuffle_group="views")),
        screens=(Screen("visitors", "${WHO} = 'visitor'", {"en": "Only for staff.", "zh": "仅限员工。"}),),
        quotas=(Quota("staff", "${WHO} = 'staff'", 40, {"en": "Enough staff.", "zh": "员工名额已满。"}),),
        commitment={"en": "I will read with care.", "zh": "我会认真阅读。"}, has_progress=True, has_speed_prompt=True)

    assert read_instrument(dump_instrument(instrument), "guest.yaml") == instrument


def test_indonesian_whose_code_is_a_field_name_survives_yaml(small):
    def in_indonesian(text):
        return {"en": text["en"], "id": text["zh"]}

    points = (ScalePoint(1, {"en": "a", "id": "b"}), ScalePoint(2, {"en": "c", "id": "d"}))
    instrument = replace(
        small, languages=("en", "id"), title=in_indonesian(small.title), constructs=(), consent=None,
        sections=tuple(replace(section, title=in_indonesian(section.title)) for section in small.sections),
        scales=(AnswerScale("two", "ordinal", points),),
        items=(Item("Q", "B", "rating", {"en": "Good?", "id": "Baik?"}, scale="two"),
               Item("P", "B", "single", {"en": "Who?", "id": "Siapa?"},
                    choices=(Choice("a", {"en": "a", "id": "b"}),))))

    assert read_instrument(dump_instrument(instrument), "x.yaml") == instrument


def test_a_template_exported_as_a_zip_is_imported_equal(bank):
    content = template_zip(bank)

    assert read_template_zip(content, "bank.zip") == bank
    assert template_zip(bank) == content


def test_a_template_is_read_from_its_folder_and_from_a_zip_file(bank, tmp_path):
    folder = tmp_path / "study"
    folder.mkdir()
    for name, text in template_files(bank).items():
        (folder / name).write_text(text, encoding="utf-8")
    export_template("bank_crm", tmp_path / "study.zip")

    assert load_template(folder) == bank
    assert load_template(tmp_path / "study.zip") == bank


def test_a_law_is_cited_in_chinese_where_the_report_is_chinese(bank):
    law = next(reference for reference in bank.references if reference.key == "pipl2021")

    assert law.wording == {"zh": "《中华人民共和国个人信息保护法》，2021年11月1日起施行。"}
    assert not set("中华") & set(law.citation)


def test_a_template_survives_storage_as_json(bank):
    assert from_document(StudyTemplate, json.loads(canonical_json(bank))) == bank


def test_a_template_without_guide_codebook_and_rules_is_a_template(small_text):
    study = """\
study:
  id: canteen
  version: 1.0.0
  languages: [en]
  instruments: [guest]
  title: {en: Canteen}
  aim: {en: To know}
  population: {en: Guests}
"""
    content = zipped({"canteen/study.yaml": study, "canteen/guest.yaml": small_text})

    template = read_template_zip(content, "canteen.zip")

    assert template.instrument("guest").key == "canteen"
    assert (template.guide, template.codebook, template.rules, template.value_model) == (None, None, None, None)
    assert read_template_zip(template_zip(template), "again.zip") == template


@pytest.mark.parametrize(("files", "reason"), [
    ({"a.txt": "x"}, "there is no study.yaml"),
    ({"../study.yaml": "x"}, "outside the template"),
    ({"a/b/study.yaml": "x"}, "outside the template"),
    ({"/study.yaml": "x"}, "outside the template"),
    ({"a/study.yaml": "x", "b/guest.yaml": "x"}, "more than one folder"),
    ({f"{number}.yaml": "x" for number in range(61)}, "holds too much"),
    ({"a/study.yaml": "study: {id: a, version: '1', languages: [en], instruments: [guest]}"}, "not there"),
])
def test_a_zip_that_is_no_template_is_refused(files, reason):
    with pytest.raises(InstrumentError) as caught:
        read_template_zip(zipped(files), "upload.zip")

    assert caught.value.place.startswith("upload.zip")
    assert reason in caught.value.reason


def test_a_zip_that_unpacks_to_too_much_is_refused_unread():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/study.yaml", b"#" * 21_000_000)

    with pytest.raises(FileFormatError, match="holds too much"):
        read_template_zip(buffer.getvalue(), "bomb.zip")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"not a zip"])
def test_a_damaged_zip_is_refused(content):
    with pytest.raises(FileFormatError, match="cannot be opened"):
        read_template_zip(content, "upload.zip")


def test_a_questionnaire_is_named_after_its_audience(bank):
    files = template_files(bank)
    files["study.yaml"] = files["study.yaml"].replace("- staff", "- personnel")
    files["personnel.yaml"] = files.pop("staff.yaml")

    with pytest.raises(InstrumentError, match=r"Name the file staff\.yaml"):
        read_template_zip(zipped(files), "bank.zip")


def test_a_template_with_a_breach_is_refused(bank):
    files = template_files(bank)
    files["strategy-rules.yaml"] = files["strategy-rules.yaml"].replace("PRB_INFO.grade", "PRB_NONE.grade", 1)

    with pytest.raises(CheckFailed, match="INS-225"):
        read_template_zip(zipped(files), "bank.zip")


@pytest.mark.parametrize(("file", "old", "new", "reason"), [
    ("strategy-rules.yaml", "PRB_INFO.grade\n      in:", "PRB_INFO.grade\n      within:", "one metric and one comp"),
    ("strategy-rules.yaml", "  trigger:\n    any:", "  trigger:\n    some:", "neither `any` nor `all`"),
    ("strategy-rules.yaml", "PRB_INFO: 2", "PRB_INFO: 4", "strength of PRB_INFO is 4"),
    ("strategy-rules.yaml", "better: lower", "better: smaller", "'better' is 'smaller'"),
    ("customer-value.yaml", "type: enum", "type: choice", "'type' is 'choice'"),
    ("codebook.yaml", "krippendorff_alpha", "percent_agreement", "percent_agreement"),
    ("interview-guide.yaml", "minimum_roles: 3", "minimum_roles: many", "not a number"),
])
def test_a_field_of_a_template_file_that_cannot_be_read_is_refused(bank, file, old, new, reason):
    files = template_files(bank)
    assert old in files[file]
    files[file] = files[file].replace(old, new, 1)

    with pytest.raises(InstrumentError) as caught:
        read_template_zip(zipped(files), "bank.zip")

    assert caught.value.place.startswith(f"bank.zip/{file}, line ")
    assert reason in str(caught.value)


def test_a_template_that_the_catalogue_does_not_have_is_refused():
    with pytest.raises(InstrumentError, match="bank_crm"):
        load_catalogue_template("hairdresser")


def test_a_path_that_is_no_template_is_refused(tmp_path):
    (tmp_path / "study.txt").write_text("x")

    with pytest.raises(FileFormatError, match="neither a folder nor a zip"):
        load_template(tmp_path / "study.txt")
    with pytest.raises(InstrumentError, match="no such file"):
        load_template(tmp_path / "study.zip")
