"""What management is asked to decide: where to begin and why, what has to be in place first, when to ask again."""

from __future__ import annotations

import math
from collections.abc import Mapping

from analysis.diagnosis.plan_basis import STRONGLY
from analysis.results.actions import Action
from analysis.results.diagnosis import MeasureFinding
from reports.content import Statement
from reports.sections.decided_before import asked_anew, refusal_told, states_told
from reports.sections.edited import acting_on, owner_of, values_of
from reports.sections.prerequisites import safeguards_decision, survey_decision
from reports.sections.source import Source, capitalised, lowered

SURE = 0.80                             # probability of a place from which it is named; model 11
MOST_FIRST, MOST_BESIDE = 3, 1
LAST_DAY = "9999"                       # after every day there is


def decisions(study: Source, who_answered: list[str]) -> list[Statement]:
    """Return the decisions asked, in their order; the first says where to begin and why there."""
    words, proposed = study.words, study.proposed
    if not proposed:
        return [words.say("summary.decide_more_data", trace=who_answered)]
    return [*([_begin(study, proposed)] if undecided_of(study) else []), *decided_anew(study),
            *safeguards_decision(study, decided(study)), survey_decision(study, begun_with(study), who_answered)]


def decided(study: Source) -> Mapping[str, Action]:
    """Return what was decided on measures before this wave, by measure; nothing after a first wave."""
    found = study.diagnosis.follow_up
    return {row.action.measure: row.action.in_words_of(study.language) for row in found.actions} if found else {}


def undecided_of(study: Source) -> list[MeasureFinding]:
    """Return the proposed measures on which nothing was decided before."""
    before = decided(study)
    return [m for m in study.proposed if m.key not in before]


def owner_now(study: Source, m: MeasureFinding) -> str:
    """Return who owns a measure: as decided where it is carried out, else as edited or by the rule."""
    action = decided(study).get(m.key)
    return action.owner if action is not None and action.is_taken_on and action.owner else owner_of(study, m)


def standing(study: Source, key: str) -> str:
    """Return how a measure stands that was decided on before this wave; "" for one that was not."""
    action, words = decided(study).get(key), study.words
    if action is None:
        return ""
    if not action.is_taken_on:
        return capitalised(words.text(f"followup.{action.decision}"))
    since = words.text("followup.since", day=action.progress_on) if action.progress_on else ""
    return words.text(f"followup.progress_{action.progress}", since=since)


def begun(study: Source, key: str) -> Action | None:
    """Return the decision by which a measure is to be carried out or was; None where there is none, or it stopped."""
    action = decided(study).get(key)
    return action if action is not None and action.is_taken_on and action.progress != "stopped" else None


def as_it_stands(study: Source, told: str, key: str, problem: str) -> str:
    """Return a measure against a problem with how it stands; beside one not taken up what acts on the problem now."""
    state, words = standing(study, key), study.words
    if not state:
        return told
    told = words.text("summary.strategy_stands", measure=told, state=lowered(state))
    carried = carried_out(study, problem)[:MOST_BESIDE]
    return told if begun(study, key) or not carried else words.text(
        "summary.strategy_also", told=told, states=states_told(study, carried))


def begun_with(study: Source) -> list[MeasureFinding]:
    """Return the measures to begin with: those surely among the first, else the two of the highest rank."""
    open_ones = undecided_of(study) or study.proposed
    return [m for m in open_ones if _is_sure(m)][:MOST_FIRST] or open_ones[:2]


def _is_sure(m: MeasureFinding) -> bool:
    return bool(m.is_stable) and (m.rank_probability_top3 or 0) >= SURE


def carried_out(study: Source, problem: str = "") -> list[Action]:
    """Return the decisions carried out in some way on proposed measures by rank, those only that act on a problem."""
    before, found = decided(study), acting_on(study, problem) if problem else study.proposed
    return [before[m.key] for m in found if m.key in before and asked_anew(before[m.key]) == "carried"]


def _begin(study: Source, proposed: list[MeasureFinding]) -> Statement:
    """Return which of the measures still open to begin with, and why with these; those carried out are only named."""
    words, carried, first, asked = study.words, carried_out(study), begun_with(study), undecided_of(study)
    is_sure = all(_is_sure(m) for m in first)
    steps = words.text("summary.between_steps").join(_first_step(study, m) for m in first)
    keys = words.join([m.key for m in asked])
    parts = [words.text("summary.decide_owner" if asked == proposed else "summary.decide_open", n=len(asked),
                        names=steps, keys=keys)]
    parts += [_why(study, proposed, first, is_sure=is_sure)]
    parts += [words.text("summary.carried_out", n=len(carried),
                         states=states_told(study, carried))] if carried else []
    later = _met_later(study, first) if len(proposed) > len(first) else None
    told = [*first, *([later] if later else [])]
    shares = [m.rank_probability_top3 or 0.0 for m in first]
    return Statement(words.text("labels.between_sentences").join(part for part in parts if part), {
        "n": len(asked), "share": min(shares), "impact": [m.impact for m in told],
        "feasibility": [m.feasibility for m in told], "rank": [m.rank for m in told]},
        tuple(f"measure.{m.key}.rank" for m in told))


