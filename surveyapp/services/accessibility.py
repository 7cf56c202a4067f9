"""What the tests found out about the accessibility of respondents' pages, as shipped with the program.

`accessibility.json` is written by `tests/browser/test_accessibility.py`; nothing in it is typed by hand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class PageResult:
    """One kind of page: how often it was looked at, and what was found against the rules."""

    kind: str
    n_views: int
    violations: tuple[str, ...]


@dataclass(frozen=True)
class AccessibilityResult:
    """One run of the tests."""

    tested_on: str
    tool: str
    browser: str
    languages: tuple[str, ...]
    widths: tuple[int, ...]
    rules_passed: tuple[str, ...]
    also: tuple[str, ...]               # further tests that passed
    pages: tuple[PageResult, ...]

    @property
    def n_views(self) -> int:
        return sum(page.n_views for page in self.pages)

    @property
    def n_violations(self) -> int:
        return sum(len(page.violations) for page in self.pages)


@cache
def accessibility_result() -> AccessibilityResult:
    """Return the result that was shipped."""
    document = json.loads(files("surveyapp").joinpath("accessibility.json").read_text(encoding="utf-8"))
    return AccessibilityResult(
        document["tested_on"], document["tool"], document["browser"], tuple(document["languages"]),
        tuple(document["widths"]), tuple(document["rules_passed"]), tuple(document["also"]),
        tuple(PageResult(page["kind"], page["n_views"], tuple(page["violations"])) for page in document["pages"]))
