"""The examples of docs/api.md, as they stand, against a running server."""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from werkzeug.serving import make_server

from instruments.template_loader import load_catalogue_template
from surveyapp.db.session import Database, transaction
from surveyapp.services.account import add_account, add_member
from surveyapp.services.api_token import add_token
from surveyapp.services.coded_interviews import import_coded_interviews
from surveyapp.services.diagnosis import store_diagnosis, store_report
from surveyapp.services.study import get_study, get_wave
from tests.factories import questionnaire as make
from tests.factories.diagnosis import rich_diagnosis
from tests.factories.programs import SECRET

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def token(database: Database) -> str:
    """A token that may write in study 1, which has interviews, a diagnosis and a report."""
    with transaction() as session:
        account = add_account(session, "r@example", "R", "researcher", None)
        study = make.study(session, "our branch")
        add_member(session, study, account)
        import_coded_interviews(session, study, [{"id": "I01", "role": "relationship_manager", "codes": [
            {"construct": "PRB_GOAL", "polarity": "supports", "quote": "The file is never complete."}]}], account,
            has_consent=True)
        return add_token(session, SECRET, account, "examples", scope="write")[1]


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/v1"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_every_example_runs_as_it_stands(site: str, token: str, tmp_path: Path):
    with transaction() as session:
        study = get_study(session, "our branch")
        diagnosis = rich_diagnosis(load_catalogue_template("bank_crm"))
        stored = store_diagnosis(session, study, get_wave(session, study), diagnosis)
        store_report(session, stored, "en", b"%PDF-1.7 not a real one")

    done = [subprocess.run(["bash", "-eu", "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False,
                           env={**os.environ, "SITE": site, "TOKEN": token, "NO_PROXY": "*"}) for example in EXAMPLES]

    assert len(done) >= 7
    assert [(one.returncode, one.stdout, one.stderr) for one in done if one.returncode] == []
    assert "survey" in openpyxl.load_workbook(tmp_path / "staff.xlsx").sheetnames
    assert '"ROLE":"rm"' in (tmp_path / "answers.jsonl").read_text(encoding="utf-8")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
