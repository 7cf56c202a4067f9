"""`surveyapp account token`: tokens with which programs use the API."""

from __future__ import annotations

import argparse

from surveyapp.cli.output import Subparsers, add_command, add_group, open_database, print_json, print_table
from surveyapp.db.session import read_session, transaction
from surveyapp.models.api_token import READ, SCOPES
from surveyapp.services.account import get_account
from surveyapp.services.api_token import USUAL_DAYS, add_token, holds, list_tokens, revoke_token
from surveyapp.services.study import get_study

HEAD = ("id", "account", "name", "begins", "study", "scope", "until", "last used", "holds")


def add_command_to(account: Subparsers) -> None:
    """Add the token commands to the group of accounts."""
    group = add_group(account, "token", "tokens with which programs use the API")
    add = add_command(group, "add", "make a token; it is shown this once", _add, has_json=True)
    add.add_argument("login")
    add.add_argument("--name", required=True, help="which program will use it")
    add.add_argument("--study", help="the only study it reaches; without it every study of the account")
    add.add_argument("--scope", choices=SCOPES, default=READ)
    add.add_argument("--days", type=int, default=USUAL_DAYS, help="how long it holds, at most 366")
    listing = add_command(group, "list", "list the tokens of one account, or of all", _list, has_json=True)
    listing.add_argument("login", nargs="?")
    revoke = add_command(group, "revoke", "end a token at once", _revoke)
    revoke.add_argument("id", type=int)


def _add(options: argparse.Namespace) -> None:
    config = open_database()
    with transaction() as session:
        study = get_study(session, options.study) if options.study else None
        row, token = add_token(session, config.secret_key, get_account(session, options.login), options.name,
                               scope=options.scope, study=study, days=options.days)
    if options.json:
        print_json({"id": row.id, "token": token, "expires_on": row.expires_on.isoformat()})
        return
    print(f"Token {row.id} of {options.login}, {row.scope}, until {row.expires_on.isoformat()}. It is shown this once:")
    print(token)


def _list(options: argparse.Namespace) -> None:
    open_database()
    session = read_session()
    found = list_tokens(session, get_account(session, options.login) if options.login else None)
    rows = [(token.id, owner.login, token.name, f"{token.hint}…", study or "all", token.scope,
             token.expires_on.isoformat(), token.last_used_on.isoformat() if token.last_used_on else "never",
             "yes" if holds(token, owner) else "no") for token, owner, study in found]
    if options.json:
        print_json([dict(zip(HEAD, row, strict=True)) for row in rows])
    elif rows:
        print_table(HEAD, rows)
    else:
        print("There is no token.")


def _revoke(options: argparse.Namespace) -> None:
    open_database()
    with transaction() as session:
        row = revoke_token(session, options.id)
    print(f"Token {row.id} ({row.name}) is revoked: it opens nothing any more.")
