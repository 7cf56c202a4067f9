"""Times reports: seconds, pages, bytes and memory of the process that prints, in both languages.

    python -m bench.reports [TURNS]

The report is the bank's with every kind of finding in it, dense with tables. To reach on two cores: 30 pages in 5 s,
200 MB and 600 kB; a longer report is held to 30 of its pages' share of time and bytes. Memory is the peak of the
printing process, as the kernel counts it. The best of the turns is told: on a machine in use the rest is others'.
"""

from __future__ import annotations

import os
import platform
import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pypdfium2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reports.deliver import report_pdf
from tests.gates.subjects import bank_report, measured_report

PAGES, GOAL_S, GOAL_MB, GOAL_KB = 30, 5.0, 200.0, 600.0


def measure(language: str, kind: str, turns: int) -> tuple[float, float, int, float]:
    """Return the least seconds by the clock and of processor, pages and kilobytes of one report."""
    report = {"bank": bank_report, "measured": measured_report}[kind](language)
    best, least, pdf = float("inf"), float("inf"), b""
    for _ in range(turns):
        before, started = _children(), time.perf_counter()
        pdf = report_pdf(report)
        best, least = min(best, time.perf_counter() - started), min(least, _children() - before)
    document = pypdfium2.PdfDocument(pdf)
    pages = len(document)
    document.close()
    return best, least, pages, len(pdf) / 1000


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    """Print a line for each report and return 1 where a figure is missed."""
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python "
          f"{platform.python_version()}, WeasyPrint {version('weasyprint')}")
    missed = False
    for kind in ("measured", "bank"):       # the largest last: the kernel keeps the highest peak of all children
        for language in ("en", "zh"):
            seconds, busy, pages, kilobytes = measure(language, kind, turns)
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            share = min(PAGES / pages, 1.0)
            told = (busy * share, kilobytes * share)
            missed |= told[0] > GOAL_S or told[1] > GOAL_KB or (pages <= PAGES and peak > GOAL_MB)
            print(f"{kind:8} {language}: {pages} pages, {seconds:.1f} s ({busy:.1f} s of processor), "
                  f"{kilobytes:.0f} kB, peak {peak:.0f} MB; a page {seconds / pages:.3f} s, "
                  f"{kilobytes / pages:.1f} kB; {PAGES} pages {told[0]:.1f} s, {told[1]:.0f} kB", flush=True)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
