"""Run as a process of its own: a project of another program on standard input → one JSON document on standard output.

The document is a `ForeignProject`, or `refused` with one word. Files that strangers made meet this process's limits;
nothing of them is written to a disk.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable

from instruments.codec import to_document
from surveyapp.services.foreign_project import ForeignProject
from surveyapp.services.refi_project import read_project
from surveyapp.services.refi_reader import Unreadable, read_codebook
from surveyapp.services.taguette_reader import read_taguette

MEMORY = 2 * 1024 ** 3          # bytes of address space
CPU_S = 60                      # seconds
READERS: dict[str, Callable[[bytes], ForeignProject]] = {
    ".qdpx": read_project, ".qdc": read_codebook, ".sqlite3": read_taguette,
}


def main(kind: str) -> int:
    """Print the project or why there is none; return the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        answer = to_document(READERS[kind](sys.stdin.buffer.read()))
    except Unreadable as error:
        answer = {"refused": str(error)}
    except (MemoryError, RecursionError):
        answer = {"refused": "too_large"}
    except Exception as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        answer = {"refused": "damaged"}
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
