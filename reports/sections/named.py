"""What a study calls its constructs, items and choices, in the language of a report."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from instruments.schema import Choice, Construct, Instrument, Item, ItemRole, Text
from instruments.template import CodeDefinition, StudyTemplate
from reports.numbers import interval, printed, with_interval
from reports.waves import WaveForm, WaveTold, wave_name
from reports.wording import Words


class Named:
    """A template with the words of a language."""

    def __init__(self, template: StudyTemplate, language: str) -> None:
        self.template = template
        self.waves: Mapping[str, WaveTold] = {}   # one that is not here stands with its key
        self.language, self.words = language, Words(language, template)

    def read(self, text: Text) -> str:
        """Return the wording in the report's language, or the first there is."""
        return text.get(self.language) or next(iter(text.values()), "")

    @cached_property
    def _constructs(self) -> Mapping[str, Construct]:
        return {construct.key: construct for construct in self.template.constructs}

    def construct(self, key: str) -> Construct | None:
        return self._constructs.get(key)

    def name(self, key: str) -> str:
        """Return a construct's name; a key nobody defined stands for itself."""
        found = self._constructs.get(key)
        return self.read(found.name) if found else key

    def names(self, keys: list[str]) -> str:
        return self.words.join([self.in_sentence(key) for key in keys])

    def listed(self, keys: list[str]) -> str:
        """Return names as they stand in a cell of a table: one list, a capital at its head only."""
        if self.language == "zh":
            return self.words.join([self.name(key) for key in keys])
        return capitalised(self.words.join([lowered(self.name(key)) for key in keys]))

    def in_sentence(self, key: str) -> str:
        """Return a construct's name as it stands inside an English or Chinese sentence."""
        return lowered(self.name(key)) if self.language == "en" else f"“{self.name(key)}”"

    @cached_property
    def _codes(self) -> Mapping[str, str]:
        return {code.key: self._name_of(code) for code in self.template.codebook.codes
                } if self.template.codebook else {}

    def code(self, key: str) -> str:
        """Return a code's name: of what it alone stands for where it does, so that one thing has one name."""
        return self._codes.get(key, key)

    def _name_of(self, code: CodeDefinition) -> str:
        book, rules = self.template.codebook, self.template.rules
        heads = [one.key for one in book.codes if code.construct and one.construct == code.construct and (
            one.parent is None or book.code(one.parent).construct != code.construct)] if book else []
        if heads == [code.key] and self.construct(code.construct or "") is not None:
            return capitalised(self.name(code.construct or ""))
        names = [self.read(one.name) for one in rules.safeguards if one.key == code.safeguard] if rules else []
        return (names[0] if names else self.read(code.name)) or code.key

    @cached_property
    def _items(self) -> Mapping[str, tuple[Instrument, Item]]:
        return {item.key: (instrument, item) for instrument in self.template.instruments for item in instrument.items}

    def item(self, key: str) -> Item | None:
        return self._items[key][1] if key in self._items else None

    def instrument_of(self, item_key: str) -> Instrument | None:
        return self._items[item_key][0] if item_key in self._items else None

    def items_of_role(self, role: ItemRole) -> list[Item]:
        return [item for _, item in self._items.values() if item.role == role]

    def choice(self, item: Item, value: str) -> str:
        found: Choice | None = next((choice for choice in item.choices if choice.value == value), None)
        return self.read(found.label) if found else value

    def wave(self, key: str, form: WaveForm = "short") -> str:
        """Return what a wave is called in words, as far as its place among the surveys is known."""
        return wave_name(self.words, key, self.waves, form)

    def estimate(self, value: float | None, low: float | None, high: float | None, style: str = "mean") -> str:
        """Return a value with its interval; a value told finer, beside what judges it, leaves the interval as usual."""
        if value is None or style != "three":
            return with_interval(value, low, high, style, self.language)
        return f"{printed(value, style)} {interval(low, high, 'coefficient', self.language)}".strip()


def lowered(text: str) -> str:
    """Return an English name with its first letter small, unless an abbreviation begins it."""
    return text if text[1:2].isupper() or text[:2] == "I " else text[:1].lower() + text[1:]


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
