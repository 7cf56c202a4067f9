"""Run as a process of its own: a list of analyses on standard input, checked, as JSON on standard output.

The options are known to the analyses, which a web worker does not load; and a YAML file that strangers made can at
worst use up this process's limits. The answer is {"analyses": […], "items": {id: […]}}, or {"place", "reason",
"remedy"}.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

MEMORY = 2 * 1024 ** 3      # bytes of address space
CPU_S = 20
MOST_ANALYSES = 40


def main() -> int:
    """Check the list and return the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    sys.stdout.write(json.dumps(_checked(sys.stdin.buffer.read()), ensure_ascii=True))
    return 0


def _checked(content: bytes) -> dict[str, Any]:
    import yaml  # after the limits are set

    from analysis.errors import AnalysisError
    from analysis.quant.spec.run import checked_spec, items_named

    try:
        analyses = yaml.safe_load(content.decode("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the text"
        return _fault(place, f"is not YAML: {getattr(error, 'problem', None) or 'not UTF-8'}.",
                      "Mend the line; each analysis is `- {id: …, do: …}`.")
    if not isinstance(analyses, list):
        return _fault("the text", "is not a list of analyses.", "Start each with `- id:`.")
    if len(analyses) > MOST_ANALYSES:
        return _fault("the text", f"has {len(analyses)} analyses, at most {MOST_ANALYSES} are taken.",
                      "Leave some out.")
    try:
        checked_spec(analyses)
        items = {str(entry["id"]): items_named(entry) for entry in analyses}
    except AnalysisError as error:
        return _fault(error.place, error.reason, error.remedy)
    return {"analyses": analyses, "items": items}


def _fault(place: str, reason: str, remedy: str) -> dict[str, Any]:
    return {"place": place, "reason": reason, "remedy": remedy}


if __name__ == "__main__":
    sys.exit(main())
