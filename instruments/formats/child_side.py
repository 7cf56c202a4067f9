"""The child's side: limits on memory and processor time, bytes from standard input, JSON to standard output.

A questionnaire file is what a stranger made, and its readers are large. They run apart from the web, and whatever they
raise becomes {"error": {"kind": ..., "message": ...}}.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from typing import Any

MEMORY_BYTES = 1_500_000_000    # pyxform needs 109 MB for 3,000 questions and 20,000 choices
PROCESSOR_SECONDS = 40
LONGEST_MESSAGE = 2000


def answer_parent(read: Callable[[bytes], dict[str, Any]], finish: Callable[[str], str] = str) -> int:
    """Read one file from standard input, write what `read` makes of it as JSON, and return the exit code."""
    _limit()
    warnings.simplefilter("ignore")         # spreadsheet readers warn of extensions that nobody here needs
    out, sys.stdout = sys.stdout, sys.stderr
    try:
        text = json.dumps(read(sys.stdin.buffer.read()), default=str, ensure_ascii=False)
    except MemoryError:
        text = json.dumps({"error": {"kind": "MemoryError", "message": ""}})
    except Exception as error:  # whatever a reader raises on a stranger's file becomes one message
        text = json.dumps(
            {"error": {"kind": type(error).__name__, "message": str(error)[:LONGEST_MESSAGE]}}, ensure_ascii=False)
    out.write(finish(text).encode("utf-8", "replace").decode("utf-8"))
    out.flush()
    return 0


def _limit() -> None:
    try:
        import resource
    except ImportError:     # not a POSIX system: the parent's time limit remains
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
