"""Versions of a questionnaire: what differs, whether answers stay comparable, one data set of them all."""

from dataclasses import replace

import pytest

from instruments.comparison import compare_instruments, item_hash, worst
from instruments.schema import NOT_SHOWN, AnswerScale, Instrument, Item, ScalePoint
from instruments.versions import Version, merge_versions, proposed_version
from tests.factories.questionnaire import both, choice, instrument, item


def with_item(version: str, key: str, **changes: object) -> Instrument:
    base = instrument(version=version)
    return replace(base, items=tuple(replace(one, **changes) if one.key == key else one for one in base.items))


def without(base: Instrument, *keys: str) -> Instrument:
    return replace(base, items=tuple(one for one in base.items if one.key not in keys))


def changes_of(new: Instrument) -> dict[tuple[str, str], str]:
    return {(change.key, change.what): change.judgement for change in compare_instruments(instrument(), new)}


SEVEN = AnswerScale("agree5", "ordinal", tuple(ScalePoint(n, both(str(n))) for n in range(1, 8)))


@pytest.mark.parametrize(("changes", "what", "judgement"), [
    ({"text": both("Other words", "中文")}, "wording", "check"),
    ({"hint": both("A hint")}, "hint", "comparable"),
    ({"is_reverse": True}, "reverse", "not_comparable"),
    ({"kind": "text"}, "kind", "not_comparable"),
    ({"unit": "hours"}, "unit", "not_comparable"),
    ({"show_if": "${L1} = 1"}, "condition", "check"),
    ({"is_required": True}, "required", "comparable"),
    ({"minimum": 2.0}, "range", "check"),
    ({"section": "C"}, "moved", "comparable"),
    ({"construct": "X"}, "construct", "comparable"),
])
def test_each_change_of_an_item_is_judged(changes: dict[str, object], what: str, judgement: str):
    assert changes_of(with_item("2", "L2", **changes))["L2", what] == judgement


def test_a_wording_is_told_in_the_language_in_which_it_changed():
    found = compare_instruments(instrument(), with_item("2", "L2", text={"en": "Question L2", "zh": "别的说法"}))

    assert [(change.language, change.old, change.new) for change in found] == [("zh", "问题L2", "别的说法")]


def test_an_equal_version_has_no_difference():
    assert compare_instruments(instrument(), instrument()) == ()


def test_other_points_of_a_scale_make_its_items_incomparable():
    new = replace(instrument(version="2"), scales=(SEVEN, instrument().scales[1]))

    assert changes_of(new)["L1", "scale"] == "not_comparable"
    assert item_hash(instrument(), instrument().item("L1")) != item_hash(new, new.item("L1"))
    assert item_hash(instrument(), instrument().item("OPEN")) == item_hash(new, new.item("OPEN"))


def test_a_whole_number_that_becomes_a_decimal_stays_comparable():
    new = with_item("2", "LOAD", kind="decimal")

    merged = merge_versions([Version(instrument()), Version(new)])

    assert changes_of(new)["LOAD", "kind"] == "check"
    assert merged.instrument.item("LOAD").kind == "decimal"
    assert not merged.instrument.has_item("LOAD__1.0.0")


def test_versions_that_differ_in_words_share_every_column():
    merged = merge_versions([Version(instrument()), Version(with_item("2", "L2", text=both("New words")))])

    assert merged.is_plain
    assert [one.key for one in merged.instrument.items] == [one.key for one in instrument().items]
    assert merged.instrument.item("L2").text["en"] == "New words"


def test_an_item_of_one_version_only_is_not_shown_in_the_other():
    old, new = without(instrument(), "SHARE"), without(instrument(version="2"), "L5")

    merged = merge_versions([Version(old), Version(new)])

    assert merged.instrument.has_item("L5")
    assert merged.instrument.has_item("SHARE")
    assert merged.readings[0].read({"L5": 4})["SHARE"] == NOT_SHOWN
    assert merged.readings[1].read({"SHARE": 2.5}) == {"L5": NOT_SHOWN, "SHARE": 2.5}
    assert {(change.key, change.what) for change in merged.changes} == {("L5", "removed"), ("SHARE", "added")}


