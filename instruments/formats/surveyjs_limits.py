"""What answers SurveyJS allows and gives beforehand: validators, lengths, defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from instruments.formats.draft import Draft
from instruments.formats.foreign_logic import NotCarriedError
from instruments.formats.json_source import as_list, as_mapping, as_number, as_text
from instruments.formats.surveyjs_elements import Element, Json, Texts
from instruments.formats.surveyjs_logic import Names, SurveyjsTranslator
from instruments.schema import MISSING_CODES, Item

_FRAMES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "numeric": (("minValue", ". >= {}"), ("maxValue", ". <= {}")),
    "text": (("minLength", "string-length(.) >= {}"), ("maxLength", "string-length(.) <= {}")),
    "answercount": (("minCount", "count-selected(.) >= {}"), ("maxCount", "count-selected(.) <= {}")),
}


@dataclass
class Limits:
    """Adds constraints and defaults to the items of one file."""

    draft: Draft
    texts: Texts
    names: Names

    def validated(self, element: Element, raw: Json, item: Item) -> Item:
        """Return the item with its lengths and validators as a constraint."""
        length = as_number(raw.get("maxLength"))
        if length is not None and length > 0 and item.kind == "text":
            item = constrained(item, f"string-length(.) <= {int(length)}", None)
        for validator in map(as_mapping, as_list(raw.get("validators"))):
            message = dict(self.draft.text(f"{element.place}, validator", self.texts.of(validator.get("text")))) or None
            for text in self._rules(element, validator, item):
                item = constrained(item, text, message)
        return item

    def _rules(self, element: Element, validator: Json, item: Item) -> list[str]:
        kind = as_text(validator.get("type")).removesuffix("validator")
        if kind in _FRAMES:
            return [frame.format(f"{number:g}" if number >= 0 else f"(0 - {-number:g})")
                    for name, frame in _FRAMES[kind] if (number := as_number(validator.get(name))) is not None]
        if kind == "expression":
            text = as_text(validator.get("expression"))
            try:
                return [SurveyjsTranslator(self.names.find, item.key).expression(text)]
            except NotCarriedError as error:
                self.draft.log.add(element.place, f"its validator [{text[:200]}] is not read ({error})",
                                   "any answer is allowed")
                return []
        if kind == "regex" and "'" not in as_text(validator.get("regex")):
            return [f"regex(., '{_whole_pattern(as_text(validator.get('regex')))}')"]
        self.draft.log.add(element.place, f"its validator '{kind[:40]}' has no place here", "any answer is allowed")
        return []

    def with_default(self, element: Element, raw: Json, item: Item) -> Item:
        """Return the item with its default, where that is an answer here."""
        if "defaultValue" not in raw:
            return item
        values = [stored_value(as_text(value)) for value in (
            as_list(raw["defaultValue"]) if isinstance(raw["defaultValue"], list) else [raw["defaultValue"]])]
        known = {choice.value for choice in item.choices}
        fits = set(values) <= known if item.choices else len(values) == 1 and values[0] != "" and not isinstance(
            raw["defaultValue"], dict)
        if item.kind in ("integer", "decimal", "rating"):
            fits = fits and as_number(values[0]) is not None
        if not fits:
            self.draft.log.add(element.place, "its default is no answer here", "nothing is answered beforehand")
            return item
        return replace(item, default=" ".join(values))


def constrained(item: Item, text: str, message: dict[str, str] | None) -> Item:
    """Return the item with one more rule for its answer."""
    whole = f"({item.constraint}) and ({text})" if item.constraint else text
    return replace(item, constraint=whole, constraint_message=message or item.constraint_message)


def _whole_pattern(pattern: str) -> str:
    start = "" if pattern.startswith("^") else r"[\s\S]*"
    end = "" if pattern.endswith("$") else r"[\s\S]*"
    inside = pattern.removeprefix("^").removesuffix("$")
    return f"{start}(?:{inside}){end}" if start or end or "|" in inside else inside


def stored_value(value: str) -> str:
    """Return a choice's value without spaces and unlike any missing code."""
    found = re.sub(r"\s+", "_", value.strip()) or "_"
    return f"value{found}" if found in {str(code) for code in MISSING_CODES} else found
