"""A problem or cause of a study's own, put into the parts of its template: questionnaire, codebook, rules.

Every function returns a new part and keeps what it does not touch; `own_findings` says what stands in the way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from instruments.checks import check_template
from instruments.errors import Finding
from instruments.schema import Choice, Construct, Instrument, Item, Text
from instruments.template import (
    CodeDefinition,
    Condition,
    ConditionGroup,
    Kpi,
    Measure,
    Objective,
    StrategyRules,
    StudyTemplate,
)

OwnGroup = Literal["problem", "cause"]
MOST_OF = {"problem": 10, "cause": 8}           # model 14: bounds of the analysis
FEWEST_ITEMS, USUAL_ITEMS, MOST_ITEMS = 2, 4, 8
ESTABLISHED = ("strong", "moderate")
KEY = re.compile(r"[A-Z][A-Z0-9_]{1,38}")
# How the reason of a problem is asked where no question of the questionnaire can be followed.
REASON_ASKED: Mapping[str, str] = {
    "en": "What is the main reason for this problem: {name}?", "zh": "您认为“{name}”的主要原因是什么？"}


@dataclass(frozen=True)
class OwnItem:
    """One thing asked; the key is given when it is first put into a questionnaire."""

    text: Text
    is_reverse: bool = False
    key: str = ""


@dataclass(frozen=True)
class OwnMeasure:
    """A measure that acts on it: proposed once the problem is established, or the cause elevated."""

    key: str
    strategy: str
    name: Text
    what: Text
    owner: Text
    rationale: Text
    expected_effect: Text
    risk: Text
    effort: int = 2
    horizon_months: int = 6
    strength: int = 3                   # 1..3 with which it acts on it
    safeguards: tuple[str, ...] = ()
    item_place: int = 0                 # 1, 2 …: an item whose unfavourable answers trigger it too; 0 = none
    item_share: float = 40.0            # percent unfavourable


@dataclass(frozen=True)
class OwnConstruct:
    """What a researcher enters."""

    group: OwnGroup
    key: str
    name: Text
    definition: Text
    items: tuple[OwnItem, ...]
    scale: str = ""
    code: str = ""                      # key of its code; one without a construct that exists is taken
    paired: tuple[str, ...] = ()        # of a problem the causes offered as its reason, of a cause the problems
    objective: Text = field(default_factory=dict)
    kpi: Text = field(default_factory=dict)
    measure: OwnMeasure | None = None


def audience_of(template: StudyTemplate, group: OwnGroup) -> str:
    """Return whom problems or causes are asked: the questionnaire that has most of them, else the first."""
    counts = {one.audience: len(one.constructs_of_group(group)) for one in template.instruments}
    return max(counts, key=lambda audience: counts[audience])


def scales_of(instrument: Instrument, group: OwnGroup) -> list[str]:
    """Return the scales that problems or causes are rated on, the usual one first."""
    own = {construct.key for construct in instrument.constructs_of_group(group)}
    used = Counter(item.scale for item in instrument.items if item.construct in own and item.scale)
    return [str(scale) for scale, _ in used.most_common()]


# ---- questionnaire --------------------------------------------------------------------------------------------------
def keyed(instrument: Instrument, own: OwnConstruct) -> OwnConstruct:
    """Return it with a key for each item that has none: its own key's last part and a number."""
    taken = {item.key for item in instrument.items} | {item.key for item in own.items}
    stem, items, number = own.key.rpartition("_")[2], [], 1
    for item in own.items:
        while not item.key and f"{stem}{number}" in taken:
            number += 1
        key = item.key or f"{stem}{number}"
        taken.add(key)
        items.append(replace(item, key=key))
    return replace(own, items=tuple(items))


def with_own_construct(instrument: Instrument, own: OwnConstruct) -> Instrument:
    """Return the questionnaire that asks it too: its items, and a place among stated problems or causes."""
    own = keyed(instrument, own)
    place = _place(instrument, own.group)
    first = next((item for item in instrument.items_of_section(place.section) if item.scale == _scale(instrument, own)),
                 None)
    items = tuple(Item(one.key, place.section, "rating", one.text, own.key, _scale(instrument, own), one.is_reverse,
                       module=first.module if first else None) for one in own.items)
    at = instrument.items.index(place) + 1
    direction = instrument.constructs_of_group(own.group)[0].direction
    construct = Construct(own.key, own.group, direction, own.name, own.definition,
                          module=first.module if first else None)
    widened = replace(instrument, items=(*instrument.items[:at], *items, *instrument.items[at:]),
                      constructs=_after_group(instrument, construct))
    return _stated_problem(widened, own) if own.group == "problem" else _stated_cause(widened, own)


