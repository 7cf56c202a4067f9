"""Qualtrics files become questionnaires; what they say and the model lacks is named in the loss report."""

import json
from pathlib import Path

import pytest

from instruments.errors import FileFormatError
from instruments.formats.foreign import convert
from instruments.formats.foreign_logic import NotCarriedError
from instruments.formats.foreign_tree import Operand
from instruments.formats.qsf_logic import Names, condition
from instruments.schema import Choice, Quota, Screen

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "canteen.qsf"


@pytest.fixture(scope="module")
def canteen():
    return convert(SAMPLE.read_bytes(), "canteen.qsf")


@pytest.fixture
def losses(canteen):
    """Return what is said of a place."""
    def said(place):
        return [f"{entry.what}; {entry.done}" for entry in canteen[1].entries if entry.place == place]
    return said


# ---- what is carried ------------------------------------------------------------------------------------------------
def test_a_survey_keeps_its_frame_and_its_translations(canteen):
    instrument, _ = canteen

    assert (instrument.key, instrument.languages) == ("canteen", ("en", "zh"))
    assert instrument.title["en"] == "Our canteen"
    assert instrument.completion["en"] == "Good bye."
    assert instrument.has_progress
    assert instrument.item("eats").text == {"en": "Do you eat here?", "zh": "您在这里用餐吗？"}
    assert instrument.item("eats").choices[0] == Choice("1", {"en": "Yes", "zh": "是"})


def test_pages_of_blocks_are_sections_that_stay_together_and_exchange_places(canteen):
    sections = canteen[0].sections

    assert [(section.key, section.show_if, section.block, section.shuffle_group) for section in sections] == [
        ("Start", None, None, None), ("Dishes", None, "FL_6_1", "FL_6"), ("Dishes_2", None, "FL_6_1", "FL_6"),
        ("Taste", None, "FL_6_2", "FL_6"), ("Numbers", "${eats} = '1'", None, None),
        ("Numbers_2", "${eats} = '1'", None, None)]


@pytest.mark.parametrize(("key", "kind"), [
    ("intro", "note"), ("source", "hidden"), ("eats", "single"), ("dishes", "multiple"), ("why", "text"),
    ("taste", "note"), ("warm", "rating"), ("times_1", "multiple"), ("both_1_2", "rating"), ("both_2_1", "single"),
    ("age", "integer"), ("who_2", "text"), ("tell", "rating"), ("rank", "ranking"), ("spend_1", "decimal"),
    ("slide_1", "decimal"), ("stars_1", "rating"), ("cells_1_2", "text"),
])
def test_each_type_becomes_an_item_of_its_kind(canteen, key, kind):
    assert canteen[0].item(key).kind == kind


def test_recoded_values_are_stored_and_a_negative_one_does_not_apply(canteen, losses):
    instrument, _ = canteen
    scale = instrument.scale(instrument.item("warm").scale)

    assert [choice.value for choice in instrument.item("eats").choices] == ["1", "0"]
    assert [point.value for point in scale.points] == [1, 2]
    assert scale.not_applicable["en"] == "Never had it"
    assert any("3 = does not apply" in entry for entry in losses("question taste"))


def test_a_multiple_choice_keeps_its_rules(canteen):
    item = canteen[0].item("dishes")

    assert [(choice.value, choice.has_text, choice.is_exclusive, choice.is_fixed) for choice in item.choices] == [
        ("1", False, False, False), ("2", False, False, False), ("3", True, False, True), ("4", False, True, True)]
    assert (item.max_choices, item.constraint, item.shuffles_choices) == (3, "count-selected(.) >= 2", True)


def test_display_logic_and_a_skip_become_conditions(canteen):
    instrument, _ = canteen

    assert instrument.item("why").show_if == (
        "(not(selected(${dishes}, '4'))) and (selected(${dishes}, '1') or selected(${dishes}, '2'))")
    assert instrument.item("times_2").show_if == "(not(selected(${dishes}, '4'))) and (not(selected(${dishes}, '2')))"
    assert instrument.item("mail").show_if == "(${tell} = '9') and (${source} = 'poster')"
    assert instrument.item("why").text["en"] == "Why ${dishes}?"


def test_an_early_end_screens_out_and_a_quota_keeps_its_limit(canteen):
    instrument, _ = canteen

    assert [(type(rule), rule.condition) for rule in instrument.screens] == [(Screen, "${eats} = '0'")]
    assert [(type(rule), rule.condition, rule.limit) for rule in instrument.quotas] == [(Quota, "${eats} = '1'", 50)]


