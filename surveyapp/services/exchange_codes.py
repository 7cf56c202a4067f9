"""Which code of the study a foreign code is: by identifier, key or name; asked where more than one fits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from instruments.template import COLOURS, PATTERNS, CodeDefinition
from surveyapp.errors import BadInput, marked
from surveyapp.models.study import Study
from surveyapp.services.code_shade import nearest_colour, shade_of
from surveyapp.services.codebook import CodeEntry, StudyCodebook
from surveyapp.services.codebook_text import LONGEST_KEY, MOST_CODES
from surveyapp.services.foreign_project import ForeignCode
from surveyapp.services.labelled_lines import EXCLUSIVE, LINKS, RETIRED, SHADE, TEXTS, YES, Fields, read_code

NEW, LEFT = "new", "-"              # what may be decided of a code besides the key of one of the study's
GUID, KEY, NAME, ASK, CHOSEN = "guid", "key", "name", "ask", "chosen"
HOW: Mapping[str, str] = {
    GUID: marked("the same code"), KEY: marked("the same key"), NAME: marked("the same name"),
    NEW: marked("a new code"), ASK: marked("more than one code fits"), CHOSEN: marked("as you have chosen"),
}
NOT_IN_A_KEY = re.compile(r"[^\w.\-]+")


@dataclass(frozen=True)
class CodePlan:
    """What becomes of one code of the file: `key` is that of the study's code, new or known; "" leaves it out."""

    foreign: ForeignCode
    how: str
    key: str = ""
    candidates: tuple[str, ...] = ()
    fields: Fields | None = None
    rest: str = ""

    @property
    def is_new(self) -> bool:
        return self.how == NEW


def study_space(study: Study) -> UUID:
    """Return the space in which the identifiers of a study's exports are derived."""
    return uuid5(NAMESPACE_URL, f"urn:surveyapp:study:{study.name}")


def code_guid(study: Study, key: str) -> str:
    """Return the identifier under which a code leaves."""
    return str(uuid5(study_space(study), f"code {key}"))


def plan_codes(study: Study, codebook: StudyCodebook, codes: Sequence[ForeignCode],
               decisions: Mapping[str, str]) -> tuple[CodePlan, ...]:
    """Return what becomes of each code; `decisions` say it by the code's identifier or name."""
    by_guid = {code_guid(study, entry.key): entry for entry in codebook.entries}
    plans: list[CodePlan] = []
    taken = {entry.key.casefold() for entry in codebook.entries}
    for code in codes:
        fields, rest = read_code(code.description)
        decision = decisions.get(code.guid) or decisions.get(code.name, "")
        plan = _decided(code, codebook, decision) if decision else _matched(code, codebook, by_guid, fields)
        if plan.is_new:
            key = _free_key(fields.get(("key", "")) or code.name, taken)
            taken.add(key.casefold())
            plan = CodePlan(code, NEW, key, (), fields, rest)
        plans.append(plan)
    if len(codebook.entries) + sum(plan.is_new for plan in plans) > MOST_CODES:
        raise BadInput("With the codes of this file the codebook would have more than {most} codes.",
                       "Merge codes in the other program, or lead some to codes of this study.", most=MOST_CODES)
    return tuple(plans)


def _decided(code: ForeignCode, codebook: StudyCodebook, decision: str) -> CodePlan:
    if decision == NEW:
        return CodePlan(code, NEW)
    if decision == LEFT:
        return CodePlan(code, CHOSEN)
    if decision not in codebook.by_key:
        raise BadInput("The codebook has no code {key}.", "Look at the codebook for the codes there are.",
                       key=repr(decision))
    return CodePlan(code, CHOSEN, decision)


def _matched(code: ForeignCode, codebook: StudyCodebook, by_guid: Mapping[str, CodeEntry], fields: Fields) -> CodePlan:
    if code.guid in by_guid:
        return CodePlan(code, GUID, by_guid[code.guid].key)
    for key in (fields.get(("key", ""), ""), code.name):
        if key in codebook.by_key:
            return CodePlan(code, KEY, codebook.by_key[key].key)
    fitting = [entry for entry in codebook.entries if code.name.casefold() in set(_names(entry))]
    if len(fitting) == 1:
        return CodePlan(code, NAME, fitting[0].key)
    return CodePlan(code, ASK, "", tuple(entry.key for entry in fitting)) if fitting else CodePlan(code, NEW)


def _names(entry: CodeEntry) -> Iterator[str]:
    """Yield the names under which other programs may know a code."""
    yield entry.key.casefold()
    for name in entry.definition.name.values():
        yield name.casefold()
        yield shown_name(entry.key, name).casefold()


def shown_name(key: str, name: str) -> str:
    """Return the name under which a code leaves: unique, because other programs tell codes apart by it."""
    return f"{key} {name}".strip()


def _free_key(words: str, taken: set[str]) -> str:
    base = NOT_IN_A_KEY.sub("_", words.strip()).strip("_.-")[:LONGEST_KEY - 5] or "code"
    key, number = base, 1
    while key.casefold() in taken:
        number += 1
        key = f"{base}.{number}"
    return key


def definition_of(plan: CodePlan, parent: str | None, languages: Sequence[str]) -> CodeDefinition:
    """Return the new code; a name or definition in one language stands in the others too."""
    fields = plan.fields or {}
    texts = {label: {language: words for (name, language), words in fields.items() if name == label and words}
             for label in TEXTS}
    name = texts["name"] or dict.fromkeys(languages, plan.foreign.name or plan.key)
    definition = texts["definition"] or (dict.fromkeys(languages, plan.rest) if plan.rest else {})
    for text in (name, definition):
        for language in languages:
            text.setdefault(language, next(iter(text.values()), ""))
    links = {label: fields.get((label, ""), "") for label in LINKS}
    shade = shade_of(links[SHADE]) or plan.foreign.shade or None
    colour = links["colour"] if links["colour"] in COLOURS else None
    if colour is None and parent is None and plan.foreign.shade:
        colour = nearest_colour(plan.foreign.shade)
    return CodeDefinition(
        plan.key, parent, name, definition, texts["include"], texts["exclude"], texts["example"],
        links["construct"] or None,
        _parts(links["strategy"]), links["safeguard"] or None, colour,
        links["pattern"] if links["pattern"] in PATTERNS else None, _parts(links["former keys"]), shade,
        links[EXCLUSIVE] == YES)


def _parts(words: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in words.split(",") if part.strip())


def is_retired(plan: CodePlan) -> bool:
    """Return whether the file says that the code is out of use."""
    return bool(plan.fields) and (plan.fields or {}).get(("state", ""), "") == RETIRED
