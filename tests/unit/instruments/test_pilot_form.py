"""The pilot form asks the same items and, after each, what was unclear."""

from instruments.checks import check_instrument
from instruments.pilot_form import pilot_form, remark_key, remarks_of
from tests.factories import questionnaire as make


def test_each_asked_item_is_followed_by_its_remark_under_the_same_condition():
    form = pilot_form(make.instrument())

    keys = [item.key for item in form.items]
    assert keys[:4] == ["ROLE", "ROLE_unclear", "LOAD", "LOAD_unclear"]
    assert form.item("LOAD_unclear").show_if == form.item("LOAD").show_if
    assert not {"NOTE_unclear", "DOUBLE_unclear", "SOURCE_unclear"} & set(keys)
    assert remarks_of(form)["L1"] == "L1_unclear"
    assert set(remarks_of(form)) == {item.key for item in make.ITEMS} - {"NOTE", "DOUBLE", "SOURCE"}


def test_the_pilot_form_is_a_sound_questionnaire_in_every_language():
    form = pilot_form(make.instrument())

    assert not [finding for finding in check_instrument(form) if finding.is_error]
    assert form.title == {"en": "Small questionnaire (pilot)", "zh": "小问卷（试测）"}


def test_the_key_of_a_remark_can_name_a_column_however_long_the_items_is():
    assert len(remark_key("k" * 64)) == 64
