"""Synthetic responses to any questionnaire: who answers, what they see, what they answer, how long it takes them."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from instruments.logic import Tree, evaluate, is_true, parse, stored_value
from instruments.schema import LEFT_BLANK, NOT_SHOWN, REFUSED, Choice, Instrument, Item
from surveyapp.sample.choices import Answer, ChoicePlan, Respondent
from surveyapp.sample.people import PersonType
from surveyapp.sample.plan import Plan, stream
from surveyapp.sample.ratings import FAVOURITE_POINTS, RatingPlan
from surveyapp.sample.scores import draw_opinions

# Seconds an item takes somebody who reads it; careless people take CARELESS_SECONDS for any.
SECONDS: Final = {"rating": 5.5, "single": 4.0, "multiple": 12.0, "ranking": 15.0, "text": 6.0}
OTHER_SECONDS: Final = 8.0
WRITING_SECONDS: Final = 40.0
CARELESS_SECONDS: Final = 0.9
NOT_ANSWERED_BY_PEOPLE: Final = frozenset({"note", "calculate", "hidden"})


@dataclass(frozen=True)
class SampleResponse:
    """One respondent's filled questionnaire; an answer is a value or a missing code -91 to -93."""

    respondent_id: str
    language: str
    answers: dict[str, Answer]
    shown_order: dict[str, list[str]]       # section → keys of the items shown, in that order
    page_durations_ms: dict[str, int]       # section → time on the page
    is_careless: bool                       # truth, never to be stored with the answers


def generate_responses(instrument: Instrument, plan: Plan, audience: str) -> list[SampleResponse]:
    """Return the plan's responses to a questionnaire; the same plan and questionnaire give the same responses."""
    maker = _ResponseMaker(instrument, plan, audience)
    return [maker.response(i) for i in range(len(maker.ids))]


@cache
def _tree(expression: str) -> Tree:
    return parse(expression)


class _ResponseMaker:
    """Holds what is drawn for all respondents together: who they are, what they think, who writes which sentence."""

    def __init__(self, instrument: Instrument, plan: Plan, audience: str) -> None:
        self.instrument, self.plan, self.audience = instrument, plan, audience
        self.ids = plan.respondent_ids(audience)
        careless = plan.careless_ids(audience)
        types = _people(plan, audience, len(self.ids))
        opinions = draw_opinions(instrument, plan, types, stream(plan.seed, audience, "opinions"))
        self.respondents = [Respondent(person, opinion, key in careless)
                            for key, person, opinion in zip(self.ids, types, opinions, strict=True)]
        self.languages = _languages(instrument, plan, audience, len(self.ids))
        self.ratings, self.choices = RatingPlan(instrument, plan), ChoicePlan(instrument, plan)
        self.written = self._deal_texts()

    def _deal_texts(self) -> dict[tuple[int, str], str]:
        """Return (respondent, item) → sentence: each sentence goes to one careful person who writes its language."""
        dealt = {}
        for key, by_language in self.plan.open_answers.items():
            if not self.instrument.has_item(key):
                continue
            for language, texts in by_language.items():
                writers = [i for i, who in enumerate(self.respondents)
                           if self.languages[i] == language and not who.is_careless]
                rng = stream(self.plan.seed, self.audience, "texts", key, language)
                chosen = rng.sample(writers, min(len(texts), len(writers)))
                dealt.update({(i, key): text for i, text in zip(chosen, texts, strict=False)})
        return dealt

    def response(self, i: int) -> SampleResponse:
        """Return the response of respondent number i."""
        who = self.respondents[i]
        rng = stream(self.plan.seed, self.audience, "answers", self.ids[i])
        is_straight = who.is_careless and rng.random() < self.plan.share_straight_lining
        favourite = rng.choice(FAVOURITE_POINTS) if is_straight else None
        answers: dict[str, Answer] = {}
        order: dict[str, list[str]] = {}
        durations: dict[str, int] = {}
        pace = rng.lognormvariate(0, 0.25)
        for section in self.instrument.sections:
            items = [item for item in self.instrument.items_of_section(section.key) if item.stores_answer]
            is_open = _holds(section.show_if, answers)
            shown = [item for item in items if self._answer(item, i, is_open, favourite, answers, rng)]
            if shown:
                order[section.key] = _order(shown, section.is_shuffled, rng)
                durations[section.key] = self._duration_ms(shown, i, answers, pace, rng)
        return SampleResponse(self.ids[i], self.languages[i], answers, order, durations, who.is_careless)

    def _answer(self, item: Item, i: int, is_open: bool, favourite: int | None, answers: dict[str, Answer],
                rng: random.Random) -> bool:
        """Put the answer to one item into `answers`; return whether the item was on the page."""
        if item.kind in NOT_ANSWERED_BY_PEOPLE:
            if item.calculation:
                value = stored_value(evaluate(_tree(item.calculation), _shown(answers)))
                answers[item.key] = LEFT_BLANK if value is None else list(value) if isinstance(value, tuple) else value
            return False
        if not (is_open and _holds(item.show_if, answers)):
            answers[item.key] = NOT_SHOWN
            return False
        answers[item.key] = self._given(item, i, favourite, answers, rng)
        answers.update(self._other_texts(item, i, answers[item.key], rng))
        return True

    def _given(self, item: Item, i: int, favourite: int | None, answers: Mapping[str, Answer],
               rng: random.Random) -> Answer:
        who = self.respondents[i]
        if not who.is_careless and rng.random() < self.plan.share_blank:
            return LEFT_BLANK
        if item.key in self.ratings.items:
            if who.is_careless:
                return self.ratings.careless_answer(item, favourite, rng)
            return REFUSED if self._does_not_apply(item, who.person, rng) else self.ratings.answer(
                item, who.opinion, rng)
        offered: list[Choice] = [choice for choice in item.choices if _holds(choice.show_if, answers)]
        given = self.choices.answer(item, offered, who, rng)
        if item.kind == "text":
            given = self.written.get((i, item.key))
        if given is None or not _is_allowed(item, given, answers):
            return LEFT_BLANK
        return given

    def _does_not_apply(self, item: Item, person: PersonType, rng: random.Random) -> bool:
        share = person.share_not_applicable
        share = self.plan.share_not_applicable if share is None else share
        return item.role != "attention" and self.ratings.may_not_apply(item) and rng.random() < share

    def _other_texts(self, item: Item, i: int, answer: Answer, rng: random.Random) -> Iterator[tuple[str, str]]:
        """Yield what is written behind "other, please state" where it is ticked."""
        ticked = answer if isinstance(answer, list) else [answer]
        for choice in item.choices:
            key = f"{item.key}_{choice.value}_text"
            texts = self.plan.open_answers.get(key, {}).get(self.languages[i], ())
            if choice.has_text and choice.value in ticked and texts and not self.respondents[i].is_careless:
                yield key, rng.choice(texts)

    def _duration_ms(self, shown: Sequence[Item], i: int, answers: Mapping[str, Answer], pace: float,
                     rng: random.Random) -> int:
        if self.respondents[i].is_careless:
            seconds = math.sqrt(pace) * sum(CARELESS_SECONDS * rng.uniform(0.6, 1.4) for _ in shown)
        else:
            seconds = 3 + pace * sum(self._seconds(item, i) * rng.lognormvariate(0, 0.3) for item in shown)
        return round(seconds * 1000)

    def _seconds(self, item: Item, i: int) -> float:
        writing = WRITING_SECONDS if (i, item.key) in self.written else 0.0
        return SECONDS.get(item.kind, OTHER_SECONDS) + writing


