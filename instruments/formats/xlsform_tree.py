"""pyxform's tree of a form → sections and items of our model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from instruments.errors import FileFormatError
from instruments.formats.loss import LossLog
from instruments.formats.xlsform_expressions import both, clean
from instruments.formats.xlsform_items import KINDS, METADATA, ItemReader, Node, is_marked, own
from instruments.formats.xlsform_languages import Languages
from instruments.instrument_checks import RESERVED_KEYS
from instruments.schema import AnswerScale, Item, Section

GROUPS = frozenset({"group", "repeat"})
TABLE_KINDS = frozenset({"select one", "select all that apply"})
LOOSE = "page"          # sections made for questions that stand in no group: page_1, page_2, ...


class TreeReader:
    """Walks a form once; afterwards `sections`, `items` and `scales` hold what it says."""

    def __init__(
        self, form: Node, languages: Languages, log: LossLog, scale_rows: Mapping[str, Mapping[str, str]], place: str,
    ) -> None:
        self._languages, self._log, self._place = languages, log, place
        self._reader = ItemReader(languages, log, scale_rows, form.get("choices") or {})
        self._placeholders: set[str] = set()
        self.sections: list[Section] = []
        self.items: list[Item] = []
        self._read_form(form)
        self._read_spare_scales(form, scale_rows)
        self._drop_placeholders()
        self._rename()
        used = {item.section for item in self.items}
        self.sections = [section for section in self.sections if section.key in used]

    @property
    def scales(self) -> tuple[AnswerScale, ...]:
        return tuple(self._reader.scales.values())

    def _read_form(self, form: Node) -> None:
        loose: str | None = None
        for node in _children(form):
            if node.get("name") == "meta" and node["type"] == "group":
                continue
            if node["type"] in GROUPS:
                loose = None
                self._open_section(node)
                self._read_children(node, self.sections[-1].key, None)
                continue
            if loose is None:
                loose = f"{LOOSE}_{len(self.sections) + 1}"
                self.sections.append(Section(loose, "questions", {}))
            self._read_node(node, loose, None)

    def _read_spare_scales(self, form: Node, scale_rows: Mapping[str, Mapping[str, str]]) -> None:
        """Read the scales of our own sheet that no item uses."""
        lists = form.get("choices") or {}
        for key, row in scale_rows.items():
            raw = lists.get(row.get("list_name", key))
            if raw and key not in self._reader.scales:
                self._reader.scales[key] = self._reader.read_scale(key, raw)

    def _open_section(self, node: Node) -> None:
        place = f"group {node['name']}"
        self._note_repeat(node, place)
        self.sections.append(Section(
            key=own(node, "section") or str(node["name"]), kind=own(node, "kind") or "questions",
            title=self._languages.text(node.get("label")), show_if=self._relevant(node, place),
            module=own(node, "module"), block=own(node, "block"), **_random(node)))

    def _relevant(self, node: Node, place: str) -> str | None:
        text = (node.get("bind") or {}).get("relevant")
        return clean(str(text), f"{place}, relevant", "shown to everybody", self._log) if text else None

    def _note_repeat(self, node: Node, place: str) -> None:
        if node["type"] == "repeat":
            self._log.add(place, "its questions are repeated", "asked once")

    def _read_children(self, node: Node, section: str, condition: str | None) -> None:
        for child in _children(node):
            if child["type"] not in GROUPS:
                self._read_node(child, section, condition)
                continue
            place = f"group {child['name']}"
            self._note_repeat(child, place)
            inner = both(condition, self._relevant(child, place))
            self._log.add(place, "it lies inside another group", "its questions stand in the outer section")
            if title := self._languages.text(child.get("label")):
                self.items.append(Item(str(child["name"]), section, "note", title, show_if=inner))
            self._read_children(child, section, inner)

    def _read_node(self, node: Node, section: str, condition: str | None) -> None:
        kind, name = node["type"], str(node.get("name"))
        if kind == "loop":
            raise FileFormatError(
                f"{self._place}, group {name}", "begin_loop is not read.", "Write its questions out.")
        if own(node, "text_of"):
            return          # the text of a choice "other", which its item asks for by itself
        appearance = str((node.get("control") or {}).get("appearance") or "")
        if name.startswith("reserved_name_for_field_list_labels") or (kind in TABLE_KINDS and appearance == "label"):
            return          # the head row of a table, which repeats the choices
        if kind in KINDS or kind == "range":
            if self._is_text_of_other(node):
                self.items[-1] = self._reader.with_other(self.items[-1])
                self._log.add(f"item {name}", "it asks for the text of 'other'", f"part of item {self.items[-1].key}")
                return
            self.items.append(self._reader.read(node, section, condition))
            return
        done = "recorded by the application where it needs it" if kind in METADATA else "left out"
        self._log.add(f"item {name}", f"the type '{kind}' is not asked here", done)
        if kind == "today":
            self.items.append(Item(name, section, "calculate", {}, calculation="today()"))
        else:
            self.items.append(Item(name, section, "hidden", {}))
        self._placeholders.add(name)

    def _is_text_of_other(self, node: Node) -> bool:
        """Return whether pyxform made this question for `or_other` of the one before."""
        before = self.items[-1] if self.items else None
        relevant = (node.get("bind") or {}).get("relevant")
        return (
            before is not None and node["type"] == "text" and str(node["name"]) == f"{before.key}_other"
            and relevant == f"selected(../{before.key}, 'other')")

    # ---- afterwards -------------------------------------------------------------------------------------------------
    def _drop_placeholders(self) -> None:
        """Remove what is not asked, unless an expression or a text names it."""
        text = "\n".join(_texts(self.items, self.sections))
        named = {name for name in self._placeholders if re.search(rf"\$\{{\s*{re.escape(name)}\s*\}}", text)}
        self.items = [item for item in self.items if item.key not in self._placeholders or item.key in named]

    def _rename(self) -> None:
        """Give a new key to items that share one (in different groups) or use a name of the response file."""
        seen: set[str] = set()
        renamed = {}
        for position, item in enumerate(self.items):
            key = item.key
            if key in RESERVED_KEYS:
                renamed[key] = key = self._free(f"{key}_1", seen)
            elif key in seen:
                key = self._free(f"{item.section}_{key}", seen)
            seen.add(key)
            if key != item.key:
                self._log.add(f"item {item.key}", "its name is taken", f"called {key}")
                self.items[position] = replace(item, key=key)
        if renamed:
            self.items = [_with_names(item, renamed) for item in self.items]
            self.sections = [replace(section, show_if=_renamed(section.show_if, renamed)) for section in self.sections]

    def _free(self, key: str, seen: set[str]) -> str:
        taken = seen | {item.key for item in self.items}
        number = 2
        found = key
        while found in taken:
            found, number = f"{key}_{number}", number + 1
        return found


def _random(node: Node) -> dict[str, Any]:
    """Return what changes places: the `items` of the group, the group itself among `blocks=NAME`, or both."""
    text = own(node, "random") or ""
    group = re.search(r"\bblocks=(.+)$", text)
    items = text[:group.start()] if group else text
    return {
        "is_shuffled": "items" in items.split() or is_marked(node, "shuffled"),     # `shuffled` as written until 0.1
        "shuffle_group": group.group(1).strip() if group else None}


def _children(node: Node) -> Iterator[Node]:
    for child in node.get("children", ()):
        if isinstance(child, Mapping) and "type" in child:
            yield child


def _texts(items: list[Item], sections: list[Section]) -> Iterator[str]:
    for section in sections:
        yield section.show_if or ""
        yield from section.title.values()
    for item in items:
        for text in (item.show_if, item.constraint, item.calculation):
            yield text or ""
        yield from item.text.values()
        yield from (item.hint or {}).values()
        for choice in item.choices:
            yield choice.show_if or ""
            yield from choice.label.values()


def _renamed(text: str | None, names: Mapping[str, str]) -> str | None:
    if text is None:
        return None
    return re.sub(r"\$\{\s*([^}\s]+)\s*\}", lambda match: f"${{{names.get(match.group(1), match.group(1))}}}", text)


def _with_names(item: Item, names: Mapping[str, str]) -> Item:
    def changed(texts: Mapping[str, str]) -> dict[str, str]:
        return {code: _renamed(text, names) or "" for code, text in texts.items()}

    fields: dict[str, Any] = {name: _renamed(getattr(item, name), names) for name in (
        "show_if", "constraint", "calculation")}
    choices = tuple(replace(choice, show_if=_renamed(choice.show_if, names)) for choice in item.choices)
    hint = changed(item.hint) if item.hint else None
    return replace(item, text=changed(item.text), hint=hint, choices=choices, **fields)
