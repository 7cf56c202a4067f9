"""`surveyapp demo`: a study with synthetic data, from an empty database to the PDFs, then served."""

from __future__ import annotations

import argparse
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from reports.pdf import missing_system_libraries
from surveyapp.cli.output import Subparsers, add_command, open_database
from surveyapp.cli.report import target
from surveyapp.cli.serve import DEFAULT_PORT, port_number, serve
from surveyapp.config import Config, read_config
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.errors import Misconfigured
from surveyapp.jobs.branches import add_branches
from surveyapp.jobs.customers import compute_picture
from surveyapp.jobs.diagnose import diagnose_study, write_reports
from surveyapp.jobs.further_report import write_further_reports
from surveyapp.jobs.interview_analysis import analyse_study
from surveyapp.jobs.sample import add_sample_edits, add_sample_study, take_over_sample_edits
from surveyapp.jobs.second_wave import (
    SECOND_WAVE,
    add_second_wave,
    close_first_wave,
    open_a_wave,
    release_with_decisions,
)
from surveyapp.jobs.wave_change import compare_with_earlier
from surveyapp.models.diagnosis import StoredDiagnosis
from surveyapp.models.study import Study
from surveyapp.sample.plan import Plan
from surveyapp.sample.studies import SAMPLES, sample_of
from surveyapp.services.account import add_account, add_member, list_accounts
from surveyapp.services.customer import find_file
from surveyapp.services.study import FIRST_WAVE, get_study, get_wave, instrument_of, list_links

USUAL_TEMPLATE = "bank_crm"
LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class DemoLogin:
    """A login the demo makes; the password is new each time."""

    login: str
    role: str
    password: str


def add_commands(commands: Subparsers) -> None:
    """Add the demo command."""
    command = add_command(commands, "demo", "set up a study with sample data, diagnose, write PDFs, serve",
                          _demo)
    command.add_argument("--no-serve", action="store_true", help="stop after the PDFs")
    command.add_argument("--out", default="out", help="folder for the PDFs")
    command.add_argument("--port", type=port_number, default=DEFAULT_PORT)
    command.add_argument("--template", choices=sorted(SAMPLES), default=USUAL_TEMPLATE,
                         help="whose study: those of the catalogue that have a sample")
    command.add_argument("--branches", action="store_true",
                         help="three more organisations: side by side, and held against by norm packages")
    command.set_defaults(no_serve=False, out="out", port=DEFAULT_PORT, template=USUAL_TEMPLATE, branches=False)


def _demo(options: argparse.Namespace) -> None:
    _check_libraries()
    config = _fresh_database()
    started = time.monotonic()
    logins = _add_logins()
    sample = sample_of(options.template)
    name = sample.name
    _say(f"Loading the study {name} with synthetic sample data …")
    with transaction() as session:
        study = add_sample_study(session, options.template, name)
        for account in list_accounts(session):
            add_member(session, study, account)
        _close(session, config.secret_key, study, is_asked_again=sample.second is not None)
    _add_more(options, name)
    _say("Diagnosing …")
    stored, _ = diagnose_study(name, FIRST_WAVE)
    with transaction() as session:
        add_sample_edits(session, get_study(session, name))
    close_read_session()        # what was just stored shall be printed
    study = get_study(read_session(), name)
    analyse_study(study)
    if find_file(read_session(), study) is not None:
        compute_picture(study)
    _write_reports(study, stored, Path(options.out) / "report.pdf")
    if sample.second is not None:
        _add_second_wave(config, study, sample.second(), Path(options.out))
    _say(f"Done in {time.monotonic() - started:.0f} s.")
    if not options.no_serve:
        close_read_session()
        _print_links(get_study(read_session(), name), options.port, logins)
        serve(config, "127.0.0.1", options.port)


def _close(session: Session, secret: str, study: Study, *, is_asked_again: bool) -> None:
    """End collection of the sample; where nobody is asked again, a wave is opened to try the questionnaires in."""
    close_first_wave(session, secret, study)
    if not is_asked_again:
        open_a_wave(session, study, SECOND_WAVE)


def _add_more(options: argparse.Namespace, name: str) -> None:
    """Add other organisations beside the sample's, where that was asked for."""
    if options.branches:
        _say("Loading and diagnosing three more organisations …")
        add_branches(options.template, name)


def _write_reports(study: Study, stored: StoredDiagnosis, out: Path) -> None:
    for report in write_reports(study, stored, LANGUAGES):
        path = target(out, report.language, len(LANGUAGES))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(report.content)
        _say(f"Wrote {path.resolve()}")


def _add_second_wave(config: Config, study: Study, plan: Plan, out: Path) -> None:
    """Release the report, let the invented management decide on it, ask everybody again and compare."""
    _say("Releasing the report, recording decisions, loading a second wave …")
    name = study.name
    with transaction() as session:
        study = get_study(session, name)
        release_with_decisions(session, study)
        add_second_wave(session, config.secret_key, study, plan)
    close_read_session()                # what is read from here on knows the second wave
    study = get_study(read_session(), name)
    compare_with_earlier(study, get_wave(read_session(), study, SECOND_WAVE))
    stored, _ = diagnose_study(name, SECOND_WAVE, is_tried=False)
    with transaction() as session:
        take_over_sample_edits(session, get_study(session, name))
    close_read_session()
    _write_reports(get_study(read_session(), name), stored, out / f"report-{SECOND_WAVE}.pdf")
    for report in write_further_reports(name, "progress", SECOND_WAVE, LANGUAGES):
        path = target(out / "progress.pdf", report.language, len(LANGUAGES))
        path.write_bytes(report.content)
        _say(f"Wrote {path.resolve()}")


def _check_libraries() -> None:
    message = missing_system_libraries()
    if message:
        raise Misconfigured("{message}", message=message)


def _say(text: str) -> None:
    print(text, flush=True)


def _fresh_database() -> Config:
    """Use a database of the demo's own, emptied first; the one of real studies is never touched."""
    home = read_config().home
    for suffix in ("", "-wal", "-shm"):
        (home / f"demo.sqlite3{suffix}").unlink(missing_ok=True)
    os.environ["SURVEYAPP_DATABASE_URL"] = f"sqlite:///{home / 'demo.sqlite3'}"
    return open_database()


def _add_logins() -> list[DemoLogin]:
    logins = [DemoLogin("researcher@demo", "administrator", secrets.token_urlsafe(9)),
              DemoLogin("manager@demo", "manager", secrets.token_urlsafe(9))]
    with transaction() as session:
        for row in logins:
            add_account(session, row.login, row.login.split("@")[0].capitalize(), row.role, row.password)
    return logins


def _print_links(study: Study, port: int, logins: list[DemoLogin]) -> None:
    base = f"http://127.0.0.1:{port}"
    wave = get_wave(read_session(), study)
    _say("\nLinks for respondents:")
    for link, published in list_links(read_session(), wave):
        for language in instrument_of(published).languages:
            _say(f"  {published.audience:<9} {language}  {base}/q/{link.token}?lang={language}")
    _say(f"\nResearchers and management: {base}/login")
    for row in logins:
        _say(f"  {row.login:<17} password {row.password}")
    _say("\nStop with Ctrl+C.")
