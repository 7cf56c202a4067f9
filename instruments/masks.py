"""Names of an organisation put out of everything that leaves: its own, its units', its sponsor's, and any further ones.

A name is replaced as a whole, longest first, in whatever case it is written; a Latin name only where no letter or digit
touches it. Names that are also everyday words ("Lending", "Sales") are replaced only where they stand as a name: in the
tree of units, as the owner of a step, as the study's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from instruments.facts import StudyFacts
from instruments.schema import Text

T = TypeVar("T")
LABELS: Mapping[str, Text] = {
    "organisation": {"en": "Organisation A", "zh": "甲机构"}, "unit": {"en": "Unit {n}", "zh": "第{n}部门"},
    "sponsor": {"en": "the sponsor", "zh": "委托方"}, "conductor": {"en": "the research team", "zh": "研究团队"},
    "further": {"en": "[name]", "zh": "〔名称〕"}, "study": {"en": "Study {n}", "zh": "第{n}号研究"},
}
PARTS = re.compile(r"\s*[,，、·/（）()]\s*")
HAN = re.compile(r"[㐀-鿿]")
BLACK = "■"
DISTINCT_HAN, DISTINCT_WORDS = 4, 2     # shorter names may be everyday words


@dataclass(frozen=True)
class Masks:
    """What is replaced by what: `anywhere` in any text, `alone` only where a text is nothing but that name."""

    anywhere: tuple[tuple[str, str], ...] = ()
    alone: tuple[tuple[str, str], ...] = ()

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        names = sorted({name for name, _ in self.anywhere}, key=lambda name: (-len(name), name))
        return re.compile("|".join(map(_as_pattern, names)) or r"(?!)", re.IGNORECASE)

    @cached_property
    def _label_of(self) -> Mapping[str, str]:
        return {_folded(name): label for name, label in reversed(self.anywhere)}

    @cached_property
    def _alone(self) -> Mapping[str, str]:
        return {_folded(name): label for name, label in reversed(self.alone)}

    def text(self, text: str) -> str:
        """Return a text without the names."""
        alone = self._alone.get(_folded(text))
        if alone is not None:
            return alone
        return self._pattern.sub(lambda found: self._label_of[_folded(found.group())], text)

    def blackened(self, text: str) -> str:
        """Return a text with black signs for the names, as many as there were, so that places in it still hold."""
        return self._pattern.sub(lambda found: BLACK * len(found.group()), text)

    def apply(self, value: T) -> T:
        """Return a value of any kind with every text in it masked; keys of mappings stay, as they are names of data."""
        return changed_texts(value, self.text)       # type: ignore[no-any-return]  # of the kind it was given

    def blacken(self, value: T) -> T:
        """Return a value of any kind with the names in every text blackened."""
        return changed_texts(value, self.blackened)  # type: ignore[no-any-return]  # of the kind it was given

    def found_in(self, text: str) -> list[str]:
        """Return the names that still stand in a text."""
        return [found.group() for found in self._pattern.finditer(text)]


def changed_texts(value: Any, change: Callable[[str], str]) -> Any:
    """Return a value of any kind with every text in it changed; keys of mappings stay."""
    if isinstance(value, str):
        return change(value)
    if is_dataclass(value) and not isinstance(value, type):
        new = {field.name: changed_texts(getattr(value, field.name), change) for field in fields(value) if field.init}
        return replace(value, **new)
    if isinstance(value, Mapping):
        return {key: changed_texts(one, change) for key, one in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(changed_texts(one, change) for one in value))
    if isinstance(value, (tuple, list)):
        return type(value)(changed_texts(one, change) for one in value)
    return value


def masks_for(facts: StudyFacts, label: Text, study: tuple[str, int], further: Iterable[str] = ()) -> Masks:
    """Return the masks of a study: `label` is what its template calls the organisation, `study` its name and number."""
    anywhere: list[tuple[str, str]] = []
    alone: list[tuple[str, str]] = []
    for language, name in facts.organisation.items():
        own = label.get(language, "")
        shown = own if own and own.strip() != name.strip() else _label("organisation", language)
        anywhere += [(part, shown) for part in _parts(name)]
    for kind, names in (("sponsor", facts.sponsor), ("conductor", facts.conductor)):
        anywhere += [(name, _label(kind, language)) for language, name in names.items()]
    for number, unit in enumerate(facts.units, start=1):
        for language, name in unit.name.items():
            (anywhere if _is_distinct(name) else alone).append((name, _label("unit", language, number)))
    anywhere += [(name, _label("further", "zh" if HAN.search(name) else "en")) for name in further]
    name, number = study
    (anywhere if _is_distinct(name) else alone).append((name, _label("study", "zh" if HAN.search(name) else "en",
                                                                    number)))
    return Masks(tuple(pair for pair in anywhere if pair[0].strip()), tuple(pair for pair in alone if pair[0].strip()))


def _label(kind: str, language: str, number: int = 0) -> str:
    labels = LABELS[kind]
    return labels.get(language, labels["en"]).format(n=number)


def _parts(name: str) -> list[str]:
    """Return a name and those parts of it that name the organisation by themselves."""
    return [name, *(part for part in PARTS.split(name) if part != name and _is_distinct(part, fewest_han=3))]


def _is_distinct(name: str, fewest_han: int = DISTINCT_HAN) -> bool:
    n_han = len(HAN.findall(name))
    return n_han >= fewest_han if n_han else len(name.split()) >= DISTINCT_WORDS


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _as_pattern(name: str) -> str:
    words = r"\s+".join(map(re.escape, name.split()))
    before = r"(?<![^\W_])" if re.match(r"[^\W_]", name) and not HAN.match(name[0]) else ""
    after = r"(?![^\W_])" if re.search(r"[^\W_]$", name) and not HAN.match(name[-1]) else ""
    return f"{before}{words}{after}"
