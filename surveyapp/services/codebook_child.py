"""Run as a process of its own: a codebook's YAML on standard input, one JSON document on standard output.

A file that strangers made can here at worst use up this process's limits.
"""

from __future__ import annotations

import json
import resource
import sys

MEMORY = 1024 ** 3          # bytes of address space
CPU_S = 30                  # seconds


def main(name: str) -> int:
    """Print the codes, or an error in words; return the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    from instruments.codec import to_document
    from instruments.errors import InstrumentError
    from instruments.fields import Fields
    from instruments.guide_reader import read_codebook
    from instruments.yaml_source import decode, parse_yaml

    try:
        codebook = read_codebook(Fields(parse_yaml(decode(sys.stdin.buffer.read(), name), name), name))
    except InstrumentError as error:
        answer: dict[str, object] = {"error": str(error)}
    else:
        answer = {"codes": to_document(codebook.codes), "languages": list(codebook.languages)}
    sys.stdout.write(json.dumps(answer, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # standard output is a text file here
    sys.exit(main(sys.argv[1]))
