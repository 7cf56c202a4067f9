"""The short form: marked items under their own keys, and the bank's one for the counter."""

from dataclasses import replace

import pytest

from instruments.checks import check_instrument
from instruments.schema import Instrument, Quota, Screen
from instruments.short_form import short_form, short_form_seconds
from instruments.template_loader import load_catalogue_template
from tests.factories.questionnaire import both, instrument

SATISFACTION = ("CSA1", "CSA2")


def marked(*keys: str, **changes: object) -> Instrument:
    base = instrument(**changes)
    return replace(base, items=tuple(replace(item, is_short=item.key in keys) for item in base.items))


def short(*keys: str, **changes: object) -> Instrument:
    made = short_form(marked(*keys, **changes))
    assert made is not None
    return made


def test_without_a_marked_item_there_is_none():
    assert short_form(instrument()) is None


def test_it_asks_the_marked_items_on_the_pages_that_have_some_and_keeps_consent():
    made = short("ROLE", "L1", "OPEN")

    assert [item.key for item in made.items] == ["ROLE", "L1", "OPEN"]
    assert [section.key for section in made.sections] == ["A", "B", "D"]
    assert made.consent == instrument().consent
    assert made.title == {"en": "Small questionnaire (short form)", "zh": "小问卷（简版）"}
    assert {scale.key for scale in made.scales} == {"agree5"}


def test_a_condition_that_names_what_is_not_asked_is_dropped_and_one_that_can_be_judged_stays():
    alone, together = short("LOAD", "BOSS"), short("ROLE", "LOAD", "L1", "BOSS")

    assert alone.item("LOAD").show_if is None
    assert together.item("LOAD").show_if == "${ROLE} = 'rm'"
    assert together.item("BOSS").show_if == "${L1} > 3"
    assert [section.show_if for section in together.sections] == [None, None, "${ROLE} = 'rm'"]


def test_a_calculation_that_a_marked_item_needs_comes_along_with_its_sources_only():
    base = marked("LOAD", "OPEN")
    base = replace(base, items=tuple(replace(item, show_if="${DOUBLE} > 10") if item.key == "OPEN" else item
                                     for item in base.items))

    assert short_form(base).has_item("DOUBLE")
    without = replace(base, items=tuple(replace(item, is_short=item.key == "OPEN") for item in base.items))
    assert not short_form(without).has_item("DOUBLE")
    assert short_form(without).item("OPEN").show_if is None


def test_screens_and_quotas_that_cannot_be_judged_are_left_out():
    made = short("ROLE", screens=(Screen("s", "${ROLE} = 'na'", both("Bye")), Screen("t", "${L1} = 1", both("Bye"))),
                 quotas=(Quota("q", "${L2} = 1", 5, both("Full")),))

    assert [screen.key for screen in made.screens] == ["s"]
    assert made.quotas == ()


def test_neighbouring_pages_of_one_kind_become_one():
    sections = tuple(replace(section, kind="likert", show_if=None) for section in instrument().sections)

    made = short("L1", "NPS", "OPEN", sections=sections)

    assert [section.key for section in made.sections] == ["B"]
    assert made.sections[0].title == {}
    assert [item.key for item in made.items] == ["L1", "NPS", "OPEN"]


@pytest.fixture(scope="module")
def bank() -> tuple[Instrument, Instrument]:
    full = next(one for one in load_catalogue_template("bank_crm").instruments if one.audience == "customer")
    made = short_form(full)
    assert made is not None
    return full, made


def test_the_counters_form_is_sound_and_takes_two_minutes_at_most(bank: tuple[Instrument, Instrument]):
    _full, made = bank

    assert len(made.items) <= 12
    assert short_form_seconds(made) <= 120
    assert made.estimated_minutes == 2
    assert [finding for finding in check_instrument(made) if finding.is_error] == []


def test_the_counters_form_has_satisfaction_recommendation_segment_and_an_item_of_every_facet(
        bank: tuple[Instrument, Instrument]):
    full, made = bank

    facets = {construct.key for construct in full.constructs_of_group("experience")}
    assert {item.construct for item in made.items if item.construct in facets} == facets
    assert made.items_of_role("nps")
    assert made.has_item("S_TIER")
    satisfaction = [item for item in made.items if item.construct == "C_SAT"]
    needed = full.scoring.min_answered_share * len(full.items_of_construct("C_SAT"))
    assert len(satisfaction) >= needed, "satisfaction would have no score"
    assert not any(item.is_reverse for item in made.items), "a lone reverse item is misread most easily"
