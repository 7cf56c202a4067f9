"""A respondent's pages put together: ready HTML with this respondent's answers, faults and order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from flask_babel import gettext
from markupsafe import escape

from surveyapp.db.base import utc_now
from surveyapp.errors import AppError
from surveyapp.services.answer import Problem
from surveyapp.services.courtesy import progress_of
from surveyapp.services.order import grids_of
from surveyapp.services.posted_page import NEXT, SUBMIT
from surveyapp.services.promise import promise_language, promise_lines
from surveyapp.services.questionnaire import OPTION_KINDS, CompiledItem, Page, shown_order
from surveyapp.services.relevance import Relevance
from surveyapp.services.response import Door, Filling, fingerprint
from surveyapp.services.response_path import last_page, next_page, open_page, skipped_items
from surveyapp.services.response_token import sealed_time
from surveyapp.services.resume_token import resume_code
from surveyapp.views.questionnaire_html import (
    KIOSK_SECONDS,
    Fault,
    PageButtons,
    PageHtml,
    Pieces,
    cut,
    item_with_answer,
    kept,
    own_values,
    page_html,
    render,
    splice,
    spoken_answer,
)


@dataclass(frozen=True)
class Paths:
    """The addresses of one response, written out: asking the router three times costs more than the page does."""

    root: str
    host: str
    scheme: str
    token: str
    # First page of the kiosk where it is filled in; nothing leads back to a response from there.
    start: str = field(default="", kw_only=True)
    ticket: str = field(default="", kw_only=True)   # sealed instant that a kiosk's pages ask for

    @property
    def is_kiosk(self) -> bool:
        return bool(self.start)

    def resume(self) -> str:
        return self.start or f"{self.root}/r/{self.token}"

    def leave(self) -> str:
        """Return where somebody goes away from a kiosk."""
        return f"{self.root}/l/{self.token}"

    def withdraw(self) -> str:
        """Return where answers are withdrawn, with the host, to be noted."""
        return f"{self.scheme}://{self.host}{self.root}/withdraw"

    def whole(self) -> str:
        """Return the address with the host, to be kept by the respondent."""
        return f"{self.scheme}://{self.host}{self.root}/r/{self.token}"

    def code_page(self, link_token: str) -> str:
        """Return where the short code is typed, with the host."""
        return f"{self.scheme}://{self.host}{self.root}/q/{link_token}/resume"

    def page(self, section: str, late: Iterable[str] = (), fast: str = "") -> str:
        query = urlencode([("late", key) for key in late] + ([("fast", fast)] if fast else []) + self._ticket())
        return f"{self.root}/r/{self.token}/{quote(section, safe='')}{'?' if query else ''}{query}"

    def finish(self) -> str:
        return f"{self.root}/e/{self.token}{'?' if self.ticket else ''}{urlencode(self._ticket())}"

    def _ticket(self) -> list[tuple[str, str]]:
        return [(TICKET, self.ticket)] if self.ticket else []

    def kiosk_slots(self) -> dict[str, str]:
        """Return what a kiosk's pages have in their slots."""
        return {"START": str(escape(self.start)), "LEAVE": str(escape(self.leave())),
                "WITHDRAW": str(escape(self.withdraw()))}


THANKS_SECONDS = 60
TICKET = "t"
LONGEST_LABEL = 80          # characters of a question in a list of questions


def said(text: str, values: Mapping[str, Any]) -> str:
    """Return a message in the respondent's language."""
    return str(gettext(text)).format(**values) if text else ""


def translated(error: AppError) -> dict[str, str]:
    """Return a refusal's reason and remedy in the respondent's language."""
    return {"reason": said(error.reason, error.values), "remedy": said(error.remedy, error.values)}


def refusal(error: AppError, resume: str | None, start: str = "") -> str:
    """Return the page that says what cannot be done; at a kiosk, whose first page is `start`, it clears itself."""
    html = render("response/refusal.html", **translated(error), resume=resume,
                  **kiosk_words(is_kiosk=bool(start), seconds=THANKS_SECONDS))
    return splice(cut(html), {"START": str(escape(start))})


