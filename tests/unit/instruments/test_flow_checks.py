"""Screens, quotas, blocks, shuffled choices, repeated answers and length are held to their rules."""

from dataclasses import replace

import pytest

from instruments.checks import check_instrument
from instruments.duration import (
    CHARACTERS_A_SECOND,
    WORDS_A_SECOND,
    reading_seconds,
    section_seconds,
    total_seconds,
)
from instruments.order import SectionOrder
from instruments.schema import Choice, Item, Quota, Screen, Section

MESSAGE = {"en": "Thank you.", "zh": "谢谢您。"}
VISITORS = "${WHO} = 'visitor'"


def screened(instrument, *screens):
    return replace(instrument, screens=tuple(Screen(*screen, MESSAGE) for screen in screens))


def limited(instrument, *quotas):
    return replace(instrument, quotas=tuple(Quota(*quota, MESSAGE) for quota in quotas))


def blocks(instrument, *fields):
    """Return the questionnaire with one section of one note for each (block, group)."""
    sections = tuple(
        Section(f"S{number}", "open", {}, block=block, shuffle_group=group)
        for number, (block, group) in enumerate(fields))
    notes = tuple(Item(f"N{number}", f"S{number}", "note", {"en": "n", "zh": "n"}) for number in range(len(fields)))
    return replace(
        instrument, sections=(*instrument.sections, *sections), items=(*instrument.items, *notes))


def changed(instrument, key, **changes):
    return replace(instrument, items=tuple(
        replace(item, **changes) if item.key == key else item for item in instrument.items))


def worded(instrument, key, text):
    return changed(instrument, key, text={"en": text, "zh": text})


def fixed(instrument, *values):
    choices = tuple(replace(choice, is_fixed=choice.value in values) for choice in instrument.item("WHO").choices)
    return changed(instrument, "WHO", choices=choices, shuffles_choices=True)


def added(instrument, **fields):
    item = Item(**{"key": "NEW", "section": "B", "kind": "note", "text": {"en": "a", "zh": "a"}, **fields})
    return replace(instrument, items=(*instrument.items, item))


def repeated(instrument, number, **fields):
    items = tuple(Item(f"R{n}", "B", **fields) for n in range(number))
    return replace(instrument, items=(*instrument.items, *items))


BREACHES = [
    ("INS-026", "screen out", lambda i: screened(i, ("out", VISITORS), ("out", VISITORS))),
    ("INS-026", "quota out", lambda i: limited(screened(i, ("out", VISITORS)), ("out", VISITORS, 3))),
    ("INS-026", "screen two words", lambda i: screened(i, ("two words", VISITORS))),
    ("INS-027", "quota q, limit", lambda i: limited(i, ("q", VISITORS, 0))),
    ("INS-028", "screen out, condition", lambda i: screened(i, ("out", "1 = 1"))),
    ("INS-101", "screen out, condition", lambda i: screened(i, ("out", "${WHO} == 'visitor'"))),
    ("INS-102", "quota q, condition", lambda i: limited(i, ("q", "${NOBODY} = 1", 3))),
    ("INS-105", "quota q, condition", lambda i: limited(i, ("q", "${WHO} = 'guest'", 3))),
    ("INS-029", "block b", lambda i: blocks(i, ("b", None), ("c", None), ("b", None))),
    ("INS-029", "block b", lambda i: blocks(i, ("b", "g"), ("b", "h"), ("c", "g"), ("d", "h"))),
    ("INS-030", "shuffle group g", lambda i: blocks(i, ("b", "g"), ("b", "g"), ("c", None))),
    ("INS-031", "item VISITS", lambda i: changed(i, "VISITS", shuffles_choices=True)),
    ("INS-031", "item WHO", lambda i: fixed(i, "visitor", "na")),
    ("INS-032", "item F1", lambda i: worded(i, "F1", "You are ${NOBODY}.")),
    ("INS-032", "item F1", lambda i: worded(i, "F1", "You are ${ WHO }.")),
    ("INS-032", "item F1", lambda i: added(worded(i, "F1", "You read ${NEW}."))),
    ("INS-033", "item WHO", lambda i: worded(i, "WHO", "${F1}: you are")),
    ("INS-034", "item VISITS", lambda i: worded(i, "VISITS", "As ${WHO}, you come")),
    ("INS-035", "section B, title", lambda i: replace(
        i, sections=(i.sections[0], replace(i.sections[1], title={"en": "For ${WHO}", "zh": "${WHO}"})))),
    ("INS-036", "", lambda i: repeated(i, 13, kind="rating", scale="agree3", text=MESSAGE, is_short=True)),
    ("INS-036", "", lambda i: repeated(i, 3, kind="text", role="open", text=MESSAGE, is_short=True)),
    ("INS-037", "", lambda i: repeated(i, 20, kind="text", role="open", text=MESSAGE)),
    ("INS-038", "item NEW", lambda i: added(i, kind="upload", accepts=("exe",))),
    ("INS-038", "item NEW", lambda i: added(i, kind="upload", largest_mb=21)),
    ("INS-038", "item NEW", lambda i: added(i, kind="upload", constraint=". != ''")),
    ("INS-038", "item NEW", lambda i: added(i, kind="text", accepts=("pdf",))),
    ("INS-039", "item NEW", lambda i: added(i, kind="upload")),
]


