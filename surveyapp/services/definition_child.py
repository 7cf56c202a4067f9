"""Run as a process of its own: a questionnaire file's path → one JSON document on standard output, or an XLSForm.

Readers of spreadsheets and archives stay out of the web worker, and a hostile file meets this process's limits.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

MEMORY = 2 * 1024 ** 3      # bytes of address space
CPU_S = 60                  # seconds


def main(path: str, stem: str) -> int:
    """Print the questionnaire with its losses, or an error in words; return the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    from instruments.codec import to_document
    from instruments.errors import InstrumentError
    from instruments.formats import read_definition

    file = Path(path)
    named = file.rename(file.with_name(_plain(stem) + file.suffix))
    try:
        instrument, loss = read_definition(named)
    except InstrumentError as error:
        answer: dict[str, object] = {"error": str(error)}
    else:
        answer = {"instrument": to_document(instrument), "losses": [str(entry) for entry in loss.entries]}
    sys.stdout.write(json.dumps(answer, ensure_ascii=False))
    return 0


def write_xlsform(source: str, target: str) -> int:
    """Write the questionnaire document in the file `source` as an XLSForm; return the exit code."""
    from instruments.codec import from_document
    from instruments.formats import xlsform
    from instruments.schema import Instrument

    document = json.loads(Path(source).read_text(encoding="utf-8"))
    xlsform.write_xlsform(from_document(Instrument, document), Path(target))
    return 0


def _plain(stem: str) -> str:
    """Return a file name that messages can repeat: the uploaded one without anything a path could mean."""
    return "".join(sign if sign.isalnum() or sign in "-_ " else "_" for sign in stem)[:60] or "questionnaire"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # standard output is a text file here
    paths = sys.argv[2:]
    sys.exit(main(*paths) if sys.argv[1] == "read" else write_xlsform(*paths))
