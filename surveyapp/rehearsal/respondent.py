"""An invented respondent: what one would put into the fields of a page."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

from instruments.schema import CHOICE_KINDS, MISSING_CODES, Instrument, Item
from surveyapp.rehearsal.form import FormField, FormPage
from surveyapp.rehearsal.sample_file import invented_file
from surveyapp.rehearsal.wishes import Wish, wished_values

LEAVES_BLANK = 0.05             # of the questions, as people do
WORDS = {"zh": "演练用的虚构回答。"}
INVENTED = "An invented answer of the rehearsal."
WIDE = (0, 100)                 # of a number without bounds
YEAR = 365
# People hold views: what they say of one construct hangs together, so that the specimen looks like a real report. In
# units of a five-point scale, between people, within people between constructs, and from item to item.
SHARED_SPREAD, OWN_SPREAD, NOISE = 0.4, 0.7, 0.6

Posted = dict[str, list[str]]


class Respondent:
    """Answers what the wish names, ratings by views of one's own, and all else at random."""

    def __init__(self, instrument: Instrument, language: str, wish: Wish, seed: str) -> None:
        self.instrument, self.language, self.wish, self.seed = instrument, language, wish, seed
        self.tries: Counter[str] = Counter()
        self.random = random.Random(seed)  # noqa: S311 - invented answers, nothing secret
        leaning = self.random.gauss(0, SHARED_SPREAD)
        self.views = {construct.key: leaning + self.random.gauss(0, OWN_SPREAD) for construct in instrument.constructs}

    def answer(self, page: FormPage, again: frozenset[str] = frozenset()) -> Posted:
        """Return what is posted for the fields of a page; items in `again` had a fault and are answered anew."""
        posted: Posted = {}
        by_item: dict[str | None, list[FormField]] = {}
        for field in page.fields.values():
            by_item.setdefault(field.item, []).append(field)
        for key, fields in by_item.items():
            if key is None:
                posted.update({field.name: field.options[:1] for field in fields if field.options})
            elif self.instrument.has_item(key):
                posted.update(self._item(self.instrument.item(key), fields, is_again=key in again))
        return posted

    def _item(self, item: Item, fields: list[FormField], *, is_again: bool) -> Posted:
        # The order of the page is the respondent's own and must not decide what is answered.
        self.tries[item.key] += 1
        self.random = random.Random(f"{self.seed}/{item.key}/{self.tries[item.key]}")  # noqa: S311 - see above
        wanted = wished_values(item, self.wish)
        may_skip = not (item.is_required or wanted or is_again)
        if may_skip and self.random.random() < LEAVES_BLANK:
            return {}
        if item.kind == "upload":
            return {field.name: [invented_file(item)[0]] for field in fields if field.kind == "file"}
        if item.kind == "ranking":
            return self._ranking(item, fields, wanted)
        if item.kind in CHOICE_KINDS or item.kind in ("rating", "acknowledge"):
            return self._options(item, fields, wanted)
        text = wanted[0] if wanted and not is_again else self._text(item)
        return {field.name: [text] for field in fields if field.kind == "text"}

    def _options(self, item: Item, fields: list[FormField], wanted: list[str]) -> Posted:
        posted: Posted = {}
        ticks = next((field for field in fields if field.name == item.key), None)
        if ticks is None or not ticks.options:
            return posted
        chosen = [value for value in wanted if value in ticks.options] or self._rated(item, ticks.options)
        chosen = chosen or self._some(item, ticks.options)
        posted[ticks.name] = chosen
        for field in fields:
            if field.kind == "text" and any(field.name == f"{item.key}_{value}_text" for value in chosen):
                posted[field.name] = [WORDS.get(self.language, INVENTED)]
        return posted

    def _rated(self, item: Item, options: list[str]) -> list[str]:
        """Return the point that a careful person of these views ticks; nothing where the item measures no construct."""
        if item.role == "attention":
            return [value for value in options if value in map(str, item.expected)][:1]
        points = [int(value) for value in options if value.lstrip("-").isdecimal() and int(value) not in MISSING_CODES]
        if item.construct not in self.views or not points:
            return []
        low, high = min(points), max(points)
        middle, unit = (low + high) / 2, (high - low) / 4
        view = self.views[item.construct] + self.random.gauss(0, NOISE)
        wanted = middle + (-view if item.is_reverse else view) * unit
        return [str(min(points, key=lambda point: abs(point - wanted)))]

    def _some(self, item: Item, options: list[str]) -> list[str]:
        if item.kind != "multiple":
            return [self.random.choice(options)]
        alone = {choice.value for choice in item.choices if choice.is_exclusive}
        first = self.random.choice(options)
        others = [value for value in options if value not in alone and value != first]
        most = min(item.max_choices or len(options), len(others) + 1)
        if first in alone or most == 1:
            return [first]
        return [first, *self.random.sample(others, self.random.randint(0, most - 1))]

    def _ranking(self, item: Item, fields: list[FormField], wanted: list[str]) -> Posted:
        values = {field.name: field.name.removeprefix(f"{item.key}.") for field in fields if field.kind == "select"}
        order = sorted(values, key=lambda name: (values[name] not in wanted, self.random.random()))
        return {name: [str(place)] for place, name in enumerate(order[:item.max_choices or len(order)], 1)}

    def _text(self, item: Item) -> str:
        if item.kind in ("integer", "decimal"):
            low = WIDE[0] if item.minimum is None else item.minimum
            high = max(low, WIDE[1]) if item.maximum is None else item.maximum
            return str(round(self.random.uniform(low, high))) if item.kind == "integer" else (
                f"{self.random.uniform(low, high):.2f}".rstrip("0").rstrip("."))
        if item.kind == "date":
            return (date(2026, 1, 1) + timedelta(days=self.random.randrange(YEAR))).isoformat()
        if item.kind == "time":
            return f"{self.random.randrange(24):02d}:{self.random.randrange(60):02d}"
        return WORDS.get(self.language, INVENTED)
