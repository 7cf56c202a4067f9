"""A questionnaire's YAML file is read as it is meant, or refused with place, reason and remedy."""

import pytest

from instruments.errors import CheckFailed, FileFormatError, InstrumentError
from instruments.loader import load_instrument, parse_instrument, read_instrument


def test_a_sound_questionnaire_is_read(small_text):
    instrument = read_instrument(small_text, "guest.yaml")

    assert [item.key for item in instrument.items] == ["WHO", "VISITS", "F1", "F2", "F3"]
    assert instrument.scale("agree3").not_applicable == {"en": "Does not apply", "zh": "不适用"}


def test_items_stand_in_the_order_of_sections_then_of_the_file(small):
    assert [item.section for item in small.items] == ["A", "A", "B", "B", "B"]


def test_prefer_not_to_say_counts_as_refused(small):
    missing = {choice.value: choice.is_missing for choice in small.item("WHO").choices}

    assert missing == {"staff": False, "visitor": False, "na": True}


def test_a_choice_can_say_itself_whether_it_is_missing(changed):
    instrument = read_instrument(changed("{value: na, ", "{value: na, missing: false, "), "guest.yaml")

    assert not instrument.item("WHO").choices[2].is_missing


def test_lists_give_kind_and_role(small):
    assert (small.item("WHO").kind, small.item("WHO").role) == ("single", "profile")
    assert (small.item("VISITS").kind, small.item("VISITS").role) == ("decimal", "fact")
    assert (small.item("F1").kind, small.item("F1").role) == ("rating", None)
    assert (small.item("F3").role, small.item("F3").expected) == ("attention", (3,))


def test_a_condition_written_as_a_mapping_becomes_an_expression(small):
    assert small.item("VISITS").show_if == "selected(${WHO}, 'staff')"


def test_a_condition_written_as_an_expression_stays_as_it_is(changed):
    text = changed("show_if: {field: WHO, in: [staff]}", "show_if: \"${WHO} = 'staff'\"")

    assert read_instrument(text, "guest.yaml").item("VISITS").show_if == "${WHO} = 'staff'"


def test_yes_and_no_are_words_and_not_truth_values(changed):
    text = changed("{value: staff, en: Staff, zh: 员工}", "{value: no, en: No, zh: 否}")
    text = text.replace("in: [staff]", "in: [no]")

    assert read_instrument(text, "guest.yaml").item("WHO").choices[0].value == "no"


def test_a_recommendation_scale_has_eleven_points_named_by_number_but_for_its_ends(changed):
    text = changed("scales:\n", """scales:
  recommend11:
    type: nps
    min: 0
    max: 10
    anchors: [{value: 0, en: Never, zh: 不会}, {value: 10, en: Surely, zh: 一定}]
""")

    scale = read_instrument(text, "guest.yaml").scale("recommend11")

    assert [point.value for point in scale.points] == list(range(11))
    assert scale.points[0].label == {"en": "Never", "zh": "不会"}
    assert scale.points[7].label == {"en": "7", "zh": "7"}
    assert (scale.kind, scale.low, scale.high) == ("nps", 0, 10)


def test_likert_sections_are_shuffled_only_where_the_questionnaire_says_so(changed):
    text = changed("  audience: guest\n", "  audience: guest\n  randomise_within_sections: true\n")

    assert [section.is_shuffled for section in parse_instrument(text, "x").sections] == [False, True]


@pytest.mark.parametrize(("old", "new", "parts"), [
    ("zh: 饭菜没有味道。}", "}", ("INS-002", "item F2", "'zh'", "Add `zh:`")),
    ("scale: agree3, en: It is warm.", "scale: agree9, en: It is warm.", ("INS-005", "item F1", "'agree9'", "agree3")),
    ("{id: F1, section: B", "{id: F1, section: Q", ("INS-004", "item F1", "'Q'", "A, B")),
    ("construct: FOOD, scale: agree3, reverse", "construct: FUD, scale: agree3, reverse", ("INS-008", "F2", "FUD")),
    ("in: [staff]", "in: [stuff]", ("INS-105", "item VISITS, show_if", "'stuff'", "staff, visitor, na")),
])
def test_a_breach_of_a_check_is_refused_with_place_reason_and_remedy(changed, old, new, parts):
    with pytest.raises(CheckFailed) as caught:
        read_instrument(changed(old, new), "guest.yaml")

    assert str(caught.value).startswith("guest.yaml")
    for part in parts:
        assert part in str(caught.value)


