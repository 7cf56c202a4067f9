"""Run as a process of its own: a customer file on standard input → what is in it, and its columns, on standard output.

The first line of the input is JSON: kind, name, value model; the file follows. The first line of the output is JSON
too: the report, after which the packed columns follow, or {"faults": [{place, reason, remedy}], "n_more"}. A file that
strangers made meets this process's limits, and the analyses stay out of the web worker.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

MEMORY = 3 * 1024 ** 3      # bytes of address space
CPU_S = 60
TOO_LARGE = {"place": "the file", "reason": "is too large to be read here.",
             "remedy": "Load it with the command `surveyapp customers import`."}


def main() -> int:
    """Print the report and the columns, or why there are none; return the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    head, _, content = sys.stdin.buffer.read().partition(b"\n")
    try:
        answer, columns = _read(json.loads(head), content)
    except MemoryError:
        answer, columns = {"faults": [TOO_LARGE], "n_more": 0}, b""
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=True).encode() + b"\n" + columns)
    return 0


def _read(asked: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    from analysis.errors import TableError, TableFaults  # after the limits are set
    from instruments.codec import from_document, to_document
    from instruments.template import ValueModel
    from surveyapp.services.customer_check import check_file
    from surveyapp.services.customer_pack import packed

    try:
        checked = check_file(asked["kind"], content, asked["name"], from_document(ValueModel, asked["model"]))
    except TableFaults as error:
        return {"faults": [_fault(fault) for fault in error.faults], "n_more": error.n_more}, b""
    except TableError as error:
        return {"faults": [_fault(error)], "n_more": 0}, b""
    return {"report": to_document(checked.report)}, packed(checked.frame)


def _fault(error: Any) -> dict[str, str]:
    return {"place": error.place, "reason": error.reason, "remedy": error.remedy}


if __name__ == "__main__":
    sys.exit(main())
