"""`surveyapp interviews analyse`: what the interviews of a study say together."""

from __future__ import annotations

import argparse

from analysis.results.interviews import InterviewAnalysis
from instruments.codec import to_document
from reports.evidence import evidence_line
from reports.wording import Words
from surveyapp.cli.output import Subparsers, add_command, open_database, print_json, print_table
from surveyapp.db.session import read_session
from surveyapp.jobs.interview_analysis import analyse_study
from surveyapp.services.study import get_study

HIDDEN = "*"


def add_analyse(group: Subparsers) -> None:
    """Add the command."""
    command = add_command(
        group, "analyse", "codes by role, co-occurrence, saturation, negative cases and the evidence for each code",
        _analyse, has_json=True)
    command.add_argument("study")


def _analyse(options: argparse.Namespace) -> None:
    open_database()
    stored, analysis = analyse_study(get_study(read_session(), options.study))
    if options.json:
        print_json({**to_document(analysis), "content_hash": stored.content_hash})
        return
    print(f"{len(analysis.interviews)} interviews; content hash {stored.content_hash[:12]}")
    if analysis.left_out:
        print(f"Notice: left out, because they are still being coded independently: {', '.join(analysis.left_out)}")
    _show(analysis)


def _show(analysis: InterviewAnalysis) -> None:
    words = Words("en")
    for row in analysis.evidence:
        print(f"{row.code}: {evidence_line(row, words)}")
    for table in analysis.crosstabs[:1]:
        groups = tuple(table.groups)
        print_table(("code", "all", *groups), [
            (row.code, f"{_cell(row.n)}/{row.of}", *(
                f"{_cell(row.cells[group])}/{row.asked[group]}" if group in row.cells else "-" for group in groups))
            for row in table.rows if row.n != 0])
        print(f"{HIDDEN} = fewer than {table.minimum} people, or hidden so that they do not follow from the rest")
    print_table(("code", "code", "turns", "of", "of", "c"), [
        (pair.first, pair.second, pair.n_both, pair.n_first, pair.n_second,
         f"{pair.coefficient:.2f}" + (" (few)" if pair.is_thin else "")) for pair in analysis.same_turn])


def _cell(n: int | None) -> str:
    return HIDDEN if n is None else str(n)
