"""Code slips on paper: the codes of a batch with their QR codes, printed by a process of its own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import orjson
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.errors import Refused
from surveyapp.models.invitation import SlipBatch
from surveyapp.models.wave import QuestionnaireLink
from surveyapp.services.invitation import get_instrument_of, slip_codes
from surveyapp.services.invitation_token import spoken_code
from surveyapp.services.qr import qr_svg
from surveyapp.services.study import instrument_of

PATIENCE_S = 180


def short_address(public_url: str, link: QuestionnaireLink) -> str:
    """Return where the code of a slip is typed, as it is printed."""
    return f"{public_url.split('://', 1)[-1].rstrip('/')}/c/{link.id}"


def print_slips(session: Session, secret: str, public_url: str, link: QuestionnaireLink, batch: SlipBatch,
                language: str) -> bytes:
    """Return the sheets of a batch as PDF; nothing of it is kept."""
    instrument = instrument_of(get_instrument_of(session, link))
    language = language if language in instrument.languages else instrument.languages[0]
    root = public_url.rstrip("/")
    document = {
        "language": language, "title": instrument.title.get(language) or instrument.key,
        "address": short_address(public_url, link), "printed_on": utc_now().date().isoformat(),
        "slips": [{"code": spoken_code(code), "qr": qr_svg(f"{root}/i/{code}?lang={language}")}
                  for code in slip_codes(session, secret, batch)],
    }
    return _pdf(document)


def _pdf(document: Mapping[str, object]) -> bytes:
    found = importlib.util.find_spec("reports")
    root = str(Path((found.origin if found else None) or ".").resolve().parent.parent)
    done = subprocess.run([sys.executable, "-m", "reports.slips"],
                          input=orjson.dumps(document), capture_output=True, timeout=PATIENCE_S, check=False,
                          env={**os.environ, "PYTHONPATH": root, "PYTHONWARNINGS": "ignore"})
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise Refused("The slips could not be printed: {words}", "", words=words[-1] if words else "no reason given")
    return done.stdout
