"""Questionnaires of SurveyJS, formr and KoboToolbox: what is carried, what is named as lost, what is refused."""

import json
from pathlib import Path

import pytest

from instruments import languages
from instruments.errors import FileFormatError
from instruments.formats import read_definition
from instruments.formats.foreign import convert
from instruments.formats.foreign_logic import NotCarriedError
from instruments.formats.foreign_tree import Operand
from instruments.formats.formr_logic import FormrTranslator
from instruments.formats.surveyjs_logic import Names, SurveyjsTranslator

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def read(name):
    return convert((SAMPLES / name).read_bytes(), name)


def said(report, place):
    return [f"{entry.what}; {entry.done}" for entry in report.entries if entry.place == place]


# ---- SurveyJS -------------------------------------------------------------------------------------------------------
def surveyjs(*elements, **more):
    document = {"pages": [{"name": "p", "elements": list(elements)}], **more}
    return convert(json.dumps(document).encode(), "a.json")


def test_a_surveyjs_questionnaire_keeps_its_frame_pages_and_languages():
    instrument, _ = read("canteen.json")

    assert instrument.languages == ("en", "fr")
    assert instrument.title == {"en": "Our canteen", "fr": "Notre cantine"}
    assert instrument.completion == {"en": "Thank you", "fr": "Merci"}
    assert instrument.has_progress
    assert [(section.key, section.show_if) for section in instrument.sections] == [
        ("about_you", None), ("food", "(${eats} = 'y') and not(${age} = '')"), ("more", None)]
    assert [screen.condition for screen in instrument.screens] == ["${eats} = 'n'"]


@pytest.mark.parametrize(("key", "kind"), [
    ("name", "text"), ("age", "integer"), ("since", "date"), ("eats", "single"), ("dishes", "multiple"),
    ("box", "note"), ("best", "single"), ("taste", "note"), ("taste_warm", "rating"), ("stars", "rating"),
    ("steps", "rating"), ("costs_food_sum", "decimal"), ("costs_drink_how", "single"), ("trips_place", "text"),
    ("words_one", "text"), ("toy", "text"), ("rank", "ranking"), ("full", "decimal"), ("total", "calculate"),
    ("total_shown", "note"), ("bye", "note"), ("odd_one", "text"), ("language_comment", "text"), ("twice", "calculate"),
])
def test_each_type_of_surveyjs_becomes_an_item_of_its_kind(key, kind):
    assert read("canteen.json")[0].item(key).kind == kind


def test_conditions_of_panels_questions_and_choices_are_carried():
    instrument, _ = read("canteen.json")

    assert instrument.item("why").show_if.endswith("and (${best} != '2')")
    assert instrument.item("taste_cold").show_if == "${taste_warm} = '2'"
    assert instrument.item("toy").show_if == "not(${kid} = '')"
    assert [choice.show_if for choice in instrument.item("dishes").choices] == [
        None, None, "${age} > 20", None, None]
    assert instrument.item("age").constraint == ". < 90"
    assert instrument.item("age").constraint_message["en"] == "Not that old"
    assert instrument.item("total_shown").text["en"] == "Together: ${total}"
    assert instrument.item("photo").kind == "upload"
    assert instrument.item("odd_one").show_if == "not(${photo} = '')"


@pytest.mark.parametrize(("place", "text"), [
    ("question mail", "an answer is required only when [{age} > 18]; not required"),
    ("question odd one", "the type 'hologram' is not known here; asked as text"),
    ("trigger 2", "it does 'setvalue' when [{age} > 3]; left out"),
    ("survey settings", "the setting 'cookieName' (canteen) has no place here; left out"),
    ("panel kids", "its questions are asked again for each of several; asked once"),
])
def test_what_surveyjs_says_and_has_no_place_here_is_named(place, text):
    assert text in said(read("canteen.json")[1], place)


