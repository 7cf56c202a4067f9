"""Rehearse a study in a process of its own, and keep what it found: what a worker does when asked on the web."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from surveyapp.config import read_config
from surveyapp.db.session import database, transaction
from surveyapp.errors import Refused
from surveyapp.models.study import Study
from surveyapp.services.rehearsal import note_progress, store_rehearsal
from surveyapp.services.study import get_study

PATIENCE_S = 1800.0         # 2,000 walks of a long questionnaire take some minutes
PROGRESS = "progress: "     # begins a line of the command that says how far it is
COMMAND = "import sys; from surveyapp.cli import run; sys.exit(run(sys.argv[1:]))"
LONGEST_FAULT = 500


def rehearse_study(study: Study, options: dict[str, Any]) -> str:
    """Let the command rehearse the study, note how far it is, and keep its result; return what the job says."""
    languages = list(options["languages"])
    with tempfile.TemporaryDirectory(prefix="surveyapp-rehearsal-job-") as folder:
        target = Path(folder) / "specimen.pdf"
        asked = ["--language", ",".join(languages), "-o", str(target)] if languages else []
        command = [sys.executable, "-c", COMMAND, "study", "rehearse", str(study.id), "--n", str(options["n"]),
                   "--json", "--progress", *asked]
        document = _run(command, options["job_id"])
        specimens = {language: Path(path).read_bytes()
                     for language, path in zip(languages, document["specimens"], strict=True)}
    with transaction() as session:
        store_rehearsal(session, get_study(session, study.id), document, specimens)
    return f"rehearsal, {len(specimens)} specimens"


def _run(command: list[str], job_id: str) -> dict[str, Any]:
    """Return the command's document; its last words where it failed."""
    # The address of the database may hold a password: it goes by the environment, which only this account reads.
    environment = {**os.environ, "SURVEYAPP_HOME": str(read_config().home),
                   "SURVEYAPP_DATABASE_URL": database().engine.url.render_as_string(hide_password=False)}
    with tempfile.TemporaryFile() as out, subprocess.Popen(  # noqa: S603 - our own program; the arguments are numbers and paths
            command, stdout=out, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=environment) as child:
        alarm = threading.Timer(PATIENCE_S, child.kill)
        alarm.start()
        said = _follow(child, job_id)
        code = child.wait()
        alarm.cancel()
        if code != 0:
            raise Refused("The rehearsal failed: {words}", words=said[-LONGEST_FAULT:] or f"exit {code}")
        out.seek(0)
        found: dict[str, Any] = json.load(out)
    return found


def _follow(child: subprocess.Popen[str], job_id: str) -> str:
    """Note the command's progress until it ends; return what else it said."""
    other = []
    for line in child.stderr or ():
        if line.startswith(PROGRESS):
            with transaction() as session:
                note_progress(session, job_id, line.removeprefix(PROGRESS).strip())
        else:
            other.append(line)
    return "".join(other).strip()
