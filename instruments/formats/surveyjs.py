"""SurveyJS questionnaires (.json) → Instrument, with what did not pass unchanged."""

from __future__ import annotations

import re
from typing import Any

from instruments.errors import FileFormatError
from instruments.formats.draft import LOST, Draft, numbers_of_codes
from instruments.formats.foreign_logic import NotCarriedError
from instruments.formats.foreign_tree import Operand
from instruments.formats.json_source import as_list, as_mapping, as_text, is_on
from instruments.formats.loss import LossLog, LossReport
from instruments.formats.soundness import finish
from instruments.formats.surveyjs_elements import (
    PANELS,
    Element,
    Json,
    Page,
    Texts,
    has,
    options,
    own_conditions,
    read_pages,
)
from instruments.formats.surveyjs_items import NOT_ASKED, ItemBuilder, operand_of
from instruments.formats.surveyjs_limits import stored_value
from instruments.formats.surveyjs_logic import Names, SurveyjsTranslator
from instruments.formats.xlsform_expressions import both
from instruments.schema import Instrument, Item, Screen

_PIPE = re.compile(r"\{([^{}\n]{1,120})\}")
_READ = frozenset({
    "title", "description", "pages", "elements", "questions", "locale", "completedHtml", "calculatedValues", "triggers",
    "showProgressBar",
})
_ENDED = {"en": "Thank you. These were all the questions for you.", "zh": "谢谢您，需要您回答的问题就是这些。"}
Keys = dict[tuple[str, str], str]


def read_surveyjs(document: Json, name: str) -> tuple[Instrument, LossReport]:
    """Return the questionnaire of a SurveyJS file and what did not pass unchanged."""
    if "$schema" in document and "definitions" in document:
        raise FileFormatError(
            name, "this describes the format of SurveyJS (a JSON schema); it is not a questionnaire.",
            "Choose a questionnaire's own JSON, e.g. from the tab JSON Editor of the Survey Creator.")
    pages = read_pages(document)
    if not any(page.elements for page in pages):
        raise FileFormatError(
            name, "this is neither a SurveyJS questionnaire nor a KoboToolbox form: no `pages` with `elements` and no "
            "`content`.", "Choose the JSON of a questionnaire.")
    return _Reader(document, pages, name.rpartition(".")[0]).instrument(name)


