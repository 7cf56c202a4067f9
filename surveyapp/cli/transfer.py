"""`surveyapp responses site-key | seal | unseal`: answers carried between two sites."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from surveyapp.cli.output import Subparsers, add_command, open_database, read_bytes
from surveyapp.db.session import transaction
from surveyapp.errors import BadInput
from surveyapp.services.sealed_transfer import seal_responses, unseal_responses
from surveyapp.services.site_key import PublicSite, load_site, read_public_line
from surveyapp.services.study import get_instrument, get_study, get_wave


def add_commands(group: Subparsers) -> None:
    """Add the commands of a sealed transfer to those of responses."""
    add_command(group, "site-key", "print the public line of this site, for the other site", _show_key)
    seal = add_command(group, "seal", "encrypt and sign a closed wave's answers for another site", _seal)
    _add_place(seal)
    seal.add_argument("--for", dest="recipient", required=True, metavar="FILE", help="public line of the recipient")
    seal.add_argument("-o", "--out", required=True, help="file to write")
    unseal = add_command(group, "unseal", "take over answers that another site sealed for this one", _unseal)
    _add_place(unseal)
    unseal.add_argument("file")
    unseal.add_argument("--from", dest="sender", required=True, metavar="FILE", help="public line of the sender")


def _add_place(command: argparse.ArgumentParser) -> None:
    command.add_argument("study")
    command.add_argument("instrument")
    command.add_argument("--wave")


def _show_key(_options: argparse.Namespace) -> None:
    site = load_site(open_database().home).public
    print(site.line())
    print(f"Fingerprint, to be compared by telephone or on paper: {site.fingerprint()}", file=sys.stderr)


def _public_site(path: str) -> PublicSite:
    try:
        text = read_bytes(path).decode()
    except UnicodeDecodeError:
        raise BadInput("{path} is not a text file.", "Name the file with the public line of the other site.",
                       path=path) from None
    return read_public_line(text, path)


def _seal(options: argparse.Namespace) -> None:
    home = open_database().home
    recipient = _public_site(options.recipient)
    with transaction() as session:
        study = get_study(session, options.study)
        instrument = get_instrument(session, study, options.instrument)
        wave = get_wave(session, study, options.wave)
        package, n = seal_responses(session, study, wave, instrument, load_site(home), recipient)
        Path(options.out).write_bytes(package)
    print(f"Sealed {n} responses for {recipient.fingerprint()} in {options.out}.")


def _unseal(options: argparse.Namespace) -> None:
    home = open_database().home
    sender, content = _public_site(options.sender), read_bytes(options.file)
    with transaction() as session:
        study = get_study(session, options.study)
        instrument = get_instrument(session, study, options.instrument)
        wave = get_wave(session, study, options.wave)
        done = unseal_responses(session, study, wave, instrument, load_site(home), sender, content)
    print(f"Took over {done.n_new} responses sealed on {done.sealed_on}; {done.n_known} were here already.")
