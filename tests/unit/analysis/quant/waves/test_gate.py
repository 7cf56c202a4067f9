"""The gate before two waves are compared: items by content hash, never by key alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.errors import SpecError
from analysis.quant.waves.gate import match_hashes, match_items
from instruments.schema import AnswerScale, Instrument, ScalePoint
from tests.factories.questionnaire import both, instrument

OLD = instrument()


def with_item(key: str, **changes: object) -> Instrument:
    return replace(OLD, items=tuple(replace(one, **changes) if one.key == key else one for one in OLD.items))


def status(new: Instrument) -> dict[str, str]:
    return {match.key: match.status for match in match_items(OLD, new)}


def test_the_same_questionnaire_has_the_same_items() -> None:
    found = match_items(OLD, OLD)

    assert {match.status for match in found} == {"same"}
    assert all(match.meaning_first == match.meaning_second != "" for match in found)
    assert {match.key for match in found} == {item.key for item in OLD.items if item.kind == "rating"}


@pytest.mark.parametrize(("changes", "expected"), [
    ({"text": both("Quite other words", "完全不同的说法")}, "reworded"),
    ({"text": {**OLD.item("L2").text, "zh": "别的说法"}}, "reworded"),
    ({"text": {language: f" {words}  " for language, words in OLD.item("L2").text.items()}}, "same"),
    ({"is_reverse": True}, "changed"),
    ({"section": "C"}, "same"),
    ({"kind": "text"}, "only_first"),
])
def test_each_change_of_an_item_has_its_status(changes: dict, expected: str) -> None:
    assert status(with_item("L2", **changes))["L2"] == expected


def test_other_points_change_an_item_and_other_words_on_them_reword_it() -> None:
    scale = OLD.scales[0]
    longer = AnswerScale(scale.key, scale.kind, (*scale.points, ScalePoint(scale.high + 1, both("Beyond"))))
    renamed = replace(scale, points=(replace(scale.points[0], label=both("Never ever", "绝不")), *scale.points[1:]))
    on_it = [item.key for item in OLD.items if item.kind == "rating" and item.scale == scale.key]

    for other, expected in ((longer, "changed"), (renamed, "reworded")):
        found = status(replace(OLD, scales=(other, *OLD.scales[1:])))
        assert {found[key] for key in on_it} == {expected}


def test_a_language_that_one_version_lacks_is_not_compared() -> None:
    english = replace(OLD, languages=("en",), items=tuple(
        replace(item, text={"en": item.text["en"]}) for item in OLD.items))

    assert set(status(english).values()) == {"same"}


def test_items_of_one_version_alone_are_told() -> None:
    fewer = replace(OLD, items=tuple(item for item in OLD.items if item.key != "L2"))

    assert status(fewer)["L2"] == "only_first"
    assert {match.key: match.status for match in match_items(fewer, OLD)}["L2"] == "only_second"


def test_a_hash_of_an_unknown_item_is_refused() -> None:
    with pytest.raises(SpecError, match="'Q9' is not among"):
        match_hashes(("Q1",), {"Q9": ("a", "b")})
