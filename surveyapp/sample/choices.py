"""Answers that are no ratings: choices, numbers, dates."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from instruments.schema import Choice, Instrument, Item
from surveyapp.sample.people import PersonType
from surveyapp.sample.plan import NumberFact, Plan
from surveyapp.sample.scores import Opinion, content_mean

Answer = int | float | str | list[str]

ACKNOWLEDGED: Final = "OK"                  # what a ticked acknowledgement stores
FIRST_DAY: Final = date(2025, 9, 1)         # dates asked for lie in the year before the fieldwork
N_DAYS: Final = 365
DEFAULT_RANGE: Final = (0.0, 10.0)          # of a number that has no bounds and no plan


@dataclass(frozen=True)
class Respondent:
    """Who answers: what kind of person, with which opinion, and whether with care."""

    person: PersonType
    opinion: Opinion
    is_careless: bool


class ChoicePlan:
    """Draws answers to items that are no ratings."""

    def __init__(self, instrument: Instrument, plan: Plan) -> None:
        self.plan = plan
        self.constructs = {construct.key: construct for construct in instrument.constructs}

    def answer(self, item: Item, choices: Sequence[Choice], who: Respondent, rng: random.Random) -> Answer | None:
        """Return an answer; None means that the item is left blank. `choices` are those offered to this person."""
        if item.kind in ("single", "multiple", "ranking"):
            return self._choose(item, choices, who, rng) if choices else None
        if item.kind in ("integer", "decimal"):
            return self._number(item, who, rng)
        if item.kind == "date":
            return (FIRST_DAY + timedelta(days=rng.randrange(N_DAYS))).isoformat()
        if item.kind == "time":
            return f"{rng.randrange(8, 20):02d}:{rng.randrange(0, 60, 5):02d}"
        return ACKNOWLEDGED if item.kind == "acknowledge" else None

    def _choose(self, item: Item, choices: Sequence[Choice], who: Respondent, rng: random.Random) -> Answer:
        if item.kind == "single":
            reasons = [choice.value for choice in choices if choice.value in self.constructs]
            if item.construct and reasons and not who.is_careless:
                others = [choice.value for choice in choices if choice.value not in self.constructs]
                if others and rng.random() < self.plan.share_prefer_not:
                    return rng.choice(others)
                return self._main_reason(item.construct, reasons, who.opinion, rng)
            return self._single(item, choices, who.person, rng)
        most = item.max_choices or len(choices)
        plain = [choice.value for choice in choices if not (choice.is_exclusive or choice.is_missing)]
        if item.kind == "ranking" or who.is_careless:
            n_chosen = most if item.kind == "ranking" else rng.randint(1, most)
            return rng.sample(plain, min(n_chosen, len(plain)))
        weighed = [value for value in plain if value in self.constructs]
        chosen = self._named(weighed, plain, who.opinion, rng) if weighed else self._ticked(item, plain, rng)
        nothing = next((choice.value for choice in choices if choice.is_exclusive), None)
        if not chosen:
            return [nothing or rng.choice(plain)]
        return sorted(chosen[:most], key=[choice.value for choice in choices].index)

    def _single(self, item: Item, choices: Sequence[Choice], person: PersonType, rng: random.Random) -> str:
        refusals = [choice.value for choice in choices if choice.is_missing]
        if refusals and rng.random() < self.plan.share_prefer_not:
            return rng.choice(refusals)
        weights = person.choices.get(item.key, {})
        values = [choice.value for choice in choices if not choice.is_missing] or refusals
        known = [weights.get(value, 0.0) for value in values]
        return rng.choices(values, known if sum(known) else None)[0]

    def _named(self, constructs: Sequence[str], plain: Sequence[str], opinion: Opinion,
               rng: random.Random) -> list[str]:
        """Return the constructs that weigh on the person, heaviest first; now and then something else as well."""
        weight = {
            key: content_mean(self.constructs[key], self.plan) + self.plan.score_sd * opinion.scores[key]
            + rng.gauss(0, self.plan.named_noise_sd) for key in constructs
        }
        named = [key for key in constructs if weight[key] >= self.plan.named_above]
        named.sort(key=lambda key: -weight[key])
        others = [value for value in plain if value not in constructs]
        if others and rng.random() < self.plan.share_prefer_not:
            named.insert(0, rng.choice(others))
        return named

    def _main_reason(self, problem: str, causes: Sequence[str], opinion: Opinion, rng: random.Random) -> str:
        """Return the cause that weighs most on the person; one that is planted behind the problem weighs more."""
        linked = {link.source for link in self.plan.links if link.target == problem}
        weight = {
            key: content_mean(self.constructs[key], self.plan) + self.plan.score_sd * opinion.scores[key]
            + self.plan.reason_of_link * (key in linked) + rng.gauss(0, self.plan.named_noise_sd) for key in causes
        }
        return max(causes, key=lambda key: weight[key])

    def _ticked(self, item: Item, plain: Sequence[str], rng: random.Random) -> list[str]:
        shares = self.plan.ticked.get(item.key, {})
        chosen = [value for value in plain if rng.random() < shares.get(value, self.plan.default_ticked)]
        return rng.sample(chosen, len(chosen))

    def _number(self, item: Item, who: Respondent, rng: random.Random) -> int | float:
        low = item.minimum if item.minimum is not None else DEFAULT_RANGE[0]
        high = item.maximum if item.maximum is not None else low + DEFAULT_RANGE[1]
        fact = self.plan.numbers.get(item.key, NumberFact((low + high) / 2, (high - low) / 6))
        value = rng.gauss(fact.mean, fact.sd) + fact.slope * who.opinion.scores.get(fact.follows or "", 0.0)
        value = min(high, max(low, round(value / fact.step) * fact.step))
        return round(value) if item.kind == "integer" else float(value)
