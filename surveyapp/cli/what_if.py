"""`surveyapp diagnose STUDY --what-if`: what a move of a cause or of a threshold implies; nothing is stored."""

from __future__ import annotations

import argparse

from analysis.diagnosis.what_if import movable_causes, what_if
from analysis.results.diagnosis import Diagnosis
from analysis.results.sensitivity import Trial
from analysis.results.what_if import WhatIf
from surveyapp.cli.output import print_json, print_table
from surveyapp.db.session import read_session
from surveyapp.errors import Refused
from surveyapp.jobs.diagnose import compute_diagnosis, try_thresholds
from surveyapp.services.study import get_study, get_wave
from surveyapp.services.what_if import Wishes, read_wishes

REFUSED = {
    "too_few_answers": "links were not judged: too few complete answers ({n})",
    "no_reliable_scales": "links were not judged: no scale is reliable enough",
    "too_many_causes": "links were not judged: more causes than can be told apart",
    "not_separable": "links were not judged: the causes cannot be told apart",
    "no_grades": "so many answers were left out that no grades are given",
    "no_model": "links were not judged",
    "computed_before": "the diagnosis holds no slopes",
    "not_in_model": "no cause of this name is among those whose links were judged ({causes})",
    "out_of_scale": "the mean would leave its scale: {mean:.2f} today, on a scale from {low:g} to {high:g}",
    "no_move": "an amount of 0 moves nothing",
}
UNSAID = {"uncertain": "not stated: link uncertain", "against": "not stated: answers speak against a link",
          "withheld": "not stated: scales cannot be told apart"}


def show_what_if(options: argparse.Namespace) -> None:
    """Print what each move implies, as words or as one JSON document; a move that cannot be is refused by name."""
    wishes = read_wishes(options.what_if)
    study = get_study(read_session(), options.study)
    wave = get_wave(read_session(), study, options.wave)
    diagnosis = compute_diagnosis(study, wave)
    found = _implied(diagnosis, wishes)
    trial = try_thresholds(study, wave, diagnosis.structure, wishes.thresholds) if wishes.thresholds else None
    if options.json:
        print_json({"what_if": found, "thresholds": trial})
        return
    for one in found:
        _show_implied(one)
    if trial is not None:
        _show_trial(trial)


def _implied(diagnosis: Diagnosis, wishes: Wishes) -> list[WhatIf]:
    found = [what_if(diagnosis, move.cause, move.amount, move.unit) for move in wishes.moves]
    for one in found:
        if one.refusal is not None:
            why = REFUSED[one.refusal].format(n=one.n, mean=one.mean or 0, low=one.low or 0, high=one.high or 0,
                                              causes=", ".join(movable_causes(diagnosis)) or "none")
            raise Refused("{cause} cannot be moved: {why}.", "See `surveyapp diagnose` for the links.",
                          cause=one.cause, why=why)
    return found


def _show_implied(found: WhatIf) -> None:
    print(f"Model-implied difference between otherwise similar staff, not a forecast: {found.cause} "
          f"{found.points:+.2f} points ({found.deviations:+.2f} SD), mean {found.mean:.2f} to {found.moved:.2f}; "
          f"n = {found.n}, {found.n_resamples} resamples.")
    if found.is_exploratory:
        print("Notice: exploratory at this number of answers.")
    if found.is_far:
        print("Notice: hardly any two members of staff lie this far apart.")
    print_table(("problem", "points", "interval", "POMP"), [
        (row.problem, UNSAID[row.unsaid], "", "") if row.unsaid else
        (row.problem, f"{row.points:+.2f}", f"[{row.low:+.2f}, {row.high:+.2f}]", f"{row.pomp:+.1f}")
        for row in found.rows])


def _show_trial(trial: Trial) -> None:
    moved = ", ".join(f"{name} {trial.values[name]:g} to {value:g}" for name, value in trial.moved.items())
    print(f"Thresholds moved: {moved}. {len(trial.changes)} of {trial.n_words} grades, bands and readings change.")
    if trial.changes:
        print_table(("of", "now", "then"), [
            (change.path, change.before or "not issued", change.after or "not issued") for change in trial.changes])
