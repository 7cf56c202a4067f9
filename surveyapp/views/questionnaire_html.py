"""HTML of a questionnaire: written once per version, language and page; what is a respondent's own is spliced in.

Templates put a slot where something changes. Their output is cut at the slots once; a page is then a join of ready
pieces, which is what lets one core serve thousands of pages a second.
"""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, g
from flask_babel import gettext as _
from markupsafe import Markup, escape

from instruments.languages import is_right_to_left, own_name
from instruments.schema import NUMBER_KINDS, REFUSED
from surveyapp.services.answer import LONGEST_NUMBER, LONGEST_OTHER, LONGEST_TEXT, short
from surveyapp.services.order import choice_order, is_grid_row
from surveyapp.services.posted_page import REFUSED_ITEM
from surveyapp.services.questionnaire import (
    ACKNOWLEDGED,
    NOT_APPLICABLE,
    CompiledItem,
    Page,
    Questionnaire,
)
from surveyapp.services.response import Door, is_empty
from surveyapp.views.upload_html import stored_file, upload_words

MARK = "\x01"               # cannot occur in text: control signs are refused by every reader
CHOICE = "\x02"             # stands before each choice of an item that shuffles them, and after the last
SLOT = re.compile(f"{MARK}([^{MARK}]*){MARK}")
PIPE = re.compile(r"\$\{([\w.-]+)\}")
WIDGET_KINDS = frozenset({"ranking", "upload"})
KIOSK_SECONDS = 300         # without script a page of a kiosk goes back to the start after that, and is not shown again
KEPT_PAGES = 1024           # cut pages kept in one process, about 20 kB each
Pieces = tuple[str, ...]    # text, slot, text, slot, … text


def slot(name: str) -> Markup:
    """Return the sign for a place where something is spliced in later."""
    return Markup(f"{MARK}{name}{MARK}")  # noqa: S704 - slot names are our own


def render(template: str, **values: Any) -> str:
    """Return a template's HTML; the application's own additions stay out, because they look at cookies."""
    language = g.get("content_language", "en")
    return current_app.jinja_env.get_template(template).render(
        slot=slot, language_tag=language_tag, language_name=language_name, lang=language_tag(language),
        direction="rtl" if is_right_to_left(language) else "ltr", **values)


def language_tag(language: str) -> str:
    """Return the tag that screen readers and fonts go by."""
    return "zh-Hans" if language == "zh" else language


def language_name(language: str) -> str:
    """Return the language's own name."""
    return own_name(language)


def cut(html: str) -> Pieces:
    """Return the HTML cut at its slots; blank lines between tags carry nothing."""
    return tuple(SLOT.split(re.sub(r">\s*\n\s*<", ">\n<", html)))


def splice(pieces: Pieces, values: Mapping[str, str]) -> str:
    """Return the HTML with the values in its slots; a slot without a value stays empty."""
    return "".join([piece if place % 2 == 0 else values.get(piece, "") for place, piece in enumerate(pieces)])


@dataclass(frozen=True)
class ItemHtml:
    """One item in one language: cut HTML, the same without any answer, the items it repeats, and choices to shuffle.

    Where choices are shuffled, `pieces` is what stands before them, and what comes after them is `rest`.
    """

    pieces: Pieces
    untouched: str
    pipes: tuple[str, ...]
    choices: Mapping[str, Pieces] | None = None
    rest: Pieces = ()

    def in_order(self, item: CompiledItem, seed: str) -> ItemHtml:
        """Return the HTML with its choices in the respondent's order."""
        if self.choices is None:
            return self
        pieces = joined(self.pieces, *(self.choices[value] for value in choice_order(item, seed)), self.rest)
        return ItemHtml(pieces, splice(pieces, {}), self.pipes)


def joined(*parts: Pieces) -> Pieces:
    """Return cut HTML put together again; two texts that meet become one piece."""
    pieces = [""]
    for part in parts:
        pieces[-1] += part[0]
        pieces.extend(part[1:])
    return tuple(pieces)


@dataclass(frozen=True)
class PageHtml:
    """One page in one language."""

    shell: Pieces
    items: Mapping[str, ItemHtml]
    has_grids: bool = False


_pages: OrderedDict[tuple[Any, ...], Any] = OrderedDict()


