"""`surveyapp study paper`: a questionnaire as sheets of A4, for outlets without a computer."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from surveyapp.cli.output import Subparsers, add_command, open_database
from surveyapp.cli.report import target
from surveyapp.db.base import utc_now
from surveyapp.db.session import read_session
from surveyapp.errors import BadInput
from surveyapp.services.privacy_mode import minimum_of
from surveyapp.services.study import get_instrument, get_study, instrument_of

BATCH = re.compile(r"[A-Za-z0-9-]{1,12}")


def add_command_to(group: Subparsers) -> None:
    """Add the command to those of studies."""
    command = add_command(group, "paper", "print a questionnaire on A4, with a number beside each box", _paper)
    command.add_argument("study")
    command.add_argument("instrument", help="staff, customer or the questionnaire's id")
    command.add_argument("--language", default="en", help="en, zh or en,zh")
    command.add_argument("--batch", default="", help="code of the outlet's batch; without it a line to write it on")
    command.add_argument("-o", "--out", required=True)


def _paper(options: argparse.Namespace) -> None:
    open_database()
    study = get_study(read_session(), options.study)
    instrument = instrument_of(get_instrument(read_session(), study, options.instrument))
    languages = tuple(dict.fromkeys(word.strip() for word in options.language.split(",")))
    for language in languages:
        if language not in instrument.languages:
            raise BadInput("The questionnaire has no language {language}.", "It has: {known}.", language=repr(language),
                           known=", ".join(instrument.languages))
    if options.batch and not BATCH.fullmatch(options.batch):
        raise BadInput("{batch} is no code of a batch.", "Use 1 to 12 letters, digits and hyphens.",
                       batch=repr(options.batch))
    from reports.paper import paper_pdf  # the one command that lays paper out

    for language in languages:
        path = target(Path(options.out), language, len(languages))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(paper_pdf(instrument, language=language, minimum_group=minimum_of(study), batch=options.batch,
                                   printed_on=utc_now().date().isoformat()))
        print(f"Wrote {path}.")
