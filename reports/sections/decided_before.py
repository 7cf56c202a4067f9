"""How measures stand that were decided on before this wave: in place, under way, put off, rejected, and why."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.results.actions import Action
from reports.sections.source import Source, lowered


def state_of_action(study: Source, action: Action) -> str:
    """Return in a word or two how a decision stands, without its day."""
    words = study.words
    told = (words.text(f"followup.progress_{action.progress}", since="") if action.is_taken_on
            else words.text(f"followup.{action.decision}"))
    return lowered(told)


def states_told(study: Source, actions: Iterable[Action]) -> str:
    """Return several measures, each with how it stands."""
    words = study.words
    return words.text("summary.between_states").join(
        words.text("summary.stands", key=action.measure, state=state_of_action(study, action)) for action in actions)


def asked_anew(action: Action) -> str:
    """Return what is asked of a measure that was decided on: "carried" stands for nothing to be asked."""
    if not action.is_taken_on:
        return action.decision
    return "stopped" if action.progress == "stopped" else "carried"


def refusal_told(study: Source, action: Action) -> str:
    """Return that a measure was put off, rejected or stopped, when, and the reason given then."""
    words, today, state = study.words, study.diagnosis.provenance.frozen_on[:10], asked_anew(action)
    when = (f"{state}_on" if state != "deferred" else "deferred_open" if not action.again_on
            else "deferred_past" if action.again_on < today else "deferred_until")
    told = [words.text(f"summary.{when}", decided=action.decided_on, again=action.again_on,
                       since=action.progress_on or action.decided_on)]
    told += [words.text("summary.reason_then", reason=action.reason.rstrip(".。"))] if action.reason else []
    return words.text("summary.between_told").join(told)
