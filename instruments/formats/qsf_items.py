"""One question of Qualtrics → the items it becomes here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from instruments.formats.draft import MOST_SCALE_POINTS, Draft
from instruments.formats.foreign_logic import NotCarriedError
from instruments.formats.foreign_tree import call
from instruments.formats.json_source import as_mapping, as_number, as_text
from instruments.formats.qsf_logic import Names, condition
from instruments.formats.qsf_plan import Cell, Plan, Planner, numbers, shape_of
from instruments.formats.qsf_questions import Part, Question
from instruments.formats.uploads import upload
from instruments.formats.xlsform_expressions import both
from instruments.logic.unparse import write_expression
from instruments.schema import Choice, Item, ItemKind, Text

_NUMBERS = frozenset({"ValidNumber", "Number"})
_NPS = range(11)
_LEAST = 2


@dataclass
class ItemBuilder:
    """Makes the items of one question after the other."""

    draft: Draft
    planner: Planner
    names: Names

    def build(self, plan: Plan, section: str) -> list[Item]:
        """Return the items of a question with its conditions and limits."""
        question = plan.question
        text = self.draft.text(question.place, question.text, question.tag)
        if plan.note_key:
            items = [Item(plan.note_key, section, "note", text)]
            items += [self._item(plan, cell, section, self._row_text(plan, cell)) for cell in plan.cells]
            items = self._with_total(question, items)
        else:
            items = [self._item(plan, plan.cells[0], section, text)]
        whole = self.condition(question.raw.get("DisplayLogic"), question.place)
        self._note_settings(question)
        return [replace(item, show_if=both(whole, item.show_if)) for item in items]

    def condition(self, raw: Any, place: str) -> str | None:
        """Return a display logic as a condition; None where there is none, or where it cannot be said."""
        if not as_mapping(raw):
            return None
        try:
            return condition(raw, self.names)
        except NotCarriedError as error:
            self.draft.log.add(place, f"its display logic is not read ({error})", "shown to everybody")
            return None

    def _row_text(self, plan: Plan, cell: Cell) -> Text:
        place = f"{plan.question.place}, row {cell.row.id if cell.row else ''}"
        text = self.draft.text(place, cell.row.text if cell.row else {}, cell.key)
        if cell.part is not plan.question:
            column = self.draft.text(f"{plan.question.place}, column {cell.part.id}", cell.part.text, cell.part.tag)
            text = {code: f"{text[code]} – {column[code]}" for code in self.draft.languages}
        if cell.column is not None:
            words = self.draft.text(f"{place}, column {cell.column.id}", cell.column.text, cell.column.id)
            text = {code: f"{text[code]} – {words[code]}" for code in self.draft.languages}
        return text

    # ---- kinds ------------------------------------------------------------------------------------------------------
    def _item(self, plan: Plan, cell: Cell, section: str, text: Text) -> Item:
        question = cell.part
        shape = shape_of(question)
        kind = shape.split()[0]
        item = Item(cell.key, section, _KINDS.get(kind, "text"), text, is_required=self._is_required(question, kind))
        build: Callable[[Cell, Item], Item] = getattr(self, f"_{kind}")
        item = build(cell, item)
        if cell.row is not None:
            shown = self.condition(cell.row.raw.get("DisplayLogic"), f"{plan.question.place}, row {cell.row.id}")
            item = replace(item, show_if=shown)
            if cell.row.has_text:
                self.draft.log.add(f"{plan.question.place}, row {cell.row.id}", "a text stands beside it", "left out")
        return item

    def _is_required(self, question: Question, kind: str) -> bool:
        force = as_text(question.settings.get("ForceResponse"))
        kinds = {force, as_text(question.settings.get("ForceResponseType"))} if force == "ON" else {force}
        if force == "RequestResponse" or (force == "ON" and "RequestResponse" in kinds):
            self.draft.log.add(
                question.place, "it asks once more when it is left blank (request response)", "it may be left blank")
            return False
        return force == "ON" and kind != "note"

    def _note(self, _cell: Cell, item: Item) -> Item:
        return item

    def _upload(self, cell: Cell, item: Item) -> Item:
        content, custom = (as_text(cell.part.settings.get(name)) for name in ("ContentType", "CustomContentType"))
        kinds = {"Image": ["image/*"], "PDF": ["pdf"], "Document": ["doc", "pdf", "txt"], "Spreadsheet": ["xls"],
                 "Graphic": ["image/*"], "Custom": custom.split(",")}.get(content, [])
        size = as_number(as_mapping(cell.part.raw.get("Configuration")).get("MaxSize"))
        return upload(item, self.draft.log, cell.part.place, kinds, size)

    def _text(self, cell: Cell, item: Item) -> Item:
        settings = cell.part.settings
        content = as_text(settings.get("ContentType"))
        if content in _NUMBERS:
            bounds = as_mapping(settings.get("ValidNumber"))
            decimals = as_number(bounds.get("NumDecimals"))
            low, high = as_number(bounds.get("Min")), as_number(bounds.get("Max"))
            return self._bounded(cell.part, replace(item, kind="decimal" if decimals else "integer"), low, high)
        if content:
            self.draft.log.add(cell.part.place, f"its text must be of the form '{content}'", "any text is taken")
        if cell.part.selector in ("ML", "ESTB"):
            item = replace(item, appearance="multiline")
        if cell.part.selector == "PW":
            self.draft.log.add(cell.part.place, "its text is hidden while it is written", "it is shown")
        return self._lengths(settings, item)

    def _lengths(self, settings: Mapping[str, Any], item: Item) -> Item:
        parts = []
        for name, sign in (("MinChars", ">="), ("MaxChars", "<="), ("TotalChars", "<=")):
            number = as_number(settings.get(name))
            if number is not None and as_text(settings.get("Type")) in (name, "CharRange", "TotalChar", "MinChar"):
                parts.append(f"string-length(.) {sign} {int(number)}")
        return replace(item, constraint=" and ".join(dict.fromkeys(parts)) or None)

    def _bounded(self, question: Question, item: Item, low: float | None, high: float | None) -> Item:
        if low is not None and low <= -91:  # noqa: PLR2004  # the range would hold the missing codes
            self.draft.log.add(question.place, f"its smallest value {low:g} is below -90", "no smallest value is kept")
            low = None
        if low is not None and high is not None and low > high:
            self.draft.log.add(question.place, "its smallest value is above its largest", "no bounds are kept")
            low = high = None
        return replace(item, minimum=low, maximum=high)

    def _number(self, cell: Cell, item: Item) -> Item:
        question = cell.part
        configuration = as_mapping(question.raw.get("Configuration"))
        if question.type == "Slider":
            low, high = (as_number(configuration.get(f"CSSlider{end}")) for end in ("Min", "Max"))
            stars = as_number(configuration.get("StarCount"))
            if question.selector == "STAR" and stars and _LEAST <= stars <= MOST_SCALE_POINTS:
                return replace(item, kind="rating", scale=self.draft.number_scale(1, int(stars)))
            self.draft.log.add(question.place, "it is a slider",
                                "asked as a number, with a slider where scripts run")
            return self._bounded(question, replace(item, kind="decimal", appearance="slider"), low, high)
        whole = question.type == "Matrix" and question.selector == "RO"
        return replace(item, kind="integer" if whole else "decimal")

    def _with_total(self, question: Question, items: list[Item]) -> list[Item]:
        total = as_number(question.settings.get("ChoiceTotal"))
        if question.type != "CS" or total is None or len(items) < _LEAST:
            return items
        keys = [item.key for item in items[1:]]
        tree = call("sum", *[["item", key] for key in keys[:-1]], ["self"])
        self.draft.log.add(question.place, f"its rows add up to {total:g}", "judged when the last row is answered")
        return [*items[:-1], replace(items[-1], constraint=f"{write_expression(tree)} = {total:g}")]

    def _nps(self, cell: Cell, item: Item) -> Item:
        labels = {number: self.draft.same(str(number)) for number in _NPS}
        scale = self.draft.scale("nps", labels.items(), kind="nps")
        if cell.part.choices:
            self._note_values(cell.part, cell.part.choices, {part.id: part.id for part in cell.part.choices})
        return replace(item, kind="rating", scale=scale, role="nps")

    # ---- choices ----------------------------------------------------------------------------------------------------
    def _single(self, cell: Cell, item: Item) -> Item:
        question = cell.part
        is_row = cell.row is not None
        parts = question.answers if is_row else question.choices
        item = replace(item, choices=self._choices(question, parts))
        if not parts:
            self.draft.log.add(question.place, "it has no choices", "asked as text")
            return replace(item, kind="text")
        if question.selector in ("DL", "SB") or question.sub_selector == "DL":
            item = replace(item, appearance="minimal")
        if item.kind != "multiple" and any(choice.is_exclusive for choice in item.choices):
            item = replace(item, choices=tuple(replace(choice, is_exclusive=False) for choice in item.choices))
        return self._numbers_of_choices(question, item)

    _multiple = _ranking = _single

    def _choices(self, question: Question, parts: tuple[Part, ...]) -> tuple[Choice, ...]:
        values = self.planner.values(question, parts)
        self._note_values(question, parts, values)
        found = []
        for part in parts:
            place = f"{question.place.split('#')[0]}, choice {part.id}"
            found.append(Choice(
                values[part.id], self.draft.text(place, part.text, part.id), is_exclusive=part.is_exclusive,
                has_text=part.has_text, show_if=self.condition(part.raw.get("DisplayLogic"), place),
                is_fixed=self._is_shuffled(question) and (part.has_text or part.is_exclusive)))
        return tuple(found)

    def _note_values(self, question: Question, parts: tuple[Part, ...], values: Mapping[str, str]) -> None:
        changed = [f"{part.id} = {values.get(part.id, 'does not apply')}" for part in parts
                   if values.get(part.id) != part.id]
        if changed:
            self.draft.log.add(question.place, "its choices have values of their own",
                               f"stored by their value: {', '.join(changed)}")

    def _numbers_of_choices(self, question: Question, item: Item) -> Item:
        if item.kind == "multiple":
            low, high = (as_number(question.settings.get(f"{end}Choices")) for end in ("Min", "Max"))
            if high is not None and 1 <= high <= len(item.choices):
                item = replace(item, max_choices=int(high))
            if low is not None and low > 1:
                item = replace(item, constraint=f"count-selected(.) >= {int(low)}")
        return replace(item, shuffles_choices=self._is_shuffled(question))

    def _is_shuffled(self, question: Question) -> bool:
        return as_text(as_mapping(question.raw.get("Randomization")).get("Type")) in ("All", "Advanced", "Subset") and (
            question.type != "Matrix")

    def _rating(self, cell: Cell, item: Item) -> Item:
        question = cell.part
        points = numbers(question, question.answers)
        labels = {part.id: self.draft.text(f"{question.place.split('#')[0]}, answer {part.id}", part.text, part.id)
                  for part in question.answers}
        self._note_values(question, question.answers, {identity: str(number) for identity, number in points.items()})
        outside = [part.id for part in question.answers if part.id not in points]
        order = [points[part.id] for part in question.answers if part.id in points]
        if order != sorted(order):
            self.draft.log.add(question.place, "its scale is not in ascending order", "shown from the lowest number up")
        scale = self.draft.scale(
            f"scale_{question.tag}", [(number, labels[identity]) for identity, number in points.items()],
            labels[outside[0]] if outside else None)
        return replace(item, kind="rating", scale=scale)

    # ---- what is lost -----------------------------------------------------------------------------------------------
    def _note_settings(self, question: Question) -> None:
        log, raw = self.draft.log, question.raw
        randomization = as_mapping(raw.get("Randomization"))
        kind = as_text(randomization.get("Type"))
        if kind == "Subset":
            log.add(question.place, "each respondent sees some of its choices only", "all are shown, in random order")
        if as_text(question.settings.get("Type")) == "CustomValidation" or as_mapping(
                question.settings.get("CustomValidation")).get("Logic"):
            log.add(question.place, "it has a validation of its own", "any answer is allowed")
        if as_text(raw.get("QuestionJS")).strip():
            log.add(question.place, "it runs a script of its author", "left out; scripts of authors are never run here")
        if as_mapping(raw.get("DefaultChoices")):
            log.add(question.place, "it is answered beforehand", "nothing is answered beforehand")
        for name, what in (("AnalyzeChoices", "some of its choices are marked for the analysis"),
                           ("DynamicChoices", "its choices come from another question"),
                           ("GradingData", "its answers have grades")):
            if as_mapping(raw.get(name)):
                log.add(question.place, what, "left out")


_KINDS: Mapping[str, ItemKind] = {
    "nps": "rating", "single": "single", "multiple": "multiple", "rating": "rating", "text": "text",
    "number": "decimal", "ranking": "ranking", "note": "note", "upload": "upload",
}