class _Reader:
    def __init__(self, document: Json, pages: list[Page], stem: str) -> None:
        self._document, self._pages = document, pages
        self._stem = re.sub(r"\W+", "_", stem) or "survey"
        self._log = LossLog()
        self._texts = Texts(document)
        self._draft = Draft(self._texts.languages, self._log)
        self._draft.pipe = self._pipe
        self._names = Names()
        self._keys: Keys = {}
        self._computed: dict[str, str] = {}
        for page in pages:
            for element in page.elements:
                self._name(element)
        for entry in map(as_mapping, as_list(document.get("calculatedValues"))):
            name = as_text(entry.get("name"))
            if name and name not in self._computed:
                self._computed[name] = self._draft.key(name, f"calculated value {name}")
                self._names.add(name, Operand("item", self._computed[name]))
        self._builder = ItemBuilder(self._draft, self._texts, self._names, self._keys)

    # ---- names ------------------------------------------------------------------------------------------------------
    def _name(self, element: Element) -> None:
        """Give the items of an element their keys, and say what its names stand for."""
        name, raw = element.name, element.raw
        if element.type in NOT_ASKED:
            self._names.lost[name.lower()] = f"'{name}' is not asked here"
            return
        if (name, "") in self._keys:
            self._log.add(element.place, "a question of that name stands before it", "left out")
            return
        self._keys[name, ""] = self._draft.key(name, element.place)
        spoken = f"{element.panel}.{name}" if element.panel else name
        for rest in self._parts(element):
            self._keys[name, rest] = self._draft.key(f"{name}_{rest.replace('.', '_')}", f"{element.place}, {rest}")
            cell = self._cell(element, rest)
            self._names.add(f"{name}.{rest}", operand_of(self._keys[name, rest], *cell))
        if element.type not in PANELS | {"html", "matrix", "matrixdropdown", "matrixdynamic", "multipletext"}:
            for each in (spoken, name):
                self._names.add(each, operand_of(self._keys[name, ""], raw, element.type))
        else:
            self._names.lost[name.lower()] = f"'{name}' is several questions or a text"
        if element.type == "expression":
            self._keys[name, "-shown"] = self._draft.key(f"{name}_shown", element.place)
        if has(raw, "hasComment", "showCommentArea"):
            self._keys[name, "-Comment"] = self._draft.key(f"{name}_comment", element.place)
            self._names.add(f"{name}-Comment", Operand("item", self._keys[name, "-Comment"]))

    def _parts(self, element: Element) -> list[str]:
        raw = element.raw
        if element.type == "multipletext":
            return [part.value for part in options(raw.get("items"))]
        rows = [row.value for row in options(raw.get("rows"))]
        if element.type == "matrix":
            return rows
        columns = [column.value for column in options(raw.get("columns"))]
        if element.type == "matrixdynamic":
            return columns
        if element.type == "matrixdropdown":
            return [f"{row}.{column}" for row in rows for column in columns] if rows else columns
        return []

    def _cell(self, element: Element, rest: str) -> tuple[Json, str]:
        """Return what an expression may compare a part of an element with."""
        if element.type == "matrix":
            values = [column.value for column in options(element.raw.get("columns"))]
            numbers = numbers_of_codes(values) if len(values) > 1 else {value: stored_value(value) for value in values}
            return {"choices": [], "codes": {value: str(number) for value, number in numbers.items()}}, "matrix"
        wanted = rest.rpartition(".")[2]
        for column in options(element.raw.get("columns")):
            if column.value == wanted:
                return {**column.raw, "choices": column.raw.get("choices") or element.raw.get("choices")}, "dropdown"
        return {}, "text"

    # ---- the whole --------------------------------------------------------------------------------------------------
    def instrument(self, name: str) -> tuple[Instrument, LossReport]:
        """Return the whole questionnaire."""
        done: set[str] = set()
        for number, page in enumerate(self._pages):
            self._read_page(page, done, is_first=number == 0)
        self._read_triggers()
        self._note_settings()
        document = self._document
        title = self._draft.text("title", self._texts.of(document.get("title")), self._stem)
        return finish(
            self._draft, name, key=self._stem, version="1", title=title,
            intro=self._draft.text("description", self._texts.of(document.get("description"))),
            completion=self._draft.text("completedHtml", self._texts.of(document.get("completedHtml"))),
            has_progress=as_text(document.get("showProgressBar")).lower() not in ("", "off", "false"))

    def _read_page(self, page: Page, done: set[str], *, is_first: bool) -> None:
        place = f"page {page.name}"
        show_if: str | None = None
        for text in own_conditions(page.raw):
            show_if = both(show_if, self._builder.condition(text, place, "visibleIf", "shown to everybody"))
        section = self._draft.open_section(
            page.name, self._draft.text(f"{place}, title", self._texts.of(page.raw.get("title"))), show_if)
        if is_first:
            self._add_computed(section)
        description = self._draft.text(f"{place}, description", self._texts.of(page.raw.get("description")))
        if description:
            self._draft.items.append(Item(self._draft.key(f"{section}_text", place), section, "note", description))
        if as_text(page.raw.get("questionsOrder")) == "random":
            self._log.add(place, "its questions are shown in random order", "shown in the order of the file")
        for element in page.elements:
            if element.type in NOT_ASKED:
                self._log.add(element.place, NOT_ASKED[element.type], "left out")
            elif element.name not in done:
                done.add(element.name)
                self._draft.items.extend(self._builder.build(element, section))

    def _add_computed(self, section: str) -> None:
        for entry in map(as_mapping, as_list(self._document.get("calculatedValues"))):
            name, text = as_text(entry.get("name")), as_text(entry.get("expression"))
            if name not in self._computed or self._computed[name] in {item.key for item in self._draft.items}:
                continue
            try:
                calculation = SurveyjsTranslator(self._names.find).value_expression(text)
            except NotCarriedError as error:
                self._log.add(f"calculated value {name}", f"its expression [{text[:200]}] is not read ({error})",
                              "it stays empty")
                self._draft.items.append(Item(self._computed[name], section, "hidden", {}))
            else:
                self._draft.items.append(Item(self._computed[name], section, "calculate", {}, calculation=calculation))

    def _read_triggers(self) -> None:
        for number, trigger in enumerate(map(as_mapping, as_list(self._document.get("triggers"))), 1):
            kind, text = as_text(trigger.get("type")), as_text(trigger.get("expression"))
            if kind != "complete":
                self._log.add(f"trigger {number}", f"it does '{kind[:40]}' when [{text[:200]}]", "left out")
                continue
            condition = self._builder.condition(text, f"trigger {number}", "expression", "nobody ends early by it")
            if condition:
                words = {code: _ENDED.get(code.split("-")[0], _ENDED["en"]) for code in self._draft.languages}
                self._draft.screens.append(Screen(f"end_{number}", condition, words))
                self._log.add(f"trigger {number}", "it ends the questionnaire early",
                              "kept as a screen with a general message; please write it")

    def _pipe(self, place: str, text: str, _language: str) -> str:
        return _PIPE.sub(lambda match: self._piped(match.group(0), place), text)

    def _piped(self, name: str, place: str) -> str:
        try:
            return f"${{{self._names.find(name).key}}}"
        except NotCarriedError as error:
            self._log.add(place, f"its text shows {name} ({error})", f"'{LOST}' stands there")
            return LOST

    def _note_settings(self) -> None:
        for name, value in self._document.items():
            if name in _READ or name.startswith("$") or value in (None, False, "", [], {}):
                continue
            self._log.add("survey settings", f"the setting '{name[:60]}'{_shown(value)} has no place here", "left out")


def _shown(value: Any) -> str:
    text = as_text(value)
    return f" ({text[:80]})" if text and not is_on(value) else ""