def _scale(instrument: Instrument, own: OwnConstruct) -> str:
    return own.scale or next(iter(scales_of(instrument, own.group)), "")


def _place(instrument: Instrument, group: OwnGroup) -> Item:
    """Return the item after which the new ones stand: the last of the page that rates most of the group."""
    own = {construct.key for construct in instrument.constructs_of_group(group)}
    rated = [item for item in instrument.items if item.construct in own and item.kind == "rating"]
    section = Counter(item.section for item in rated).most_common(1)[0][0]
    return instrument.items_of_section(section)[-1]


def _after_group(instrument: Instrument, construct: Construct) -> tuple[Construct, ...]:
    last = max(place for place, one in enumerate(instrument.constructs) if one.group == construct.group) + 1
    return (*instrument.constructs[:last], construct, *instrument.constructs[last:])


def _with_choice(item: Item, choice: Choice) -> Item:
    """Return the item with the choice before those that are no construct: other, none, do not know."""
    at = next((place for place, one in enumerate(item.choices) if one.is_exclusive or one.has_text or one.is_missing),
              len(item.choices))
    return replace(item, choices=(*item.choices[:at], choice, *item.choices[at:]))


def _with_item(instrument: Instrument, changed: Item) -> Instrument:
    return replace(instrument, items=tuple(changed if one.key == changed.key else one for one in instrument.items))


def _stated_problem(instrument: Instrument, own: OwnConstruct) -> Instrument:
    for asked in instrument.items_of_role("stated_problem"):
        instrument = _with_item(instrument, _with_choice(asked, Choice(own.key, own.name)))
        reasons = [item for item in instrument.items_of_role("stated_cause") if item.construct is not None]
        if reasons and own.paired:
            reason = _reason(instrument, own, asked, reasons[-1])
            at = instrument.items.index(reasons[-1]) + 1
            instrument = replace(instrument, items=(*instrument.items[:at], reason, *instrument.items[at:]))
    return instrument


def _reason(instrument: Instrument, own: OwnConstruct, asked: Item, like: Item) -> Item:
    """Return the question for the main reason of the problem, worded as that for another one."""
    label = next((choice.label for choice in asked.choices if choice.value == like.construct), {})
    text = {language: _followed(words, label.get(language, ""), own.name.get(language, ""), language)
            for language, words in like.text.items()}
    causes = {construct.key: construct.name for construct in instrument.constructs_of_group("cause")}
    known = {choice.value: choice for choice in like.choices}
    offered = [known.get(key) or Choice(key, causes[key]) for key in causes if key in own.paired]
    rest = [choice for choice in like.choices if choice.value not in causes]
    return replace(like, key=_free(instrument, f"{re.split(r'[_0-9]', like.key)[0]}_{own.key.rpartition('_')[2]}"),
                   text=text, construct=own.key, choices=(*offered, *rest),
                   show_if=f"selected(${{{asked.key}}}, '{own.key}')")


def _followed(words: str, old: str, new: str, language: str) -> str:
    if old and re.search(re.escape(old), words, re.IGNORECASE):
        small = new[:1].lower() + new[1:] if language == "en" and not new[1:2].isupper() else new
        return re.sub(re.escape(old), lambda _found: small, words, count=1, flags=re.IGNORECASE)
    return REASON_ASKED.get(language, "{name}?").format(name=new)


def without_own_construct(instrument: Instrument, key: str) -> Instrument:
    """Return the questionnaire that does not ask it: its items, its question for the reason, and its choices are gone.

    For a construct that nobody was asked about yet: what it is called is known from its key alone.
    """
    items = tuple(
        replace(item, choices=tuple(choice for choice in item.choices if choice.value != key))
        if item.role in ("stated_problem", "stated_cause") else item
        for item in instrument.items if item.construct != key)
    return replace(instrument, items=items,
                   constructs=tuple(construct for construct in instrument.constructs if construct.key != key))


