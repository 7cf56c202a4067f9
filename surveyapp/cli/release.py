"""`surveyapp release`: reports handed to management, dated and hashed; recalled with a reason."""

from __future__ import annotations

import argparse

from surveyapp.cli.output import Subparsers, add_command, add_group, open_database, print_json, print_table
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import Refused
from surveyapp.services.report_release import (
    get_release,
    is_intact,
    list_releases,
    recall_release,
    release_report,
)
from surveyapp.services.study import get_study


def add_commands(commands: Subparsers) -> None:
    """Add the commands of released reports."""
    group = add_group(commands, "release", "reports released to management")
    make = add_command(group, "create", "release the newest diagnosis with its reports", _create)
    make.add_argument("study")
    make.add_argument("--note", default="", help="said beside the release")
    add_command(group, "list", "list the released reports", _list, has_json=True).add_argument("study")
    check = add_command(group, "check", "check that released files are byte by byte what was released", _check)
    check.add_argument("study")
    recall = add_command(group, "recall", "recall a released report, with the reason", _recall)
    recall.add_argument("study")
    recall.add_argument("number", type=int)
    recall.add_argument("--reason", required=True)


def _create(options: argparse.Namespace) -> None:
    open_database()
    with transaction() as session:
        release = release_report(session, get_study(session, options.study), note=options.note)
        print(f"Released report {release.number}: {', '.join(one['language'] for one in release.files)}; "
              f"data frozen on {release.frozen_on or 'an unknown day'}; hash {release.content_hash}.")


def _list(options: argparse.Namespace) -> None:
    open_database()
    session = read_session()
    found = list_releases(session, get_study(session, options.study))
    if options.json:
        print_json([{"number": one.number, "released_on": one.released_on.isoformat(), "frozen_on": one.frozen_on,
                     "content_hash": one.content_hash, "diagnosis": one.diagnosis_id, "files": one.files,
                     "is_recalled": one.is_recalled, "recall_reason": one.recall_reason} for one in found])
        return
    print_table(("number", "released", "frozen", "hash", "state"),
                [(one.number, one.released_on, one.frozen_on, one.content_hash[:12],
                  f"recalled: {one.recall_reason}" if one.is_recalled else "released") for one in found])


def _check(options: argparse.Namespace) -> None:
    open_database()
    session = read_session()
    found = list_releases(session, get_study(session, options.study))
    broken = [str(one.number) for one in found if not is_intact(session, one)]
    if broken:
        raise Refused("Files of these released reports are not what was released: {numbers}.",
                      "Restore them from a backup.", numbers=", ".join(broken))
    print(f"All {len(found)} released reports are as they were released.")


def _recall(options: argparse.Namespace) -> None:
    open_database()
    with transaction() as session:
        study = get_study(session, options.study)
        recall_release(session, study, get_release(session, study, options.number), options.reason)
    print(f"Recalled report {options.number}.")
