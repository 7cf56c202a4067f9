"""Runs and margin bars of a turn as HTML: a page holds thousands of them, and a template would be slow."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from markupsafe import Markup, escape

from surveyapp.services.marking import SIGNS, Note, TurnLayout
from surveyapp.services.passage import SeenCoding
from surveyapp.services.verbatim import PARAPHRASE


def drawn_head(layout: TurnLayout, say: Mapping[str, str]) -> Markup:
    """Return the opening tag and the heading of a turn; `say` holds the words of the reader's language."""
    n, side = layout.number, "interviewee" if layout.is_interviewee else "interviewer"
    clock = f'\n<span class="fine">{layout.clock}</span>' if layout.at_ms is not None else ""
    return Markup(  # noqa: S704 - speaker, gap and words are escaped, the rest is numbers and names of ours
        f'<article class="turn {side}" id="turn-{n}" tabindex="-1"\n'
        f'  data-start="{layout.start}" data-gap="{escape(layout.gap)}" data-sentences="{layout.sentences}">\n'
        f'<h2><span class="turn-number">{n}</span> {escape(layout.speaker or say["paragraph"])}{clock}\n'
        f'<a class="fine" href="?turn={n}#turn-{n}" aria-label="{escape(say["code_turn"].replace("{n}", str(n)))}">'
        f'{escape(say["by_sentence"])}</a></h2>')


def drawn_row(coding: SeenCoding, say: Mapping[str, str], is_blind: bool, is_chosen: bool = False) -> Markup:
    """Return the row of a coding in the table, with what a script needs to know of it; blind, it names no coder."""
    start = "" if coding.start is None else coding.start
    own, chosen = " data-own" if coding.is_own else "", ' class="is-chosen"' if is_chosen else ""
    memo = f'<span class="memo">{escape(coding.memo)}</span>' if coding.memo else ""
    codes = escape(" → ".join(coding.codes))
    return Markup(  # noqa: S704 - codes, words and names are escaped, the rest is numbers, marks and names of ours
        f'<tr id="row-{coding.mark}" data-start="{start}" data-end="{coding.end or ""}" '
        f'data-version="{coding.version}"{own}{chosen}>'
        f'<th scope="row"><span class="code">{codes}</span>\n{_tags(coding, say, is_blind)}</th>\n'
        f'<td><span class="quote">{escape(coding.shown_quote or say["no_quote"])}</span>{memo}</td>\n'
        f'<td><a href="?mark={coding.mark}#chosen" aria-label="{escape(say["open_coding"])} '
        f'{escape(coding.codes[0])}: {escape(coding.quote[:30])}">{escape(say["open"])}</a></td></tr>\n')


@lru_cache(maxsize=64)
def _sign(sign: str, word: str) -> str:
    return f'<span class="sign" title="{escape(word)}">{sign}<span class="unseen">{escape(word)}</span></span>'


def _tags(coding: SeenCoding, say: Mapping[str, str], is_blind: bool) -> str:
    """Return what a row says of the coding beside its code, escaped."""
    tags = []
    if coding.polarity:
        tags.append(_sign(SIGNS[coding.polarity], say[coding.polarity]))
    if coding.quote and coding.quote_kind == PARAPHRASE:
        tags.append(f'<span class="tag">{escape(say["paraphrase"])}</span>')
    if coding.edited_quote:
        tags.append(f'<span class="tag">{escape(say["for_print"])}</span>')
    if coding.needs_review:
        tags.append(f'<span class="tag review">{escape(say["review"])}</span>')
    if not is_blind and not coding.is_own:
        tags.append(f'<span class="fine">{escape(coding.coder)}</span>')
    return "\n".join(tags)


def drawn_words(layout: TurnLayout) -> Markup:
    """Return the words of a turn cut into runs; marks and lanes are names of ours, words and labels are escaped."""
    parts: list[str] = []
    for run in layout.runs:
        words = escape(run.words)
        notes = f' data-notes="{" ".join(run.notes)}"' if run.notes else ""
        if not run.marks:
            parts.append(f'<span class="noted"{notes}>{words}</span>' if notes else words)
            continue
        look = f'run{" noted" if notes else ""} {" ".join(run.lanes)}'
        parts.append(f'<span class="{look}" data-codings="{" ".join(run.marks)}"{notes}>{words}</span>')
        if run.ending:
            parts.append(f'<span class="ending" data-ending="{escape(run.ending)}"></span>')
    return Markup("".join(parts))  # noqa: S704 - every word was escaped above


def drawn_notes(layout: TurnLayout, say: Mapping[str, str], base: str) -> Markup:
    """Return the memos in the margin of a turn: each opens without a script and leads to where it is changed."""
    return Markup("".join(  # noqa: S704 - every word is escaped, marks are of our making
        f'<li data-note="{note.mark}"><details><summary><span aria-hidden="true">✎</span> '
        f'<span class="unseen">{escape(say["memo"])}: </span>{escape(note.beginning)}</summary>'
        f'<p class="fine quote">{escape(" · ".join(filter(None, (note.label, note.quote))))}</p>'
        f'{_rest_of(note)}<p class="fine">{"" if note.is_own else f"{escape(note.author)} · "}'
        f'<a href="{_place_of(note, base)}" aria-label="{escape(say["open_memo"])}: {escape(note.beginning)}">'
        f'{escape(say["open"])}</a></p></details></li>' for note in layout.notes))


def _rest_of(note: Note) -> str:
    """Return the memo as it was written; nothing where its beginning is all of it."""
    return "" if note.text == note.beginning else f'<p class="memo">{escape(note.text)}</p>'


def _place_of(note: Note, base: str) -> str:
    return f"?mark={note.mark}#chosen" if note.label else f"{escape(base)}/memos#{note.mark}"


def drawn_bars(layout: TurnLayout) -> Markup:
    """Return the bars of the codings of a turn, each leading to its coding."""
    return Markup("".join(  # noqa: S704 - labels are escaped, the rest is of our making
        f'<li class="{bar.look}"><a href="?mark={bar.mark}#chosen" data-mark="{bar.mark}">{escape(bar.label)}</a></li>'
        for bar in layout.bars))