def without_own_rules(rules: StrategyRules, own: OwnConstruct) -> StrategyRules:
    """Return the rules without its objective and its measure."""
    gone = own.measure.key if own.measure is not None else ""
    return replace(rules, objectives=tuple(one for one in rules.objectives if one.problem != own.key),
                   measures=tuple(one for one in rules.measures if one.key != gone))


def _stated_cause(instrument: Instrument, own: OwnConstruct) -> Instrument:
    for asked in instrument.items_of_role("stated_cause"):
        if asked.construct is None or asked.construct in own.paired:
            instrument = _with_item(instrument, _with_choice(asked, Choice(own.key, own.name)))
    return instrument


def _free(instrument: Instrument, key: str) -> str:
    taken, number, found = {item.key for item in instrument.items}, 2, key
    while found in taken:
        found, number = f"{key}{number}", number + 1
    return found


# ---- codebook, rules ------------------------------------------------------------------------------------------------
def own_code(template: StudyTemplate, own: OwnConstruct) -> CodeDefinition | None:
    """Return its code, below that of its group; None where the study has no codebook or it is to have no code."""
    book = template.codebook
    if book is None or not own.code:
        return None
    known = next((code for code in book.codes if code.key == own.code), None)
    if known is not None:
        return replace(known, construct=own.key)
    siblings = {one.key for one in template.constructs if one.group == own.group}
    parents = Counter(code.parent for code in book.codes if code.construct in siblings and code.parent
                      and code.parent not in {one.key for one in book.codes if one.construct in siblings})
    parent = parents.most_common(1)[0][0] if parents else None
    return CodeDefinition(own.code, parent, own.name, own.definition, construct=own.key)


def with_own_rules(rules: StrategyRules, own: OwnConstruct) -> StrategyRules:
    """Return the rules with its objective and its measure, where they were entered."""
    kpis = (Kpi(own.kpi, "lower", f"{own.group}.{own.key}.pomp"),) if own.kpi else ()
    objectives, measures = rules.objectives, rules.measures
    if own.group == "problem" and own.objective and kpis:
        objectives = (*objectives, Objective(f"OB_{own.key.rpartition('_')[2]}", own.key, own.objective, kpis[0]))
    if own.measure is not None:
        measures = (*measures, _measure(own, own.measure, kpis))
    return replace(rules, objectives=objectives, measures=measures)


def _measure(own: OwnConstruct, entered: OwnMeasure, kpis: tuple[Kpi, ...]) -> Measure:
    first = (Condition(f"problem.{own.key}.grade", "in", list(ESTABLISHED)) if own.group == "problem"
             else Condition(f"cause.{own.key}.elevated", "eq", True))
    more: tuple[Condition, ...] = ()
    if 0 < entered.item_place <= len(own.items):
        path = f"item.{own.items[entered.item_place - 1].key}.unfavourable_pct"
        more = (Condition(path, "ge", entered.item_share),)
    acts = {own.key: entered.strength}
    return Measure(
        key=entered.key, strategy=entered.strategy, name=entered.name, what=entered.what,
        trigger=ConditionGroup("any", (first, *more)), address_problem=acts if own.group == "problem" else {},
        address_cause=acts if own.group == "cause" else {}, address_facet={}, rationale=entered.rationale,
        expected_effect=entered.expected_effect, effort=entered.effort, horizon_months=entered.horizon_months,
        owner=entered.owner, kpis=kpis, safeguards=entered.safeguards, risk=entered.risk)


def free_measure_key(rules: StrategyRules, strategy: str) -> str:
    """Return the next key of a measure of the strategy."""
    taken, number = {measure.key for measure in rules.measures}, 1
    while f"{strategy}.{number}" in taken:
        number += 1
    return f"{strategy}.{number}"


# ---- the whole template ---------------------------------------------------------------------------------------------
def widened(template: StudyTemplate, own: OwnConstruct) -> StudyTemplate:
    """Return the template with it; the questionnaire keeps its version until it is published."""
    audience = audience_of(template, own.group)
    own = keyed(template.instrument(audience), own)
    instruments = tuple(with_own_construct(one, own) if one.audience == audience else one
                        for one in template.instruments)
    code, book = own_code(template, own), template.codebook
    if code is not None and book is not None:
        rest = tuple(one for one in book.codes if one.key != code.key)
        book = replace(book, codes=(*rest, code))
    rules = with_own_rules(template.rules, own) if template.rules is not None else None
    return replace(template, instruments=instruments, codebook=book, rules=rules)


