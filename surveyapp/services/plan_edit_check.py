"""What an edit of the plan must keep, and what is only asked back: numbers nobody computed, a language left behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from analysis.diagnosis.told_numbers import figures_of, foreign_numbers
from analysis.results.diagnosis import KpiRow
from analysis.results.plan_edits import FIELDS, FORMS, PHASES, TEXTS, PlanValues
from reports.wording import LANGUAGES, forbidden_phrases
from surveyapp.errors import BadInput, Refused, RowError, marked
from surveyapp.services.plan_edit import Plan, PlanEntry

LONGEST: Mapping[str, int] = {"what": 1_200, "owner": 120, "note": 600}
SHORTEST_REASON, LONGEST_REASON = 10, 1_000     # characters; ten are a short sentence in Chinese too
FULL = 100.0
FIELD_NAMES: Mapping[str, str] = {
    "what": marked("What is to be done"), "form": marked("Form"), "owner": marked("Owner"), "phase": marked("Phase"),
    "due_on": marked("Due on"), "note": marked("Note on priority"), "target": marked("Target"),
}
NOT_SUPPORTED = marked("No figure of the study supports this wording: it claims a cause, a certain effect or a proof.")
SAY_OTHERWISE = marked("Say what goes together, or what is meant to be reached.")


@dataclass(frozen=True)
class Doubt:
    """Something to be kept only knowingly; `key` names it in the form."""

    kind: str                   # number, one_language, not_better
    field: str
    language: str = ""
    text: str = ""
    path: str = ""

    @property
    def key(self) -> str:
        return ":".join((self.kind, self.field, self.language, self.text))


class Doubts(Refused):
    """An edit holds what must be kept knowingly or mended; nothing is stored yet."""

    def __init__(self, doubts: tuple[Doubt, ...]) -> None:
        super().__init__(marked("Please look at these places again; nothing was stored yet."),
                         marked("Mend them, or tick what shall stand as it is."))
        self.doubts = doubts


def narrowed(values: PlanValues, entry: PlanEntry) -> PlanValues:
    """Return only what differs from the proposal, of the fields that the kind has."""
    proposal = entry.proposal
    kept: dict[str, object] = {}
    for name in FIELDS[entry.kind]:
        mine, theirs = getattr(values, name), getattr(proposal, name)
        if name in TEXTS:
            mine, theirs = _bare(mine), _bare(theirs)
        if mine not in ({}, None, "") and mine != theirs:
            kept[name] = mine
    return replace(PlanValues(), **kept)  # type: ignore[arg-type]  # each name is a field with a value of its type


def _bare(text: Mapping[str, str]) -> dict[str, str]:
    return {language: words.strip() for language, words in text.items() if words.strip()}


def check_edit(plan: Plan, entry: PlanEntry, values: PlanValues, reason: Mapping[str, str]) -> None:
    """Raise BadInput with the places of everything an edit may not hold."""
    if not list(values.named()):
        raise BadInput("Nothing differs from what is proposed.", "Change a field, or take the edit back.")
    if not reason or not all(SHORTEST_REASON <= len(words) <= LONGEST_REASON for words in reason.values()):
        raise BadInput("The reason needs {low} to {high} characters.", "It is printed beside the edit.",
                       low=SHORTEST_REASON, high=LONGEST_REASON)
    rows = (*_texts(plan, values), *_choices(values), *_date(plan, values), *_target(plan, entry, values),
            *_phrases({"reason": reason} | {name: getattr(values, name) for name in TEXTS}))
    if rows:
        raise BadInput("The edit cannot be stored like this.", "Mend the places named below; nothing is lost.", rows)


def _texts(plan: Plan, values: PlanValues) -> Iterator[RowError]:
    for name in TEXTS:
        text = getattr(values, name)
        for language in plan.template.languages:
            words = text.get(language, "")
            if text and not words:
                yield RowError(None, f"{name}_{language}", "", marked("There is no wording in this language."),
                               marked("The report is printed in each language of the study: fill in all."))
            elif len(words) > LONGEST[name]:
                yield RowError(None, f"{name}_{language}", f"{words[:20]}…", marked("The text is too long."),
                               marked("Shorten it; the report has little room here."))


def _choices(values: PlanValues) -> Iterator[RowError]:
    if values.form is not None and values.form not in FORMS:
        yield RowError(None, "form", str(values.form), marked("There is no such form."), marked("Choose one."))
    if values.phase is not None and values.phase not in PHASES:
        yield RowError(None, "phase", str(values.phase), marked("There is no such phase."), marked("Choose one."))


def _date(plan: Plan, values: PlanValues) -> Iterator[RowError]:
    if not values.due_on:
        return
    try:
        found = date.fromisoformat(values.due_on)
    except ValueError:
        yield RowError(None, "due_on", values.due_on, marked("This is no date."), marked("Write it as 2027-06-30."))
        return
    if found.isoformat() <= plan.diagnosis.provenance.frozen_on:
        yield RowError(None, "due_on", values.due_on, marked("The date lies before the data of the diagnosis."),
                       marked("Give a later date."))


def kpi_of(plan: Plan, entry: PlanEntry) -> KpiRow | None:
    """Return the indicator of an objective; None of a measure."""
    return next((one.kpi for one in plan.diagnosis.objectives if entry.kind == "objective" and one.key == entry.key),
                None)


def _target(plan: Plan, entry: PlanEntry, values: PlanValues) -> Iterator[RowError]:
    kpi, target = kpi_of(plan, entry), values.target
    if kpi is None or target is None:
        return
    if target < 0 or (kpi.unit in ("pomp", "percent") and target > FULL):
        yield RowError(None, "target", f"{target:g}", marked("The target lies outside what the indicator can reach."),
                       marked("Give a number between 0 and 100, or a count of 0 or more."))


def _phrases(texts: Mapping[str, Mapping[str, str]]) -> Iterator[RowError]:
    """Find wordings that the numbers do not support; what holds for the report holds for what is written into it."""
    for name, text in texts.items():
        for language, words in text.items():
            for phrase in forbidden_phrases(words, language) if language in LANGUAGES else ():
                yield RowError(None, f"{name}_{language}", phrase, NOT_SUPPORTED, SAY_OTHERWISE)


# ---- asked back -----------------------------------------------------------------------------------------------------
def doubts_of(plan: Plan, entry: PlanEntry, values: PlanValues) -> tuple[Doubt, ...]:
    """Return what may be kept only knowingly."""
    return (*_numbers(plan, entry, values), *_left_behind(entry, values), *_not_better(plan, entry, values))


def _numbers(plan: Plan, entry: PlanEntry, values: PlanValues) -> Iterator[Doubt]:
    own, others = figures_of(entry.kind, entry.key, plan.diagnosis, plan.rules, entry.basis)
    for name in TEXTS:
        for language, words in getattr(values, name).items():
            known = getattr(entry.proposal, name).get(language, "")
            for found in foreign_numbers(words, own, others, (known,)):
                yield Doubt("number", name, language, found.text, found.path)


def _left_behind(entry: PlanEntry, values: PlanValues) -> Iterator[Doubt]:
    for name in TEXTS:
        text, proposed = getattr(values, name), getattr(entry.proposal, name)
        same = [language for language, words in text.items() if words == proposed.get(language, "").strip()]
        for language in same:
            yield Doubt("one_language", name, language)


def _not_better(plan: Plan, entry: PlanEntry, values: PlanValues) -> Iterator[Doubt]:
    kpi = kpi_of(plan, entry)
    if kpi is None or values.target is None or kpi.baseline is None:
        return
    gain = values.target - kpi.baseline
    if (gain if kpi.better == "higher" else -gain) <= 0:
        yield Doubt("not_better", "target", "", f"{values.target:g}")
