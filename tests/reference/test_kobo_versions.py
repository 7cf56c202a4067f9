"""Six versions of a real form (KoboToolbox, formpack) become one data set by item key."""

import json
from pathlib import Path
from typing import Any

import pytest

from instruments.schema import NOT_SHOWN, Choice, Instrument, Item, Section
from instruments.versions import MergedVersions, Version, merge_versions

pytestmark = pytest.mark.reference
KINDS = {"text": "text", "integer": "integer", "select_one": "single"}


def read_kobo(path: Path) -> tuple[Instrument, list[dict[str, Any]]]:
    """The form and the submissions of one file; groups become sections, as many as there are."""
    document = json.loads(path.read_text(encoding="utf-8"))
    lists: dict[str, list[Choice]] = {}
    for row in document["content"].get("choices", []):
        lists.setdefault(row["list_name"], []).append(Choice(str(row["name"]), {"en": row["label"]}))
    items, sections, group = [], {"main": Section("main", "questions", {})}, ["main"]
    for row in document["content"]["survey"]:
        if row["type"] == "begin_group":
            group.append(row["name"])
            sections[row["name"]] = Section(row["name"], "questions", {"en": row["label"]})
        elif row["type"] == "end_group":
            group.pop()
        else:
            kind, _, choices = row["type"].partition(" ")
            items.append(Item(row["name"], group[-1], KINDS[kind], {"en": row["label"]},
                              choices=tuple(lists.get(choices, ())), is_required=row.get("required") == "true"))
    answers = [{name: str(value) if isinstance(value, (str, int)) and name not in ("ping", "rssi") else value
                for name, value in row.items()} for row in document["submissions"]]
    return Instrument(document["id_string"], document["version"], "inspector", ("en",), {"en": "Site inspection"},
                      tuple(sections.values()), tuple(items)), answers


@pytest.fixture(scope="module")
def site_inspection(reference: Path) -> tuple[MergedVersions, list[dict[str, Any]]]:
    read = [read_kobo(path) for path in sorted((reference / "surveys" / "kobo-versions").glob("*site_inspection*"))]
    assert len(read) == 6
    merged = merge_versions([Version(form) for form, _ in read])
    rows = [dict(reading.read(row)) for reading, (_, answers) in zip(merged.readings, read, strict=True)
            for row in answers]
    return merged, rows


def test_one_column_per_item_though_the_last_version_asks_one_item_only(
        site_inspection: tuple[MergedVersions, list[dict[str, Any]]]):
    merged, rows = site_inspection

    assert [item.key for item in merged.instrument.items] == [
        "inspector", "did_you_find_the_site", "please_rate_the_impact_of_any_defects_observed",
        "was_there_damage_to_the_site", "was_there_damage_to_the_site_dupe", "ping", "rssi", "is_the_gate_secure",
        "is_plant_life_encroaching"]
    assert len(rows) == 12
    assert all(row["inspector"] in ("clouseau", "burger") for row in rows)


def test_yes_of_the_first_version_is_the_one_of_the_later_ones(
        site_inspection: tuple[MergedVersions, list[dict[str, Any]]]):
    merged, rows = site_inspection

    found = [row["did_you_find_the_site"] for row in rows]

    assert found == ["1", "0", "1", "0", "1", "0", "0", "1", "0", "1", NOT_SHOWN, NOT_SHOWN]
    choices = merged.instrument.item("did_you_find_the_site").choices
    assert {choice.value: choice.label["en"] for choice in choices} == {"0": "no", "1": "yes"}


def test_numbers_stay_and_what_a_version_did_not_ask_is_not_shown(
        site_inspection: tuple[MergedVersions, list[dict[str, Any]]]):
    _, rows = site_inspection

    assert [row.get("ping") for row in rows] == [123, None, 456, None, 567, None, None, 12, None, 34, -91, -91]
    assert [row.get("was_there_damage_to_the_site_dupe") for row in rows[4:]] == [NOT_SHOWN] * 8


def test_the_change_table_tells_each_step(site_inspection: tuple[MergedVersions, list[dict[str, Any]]]):
    merged, _ = site_inspection

    told = {(change.key, change.new_version, change.what) for change in merged.changes}

    assert ("did_you_find_the_site", "siv2", "choice_value") in told
    assert ("was_there_damage_to_the_site_dupe", "siv3", "removed") in told
    assert ("ping", "siv4", "moved") in told
    assert ("is_plant_life_encroaching", "siv5", "moved") in told
    assert {change.what for change in merged.changes if change.new_version == "siv6"} == {"removed"}
    assert all(change.judgement != "not_comparable" for change in merged.changes)
