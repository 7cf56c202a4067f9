"""One question of LimeSurvey → the items it becomes here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from instruments.formats.draft import MOST_SCALE_POINTS, Draft
from instruments.formats.lss_names import OTHER_CODE, Cell, Plan, Planner
from instruments.formats.lss_pipes import Pipes
from instruments.formats.lss_questions import Answer, Question, SubQuestion, Wording
from instruments.formats.uploads import upload
from instruments.schema import Choice, Item, ItemKind, Text

_WORDS: Mapping[str, Mapping[str, str]] = {
    "Y": {"Y": "yes", "N": "no"}, "G": {"F": "female", "M": "male"},
    "C": {"Y": "yes", "U": "uncertain", "N": "no"}, "E": {"I": "increase", "S": "same", "D": "decrease"},
}
_POINTS = {"5": 5, "A": 5, "B": 10}
_KINDS: Mapping[str, ItemKind] = {
    "S": "text", "T": "text", "U": "text", "N": "decimal", "D": "date", "X": "note", "*": "calculate", "R": "ranking",
    "M": "multiple", "P": "multiple", "L": "single", "!": "single", "O": "single", "Y": "single", "G": "single",
    "5": "rating", "Q": "text", ";": "text", "K": "decimal", "|": "upload",
}
_ENDS = 2
BYTES_OF_KB = 1024
_WHOLE = re.compile(r"-?\d{1,6}")


@dataclass
class ItemBuilder:
    """Makes the items of one question after the other; conditions are added by the caller."""

    draft: Draft
    planner: Planner
    pipes: Pipes

    def build(self, plan: Plan, section: str) -> list[Item]:
        """Return the items of a question: its note where it has rows, and the items that are asked."""
        question = plan.question
        self.pipes.at(question.code, section)
        text, hint = self._texts(question)
        if plan.note_key:
            items = [Item(plan.note_key, section, "note", self._with_help(text, hint))]
            items += [self._cell(plan, cell, section) for cell in plan.cells]
        else:
            if question.type == "X":
                text, hint = self._with_help(text, hint), None
            items = [self._only(plan, plan.cells[0], Item(plan.cells[0].key, section, "note", text, hint=hint))]
            items += self._comment(plan, section)
        if question.attribute("hidden") == "1":
            items = [self._hidden(question, item) for item in items if item.kind != "note"]
        return [*self.pipes.flush(), *items]

    def _texts(self, question: Question) -> tuple[Text, Text | None]:
        if question.type == "*":
            return {}, None
        text = self.draft.text(question.place, question.text, question.code)
        hint = dict(self.draft.text(f"{question.place}, help", question.help))
        if question.attributes.get("prefix"):
            self.draft.log.add(question.place, "a sign stands before its field", "left out")
        return text, hint or None

    def _with_help(self, text: Text, hint: Text | None) -> Text:
        """Return the words of a note, which shows no hint, followed by those of its help."""
        return {code: f"{text[code]}\n\n{hint[code]}" for code in text} if hint else text

    def _hidden(self, question: Question, item: Item) -> Item:
        self.draft.log.add(question.place, "it is always hidden", "kept as a hidden item with its default")
        kind: ItemKind = "calculate" if item.kind == "calculate" else "hidden"
        return Item(item.key, item.section, kind, {}, default=item.default, calculation=item.calculation)

    # ---- one item ---------------------------------------------------------------------------------------------------
    def _only(self, plan: Plan, cell: Cell, item: Item) -> Item:
        question = plan.question
        kind = _KINDS.get(question.type)
        if kind is None:
            self.draft.log.add(question.place, f"the type '{question.type}' is not known here", "asked as text")
            kind = "text"
        item = replace(item, kind=kind, is_required=question.mandatory == "Y" and kind not in ("note", "calculate"))
        if kind in ("text", "decimal"):
            item = self._field(question, item)
        elif kind in ("single", "multiple", "ranking"):
            item = self._with_choices(plan, item)
        elif kind == "rating":
            item = replace(item, scale=self.draft.number_scale(1, _POINTS[question.type]))
        elif kind == "upload":
            return self._upload(question, item)
        return self._with_default(plan, cell, item)

    def _upload(self, question: Question, item: Item) -> Item:
        size, number = question.attribute("max_filesize"), question.attribute("max_num_of_files")
        if "1" in (question.attribute("show_title"), question.attribute("show_comment")):
            self.draft.log.add(question.place, "a title or comment is asked for with the file", "left out")
        return upload(
            item, self.draft.log, question.place, question.attribute("allowed_filetypes").split(","),
            int(size) * BYTES_OF_KB if size.isdecimal() else None, int(number) if number.isdecimal() else 1)

    def _field(self, question: Question, item: Item) -> Item:
        if question.type in ("T", "U"):
            return replace(item, appearance="multiline")
        if item.kind == "text" and question.attribute("numbers_only") == "1":
            item = replace(item, kind="decimal")
        if item.kind == "decimal" and question.attribute("num_value_int_only") == "1":
            item = replace(item, kind="integer")
        units = question.attributes.get("suffix", {})
        unit = (units.get(self.draft.base) or units.get("", "")).strip()
        if item.kind == "text" and unit:
            self.draft.log.add(question.place, f"'{unit}' stands behind its field", "left out")
        elif len({words.strip() for words in units.values()}) > 1:
            self.draft.log.add(question.place, "its unit differs between languages", f"'{unit}' in all of them")
        return replace(item, unit=unit or None) if item.kind != "text" else item

    def _comment(self, plan: Plan, section: str) -> list[Item]:
        if not plan.comment_key:
            return []
        self.draft.log.add(plan.question.place, "a comment stands beside its answers",
                           f"asked as the text item {plan.comment_key}")
        words = {"en": "Comment", "zh": "说明", "fr": "Commentaire", "de": "Kommentar", "it": "Commento"}
        text = {code: words.get(code.split("-")[0], words["en"]) for code in self.draft.languages}
        return [Item(plan.comment_key, section, "text", text, appearance="multiline")]

    # ---- choices ----------------------------------------------------------------------------------------------------
    def _with_choices(self, plan: Plan, item: Item) -> Item:
        question = plan.question
        choices = self.choices(plan)
        if question.has_other:
            label = self._other_label(question)
            choices.append(Choice(
                plan.codes[0][OTHER_CODE], label, has_text=True, is_fixed=self._is_shuffled(question)))
        if not choices:
            self.draft.log.add(question.place, "it has no answers to choose from", "asked as text")
            return replace(item, kind="text")
        excluding = set(re.split(r"[;,\s]+", question.attribute("exclude_all_others")))
        if item.kind == "multiple":
            known = {plan.codes[0].get(code, code) for code in excluding if code}
            choices = [replace(choice, is_exclusive=choice.value in known) for choice in choices]
        if question.type == "P":
            choices = [replace(choice, has_text=True) for choice in choices]
            self.draft.log.add(question.place, "a comment stands beside each option", "each option asks for a text")
        return replace(item, choices=tuple(choices), shuffles_choices=self._is_shuffled(question),
                       appearance="minimal" if question.type == "!" else item.appearance)

    def choices(self, plan: Plan) -> list[Choice]:
        """Return the options of a question."""
        question, codes = plan.question, plan.codes[0]
        if question.type in _WORDS:
            return [Choice(codes[code], self.draft.word(word)) for code, word in _WORDS[question.type].items()]
        parts: list[tuple[str, Wording]] = [(part.code, part.text) for part in question.rows]
        if question.type not in "MP":
            parts = [(answer.code, answer.label) for answer in question.answers if answer.scale == 0]
        return [self._choice(question, code, codes[code], words) for code, words in _unique(parts)]

    def _choice(self, question: Question, code: str, value: str, words: Wording) -> Choice:
        place = f"{question.place}, answer {code}"
        if value != code:
            self.draft.log.add(place, f"its code '{code}' cannot be stored here", f"stored as {value}")
        return Choice(value, self.draft.text(place, words, code))

    def _other_label(self, question: Question) -> Text:
        own = question.attributes.get("other_replace_text", {})
        raw = {language: own.get(language) or own.get("", "") for language in self.draft.languages}
        return self.draft.text(f"{question.place}, other", raw) or self.draft.word("other")

    def _is_shuffled(self, question: Question) -> bool:
        orders = (question.attribute("answer_order"), question.attribute("subquestion_order"))
        if "alphabetical" in orders:
            self.draft.log.add(
                question.place, "its answers are sorted by their words", "shown in the order of the file")
        return "random" in orders or question.attribute("random_order") == "1"

    # ---- rows -------------------------------------------------------------------------------------------------------
    def _cell(self, plan: Plan, cell: Cell, section: str) -> Item:
        question = plan.question
        place = f"{question.place}, {cell.rest}"
        kind = _KINDS.get(question.type, "rating")
        item = Item(
            cell.key, section, kind, self._row_text(plan, cell, place), is_required=question.mandatory == "Y")
        if question.type in ("Q", ";", "K"):
            item = self._slider(question, self._field(question, item))
        elif question.type in _WORDS:
            item = replace(item, kind="single", choices=tuple(self.choices(plan)))
        elif question.type == ":":
            item = self._number_cell(plan, item)
        else:
            item = self._rating(plan, cell, item)
        return self._with_default(plan, cell, item)

    def _row_text(self, plan: Plan, cell: Cell, place: str) -> Text:
        assert cell.row is not None  # noqa: S101  # the planner gives every cell of several a row
        text = self._part_text(plan.question, cell.row, place)
        if cell.column is not None:
            column = self._part_text(plan.question, cell.column, place)
            return {code: f"{text[code]} – {column[code]}" for code in self.draft.languages}
        if plan.question.type != "1":
            return text
        header = plan.question.attributes.get(f"dualscale_header{'AB'[cell.scale]}", {})
        raw = {code: header.get(code) or header.get("", "") or str(cell.scale + 1) for code in self.draft.languages}
        words = self.draft.text(f"{place}, header", raw)
        return {code: f"{text[code]} – {words[code]}" for code in self.draft.languages}

    def _part_text(self, question: Question, part: SubQuestion, place: str) -> Text:
        text = self.draft.text(place, part.text, part.code)
        if not any("|" in words for words in text.values()):
            return text
        self.draft.log.add(place, "its words stand at both ends of the row, parted by '|'", "kept as one text with –")
        return {code: " – ".join(end for piece in words.split("|") if (end := piece.strip())) or "–"
                for code, words in text.items()}

    def _slider(self, question: Question, item: Item) -> Item:
        if question.type != "K" or question.attribute("slider_layout") != "1":
            return item
        low, high = question.attribute("slider_min") or "0", question.attribute("slider_max") or "100"
        for name in ("slider_default",):
            if question.attribute(name):
                self.draft.log.add(question.place, "its slider begins at a value", "nothing is answered beforehand")
        self.draft.log.add(question.place, f"it is a slider from {low} to {high}",
                            "asked as a number, with a slider where scripts run")
        bounds = {field: float(text) for field, text in (("minimum", low), ("maximum", high))
                  if re.fullmatch(r"-?\d+(\.\d+)?", text)}
        return replace(item, appearance="slider", **bounds)  # type: ignore[arg-type]  # the names of two float fields

    def _number_cell(self, plan: Plan, item: Item) -> Item:
        question = plan.question
        if self.planner.has_boxes(question):
            codes = plan.codes[1]
            choices = [self._choice(question, column.code, codes[column.code], column.text)
                       for column in question.columns]
            if choices:
                return replace(item, kind="multiple", choices=tuple(choices))
        low, high, step = (question.attribute(f"multiflexible_{name}") for name in ("min", "max", "step"))
        numbers = [int(text) if _WHOLE.fullmatch(text) else usual
                   for text, usual in ((low, 1), (high, 10), (step, 1))]
        points = range(numbers[0], numbers[1] + 1, max(numbers[2], 1))
        if question.attribute("input_boxes") == "1" or not _ENDS <= len(points) <= MOST_SCALE_POINTS:
            bounds = (float(numbers[0]) if low else None, float(numbers[1]) if high else None)
            return replace(item, kind="decimal", minimum=bounds[0], maximum=bounds[1])
        return replace(item, kind="rating", scale=self.draft.number_scale(numbers[0], numbers[1], max(numbers[2], 1)))

    def _rating(self, plan: Plan, cell: Cell, item: Item) -> Item:
        question = plan.question
        if question.type in _POINTS:
            return replace(item, scale=self.draft.number_scale(1, _POINTS[question.type]))
        answers = [answer for answer in question.answers if answer.scale == cell.scale]
        if len(answers) < _ENDS:
            choices = [self._choice(question, answer.code, answer.code, answer.label) for answer in answers]
            self.draft.log.add(question.place, "its scale has fewer than two answers",
                               "asked as a choice" if choices else "asked as text")
            return replace(item, kind="single" if choices else "text", choices=tuple(choices))
        return replace(item, scale=self._scale(plan, cell.scale, answers))

    def _scale(self, plan: Plan, scale: int, answers: list[Answer]) -> str:
        question, codes = plan.question, plan.codes[scale]
        numbers = [int(codes[answer.code]) for answer in answers]
        if changed := [f"{answer.code} = {codes[answer.code]}" for answer in answers
                       if answer.code != codes[answer.code]]:
            self.draft.log.add(
                question.place, "the answers of its scale have codes that are no numbers",
                f"stored as numbers: {', '.join(changed)}")
        if numbers != sorted(numbers):
            self.draft.log.add(question.place, "its scale is not in ascending order", "shown from the lowest number up")
        points = [(number, self.draft.text(f"{question.place}, answer {answer.code}", answer.label, answer.code))
                  for number, answer in zip(numbers, answers, strict=True)]
        return self.draft.scale(f"scale_{question.code}" + (f"_{scale}" if question.type == "1" else ""), points)

    # ---- defaults ---------------------------------------------------------------------------------------------------
    def _with_default(self, plan: Plan, cell: Cell, item: Item) -> Item:
        question = plan.question
        if question.type in "MP":
            chosen = [plan.codes[0][row.code] for row in question.rows
                      if question.defaults.get((row.qid, "scale0")) == "Y"]
            self._note_defaults(question, {(row.qid, "scale0") for row in question.rows})
            return replace(item, default=" ".join(chosen) or None)
        known = (cell.row.qid if cell.row else "0", f"scale{cell.scale}")
        own = question.defaults.get(known, "")
        rows = {(row.qid, f"scale{scale}") for row in question.rows for scale in (0, 1)}
        self._note_defaults(question, rows if plan.note_key else {known})
        if not own or item.kind in ("note", "calculate"):
            return item
        value = plan.codes[cell.scale].get(own, own)
        fits = _DEFAULTS.get(item.kind)
        if "{" in own or (fits is not None and not fits(item, value)):
            self.draft.log.add(f"{question.place}{', ' + cell.rest if cell.rest else ''}",
                               f"its default [{own[:100]}] is no answer here", "nothing is answered beforehand")
            return item
        return replace(item, default=value)

    def _note_defaults(self, question: Question, known: set[tuple[str, str]]) -> None:
        for key, value in question.defaults.items():
            if key not in known:
                self.draft.log.add(question.place, f"it has a default '{value[:60]}' for none of its answers",
                                   "left out")


_DEFAULTS: Mapping[str, Callable[[Item, str], bool]] = {
    "single": lambda item, value: value in {choice.value for choice in item.choices},
    "ranking": lambda item, value: value in {choice.value for choice in item.choices},
    "rating": lambda _item, value: bool(_WHOLE.fullmatch(value)),
    "decimal": lambda _item, value: bool(re.fullmatch(r"-?\d+(\.\d+)?", value)),
    "integer": lambda _item, value: bool(_WHOLE.fullmatch(value)),
    "date": lambda _item, value: bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)),
}


def _unique(parts: list[tuple[str, Wording]]) -> list[tuple[str, Wording]]:
    return list(dict(parts).items())
