"""Synthetic responses: what is planted is there, nothing is invalid, and the same plan gives the same answers."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from statistics import NormalDist, fmean, pvariance
from typing import Any

import pytest

from instruments.schema import (
    LEFT_BLANK,
    MISSING_CODES,
    NOT_SHOWN,
    REFUSED,
    AnswerScale,
    Choice,
    Construct,
    Instrument,
    Item,
    ScalePoint,
    Section,
)
from instruments.template_loader import load_catalogue_template
from surveyapp.sample.answers import SampleResponse, generate_responses
from surveyapp.sample.open_answers import BANK_OPEN_ANSWERS
from surveyapp.sample.plan import BANK_PLAN, Plan
from surveyapp.sample.scores import latent_mean

TEMPLATE = load_catalogue_template("bank_crm")
INSTRUMENTS = {instrument.audience: instrument for instrument in TEMPLATE.instruments}
RESPONSES = {audience: generate_responses(instrument, BANK_PLAN, audience)
             for audience, instrument in INSTRUMENTS.items()}
AUDIENCES = ("staff", "customer")


def careful(audience: str) -> list[SampleResponse]:
    return [response for response in RESPONSES[audience] if not response.is_careless]


def recoded(instrument: Instrument, item: Item, response: SampleResponse) -> float | None:
    value = response.answers[item.key]
    if not isinstance(value, int) or value in MISSING_CODES:
        return None
    scale = instrument.scale(item.scale or "")
    return scale.low + scale.high - value if item.is_reverse else value


def scores(audience: str, construct: str) -> list[float]:
    instrument, found = INSTRUMENTS[audience], []
    for response in careful(audience):
        values = [recoded(instrument, item, response) for item in instrument.items_of_construct(construct)]
        known = [value for value in values if value is not None]
        if len(known) >= 0.66 * len(values):
            found.append(fmean(known))
    return found


def alpha(audience: str, construct: str) -> float:
    instrument = INSTRUMENTS[audience]
    items = instrument.items_of_construct(construct)
    rows = [[recoded(instrument, item, response) for item in items] for response in careful(audience)]
    complete = [[value for value in row if value is not None] for row in rows if None not in row]
    k = len(items)
    return k / (k - 1) * (1 - sum(map(pvariance, zip(*complete, strict=True))) / pvariance(list(map(sum, complete))))


def correlation(audience: str, first: str, second: str) -> float:
    instrument = INSTRUMENTS[audience]
    pairs = []
    for response in careful(audience):
        means = []
        for construct in (first, second):
            known = [value for item in instrument.items_of_construct(construct)
                     if (value := recoded(instrument, item, response)) is not None]
            means.append(fmean(known) if known else None)
        if None not in means:
            pairs.append(means)
    x, y = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    covariance = fmean(a * b for a, b in pairs) - fmean(x) * fmean(y)
    return float(covariance / (pvariance(x) * pvariance(y)) ** 0.5)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_same_plan_gives_the_same_answers(audience: str) -> None:
    again = generate_responses(INSTRUMENTS[audience], BANK_PLAN, audience)

    assert again == RESPONSES[audience]


def test_another_seed_gives_other_answers() -> None:
    other = generate_responses(INSTRUMENTS["staff"], replace(BANK_PLAN, seed=1), "staff")

    assert other != RESPONSES["staff"]


def test_first_answers_are_fixed_for_all_machines() -> None:
    first = RESPONSES["staff"][0]

    assert (first.respondent_id, first.language) == ("S001", "zh")
    assert [first.answers[key] for key in ("D_DEPT", "ORG1", "INF1", "TEC1", "OUT1")] == ["support", 2, 4, 5, -93]


@pytest.mark.parametrize(("audience", "n"), [("staff", 180), ("customer", 260)])
def test_every_respondent_has_an_id_of_their_own(audience: str, n: int) -> None:
    ids = [response.respondent_id for response in RESPONSES[audience]]

    assert len(set(ids)) == len(ids) == n


def valid(instrument: Instrument, item: Item, value: Any) -> bool:
    if isinstance(value, int) and value in (NOT_SHOWN, LEFT_BLANK, REFUSED):
        return value != REFUSED or (item.scale is not None
                                    and instrument.scale(item.scale).not_applicable is not None)
    if item.kind == "rating":
        return value in [point.value for point in instrument.scale(item.scale or "").points]
    choices = [choice.value for choice in item.choices]
    if item.kind == "single":
        return value in choices
    if item.kind == "multiple":
        exclusive = {choice.value for choice in item.choices if choice.is_exclusive}
        return (0 < len(value) == len(set(value)) <= (item.max_choices or len(choices)) and set(value) <= set(choices)
                and (len(value) == 1 or not exclusive & set(value)))
    if item.kind in ("integer", "decimal"):
        return (item.minimum or 0) <= value <= (item.maximum or 0) and (item.kind == "decimal" or value == int(value))
    return isinstance(value, str) and value != ""


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_answer_is_a_value_of_its_item_or_a_missing_code(audience: str) -> None:
    instrument = INSTRUMENTS[audience]

    wrong = [(response.respondent_id, item.key, response.answers.get(item.key))
             for response in RESPONSES[audience] for item in instrument.items
             if not valid(instrument, item, response.answers.get(item.key))]

    assert wrong == []


def test_managers_see_the_section_on_readiness_and_nobody_else_does() -> None:
    for response in RESPONSES["staff"]:
        is_manager = response.answers["D_LEVEL"] in ("team_head", "middle", "senior")

        assert ("H" in response.shown_order) is is_manager
        assert (response.answers["RDY1"] != NOT_SHOWN) is is_manager
    assert sum("H" in response.shown_order for response in RESPONSES["staff"]) >= 15


def test_only_relationship_managers_are_asked_for_their_number_of_customers() -> None:
    for response in RESPONSES["staff"]:
        assert (response.answers["F_LOAD"] == NOT_SHOWN) is (response.answers["D_ROLE"] != "rm")


def test_companies_state_deposits_and_persons_assets() -> None:
    for response in RESPONSES["customer"]:
        assert (response.answers["S_AUM"] == NOT_SHOWN) is (response.answers["S_TYPE"] != "personal")
        assert (response.answers["S_DEP"] == NOT_SHOWN) is (response.answers["S_TYPE"] != "corporate")


@pytest.mark.parametrize("audience", AUDIENCES)
def test_order_and_page_times_cover_exactly_what_was_shown(audience: str) -> None:
    instrument = INSTRUMENTS[audience]
    for response in RESPONSES[audience]:
        shown = {item.key for item in instrument.items if response.answers[item.key] != NOT_SHOWN}

        assert {key for keys in response.shown_order.values() for key in keys} == shown
        assert set(response.page_durations_ms) == set(response.shown_order)
        assert all(duration > 0 for duration in response.page_durations_ms.values())


def test_rating_items_are_shown_in_an_order_of_each_respondents_own() -> None:
    orders = {tuple(response.shown_order["C"]) for response in RESPONSES["staff"]}
    profile_orders = {tuple(response.shown_order["A"]) for response in RESPONSES["staff"]}

    assert len(orders) == len(RESPONSES["staff"])
    assert len(profile_orders) == 1


@pytest.mark.parametrize(("audience", "construct"), [
    (instrument.audience, construct.key) for instrument in TEMPLATE.instruments for construct in instrument.constructs])
def test_the_mean_of_every_scale_is_where_the_plan_puts_it(audience: str, construct: str) -> None:
    items = INSTRUMENTS[audience].items_of_construct(construct)
    direct = sum(not item.is_reverse for item in items)
    yes_saying = BANK_PLAN.style_mean * (2 * direct - len(items)) / len(items)

    found = scores(audience, construct)

    assert len(found) >= 0.9 * len(careful(audience))      # both items of a two-item scale are needed
    assert fmean(found) == pytest.approx(BANK_PLAN.means[construct] + yes_saying, abs=0.12)


@pytest.mark.parametrize(("audience", "construct"), [
    (instrument.audience, construct.key) for instrument in TEMPLATE.instruments for construct in instrument.constructs])
def test_items_of_a_scale_hold_together_as_real_ones_do(audience: str, construct: str) -> None:
    assert 0.72 <= alpha(audience, construct) <= 0.87


@pytest.mark.parametrize(("cause", "problem"), BANK_PLAN.found_links)
def test_a_planted_link_is_the_strongest_of_its_problem(cause: str, problem: str) -> None:
    others = [key for key in ("CAU_TECH", "CAU_COORD", "CAU_INCENT", "CAU_CONCEPT") if key != cause]

    linked = correlation("staff", cause, problem)

    assert linked >= 0.45
    assert all(correlation("staff", other, problem) <= linked - 0.15 for other in others)


def test_satisfaction_follows_what_the_bank_knows_and_loyalty_follows_satisfaction() -> None:
    assert correlation("customer", "C_INFO", "C_SAT") >= 0.4
    assert correlation("customer", "C_SAT", "C_LOY") >= 0.5


@pytest.mark.parametrize(("audience", "n_careless"), [("staff", 11), ("customer", 16)])
def test_six_percent_answer_without_reading_and_the_plan_knows_who(audience: str, n_careless: int) -> None:
    careless = {response.respondent_id for response in RESPONSES[audience] if response.is_careless}

    assert careless == BANK_PLAN.expected.careless[audience]
    assert len(careless) == n_careless


@pytest.mark.parametrize("audience", AUDIENCES)
def test_careless_people_are_fast_and_some_tick_one_line(audience: str) -> None:
    instrument = INSTRUMENTS[audience]
    ratings = [item.key for item in instrument.items if item.kind == "rating"]
    statements = [item.key for item in instrument.items if item.scale == "agree5"]
    n_values = []
    for response in RESPONSES[audience]:
        n_shown = sum(response.answers[key] != NOT_SHOWN for key in ratings)
        seconds = sum(response.page_durations_ms.values()) / 1000
        assert (seconds < 2 * n_shown) is response.is_careless, response.respondent_id
        if response.is_careless:
            n_values.append(len({response.answers[key] for key in statements}))

    assert n_values.count(1) >= 3
    assert n_values.count(5) >= 3


@pytest.mark.parametrize(("audience", "item"), [("staff", "AC1"), ("customer", "CAC1")])
def test_those_who_read_pass_the_attention_item(audience: str, item: str) -> None:
    expected = INSTRUMENTS[audience].item(item).expected
    answered = [response.answers[item] for response in careful(audience) if response.answers[item] != LEFT_BLANK]

    assert 0.93 <= sum(value in expected for value in answered) / len(answered) < 1


@pytest.mark.parametrize("audience", AUDIENCES)
def test_gaps_are_as_frequent_as_planned(audience: str) -> None:
    keys = [item.key for item in INSTRUMENTS[audience].items if item.construct]
    cells = Counter(response.answers[key] for response in careful(audience) for key in keys)
    n_cells = sum(cells.values())

    assert 0.02 <= cells[LEFT_BLANK] / n_cells <= 0.04
    assert 0.015 <= cells[REFUSED] / n_cells <= 0.035


def test_named_problems_follow_what_people_think() -> None:
    named = Counter(value for response in careful("staff") if isinstance(response.answers["STP"], list)
                    for value in response.answers["STP"])

    assert [value for value, _ in named.most_common(2)] == ["PRB_INFO", "PRB_EFFECT"]
    assert named["PRB_MAINT"] < named["PRB_SYSTEM"] < named["PRB_GOAL"]


@pytest.mark.parametrize("audience", AUDIENCES)
def test_both_languages_are_answered_and_open_answers_are_in_the_respondents_own(audience: str) -> None:
    languages = Counter(response.language for response in RESPONSES[audience])
    written = [(item.key, response.language, response.answers[item.key]) for response in RESPONSES[audience]
               for item in INSTRUMENTS[audience].items if item.role == "open"
               and isinstance(response.answers[item.key], str)]

    assert languages["zh"] > languages["en"] >= 15
    assert len(written) >= 30
    assert len({text for _, _, text in written}) == len(written)
    assert all(text in BANK_OPEN_ANSWERS[key][language] for key, language, text in written)


def test_other_is_stated_in_words_by_those_who_tick_it() -> None:
    stated = [response for response in careful("staff") if "STP_OTHER_text" in response.answers]

    assert stated
    assert all("OTHER" in response.answers["STP"] for response in stated)  # type: ignore[operator]  # STP holds a list


def test_open_answers_have_chinese_punctuation() -> None:
    texts = [text for by_language in BANK_OPEN_ANSWERS.values() for text in by_language["zh"]]

    assert [text for text in texts if re.search(r"[\"',;:!?()]", text)] == []


@pytest.mark.parametrize("mean", [1.4, 2.5, 3.0, 3.85, 4.6])
def test_rounding_to_the_scale_keeps_the_planted_mean(mean: float) -> None:
    normal = NormalDist(latent_mean(mean, 1.1, 1, 5), 1.1)

    rounded = 1 + sum(1 - normal.cdf(point - 0.5) for point in (2, 3, 4, 5))

    assert rounded == pytest.approx(mean, abs=1e-9)


# ---- another study --------------------------------------------------------------------------------------------------
SEVEN = AnswerScale("seven", "ordinal", tuple(ScalePoint(value, {"en": str(value)}) for value in range(1, 8)))
WARDS = tuple(Choice(value, {"en": value}) for value in ("east", "west"))
CLINIC = Instrument(
    key="clinic", version="1", audience="patient", languages=("en",), title={"en": "Clinic"}, scales=(SEVEN,),
    constructs=(Construct("WAIT", "experience", "higher_is_better", {"en": "Waiting"}, {"en": "How long"}),),
    sections=(Section("a", "profile", {"en": "You"}),
              Section("b", "likert", {"en": "Visit"}, show_if="${ward} = 'east'")),
    items=(
        Item("ward", "a", "single", {"en": "Ward"}, choices=WARDS),
        Item("seen", "a", "date", {"en": "Day"}),
        Item("at", "a", "time", {"en": "Hour"}),
        Item("order", "a", "ranking", {"en": "Order"}, choices=WARDS),
        Item("tick", "a", "acknowledge", {"en": "Read"}),
        Item("visits", "a", "integer", {"en": "Visits"}, minimum=1, maximum=9, constraint=". != 5"),
        Item("double", "a", "calculate", {"en": "Twice"}, calculation="${visits} * 2"),
        Item("hello", "a", "note", {"en": "Hello"}),
        Item("w1", "b", "rating", {"en": "Soon"}, construct="WAIT", scale="seven"),
        Item("w2", "b", "rating", {"en": "Late"}, construct="WAIT", scale="seven", is_reverse=True),
        Item("why", "b", "text", {"en": "Why"}),
    ),
)


def test_any_questionnaire_gets_answers_without_a_plan_of_its_own() -> None:
    responses = generate_responses(CLINIC, Plan(seed=3, n_respondents={"patient": 400}), "patient")

    answered = [response for response in responses if response.answers["ward"] == "east" and not response.is_careless]
    ratings = [response.answers["w1"] for response in answered if response.answers["w1"] != LEFT_BLANK]
    assert all("hello" not in response.answers for response in responses)
    assert all(response.answers["visits"] != 5 for response in responses)
    assert {response.answers["double"] for response in responses if response.answers["visits"] == 4} == {8.0}
    assert all((response.answers["w1"] == NOT_SHOWN) is (response.answers["ward"] != "east") for response in responses)
    assert set(ratings) <= set(range(1, 8))
    assert fmean(ratings) == pytest.approx(1 + (3.4 - 1) / 4 * 6 + 0.15 * 1.5, abs=0.35)
    assert all(response.answers["why"] in (LEFT_BLANK, NOT_SHOWN) for response in responses)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", str(response.answers["seen"])) for response in responses
               if response.answers["seen"] != LEFT_BLANK)


def test_an_audience_the_plan_does_not_name_gets_the_usual_number() -> None:
    assert len(generate_responses(CLINIC, Plan(), "patient")) == 120
