"""The API's operations on studies: what there is, waves, counts, questionnaires."""

from __future__ import annotations

from flask import Response, g

from surveyapp.db.session import read_session
from surveyapp.services.account import may_see_study
from surveyapp.services.api_document import (
    count_document,
    study_document,
    token_document,
    version_document,
    wave_document,
)
from surveyapp.services.draft_source import FILE_FORMATS, to_file
from surveyapp.services.progress import wave_progress
from surveyapp.services.study import (
    get_version,
    get_wave,
    instrument_of,
    list_instruments,
    list_studies,
    list_versions,
    list_waves,
)
from surveyapp.views.api import JSON, Query, api_account, api_token, asked, operation, reaches, reply

YAML = "application/yaml"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MIME_TYPES = {"yaml": YAML, "xlsform": XLSX}
STUDY = "/studies/<int:study_id>"
WAVE = f"{STUDY}/waves/<wave_key>"
VERSIONS = f"{STUDY}/questionnaires/<audience>/versions"


@operation("GET", "/token", permission="can_see_study", reply="Token")
def show_token() -> Response:
    """Show what this token may do, and until when."""
    return reply(token_document(api_token(), api_account()))


@operation("GET", "/studies", permission="can_see_study", reply="Studies")
def list_own_studies() -> Response:
    """List the studies that the account belongs to and the token reaches."""
    session = read_session()
    found = [study for study in list_studies(session)
             if reaches(study.id) and may_see_study(session, study, api_account())]
    return reply({"studies": [study_document(study) for study in found]})


@operation("GET", STUDY, permission="can_see_study", reply="Study")
def show_study(study_id: int) -> Response:
    """Show one study."""
    return reply(study_document(g.study))


@operation("GET", f"{STUDY}/waves", permission="can_see_study", reply="Waves")
def list_study_waves(study_id: int) -> Response:
    """List the waves of a study with their dates and state."""
    return reply({"waves": [wave_document(wave) for wave in list_waves(read_session(), g.study)]})


@operation("GET", WAVE, permission="can_see_study", reply="Wave")
def show_wave(study_id: int, wave_key: str) -> Response:
    """Show one wave."""
    return reply(wave_document(get_wave(read_session(), g.study, wave_key)))


@operation("GET", f"{WAVE}/counts", permission="can_see_study", reply="Counts")
def show_counts(study_id: int, wave_key: str) -> Response:
    """Show how many handed in each questionnaire; of an open anonymous one the day's count, rounded down to five."""
    wave = get_wave(read_session(), g.study, wave_key)
    rows = wave_progress(read_session(), wave)
    return reply({"wave": wave.key, "counts": [count_document(row) for row in rows]})


@operation("GET", f"{STUDY}/questionnaires", permission="can_run_studies", reply="Versions")
def list_study_questionnaires(study_id: int) -> Response:
    """List the published questionnaires with every version, short forms among them, oldest first."""
    session = read_session()
    audiences = sorted({row.audience for row in list_instruments(session, g.study)})
    rows = [row for audience in audiences for row in list_versions(session, g.study, audience)]
    return reply({"versions": [version_document(row) for row in rows]})


@operation("GET", f"{VERSIONS}/<version>", permission="can_run_studies",
           reply={JSON: "Definition", YAML: "", XLSX: ""}, query=(
               Query("format", "the form of the definition; json where it is left out", ("json", *FILE_FORMATS)),))
def show_version(study_id: int, audience: str, version: str) -> Response:
    """Hand out the definition of one version as JSON, as YAML or as an XLSForm."""
    row, format = get_version(read_session(), g.study, audience, version), asked("format", "json")
    if format == "json":
        return reply({**version_document(row), "definition": row.document})
    return Response(to_file(instrument_of(row), format), content_type=MIME_TYPES[format], headers={
        "Content-Disposition": f'attachment; filename="definition{FILE_FORMATS[format]}"'})
