"""The integrated instrument table: construct, survey items, guide questions, codes, and what is silent by design."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from instruments.schema import Construct, Instrument, Text
from instruments.template import Guide
from surveyapp.services.codebook import StudyCodebook

NO_CONSTRUCT = ""


@dataclass(frozen=True)
class IntegratedRow:
    """One construct with everything that asks for it; the row without a construct holds what belongs to none."""

    construct: str
    name: Text
    items: Mapping[str, tuple[str, ...]]        # audience → items of its questionnaire
    questions: tuple[str, ...]
    codes: tuple[str, ...]
    group: str = ""
    sources: tuple[str, ...] = ()               # keys of the template's references
    facets: tuple[str, ...] = ()                # constructs that those served are asked about, on the other side
    mirrors: tuple[str, ...] = ()               # problems whose other side this construct is

    @property
    def gaps(self) -> tuple[str, ...]:
        """What is lacking: source, items, questions, codes, and of a problem a facet of those served."""
        if not self.construct:
            return ()
        lacking = {"source": not self.sources, "items": not self.items, "questions": not self.questions,
                   "codes": not self.codes, "facet": self.group == "problem" and not self.facets}
        return tuple(key for key, is_lacking in lacking.items() if is_lacking)

    @property
    def is_surveyed(self) -> bool:
        return bool(self.items)

    @property
    def is_interviewed(self) -> bool:
        return bool(self.questions)


def integrated_rows(instruments: tuple[Instrument, ...], guide: Guide | None,
                    codebook: StudyCodebook) -> tuple[IntegratedRow, ...]:
    """Return a row for each construct of questionnaires or codebook; questions join through the codes they reach."""
    constructs = {found.key: found for instrument in instruments for found in instrument.constructs}
    codes: dict[str, list[str]] = defaultdict(list)
    for entry in codebook.usable:
        codes[codebook.construct_of(entry.key) or NO_CONSTRUCT].append(entry.key)
    questions: dict[str, list[str]] = defaultdict(list)
    for question in guide.questions if guide else ():
        reached = dict.fromkeys(codebook.construct_of(code) or NO_CONSTRUCT for code in question.codes)
        for key in reached or {NO_CONSTRUCT: None}:
            questions[key].append(question.key)
    order = [*constructs, *(key for key in codes if key and key not in constructs)]
    if codes[NO_CONSTRUCT] or questions[NO_CONSTRUCT]:
        order.append(NO_CONSTRUCT)
    plain = [IntegratedRow(key, _name(constructs.get(key), key), dict(_items(instruments, key)),
                           tuple(questions[key]), tuple(codes[key])) for key in order]
    return tuple(_designed(row, constructs) for row in plain)


def _designed(row: IntegratedRow, constructs: Mapping[str, Construct]) -> IntegratedRow:
    """Return the row with where its construct comes from and what mirrors it."""
    own = constructs.get(row.construct)
    if own is None:
        return row
    facets = tuple(key for key, construct in constructs.items() if row.construct in construct.mirrors)
    return replace(row, group=own.group, sources=own.sources, facets=facets, mirrors=own.mirrors)


def _items(instruments: tuple[Instrument, ...], construct: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for instrument in instruments:
        found = tuple(item.key for item in instrument.items_of_construct(construct)) if construct else ()
        if found:
            yield instrument.audience, found


def _name(construct: Construct | None, key: str) -> Text:
    return construct.name if construct else {"en": key, "zh": key}