@pytest.mark.parametrize(("number", "where", "broken"), BREACHES, ids=[f"{n} {where}" for n, where, _ in BREACHES])
def test_a_breach_is_found_at_its_place(small, number, where, broken):
    found = [finding for finding in check_instrument(broken(small), "guest.yaml") if finding.number == number]

    assert found
    place = f"guest.yaml, {where}" if where else "guest.yaml"
    assert place in {finding.place.split(", sign")[0] for finding in found}
    assert all(finding.remedy and finding.reason.endswith(".") for finding in found)


@pytest.mark.parametrize("sound", [
    lambda i: limited(screened(i, ("out", VISITORS)), ("many", "${VISITS} > 20 and ${F1} = 3", 50)),
    lambda i: blocks(i, ("b", "g"), ("b", "g"), (None, "g"), (None, None)),
    lambda i: fixed(i, "na"),
    lambda i: worded(i, "F1", "As ${WHO} who comes ${VISITS} times"),
    lambda i: added(changed(i, "WHO", is_short=True), text={"en": "You: ${WHO}", "zh": "您：${WHO}"}, is_short=True),
])
def test_what_keeps_the_rules_gives_no_finding(small, sound):
    assert check_instrument(sound(small), "guest.yaml") == ()


def test_a_rule_without_its_message_in_every_language_is_found(small):
    screen = Screen("out", VISITORS, {"en": "Thank you."})

    findings = check_instrument(replace(small, screens=(screen,)))

    assert [(finding.number, finding.place) for finding in findings] == [("INS-002", "canteen, screen out, message")]


# ---- blocks ---------------------------------------------------------------------------------------------------------
def test_blocks_that_exchange_places_are_before_none_of_what_lies_between_them(small):
    order = SectionOrder(blocks(small, ("b", "g"), ("b", "g"), (None, None), ("c", "g"), (None, None)))

    keys = ("A", "S0", "S1", "S2", "S3", "S4")

    before = {(one, other) for one in keys for other in keys if order.is_before(one, other)}

    assert before == {
        ("A", "S0"), ("A", "S1"), ("A", "S2"), ("A", "S3"), ("A", "S4"), ("S0", "S1"),
        ("S0", "S4"), ("S1", "S4"), ("S2", "S4"), ("S3", "S4")}


def test_a_condition_may_not_name_an_item_of_a_block_that_may_come_later(small):
    shuffled = blocks(small, ("b", "g"), ("c", "g"))
    asked = Item("ASK", "S0", "integer", {"en": "n", "zh": "n"})
    later = Item("LATER", "S1", "text", {"en": "t", "zh": "t"}, show_if="${ASK} > 1")
    instrument = replace(shuffled, items=(*shuffled.items[:-1], asked, shuffled.items[-1], later))

    findings = check_instrument(instrument)

    assert [(finding.number, finding.place) for finding in findings] == [("INS-106", "canteen, item LATER, show_if")]


# ---- length ---------------------------------------------------------------------------------------------------------
def test_reading_is_counted_in_words_or_in_characters():
    text = {"en": "Customers don't wait, we hope: 24-hour service.", "zh": "客户无需等待（24小时服务）。", "de": ""}

    assert reading_seconds([text], "en") == pytest.approx(7 / WORDS_A_SECOND)
    assert reading_seconds([text], "zh") == pytest.approx(10 / CHARACTERS_A_SECOND + 1 / WORDS_A_SECOND)
    assert reading_seconds([text], "de") == 0


def test_an_ordinary_question_takes_about_ten_seconds_and_a_row_of_a_battery_about_six(small):
    words = {"en": "How satisfied are you with the opening hours of the outlet that you visit most often, all in all?"}
    points = ("Very satisfied", "Rather satisfied", "Neither nor", "Rather dissatisfied", "Very dissatisfied")
    choices = tuple(Choice(str(number), {"en": label}) for number, label in enumerate(points))
    alone = Item("Q", "A", "single", words, choices=choices)
    row = replace(small.item("F1"), text={"en": "I receive the information that I need to serve my customers."})

    one, two = (section_seconds(replace(small, items=(alone,) * number), "en")["A"] for number in (1, 2))
    first, eleven = (section_seconds(replace(small, items=(row,) * number), "en")["B"] for number in (1, 11))

    assert 9 <= two - one <= 12
    assert 5 <= (eleven - first) / 10 <= 7


def test_what_only_some_are_asked_counts_by_half(small):
    everybody = replace(small, items=(replace(small.item("VISITS"), show_if=None),))
    some = replace(small, items=(small.item("VISITS"),))
    page = section_seconds(replace(small, items=(Item("N", "A", "note", {}),)), "en")["A"]

    asked_all, asked_some = (section_seconds(one, "en")["A"] - page for one in (everybody, some))
    assert asked_some == pytest.approx(asked_all / 2)


def test_a_section_without_items_takes_no_time_and_the_whole_is_the_sum(small):
    pages = section_seconds(small, "zh")

    assert section_seconds(replace(small, items=small.items_of_section("A")), "zh")["B"] == 0
    assert total_seconds(small, "zh") > sum(pages.values()) > 0


def test_the_bank_questionnaires_say_how_long_the_slower_language_takes(bank):
    for instrument in bank.instruments:
        minutes = max(total_seconds(instrument, language) for language in instrument.languages) / 60

        assert instrument.estimated_minutes == round(minutes)
