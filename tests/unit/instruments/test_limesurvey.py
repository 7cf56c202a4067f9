"""LimeSurvey files become questionnaires; what they say and the model lacks is named in the loss report."""

from pathlib import Path

import pytest

from instruments.errors import FileFormatError
from instruments.formats.foreign import convert
from instruments.formats.foreign_logic import NotCarriedError
from instruments.formats.foreign_tree import Operand
from instruments.formats.lss_logic import LssTranslator, Names, whole_pattern
from instruments.schema import Choice, Quota, Screen

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "canteen.lss"


@pytest.fixture(scope="module")
def canteen():
    return convert(SAMPLE.read_bytes(), "canteen.lss")


@pytest.fixture
def losses(canteen):
    """Return what is said of a place."""
    def said(place):
        return [f"{entry.what}; {entry.done}" for entry in canteen[1].entries if entry.place == place]
    return said


# ---- what is carried ------------------------------------------------------------------------------------------------
def test_a_survey_keeps_its_frame_in_every_language(canteen):
    instrument, _ = canteen

    assert (instrument.key, instrument.languages) == ("survey_4711", ("en", "ar"))
    assert instrument.title == {"en": "Our canteen", "ar": "مطعمنا"}
    assert instrument.intro["en"] == "What you think of it.\n\nWelcome & thank you."
    assert instrument.completion["en"] == "Done."
    assert instrument.consent.text["en"] == "Your answers stay here.\n\nI agree"
    assert instrument.has_progress


def test_groups_are_pages_with_their_condition_and_exchange_places(canteen):
    instrument, _ = canteen

    assert [(section.title["en"], section.show_if, section.shuffle_group) for section in instrument.sections] == [
        ("About you", None, None), ("The food", "${EATS} = 'Y'", "blocks"),
        ("Habits", "(${EATS} = 'Y') and not(${SEX} = '')", "blocks"), ("Numbers", None, None)]
    assert [section.is_shuffled for section in instrument.sections] == [False, True, False, False]


@pytest.mark.parametrize(("key", "kind"), [
    ("group_1_text", "note"), ("NAME", "text"), ("SEX", "single"), ("AGE", "integer"), ("SINCE", "date"),
    ("FOOD", "note"), ("FOOD_WARM", "rating"), ("MOOD_a", "rating"), ("DUAL_X1_1", "rating"), ("WHAT", "multiple"),
    ("AGAIN_SOUP", "single"), ("WHY", "multiple"), ("RANK", "ranking"), ("DAY", "single"), ("SPOT_comment", "text"),
    ("STARS", "rating"), ("COST_food", "decimal"), ("SLIDE_s", "decimal"), ("TIMES_mon_am", "rating"),
    ("BOXES_tue", "multiple"), ("WORDS_r_c", "text"), ("SHORT_one", "text"), ("TOTAL", "calculate"), ("THANKS", "note"),
    ("MORE", "text"), ("HIDE", "hidden"),
])
def test_each_type_becomes_an_item_of_its_kind(canteen, key, kind):
    assert canteen[0].item(key).kind == kind


def test_an_array_becomes_ratings_on_one_scale_with_numbers(canteen, losses):
    instrument, _ = canteen
    item = instrument.item("FOOD_SPICY")

    assert [(point.value, point.label["en"]) for point in instrument.scale(item.scale).points] == [
        (1, "Bad"), (2, "So so"), (3, "Good")]
    assert item.show_if == "${AGE} > 20"
    assert item.is_required
    assert any("stored as numbers: A1 = 1, A2 = 2, A3 = 3" in entry for entry in losses("question FOOD"))


def test_a_dual_array_becomes_two_ratings_a_row(canteen):
    instrument, _ = canteen

    assert [instrument.item(f"DUAL_X1_{scale}").text["en"] for scale in (0, 1)] == ["Salad – I want", "Salad – I get"]
    assert instrument.item("DUAL_X1_0").scale != instrument.item("DUAL_X1_1").scale


def test_a_multiple_choice_keeps_its_rules(canteen):
    item = canteen[0].item("WHAT")

    assert item.choices == (
        Choice("SOUP", {"en": "Soup", "ar": "حساء"}), Choice("FISH", {"en": "Fish", "ar": "سمك"}),
        Choice("NONE", {"en": "Nothing", "ar": "لا شيء"}, is_exclusive=True),
        Choice("other", {"en": "Something else", "ar": "شيء آخر"}, has_text=True, is_fixed=True))
    assert (item.max_choices, item.constraint, item.shuffles_choices) == (2, "count-selected(.) >= 1", True)


