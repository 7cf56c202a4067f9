"""Blocks of a report on a page of the application: tables become cards on a narrow screen, names lead to evidence."""

from __future__ import annotations

import re

from flask import g, url_for
from markupsafe import Markup

from reports.content import Block, Statement, Table
from reports.render import block_html, statement_html
from surveyapp.views.access import reader_language
from surveyapp.views.stacked_table import stacked

NOWHERE: frozenset[str] = frozenset()
TITLED = re.compile(r"<table>\s*<caption>(.*?)</caption>", re.DOTALL)


def evidence_address(name: str) -> str:
    """Return where the evidence of a finding stands."""
    return url_for("evidence.show", study_id=g.study.id, key=name)


def drawn_block(block: Block) -> Markup:
    """Return a block as HTML; its wordings lead to evidence, and to no place of a report that is not there."""
    html = block_html(block, reader_language(), evidence_address, anchors=NOWHERE)
    if isinstance(block, Table):
        # A table whose role is written out may not own links: the names of its title stand in a paragraph before it.
        named = rf'<p class="caption" id="{block.key}-name">\1</p><table aria-labelledby="{block.key}-name">'
        return stacked(TITLED.sub(named, html, count=1))
    return Markup(html)  # noqa: S704 - a block of the report; its template escapes


def drawn_statement(statement: Statement) -> Markup:
    """Return a wording as HTML, with the names of the findings it tells."""
    return Markup(statement_html(statement, reader_language(), evidence_address))  # noqa: S704 - its template escapes
