"""`surveyapp invitations`: the roster, personal links, code slips, mail."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from surveyapp.cli.output import Subparsers, add_command, add_group, open_database, print_json, print_table, read_bytes
from surveyapp.config import Config
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.jobs.mail import public_url, send_waiting
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.handout import note_handed_out, write_handout
from surveyapp.services.invitation import (
    FACTS,
    add_invitations,
    add_slips,
    find_person,
    find_questionnaire_link,
    set_fact,
)
from surveyapp.services.mail_text import INVITATION, KINDS, REMINDER, Wording, set_wording, wording
from surveyapp.services.message import Sender, sample_text, sender_of
from surveyapp.services.mode import checked_batch
from surveyapp.services.outbox import decide_message, list_doubtful, outbox_counts, queue_messages
from surveyapp.services.qr import qr_png, qr_svg
from surveyapp.services.roster_file import read_roster
from surveyapp.services.roster_view import roster_rows
from surveyapp.services.slips import print_slips
from surveyapp.services.study import get_study, get_wave

FACT_OPTIONS = {name.removeprefix("is_").removeprefix("has_").replace("_", "-"): name for name in FACTS}


def add_commands(commands: Subparsers) -> None:
    """Add the invitation commands."""
    group = add_group(commands, "invitations", "the roster, personal links, code slips, mail")
    load = _add(group, "import", "invite the people of a CSV or XLSX file (name, address, unit, language, groups)",
                _import)
    load.add_argument("file")
    _add(group, "list", "list who is invited, and whether mail was sent", _list, has_json=True)
    export = _add(group, "export", "write an XLSX of person, link and message, to paste into any channel", _export)
    export.add_argument("-o", "--out", required=True)
    export.add_argument("--handed-out", action="store_true", help="note that everybody in it gets the link by hand")
    slips = _add(group, "slips", "print one-time codes on A4 sheets (PDF) to cut apart and draw", _slips)
    slips.add_argument("--n", type=int, required=True, help="how many slips")
    slips.add_argument("--unit", default="", help="the outlet they are for; a group of the response rates")
    slips.add_argument("--language", default="en")
    slips.add_argument("-o", "--out", required=True)
    qr = _add(group, "qr", "write the open link as a QR code", _qr)
    qr.add_argument("-o", "--out", required=True, help="FILE.svg or FILE.png")
    qr.add_argument("--kiosk", metavar="CODE", help="the address for a shared device of that outlet instead")
    text = _add(group, "text", "show a text (invitation, reminder, paste) or set it from a file", _text)
    text.add_argument("kind", choices=KINDS)
    text.add_argument("language")
    text.add_argument("--set", dest="file", help="file: subject, empty line, text")
    for name, kind, words in (("send", INVITATION, "invite everybody by mail who was not yet"),
                              ("remind", REMINDER, "remind those who have not finished and want to hear of it")):
        _add(group, name, words, _send).set_defaults(kind=kind)
    mark = _add(group, "mark", "note what became known of a person", _mark)
    mark.add_argument("person", help="address or name as in the roster")
    mark.add_argument("fact", choices=sorted(FACT_OPTIONS))
    mark.add_argument("--undo", action="store_true")
    outbox = _add(group, "outbox", "show the outbox; decide on messages of which nobody knows whether they were sent",
                  _outbox, has_json=True)
    outbox.add_argument("--decide", type=int, metavar="NUMBER")
    outbox.add_argument("--as", dest="decision", choices=["sent", "again"])


def _add(group: Subparsers, name: str, text: str, deed: Any, *, has_json: bool = False) -> argparse.ArgumentParser:
    command = add_command(group, name, text, deed, has_json=has_json)
    command.add_argument("study")
    command.add_argument("instrument")
    command.add_argument("--wave")
    return command


@dataclass(frozen=True)
class _Place:
    """What every command here is about."""

    study: Study
    wave: Wave
    link: QuestionnaireLink


def _place(session: Session, options: argparse.Namespace) -> _Place:
    study = get_study(session, options.study)
    wave = get_wave(session, study, options.wave)
    return _Place(study, wave, find_questionnaire_link(session, study, wave, options.instrument))


def _sender(session: Session, config: Config, options: argparse.Namespace) -> Sender:
    place = _place(session, options)
    return sender_of(session, config.secret_key, public_url(config), place.study, place.wave, place.link)


def _import(options: argparse.Namespace) -> None:
    config = open_database()
    roster = read_roster(read_bytes(options.file), Path(options.file).name)
    with transaction() as session:
        place = _place(session, options)
        done = add_invitations(session, config.secret_key, place.study, place.link, roster.people)
    print(f"Invited {done.n_new} people; {done.n_known} were in the roster already, {done.n_opted_out} want no mail.")
    if roster.groupings:
        print(f"Response rates will also be shown by: {', '.join(roster.groupings)}.")
    if roster.left_out:
        print(f"Not taken over, as these columns do not divide people into groups: {', '.join(roster.left_out)}.")
    print("The open link is shut: from now on personal links and codes lead to the questionnaire.")


def _list(options: argparse.Namespace) -> None:
    open_database()
    session = read_session()
    place = _place(session, options)
    rows = roster_rows(session, place.wave, place.link)
    if options.json:
        print_json(rows)
    else:
        print_table(("person", "unit", "state"), [(row["person"], row["unit"], row["state"]) for row in rows])


def _export(options: argparse.Namespace) -> None:
    config = open_database()
    with transaction() as session, Path(options.out).open("wb") as stream:
        sender = _sender(session, config, options)
        n = write_handout(sender, stream, sender.study.template.get("languages", ["en"])[0])
        n_noted = note_handed_out(sender) if options.handed_out else 0
    print(f"Wrote {n} links and messages to {options.out}.")
    if options.handed_out:
        print(f"Noted {n_noted} people as asked; they get no invitation by mail.")


def _slips(options: argparse.Namespace) -> None:
    config = open_database()
    with transaction() as session:
        place = _place(session, options)
        batch = add_slips(session, config.secret_key, place.study, place.link, options.n, options.unit)
        pdf = print_slips(session, config.secret_key, public_url(config), place.link, batch, options.language)
        Path(options.out).write_bytes(pdf)
    print(f"Printed {options.n} slips to {options.out}. Mix them before anybody draws.")


def _qr(options: argparse.Namespace) -> None:
    config = open_database()
    place = _place(read_session(), options)
    way = "q" if options.kiosk is None else "k"
    outlet = f"/{checked_batch(options.kiosk)}" if options.kiosk else ""
    address = f"{public_url(config)}/{way}/{place.link.token}{outlet}"
    out = Path(options.out)
    if out.suffix not in (".svg", ".png"):
        raise BadInput("{path} is neither .svg nor .png.", "Name a file of one of these kinds.", path=options.out)
    out.write_bytes(qr_svg(address).encode() if out.suffix == ".svg" else qr_png(address))
    print(f"Wrote the QR code of {address} to {options.out}.")


def _text(options: argparse.Namespace) -> None:
    open_database()
    if options.file is None:
        study = get_study(read_session(), options.study)
        print(sample_text(wording(read_session(), study, options.instrument, options.kind, options.language)))
        return
    text = read_bytes(options.file).decode("utf-8", errors="replace").replace("\r\n", "\n")
    subject, _, body = text.partition("\n\n")
    with transaction() as session:
        study = get_study(session, options.study)
        set_wording(session, study, options.instrument, options.kind, options.language, Wording(subject.strip(), body))
    print(f"The {options.kind} in {options.language} is stored.")


def _send(options: argparse.Namespace) -> None:
    config = open_database()
    with transaction() as session:
        queued = queue_messages(_sender(session, config, options), options.kind)
    print(f"Queued {queued.n_queued}; without an address {queued.n_without_address}, unwilling or unreachable "
          f"{queued.n_unwilling}, asked already {queued.n_other}.")
    place = _place(read_session(), options)
    done = send_waiting(config, place.study, place.wave, place.link)
    where = "" if config.smtp_url else f" They are files in {config.home / 'outbox'}: SURVEYAPP_SMTP_URL is not set."
    print(f"Sent {done.n_sent}, refused for good {done.n_failed}, put back {done.n_put_back}, uncertain "
          f"{done.n_uncertain}.{where}")


def _mark(options: argparse.Namespace) -> None:
    open_database()
    with transaction() as session:
        place = _place(session, options)
        person = find_person(session, place.link, options.person)
        set_fact(session, place.study, person, FACT_OPTIONS[options.fact], is_so=not options.undo)
    print(f"{options.person}: {'not ' if options.undo else ''}{options.fact}.")


def _outbox(options: argparse.Namespace) -> None:
    open_database()
    if options.decide is not None:
        if options.decision is None:
            raise BadInput("What happened to message {n}?", "Add --as sent or --as again.", n=options.decide)
        with transaction() as session:
            place = _place(session, options)
            decide_message(session, place.study, place.wave, options.decide, was_sent=options.decision == "sent")
    place = _place(read_session(), options)
    counts = outbox_counts(read_session(), place.wave, place.link)
    doubtful = [{"number": message.id, "kind": message.kind, "state": message.state, "address": person.address,
                 "fault": message.fault}
                for message, person in list_doubtful(read_session(), place.wave, place.link)]
    if options.json:
        print_json({"counts": counts, "to_decide": doubtful})
        return
    print_table(("kind", "state", "messages"),
                [(kind, state, n) for kind, states in sorted(counts.items()) for state, n in sorted(states.items())])
    for row in doubtful:
        print(f"Decide on {row['number']} ({row['kind']} to {row['address']}): {row['fault'] or 'perhaps sent'}")
