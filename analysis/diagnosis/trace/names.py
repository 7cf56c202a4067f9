"""Short names of everything that is said: the same in every language, in the report and on the page of evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from analysis.results.trace import Kind
from instruments.template import StudyTemplate

# The letter of each group of constructs; the number is the construct's place in the template.
LETTERS: Mapping[str, str] = {"problem": "P", "cause": "C", "situation": "A", "experience": "E", "outcome": "R"}
FIGURE, OBJECTIVE, AUDIENCE, ALL_LINKS = "K", "O", "Q", "CP"


@dataclass(frozen=True)
class Name:
    """A short name and what it stands for."""

    id: str
    kind: Kind
    key: str


def finding_names(template: StudyTemplate, figures: Iterable[str] = ()) -> tuple[Name, ...]:
    """Return the short name of every finding that a study of this template can have.

    Parameters
    ----------
    template : StudyTemplate
    figures : iterable of str
        Figures of the customer file, without "data.".

    Returns
    -------
    tuple of Name
        Problems P1 …, causes C1 …, links C1-P1 …, situation A1 …, experience E1 …, outcomes R1 …, figures of the file
        K1 …, objectives O1 …, who answered Q1 …, all links CP; measures, strategies, safeguards, items and codes keep
        their own keys. A key that is taken already gets its kind in front.
    """
    taken: set[str] = set()
    found = []
    for name in (*_numbered(template, figures), *_keyed(template)):
        own = name if name.id not in taken else Name(f"{name.kind}-{name.id}", name.kind, name.key)
        taken.add(own.id)
        found.append(own)
    return tuple(found)


def _numbered(template: StudyTemplate, figures: Iterable[str]) -> Iterator[Name]:
    by_group: dict[Kind, list[str]] = {kind: [c.key for c in template.constructs if c.group == kind]
                                       for kind in _construct_kinds()}
    for kind, keys in by_group.items():
        yield from (Name(f"{LETTERS[kind]}{place}", kind, key) for place, key in enumerate(keys, start=1))
    for i, cause in enumerate(by_group["cause"], start=1):
        for j, problem in enumerate(by_group["problem"], start=1):
            yield Name(f"{LETTERS['cause']}{i}-{LETTERS['problem']}{j}", "link", f"{cause}>{problem}")
    yield Name(ALL_LINKS, "links", "")
    yield from (Name(f"{FIGURE}{place}", "figure", key) for place, key in enumerate(sorted(figures), start=1))
    yield from (Name(f"{AUDIENCE}{place}", "audience", instrument.audience)
                for place, instrument in enumerate(template.instruments, start=1))
    objectives = template.rules.objectives if template.rules else ()
    yield from (Name(f"{OBJECTIVE}{place}", "objective", objective.key)
                for place, objective in enumerate(objectives, start=1))


def _construct_kinds() -> tuple[Kind, ...]:
    return ("problem", "cause", "situation", "experience", "outcome")


def _keyed(template: StudyTemplate) -> Iterator[Name]:
    rules = template.rules
    if rules is not None:
        yield from (Name(measure.key, "measure", measure.key) for measure in rules.measures)
        yield from (Name(strategy.key, "strategy", strategy.key) for strategy in rules.strategies)
        yield from (Name(safeguard.key, "safeguard", safeguard.key) for safeguard in rules.safeguards)
    for instrument in template.instruments:
        yield from (Name(item.key, "item", item.key) for item in instrument.items if item.stores_answer)
    yield from (Name(code.key, "code", code.key) for code in (template.codebook.codes if template.codebook else ()))
