"""A reference as it is named in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from instruments.template import Reference
from reports.wording import Words

NAMED_TOGETHER = 2          # authors; of more the first is named


def short_citation(references: Iterable[Reference], key: str, words: Words) -> str:
    """Return a reference as "Payne & Frow 2005", in Chinese "Payne和Frow，2005"; an unknown key stands for itself."""
    found = next((reference.citation for reference in references if reference.key == key), "")
    year = re.search(r"\((\d{4})\)", found)
    if year is None:
        return key
    authors = re.findall(r"([^\W\d_][^,&.]*), [^\W\d_]\.", found[:year.start()])
    if not authors or len(authors) > NAMED_TOGETHER or "et al" in found[:year.start()]:
        return words.text("labels.cited_others", first=found.split(",")[0], year=year.group(1))
    return _cited(words, *(name.strip() for name in authors), year=year.group(1))


def citations_in(text: str, words: Words) -> str:
    """Return a text whose English short citations ("Huang et al. 2012") are written as the language writes them."""
    text = re.sub(r"([^\W\d_]\w+) et al\. (\d{4})",
                  lambda found: words.text("labels.cited_others", first=found[1], year=found[2]), text)
    return re.sub(r"([A-Z][^\W\d_]+)(?: & ([A-Z][^\W\d_]+))? (\d{4})", lambda found: _cited(
        words, *filter(None, found.group(1, 2)), year=found[3]), text)


def _cited(words: Words, first: str, second: str = "", *, year: str) -> str:
    if second:
        return words.text("labels.cited_two", first=first, second=second, year=year)
    return words.text("labels.cited_one", first=first, year=year)
