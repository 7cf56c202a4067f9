"""One question of pyxform's tree → Item, with a notice for everything that does not pass unchanged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from instruments.formats.loss import LossLog
from instruments.formats.uploads import upload
from instruments.formats.xlsform_expressions import both, choice_condition, clean
from instruments.formats.xlsform_languages import Languages
from instruments.schema import AnswerScale, Choice, Item, ItemKind, ItemRole, ScalePoint, Text

Node = Mapping[str, Any]

KINDS: Mapping[str, ItemKind] = {
    "text": "text", "string": "text", "select one": "single", "select all that apply": "multiple", "rank": "ranking",
    "integer": "integer", "int": "integer", "decimal": "decimal", "date": "date", "time": "time", "note": "note",
    "calculate": "calculate", "hidden": "hidden", "trigger": "acknowledge", "acknowledge": "acknowledge",
    "phone number": "text", "barcode": "text", "datetime": "date", "dateTime": "date",
    "photo": "upload", "image": "upload", "file": "upload", "audio": "upload",
}
UPLOADS: Mapping[str, tuple[str, ...]] = {"photo": ("image/*",), "image": ("image/*",), "audio": ("audio/*",)}
CHANGED_KINDS: Mapping[str, str] = {
    "barcode": "asked as text", "datetime": "asked as a date without time", "dateTime": "asked as a date without time",
}
# What the device or the application notes by itself; nobody is asked.
METADATA = frozenset({
    "start", "end", "today", "deviceid", "device id", "username", "phonenumber", "email", "subscriberid",
    "subscriber id", "simserial", "sim id", "audit", "start-geopoint", "background-audio", "entity", "attribute",
    "label",
})
MAX_RANGE_POINTS = 21       # a finer slider is asked as a number
KEPT_APPEARANCES = re.compile(
    r"likert|minimal|autocomplete|multiline|columns(?:-\d+)?|numbers|horizontal|list-nolabel|slider")
OTHER_LABEL: Mapping[str, str] = {"en": "Other (please state)", "zh": "其他（请注明）"}


def own(node: Node, name: str) -> str | None:
    """Return the value of one of our own columns (`bind::x:name`, or `x:name` as the child hands it on), or None."""
    found = (node.get("bind") or {}).get(f"x:{name}", node.get(f"x__{name}"))
    return None if found is None or str(found) == "" else str(found)


def is_marked(node: Node, name: str) -> bool:
    """Return whether one of our own yes-no columns says yes."""
    return (own(node, name) or "").strip().lower() in ("true", "true()", "yes", "1")


@dataclass
class ItemReader:
    """Reads questions and collects the scales that rating items need."""

    languages: Languages
    log: LossLog
    scale_rows: Mapping[str, Mapping[str, str]]
    lists: Mapping[str, list[Node]]         # the sheet choices, by the name of the list

    def __post_init__(self) -> None:
        self.scales: dict[str, AnswerScale] = {}

    def read(self, node: Node, section: str, condition: str | None) -> Item:
        """Return the item of a question; `condition` is that of the inner groups around it."""
        name, place = str(node["name"]), f"item {node['name']}"
        kind = self._kind(node, place)
        bind = node.get("bind") or {}
        relevant = self._expression(bind.get("relevant"), f"{place}, relevant", "shown to everybody")
        item = Item(
            key=name, section=section, kind=kind, text=self._label(node, kind, place),
            show_if=both(condition, relevant), hint=self.languages.text(node.get("hint")) or None,
            is_required=self._required(bind, place), appearance=self._appearance(node),
            default=self._default(node, place))
        item = self._logic(item, node, bind, place)
        if kind == "upload":
            item = self._upload(item, node, place)
        if kind in ("single", "multiple", "ranking", "rating"):
            item = self._with_choices(item, node, place)
        if node["type"] == "range":
            item = self._with_range(item, node, place)
        return self._with_own(item, node)

    def _kind(self, node: Node, place: str) -> ItemKind:
        kind = KINDS.get(node["type"], "decimal")       # a range becomes a scale or a number later on
        if node["type"] in CHANGED_KINDS:
            self.log.add(place, f"the type '{node['type']}' is not known here", CHANGED_KINDS[node["type"]])
        if kind in ("single", "multiple", "ranking") and not self._options(node):
            self.log.add(place, "its choices stand in another file", "asked as text")
            return "text"
        return kind

    def _label(self, node: Node, kind: str, place: str) -> Text:
        text = self.languages.text(node.get("label"))
        if isinstance(node.get("media"), Mapping):
            self.log.add(place, f"it shows media ({', '.join(map(str, node['media']))})", "left out")
        if text or kind in ("calculate", "hidden"):
            return text
        hint = self.languages.text(node.get("hint"))
        self.log.add(place, "it has no label", "the hint stands in" if hint else "its name stands in")
        return hint or self.languages.same(str(node["name"]))

    def _required(self, bind: Node, place: str) -> bool:
        value = str(bind.get("required") or "").strip().lower()
        if value in ("", "false()", "no", "false"):
            return False
        if value not in ("true()", "yes", "true"):
            self.log.add(place, f"an answer is required only when [{bind['required']}]", "not required")
            return False
        return True

    def _appearance(self, node: Node) -> str | None:
        appearance = str((node.get("control") or {}).get("appearance") or "")
        kept = [word for word in appearance.split() if KEPT_APPEARANCES.fullmatch(word)]
        for word in appearance.split():
            if word not in kept and word != "list":
                self.log.add(f"item {node['name']}", f"the appearance '{word}' is not known", "shown in the usual way")
        return " ".join(kept) or None

    def _default(self, node: Node, place: str) -> str | None:
        default = node.get("default")
        if default is None or str(default).strip() == "":
            return None
        if re.search(r"\$\{|\w\(|\.jpg|\.png", str(default)):
            self.log.add(place, f"its default [{default}] is computed or a file", "left out")
            return None
        return str(default).strip()

    def _expression(self, text: Any, place: str, done: str) -> str | None:
        return clean(str(text), place, done, self.log) if text not in (None, "") else None

    def _logic(self, item: Item, node: Node, bind: Node, place: str) -> Item:
        constraint = self._expression(bind.get("constraint"), f"{place}, constraint", "any answer is allowed")
        message = self.languages.text(bind.get("jr:constraintMsg")) if constraint else {}
        calculation = self._expression(bind.get("calculate"), f"{place}, calculation", "it stays empty")
        kind = item.kind
        if kind == "calculate" and calculation is None:
            kind = "hidden"
        if str(bind.get("readonly") or "").startswith("true") and kind not in ("note", "calculate", "hidden"):
            self.log.add(place, "it is read-only", "it can be answered")
        return replace(
            item, kind=kind, constraint=constraint, constraint_message=message or None, calculation=calculation)

    def _upload(self, item: Item, node: Node, place: str) -> Item:
        size, accepts = own(node, "largest_mb"), own(node, "accepts")
        if item.constraint or item.default:
            self.log.add(place, "a condition or default is put on its file", "left out")
        if own(node, "kind") is not None:
            return replace(item, accepts=tuple((accepts or "").split()), default=None, constraint=None,
                           constraint_message=None, largest_mb=int(_number(size, 0)) or None)
        return upload(item, self.log, place, UPLOADS.get(str(node["type"]), ()))

    # ---- choices ----------------------------------------------------------------------------------------------------
    def _with_choices(self, item: Item, node: Node, place: str) -> Item:
        list_name = str(node.get("list_name") or node.get("itemset") or node["name"])
        raw = [choice for choice in self._options(node) if choice.get("name") not in (None, "")]
        if self._is_rating(item, node, raw):
            if self._is_shuffled(node, place):
                self.log.add(place, "the points of its scale are shown in random order", "shown in their own order")
            key = own(node, "scale") or list_name
            self.scales.setdefault(key, self.read_scale(key, raw))
            return replace(item, kind="rating", scale=key)
        item = replace(item, shuffles_choices=self._is_shuffled(node, place))
        text = node.get("choice_filter")
        columns = {column for choice in raw for column in choice}
        found: dict[str, Choice] = {}
        for entry in raw:
            condition: str | bool = True
            if text:
                condition = choice_condition(str(text), entry, columns, f"{place}, choice_filter", self.log)
            if condition is not False:
                self._add_choice(found, entry, None if condition is True else str(condition), place)
        return replace(item, choices=tuple(found.values()))

    def _options(self, node: Node) -> list[Node]:
        """Return the choices of a question; pyxform leaves them at their list where their order is random."""
        list_name = str(node.get("list_name") or node.get("itemset"))
        found: list[Node] = node.get("choices") or self.lists.get(list_name) or []
        return found

    def _is_shuffled(self, node: Node, place: str) -> bool:
        parameters = node.get("parameters") or {}
        if not isinstance(parameters, Mapping):
            return False
        if str(parameters.get("randomize", "")).lower() not in ("true", "true()"):
            return False
        if parameters.get("seed"):
            self.log.add(
                place, f"its random order has the seed {parameters['seed']}", "the order follows each response's seed")
        return True

    def _add_choice(self, found: dict[str, Choice], entry: Node, condition: str | None, place: str) -> None:
        value = str(entry["name"])
        if entry.get("media"):
            self.log.add(f"{place}, choice {value}", "it shows media", "left out")
        condition = own(entry, "show_if") or condition
        known = found.get(value)
        if known is not None:       # the same choice again, offered under another condition
            either = f"({known.show_if}) or ({condition})" if known.show_if and condition else None
            found[value] = replace(known, show_if=either)
            return
        label = self.languages.text(entry.get("label"))
        if not label:
            self.log.add(f"{place}, choice {value}", "it has no label", "its name stands in")
        found[value] = Choice(
            value=value, label=label or self.languages.same(value), is_exclusive=is_marked(entry, "exclusive"),
            has_text=is_marked(entry, "text"), is_missing=is_marked(entry, "missing"), show_if=condition,
            is_fixed=is_marked(entry, "fixed"))

    def _is_rating(self, item: Item, node: Node, raw: list[Node]) -> bool:
        if item.kind != "single":
            return False
        if own(node, "scale") or own(node, "kind") == "rating":
            return True
        values = [str(choice["name"]) for choice in raw if not is_marked(choice, "missing")]
        return "likert" in (item.appearance or "") and all(re.fullmatch(r"-?\d{1,4}", value) for value in values)

    def read_scale(self, key: str, raw: list[Node]) -> AnswerScale:
        """Return the scale that a list of choices makes: its whole numbers are the points."""
        points, not_applicable = [], None
        for entry in raw:
            label = self.languages.text(entry.get("label")) or self.languages.same(str(entry["name"]))
            if is_marked(entry, "missing") or not re.fullmatch(r"-?\d{1,4}", str(entry["name"])):
                not_applicable = label
            else:
                points.append(ScalePoint(int(entry["name"]), label))
        return AnswerScale(
            key, "nps" if self.scale_rows.get(key, {}).get("kind") == "nps" else "ordinal",
            tuple(sorted(points, key=lambda point: point.value)), not_applicable)

    def _with_range(self, item: Item, node: Node, place: str) -> Item:
        control = {**(node.get("control") or {}), **(node.get("parameters") or {})}
        low, high, step = (_number(control.get(key), usual) for key, usual in (("start", 1), ("end", 10), ("step", 1)))
        is_whole = all(number == int(number) for number in (low, high, step)) and step > 0
        if is_whole and high > low and (high - low) / step < MAX_RANGE_POINTS:
            key = f"range_{int(low)}_{int(high)}_{int(step)}".replace("-", "m")
            values = range(int(low), int(high) + 1, int(step))
            points = tuple(ScalePoint(value, self.languages.same(str(value))) for value in values)
            self.scales.setdefault(key, AnswerScale(key, "ordinal", points))
            return replace(item, kind="rating", scale=key)
        self.log.add(place, f"it is a slider in steps of {step:g}",
                     "asked as a number, with a slider where scripts run")
        return replace(item, kind="decimal", minimum=min(low, high), maximum=max(low, high), appearance="slider")

    # ---- our own columns --------------------------------------------------------------------------------------------
    def _with_own(self, item: Item, node: Node) -> Item:
        limit, low, high = own(node, "max_choices"), own(node, "min"), own(node, "max")
        expected = own(node, "expected") or ""
        item = replace(
            item, construct=own(node, "construct"), is_reverse=is_marked(node, "reverse"),
            role=cast(ItemRole | None, own(node, "role")), module=own(node, "module"), safeguard=own(node, "safeguard"),
            importance_of=own(node, "importance_of"), unit=own(node, "unit"),
            expected=tuple(int(value) for value in expected.split() if value.lstrip("-").isdecimal()),
            max_choices=int(_number(limit, 0)) or None, is_short=is_marked(node, "short"),
            minimum=_number(low, 0) if low else item.minimum, maximum=_number(high, 0) if high else item.maximum)
        if own(node, "kind") is None:
            return item
        # The form was written here: what the columns of the standard hold besides was derived from these.
        return replace(
            item, constraint=own(node, "constraint"), appearance=own(node, "appearance"),
            constraint_message=item.constraint_message if own(node, "constraint") else None)

    def with_other(self, item: Item) -> Item:
        """Return the item with its choice 'other' asking for text, in our words."""
        label = {code: OTHER_LABEL.get(code.split("-")[0], OTHER_LABEL["en"]) for code in self.languages.codes}
        return replace(item, choices=tuple(
            replace(choice, has_text=True, label=label) if choice.value == "other" else choice
            for choice in item.choices))


def _number(text: Any, usual: float) -> float:
    try:
        return float(str(text))
    except ValueError:
        return float(usual)
