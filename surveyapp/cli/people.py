"""`surveyapp people`: who is behind a response, where the privacy mode lets anybody know."""

from __future__ import annotations

import argparse
from io import BytesIO
from pathlib import Path

from sqlalchemy.orm import Session

from surveyapp.cli.output import Subparsers, add_command, add_group, open_database, print_json, print_table
from surveyapp.db.session import transaction
from surveyapp.errors import BadInput
from surveyapp.models.account import Account
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink
from surveyapp.services.account import check_membership, get_account
from surveyapp.services.invitation import find_questionnaire_link
from surveyapp.services.person_key import delete_keys, look_up, write_keys
from surveyapp.services.study import get_study, get_wave


def add_commands(commands: Subparsers) -> None:
    """Add the commands about people behind answers."""
    group = add_group(commands, "people", "who is behind a response: never in anonymous mode, always recorded")
    look = add_command(group, "look", "look somebody up by pseudonym, name or mail address", _look, has_json=True)
    keys = add_command(group, "keys", "write the key table of a confidential questionnaire (CSV)", _keys)
    separate = add_command(group, "separate", "delete the key table for good, in every wave", _separate)
    for command in (look, keys, separate):
        command.add_argument("study")
        command.add_argument("instrument")
        command.add_argument("--wave")
        command.add_argument("--account", required=True, help="login of the person who looks: it is recorded")
    look.add_argument("text", help="pseudonym, name or mail address")
    keys.add_argument("-o", "--out", required=True)
    separate.add_argument("--yes", action="store_true", help="do it; it cannot be undone")


def _place(session: Session, options: argparse.Namespace) -> tuple[Study, QuestionnaireLink, Account]:
    study, account = get_study(session, options.study), get_account(session, options.account)
    check_membership(session, study, account)
    return study, find_questionnaire_link(session, study, get_wave(session, study, options.wave),
                                          options.instrument), account


def _look(options: argparse.Namespace) -> None:
    open_database()
    with transaction() as session:
        study, link, account = _place(session, options)
        rows = [(person.row_name, person.name, person.address, person.unit)
                for person in look_up(session, study, link, options.text, account)]
    head = ("row", "name", "address", "unit")
    if options.json:
        print_json([dict(zip(head, row, strict=True)) for row in rows])
    elif rows:
        print_table(head, rows)
    else:
        print("Nobody of that name or pseudonym has begun.")


def _keys(options: argparse.Namespace) -> None:
    open_database()
    stream = BytesIO()
    with transaction() as session:
        study, link, account = _place(session, options)
        n = write_keys(session, study, link, stream, account)
        Path(options.out).write_bytes(stream.getvalue())
    print(f"Wrote {n} keys to {options.out}. Keep the file apart from the answers.")


def _separate(options: argparse.Namespace) -> None:
    open_database()
    if not options.yes:
        raise BadInput("The key table would be deleted for good.", "Add --yes if you mean it.")
    with transaction() as session:
        study, link, account = _place(session, options)
        n = delete_keys(session, study, link, account)
    print(f"Deleted {n} keys. Nothing leads from these answers to a person any more.")