def test_an_array_filter_shows_a_row_where_it_was_chosen_before(canteen):
    assert canteen[0].item("AGAIN_SOUP").show_if == "(count-selected(${WHAT}) > 0) and (selected(${WHAT}, 'SOUP'))"


def test_bounds_and_equations_become_constraints_with_their_message(canteen):
    instrument, _ = canteen
    age = instrument.item("AGE")

    assert (age.minimum, age.maximum, age.text["en"]) == (16, 99, "How old are you, ${NAME}?")
    assert instrument.item("YEARS").constraint == ". <= (${AGE} - 15)"
    assert instrument.item("SINCE").constraint == "(. >= '1980-01-01') and (. <= today())"
    assert instrument.item("COST_drink").constraint == "sum(${COST_food}, .) <= 50"
    assert instrument.item("MOOD_b").constraint == "sum(${MOOD_a}, .) < 10"
    assert instrument.item("MOOD_b").constraint_message["en"] == "Not all that good, please"
    assert instrument.item("SHORT_one").constraint == "(string-length(.) <= 40) and (regex(., '[A-Za-z ]*'))"


def test_a_text_that_computes_gets_a_hidden_calculation(canteen):
    instrument, _ = canteen

    assert instrument.item("THANKS").text["en"] == "You pay ${THANKS_shown1} for two${THANKS_shown2}."
    assert instrument.item("THANKS_shown2").calculation == "if(${AGE} > 60, ', as a senior', '')"
    assert instrument.item("TOTAL").calculation == "${COST_food} + ${COST_drink}"


def test_quotas_keep_their_limit_and_one_of_nobody_screens_out(canteen, losses):
    instrument, _ = canteen

    assert instrument.quotas == (Quota("quota_1", "${SEX} = 'F'", 40, {
        "en": "We have heard enough women.", "ar": "اكتفينا بهذا العدد."}),)
    assert instrument.screens == (Screen("quota_2", "${EATS} = 'N'", {
        "en": "This is for our guests.", "ar": "هذا لضيوفنا."}),)
    assert losses("quota old") == ["it is not active; left out"]


# ---- what is lost is named ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("place", "said"), [
    ("question LANG", "it switches the language, which every page here offers by itself; left out"),
    ("question EATS", "it asks once more when it is left blank (soft mandatory); it may be left blank"),
    ("question MORE", "it has a time limit of 60 seconds; there is none here"),
    ("question THANKS", "its text holds <script>; left out"),
    ("question FOOD", "its text is styled (em); the plain words are kept"),
    ("question DAY", "the words beside 'other' must be given; they may be left out"),
    ("question DAY, answer -91", "its code '-91' cannot be stored here; stored as code-91"),
    ("question language", "its name 'language' cannot name a column here or is taken; called language_2"),
    ("question language",
     "its condition [LATER == 1] is not read ('LATER' is no question of this file); shown to everybody"),
    ("question MORE",
     "its text shows [TOKEN:FIRSTNAME] ('TOKEN:FIRSTNAME' is no question of this file); '…' stands there"),
])
def test_what_has_no_place_here_is_named_with_what_was_done(losses, place, said):
    assert said in losses(place)


# ---- expressions ----------------------------------------------------------------------------------------------------
NAMES = Names(
    single={
        "Q": Operand("item", "Q", codes={"-oth-": "other"}), "AGE": Operand("item", "AGE"),
        "R": Operand("item", "R", codes={"A1": "1"}), "M_A": Operand("member", "M", "A"),
        "1X2X3A": Operand("member", "M", "A"), "K": Operand("item", "K", labels={"1": "One", "2": "Two"})},
    several={
        "M": (("A", Operand("member", "M", "A")), ("B", Operand("member", "M", "B"))),
        "N": (("a", Operand("item", "N_a")), ("b", Operand("item", "N_b")))})


