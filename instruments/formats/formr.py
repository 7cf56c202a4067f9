"""formr spreadsheets (xlsx, xls, csv) → Instrument, with what did not pass unchanged."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from instruments.errors import FileFormatError
from instruments.formats.draft import LOST, MOST_SCALE_POINTS, Draft
from instruments.formats.foreign_logic import NotCarriedError
from instruments.formats.foreign_tree import Operand
from instruments.formats.formr_logic import FormrTranslator
from instruments.formats.formr_sheets import Row, is_formr, read_rows
from instruments.formats.loss import LossReport
from instruments.formats.markup import markdown_text
from instruments.formats.soundness import finish
from instruments.formats.uploads import upload
from instruments.formats.xlsform_expressions import both
from instruments.schema import Choice, Instrument, Item, ItemKind

_HAN = re.compile("[\u4e00-\u9fff]")
_KNITR = re.compile(r"`r\s[^`]*`|```\{r[^`]*```", re.DOTALL)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_TEXTS: Mapping[str, str] = {
    "text": "", "textarea": "", "letters": "letters only", "email": "an e-mail address", "url": "an address",
    "tel": "a telephone number", "cc": "a card number", "color": "a colour", "month": "a month", "yearmonth": "a month",
    "week": "a week", "year": "a year", "timezone": "a time zone", "place": "a place", "geopoint": "a place on a map",
}
_CHOICES: Mapping[str, ItemKind] = {
    "mc": "single", "mc_button": "single", "select_one": "single", "select": "single", "select_or_add_one": "single",
    "mc_multiple": "multiple", "mc_multiple_button": "multiple", "select_multiple": "multiple", "mselect": "multiple",
    "select_or_add_multiple": "multiple", "check": "multiple", "check_button": "multiple", "sex": "single",
}
_RECORDED = frozenset({"ip", "referrer", "server", "get", "browser", "opencpu_session", "blank", "random", "hidden"})
_UPLOADS: Mapping[str, tuple[str, ...]] = {"image": ("image/*",), "file": (), "audio": ("audio/*",)}
_NOT_ASKED = {"video": "it asks for a film", "block": "it blocks until a condition holds"}
_OPTIONAL_BY_ITSELF = frozenset({"multiple", "note", "calculate", "hidden"})
_ENDS = 2


def read_formr(content: bytes, name: str) -> tuple[Instrument, LossReport]:
    """Return the questionnaire of a formr sheet and what did not pass unchanged."""
    stem, _, ending = name.rpartition(".")
    sheets = read_rows(content, f".{ending.lower()}", name)
    if not is_formr(sheets):
        raise FileFormatError(
            name, "this is neither an XLSForm nor a questionnaire of formr: no sheet has the columns type and name.",
            "Choose a file with the sheet survey, whose columns are at least type, name and label.")
    return _Reader(sheets, stem).instrument(name)


class _Reader:
    def __init__(self, sheets: Mapping[str, list[Row]], stem: str) -> None:
        self._rows = [row for row in sheets["survey"] if row.get("type", "").strip()]
        language = "zh" if any(_HAN.search(row.get("label", "")) for row in self._rows) else "en"
        self._draft = Draft((language,))
        self._log = self._draft.log
        self._log.add("languages", "formr names no language", f"taken as '{language}'")
        self._draft.to_plain, self._draft.pipe = markdown_text, self._pipe
        self._stem = re.sub(r"\W+", "_", stem) or "survey"
        self._lists = self._read_lists(sheets.get("choices", []))
        self._operands: dict[str, Operand] = {}
        self._keys: dict[int, str] = {}
        for number, row in enumerate(self._rows):
            self._name(number, row)

    def _read_lists(self, rows: list[Row]) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        name = ""
        for row in rows:        # a list's name stands in its first row only
            name = row.get("list_name", name).strip()
            if name and row.get("name", "").strip():
                found.setdefault(name, []).append((row["name"].strip(), row.get("label", row["name"])))
        return found

    def _name(self, number: int, row: Row) -> None:
        raw = row.get("name", "")
        kind, _ = _type_of(row)
        if raw != raw.strip():
            self._log.add(f"item {raw.strip()}", "blanks stand around its name", "taken away")
        if kind == "submit" or not raw.strip():
            return
        key = self._keys[number] = self._draft.key(raw.strip(), f"item {raw.strip()}")
        if kind in ("check", "check_button"):
            self._operands.setdefault(raw.strip(), Operand("member", key, "1", chosen="1"))
        elif kind not in ("note", "mc_heading") and kind not in _NOT_ASKED:
            self._operands.setdefault(raw.strip(), Operand("item", key))

    def _find(self, name: str) -> Operand:
        found = self._operands.get(name) or self._operands.get(name.rpartition("$")[2])
        if found is None:
            raise NotCarriedError(f"'{name}' is no item of this sheet")
        return found

    def instrument(self, name: str) -> tuple[Instrument, LossReport]:
        """Return the whole questionnaire; a `submit` button ends a page."""
        section, number = self._draft.open_section("page_1", {}), 1
        for place, row in enumerate(self._rows):
            kind, rest = _type_of(row)
            if kind == "submit":
                number += 1
                section = self._draft.open_section(f"page_{number}", {})
                self._log.add(f"item {row.get('name', '').strip()}", "its button has words of its own",
                              "it ends a page; the button is ours")
            elif place in self._keys:
                self._draft.items += self._items(row, kind, rest, self._keys[place], section)
            else:
                self._log.add(f"row of type {kind}", "it has no name", "left out")
        self._drop_last_empty()
        return finish(self._draft, name, key=self._stem, version="1", title=self._draft.same(self._stem))

    def _drop_last_empty(self) -> None:
        used = {item.section for item in self._draft.items}
        self._draft.sections = [section for section in self._draft.sections if section.key in used]

    # ---- items ------------------------------------------------------------------------------------------------------
    def _items(self, row: Row, kind: str, rest: str, key: str, section: str) -> list[Item]:
        place = f"item {row['name'].strip()}"
        if kind in _NOT_ASKED:
            self._log.add(place, f"{_NOT_ASKED[kind]}, which is not asked here", "left out")
            return []
        hidden = kind in _RECORDED or kind == "calculate"
        text = {} if hidden else self._draft.text(place, {self._draft.base: row.get("label", "")}, key)
        item = Item(key, section, "text", text, show_if=self._condition(row, place))
        item = self._kind(item, row, kind, rest, place)
        self._note_columns(row, place)
        return [replace(item, is_required=self._is_required(row, item.kind))]

    def _is_required(self, row: Row, kind: str) -> bool:
        mark = row.get("optional", "").strip()
        if kind in ("note", "calculate", "hidden"):
            return False
        return mark == "!" or (mark != "*" and kind not in _OPTIONAL_BY_ITSELF)

    def _condition(self, row: Row, place: str) -> str | None:
        text = row.get("showif", "").strip()
        if not text:
            return None
        if text.upper() in ("FALSE", "F", "0"):
            return "false()"
        try:
            return FormrTranslator(self._find).expression(text)
        except NotCarriedError as error:
            self._log.add(place, f"its condition [{text[:300]}] is not read ({error})", "shown to everybody")
            return None

    def _kind(self, item: Item, row: Row, kind: str, rest: str, place: str) -> Item:
        if kind in ("note", "mc_heading"):
            return self._note(item, row, kind, place)
        if kind in _RECORDED or kind == "calculate":
            return self._recorded(item, row, kind, place)
        builders: Mapping[str, Callable[[Item, Row, str, str], Item]] = {
            "rating_button": self._rating, "range": self._range, "range_ticks": self._rating,
            "visual_analog": self._range, "number": self._number, "integer": self._number, "date": self._date,
            "datetime": self._date, "datetime-local": self._date, "time": self._time}
        if kind in builders:
            return builders[kind](item, row, rest, place)
        if kind in _UPLOADS:
            return self._upload(item, kind, rest, place)
        if kind in _CHOICES:
            return self._choices(item, row, kind, rest, place)
        if kind not in _TEXTS:
            self._log.add(place, f"the type '{kind[:40]}' is not known here", "asked as text")
        elif _TEXTS[kind]:
            self._log.add(place, f"it asks for {_TEXTS[kind]}", "asked as text of any form")
        return replace(item, appearance="multiline" if kind == "textarea" else None)

    def _upload(self, item: Item, kind: str, rest: str, place: str) -> Item:
        size = float(rest) if _NUMBER.fullmatch(rest) else None       # bytes, behind the type
        return upload(item, self._log, place, _UPLOADS[kind], size)

    def _note(self, item: Item, row: Row, kind: str, place: str) -> Item:
        if kind == "mc_heading":
            labels = ", ".join(label for _, label in self._options(row, ""))
            self._log.add(place, f"it is the head of a table with the columns {labels}", "shown as a text")
        return replace(item, kind="note")

    def _recorded(self, item: Item, row: Row, kind: str, place: str) -> Item:
        value = row.get("value", "").strip()
        if kind == "calculate" and value:
            try:
                return replace(item, kind="calculate", calculation=FormrTranslator(self._find).value_expression(value))
            except NotCarriedError as error:
                self._log.add(place, f"its value [{value[:200]}] is not read ({error})", "it stays empty")
        elif kind != "hidden":
            self._log.add(place, f"the type '{kind}' records something by itself", "kept as an empty hidden item")
        return replace(item, kind="hidden", show_if=None)

    def _rating(self, item: Item, row: Row, rest: str, place: str) -> Item:
        low, high, step = _bounds(rest, "1", "5")
        options = self._options(row, "")
        is_whole = all(number == int(number) for number in (low, high, step)) and step > 0
        if not is_whole or not _ENDS <= (high - low) / step + 1 <= MOST_SCALE_POINTS or low <= -91:  # noqa: PLR2004  # codes
            return self._range(item, row, rest, place)
        ends = tuple(self._draft.text(place, {self._draft.base: label}) for _, label in options[:_ENDS])
        words = (ends[0], ends[1]) if len(ends) == _ENDS else None
        if len(options) > _ENDS:
            self._log.add(place, f"it has {len(options)} words for its ends", "the first two are kept")
        return replace(item, kind="rating", scale=self._draft.number_scale(int(low), int(high), int(step), words))

    def _range(self, item: Item, row: Row, rest: str, place: str) -> Item:
        low, high, _ = _bounds(rest, "0", "100")
        ends = [label for _, label in self._options(row, "")[:_ENDS]]
        said = f", from '{ends[0]}' to '{ends[1]}'" if len(ends) == _ENDS else ""
        self._log.add(place, f"it is a slider from {low:g} to {high:g}{said}",
                      "asked as a number, with a slider where scripts run")
        hint = f"{low:g} = {ends[0]}, {high:g} = {ends[1]}" if len(ends) == _ENDS else ""
        return replace(item, kind="decimal", minimum=max(min(low, high), -90), maximum=max(low, high),
                       appearance="slider", hint=self._draft.same(hint) if hint else None)

    def _number(self, item: Item, _row: Row, rest: str, place: str) -> Item:
        parts = [part.strip() for part in rest.split(",")] if rest else []
        numbers = [float(part) if _NUMBER.fullmatch(part) else None for part in (*parts, "", "", "")[:3]]
        low, high, step = numbers
        if low is not None and low <= -91:  # noqa: PLR2004  # the range would hold the missing codes
            self._log.add(place, f"its smallest value {low:g} is below -90", "no smallest value is kept")
            low = None
        if step not in (None, 1.0):
            self._log.add(place, f"its steps are {step:g}", "any number between its bounds is taken")
        whole = step is not None and step == int(step)
        return replace(item, kind="integer" if whole else "decimal", minimum=low, maximum=high)

    def _date(self, item: Item, row: Row, rest: str, place: str) -> Item:
        if "time" in row["type"]:
            self._log.add(place, "it asks for a date with its time", "asked as a date")
        for text, sign in zip(rest.split(","), (">=", "<="), strict=False):
            bound = _date_of(text.strip())
            if bound:
                item = replace(item, constraint=both(item.constraint, f". {sign} {bound}"))
            elif text.strip():
                self._log.add(place, f"its bound '{text.strip()[:40]}' is not read", "any date is taken")
        return replace(item, kind="date")

    def _time(self, item: Item, _row: Row, rest: str, place: str) -> Item:
        if rest:
            self._log.add(place, f"its times are bounded ({rest[:60]})", "any time is taken")
        return replace(item, kind="time")

    # ---- choices ----------------------------------------------------------------------------------------------------
    def _options(self, row: Row, list_name: str) -> list[tuple[str, str]]:
        if list_name in self._lists:
            return self._lists[list_name]
        numbered = sorted(
            (int(match.group(1)), label) for column, label in row.items()
            if (match := re.fullmatch(r"choice(\d{1,3})", column)))
        return [(str(number), label) for number, label in numbered]

    def _choices(self, item: Item, row: Row, kind: str, rest: str, place: str) -> Item:
        if kind in ("check", "check_button"):
            word = self._draft.word("yes")
            return replace(item, kind="multiple", choices=(Choice("1", word),))
        if kind == "sex":
            choices = [Choice("1", self._draft.word("male")), Choice("2", self._draft.word("female"))]
            return replace(item, kind="single", choices=tuple(choices))
        found: dict[str, Choice] = {}
        for value, label in self._options(row, rest.split(",")[0].split()[0] if rest.split() else ""):
            stored = re.sub(r"\s+", "_", value)
            label_text = self._draft.text(f"{place}, choice {value}", {self._draft.base: label}, value)
            found.setdefault(stored, Choice(stored, label_text))
        if kind.startswith("select_or_add"):
            found.setdefault("other", Choice("other", self._draft.word("other"), has_text=True))
        if not found:
            self._log.add(place, "it has no choices", "asked as text")
            return item
        return replace(item, kind=_CHOICES[kind], choices=tuple(found.values()),
                       appearance="minimal" if "select" in kind else None)

    # ---- texts and columns ------------------------------------------------------------------------------------------
    def _pipe(self, place: str, text: str, _language: str) -> str:
        return _KNITR.sub(lambda match: self._shown(match.group(0), place), text)

    def _shown(self, code: str, place: str) -> str:
        """Return an R expression in a text as the answer of the item that it names."""
        try:
            operand = self._find(code.strip("`").removeprefix("r").strip())
        except NotCarriedError:
            self._log.add(place, f"its text is computed in R [{code[:120]}]", f"'{LOST}' or its name stands there")
            return LOST
        return f"${{{operand.key}}}"

    def _note_columns(self, row: Row, place: str) -> None:
        for column, what, done in (
                ("class", "it has a style", "shown in the usual way"),
                ("block_order", "its block changes places", "asked in one order"),
                ("item_order", "it changes places with others", "asked in one order")):
            if row.get(column, "").strip():
                self._log.add(place, f"{what} ({row[column].strip()[:60]})", done)


def _type_of(row: Row) -> tuple[str, str]:
    head, _, rest = row.get("type", "").strip().partition(" ")
    return head.lower(), rest.strip()


def _bounds(rest: str, low: str, high: str) -> tuple[float, float, float]:
    parts = [part for part in (part.strip() for part in rest.split(",")) if _NUMBER.fullmatch(part)]
    if len(parts) == 1:     # `rating_button 5`
        parts = [low, *parts]
    found = [float(part) for part in (*parts, *[low, high, "1"][len(parts):])[:3]]
    return found[0], found[1], found[2]


def _date_of(text: str) -> str | None:
    if text in ("now", "today"):
        return "today()"
    german = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
    if german:
        return f"'{german.group(3)}-{int(german.group(2)):02d}-{int(german.group(1)):02d}'"
    return f"'{text}'" if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