NAMES = Names()
for _name, _operand in {"q": Operand("item", "q", codes={"a": "a_"}), "m": Operand("item", "m"),
                        "grid.row": Operand("item", "grid_row"), "panel one.x": Operand("item", "x")}.items():
    NAMES.add(_name, _operand)


@pytest.mark.parametrize(("theirs", "ours"), [
    ("{q} = 'a'", "${q} = 'a_'"), ("{q} == a", "${q} = 'a_'"), ("{Q} <> 5", "${q} != 5"),
    ("{m} contains 'x'", "selected(${m}, 'x')"), ("{m} notcontains 'x'", "not(selected(${m}, 'x'))"),
    ("{m} allof ['x', 'y']", "selected(${m}, 'x') and selected(${m}, 'y')"),
    ("{m} anyof ['x', 'y']", "selected(${m}, 'x') or selected(${m}, 'y')"),
    ("{m.length} >= 2", "count-selected(${m}) >= 2"), ("{q} empty", "${q} = ''"), ("{q} notempty", "not(${q} = '')"),
    ("{grid.row} = 1 or !({q} > 2)", "(${grid_row} = 1) or not(${q} > 2)"),
    ("{panel one[0].x} = 'y'", "${x} = 'y'"), ("iif({q} > 1, 'a', 'b') = 'a'", "if(${q} > 1, 'a', 'b') = 'a'"),
    ("today() > {q}", "today() > ${q}"), ("{nosuch} = 1", None), ("age({q}", None), ("{q} ^ 2 > 4", None),
    ("mystery({q})", None), ("{q} = ", None),
])
def test_an_expression_of_surveyjs_is_said_in_our_language_or_not_at_all(theirs, ours):
    translator = SurveyjsTranslator(NAMES.find)

    if ours is None:
        with pytest.raises(NotCarriedError):
            translator.expression(theirs)
    else:
        assert translator.expression(theirs) == ours


def test_a_question_without_choices_of_its_own_is_asked_as_text_with_a_notice():
    instrument, report = surveyjs({"type": "dropdown", "name": "q", "choicesByUrl": {"url": "https://example.org"}})

    assert instrument.item("q").kind == "text"
    assert "its choices come from an address; left out" in said(report, "question q")


@pytest.mark.parametrize(("document", "reason"), [
    ({}, "neither a SurveyJS questionnaire"), ({"pages": []}, "neither a SurveyJS questionnaire"),
    ({"$schema": "x", "definitions": {}}, "it is not a questionnaire"), ({"content": {"survey": []}}, "no question"),
    ({"elements": [{"type": "html", "name": "x", "html": "y"}]}, "no question that can be asked"),
])
def test_a_json_file_that_is_no_questionnaire_is_refused_in_words(document, reason):
    with pytest.raises(FileFormatError) as caught:
        convert(json.dumps(document).encode(), "a.json")

    assert reason in caught.value.reason
    assert caught.value.remedy


# ---- formr ----------------------------------------------------------------------------------------------------------
def test_a_sheet_of_formr_is_read_by_way_of_its_ending():
    instrument, report = read_definition(SAMPLES / "canteen-formr.csv")

    assert (instrument, report) == read("canteen-formr.csv")
    assert [section.key for section in instrument.sections] == ["page_1", "page_2"]


@pytest.mark.parametrize(("key", "kind", "show_if"), [
    ("hello", "note", None), ("who", "text", None), ("age", "integer", None), ("eats", "single", None),
    ("dishes", "multiple", "(${eats} = 1) and not(${age} = '')"),
    ("place", "single", "selected(${eats}, 1) or (${age} > 50)"), ("good", "rating", "selected(${dishes}, '1')"),
    ("full", "decimal", None), ("sure", "multiple", None), ("why", "text", "selected(${sure}, '1')"),
    ("since", "date", None), ("sex", "single", None), ("where", "text", "false()"), ("twice", "calculate", None),
    ("address", "hidden", None), ("odd", "text", None),
])
def test_each_row_of_formr_becomes_an_item_with_its_condition(key, kind, show_if):
    item = read("canteen-formr.csv")[0].item(key)

    assert (item.kind, item.show_if) == (kind, show_if)


