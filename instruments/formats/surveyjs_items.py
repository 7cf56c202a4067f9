"""One element of SurveyJS → the items it becomes here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from instruments.formats.draft import MOST_SCALE_POINTS, Draft, numbers_of_codes
from instruments.formats.foreign_logic import NotCarriedError
from instruments.formats.foreign_tree import Operand
from instruments.formats.json_source import as_mapping, as_number, as_text, is_on
from instruments.formats.surveyjs_elements import Element, Json, Option, Texts, has, options, own_conditions
from instruments.formats.surveyjs_limits import Limits, constrained, stored_value
from instruments.formats.surveyjs_logic import Names, SurveyjsTranslator, of_choice
from instruments.formats.surveyjs_settings import note_settings
from instruments.formats.uploads import upload
from instruments.formats.xlsform_expressions import both
from instruments.schema import Choice, Item, ItemKind, Text

NOT_ASKED = {
    "signaturepad": "it asks for a signature, which is not asked here",
    "image": "it shows a picture", "imagemap": "it asks for clicks on a picture, which is not asked here",
}
_INPUTS: Mapping[str, tuple[ItemKind, str]] = {
    "number": ("decimal", ""), "range": ("decimal", ""), "date": ("date", ""), "time": ("time", ""),
    "datetime-local": ("date", "a date without its time"), "datetime": ("date", "a date without its time"),
    "month": ("text", "text"), "week": ("text", "text"), "color": ("text", "text"), "password": ("text", "text"),
    "email": ("text", "text of any form"), "url": ("text", "text of any form"), "tel": ("text", "text of any form"),
}
_CHOICES = frozenset({"radiogroup", "dropdown", "checkbox", "tagbox", "imagepicker", "buttongroup", "ranking"})
_SPECIAL = (        # setting, older setting, its value, its text, our word, what it is
    ("showNoneItem", "hasNone", "none", "noneText", "none"), ("showRefuseItem", "", "refused", "refuseText", "refuse"),
    ("showDontKnowItem", "", "dontknow", "dontKnowText", "dont_know"),
)


@dataclass
class ItemBuilder:
    """Makes the items of one element after the other; keys were given before."""

    draft: Draft
    texts: Texts
    names: Names
    keys: Mapping[tuple[str, str], str]       # (element, row or column) → key

    def __post_init__(self) -> None:
        self.limits = Limits(self.draft, self.texts, self.names)

    def build(self, element: Element, section: str) -> list[Item]:
        """Return the items of an element with the conditions of it and of the panels around it."""
        self.names.prefix = element.panel or element.name
        items = self._items(element, section)
        conditions = [*element.conditions, *own_conditions(element.raw)]
        whole: str | None = None
        for text in conditions:
            whole = both(whole, self.condition(text, element.place, "visibleIf", "shown to everybody"))
        note_settings(element, self.draft.log)
        return [replace(item, show_if=both(whole, item.show_if)) for item in items]

    def condition(self, text: str, place: str, name: str, done: str) -> str | None:
        """Return an expression as ours, or None with a notice."""
        if text == "false":
            return "false()"
        try:
            return SurveyjsTranslator(self.names.find).expression(text)
        except NotCarriedError as error:
            self.draft.log.add(place, f"its {name} [{text[:200]}] is not read ({error})", done)
            return None

    def _items(self, element: Element, section: str) -> list[Item]:
        if element.type in ("panel", "flowpanel", "paneldynamic"):
            return self._panel(element, section)
        build: Callable[[Element, str], list[Item]] | None = getattr(self, f"_{element.type}", None)
        if build is not None and element.type in _SEVERAL:
            return build(element, section)
        return self._one(element, section)

    def _panel(self, element: Element, section: str) -> list[Item]:
        if element.type == "paneldynamic":
            self.draft.log.add(element.place, "its questions are asked again for each of several", "asked once")
        title = self.draft.text(element.place, self.texts.of(element.raw.get("title")))
        hint = self.draft.text(f"{element.place}, description", self.texts.of(element.raw.get("description")))
        key = self.keys.get((element.name, ""))
        return [Item(key, section, "note", title or hint)] if key and (title or hint) else []

    def _title(self, raw: Json, place: str, fallback: str) -> Text:
        return self.draft.text(place, self.texts.of(raw.get("title") or raw.get("text")), fallback)

    # ---- one item ---------------------------------------------------------------------------------------------------
    def _one(self, element: Element, section: str) -> list[Item]:
        raw, key = element.raw, self.keys[element.name, ""]
        text = self._title(raw, element.place, element.name)
        if element.type == "html":
            words = self.draft.text(element.place, self.texts.of(raw.get("html")), element.name)
            return [Item(key, section, "note", words)]
        if element.type == "expression":
            return self._expression(element, Item(key, section, "calculate", {}))
        hint = dict(self.draft.text(f"{element.place}, description", self.texts.of(raw.get("description")))) or None
        item = Item(key, section, "text", text, hint=hint, is_required=is_on(raw.get("isRequired")))
        item = self.field(element, raw, element.type, item)
        return [item, *self._comment(element, section)]

    def field(self, element: Element, raw: Json, kind: str, item: Item) -> Item:
        """Return the item with what its type says; `raw` may be a cell of a matrix."""
        if kind in _CHOICES:
            item = self._with_choices(element, raw, kind, item)
        elif kind == "boolean":
            item = self._boolean(element, raw, item)
        elif kind == "rating":
            item = self._rating(element, raw, item)
        elif kind == "slider":
            item = self._slider(element, raw, item)
        elif kind == "comment":
            item = replace(item, appearance="multiline")
        elif kind == "file":
            return self._file(element, raw, item)
        elif kind == "text":
            item = self._input(element, raw, item)
        else:
            self.draft.log.add(element.place, f"the type '{kind[:40]}' is not known here", "asked as text")
        return self.limits.with_default(element, raw, self.limits.validated(element, raw, item))

    def _file(self, element: Element, raw: Json, item: Item) -> Item:
        wanted = as_text(raw.get("acceptedTypes")).split(",")
        if as_text(raw.get("sourceType")) in ("camera", "file-camera"):
            wanted = [*wanted, "image/*"]
        return upload(item, self.draft.log, element.place, wanted, as_number(raw.get("maxSize")),
                      None if is_on(raw.get("allowMultiple")) else 1)

    def _expression(self, element: Element, item: Item) -> list[Item]:
        text = as_text(element.raw.get("expression"))
        try:
            calculation = SurveyjsTranslator(self.names.find).value_expression(text)
        except NotCarriedError as error:
            self.draft.log.add(element.place, f"its expression [{text[:200]}] is not read ({error})", "it stays empty")
            return [replace(item, kind="hidden")]
        title = self._title(element.raw, element.place, element.name)
        words = {code: f"{text}: ${{{item.key}}}" for code, text in title.items()}
        shown = Item(self.keys[element.name, "-shown"], item.section, "note", words)
        return [replace(item, calculation=calculation), shown]

    def _comment(self, element: Element, section: str) -> list[Item]:
        key = self.keys.get((element.name, "-Comment"))
        if key is None:
            return []
        self.draft.log.add(element.place, "a comment stands beside it", f"asked as the text item {key}")
        text = self.draft.text(f"{element.place}, comment", self.texts.of(element.raw.get("commentText")), "Comment")
        return [Item(key, section, "text", text, appearance="multiline")]

    def _input(self, element: Element, raw: Json, item: Item) -> Item:
        theirs = as_text(raw.get("inputType"))
        kind, changed = _INPUTS.get(theirs, ("text", ""))
        if changed:
            self.draft.log.add(element.place, f"it asks for '{theirs}'", f"asked as {changed}")
        item = replace(item, kind=kind)
        if kind == "decimal":
            step = as_number(raw.get("step"))
            if step == 1 and theirs == "number":
                item = replace(item, kind="integer")
            return self._bounded(element, item, raw.get("min"), raw.get("max"))
        if kind == "date":
            return self._dates(element, raw, item)
        return item

    def _bounded(self, element: Element, item: Item, low: Any, high: Any) -> Item:
        bounds = [as_number(low), as_number(high)]
        if bounds[0] is not None and bounds[0] <= -91:  # noqa: PLR2004  # the range would hold the missing codes
            self.draft.log.add(
                element.place, f"its smallest value {bounds[0]:g} is below -90", "no smallest value is kept")
            bounds[0] = None
        if None not in bounds and bounds[0] > bounds[1]:  # type: ignore[operator]  # neither is None
            self.draft.log.add(element.place, "its smallest value is above its largest", "no bounds are kept")
            bounds = [None, None]
        return replace(item, minimum=bounds[0], maximum=bounds[1])

    def _dates(self, element: Element, raw: Json, item: Item) -> Item:
        for name, sign in (("min", ">="), ("max", "<=")):
            text = as_text(raw.get(name)).strip()
            if not text:
                continue
            if re.match(r"\d{4}-\d{2}-\d{2}", text):
                item = constrained(item, f". {sign} '{text[:10]}'", None)
            elif text.startswith("="):
                bound = self._value(text[1:], element, name)
                item = constrained(item, f". {sign} {bound}", None) if bound else item
            else:
                self.draft.log.add(element.place, f"its {name} '{text[:40]}' is no date", "any date is taken")
        return item

    def _value(self, text: str, element: Element, name: str) -> str | None:
        try:
            return SurveyjsTranslator(self.names.find).value_expression(text)
        except NotCarriedError as error:
            self.draft.log.add(
                element.place, f"its {name} [{text[:200]}] is not read ({error})", "any answer is allowed")
            return None

    # ---- choices ----------------------------------------------------------------------------------------------------
    def _with_choices(self, element: Element, raw: Json, kind: str, item: Item) -> Item:
        is_multiple = kind in ("checkbox", "tagbox") or (kind == "imagepicker" and is_on(raw.get("multiSelect")))
        ours: ItemKind = "ranking" if kind == "ranking" else "multiple" if is_multiple else "single"
        order = as_text(raw.get("choicesOrder"))
        choices = self._choices(element, raw, ours, is_shuffled=order == "random")
        if not choices:
            self.draft.log.add(
                element.place, "its choices stand elsewhere (an address or another question)", "asked as text")
            return replace(item, kind="text")
        if order in ("asc", "desc"):
            self.draft.log.add(element.place, "its choices are sorted by their words", "shown in the order of the file")
        item = replace(item, kind=ours, choices=tuple(choices), shuffles_choices=order == "random",
                       appearance="minimal" if kind in ("dropdown", "tagbox") else item.appearance)
        low, high = as_number(raw.get("minSelectedChoices")), as_number(raw.get("maxSelectedChoices"))
        if high is not None and 1 <= high <= len(choices):
            item = replace(item, max_choices=int(high))
        return constrained(item, f"count-selected(.) >= {int(low)}", None) if low and low > 0 else item

    def _choices(self, element: Element, raw: Json, kind: str, *, is_shuffled: bool) -> list[Choice]:
        condition = as_text(raw.get("choicesVisibleIf") or raw.get("choicesEnableIf"))
        found = [self._choice(element, option, condition) for option in options(raw.get("choices"))]
        if not found:
            return found
        if has(raw, "showOtherItem", "hasOther"):
            label = self._label(element, "other", raw.get("otherText"), "other")
            found.append(Choice(_free("other", found), label, has_text=True, is_fixed=is_shuffled))
        for new, old, value, name, word in _SPECIAL:
            if has(raw, new, *([old] if old else ())):
                label = self._label(element, value, raw.get(name), word)
                found.append(Choice(_free(value, found), label, is_exclusive=kind == "multiple",
                                    is_missing=value != "none", is_fixed=is_shuffled))
        return found

    def _label(self, element: Element, value: str, own: Any, word: str) -> Text:
        return self.draft.text(f"{element.place}, {value}", self.texts.of(own)) or self.draft.word(word)

    def _choice(self, element: Element, option: Option, condition: str) -> Choice:
        place = f"{element.place}, choice {option.value}"
        value = stored_value(option.value)
        if value != option.value:
            self.draft.log.add(place, f"its value '{option.value}' cannot be stored here", f"stored as {value}")
        if option.raw.get("imageLink"):
            self.draft.log.add(place, "it shows a picture", "left out; its text stands there")
        shown: str | None = None
        for text in (as_text(option.raw.get("visibleIf")), as_text(option.raw.get("enableIf")), condition):
            if text.strip():
                shown = both(shown, self.condition(
                    of_choice(text, option.value), place, "condition", "offered to everybody"))
        return Choice(value, self._title(option.raw, place, option.value), show_if=shown)

    def _boolean(self, element: Element, raw: Json, item: Item) -> Item:
        choices: list[Choice] = []
        for name, word, usual in (("True", "yes", "true"), ("False", "no", "false")):
            label = self.draft.text(f"{element.place}, {usual}", self.texts.of(raw.get(f"label{name}")))
            value = stored_value(as_text(raw.get(f"value{name}")) or usual)
            choices.append(Choice(_free(value, choices), label or self.draft.word(word)))
        return replace(item, kind="single", choices=tuple(choices))

    # ---- scales -----------------------------------------------------------------------------------------------------
    def _rating(self, element: Element, raw: Json, item: Item) -> Item:
        ends = (self.draft.text(f"{element.place}, lowest", self.texts.of(raw.get("minRateDescription"))),
                self.draft.text(f"{element.place}, highest", self.texts.of(raw.get("maxRateDescription"))))
        values = options(raw.get("rateValues"))
        if len(values) > 1:
            return replace(item, kind="rating", scale=self.scale(element, values))
        low, high, step = (as_number(raw.get(name)) for name in ("rateMin", "rateMax", "rateStep"))
        low, step = 1 if low is None else low, step or 1
        count = as_number(raw.get("rateCount"))
        high = high if high is not None else low + count - 1 if count else 5
        is_whole = all(number == int(number) for number in (low, high, step)) and step > 0
        if is_whole and high > low > -91 and (high - low) / step < MOST_SCALE_POINTS:  # noqa: PLR2004  # missing codes
            return replace(item, kind="rating", scale=self.draft.number_scale(int(low), int(high), int(step), ends))
        self.draft.log.add(element.place, "its scale is too fine or not whole", "asked as a number")
        return self._bounded(element, replace(item, kind="decimal"), low, high)

    def scale(self, element: Element, values: list[Option]) -> str:
        """Return the key of the scale that columns or rating values make."""
        numbers = numbers_of_codes([option.value for option in values])
        changed = [f"{option.value} = {numbers[option.value]}" for option in values
                   if option.value != str(numbers[option.value])]
        if changed:
            self.draft.log.add(element.place, "the answers of its scale have values that are no numbers",
                               f"stored as numbers: {', '.join(changed)}")
        if list(numbers.values()) != sorted(numbers.values()):
            self.draft.log.add(element.place, "its scale is not in ascending order", "shown from the lowest number up")
        points = [(numbers[option.value], self._title(option.raw, f"{element.place}, {option.value}", option.value))
                  for option in values]
        return self.draft.scale(f"scale_{element.name}", points)

    def _slider(self, element: Element, raw: Json, item: Item) -> Item:
        if as_text(raw.get("sliderType")) == "range":
            self.draft.log.add(element.place, "it is a slider with two ends", "one number is asked")
        self.draft.log.add(element.place, "it is a slider", "asked as a number, with a slider where scripts run")
        low, high = raw.get("min"), raw.get("max")
        low, high = 0 if low is None else low, 100 if high is None else high
        return self._bounded(element, replace(item, kind="decimal", appearance="slider"), low, high)

    # ---- several items ----------------------------------------------------------------------------------------------
    def _note(self, element: Element, section: str) -> Item:
        text = self._title(element.raw, element.place, element.name)
        hint = self.draft.text(f"{element.place}, description", self.texts.of(element.raw.get("description")))
        words = {code: f"{text[code]}\n\n{hint[code]}" for code in text} if hint else text
        return Item(self.keys[element.name, ""], section, "note", words)

    def _matrix(self, element: Element, section: str) -> list[Item]:
        raw, columns = element.raw, options(element.raw.get("columns"))
        items = [self._note(element, section)]
        is_required = has(raw, "isRequired", "isAllRowRequired", "eachRowRequired")
        for row in options(raw.get("rows")):
            place = f"{element.place}, row {row.value}"
            item = Item(self.keys[element.name, row.value], section, "rating", self._title(row.raw, place, row.value),
                        is_required=is_required)
            if as_text(raw.get("cellType")) == "checkbox" or len(columns) == 1:
                kind: ItemKind = "multiple" if as_text(raw.get("cellType")) == "checkbox" else "single"
                item = replace(item, kind=kind, choices=tuple(self._choice(element, column, "") for column in columns))
            elif columns:
                item = replace(item, scale=self.scale(element, columns))
            else:
                item = replace(item, kind="text")
            shown = as_text(row.raw.get("visibleIf"))
            items.append(replace(item, show_if=self.condition(shown, place, "visibleIf", "shown to everybody"))
                         if shown else item)
        return items

    def _matrixdropdown(self, element: Element, section: str) -> list[Item]:
        rows = options(element.raw.get("rows")) or [Option("", {})]
        if element.type == "matrixdynamic":
            rows = [Option("", {})]
            self.draft.log.add(element.place, "its rows are added by the respondent", "one row is asked")
        items = [self._note(element, section)]
        self._note_idle_choices(element)
        for row in rows:
            for column in options(element.raw.get("columns")):
                items.append(self._cell(element, row, column, section))
        return items

    _matrixdynamic = _matrixdropdown

    def _note_idle_choices(self, element: Element) -> None:
        """Report choices of the whole matrix that no column offers."""
        common = [option.value for option in options(element.raw.get("choices"))]
        usual = as_text(element.raw.get("cellType")) or "dropdown"
        kinds = [as_text(column.raw.get("cellType")) or usual for column in options(element.raw.get("columns"))
                 if not column.raw.get("choices")]
        if common and not any(kind in _CHOICES or kind == "default" for kind in kinds):
            self.draft.log.add(element.place, f"no column offers its choices {', '.join(common)[:200]}", "left out")

    def _cell(self, element: Element, row: Option, column: Option, section: str) -> Item:
        rest = f"{row.value}.{column.value}".strip(".")
        place = f"{element.place}, {rest}"
        text = self._title(column.raw, place, column.value)
        if row.value:
            head = self._title(row.raw, f"{element.place}, row {row.value}", row.value)
            text = {code: f"{head[code]} – {text[code]}" for code in self.draft.languages}
        raw = {**column.raw, "choices": column.raw.get("choices") or element.raw.get("choices")}
        kind = as_text(column.raw.get("cellType")) or as_text(element.raw.get("cellType")) or "dropdown"
        kind = "dropdown" if kind == "default" else kind
        is_required = is_on(column.raw.get("isRequired"))
        item = Item(self.keys[element.name, rest], section, "text", text, is_required=is_required)
        return self.field(replace(element, name=f"{element.name}.{rest}"), raw, kind, item)

    def _multipletext(self, element: Element, section: str) -> list[Item]:
        items = [self._note(element, section)]
        for part in options(element.raw.get("items")):
            place = f"{element.place}, {part.value}"
            item = Item(self.keys[element.name, part.value], section, "text", self._title(part.raw, place, part.value),
                        is_required=is_on(part.raw.get("isRequired")))
            items.append(self.field(replace(element, name=f"{element.name}.{part.value}"), part.raw, "text", item))
        return items


_SEVERAL = frozenset({"matrix", "matrixdropdown", "matrixdynamic", "multipletext"})


def _free(value: str, choices: list[Choice]) -> str:
    while value in {choice.value for choice in choices}:
        value += "_"
    return value


def operand_of(key: str, raw: Json, kind: str) -> Operand:
    """Return what the name of a question stands for in expressions."""
    codes: dict[str, str] = {}
    if kind == "boolean":
        codes = {name: as_text(raw.get(f"value{name.capitalize()}")) or name for name in ("true", "false")}
    elif kind == "matrix":
        codes = dict(as_mapping(raw.get("codes")))
    elif kind in _CHOICES:
        codes = {option.value: stored_value(option.value) for option in options(raw.get("choices"))}
    return Operand("item", key, codes=codes)
