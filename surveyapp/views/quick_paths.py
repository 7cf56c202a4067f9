"""Addresses found by their first part and length, for an application with few of them.

Werkzeug's router tries patterns and makes an adapter for each request, which costs more than many of our pages do. Here
`/r/<token>/<section>` is looked up as ("r", 3, "GET"). What is not found so (a slash too many, another method, numbers
in the address) is asked of the router, which also writes addresses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Request
from werkzeug.routing import Map, MapAdapter, Rule, UnicodeConverter

Known = Mapping[tuple[str, int, str], tuple[Rule, tuple[str, ...]]]


def known_rules(rules: Map) -> Known:
    """Return the rules of the form /first/<text>/<text>, by first part, number of parts and method."""
    found: dict[tuple[str, int, str], list[tuple[Rule, tuple[str, ...]]]] = {}
    for rule in rules.iter_rules():
        first, *others = rule.rule[1:].split("/")
        for method in rule.methods or ():
            found.setdefault((first, 1 + len(others), method), []).append((rule, tuple(others)))
    return {place: (rule, tuple(name[1:-1] for name in names))
            for place, [(rule, names), *others] in found.items()
            if not others and names and all(_is_plain(rule, name) for name in names)}


def _is_plain(rule: Rule, part: str) -> bool:
    if not (part.startswith("<") and part.endswith(">")) or ":" in part:
        return False
    return type(rule._converters[part[1:-1]]) is UnicodeConverter       # any text without a slash


class QuickAdapter:
    """Finds the rule of a request, and hands everything else to the router's own adapter."""

    def __init__(self, known: Known, rules: Map, request: Request) -> None:
        self._known, self._rules, self._request = known, rules, request
        self._adapter: MapAdapter | None = None

    def match(self, *, return_rule: bool) -> tuple[Rule, Mapping[str, Any]]:
        """Return the rule with the parts of the address; raises as the router does."""
        first, *others = self._request.path[1:].split("/")
        found = self._known.get((first, 1 + len(others), self._request.method))
        if found is not None and all(others):
            return found[0], dict(zip(found[1], others, strict=True))
        return self._whole().match(return_rule=True)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole(), name)

    def _whole(self) -> MapAdapter:
        if self._adapter is None:
            self._adapter = self._rules.bind_to_environ(self._request.environ)
        return self._adapter
