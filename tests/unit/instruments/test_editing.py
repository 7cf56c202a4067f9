"""A questionnaire changed step by step: keys are followed, nothing else is touched, every wording has an address."""

from dataclasses import replace

import pytest

from instruments.editing import (
    NoSuchPart,
    added,
    duplicated,
    empty_instrument,
    find_piece,
    moved,
    removed,
    with_language,
    with_piece,
    without_language,
)
from instruments.schema import Construct
from instruments.texts import n_missing, with_words, wordings_of
from tests.factories.questionnaire import both, instrument


def keys(section: str = "", **changes: object) -> list[str]:
    whole = instrument(**changes)
    return [item.key for item in whole.items if not section or item.section == section]


def test_a_new_key_of_an_item_is_followed_in_conditions_calculations_and_texts():
    base = instrument()
    base = with_piece(base, "items", "OPEN", replace(base.item("OPEN"), text=both("Why ${LOAD}?", "为何${LOAD}？")))

    whole = with_piece(base, "items", "LOAD", replace(base.item("LOAD"), key="WORK"))

    assert whole.item("DOUBLE").calculation == "${WORK} * 2"
    assert whole.item("OPEN").text["zh"] == "为何${WORK}？"


@pytest.mark.parametrize(("part", "key", "name"), [("sections", "B", "section"), ("scales", "agree5", "scale")])
def test_a_new_key_of_a_section_or_scale_is_followed_by_its_items(part: str, key: str, name: str):
    base = instrument()

    whole = with_piece(base, part, key, replace(find_piece(base, part, key), key="new"))

    assert {getattr(item, name) for item in whole.items} == {
        "new" if getattr(item, name) == key else getattr(item, name) for item in base.items}


def test_a_new_key_of_a_construct_is_followed_by_what_measures_and_what_weighs_it():
    base = instrument(constructs=(Construct("C", "experience", "higher_is_better", both("C"), both("C")),))
    base = with_piece(base, "items", "L1", replace(base.item("L1"), construct="C"))
    base = with_piece(base, "items", "L2", replace(base.item("L2"), importance_of="C"))

    whole = with_piece(base, "constructs", "C", replace(base.constructs[0], key="D"))

    assert (whole.item("L1").construct, whole.item("L2").importance_of) == ("D", "D")


def test_an_item_that_leaves_its_page_crosses_into_the_next_one():
    down = moved(instrument(), "items", "CHECK", 1)
    up = moved(instrument(), "items", "MANY", -1)

    assert next(item.key for item in down.items_of_section("C")) == "CHECK"
    assert [item.key for item in up.items_of_section("B")][-1] == "MANY"
    assert moved(instrument(), "items", "ROLE", -1) == instrument()
    assert moved(instrument(), "items", "BOSS", 1) == instrument()


def test_a_page_moves_with_its_items():
    whole = moved(instrument(), "sections", "B", 1)

    assert [section.key for section in whole.sections] == ["A", "C", "B", "D", "E"]
    assert [item.section for item in whole.items] == sorted((item.section for item in whole.items),
                                                           key="ACBDE".index)


def test_a_copied_page_has_copies_of_its_items():
    whole, key = duplicated(instrument(), "sections", "C")

    assert [section.key for section in whole.sections] == ["A", "B", "C", key, "D", "E"]
    assert [item.key for item in whole.items_of_section(key)] == ["MANY_2", "RANK_2", "SHARE_2", "NPS_2"]


def test_what_is_added_has_a_key_of_its_own_and_what_is_removed_is_gone_with_its_items():
    whole, key = added(instrument(), "items", "B", "text")
    assert whole.item(key).kind == "text"
    assert whole.item(key).scale is None
    assert [item.key for item in whole.items_of_section("B")][-1] == key

    less = removed(whole, "sections", "B")
    assert not less.has_item(key)
    with pytest.raises(NoSuchPart):
        removed(less, "sections", "B")


@pytest.mark.parametrize("part", ["scales", "constructs", "screens", "quotas", "sections"])
def test_every_kind_of_part_can_be_added_to_an_empty_questionnaire(part: str):
    whole = empty_instrument("new", "new", ("zh",), {"zh": "新问卷"})

    first, one = added(whole, part)
    second, other = added(first, part)

    assert one != other
    assert {one, other} <= {piece.key for piece in getattr(second, part)}


def test_a_language_comes_without_words_and_goes_with_them():
    more = with_language(instrument(), "de")

    assert n_missing(more) == {"en": 0, "zh": 0, "de": sum(
        wording.is_missing(("de",)) or any(wording.words.values()) for wording in wordings_of(instrument()))}
    assert without_language(more, "de") == instrument()
    assert without_language(replace(instrument(), languages=("en",)), "en").languages == ("en",)


def test_every_wording_has_an_address_and_can_be_replaced_under_it():
    addresses = [wording.address for wording in wordings_of(instrument())]
    assert len(addresses) == len(set(addresses))

    whole = with_words(instrument(), {(address, "zh"): f"词{n}" for n, address in enumerate(addresses)})

    assert [wording.words["zh"] for wording in wordings_of(whole)] == [f"词{n}" for n in range(len(addresses))]
    assert with_words(instrument(), {("items/NOBODY/text", "zh"): "x"}) == instrument()