def kept(key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
    """Return what was made for the key before, or make it."""
    found = _pages.get(key)
    if found is None:
        found = _pages[key] = make()
        while len(_pages) > KEPT_PAGES:
            _pages.popitem(last=False)
    return found


@dataclass(frozen=True)
class PageButtons:
    """How one may move on; `has_end` once every page was seen, so that a gap can be filled without paging on."""

    deed: str
    has_back: bool
    has_end: bool
    has_code: bool = False
    is_kiosk: bool = False


def page_html(door: Door, page: Page, language: str, buttons: PageButtons) -> PageHtml:
    """Return the cut HTML of a page."""
    questionnaire = door.questionnaire
    items = kept((questionnaire.content_hash, language, page.key, "items"),
                 lambda: {item.key: _item_html(questionnaire, item, language)
                          for item in page.items if item.is_visible_kind})
    shell = kept((questionnaire.content_hash, language, page.key, buttons, door.is_test, door.is_synthetic),
                 lambda: cut(render(
                     "response/page.html", door=door, instrument=questionnaire.instrument, page=page,
                     language=language, buttons=buttons, scripts=_scripts(page), is_live=_is_live(page),
                     is_kiosk=buttons.is_kiosk, kiosk_seconds=KIOSK_SECONDS)))
    return PageHtml(shell, items, any(is_grid_row(item) for item in page.items))


def _is_live(page: Page) -> bool:
    return any(item.show_if is not None for item in page.items)


def _scripts(page: Page) -> list[str]:
    """Return the scripts that only some pages need, in the order in which they run."""
    has_widget = any(item.kind in WIDGET_KINDS or _is_slider(item) for item in page.items)
    return [*(["respond_logic.js"] if _is_live(page) else []), *(["respond_widgets.js"] if has_widget else [])]


def _is_slider(item: CompiledItem) -> bool:
    has_ends = item.item.minimum is not None and item.item.maximum is not None
    return item.kind in NUMBER_KINDS and has_ends and "slider" in (item.item.appearance or "").split()


def _item_html(questionnaire: Questionnaire, item: CompiledItem, language: str) -> ItemHtml:
    scale = item.scale
    html = render(
        "response/item.html", item=item, language=language, shape=_shape(item), is_slider=_is_slider(item),
        live=_live(item), unit=_unit(item), files=upload_words(item) if item.kind == "upload" else None,
        low_label=scale.points[0].label[language] if scale else "",
        high_label=scale.points[-1].label[language] if scale else "", not_applicable=NOT_APPLICABLE,
        acknowledged=ACKNOWLEDGED, longest_text=LONGEST_TEXT, longest_other=LONGEST_OTHER,
        longest_number=LONGEST_NUMBER, cut_here=CHOICE if item.item.shuffles_choices else "")
    pipes = tuple(key for key in dict.fromkeys(PIPE.findall(html)) if questionnaire.instrument.has_item(key))
    html = re.sub(r"\n\s*\n+", "\n", html).strip() + "\n"
    if not item.item.shuffles_choices:
        pieces = cut(html)
        return ItemHtml(pieces, splice(pieces, {}), pipes)
    before, *choices, rest = html.split(CHOICE)
    values = [choice.value for choice in item.item.choices]
    return ItemHtml(cut(before), "", pipes, dict(zip(values, map(cut, choices), strict=True)), cut(rest))


def _shape(item: CompiledItem) -> str:
    return "nps" if item.scale is not None and item.scale.kind == "nps" else item.kind


def _unit(item: CompiledItem) -> str:
    known = {"percent": "%", "hours": _("hours"), "days": _("days"), "years": _("years")}
    return str(known.get(item.item.unit or "", item.item.unit or ""))


def _live(item: CompiledItem) -> Markup:
    """Return the attributes by which the browser shows and hides the item while the page is filled in."""
    kind = "n" if item.kind in NUMBER_KINDS else {"multiple": "m", "ranking": "r"}.get(item.kind, "")
    attributes = Markup(' data-kind="{}"').format(kind) if kind else Markup("")
    if item.show_if is not None:
        tree = json.dumps(item.show_if, ensure_ascii=False, separators=(",", ":"))
        attributes += Markup(' data-if="{}"').format(tree)
    return attributes


# ---- one respondent's page ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Fault:
    """What is wrong with an answer, in the respondent's words, and what was typed."""

    text: str
    typed: Mapping[str, tuple[str, ...]]
    is_reminder: bool = False


def item_with_answer(html: ItemHtml, item: CompiledItem, answers: Mapping[str, Any], *, is_hidden: bool = False,
                     fault: Fault | None = None, hidden_choices: frozenset[str] = frozenset(),
                     piped: Mapping[str, str] | None = None) -> str:
    """Return the item's HTML as this respondent sees it."""
    answer = answers.get(item.key)
    is_plain = not (is_hidden or fault or hidden_choices or html.pipes) and is_empty(answer)
    if is_plain and not any(name in answers for name in item.text_fields.values()):
        return html.untouched
    ticked, texts = _entries(item, answers, fault)
    slots = {f"T:{name}": str(escape(text)) for name, text in texts.items()}
    if is_hidden:
        slots["ATTRIBUTES"] = " hidden"
    if answer == REFUSED and str(REFUSED) not in item.allowed:
        slots["REFUSAL"] = refusal_tick(item, " checked")
    if fault is not None:
        slots["FAULT"] = f'<p class="fault" id="e-{escape(item.key)}">{escape(fault.text)}</p>'
        if fault.is_reminder and not item.has_way_out:
            slots["REFUSAL"] = refusal_tick(item)
        described = f' aria-describedby="e-{escape(item.key)}"'
        slots["INPUT"] = f' aria-invalid="true"{described}'
        slots["INVALID"], slots["DESCRIBED"] = ' aria-invalid="true"', f" e-{escape(item.key)}"
        slots["ATTRIBUTES"] = slots.get("ATTRIBUTES", "") + described
    if item.kind == "upload" and isinstance(answer, str):
        slots["FILE"] = stored_file(item, answer)
    slots.update(dict.fromkeys((f"R:{choice}" for choice in ticked), " selected"))
    return _with_ticks(splice(html.pieces, slots), html, ticked, hidden_choices, is_hidden, piped or {})


def refusal_tick(item: CompiledItem, checked: str = "") -> str:
    """Return the way out of an item that is asked for a second time."""
    words = escape(_("I would rather not answer this."))       # outside the f-string, where Babel finds it
    return (f'<label class="choice apart"><input type="checkbox" name="{REFUSED_ITEM}" value="{escape(item.key)}"'
            f'{checked}><span>{words}</span></label>')


def _with_ticks(text: str, html: ItemHtml, ticked: tuple[str, ...], hidden_choices: frozenset[str], is_hidden: bool,
                piped: Mapping[str, str]) -> str:
    for value in ticked:
        mark = f' value="{escape(value)}"'
        text = text.replace(mark, f"{mark} checked", 1)
    for value in hidden_choices:
        text = _without_choice(text, value)
    for key in html.pipes:
        text = text.replace(f"${{{key}}}", str(escape(piped.get(key, ""))))
    # What is hidden must not be sent: the browser skips disabled fields.
    return re.sub(r"<(input|select|textarea) ", r"<\1 disabled ", text) if is_hidden else text


def _without_choice(text: str, value: str) -> str:
    """Return the HTML without a choice that is not offered: hidden, and disabled so that it is not sent."""
    name = re.escape(str(escape(value)))
    text = re.sub(rf'<label class="choice">(<input type="\w+" name="[^"]*" value="{name}")',
                  r'<label class="choice" hidden>\1 disabled', text, count=1)
    return re.sub(rf'<p class="rank">(<select name="[^"]*\.{name}")', r'<p class="rank" hidden>\1 disabled', text,
                  count=1)


def _entries(item: CompiledItem, answers: Mapping[str, Any],
             fault: Fault | None) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the ticked options and the texts of fields, as typed where there is a fault."""
    texts = {name: str(answers[name]) for name in item.text_fields.values() if name in answers}
    if fault is not None:
        typed = fault.typed.get(item.key, ())
        places = tuple(f"{name.removeprefix(item.key + '.')}:{values[-1]}"
                       for name, values in fault.typed.items() if name.startswith(f"{item.key}.") and values)
        return (*typed, *places), {**texts, item.key: typed[-1] if typed else ""}
    answer = answers.get(item.key)
    if answer is None or is_empty(answer) or (answer == REFUSED and str(REFUSED) not in item.allowed):
        return (), texts
    if item.kind == "ranking":
        return tuple(f"{value}:{place}" for place, value in enumerate(answer, 1)), texts
    if isinstance(answer, list):
        return tuple(answer), texts
    if item.item.choices or item.kind in ("rating", "acknowledge"):
        return (str(answer),), texts
    return (), {**texts, item.key: short(answer) if isinstance(answer, (int, float)) else str(answer)}


def spoken_answer(item: CompiledItem, answer: Any, language: str) -> str:
    """Return an answer in words, for a later question that repeats it."""
    if is_empty(answer) or answer == REFUSED:
        return ""
    if item.kind == "upload":
        return str(_("the file"))
    labels = {choice.value: choice.label.get(language, choice.value) for choice in item.item.choices}
    if item.scale is not None:
        labels = {str(point.value): point.label.get(language, "") for point in item.scale.points}
    words = answer if isinstance(answer, list) else [short(answer) if isinstance(answer, float) else str(answer)]
    return ", ".join(labels.get(str(word), str(word)) for word in words)


def own_values(page: Page, values: Mapping[str, Any]) -> str:
    """Return the answers of other pages that conditions of this page ask for, as an attribute."""
    if not page.asks_of_others:
        return "{}"
    wanted = {key: values.get(key, "") for key in page.asks_of_others}
    return str(escape(json.dumps(wanted, ensure_ascii=False)))
