"""One page of a questionnaire as a browser without script reads it: what can be filled in, and where it is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

ItemKey = str


@dataclass
class FormField:
    """One name of a form with the values it can take; text fields have none."""

    name: str
    kind: str                                   # radio, checkbox, select, file, text
    item: ItemKey | None                        # the item it stands in
    options: list[str] = field(default_factory=list)


@dataclass
class FormPage:
    """The form of a page; hidden and disabled fields are told apart from those a person can fill in."""

    action: str | None = None
    hidden: dict[str, str] = field(default_factory=dict)
    fields: dict[str, FormField] = field(default_factory=dict)
    items: list[ItemKey] = field(default_factory=list)         # shown, in order
    deeds: list[str] = field(default_factory=list)             # values of the button `:deed`
    faults: list[ItemKey] = field(default_factory=list)        # items with a message


class _Reader(HTMLParser):
    """Collects the first form that posts; an item is left at the end of its element."""

    def __init__(self) -> None:
        super().__init__()
        self.page = FormPage()
        self._depth = 0
        self._item: tuple[str, int, bool] | None = None     # key, depth, is hidden
        self._select: FormField | None = None
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("div", "fieldset"):
            self._depth += 1
            self._enter_item(given)
        if tag == "form" and given.get("method") == "post" and self.page.action is None:
            self.page.action, self._is_inside = given.get("action", ""), True
        elif self._is_inside and tag in ("input", "select", "textarea", "option", "button"):
            self._take(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("div", "fieldset"):
            if self._item is not None and self._item[1] == self._depth:
                self._item = None
            self._depth -= 1
        elif tag == "select":
            self._select = None
        elif tag == "form":
            self._is_inside = False

    def _enter_item(self, given: dict[str, str]) -> None:
        if "data-item" in given:
            is_hidden = "hidden" in given
            self._item = (given["data-item"], self._depth, is_hidden)
            if not is_hidden:
                self.page.items.append(given["data-item"])

    def _take(self, tag: str, given: dict[str, str]) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "option":
            if self._select is not None and value:
                self._select.options.append(value)
            return
        if tag == "button":
            if name == ":deed" and value not in self.page.deeds:
                self.page.deeds.append(value)
            return
        if given.get("aria-invalid") and self._item is not None and self._item[0] not in self.page.faults:
            self.page.faults.append(self._item[0])
        if given.get("type") == "hidden":
            self.page.hidden[name] = value
        elif name and "disabled" not in given and not (self._item and self._item[2]):
            self._add(tag, given.get("type", "text"), name, value)

    def _add(self, tag: str, type_: str, name: str, value: str) -> None:
        kind = type_ if type_ in ("radio", "checkbox", "file") else "select" if tag == "select" else "text"
        found = self.page.fields.setdefault(name, FormField(name, kind, self._item[0] if self._item else None))
        if kind in ("radio", "checkbox"):
            found.options.append(value)
        if kind == "select":
            self._select = found


def read_form(html: str) -> FormPage:
    """Return the form of a page; `action` is None where the page has none."""
    reader = _Reader()
    reader.feed(html)
    return reader.page
