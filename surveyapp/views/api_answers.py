"""The API's operations on answers and on the people invited: by the services of the pages, out by the same release."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO

from flask import Response, g, request
from sqlalchemy.orm import Session

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.models.api_token import WRITE
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.api_document import personal_links, release_lines
from surveyapp.services.disclosure import plan_release
from surveyapp.services.handout import record_handout
from surveyapp.services.invitation import add_invitations, find_questionnaire_link
from surveyapp.services.message import sender_of
from surveyapp.services.release import Release
from surveyapp.services.response_export import ExportOptions, record_export, write_csv
from surveyapp.services.response_import import import_responses, unknown_columns
from surveyapp.services.roster_file import read_roster
from surveyapp.services.roster_view import roster_rows
from surveyapp.services.study import get_instrument, get_study, get_wave
from surveyapp.views.api import CSV, JSON, LINES, Query, api_account, asked, config, operation, reply, sent_object
from surveyapp.views.api_study import WAVE

RESPONSES = f"{WAVE}/responses/<audience>"
INVITATIONS = f"{WAVE}/invitations/<audience>"
FILE = "body.csv"               # what messages call the body
FORMATS = ("csv", "jsonl")
IGNORE = "ignore"
BLOCK = 1 << 16                 # bytes sent at once


# ---- answers in -----------------------------------------------------------------------------------------------------
@operation("POST", RESPONSES, permission="can_run_studies", scope=WRITE, reply="Imported", status=201,
           body={CSV: ""}, is_heavy=True, query=(
               Query("map", "COLUMN:ITEM, where a column of the file has another name than its item", is_repeated=True),
               Query("unknown", "what becomes of columns that are no items; without it they are refused", (IGNORE,))))
def import_answers(study_id: int, wave_key: str, audience: str) -> Response:
    """Take over a CSV file with one row a person, whole or not at all."""
    content, mapping = request.get_data(), _mapping(request.args.getlist("map"))
    with transaction() as session:
        study = get_study(session, study_id)
        wave, published = get_wave(session, study, wave_key), get_instrument(session, study, audience)
        unknown = [name for name in unknown_columns(published, content, FILE) if name not in mapping]
        if unknown and asked("unknown") != IGNORE:
            raise BadInput("These columns are no items: {names}.",
                           "Name their items with map=COLUMN:ITEM, or leave them out with unknown=ignore.",
                           names=", ".join(unknown))
        done = import_responses(session, study, wave, published, content, FILE, mapping=mapping, account=api_account())
    return reply({"n_responses": done.n_responses, "warnings": list(done.warnings)}, 201)


def _mapping(pairs: list[str]) -> dict[str, str]:
    parts = [pair.rpartition(":") for pair in pairs]
    if any(not column or not item for column, _, item in parts):
        raise BadInput("The parameter map is no pair.", "Write it as map=COLUMN:ITEM.")
    return {column: item for column, _, item in parts}


# ---- answers out ----------------------------------------------------------------------------------------------------
@operation("POST", f"{RESPONSES}/export", permission="can_run_studies", reply={CSV: "", LINES: ""},
           body={JSON: "ExportRequest"}, is_heavy=True)
def export_answers(study_id: int, wave_key: str, audience: str) -> Response:
    """Hand out what may leave of the answers, as one table in CSV or all tables as lines of JSON; that is recorded."""
    wanted = sent_object(format=str, table=str, exact=bool)
    format = wanted.get("format", FORMATS[0])
    if format not in FORMATS:
        raise BadInput("There is no format {format}.", "Choose one of: {formats}.", format=repr(format),
                       formats=", ".join(FORMATS))
    session = read_session()
    published = get_instrument(session, g.study, audience)
    release = plan_release(session, g.study, get_wave(session, g.study, wave_key), published)
    # Written to a file first: memory stays flat, and a fault in the middle is a refusal, not half a file.
    spool = tempfile.TemporaryFile()    # noqa: SIM115 - it is closed when the last block is sent
    try:
        _write(release, format, wanted, spool)
        with transaction() as writing:
            record_export(writing, get_study(writing, study_id), published, format, release, api_account())
    except BaseException:
        spool.close()
        raise
    return _sent(spool, f"{audience}-{wave_key}.{format}", CSV if format == FORMATS[0] else LINES, release)


def _write(release: Release, format: str, wanted: dict[str, object], stream: IO[bytes]) -> None:
    names = [table.name for table in release.tables]
    if format != FORMATS[0]:
        if "table" in wanted:
            raise BadInput("Lines of JSON hold every table.", "Leave the member table out.")
        stream.writelines(release_lines(release))
        return
    name = wanted.get("table", release.main.name)
    if name not in names:
        raise BadInput("There is no table {name}.", "There are: {known}.", name=repr(name), known=", ".join(names))
    write_csv(release.table(str(name)), stream, ExportOptions(is_exact=wanted.get("exact") is True))


def _sent(spool: IO[bytes], name: str, media_type: str, release: Release) -> Response:
    size = spool.tell()
    spool.seek(0)

    def blocks() -> Iterator[bytes]:
        with spool:
            while block := spool.read(BLOCK):
                yield block

    page = Response(blocks(), content_type=f"{media_type}; charset=utf-8", headers={
        "Content-Length": str(size), "Surveyapp-Tables": ", ".join(table.name for table in release.tables),
        "Content-Disposition": f'attachment; filename="{name}"'})
    page.call_on_close(spool.close)     # also where the other side went away before the first block
    return page


# ---- people invited -------------------------------------------------------------------------------------------------
def _place(session: Session, study_id: int, wave_key: str, audience: str) -> tuple[Study, Wave, QuestionnaireLink]:
    study = get_study(session, study_id)
    wave = get_wave(session, study, wave_key)
    return study, wave, find_questionnaire_link(session, study, wave, audience)


@operation("GET", INVITATIONS, permission="can_run_studies", reply="Roster")
def list_roster(study_id: int, wave_key: str, audience: str) -> Response:
    """List who is invited; in anonymous mode nothing tells who has answered."""
    _study, wave, link = _place(read_session(), study_id, wave_key, audience)
    rows = roster_rows(read_session(), wave, link, api_account())
    return reply({"privacy": link.privacy, "invitations": rows})


@operation("POST", INVITATIONS, permission="can_run_studies", scope=WRITE, reply="Invited", status=201, body={CSV: ""},
           is_heavy=True)
def import_roster(study_id: int, wave_key: str, audience: str) -> Response:
    """Take over a roster (name, address, unit, language), whole or not at all; the open link is shut by it."""
    roster = read_roster(request.get_data(), FILE)
    with transaction() as session:
        study, _wave, link = _place(session, study_id, wave_key, audience)
        done = add_invitations(session, config().secret_key, study, link, roster.people, api_account())
    return reply({"n_new": done.n_new, "n_known": done.n_known, "n_opted_out": done.n_opted_out,
                  "groupings": list(roster.groupings), "left_out": list(roster.left_out)}, 201)


@operation("POST", f"{INVITATIONS}/links", permission="can_run_studies", scope=WRITE, reply="PersonalLinks",
           is_heavy=True)
def hand_out_links(study_id: int, wave_key: str, audience: str) -> Response:
    """Hand out the personal links of everybody invited, whether they have answered or not; that is recorded."""
    with transaction() as session:
        study, wave, link = _place(session, study_id, wave_key, audience)
        site = config().public_url or request.host_url.rstrip("/")
        sender = sender_of(session, config().secret_key, site, study, wave, link)
        links = personal_links(sender)
        record_handout(sender, len(links), api_account())
    return reply({"links": links})