def own_findings(template: StudyTemplate, own: OwnConstruct) -> tuple[Finding, ...]:
    """Return what is wrong with it, and what the numbered checks say of the template that they did not say before."""
    found = list(_own_findings(template, own))
    if any(finding.is_error for finding in found):
        return tuple(found)
    before = {(finding.number, finding.place, finding.reason) for finding in check_template(template)}
    after = [finding for finding in check_template(widened(template, own))
             if (finding.number, finding.place, finding.reason) not in before]
    # A construct of a study's own need not name a source.
    return (*found, *(finding for finding in after if finding.number != "INS-205"))


def _own_findings(template: StudyTemplate, own: OwnConstruct) -> Iterator[Finding]:
    here = f"{template.key}, construct {own.key}"
    yield from _key_findings(template, own, here)
    yield from _word_findings(template, own, here)
    yield from _item_findings(own, here)
    if own.measure is not None:
        yield from _measure_findings(template, own, own.measure, here)


def _key_findings(template: StudyTemplate, own: OwnConstruct, here: str) -> Iterator[Finding]:
    of_group = [one for one in template.constructs if one.group == own.group]
    if not KEY.fullmatch(own.key):
        yield Finding("OWN-1", here, "the key is missing or holds other signs.",
                      "Write 2 to 39 capital letters, digits and _, beginning with a letter: PRB_TURNOVER.")
    elif own.key in {one.key for one in template.constructs}:
        yield Finding("OWN-2", here, "the study has a construct of this key already.", "Choose another key.")
    if not of_group:
        yield Finding("OWN-3", here, "no questionnaire asks about one of this group yet.",
                      "Add the first one in the questionnaire itself.")
    elif len(of_group) >= MOST_OF[own.group]:
        yield Finding("OWN-4", here, f"the study has {len(of_group)} of this group already.",
                      f"At most {MOST_OF[own.group]} can be analysed together.")


def _word_findings(template: StudyTemplate, own: OwnConstruct, here: str) -> Iterator[Finding]:
    for language in template.languages:
        if not own.name.get(language, "").strip() or not own.definition.get(language, "").strip():
            yield Finding("OWN-5", f"{here}, {language}", "name or definition is missing.",
                          "Fill in both in each language of the study.")
        if (own.objective or own.kpi) and not (own.objective.get(language) and own.kpi.get(language)):
            yield Finding("OWN-6", f"{here}, {language}", "objective or indicator is missing.",
                          "Fill in both in each language, or leave both empty.")


def _item_findings(own: OwnConstruct, here: str) -> Iterator[Finding]:
    if not FEWEST_ITEMS <= len(own.items) <= MOST_ITEMS:
        yield Finding("OWN-7", here, f"it has {len(own.items)} items.",
                      f"Write {FEWEST_ITEMS} to {MOST_ITEMS} items, better {USUAL_ITEMS}.")
        return
    if len(own.items) < USUAL_ITEMS:
        yield Finding("OWN-8", here, f"it has only {len(own.items)} items.",
                      f"{USUAL_ITEMS} measure more reliably.", is_error=False)
    if not any(item.is_reverse for item in own.items):
        yield Finding("OWN-9", here, "no item is reverse-keyed.",
                      "One keeps a tendency to agree from looking like a problem.", is_error=False)


def _measure_findings(template: StudyTemplate, own: OwnConstruct, measure: OwnMeasure, here: str) -> Iterator[Finding]:
    texts = (measure.name, measure.what, measure.owner, measure.rationale, measure.expected_effect, measure.risk)
    lacking = [language for language in template.languages if not all(text.get(language, "").strip() for text in texts)]
    for language in lacking:
        yield Finding("OWN-10", f"{here}, measure, {language}", "a wording of the measure is missing.",
                      "Fill in name, what, owner, reason, aim and risk in each language, or leave all empty.")
    if not own.kpi:
        yield Finding("OWN-11", f"{here}, measure", "the measure has no indicator.", "Fill in the indicator above.")
    if not 1 <= measure.strength <= 3:  # noqa: PLR2004  # of 1..3
        yield Finding("OWN-12", f"{here}, measure", "the strength is out of range.", "Choose 1 to 3.")
