"""Instrument → XLSForm workbook.

What the standard knows goes into its own columns, so that other tools can use the form; what it does not know goes
into columns `bind::x:...` (items), `x:...` (choices) and three sheets `x_...`, which they pass over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from instruments.formats.loss import LossLog, LossReport
from instruments.formats.xlsform_languages import column_name
from instruments.formats.xlsform_own import (
    CONSENT_FIELDS,
    CONSTRUCTS_SHEET,
    ENDINGS_SHEET,
    INSTRUMENT_SHEET,
    OPTIONS,
    SCALES_SHEET,
    TEXT_FIELDS,
)
from instruments.logic.values import number_text
from instruments.schema import AUDIO, IMAGE, AnswerScale, Choice, Instrument, Item, Section, Text

NAMESPACE = 'x="urn:surveyapp:xlsform"'
OWN_COLUMNS = (
    "section", "kind", "block", "random", "short", "scale", "construct", "reverse", "role", "expected", "module",
    "safeguard",
    "importance_of", "unit", "min", "max", "max_choices", "constraint", "appearance", "text_of",
    "accepts", "largest_mb",
)
CHOICE_COLUMNS = ("exclusive", "missing", "text", "show_if", "fixed")
TYPES = {
    "integer": "integer", "decimal": "decimal", "date": "date", "time": "time", "text": "text", "note": "note",
    "calculate": "calculate", "hidden": "hidden", "acknowledge": "acknowledge",
}
NOT_APPLICABLE = "na"
STATE_IT = {"en": "Please state", "zh": "请注明"}
Row = dict[str, str]


def write_xlsform(instrument: Instrument, path: Path) -> LossReport:
    """Write a questionnaire as an XLSForm workbook (xlsx); return what other tools will not see or do."""
    from xlsxwriter import Workbook

    sheets = _Sheets(instrument)
    with Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        bold = workbook.add_format({"bold": True})
        for name, rows in sheets.all().items():
            sheet = workbook.add_worksheet(name)
            header = list(dict.fromkeys(column for row in rows for column in row))
            for column, title in enumerate(header):
                sheet.write_string(0, column, title, bold)
            for number, row in enumerate((row for row in rows if any(row.values())), 1):
                for column, title in enumerate(header):
                    if row.get(title):
                        sheet.write_string(number, column, row[title])
            sheet.freeze_panes(1, 0)
    return sheets.log.report()


class _Sheets:
    """The rows of every sheet of one form."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.log = LossLog()
        self._item_keys = {item.key for item in instrument.items}

    def all(self) -> dict[str, list[Row]]:
        """Return the sheets by name, in their order."""
        sheets = {
            "survey": list(self._survey()), "choices": list(self._choices()), "settings": [self._settings()],
            INSTRUMENT_SHEET: list(self._head()), ENDINGS_SHEET: list(self._endings()), SCALES_SHEET: [
                {"key": scale.key, "kind": scale.kind, "list_name": self._list_of_scale(scale.key)}
                for scale in self.instrument.scales],
            CONSTRUCTS_SHEET: list(self._constructs())}
        self._note_losses()
        return {name: rows for name, rows in sheets.items() if rows}

    def _note_losses(self) -> None:
        instrument = self.instrument
        for is_there, place, what in (
                (instrument.consent, "consent", "the consent text"),
                (instrument.intro, "introduction", "the introduction"),
                (instrument.completion, "end", "the text at the end"),
                (instrument.constructs, "constructs", "constructs, reverse keys and scoring")):
            if is_there:
                self.log.add(place, f"XLSForm has no word for {what}", "kept on a sheet that other tools pass over")
        self._note_order_losses()

    def _note_order_losses(self) -> None:
        instrument = self.instrument
        for section in instrument.sections:
            if section.is_shuffled:
                self.log.add(f"section {section.key}", "other tools cannot shuffle items", "shown there in one order")
            if section.shuffle_group:
                self.log.add(f"section {section.key}", "other tools cannot shuffle blocks", "shown there in its place")
        for item in instrument.items:
            if item.shuffles_choices and any(choice.is_fixed for choice in item.choices):
                self.log.add(f"item {item.key}", "other tools know no fixed choices", "shuffled there with the others")
        for key in (*(screen.key for screen in instrument.screens), *(quota.key for quota in instrument.quotas)):
            self.log.add(f"ending {key}", "other tools do not end a form early", "everybody goes on there")

    def _texts(self, column: str, text: Text | None) -> Row:
        return {f"{column}::{column_name(code)}": (text or {}).get(code, "") for code in self.instrument.languages}

    # ---- survey -----------------------------------------------------------------------------------------------------
    def _survey(self) -> Iterator[Row]:
        yield self._empty_row()
        for section in self.instrument.sections:
            yield self._begin(section)
            for item in self.instrument.items_of_section(section.key):
                yield self._item(item)
                yield from self._texts_of_choices(item)
            yield {"type": "end_group"}

    def _empty_row(self) -> Row:
        """Return a row without values that fixes the order of the columns."""
        return {
            "type": "", "name": "", **self._texts("label", {}), **self._texts("hint", {}), "required": "",
            "relevant": "", "constraint": "", **self._texts("constraint_message", {}), "calculation": "", "default": "",
            "parameters": "", "appearance": "", **{f"bind::x:{name}": "" for name in OWN_COLUMNS}}

    def _begin(self, section: Section) -> Row:
        name = section.key
        if name in self._item_keys or not re.fullmatch(r"[A-Za-z_][\w.-]*", name):
            name = f"section_{re.sub(r'[^A-Za-z0-9_]', '_', name)}"
        return {
            "type": "begin_group", "name": name, **self._texts("label", section.title),
            "relevant": section.show_if or "", "appearance": "field-list",
            **_own(section=section.key, kind=section.kind, module=section.module, block=section.block,
                   random=_random(section))}

    def _item(self, item: Item) -> Row:
        return {
            "type": self._type(item), "name": item.key, **self._texts("label", item.text),
            **self._texts("hint", item.hint), "required": "yes" if item.is_required else "",
            "relevant": item.show_if or "", "constraint": _constraint(item),
            **self._texts("constraint_message", item.constraint_message), "calculation": item.calculation or "",
            "default": item.default or "", "parameters": "randomize=true" if item.shuffles_choices else "",
            "appearance": item.appearance or ("likert" if item.kind == "rating" else ""),
            **_own(
                kind=item.kind, scale=item.scale, construct=item.construct, reverse=_yes(item.is_reverse),
                role=item.role, expected=" ".join(map(str, item.expected)), module=item.module,
                safeguard=item.safeguard, importance_of=item.importance_of, unit=item.unit,
                min=_digits(item.minimum), max=_digits(item.maximum), max_choices=_digits(item.max_choices),
                constraint=item.constraint, appearance=item.appearance, short=_yes(item.is_short),
                accepts=" ".join(item.accepts), largest_mb=_digits(item.largest_mb))}

    def _type(self, item: Item) -> str:
        if item.kind == "rating":
            return f"select_one {self._list_of_scale(item.scale or '')}"
        words = {"single": "select_one", "multiple": "select_multiple", "ranking": "rank"}
        if item.kind == "upload":
            return "image" if item.accepted == (IMAGE,) else "audio" if item.accepted == (AUDIO,) else "file"
        return f"{words[item.kind]} {item.key}" if item.kind in words else TYPES[item.kind]

    def _list_of_scale(self, key: str) -> str:
        return f"scale_{key}" if key in self._item_keys else key

    def _texts_of_choices(self, item: Item) -> Iterator[Row]:
        for choice in item.choices:
            if choice.has_text:
                label = {code: STATE_IT.get(code.split("-")[0], STATE_IT["en"]) for code in self.instrument.languages}
                yield {
                    "type": "text", "name": f"{item.key}_{choice.value}_text", **self._texts("label", label),
                    "relevant": f"selected(${{{item.key}}}, '{choice.value}')", **_own(text_of=item.key)}

    # ---- choices ----------------------------------------------------------------------------------------------------
    def _choices(self) -> Iterator[Row]:
        for scale in self.instrument.scales:
            yield from self._points(scale)
        for item in self.instrument.items:
            for choice in item.choices:
                yield self._choice(item, choice)

    def _points(self, scale: AnswerScale) -> Iterator[Row]:
        name = self._list_of_scale(scale.key)
        for point in scale.points:
            yield {"list_name": name, "name": str(point.value), **self._texts("label", point.label)}
        if scale.not_applicable:
            yield {
                "list_name": name, "name": NOT_APPLICABLE, **self._texts("label", scale.not_applicable),
                "x:missing": "true"}

    def _choice(self, item: Item, choice: Choice) -> Row:
        marks: dict[str, str] = {
            "exclusive": _yes(choice.is_exclusive), "missing": _yes(choice.is_missing), "text": _yes(choice.has_text),
            "show_if": choice.show_if or "", "fixed": _yes(choice.is_fixed)}
        if choice.show_if:
            self.log.add(
                f"item {item.key}, choice {choice.value}", "other tools do not know the condition of one choice",
                "offered there to everybody")
        return {
            "list_name": item.key, "name": choice.value, **self._texts("label", choice.label),
            **{f"x:{name}": marks[name] for name in CHOICE_COLUMNS}}

    # ---- settings and own sheets ------------------------------------------------------------------------------------
    def _settings(self) -> Row:
        instrument = self.instrument
        first = instrument.languages[0]
        return {
            "form_title": instrument.title.get(first, instrument.key), "form_id": instrument.key,
            "version": instrument.version, "default_language": column_name(first), "style": "pages",
            "namespaces": NAMESPACE}

    def _head(self) -> Iterator[Row]:
        instrument = self.instrument
        empty = {f"text::{code}": "" for code in instrument.languages}

        def row(field: str, value: str = "", text: Text | None = None) -> Row:
            return {"field": field, "value": value, **empty, **{f"text::{c}": t for c, t in (text or {}).items()}}

        for name in ("key", "version", "audience"):
            yield row(name, getattr(instrument, name))
        for name in TEXT_FIELDS:
            if getattr(instrument, name):
                yield row(name, "", getattr(instrument, name))
        for name in CONSENT_FIELDS:
            if (consent := getattr(instrument, name)) is not None:
                yield row(name, "required" if consent.is_required else "optional", consent.text)
        if instrument.estimated_minutes is not None:
            yield row("estimated_minutes", str(instrument.estimated_minutes))
        yield from (row(field, "true") for field, name in OPTIONS.items() if getattr(instrument, name))
        yield row("allow_skip", "true" if instrument.allow_skip else "false")
        yield row("min_answered_share", str(instrument.scoring.min_answered_share))
        yield row("two_item_scales_require_all", "true" if instrument.scoring.two_item_scales_require_all else "false")

    def _endings(self) -> Iterator[Row]:
        for screen in self.instrument.screens:
            yield {"kind": "screen", "key": screen.key, "condition": screen.condition, "limit": "",
                   **{f"message::{code}": text for code, text in screen.message.items()}}
        for quota in self.instrument.quotas:
            yield {"kind": "quota", "key": quota.key, "condition": quota.condition, "limit": str(quota.limit),
                   **{f"message::{code}": text for code, text in quota.message.items()}}

    def _constructs(self) -> Iterator[Row]:
        for construct in self.instrument.constructs:
            yield {
                "key": construct.key, "group": construct.group, "direction": construct.direction,
                "module": construct.module or "", "mirrors": " ".join(construct.mirrors), "seed": construct.seed,
                "sources": " ".join(construct.sources),
                **{f"name::{code}": text for code, text in construct.name.items()},
                **{f"definition::{code}": text for code, text in construct.definition.items()}}


def _own(**values: str | None) -> Row:
    return {f"bind::x:{name}": value for name, value in values.items() if value}


def _random(section: Section) -> str:
    blocks = f"blocks={section.shuffle_group}" if section.shuffle_group else ""
    return " ".join(part for part in ("items" if section.is_shuffled else "", blocks) if part)


def _yes(value: bool) -> str:
    return "true" if value else ""


def _digits(number: float | None) -> str:
    return "" if number is None else number_text(float(number))


def _constraint(item: Item) -> str:
    """Return the constraint that makes other tools keep what the model says in fields of its own."""
    parts = [f"({item.constraint})"] if item.constraint else []
    bounds: tuple[tuple[float | None, Callable[[str], str]], ...] = (
        (item.minimum, lambda text: f". >= {text}"), (item.maximum, lambda text: f". <= {text}"),
        (item.max_choices, lambda text: f"count-selected(.) <= {text}"))
    parts += [write(_digits(bound)) for bound, write in bounds if bound is not None]
    parts += [
        f"not(selected(., '{choice.value}') and count-selected(.) > 1)"
        for choice in item.choices if choice.is_exclusive]
    return " and ".join(parts)
