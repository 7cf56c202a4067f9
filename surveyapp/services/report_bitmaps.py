"""The figures of a report as PNG: drawn by a process of its own, so that no web worker loads what draws."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

from instruments.codec import to_document
from reports.content import StudyReport
from surveyapp.errors import Refused

PATIENCE_S = 180


def report_bitmaps(report: StudyReport) -> bytes:
    """Return an archive with a PNG a figure; Refused with the reason where they cannot be drawn."""
    found = importlib.util.find_spec("reports")
    root = str(Path((found.origin if found else None) or ".").resolve().parent.parent)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "XDG_CACHE_HOME")
            if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "reports.formats.bitmaps"],
            input=json.dumps(to_document(report)).encode(), capture_output=True, timeout=PATIENCE_S, check=False,
            env={**kept, "PYTHONPATH": root, "PYTHONUTF8": "1"})
    except subprocess.TimeoutExpired as error:
        raise _refusal(f"took longer than {PATIENCE_S} s") from error
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise _refusal(lines[-1] if lines else "no reason given")
    return done.stdout


def _refusal(words: str) -> Refused:
    return Refused("The figures could not be drawn: {words}", "Take them as SVG, which needs no drawing.", words=words)