def test_answers_that_mean_something_else_get_a_column_of_their_own():
    old = instrument()
    new = replace(instrument(version="2.0.0"), scales=(SEVEN, instrument().scales[1]))

    merged = merge_versions([Version(old), Version(new)])

    read = merged.readings[0].read({"L1": 5})
    assert (read["L1__1.0.0"], read["L1"]) == (5, NOT_SHOWN)
    apart = merged.instrument.item("L1__1.0.0")
    assert [point.value for point in merged.instrument.scale(apart.scale or "").points] == [1, 2, 3, 4, 5]
    keys = [one.key for one in merged.instrument.items]
    assert keys.index("L1__1.0.0") == keys.index("L1") + 1
    assert merged.readings[0].read_order({"B": ["L2", "L1"]}) == {"B": ["L2__1.0.0", "L1__1.0.0"]}


def test_a_column_kept_apart_measures_nothing_but_stays_protected():
    old = with_item("1", "ROLE", unit="a")

    merged = merge_versions([Version(old), Version(with_item("2", "ROLE", unit="b"))])

    assert merged.instrument.item("ROLE__1").role == "profile"
    assert merged.instrument.item("ROLE__1").construct is None


def test_two_old_versions_alike_share_the_column_kept_apart():
    new = with_item("3", "L1", is_reverse=True)

    merged = merge_versions([Version(instrument()), Version(instrument(version="2")), Version(new)])

    assert [one.key for one in merged.instrument.items if one.key.startswith("L1")] == ["L1", "L1__2"]
    assert merged.readings[0].columns == merged.readings[1].columns == {"L1": "L1__2"}


def pick(version: str, *choices: tuple[str, str]) -> Instrument:
    asked = Item("PICK", "A", "single", both("Pick"), choices=tuple(
        replace(choice(value, has_text=value.startswith("o")), label=both(label)) for value, label in choices))
    return replace(instrument(version=version), items=(asked,))


def test_choices_that_changed_their_value_only_are_recoded():
    merged = merge_versions([Version(pick("1", ("yes", "Yes"), ("o1", "Other"))),
                             Version(pick("2", ("1", "Yes"), ("o2", "Other")))])

    assert merged.readings[0].read({"PICK": "yes"}) == {"PICK": "1"}
    assert merged.readings[0].read({"PICK": "o1", "PICK_o1_text": "mine"}) == {"PICK": "o2", "PICK_o2_text": "mine"}
    assert [one.value for one in merged.instrument.item("PICK").choices] == ["1", "o2"]


def test_choices_that_exchanged_their_values_are_recoded_too():
    merged = merge_versions([Version(pick("1", ("a", "Yes"), ("b", "No"))),
                             Version(pick("2", ("a", "No"), ("b", "Yes")))])

    assert merged.readings[0].read({"PICK": "a"}) == {"PICK": "b"}


def test_a_choice_that_took_the_place_of_another_is_kept_apart():
    merged = merge_versions([Version(pick("1", ("a", "Yes"), ("b", "No"))),
                             Version(pick("2", ("a", "No"), ("c", "Perhaps")))])

    assert merged.readings[0].read({"PICK": "a"})["PICK__1"] == "a"


def test_a_choice_no_longer_offered_keeps_its_label():
    merged = merge_versions([Version(pick("1", ("a", "Yes"), ("b", "No"))), Version(pick("2", ("a", "Yes")))])

    assert [(one.value, one.label["en"]) for one in merged.instrument.item("PICK").choices] == [
        ("a", "Yes"), ("b", "No")]


def test_a_short_form_says_nothing_about_what_it_leaves_out():
    short = replace(instrument(version="1-short"), items=(item("L1", "B"),))

    merged = merge_versions([Version(instrument()), Version(short, is_short=True)])

    assert merged.instrument == instrument()
    assert merged.changes == ()
    assert merged.readings[1].read({"L1": 3})["L2"] == NOT_SHOWN


@pytest.mark.parametrize(("changes", "version"), [
    ({"text": both("Other")}, "1.0.1"), ({"show_if": "${ROLE} = 'rm'"}, "1.1.0"), ({"is_reverse": True}, "2.0.0")])
def test_the_version_number_says_how_much_changed(changes: dict[str, object], version: str):
    found = compare_instruments(instrument(), with_item("new", "L2", **changes))

    assert proposed_version("1.0.0", found, lambda _version: False) == version


def test_a_number_that_is_taken_is_not_proposed_and_any_spelling_is_counted_on():
    assert proposed_version("1.0.0", (), {"1.0.1"}.__contains__) == "1.0.2"
    assert proposed_version("siv1", (), lambda _version: False) == "siv1.0.1"
    assert proposed_version("spring", (), lambda _version: False) == "1.0.1"


def test_nothing_changed_is_comparable():
    assert worst([]) == "comparable"