def _people(plan: Plan, audience: str, n: int) -> list[PersonType]:
    """Return n people in the planted proportions, by largest remainder, in random order."""
    types = plan.people.get(audience) or (PersonType("anyone", 1.0),)
    total = sum(person.weight for person in types)
    exact = [person.weight / total * n for person in types]
    counts = [int(share) for share in exact]
    by_remainder = sorted(range(len(types)), key=lambda k: counts[k] - exact[k])
    for k in by_remainder[:n - sum(counts)]:
        counts[k] += 1
    people = [person for person, count in zip(types, counts, strict=True) for _ in range(count)]
    stream(plan.seed, audience, "people").shuffle(people)
    return people


def _languages(instrument: Instrument, plan: Plan, audience: str, n: int) -> list[str]:
    shares = plan.languages.get(audience, {})
    weights = [shares.get(language, 0.0) for language in instrument.languages]
    rng = stream(plan.seed, audience, "languages")
    return rng.choices(instrument.languages, weights if sum(weights) else None, k=n)


def _shown(answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Return the answers that a condition can see: every kind of empty reads as empty."""
    return {key: value for key, value in answers.items() if value not in (NOT_SHOWN, LEFT_BLANK, REFUSED)}


def _holds(condition: str | None, answers: Mapping[str, Answer]) -> bool:
    return condition is None or is_true(evaluate(_tree(condition), _shown(answers)))


def _is_allowed(item: Item, given: Answer, answers: Mapping[str, Answer]) -> bool:
    return item.constraint is None or is_true(evaluate(_tree(item.constraint), _shown(answers), given))


def _order(shown: Sequence[Item], is_shuffled: bool, rng: random.Random) -> list[str]:
    """Return the keys in a random order of this respondent's own; items that end or compare keep their place."""
    keys = [item.key for item in shown]
    free = [k for k, item in enumerate(shown) if is_shuffled and item.role in (None, "attention")]
    for k, key in zip(free, rng.sample([keys[k] for k in free], len(free)), strict=True):
        keys[k] = key
    return keys
