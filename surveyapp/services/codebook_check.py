"""Whether a codebook is complete: what coders need of each code, and what the codes leave open.

A gap is something missing that coders need; a notice is something a researcher should have decided on purpose.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, not_, select
from sqlalchemy.orm import Session

from surveyapp.errors import marked
from surveyapp.models.account import Account
from surveyapp.models.coding import Coding, LinkCoding
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.blinding import is_released, is_seen_by
from surveyapp.services.codebook import CodeEntry, StudyCodebook, codebook_rules, load_codebook
from surveyapp.services.codebook_text import TEXTS, list_choices

MISSING, DOUBLE, EXAMPLE = "missing", "double", "example"
RETIRED, UNCODED, UNLINKED, STALE, HEADLESS = "retired", "uncoded", "unlinked", "stale", "headless"
ALONE = "alone"
WORDS = {
    MISSING: marked("{code} has no {field} in {language}."),
    DOUBLE: marked("{code} have the same name in {language}: {text}."),
    EXAMPLE: marked("{code} have the same example in {language}."),
    RETIRED: marked("{code} is retired, and {n} codings have it."),
    HEADLESS: marked("{code} is in use below a retired code."),
    STALE: marked("The guide or the rules name {code}, which is retired or not in the codebook."),
    ALONE: marked("{code} says that the codes below it exclude each other, but has fewer than two in use."),
    UNCODED: marked("No code is linked to the construct {code}: interviews can say nothing of it."),
    UNLINKED: marked("{code} is linked to no construct, measure or safeguard."),
}
FEWEST_IN_A_SET = 2
GAPS = (MISSING, DOUBLE, EXAMPLE, RETIRED, HEADLESS, STALE)
FIELD_WORDS = {"name": marked("name"), "definition": marked("definition"), "include": marked("rule of what to include"),
               "exclude": marked("rule of what to exclude"), "example": marked("example")}


@dataclass(frozen=True)
class Shortcoming:
    """One thing that is amiss; `codes` are keys, of constructs for UNCODED."""

    kind: str
    codes: tuple[str, ...]
    field: str = ""
    language: str = ""
    text: str = ""
    n: int = 0

    @property
    def is_gap(self) -> bool:
        return self.kind in GAPS

    @property
    def code(self) -> str:
        return ", ".join(self.codes)

    def __str__(self) -> str:
        return WORDS[self.kind].format(code=self.code, field=FIELD_WORDS.get(self.field, ""), language=self.language,
                                       text=self.text, n=self.n)


@dataclass(frozen=True)
class Completeness:
    """What is amiss with a codebook, gaps first."""

    found: tuple[Shortcoming, ...]
    n_active: int

    @property
    def gaps(self) -> tuple[Shortcoming, ...]:
        return tuple(entry for entry in self.found if entry.is_gap)

    @property
    def notices(self) -> tuple[Shortcoming, ...]:
        return tuple(entry for entry in self.found if not entry.is_gap)

    @property
    def is_complete(self) -> bool:
        return not self.gaps


def check_codebook(session: Session, study: Study, account: Account | None = None) -> Completeness:
    """Return what is amiss with the study's codebook; codings count as far as the account may know of them."""
    codebook = load_codebook(session, study)
    languages = codebook_rules(study).languages
    found = [*_missing(codebook, languages), *_alike(codebook, languages, "name", DOUBLE),
             *_alike(codebook, languages, "example", EXAMPLE), *_retired(session, study, codebook, account),
             *_headless(codebook), *_stale(study, codebook), *_alone(codebook), *_unlinked(session, study, codebook)]
    return Completeness(tuple(sorted(found, key=lambda entry: not entry.is_gap)), len(codebook.usable))


def _missing(codebook: StudyCodebook, languages: Iterable[str]) -> Iterator[Shortcoming]:
    for entry in codebook.usable:
        for field in TEXTS:
            for language in languages:
                if not getattr(entry.definition, field).get(language, "").strip():
                    yield Shortcoming(MISSING, (entry.key,), field=field, language=language)