def decided_anew(study: Source) -> list[Statement]:
    """Return what to decide on measures put off, those whose day is past first, and on measures rejected before.

    What was decided and why stands with each, so that nobody confirms what was refused for a reason that still holds.
    """
    before, words, found = decided(study), study.words, []
    for state in ("deferred", "stopped", "rejected"):
        asked = sorted((m for m in study.proposed if m.key in before and asked_anew(before[m.key]) == state),
                       key=lambda m: (before[m.key].again_on or LAST_DAY, m.rank or len(study.proposed) + 1))
        if asked:
            steps = words.text("summary.between_steps").join(_anew(study, m, before[m.key]) for m in asked)
            found.append(words.say(f"summary.decide_{state}", n=len(asked), steps=steps,
                                   trace=[f"measure.{m.key}.rank" for m in asked]))
    return found


def _anew(study: Source, m: MeasureFinding, action: Action) -> str:
    """Return a measure with what was decided on it, when, and the reason given then."""
    name = f"{m.key} {study.read(study.measure(m.key).name)}"
    return study.words.text("summary.anew", name=name, told=refusal_told(study, action))


def _why(study: Source, proposed: list[MeasureFinding], first: list[MeasureFinding], *, is_sure: bool) -> str:
    """Return why these come first: what each is foremost in, and how firm the order is."""
    if len(proposed) <= len(first):
        return ""
    words = study.words
    known = [m for m in first if m.impact is not None and m.feasibility is not None]
    if not known:
        return ""
    reasons = words.text("summary.between_steps").join(_foremost(study, proposed, m) for m in known)
    share = min(m.rank_probability_top3 or 0.0 for m in first)
    if len(first) > 1:
        share = math.floor(share * 100) / 100               # "at least" rounds down
    why = words.text("summary.why_first" if is_sure else "summary.why_first_open", reasons=reasons, k=len(first),
                     share=share)
    return words.text("labels.between_sentences").join(part for part in (why, _against_gravest(study, known)) if part)


def foremost_against(study: Source, problem: str) -> MeasureFinding | None:
    """Return the measure of the highest rank among those that bear strongly on a problem, else among all that do."""
    strength = {m.key: study.measure(m.key).address_problem.get(problem, 0) for m in study.proposed}
    strong = [m for m in study.proposed if strength[m.key] >= STRONGLY] or [m for m in study.proposed
                                                                           if strength[m.key]]
    return min(strong, key=lambda m: (m.rank is None, m.rank or 0, m.key), default=None)


def _met_later(study: Source, first: list[MeasureFinding]) -> MeasureFinding | None:
    """Return the ranked measure against the gravest problem, where those that come first bear less on it."""
    gravest = study.established[0].level.construct if study.established else ""
    best = foremost_against(study, gravest)
    if best is not None and best.key in decided(study):
        return None
    is_ranked = best is not None and best.rank is not None and best.impact is not None and best.feasibility is not None
    is_met = any(study.measure(m.key).address_problem.get(gravest, 0) >= STRONGLY for m in first)
    return best if is_ranked and not is_met else None


def _against_gravest(study: Source, first: list[MeasureFinding]) -> str:
    """Return why the measure against the gravest problem does not come first; "" where it does."""
    later, ahead = _met_later(study, first), first[0]
    if later is None:
        return ""
    told = {"impact": later.impact, "feasibility": later.feasibility, "ahead": ahead.key,
            "ahead_impact": ahead.impact, "ahead_feasibility": ahead.feasibility}
    reasons = [study.words.text(f"summary.later_{key}", **told) for key, own, other in (
        ("impact", later.impact, ahead.impact), ("feasible", later.feasibility, ahead.feasibility))
        if own is not None and other is not None and own < other]
    return study.words.text("summary.why_gravest", key=later.key, rank=later.rank,
                            reasons=study.words.text("summary.between_reasons").join(reasons)) if reasons else ""


def _foremost(study: Source, proposed: list[MeasureFinding], m: MeasureFinding) -> str:
    words = study.words
    if m.impact == max(other.impact or 0 for other in proposed):
        return words.text("summary.first_impact", key=m.key, value=m.impact)
    if m.feasibility == max(other.feasibility or 0 for other in proposed):
        return words.text("summary.first_feasible", key=m.key, value=m.feasibility)
    return words.text("summary.first_both", key=m.key, impact=m.impact, feasibility=m.feasibility)


def _first_step(study: Source, m: MeasureFinding) -> str:
    """Return a measure to begin with: what, who, by when, and how it was decided before."""
    measure, due_on = study.measure(m.key), values_of(study, "measure", m.key).due_on
    due = (study.words.text("edits.by", date=due_on) if due_on
           else study.words.text("summary.within", n=measure.horizon_months))
    return study.words.text("summary.first_step", name=f"{m.key} {study.read(measure.name)}",
                            owner=owner_now(study, m), due=due)
