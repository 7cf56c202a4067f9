"""Orders of pages, items and choices: uniform, the respondent's own, the same wherever they are computed."""

import itertools
from collections import Counter

from scipy.stats import chi2

from instruments.schema import Instrument, Section
from surveyapp.services.order import choice_order, page_order
from surveyapp.services.questionnaire import Questionnaire, compile_questionnaire, shown_order
from tests.factories import questionnaire as make

N_SEEDS = 12_000
SEEDS = [str(seed) for seed in range(N_SEEDS)]


def chi_square(counts: Counter[tuple[str, ...]], n_orders: int) -> float:
    expected = N_SEEDS / n_orders
    return sum((count - expected) ** 2 / expected for count in counts.values())


def bound(n_orders: int) -> float:
    """What a fair shuffle stays below with probability 0.999; the seeds are fixed, so the outcome is as well."""
    return float(chi2.ppf(0.999, n_orders - 1))


def with_sections(*sections: Section) -> Questionnaire:
    items = tuple(make.item(f"I{section.key}", section.key) for section in sections)
    return compile_questionnaire(make.instrument(sections=sections, items=items))


def section(key: str, **more: object) -> Section:
    return Section(key, "likert", make.both(key), **more)


def colours(**more: object) -> Instrument:
    choices = (make.choice("red"), make.choice("green"), make.choice("blue"), make.choice("black"),
               make.choice("other", has_text=True, is_fixed=True))
    return make.instrument(items=(make.item("C", "A", "single", choices=choices, shuffles_choices=True, **more),))


def test_every_order_of_choices_is_equally_likely():
    item = compile_questionnaire(colours()).item("C")

    counts = Counter(choice_order(item, seed) for seed in SEEDS)

    assert len(counts) == 24
    assert chi_square(counts, 24) < bound(24)


def test_every_order_of_items_is_equally_likely():
    page = make.questionnaire(items=tuple(make.item(f"L{n}", "B") for n in range(4))).find_page("B")

    counts = Counter(shown_order(page, seed) for seed in SEEDS)

    assert len(counts) == 24
    assert chi_square(counts, 24) < bound(24)


def test_every_order_of_blocks_is_equally_likely():
    asked = with_sections(*(section(key, shuffle_group="topics") for key in "PQRS"))

    counts = Counter(tuple(page.key for page in page_order(asked, seed)) for seed in SEEDS)

    assert set(counts) == set(itertools.permutations("PQRS"))
    assert chi_square(counts, 24) < bound(24)


def test_the_place_of_a_choice_says_nothing_about_that_of_an_item():
    asked = make.questionnaire(items=(
        *(make.item(f"L{n}", "B") for n in range(2)),
        make.item("C", "A", "single", choices=(make.choice("L0"), make.choice("L1")), shuffles_choices=True)))
    page, item = asked.find_page("B"), asked.item("C")

    counts = Counter((shown_order(page, seed)[0], choice_order(item, seed)[0]) for seed in SEEDS)

    assert chi_square(counts, 4) < bound(4)


def test_a_fixed_choice_keeps_its_place():
    item = compile_questionnaire(colours()).item("C")

    assert {choice_order(item, seed)[-1] for seed in SEEDS[:200]} == {"other"}


def test_choices_that_are_not_shuffled_stay_as_written():
    asked = make.questionnaire()

    assert {choice_order(asked.item("MANY"), seed) for seed in SEEDS[:50]} == {("a", "b", "c", "other", "none")}


def test_blocks_move_as_a_whole_and_what_has_no_group_stays():
    asked = with_sections(
        section("first"), section("a1", block="a", shuffle_group="g"), section("a2", block="a", shuffle_group="g"),
        section("middle"), section("b1", block="b", shuffle_group="g"), section("last"))

    orders = {tuple(page.key for page in page_order(asked, seed)) for seed in SEEDS[:50]}

    assert orders == {("first", "a1", "a2", "middle", "b1", "last"), ("first", "b1", "middle", "a1", "a2", "last")}


def test_two_groups_never_mix():
    asked = with_sections(*(section(key, shuffle_group=key[0]) for key in ("x1", "y1", "x2", "y2")))

    orders = {tuple(page.key[0] for page in page_order(asked, seed)) for seed in SEEDS[:50]}

    assert orders == {("x", "y", "x", "y")}


def test_an_order_can_be_computed_again_by_anybody():
    """The rule of the docs written out: ascending SHA-256 of seed, scope and key, parted by the unit separator."""
    import hashlib

    item = compile_questionnaire(colours()).item("C")
    free = ["red", "green", "blue", "black"]

    by_hand = sorted(free, key=lambda value: hashlib.sha256(f"7\x1fchoices C\x1f{value}".encode()).hexdigest())

    assert choice_order(item, "7") == (*by_hand, "other")
