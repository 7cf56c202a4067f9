"""Times reports: seconds, pages, bytes and memory of the process that prints, in both languages.

    python -m bench.reports [TURNS]

The report is the bank's with every kind of finding in it, dense with tables. To reach on two cores: 30 pages in 5 s,
200 MB and 600 kB; a longer report is held to 30 of its pages' share of time and bytes. Memory is the peak of the
printing process, as the kernel counts it. The best of the turns is told: on a machine in use the rest is others'.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path

import pypdfium2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reports.apart import STANDARD
from reports.content import StudyReport
from reports.pdf import prepare
from reports.render import report_html
from tests.gates.subjects import bank_report, measured_report

ROOT = Path(__file__).resolve().parents[1]
PAGES, GOAL_S, GOAL_MB, GOAL_KB = 30, 5.0, 200.0, 600.0


# A small process between, because the kernel counts a child's memory from what its parent had when it was made.
RUNNER = """
import json, resource, subprocess, sys, time
started = time.perf_counter()
done = subprocess.run([sys.executable, "-P", "-m", "reports.apart"], input=sys.stdin.buffer.read(), capture_output=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
sys.stderr.write(json.dumps([time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
sys.stdout.buffer.write(done.stdout)
"""


def measure(language: str, kind: str, turns: int) -> tuple[float, float, float, int, float]:
    """Return the least seconds by the clock and of processor, megabytes, pages and kilobytes of one report."""
    report = REPORTS[kind](language)
    task = {"html": prepare(report_html(report, is_traced=False), language), "title": report.title,
            "language": language, "identifier": report.identifier, "frozen_on": report.frozen_on,
            "limits": asdict(STANDARD)}
    found, pdf = [], b""
    for _ in range(turns):
        done = subprocess.run([sys.executable, "-c", RUNNER], input=json.dumps(task).encode(),  # noqa: S603  # ours
                              capture_output=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
        found.append(json.loads(done.stderr))
        pdf = done.stdout
    seconds, busy, peak = (min(column) for column in zip(*found, strict=True))
    document = pypdfium2.PdfDocument(pdf)
    pages = len(document)
    document.close()
    return seconds, busy, peak, pages, len(pdf) / 1000


def body(language: str) -> StudyReport:
    """Return the bank's report without its appendices: about thirty pages."""
    report = bank_report(language)
    return replace(report, sections=tuple(section for section in report.sections if not section.is_appendix))


REPORTS = {"measured": measured_report, "body": body, "whole": bank_report}


def main() -> int:
    """Print a line for each report and return 1 where a figure is missed."""
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python "
          f"{platform.python_version()}, WeasyPrint {version('weasyprint')}")
    missed = False
    for kind in REPORTS:
        for language in ("en", "zh"):
            seconds, busy, peak, pages, kilobytes = measure(language, kind, turns)
            share = min(PAGES / pages, 1.0)
            told = (busy * share, kilobytes * share)
            missed |= told[0] > GOAL_S or told[1] > GOAL_KB or (pages <= PAGES and peak > GOAL_MB)
            print(f"{kind:8} {language}: {pages} pages, {seconds:.1f} s ({busy:.1f} s of processor), "
                  f"{kilobytes:.0f} kB, peak {peak:.0f} MB; a page {seconds / pages:.3f} s, "
                  f"{kilobytes / pages:.1f} kB; {PAGES} pages {told[0]:.1f} s, {told[1]:.0f} kB", flush=True)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
