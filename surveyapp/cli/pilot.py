"""`surveyapp pilot`: the questionnaires tried out before the main wave."""

from __future__ import annotations

import argparse
from pathlib import Path

from analysis.results.pilot import JudgedPilot
from surveyapp.cli.output import Subparsers, add_command, add_group, open_database, print_json, print_table, read_bytes
from surveyapp.db.session import read_session, transaction
from surveyapp.jobs.pilot import judge_wave
from surveyapp.services.pilot import get_pilot, import_ratings, open_pilot
from surveyapp.services.study import close_wave, get_study, list_links

SAYS = {
    "experts_reject": "experts find it not relevant", "experts_doubt": "experts doubt its relevance",
    "remarks": "many call it unclear", "left_blank": "many leave it blank", "weak_link": "hardly goes with its scale",
    "wrong_way": "goes against its scale",
}


def add_commands(commands: Subparsers) -> None:
    """Add the pilot commands."""
    group = add_group(commands, "pilot", "try the questionnaires out before the main wave")
    for name, text, deed in (
            ("open", "open a pilot wave: the same items, with a place for what was unclear", _open),
            ("close", "end the pilot wave", _close)):
        add_command(group, name, text, deed).add_argument("study")
    ratings = add_command(group, "ratings", "import experts' ratings of relevance: one row an expert, 1 to 4", _ratings)
    for argument in ("study", "instrument", "file"):
        ratings.add_argument(argument)
    judge = add_command(group, "judge", "say of each item: keep, change or drop, and why", _judge, has_json=True)
    judge.add_argument("study")
    judge.add_argument("instrument")
    judge.add_argument("--wave", help="pilot1, pilot2 …; the newest pilot otherwise")


def _open(options: argparse.Namespace) -> None:
    open_database()
    with transaction() as session:
        wave = open_pilot(session, get_study(session, options.study))
        links = [(published.audience, link.token) for link, published in list_links(session, wave)]
    print(f"Pilot {wave.key} is open. Its answers never enter the main wave.")
    for audience, token in links:
        print(f"  {audience}: /q/{token}")


def _close(options: argparse.Namespace) -> None:
    open_database()
    with transaction() as session:
        study = get_study(session, options.study)
        wave = get_pilot(session, study)
        close_wave(session, study, wave)
    print(f"Pilot {wave.key} is closed.")


def _ratings(options: argparse.Namespace) -> None:
    open_database()
    content = read_bytes(options.file)
    with transaction() as session:
        study = get_study(session, options.study)
        n = import_ratings(session, study, options.instrument, content, Path(options.file).name)
    print(f"Stored {n} ratings of {options.instrument}.")


def _judge(options: argparse.Namespace) -> None:
    open_database()
    study = get_study(read_session(), options.study)
    judged = judge_wave(study, get_pilot(read_session(), study, options.wave), options.instrument)
    if options.json:
        print_json(judged)
    else:
        _print(judged)


def _print(judged: JudgedPilot) -> None:
    found = judged.judgement
    print(f"{judged.audience}, {judged.wave}: {found.n} responses.")
    if not found.has_enough_for_links:
        print("Too few to judge how items hang together; item-rest correlations are shown only.")
    if found.validity is not None:
        print(f"{found.validity.n_experts} experts: S-CVI/Ave {found.validity.s_cvi_average:.2f}, "
              f"S-CVI/UA {found.validity.s_cvi_universal:.2f}.")
    print_table(
        ("item", "verdict", "shown", "blank", "unclear", "s", "item-rest", "I-CVI", "why"),
        [(row.item, row.verdict, "a few" if row.n_shown is None else row.n_shown, _share(row.share_blank),
          row.n_remarks, _figure(row.seconds, 1), _figure(row.item_rest_r, 2), _figure(row.i_cvi, 2),
          "; ".join(SAYS[reason] for reason in row.reasons))
         for row in found.items])
    for key, texts in judged.remarks.items():
        print(f"Unclear about {key}:")
        for text in texts:
            print(f"  - {' '.join(text.split())}")


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def _figure(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"