# ---- first and last -------------------------------------------------------------------------------------------------
def start_pieces(door: Door, language: str, *, is_kiosk: bool = False) -> Pieces:
    """Return the first page, cut at its slots."""
    promise = promise_lines(door.privacy, language, door.minimum_group)
    pieces: Pieces = kept(
        (door.questionnaire.content_hash, door.link_token, language, promise, door.retain_until, door.is_test,
         door.is_synthetic, is_kiosk),
        lambda: cut(render("response/start.html", door=door, instrument=door.instrument, language=language,
                           **kiosk_words(is_kiosk=is_kiosk),
                           promise=promise, promise_language=promise_language(language))))
    return pieces


def kiosk_words(*, is_kiosk: bool, seconds: int = KIOSK_SECONDS) -> dict[str, Any]:
    """Return what a template needs for a page at a kiosk."""
    return {"is_kiosk": is_kiosk, "kiosk_seconds": seconds}


def consent_notice(error: AppError) -> str:
    """Return the message that consent is missing."""
    return render("response/_notice.html", consent=translated(error))


def thanks(filling: Filling, code: str, paths: Paths) -> str:
    """Return the last page; the code is shown to whoever holds the response's own address, at a kiosk once."""
    door, language = filling.door, filling.language
    return splice(kept(
        (door.questionnaire.content_hash, "thanks", language, door.is_test, door.is_synthetic, paths.is_kiosk),
        lambda: cut(render("response/thanks.html", door=door, instrument=door.instrument, language=language,
                           **kiosk_words(is_kiosk=paths.is_kiosk, seconds=THANKS_SECONDS))),
    ), {"CODE": code, **paths.kiosk_slots()})


def ended_early(filling: Filling, paths: Paths) -> str:
    """Return the last page of somebody the questionnaire is not for, or of whose kind enough have answered."""
    door, language = filling.door, filling.language
    gate = next((gate for gate in filling.questionnaire.gates if gate.key == filling.ended_by), None)
    return splice(cut(render(
        "response/ended.html", door=door, instrument=door.instrument, language=language,
        message=gate.message.get(language, "") if gate else "", has_answers=bool(filling.pages),
        **kiosk_words(is_kiosk=paths.is_kiosk, seconds=THANKS_SECONDS))), paths.kiosk_slots())


def finish(filling: Filling, paths: Paths) -> str:
    """Return the page before handing in, with what was left out."""
    relevance = filling.relevance(utc_now())
    skipped = skipped_items(filling, relevance)
    last = last_page(filling.way(), relevance)
    pages = [
        {"title": page.section.title.get(filling.language) or page.key,
         "questions": [{"label": label_of(item, filling.language),
                        "address": f"{paths.page(page.key)}#{anchor_of(item)}"} for item in skipped[page.key]]}
        for page in filling.way() if page.key in skipped
    ]
    return splice(cut(render(
        "response/finish.html", **kiosk_words(is_kiosk=paths.is_kiosk), door=filling.door,
        instrument=filling.door.instrument, action=paths.finish(),
        skipped=pages, n_skipped=sum(len(items) for items in skipped.values()),
        back=paths.page(last.key) if last else paths.resume())), paths.kiosk_slots())


def anchor_of(item: CompiledItem) -> str:
    """Return the id to which a link leads."""
    return f"i-{item.key}" if item.kind in OPTION_KINDS else f"f-{item.key}"


def label_of(item: CompiledItem, language: str) -> str:
    """Return the question, shortened for a list."""
    text = item.item.text.get(language, item.key)
    return text if len(text) <= LONGEST_LABEL else text[:LONGEST_LABEL - 1] + "…"


# ---- a page ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Notes:
    """What a page says besides its questions."""

    problems: Mapping[str, Problem] = field(default_factory=dict)
    form: Mapping[str, list[str]] = field(default_factory=dict)     # as posted, where there are problems
    late: frozenset[str] = frozenset()      # items that the answers brought up
    fast: str = ""                          # address of the page that was answered too fast to be read

    def __bool__(self) -> bool:
        return bool(self.problems or self.late or self.fast)


NO_NOTES = Notes()


