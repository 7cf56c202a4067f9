"""Names out of texts: as whole names, in any case, and everyday words only where they stand alone."""

import pytest

from instruments.facts import StudyFacts, Unit
from instruments.masks import Masks, masks_for

FACTS = StudyFacts(
    organisation={"en": "Harbour Bank, Kingsport branch", "zh": "海港银行，金港分行"},
    units=(Unit("a", {"en": "Lending", "zh": "信贷部"}), Unit("b", {"en": "Harbour outlet", "zh": "海港路支行"})),
    sponsor={"en": "Harbour board"})
MASKS = masks_for(FACTS, {"en": "Bank A", "zh": "A银行"}, ("pilot", 7), ("Old Town",))


@pytest.mark.parametrize(("text", "shown"), [
    ("Harbour Bank, Kingsport branch, grew.", "Bank A, grew."), ("HARBOUR  BANK grew.", "Bank A grew."),
    ("At the Kingsport branch", "At the Bank A"), ("海港银行，金港分行成立", "A银行成立"),
    ("金港分行的员工", "A银行的员工"),
    ("the Harbour outlet opens", "the Unit 2 opens"), ("Harbour outlets", "Harbour outlets"),
    ("on 海港路支行", "on 第2部门"), ("Lending is slow", "Lending is slow"), ("Lending", "Unit 1"),
    ("信贷部", "第1部门"),
    ("pilot", "Study 7"), ("the pilot wave", "the pilot wave"), ("in Old Town", "in [name]"),
])
def test_a_text_comes_without_the_names(text: str, shown: str) -> None:
    assert MASKS.text(text) == shown


def test_blackened_texts_keep_their_length_so_that_places_hold() -> None:
    text = "I work at Harbour Bank, in lending."

    found = MASKS.blackened(text)

    assert len(found) == len(text)
    assert found == "I work at ■■■■■■■■■■■■, in lending."


def test_every_text_inside_a_value_is_masked_and_keys_stay() -> None:
    facts = MASKS.apply(FACTS)

    assert facts.organisation == {"en": "Bank A", "zh": "A银行"}
    assert [unit.key for unit in facts.units] == ["a", "b"]
    assert [unit.name["en"] for unit in facts.units] == ["Unit 1", "Unit 2"]


def test_without_names_nothing_changes() -> None:
    assert Masks().apply({"a": ("Harbour Bank", 1, None)}) == {"a": ("Harbour Bank", 1, None)}


def test_an_organisation_called_as_its_template_calls_it_gets_a_neutral_name() -> None:
    masks = masks_for(StudyFacts(organisation={"en": "Bank A"}), {"en": "Bank A"}, ("s", 1))

    assert masks.text("Bank A grew.") == "Organisation A grew."
