"""The rules of accessibility on a page, as axe-core finds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe as LibraryAxe
from playwright.sync_api import Page

SCRIPT = LibraryAxe().axe_script
# Of rules that were met only the name is asked for: describing each element that meets one takes most of the time.
USUAL: dict[str, Any] = {"resultTypes": ["violations"]}
RUN = """options => axe.run(document, options).then(found => ({
  broken: found.violations, met: found.passes.map(rule => rule.id) }))"""


@dataclass(frozen=True)
class Found:
    """What is against the rules, with its elements, and the names of the rules that something met."""

    broken: list[dict[str, Any]]
    met: frozenset[str]


def judge(page: Page, **options: Any) -> Found:
    """Hold a page to the rules; the rules are read in once per document, however often it is looked at."""
    page.wait_for_load_state()
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(SCRIPT)
    found = page.evaluate(RUN, {**USUAL, **options})
    return Found(found["broken"], frozenset(found["met"]))


class Axe(LibraryAxe):
    """As the library's, but a page that a click has just called for is loaded first: without that, checks now and
    then run on a document that has no element yet."""

    def run(self, page: Page, *arguments: Any, **options: Any) -> AxeResults:
        page.wait_for_load_state()
        return super().run(page, *arguments, **options)