def filled_page(filling: Filling, page: Page, paths: Paths, *, secret: str, now_ms: int,
                notes: Notes = NO_NOTES) -> str:
    """Return a page with this respondent's answers, in this respondent's order."""
    now = utc_now()
    stored = filling.stored(page.key)
    answers = filling.shown_answers(page)
    relevance = (filling.with_answers(page.key, answers) if page.defaults else filling).relevance(now)
    way = filling.way()
    follows = next_page(way, relevance, page.key)
    html = page_html(filling.door, page, filling.language, PageButtons(
        deed=NEXT if follows else SUBMIT, has_back=next_page(way, relevance, page.key, -1) is not None,
        has_end=follows is not None and open_page(filling, relevance) is None, has_code=filling.has_code,
        is_kiosk=paths.is_kiosk))
    by_key = {item.key: item for item in page.items}
    order = [by_key[key] for key in shown_order(page, filling.seed)]
    values = {
        "ACTION": str(escape(paths.page(page.key))), "RESUME": str(escape(paths.whole())), "BASE": fingerprint(stored),
        "SEEN": ",".join(item.key for item in order if item.takes_answer and relevance.shows_item(item)),
        "AT": sealed_time(secret, filling.key, page.key, now_ms),
        "VALUES": own_values(page, relevance.values), "TODAY": filling.door.today(now).isoformat(),
        "ITEMS": _items(filling, order, answers, html, relevance, _faults(notes)),
    }
    if filling.has_code:
        values["CODE"] = resume_code(secret, paths.token)
        values["CODE_PAGE"] = str(escape(paths.code_page(filling.door.link_token)))
    if paths.is_kiosk:
        values.update(paths.kiosk_slots())
    if filling.door.instrument.has_progress:
        values["PROGRESS"] = str(progress_of(filling, relevance))
    if notes:
        values["NOTICE"] = _notice(filling, order, relevance, notes)
        values["REMINDED"] = ",".join(key for key, problem in notes.problems.items() if problem.is_reminder)
        values["FAULT"] = str(escape(gettext("Please check") + ": ")) if notes.problems else ""
    return splice(html.shell, values)


def _faults(notes: Notes) -> dict[str, Fault]:
    return {key: Fault(told(problem), {name: tuple(values) for name, values in notes.form.items()
                                       if name == key or name.startswith(f"{key}.")}, problem.is_reminder)
            for key, problem in notes.problems.items()}


def told(problem: Problem) -> str:
    """Return a problem in the respondent's language."""
    return problem.text if problem.is_own_wording else said(problem.text, problem.values)


def _items(filling: Filling, order: list[CompiledItem], shown: Mapping[str, Any], html: PageHtml,
           relevance: Relevance, faults: Mapping[str, Fault]) -> str:
    piped: dict[str, str] = {}
    if any(html.items[item.key].pipes for item in order if item.is_visible_kind):
        answers = {**filling.answers(), **relevance.calculated}
        piped = {key: spoken_answer(filling.questionnaire.item(key), answers.get(key), filling.language)
                 for item in order if item.is_visible_kind for key in html.items[item.key].pipes}
    made = {item.key: item_with_answer(
        html.items[item.key].in_order(item, filling.seed), item, shown,
        is_hidden=not relevance.shows_item(item), fault=faults.get(item.key),
        hidden_choices=frozenset(value for key, value in relevance.hidden_choices if key == item.key), piped=piped)
        for item in order if item.is_visible_kind}
    if not html.has_grids:
        return "".join(made.values())
    runs = grids_of([item for item in order if item.is_visible_kind])
    texts = ["".join(made[item.key] for item in run) for run in runs]
    return "".join(f'<div class="grid">{text}</div>' if len(run) > 1 else text
                   for run, text in zip(runs, texts, strict=True))


def _notice(filling: Filling, order: list[CompiledItem], relevance: Relevance, notes: Notes) -> str:
    language, problems = filling.language, notes.problems
    wrong = [{"anchor": anchor_of(item), "label": label_of(item, language), "text": told(problems[item.key])}
             for item in order if item.key in problems]
    new = [{"anchor": anchor_of(item), "label": label_of(item, language)}
           for item in order if item.key in notes.late and relevance.shows_item(item)]
    return render("response/_notice.html", problems=wrong, late=new, fast=notes.fast,
                  is_reminder=all(problem.is_reminder for problem in problems.values()))
