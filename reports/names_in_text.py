"""Short names of findings as they stand inside a wording."""

from __future__ import annotations

import re


def pattern_of(name: str) -> str:
    """Return the pattern of a name that is no part of a longer one; for `re.ASCII`, as Chinese follows at once."""
    return rf"(?<![\w.\-]){re.escape(name)}(?![\w\-]|\.\w)"


def holds_name(text: str, name: str) -> bool:
    """Return whether a wording holds the name."""
    return re.search(pattern_of(name), text, re.ASCII) is not None


def split_at_names(text: str, names: list[str]) -> list[str]:
    """Return the wording cut at these names: every second part is one of them."""
    inside = [name for name in names if holds_name(text, name)]
    if not inside:
        return [text]
    pattern = "|".join(map(pattern_of, sorted(inside, key=len, reverse=True)))
    return re.split(f"({pattern})", text, flags=re.ASCII)
