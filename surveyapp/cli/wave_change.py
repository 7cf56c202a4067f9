"""`surveyapp wave-change`: what changed between two waves of a study."""

from __future__ import annotations

import argparse

from surveyapp.cli.output import Subparsers, add_command, open_database, print_json, print_table
from surveyapp.db.session import read_session
from surveyapp.jobs.wave_change import compare_study_waves
from surveyapp.services.study import get_study
from surveyapp.services.wave_change import wave_pair


def add_commands(commands: Subparsers) -> None:
    """Add the wave-change command."""
    command = add_command(commands, "wave-change", "compare two closed waves of a study", _compare, has_json=True)
    command.add_argument("study")
    command.add_argument("--first", help="earlier wave; the one before the second by default")
    command.add_argument("--second", help="later wave; the newest closed one by default")


def _compare(options: argparse.Namespace) -> None:
    open_database()
    study = get_study(read_session(), options.study)
    first, second = wave_pair(read_session(), study, options.first, options.second)
    found = compare_study_waves(study, first, second)
    if options.json:
        print_json(found)
        return
    for audience, comparison in found.items():
        print(f"{audience}: {comparison.n_first} answers in {comparison.first}, {comparison.n_second} in "
              f"{comparison.second}; samples are not linked")
        print_table(("scale", "first", "second", "change", "interval", "invariance", "verdict"), [
            (one.scale, _number(one.first.value), _number(one.second.value), _number(one.difference.value),
             f"[{_number(one.difference.ci_low)}, {_number(one.difference.ci_high)}]",
             one.invariance.word.replace("_", " "), ", ".join([one.verdict, *one.reasons]).replace("_", " "))
            for one in comparison.scales])
        for worst in comparison.worst_units:
            print(f"{worst.unit} stood worst in {worst.scale}: {_number(worst.first)}, then {_number(worst.second)}; "
                  f"{_number(worst.expected_second.value)} is to be expected by regression to the mean alone.")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
