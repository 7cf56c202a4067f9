"""A reference as it is named in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from instruments.template import Reference
from reports.wording import Words

NAMED_TOGETHER = 2          # authors; of more the first is named


def short_citation(references: Iterable[Reference], key: str, words: Words) -> str:
    """Return a reference as "Payne & Frow 2005"; an unknown key stands for itself."""
    found = next((reference.citation for reference in references if reference.key == key), "")
    year = re.search(r"\((\d{4})\)", found)
    if year is None:
        return key
    authors = re.findall(r"([^\W\d_][^,&.]*), [^\W\d_]\.", found[:year.start()])
    if not authors or len(authors) > NAMED_TOGETHER or "et al" in found[:year.start()]:
        return f"{found.split(',')[0]} {words.text('labels.and_others')} {year.group(1)}"
    return f"{' & '.join(name.strip() for name in authors)} {year.group(1)}"