@pytest.mark.parametrize(("theirs", "ours"), [
    ("Q == 'x'", "${Q} = 'x'"),
    ('((Q.NAOK == "x"))', "${Q} = 'x'"),
    ("Q eq 'x' && AGE ge 18", "(${Q} = 'x') and (${AGE} >= 18)"),
    ("Q == '-oth-'", "${Q} = 'other'"),
    ("R == 'A1' || R != \"A1\"", "(${R} = '1') or (${R} != '1')"),
    ("!is_empty(AGE)", "not(${AGE} = '')"),
    ("1X2X3A.NAOK == 'Y' or M_A != 'Y'", "selected(${M}, 'A') or not(selected(${M}, 'A'))"),
    ("is_empty(M_A)", "not(selected(${M}, 'A'))"),
    ("M_A == 1", None),
    ("count(that.M) > 1", "count-selected(${M}) > 1"),
    ("count(self.NAOK) == 0", "count-selected(${M}) = 0"),
    ("countif('Y', self) == 2", "(if(selected(${M}, 'A'), 1, 0) + if(selected(${M}, 'B'), 1, 0)) = 2"),
    ("sum(that.N.NAOK) <= 10", "sum(${N_a}, ${N_b}) <= 10"),
    ("AGE > 3 ? 1 : 0", "if(${AGE} > 3, 1, 0)"),
    ("AGE % 2 == 0", "(${AGE} mod 2) = 0"),
    ("floor(AGE / 2) > 1", "round((${AGE} div 2) - 0.5) > 1"),
    ("ceil(AGE) > 1", "(-round((-${AGE}) - 0.5)) > 1"),
    ("strlen(Q) < 5", "string-length(${Q}) < 5"),
    ("Q < date('Y-m-d')", "${Q} < today()"),
    ("regexMatch('/^[0-9]+$/', Q)", "regex(${Q}, '[0-9]+')"),
    ("if(AGE > 3, 'a', K.shown) == 'One'",
     "if(${AGE} > 3, 'a', if(${K} = '2', 'Two', if(${K} = '1', 'One', ''))) = 'One'"),
    ("Q", "${Q} != ''"),
    ("1 + ", None), ("Q ==", None), ("Q == 'x", None), ("nosuch(Q)", None), ("Q.relevanceStatus == 1", None),
    ("(" * 200 + "1" + ")" * 200, None), ("UNKNOWN == 1", None), ("is_empty()", None), ("count()", None),
    ("Q == 'it\\'s \"so\"'", None),
])
def test_an_expression_is_said_in_our_language_or_not_at_all(theirs, ours):
    translator = LssTranslator(NAMES.finder("M"))

    if ours is None:
        with pytest.raises(NotCarriedError):
            translator.expression(theirs)
    else:
        assert translator.expression(theirs) == ours


@pytest.mark.parametrize(("theirs", "ours"), [
    ("/^a+$/", "a+"), ("/a/", r"[\s\S]*(?:a)[\s\S]*"), ("/^(a|b)$/u", "(?:(a|b))"), ("#^x#", r"(?:x)[\s\S]*"),
])
def test_a_pattern_that_may_match_anywhere_becomes_one_of_the_whole_text(theirs, ours):
    assert whole_pattern(theirs) == ours


# ---- what is refused ------------------------------------------------------------------------------------------------
HEAD = '<?xml version="1.0"?>'
BOMB = HEAD + '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><document>&b;</document>'


@pytest.mark.parametrize(("name", "content", "reason"), [
    ("a.lss", BOMB, "entities"),
    ("a.lss", HEAD + '<!DOCTYPE d SYSTEM "file:///etc/passwd"><document/>', "entities"),
    ("a.lss", HEAD + "<document>", "damaged XML"),
    ("a.lss", "no xml at all", "damaged XML"),
    ("a.lss", HEAD + "<document/>", "not a LimeSurvey survey"),
    ("a.lss", HEAD + "<html><body/></html>", "not a LimeSurvey survey"),
    ("a.lss", HEAD + "<document><LimeSurveyDocType>Label set</LimeSurveyDocType></document>", "Label set"),
    ("a.lss", HEAD + "<document><LimeSurveyDocType>Survey</LimeSurveyDocType></document>", "no question"),
    ("a.lss", HEAD + "<a>" * 5000 + "</a>" * 5000, "not a LimeSurvey survey"),
    ("a.lsa", HEAD + "<document/>", "not a LimeSurvey archive"),
])
def test_a_file_that_is_no_survey_is_refused_in_words(name, content, reason):
    with pytest.raises(FileFormatError) as caught:
        convert(content.encode(), name)

    assert caught.value.place.startswith(name)
    assert reason in caught.value.reason
    assert caught.value.remedy
