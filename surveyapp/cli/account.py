"""`surveyapp account`: people who can log in."""

from __future__ import annotations

import argparse
import getpass
import os
import secrets

from surveyapp.cli import token
from surveyapp.cli.output import Subparsers, add_command, add_group, open_database, print_table
from surveyapp.db.session import read_session, transaction
from surveyapp.models.account import Role
from surveyapp.services.account import (
    add_account,
    add_member,
    get_account,
    list_accounts,
    set_password,
    set_role,
)
from surveyapp.services.study import get_study


def add_commands(commands: Subparsers) -> None:
    """Add the account commands."""
    group = add_group(commands, "account", "people who can log in")
    add = add_command(group, "add", "add a person; the first one should be an administrator", _add)
    add.add_argument("login")
    add.add_argument("--name", default="")
    add.add_argument("--role", choices=[role.value for role in Role], default=Role.RESEARCHER.value)
    add.add_argument("--study", action="append", default=[], help="a study to let them into; may be repeated")
    role = add_command(group, "role", "give a person another role", _role)
    role.add_argument("login")
    role.add_argument("role", choices=[role.value for role in Role])
    reset = add_command(group, "reset-password", "give a person a new password", _reset)
    reset.add_argument("login")
    join = add_command(group, "join", "let a person into a study", _join)
    join.add_argument("login")
    join.add_argument("study")
    add_command(group, "list", "list the accounts", _list)
    token.add_command_to(group)


def _password() -> tuple[str, bool]:
    """Return a password: from the environment, asked for on a terminal, or made (and then shown)."""
    given = os.environ.get("SURVEYAPP_NEW_PASSWORD", "")
    if not given and os.isatty(0):
        given = getpass.getpass("Password (empty = make one): ")
    return (given, False) if given else (secrets.token_urlsafe(12), True)


def _add(options: argparse.Namespace) -> None:
    open_database()
    password, is_made = _password()
    with transaction() as session:
        account = add_account(session, options.login, options.name, options.role, password)
        for name in options.study:
            add_member(session, get_study(session, name), account)
    print(f"Added {account.login} as {account.role}.")
    if is_made:
        print(f"Password: {password}")


def _role(options: argparse.Namespace) -> None:
    open_database()
    with transaction() as session:
        set_role(session, get_account(session, options.login), options.role)
    print(f"{options.login} is now {options.role}.")


def _reset(options: argparse.Namespace) -> None:
    open_database()
    password, is_made = _password()
    with transaction() as session:
        set_password(session, get_account(session, options.login), password)
    print(f"{options.login} has a new password; open logins have ended.")
    if is_made:
        print(f"Password: {password}")


def _join(options: argparse.Namespace) -> None:
    open_database()
    with transaction() as session:
        add_member(session, get_study(session, options.study), get_account(session, options.login))
    print(f"{options.login} is in study {options.study}.")


def _list(_options: argparse.Namespace) -> None:
    open_database()
    accounts = list_accounts(read_session())
    if not accounts:
        print("There is no account yet. Add the first: surveyapp account add LOGIN --role administrator")
        return
    print_table(("login", "name", "role", "active"),
                [(row.login, row.name, row.role, "yes" if row.is_active else "no") for row in accounts])