# ---- what is lost is named ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("place", "said"), [
    ("question old", "it lies in the trash; left out"),
    ("question clock", "it measures time, which every page here does by itself; left out"),
    ("question mail", "its text must be of the form 'ValidEmail'; any text is taken"),
    ("question mail", "it runs a script of its author; left out; scripts of authors are never run here"),
    ("question more", "its text shows [lm://Field/1], which has no answer here; '…' stands there"),
    ("question more", "its display logic is not read (it asks about 'Quota'); shown to everybody"),
    ("question dishes", "it asks once more when it is left blank (request response); it may be left blank"),
    ("survey flow", "it asks another server; left out"),
    ("embedded data name", "it is filled from the address, a contact list or an answer; it stays empty"),
    ("block Taste", "its questions are shown in random order; shown in the order of the file"),
])
def test_what_has_no_place_here_is_named_with_what_was_done(losses, place, said):
    assert said in losses(place)


# ---- logic ----------------------------------------------------------------------------------------------------------
NAMES = Names(
    options={("QID1", "1"): Operand("item", "a", "1"), ("QID2", "3"): Operand("member", "b", "3"),
             ("QID3", "1/2"): Operand("item", "c_1", "2")},
    values={("QID1", ""): Operand("item", "a"), ("QID2", ""): Operand("item", "b"), ("QID4", ""): Operand("item", "t")},
    fields={"source": "source"}, lost={"QID9": "'x' is not asked here"})


def ask(left, operator, right=None, kind="Question", **more):
    return {"LogicType": kind, "LeftOperand": left, "Operator": operator, "RightOperand": right, **more}


@pytest.mark.parametrize(("tests", "ours"), [
    ([ask("q://QID1/SelectableChoice/1", "Selected")], "${a} = '1'"),
    ([ask("q://QID2/SelectableChoice/3", "NotSelected")], "not(selected(${b}, '3'))"),
    ([ask("q://QID3/SelectableChoice/1/2", "Selected")], "${c_1} = '2'"),
    ([ask("q://QID4/ChoiceTextEntryValue", "EqualTo", "x")], "${t} = 'x'"),
    ([ask("q://QID4/ChoiceTextEntryValue", "GreaterThanOrEqual", "18")], "${t} >= 18"),
    ([ask("q://QID4/ChoiceTextEntryValue", "LessThan", "-2")], "${t} < (-2)"),
    ([ask("q://QID4/ChoiceTextEntryValue", "Empty")], "${t} = ''"),
    ([ask("q://QID4/ChoiceTextEntryValue", "Contains", "a.b")], r"regex(${t}, '[\s\S]*a\.b[\s\S]*')"),
    ([ask("q://QID2/SelectedChoicesCount", "GreaterThan", "2")], "count-selected(${b}) > 2"),
    ([ask("source", "EqualTo", "poster", "EmbeddedField")], "${source} = 'poster'"),
    ([ask("q://QID1/SelectableChoice/1", "Selected"),
      ask("q://QID2/SelectableChoice/3", "Selected", Conjuction="And"),
      ask("q://QID4/ChoiceTextEntryValue", "NotEmpty", Conjuction="Or")],
     "((${a} = '1') and selected(${b}, '3')) or (${t} != '')"),
    ([ask("q://QID9/SelectableChoice/1", "Selected")], None),
    ([ask("q://QID1/SelectableChoice/7", "Selected")], None),
    ([ask("q://QID1/SelectableChoice/1", "Displayed")], None),
    ([ask("q://QID4/ChoiceTextEntryValue", "MatchesRegex", "x")], None),
    ([ask("nosuch", "EqualTo", "x", "EmbeddedField")], None),
    ([ask("x", "EqualTo", "x", "DeviceType")], None),
    ([], None),
])
def test_a_logic_is_said_in_our_language_or_not_at_all(tests, ours):
    raw = {"0": {**{str(place): test for place, test in enumerate(tests)}, "Type": "If"}, "Type": "BooleanExpression"}

    if ours is None:
        with pytest.raises(NotCarriedError):
            condition(raw, NAMES)
    else:
        assert condition(raw, NAMES) == ours


# ---- what is refused ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("content", "reason"), [
    ("{", "not JSON"), ("[]", "no object"), ("{}", "not a Qualtrics survey"), ("[" * 100_000, "too deep"),
    ('{"a":' * 90 + "1" + "}" * 90, "nests more than"), ('{"SurveyEntry": {"SurveyID": "x"}, "SurveyElements": []}',
                                                       "not a Qualtrics survey"),
    (json.dumps({"SurveyEntry": {"SurveyID": "x"}, "SurveyElements": [
        {"Element": "SQ", "Payload": {"QuestionType": "DB", "QuestionText": "x"}}]}), "no question that can be asked"),
])
def test_a_file_that_is_no_survey_is_refused_in_words(content, reason):
    with pytest.raises(FileFormatError) as caught:
        convert(content.encode(), "a.qsf")

    assert caught.value.place.startswith("a.qsf")
    assert reason in caught.value.reason
    assert caught.value.remedy
