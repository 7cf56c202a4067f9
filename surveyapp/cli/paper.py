"""`surveyapp study paper`: a questionnaire as sheets of A4, for outlets without a computer."""

from __future__ import annotations

import argparse
from pathlib import Path

from surveyapp.cli.output import Subparsers, add_command, open_database, print_json, print_table
from surveyapp.cli.report import target
from surveyapp.db.base import utc_now
from surveyapp.db.session import read_session
from surveyapp.errors import BadInput
from surveyapp.services.invitation import find_questionnaire_link
from surveyapp.services.mode import checked_batch
from surveyapp.services.paper_figures import VERDICTS, ErrorRate, figures_document, paper_figures
from surveyapp.services.privacy_mode import minimum_of
from surveyapp.services.study import get_instrument, get_study, get_wave, instrument_of


def add_command_to(group: Subparsers) -> None:
    """Add the commands to those of studies."""
    command = add_command(group, "paper", "print a questionnaire on A4, with a number beside each box", _paper)
    command.add_argument("study")
    command.add_argument("instrument", help="staff, customer or the questionnaire's id")
    command.add_argument("--language", default="en", help="en, zh or en,zh")
    command.add_argument("--batch", default="", help="code of the outlet's batch; without it a line to write it on")
    command.add_argument("-o", "--out", required=True)
    check = add_command(group, "paper-check", "how well sheets were entered: second entry, error rate, illegible marks",
                        _check, has_json=True)
    check.add_argument("study")
    check.add_argument("instrument", help="staff, customer or the questionnaire's id")
    check.add_argument("--wave")


def _paper(options: argparse.Namespace) -> None:
    open_database()
    study = get_study(read_session(), options.study)
    instrument = instrument_of(get_instrument(read_session(), study, options.instrument))
    languages = tuple(dict.fromkeys(word.strip() for word in options.language.split(",")))
    for language in languages:
        if language not in instrument.languages:
            raise BadInput("The questionnaire has no language {language}.", "It has: {known}.", language=repr(language),
                           known=", ".join(instrument.languages))
    if options.batch:
        checked_batch(options.batch)
    from reports.paper import paper_pdf  # the one command that lays paper out

    for language in languages:
        path = target(Path(options.out), language, len(languages))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(paper_pdf(instrument, language=language, minimum_group=minimum_of(study), batch=options.batch,
                                   printed_on=utc_now().date().isoformat()))
        print(f"Wrote {path}.")


def _check(options: argparse.Namespace) -> None:
    open_database()
    session = read_session()
    study = get_study(session, options.study)
    wave = get_wave(session, study, options.wave)
    figures = paper_figures(session, study, wave, find_questionnaire_link(session, study, wave, options.instrument))
    if options.json:
        print_json(figures_document(figures))
        return
    if not figures.piles:
        print("No sheets were entered.")
        return
    print_table(("batch", "pile", "state", "sheets", "drawn", "again", "fields that differ (95 % interval)"),
                [(row.pile.batch, row.pile.number, row.state, row.n_sheets, row.pile.n_drawn, row.pile.n_again,
                  _spelt(row.rate)) for row in figures.piles])
    print(f"All piles: {_spelt(figures.rate)}. {VERDICTS[figures.verdict]}")
    print(f"Illegible: {figures.n_illegible} answers, crossed twice: {figures.n_double}.")


def _spelt(rate: ErrorRate) -> str:
    if rate.share is None:
        return "-"
    return f"{rate.n_different}/{rate.n_fields} = {rate.share:.2%} ({rate.ci_low:.2%} to {rate.ci_high:.2%})"
