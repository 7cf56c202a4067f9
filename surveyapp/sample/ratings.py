"""How an opinion becomes a tick: rating items answered by people who read, and by people who do not."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from typing import Final

from instruments.schema import Instrument, Item
from surveyapp.sample.plan import Plan, stream
from surveyapp.sample.scores import FIVE_POINTS, Opinion, content_mean, latent_mean, on_scale

SHORT_SCALE: Final = 3                      # items; a scale of so few has the smaller noise
FAVOURITE_POINTS: Final = (2, 3, 3, 4, 4, 5)    # where those who tick a straight line tick


class RatingPlan:
    """What is the same for all respondents of a questionnaire: where each item lies and how noisy it is."""

    def __init__(self, instrument: Instrument, plan: Plan) -> None:
        self.instrument, self.plan = instrument, plan
        self.items = {item.key: item for item in instrument.items if item.kind == "rating" and item.scale}
        self.scales = {item.key: instrument.scale(item.scale) for item in self.items.values() if item.scale}
        self.constructs = {construct.key: construct for construct in instrument.constructs}
        self.offsets = self._item_offsets()

    def _item_offsets(self) -> Mapping[str, float]:
        """Return by how much an item is easier to agree with than its scale; the offsets of a scale sum to 0."""
        offsets: dict[str, float] = {}
        for key in self.constructs:
            items = [item.key for item in self.instrument.items_of_construct(key) if item.key in self.items]
            drawn = [stream(self.plan.seed, "offset", item).gauss(0, self.plan.item_offset_sd) for item in items]
            offsets.update((item, value - sum(drawn) / len(drawn)) for item, value in zip(items, drawn, strict=True))
        return offsets

    def answer(self, item: Item, opinion: Opinion, rng: random.Random) -> int:
        """Return the point that a person who reads the item ticks."""
        if item.role == "attention" and item.expected:
            return self._attention(item, rng)
        return self._of_construct(item, opinion, rng) if item.construct else self._single(item, opinion, rng)

    def careless_answer(self, item: Item, favourite: int | None, rng: random.Random) -> int:
        """Return a careless tick: always the favourite place of the scale, or any point when there is none."""
        scale = self.scales[item.key]
        if favourite is None:
            return rng.choice([point.value for point in scale.points])
        return round(on_scale(favourite, scale.low, scale.high))

    def may_not_apply(self, item: Item) -> bool:
        return item.key in self.scales and self.scales[item.key].not_applicable is not None

    def _attention(self, item: Item, rng: random.Random) -> int:
        if rng.random() < self.plan.attention_passed:
            return item.expected[0]
        return rng.choice([p.value for p in self.scales[item.key].points if p.value not in item.expected])

    def _of_construct(self, item: Item, opinion: Opinion, rng: random.Random) -> int:
        construct = self.constructs[item.construct or ""]
        scale = self.scales[item.key]
        stretch = (scale.high - scale.low) / (FIVE_POINTS[1] - FIVE_POINTS[0])
        n_items = len(self.instrument.items_of_construct(construct.key))
        noise_sd = self.plan.short_noise_sd if n_items <= SHORT_SCALE else self.plan.noise_sd
        sd = math.hypot(self.plan.score_sd, noise_sd) * stretch
        center = latent_mean(on_scale(content_mean(construct, self.plan), scale.low, scale.high), sd,
                             scale.low, scale.high)
        content = center + stretch * (self.plan.score_sd * opinion.scores[construct.key] + self.offsets[item.key]
                                      + rng.gauss(0, noise_sd))
        keyed = scale.low + scale.high - content if item.is_reverse else content
        return _nearest(keyed + stretch * opinion.style, scale.low, scale.high)

    def _single(self, item: Item, opinion: Opinion, rng: random.Random) -> int:
        """Answer an item without a scale of its own; benchmark, trend and recommendation follow the outcome."""
        scale = self.scales[item.key]
        mean = on_scale(self.plan.item_means.get(item.key, sum(FIVE_POINTS) / 2), scale.low, scale.high)
        sd = self.plan.item_sd * (scale.high - scale.low) / (FIVE_POINTS[1] - FIVE_POINTS[0])
        follows = self.plan.outcome_weight if item.role in ("benchmark", "trend", "nps") else 0.0
        chance = math.sqrt(1 - follows**2)
        value = latent_mean(mean, sd, scale.low, scale.high) + sd * (
            follows * opinion.outcome + chance * rng.gauss(0, 1))
        return _nearest(value, scale.low, scale.high)


def _nearest(value: float, low: int, high: int) -> int:
    return min(high, max(low, math.floor(value + 0.5)))
