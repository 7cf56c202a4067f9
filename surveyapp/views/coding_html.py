"""Runs and margin bars of a turn as HTML: a page holds thousands of them, and a template would be slow."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup, escape

from surveyapp.services.marking import TurnLayout
from surveyapp.services.passage import SeenCoding


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


def row_opening(coding: SeenCoding, is_chosen: bool = False) -> Markup:
    """Return the opening tag of a coding's row, with what a script needs to know of it."""
    start = "" if coding.start is None else coding.start
    own, chosen = " data-own" if coding.is_own else "", ' class="is-chosen"' if is_chosen else ""
    return Markup(  # noqa: S704 - numbers and marks only
        f'<tr id="row-{coding.mark}" data-start="{start}" data-end="{coding.end or ""}" '
        f'data-version="{coding.version}"{own}{chosen}>')


def drawn_words(layout: TurnLayout) -> Markup:
    """Return the words of a turn cut into runs; marks and lanes are names of ours, words and labels are escaped."""
    parts: list[str] = []
    for run in layout.runs:
        words = escape(run.words)
        if not run.marks:
            parts.append(words)
            continue
        parts.append(f'<span class="run {" ".join(run.lanes)}" data-codings="{" ".join(run.marks)}">{words}</span>')
        if run.ending:
            parts.append(f'<span class="ending" data-ending="{escape(run.ending)}"></span>')
    return Markup("".join(parts))  # noqa: S704 - every word was escaped above


def drawn_bars(layout: TurnLayout) -> Markup:
    """Return the bars of the codings of a turn, each leading to its coding."""
    return Markup("".join(  # noqa: S704 - labels are escaped, the rest is of our making
        f'<li class="{bar.look}"><a href="?mark={bar.mark}#chosen" data-mark="{bar.mark}">{escape(bar.label)}</a></li>'
        for bar in layout.bars))