@pytest.mark.parametrize(("old", "new", "place", "reason"), [
    ("id: canteen", "name: canteen", "guest.yaml, line 3, instrument", "'id' is missing"),
    ("languages: [en, zh]", "languages: en", "line 6", "must be a list"),
    ("languages: [en, zh]", "languages: []", "line 6", "no language"),
    ("languages: [en, zh]", "languages: [en, en]", "line 6", "twice"),
    ("construct: FOOD, scale: agree3, en", "konstruct: FOOD, scale: agree3, en", "item F1", "'konstruct' is not known"),
    ("expected: [3]", "expected: [three]", "item F3", "whole numbers"),
    ("kind: number", "kind: numbre", "item VISITS", "kind 'numbre' is not known"),
    ("min: 0", "min: zero", "item VISITS", "not a number"),
    ("group: experience", "group: feeling", "construct FOOD", "'group' is 'feeling'"),
    ("required: true", "required: yes", "line 8", "neither true nor false"),
    ("show_if: {field: WHO, in: [staff]}", "show_if: {field: WHO}", "item VISITS", "names no value"),
    ("schema_version: 1", "schema_version: 7", "line 1", "layout 7"),
    ("instrument:\n", "questionnaire:\n", "guest.yaml", "no `instrument:` part"),
    ("title: {en: Our canteen, zh: 我们的食堂}", "title: Our canteen", "line 7", "has no language"),
    ("zh: 我们的食堂}", "de: Kantine}", "line 7", "'de', which is not among the languages"),
    ("{value: 2, en: So so, zh: 一般}", "2", "line 13", "has no fields"),
    ("    points:\n", "    Points:\n", "scale agree3", "no points"),
    ("consent: {required: true", "consent: {default: true", "line 8", "cannot be given beforehand"),
])
def test_a_field_that_cannot_be_read_is_refused_with_its_line(changed, old, new, place, reason):
    with pytest.raises(InstrumentError) as caught:
        read_instrument(changed(old, new), "guest.yaml")

    assert caught.value.place.startswith("guest.yaml")
    assert place in caught.value.place
    assert reason in caught.value.reason
    assert caught.value.remedy


@pytest.mark.parametrize(("content", "reason"), [
    (b"", "empty"),
    (b"  \n\n", "empty"),
    (b"\x89PNG\x00\x00", "not a text file"),
    (b"caf\xe9 \xff\xfe \xe9t\xe9", "neither UTF-8 nor GB18030"),
    (b"\xef\xbb\xbfa: \xff", "does not fit the encoding"),
    (b"just a sentence", "does not hold a definition"),
    (b"- 1\n- 2\n", "does not hold a definition"),
    (b"a: 1\n---\nb: 2\n", "more than one document"),
    (b"a: 1\na: 2\n", "'a' is given twice"),
    (b"a:\n\tb: 1\n", "a tab stands"),
    (b"a: 'open\n", "breaks the rules of YAML"),
    (b"a: b: c\n", "breaks the rules of YAML"),
    (b"a: &x [1]\nb: *x\n", "alias"),
    (b"a: !!python/object:os.system x\n", "tag"),
    (b"a: " + b"[" * 100_000, "levels lie inside each other"),
    (b"[a, b]: 1\n", "not a plain word"),
    (b"a: \x07\n", "breaks the rules of YAML"),
    (b"#" * 2_000_001, "bytes"),
])
def test_a_file_that_is_no_yaml_definition_is_refused_in_words(tmp_path, content, reason):
    path = tmp_path / "guest.yaml"
    path.write_bytes(content)

    with pytest.raises(FileFormatError) as caught:
        load_instrument(path)

    assert caught.value.place.startswith("guest.yaml")
    assert reason in caught.value.reason
    assert caught.value.remedy


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_chinese_questionnaire_is_read_in_the_encodings_that_offices_write(tmp_path, small_text, small, encoding):
    path = tmp_path / "guest.yaml"
    path.write_bytes(small_text.encode(encoding))

    assert load_instrument(path) == small


def test_a_file_of_another_kind_or_a_missing_file_is_refused(tmp_path):
    with pytest.raises(FileFormatError, match=r"not the ending of a YAML file"):
        load_instrument(tmp_path / "guest.docx")
    with pytest.raises(InstrumentError, match="there is no such file"):
        load_instrument(tmp_path / "guest.yaml")
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(InstrumentError, match="cannot be read"):
        load_instrument(tmp_path / "folder.yaml")
