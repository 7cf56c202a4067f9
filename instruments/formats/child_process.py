"""The parent's side of reading a stranger's file: a child process with limits, whose JSON answer comes back."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from instruments.errors import FileFormatError

TIMEOUT_SECONDS = 60
_ROOT = str(Path(__file__).resolve().parents[2])
# openpyxl imports numpy where it is installed, whose threads would each reserve a share of the child's memory.
_ENVIRONMENT = {"PYTHONPATH": _ROOT, "PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def ask_child(module: str, arguments: Sequence[str], content: bytes, place: str) -> dict[str, Any]:
    """Return what the module `main` of a child process answers to the content; FileFormatError when it gives up."""
    try:
        done = subprocess.run(  # noqa: S603  # fixed program; the arguments are data, no shell reads them
            [sys.executable, "-m", module, *arguments], input=content, capture_output=True, timeout=TIMEOUT_SECONDS,
            check=False, env=_ENVIRONMENT)
    except subprocess.TimeoutExpired as error:
        raise too_large(place) from error
    if done.returncode != 0:
        raise too_large(place)
    answer: dict[str, Any] = json.loads(done.stdout)
    if answer.get("error", {}).get("kind") == "MemoryError":
        raise too_large(place)
    return answer


def too_large(place: str) -> FileFormatError:
    """Return the error of a file that asked for more than it may have."""
    return FileFormatError(
        place, "reading the file took more time or memory than is allowed.",
        "Make the questionnaire smaller or split it.")
