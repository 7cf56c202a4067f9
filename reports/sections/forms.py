"""A measure beside what is in place, and what this organisation's own data say for it."""

from __future__ import annotations

import re

from analysis.results.actions import Action
from analysis.results.diagnosis import MeasureFinding
from analysis.results.measurement import Estimate
from analysis.results.measures import ItemGround, PresentMeasure, SuggestionGround, UnitGround
from instruments.template import Measure
from reports.content import Statement
from reports.numbers import month
from reports.sections.file_figures import told_size
from reports.sections.first_steps import begun, standing
from reports.sections.source import Source, capitalised, lowered

ASKED_FOR = ("proposed", "opportunity")
KNOWN_SHARE = 0.5           # of results stored before the threshold had a name
YEAR_AND_MONTH = re.compile(r"\d{4}-\d{2}")
ENTERED = "entered"         # anchor of the section with the register


def form_of(study: Source, m: MeasureFinding) -> Statement | None:
    """Return the form a measure takes beside the register; None where its rule names no present measure."""
    if not study.measure(m.key).practices:
        return None
    if m.form is None:
        return _without_form(study, m)
    action = begun(study, m.key)
    if action is not None:
        return _decided(study, m, action)
    key, present = _phrase(m), m.practice
    values = {"name": study.read(present.name) if present else "", "since": _since(study, present),
              "status": _status(study, present), "standing": _standing(study, present),
              "known": _known(study, m.known_by, "forms.known"), "weak": _weak(study, m)}
    return study.words.say(f"forms.{key}", link=ENTERED, trace=(f"measure.{m.key}.form",), **values)


def _decided(study: Source, m: MeasureFinding, action: Action) -> Statement:
    """Return the form of a measure that is carried out: its state and day as the register of actions has them."""
    words, present = study.words, m.practice
    form = words.text("forms.carry_on" if action.progress != "done" else f"edits.form_{m.form}")
    before = ""
    if present is not None and present.name != study.measure(m.key).name:
        is_older = bool(present.since) and not action.progress_on.startswith(present.since)
        before = words.text("forms.begun_as" if is_older else "forms.listed_as", name=study.read(present.name),
                            since=_since(study, present))
    share = m.known_by
    known = words.text("forms.not_told") if share is None else words.text(
        "forms.known", n=share.n, share=study.estimate(share.value, share.ci_low, share.ci_high, "percent"))
    weak = words.text("forms.weak_decided", weak=_weak(study, m)) if _weak(study, m) else ""
    return words.say("forms.decided", form=form, state=lowered(standing(study, m.key)),
                     before=before, known=known, weak=weak, link=ENTERED, trace=(f"measure.{m.key}.form",))


def _without_form(study: Source, m: MeasureFinding) -> Statement | None:
    if m.verdict not in ASKED_FOR:
        return None
    if m.known_by is None:
        return study.words.say("forms.not_entered", link=ENTERED)
    return study.words.say("forms.unclear", link=ENTERED, known=_known(study, m.known_by, "forms.known"))


def _phrase(m: MeasureFinding) -> str:
    if m.form == "introduce" and m.practice is not None:
        if m.practice.status != "planned":
            return "introduce_again"
        return "introduce_planned" if m.practice.since else "introduce_planned_undated"
    if m.form == "continue" and m.verdict not in ASKED_FOR:
        return "continue_unasked"
    return str(m.form)


def since_in_words(study: Source, since: str) -> str:
    """Return year, or month and year, as written in the language; other words as entered."""
    if YEAR_AND_MONTH.fullmatch(since):
        return month(f"{since}-01", study.language)
    return study.words.text("forms.year", year=since) if since.isdigit() else since


def _since(study: Source, present: PresentMeasure | None) -> str:
    return since_in_words(study, present.since) if present else ""


def _status(study: Source, present: PresentMeasure | None) -> str:
    status = present.status if present is not None else ""
    return study.words.text(f"practice.{status}") if study.words.has(f"practice.{status}") else status


def _standing(study: Source, present: PresentMeasure | None) -> str:
    since = _since(study, present)
    return study.words.text("forms.since", since=since) if since else study.words.text("forms.in_place")


def _known(study: Source, share: Estimate | None, phrase: str) -> str:
    if share is None:
        return study.words.text("forms.not_known")
    limit = study.threshold("practice_known_share", KNOWN_SHARE)
    is_open = share.ci_low is not None and share.ci_high is not None and share.ci_low < limit <= share.ci_high
    return study.words.text(f"{phrase}_open" if is_open else phrase, n=share.n, limit=limit,
                            share=study.estimate(share.value, share.ci_low, share.ci_high, "percent"))


def _weak(study: Source, m: MeasureFinding) -> str:
    return study.names(list(m.grounds.weak)) if m.grounds is not None else ""


# ---- what is found here ----------------------------------------------------------------------------------------------
def found_here(study: Source, m: MeasureFinding) -> Statement | None:
    """Return the facts of this organisation behind a measure; None where there is none."""
    grounds, parts = m.grounds, []
    if grounds is not None:
        parts = [_item(study, ground) for ground in grounds.items]
        if grounds.units:
            parts.append(_units(study, grounds.units))
        if grounds.step is not None:
            step = grounds.step
            parts.append(study.words.say("forms.step", step=study.read(step.name), owner=study.read(step.owner),
                                         days=step.days))
    if m.size is not None:
        parts.append(_size(study, m, study.measure(m.key)))
    if grounds is not None:
        parts += [_suggestion(study, ground) for ground in grounds.suggestions]
    if not parts:
        return None
    text = study.words.text("forms.between").join(part.text for part in parts)
    return Statement(capitalised(text), {}, tuple(dict.fromkeys(path for part in parts for path in part.trace)))


def _item(study: Source, ground: ItemGround) -> Statement:
    item = study.item(ground.item)
    wording = study.read(item.text).rstrip(".。") if item is not None else ground.item
    return study.words.say("forms.item", text=wording, share=ground.share.value, who=study.audience(ground.audience),
                           trace=(f"item.{ground.item}.unfavourable_pct",))


def _size(study: Source, m: MeasureFinding, measure: Measure) -> Statement:
    path = measure.sizing or ""
    field = path.rsplit(".", 1)[-1]
    label = study.words.text(f"data.{field}") if study.words.has(f"data.{field}") else field.replace("_", " ")
    return study.words.say("forms.size", label=label, n=told_size(study, path, m.size or 0), trace=(path,))


def _suggestion(study: Source, ground: SuggestionGround) -> Statement:
    name = study.code(ground.code)
    shared = "_shared" if ground.n_measures > 1 else ""
    return study.words.say(f"forms.{ground.source}{shared}", k=ground.k, n=ground.n, measures=ground.n_measures,
                           name=lowered(name) if study.language == "en" else name,
                           trace=(f"interview.{ground.code}.interviewees",) if ground.source == "interviews" else ())


def _units(study: Source, units: tuple[UnitGround, ...]) -> Statement:
    item = study.item(units[0].profile_item)
    named = [study.words.text("forms.unit", name=study.choice(item, unit.choice) if item else unit.choice,
                              mean=study.estimate(unit.mean, unit.ci_low, unit.ci_high), n=unit.n) for unit in units]
    return study.words.say("forms.units", problem=study.in_sentence(units[0].construct),
                           units=study.words.join(named))