def _alike(codebook: StudyCodebook, languages: Iterable[str], field: str, kind: str) -> Iterator[Shortcoming]:
    for language in languages:
        keys: dict[str, list[str]] = defaultdict(list)
        words: dict[str, str] = {}
        for entry in codebook.usable:
            text = getattr(entry.definition, field).get(language, "").strip()
            if text:
                keys[text.casefold()].append(entry.key)
                words.setdefault(text.casefold(), text)
        for text, codes in keys.items():
            if len(codes) > 1:
                yield Shortcoming(kind, tuple(codes), field=field, language=language, text=words[text])


def _retired(session: Session, study: Study, codebook: StudyCodebook,
             account: Account | None) -> Iterator[Shortcoming]:
    uses = count_uses(session, study, account)
    for entry in codebook.entries:
        if not entry.is_active and uses.get(entry.id):
            yield Shortcoming(RETIRED, (entry.key,), n=uses[entry.id])


def _headless(codebook: StudyCodebook) -> Iterator[Shortcoming]:
    for entry in codebook.usable:
        above = codebook.by_key.get(entry.definition.parent or "")
        if above is not None and not above.is_active:
            yield Shortcoming(HEADLESS, (entry.key,))


def _stale(study: Study, codebook: StudyCodebook) -> Iterator[Shortcoming]:
    usable = {entry.key for entry in codebook.usable}
    for key in sorted(named_codes(study.template) - usable):
        yield Shortcoming(STALE, (key,))


def _alone(codebook: StudyCodebook) -> Iterator[Shortcoming]:
    n_below = Counter(entry.definition.parent for entry in codebook.usable)
    for entry in codebook.usable:
        if entry.definition.has_exclusive_children and n_below[entry.key] < FEWEST_IN_A_SET:
            yield Shortcoming(ALONE, (entry.key,))


def named_codes(template: Mapping[str, Any]) -> set[str]:
    """Return the codes that a study's guide and strategy rules name."""
    guide, rules = template.get("guide") or {}, template.get("rules") or {}
    named = {key for question in guide.get("questions", ()) for key in question.get("codes", ())}
    return named | {metric.removeprefix("interview.").rpartition(".")[0] for metric in _metrics(rules)
                    if metric.startswith("interview.")}


def _metrics(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("metric"), str):
            yield value["metric"]
        for part in value.values():
            yield from _metrics(part)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for part in value:
            yield from _metrics(part)


def _unlinked(session: Session, study: Study, codebook: StudyCodebook) -> Iterator[Shortcoming]:
    linked = {entry.definition.construct for entry in codebook.usable}
    for choice in list_choices(session, study).constructs:
        if choice.key not in linked:
            yield Shortcoming(UNCODED, (choice.key,))
    heads = {entry.definition.parent for entry in codebook.usable}
    for entry in codebook.usable:
        if entry.key not in heads and not _is_linked(codebook, entry):
            yield Shortcoming(UNLINKED, (entry.key,))


def _is_linked(codebook: StudyCodebook, entry: CodeEntry) -> bool:
    code = entry.definition
    return bool(code.strategy or code.safeguard or codebook.construct_of(entry.key))


# ---- use ------------------------------------------------------------------------------------------------------------
def is_in_blind_round(kind: type[Coding] | type[LinkCoding]) -> ColumnElement[bool]:
    """Return the condition that the mark lies in an interview that is being coded blind now."""
    return not_(is_released(kind))


def is_open_to(kind: type[Coding] | type[LinkCoding], account: Account | None) -> ColumnElement[bool]:
    """Return the condition under which an account may know of a mark; a command knows of no running blind round."""
    return is_released(kind) if account is None else is_seen_by(kind, account)


def count_uses(session: Session, study: Study, account: Account | None) -> dict[int, int]:
    """Return how many codings and links have each code, as far as the account may know of them."""
    uses: dict[int, int] = defaultdict(int)
    for kind, column in ((Coding, Coding.code_id), (LinkCoding, LinkCoding.cause_id),
                         (LinkCoding, LinkCoding.problem_id)):
        found = (select(column, func.count()).select_from(kind).join(Interview, Interview.id == kind.interview_id)
                 .where(Interview.study_id == study.id, kind.deleted_at.is_(None), is_open_to(kind, account))
                 .group_by(column))
        for code_id, n in session.execute(found):
            uses[code_id] += n
    return uses
