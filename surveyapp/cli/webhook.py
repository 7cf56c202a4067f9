"""`surveyapp webhook`: addresses that are told of what happens in a study."""

from __future__ import annotations

import argparse

from surveyapp.cli.output import Subparsers, add_command, add_group, open_database, print_json, print_table
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import Refused
from surveyapp.jobs.webhook import attempt
from surveyapp.models.webhook import Webhook
from surveyapp.services.study import get_study
from surveyapp.services.webhook import (
    Outcome,
    add_webhook,
    enable_webhook,
    get_webhook,
    list_deliveries,
    list_webhooks,
    remove_webhook,
    settle_delivery,
    take_delivery,
    try_webhook,
)
from surveyapp.services.webhook_event import EVENTS

HEAD = ("id", "address", "state", "events")


def add_commands(commands: Subparsers) -> None:
    """Add the webhook commands."""
    group = add_group(commands, "webhook", "addresses that are told of what happens in a study")
    add = add_command(group, "add", "add a webhook; its signing secret is shown this once", _add, has_json=True)
    add.add_argument("study")
    add.add_argument("url")
    add.add_argument("--events", default=",".join(EVENTS), help=f"some of {','.join(EVENTS)}; all where not said")
    listing = add_command(group, "list", "list the webhooks of a study with their newest deliveries", _list,
                          has_json=True)
    listing.add_argument("study")
    for name, text, deed in (("test", "deliver a test now and say what came back", _test),
                             ("enable", "switch a webhook on that failures had switched off", _enable),
                             ("remove", "remove a webhook", _remove)):
        command = add_command(group, name, text, deed)
        command.add_argument("study")
        command.add_argument("id", type=int)


def _add(options: argparse.Namespace) -> None:
    config = open_database()
    events = [event.strip() for event in options.events.split(",") if event.strip()]
    with transaction() as session:
        hook, secret = add_webhook(session, config.secret_key, get_study(session, options.study), options.url, events,
                                   config.webhook_networks)
    if options.json:
        print_json({"id": hook.id, "secret": secret, "events": hook.events})
        return
    print(f"Webhook {hook.id} to {hook.url} is added. Its signing secret, shown this once:")
    print(secret)


def _list(options: argparse.Namespace) -> None:
    open_database()
    session = read_session()
    hooks = list_webhooks(session, get_study(session, options.study))
    if options.json:
        print_json([{"id": hook.id, "url": hook.url, "state": _state(hook), "events": hook.events, "deliveries": [
            {"id": row.message_id, "event": row.event, "state": row.state, "attempts": row.n_attempts,
             "status": row.status, "fault": row.fault} for row in list_deliveries(session, hook)]} for hook in hooks])
    elif hooks:
        print_table(HEAD, [(hook.id, hook.url, _state(hook), ", ".join(hook.events)) for hook in hooks])
    else:
        print("The study has no webhook.")


def _state(hook: Webhook) -> str:
    return "off" if hook.disabled_at else "on"


def _test(options: argparse.Namespace) -> None:
    config = open_database()
    with transaction() as session:
        study = get_study(session, options.study)
        hook = get_webhook(session, study, options.id)
        delivery = try_webhook(session, study, hook)
        take_delivery(session, delivery)
    outcome = attempt(config, delivery, hook)
    with transaction() as session:
        settle_delivery(session, delivery.id, outcome)
    if not outcome.is_good:
        raise Refused("The test was not delivered: {words}", "A worker tries it again.", words=_words(outcome))
    print(f"The test was delivered: {_words(outcome)}")


def _words(outcome: Outcome) -> str:
    return f"{outcome.status or 'no reply'} {outcome.fault}".strip() + "."


def _enable(options: argparse.Namespace) -> None:
    open_database()
    with transaction() as session:
        study = get_study(session, options.study)
        enable_webhook(session, study, get_webhook(session, study, options.id))
    print(f"Webhook {options.id} is switched on.")


def _remove(options: argparse.Namespace) -> None:
    open_database()
    with transaction() as session:
        study = get_study(session, options.study)
        remove_webhook(session, study, get_webhook(session, study, options.id))
    print(f"Webhook {options.id} is removed.")