def test_the_marks_of_formr_say_what_must_be_answered_and_its_texts_lose_their_style():
    instrument, report = read("canteen-formr.csv")

    assert [instrument.item(key).is_required for key in ("who", "age", "eats", "dishes", "sure")] == [
        False, True, True, False, False]
    assert instrument.item("hello").text["en"] == "Our canteen\nPlease answer on our page (https://example.org)."
    assert instrument.item("why").text["en"] == "Why, ${who}?"
    assert instrument.item("photo").kind == "upload"
    assert instrument.item("photo").accepted == ("image",)
    assert any("mystery()" in entry for entry in said(report, "item since"))


@pytest.mark.parametrize(("theirs", "ours"), [
    ("q == 1", "${q} = 1"), ("survey$q != 'a'", "${q} != 'a'"), ("!is.na(q) & q > 2", "not(${q} = '') and (${q} > 2)"),
    ("q %in% c(1, 2)", "selected(${q}, 1) or selected(${q}, 2)"), ("TRUE", "true()"),
    ("ifelse(q > 1, 'a', 'b') == 'a'", "if(${q} > 1, 'a', 'b') = 'a'"), ("q[1] == 2", None), ("nosuch == 1", None),
])
def test_an_r_condition_is_said_in_our_language_or_not_at_all(theirs, ours):
    def find(name):
        if name.rpartition("$")[2] != "q":
            raise NotCarriedError(name)
        return Operand("item", "q")

    if ours is None:
        with pytest.raises(NotCarriedError):
            FormrTranslator(find).expression(theirs)
    else:
        assert FormrTranslator(find).expression(theirs) == ours


# ---- KoboToolbox ----------------------------------------------------------------------------------------------------
def test_a_form_of_kobotoolbox_keeps_its_languages_and_names_its_answers():
    instrument, report = read("canteen-kobo.json")

    assert (instrument.version, instrument.languages) == ("v3", ("en", "ar"))
    assert instrument.item("eats").choices[0].label == {"en": "Yes", "ar": "نعم"}
    assert instrument.sections[1].show_if == "${eats} = 'yes'"
    assert "the file holds 1 answer(s)" in said(report, "submissions")[0]


def test_a_condition_of_kobotoolbox_that_never_holds_is_left_out_with_a_notice():
    instrument, report = read("canteen-kobo.json")

    assert instrument.item("bye").show_if is None
    assert "INS-105" in said(report, "item bye")[0]


# ---- what every reader keeps to -------------------------------------------------------------------------------------
def test_a_text_shows_no_answer_that_comes_later_and_an_early_end_names_an_item():
    instrument, report = surveyjs(
        {"type": "text", "name": "a", "title": "You said {b}"}, {"type": "text", "name": "x"},
        triggers=[{"type": "complete", "expression": "1 = 1"}])
    later, _ = convert(json.dumps({"pages": [
        {"name": "p", "elements": [{"type": "text", "name": "a", "title": "You said {b}"}]},
        {"name": "q", "elements": [{"type": "text", "name": "b"}]}]}).encode(), "a.json")

    assert instrument.item("a").text["en"] == later.item("a").text["en"] == "You said …"
    assert instrument.screens == ()
    assert any("INS-028" in entry for entry in said(report, "screen end_1"))


@pytest.mark.parametrize(("code", "name", "is_right_to_left"), [
    ("he", "עברית", True), ("ar-EG", "العربية (ar-EG)", True), ("de-informal", "Deutsch (de-informal)", False),
    ("zh", "中文", False), ("xx", "xx", False),
])
def test_a_language_is_called_by_its_own_name(code, name, is_right_to_left):
    assert (languages.own_name(code), languages.is_right_to_left(code)) == (name, is_right_to_left)
