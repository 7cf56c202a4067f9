"""`surveyapp actions`: what management decided on the measures of a released report."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis.results.actions import DECISIONS, PROGRESS, Action, KpiReading, Milestone
from surveyapp.cli.output import (
    Subparsers,
    add_command,
    add_group,
    open_database,
    print_json,
    print_table,
    read_bytes,
)
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.services.action import Register, load_register, save_action, take_back
from surveyapp.services.action_file import import_actions, parts_of
from surveyapp.services.action_sheet import overdue_cells, read_text, register_document, write_action_sheet
from surveyapp.services.anonymised import masked, masks_of
from surveyapp.services.report_release import get_release
from surveyapp.services.study import get_study

LANGUAGES = ("en", "zh")
TEXTS = ("decided_on", "body", "reason", "change", "again_on", "owner", "starts_on", "progress_on")


def add_commands(commands: Subparsers) -> None:
    """Add the commands of the action register."""
    group = add_group(commands, "actions", "decisions on the measures of a released report")
    show = _of_report(add_command(group, "list", "show the register", _list, has_json=True))
    show.add_argument("--language", choices=LANGUAGES, default="en")
    show.add_argument("--overdue", action="store_true", help="only what is overdue")
    write = _of_report(add_command(group, "export", "write the register as a spreadsheet", _export))
    write.add_argument("-o", "--out", metavar="FILE.xlsx", required=True)
    write.add_argument("--language", choices=LANGUAGES, default="en")
    load = _of_report(add_command(group, "import", "take over the changed spreadsheet", _import))
    load.add_argument("file")
    record = _of_report(add_command(group, "record", "record a decision, or what became of it", _record))
    record.add_argument("measure")
    record.add_argument("--decision", choices=DECISIONS)
    record.add_argument("--progress", choices=PROGRESS)
    for name in TEXTS:
        record.add_argument(f"--{name.replace('_', '-')}")
    record.add_argument("--units", help="units covered, by commas; empty = everywhere")
    record.add_argument("--milestone", action="append", metavar="'DUE|STATE|DONE|NAME'")
    record.add_argument("--reading", action="append", metavar="'INDICATOR|VALUE|DATE|SOURCE'")
    back = _of_report(add_command(group, "take-back", "make an earlier version hold again", _take_back))
    back.add_argument("measure")
    back.add_argument("--to", type=int, default=0, help="version that holds again; 0 = as if nothing was decided")
    back.add_argument("--reason", required=True)


def _of_report(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("study")
    command.add_argument("--report", type=int, help="number of the released report; the newest by default")
    return command


def _register(options: argparse.Namespace) -> Register:
    open_database()
    session = read_session()
    study = get_study(session, options.study)
    return load_register(session, study, get_release(session, study, options.report))


def _list(options: argparse.Namespace) -> None:
    register = _register(options)
    if options.json:
        print_json(masked(get_study(read_session(), options.study), register_document(register)))
    elif options.overdue:
        print_table(("measure", "name", "what", "which", "due", "days", "owner"),
                    masked(get_study(read_session(), options.study),
                           [overdue_cells(register, one, options.language) for one in register.overdue]))
    else:
        print_table(("measure", "version", "name", "verdict", "decision", "progress", "milestones", "overdue"), [
            (row.measure.key, row.number, read_text(row.measure.name, options.language), row.finding.verdict,
             row.action.decision if row.action else "-", row.action.progress if row.action else "-",
             _reached(row.action), len(row.overdue)) for row in register.rows])


def _reached(action: Action | None) -> str:
    done = [one.state == "done" for one in action.milestones] if action is not None else []
    return f"{sum(done)}/{len(done)}" if done else "-"


def _export(options: argparse.Namespace) -> None:
    if Path(options.out).suffix.lower() != ".xlsx":
        raise BadInput("The register is written as .xlsx.", "Give the file that ending.")
    register, path = _register(options), Path(options.out)
    masks = masks_of(get_study(read_session(), options.study))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        write_action_sheet(register, options.language, stream, masks)
    print(f"Wrote {path}.")


def _import(options: argparse.Namespace) -> None:
    open_database()
    content = read_bytes(options.file)
    with transaction() as session:
        study = get_study(session, options.study)
        changed = import_actions(session, study, get_release(session, study, options.report), content,
                                 Path(options.file).name)
    print(f"Changed {len(changed)} measures: {', '.join(changed) or 'none'}.")


def _record(options: argparse.Namespace) -> None:
    open_database()
    with transaction() as session:
        study = get_study(session, options.study)
        release = get_release(session, study, options.report)
        row = load_register(session, study, release).row(options.measure)
        before = row.action or Action(options.measure, "", "", "", owner=read_text(row.measure.owner, ""))  # type: ignore[arg-type]  # a decision that is missing is refused when stored
        is_new = save_action(session, study, release, replace(before, **_changes(options)), row.number)
    print(f"{'Recorded' if is_new else 'Nothing differs for'} {options.measure}.")


def _changes(options: argparse.Namespace) -> dict[str, Any]:
    """Return the fields that were given; the others stay as they are stored."""
    found = {name: getattr(options, name) for name in (*TEXTS, "decision", "progress")
             if getattr(options, name) is not None}
    if options.units is not None:
        found["units"] = tuple(unit.strip() for unit in options.units.split(",") if unit.strip())
    if options.milestone:
        found["milestones"] = tuple(Milestone(name, due, state or "open", done)  # type: ignore[arg-type]  # checked when stored
                                    for due, state, done, name in map(_parts, options.milestone))
    if options.reading:
        found["readings"] = tuple(KpiReading(kpi, _number(value), on, source)
                                  for kpi, value, on, source in map(_parts, options.reading))
    return found


def _parts(text: str) -> list[str]:
    parts = parts_of(text)
    if parts is None:
        raise BadInput("{text} does not have four parts.", "Write the four parts with a | between them.",
                       text=repr(text))
    return parts


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadInput("{text} is no number.", "Write it as 12.5.", text=repr(text)) from None


def _take_back(options: argparse.Namespace) -> None:
    open_database()
    with transaction() as session:
        study = get_study(session, options.study)
        release = get_release(session, study, options.report)
        row = load_register(session, study, release).row(options.measure)
        take_back(session, study, release, options.measure, options.to, row.number, options.reason)
    print(f"Took {options.measure} back to version {options.to}.")
