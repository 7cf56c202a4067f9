"""`surveyapp instrument`: questionnaires as files, checked and converted."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from instruments.checks import check_instrument
from instruments.duration import opening_seconds, section_seconds, total_seconds
from instruments.errors import CheckFailed, Finding
from instruments.formats import LossReport, read_definition
from instruments.formats.xlsform import write_xlsform
from instruments.loader import dump_instrument
from instruments.schema import Instrument
from surveyapp.cli.instrument_diff import add_diff
from surveyapp.cli.output import Subparsers, add_command, add_group, print_json
from surveyapp.errors import BadInput

FORMATS = ("yaml", "xlsform")
PLACES_SHOWN = 8        # so many places are named one by one where the same was lost at many


def add_commands(commands: Subparsers) -> None:
    """Add the instrument commands."""
    group = add_group(commands, "instrument", "questionnaire files")
    check = add_command(
        group, "check", "read a questionnaire file and say what is wrong with it", _check, has_json=True)
    check.add_argument("file")
    convert = add_command(group, "convert", "write a questionnaire in other formats", _convert, has_json=True)
    convert.add_argument("file")
    convert.add_argument("--to", default="yaml,xlsform", help="yaml, xlsform or both, with a comma")
    convert.add_argument("--out", default=".", help="folder to write to")
    add_diff(group)


def _check(options: argparse.Namespace) -> None:
    instrument, loss = read_definition(Path(options.file))
    findings = loss.warnings or check_instrument(instrument, Path(options.file).name)
    errors = tuple(finding for finding in findings if finding.is_error)
    if errors:
        raise CheckFailed(options.file, errors)
    if options.json:
        print_json({**_document(options.file, instrument, loss, findings), "seconds": _seconds(instrument)})
        return
    _print_losses(loss)
    for finding in findings:
        print(f"Warning: {finding}")
    _print_minutes(instrument)
    print(f"{options.file}: sound ({len(instrument.items)} items, languages {', '.join(instrument.languages)}).")


def _seconds(instrument: Instrument) -> dict[str, dict[str, Any]]:
    """Return the estimated seconds in each language: of the opening, of each section and in all."""
    return {
        language: {
            "opening": round(opening_seconds(instrument, language), 1),
            "sections": {key: round(n, 1) for key, n in section_seconds(instrument, language).items()},
            "total": round(total_seconds(instrument, language), 1)}
        for language in instrument.languages}


def _print_minutes(instrument: Instrument) -> None:
    seconds = _seconds(instrument)
    rows = [("page", list(seconds)), ("opening", [f"{one['opening'] / 60:.1f}" for one in seconds.values()])]
    rows += [(section.key, [f"{one['sections'][section.key] / 60:.1f}" for one in seconds.values()])
             for section in instrument.sections]
    rows.append(("in all", [f"{one['total'] / 60:.1f}" for one in seconds.values()]))
    width = max(len(name) for name, _ in rows)
    print("Minutes, estimated from reading speed and kind of item:")
    for name, cells in rows:
        print(f"  {name:<{width}}" + "".join(f"{cell:>7}" for cell in cells))


def _convert(options: argparse.Namespace) -> None:
    targets = list(dict.fromkeys(target.strip() for target in options.to.split(",")))
    unknown = [target for target in targets if target not in FORMATS]
    if unknown:
        raise BadInput("There is no format {target}.", "Use yaml, xlsform or both.", target=repr(unknown[0]))
    instrument, loss = read_definition(Path(options.file))
    stem = Path(options.out) / Path(options.file).stem
    stem.parent.mkdir(parents=True, exist_ok=True)
    written = {target: _write(instrument, target, stem) for target in targets}
    if options.json:
        files = {target: str(path) for target, (path, _) in written.items()}
        losses = {target: _losses(report) for target, (_, report) in written.items() if report}
        print_json({**_document(options.file, instrument, loss, ()), "written": files, "losses_of_written": losses})
        return
    _print_losses(loss)
    for path, report in written.values():
        _print_losses(report)
        print(f"Wrote {path}.")


def _write(instrument: Instrument, target: str, stem: Path) -> tuple[Path, LossReport]:
    if target == "yaml":
        path = stem.with_suffix(".yaml")
        path.write_text(dump_instrument(instrument), encoding="utf-8")
        return path, LossReport()
    path = stem.with_suffix(".xlsx")
    return path, write_xlsform(instrument, path)


def _document(file: str, instrument: Instrument, loss: LossReport, findings: tuple[Finding, ...]) -> dict[str, Any]:
    return {
        "file": file, "instrument": instrument.key, "languages": instrument.languages, "n_items": len(instrument.items),
        "n_sections": len(instrument.sections), "losses": _losses(loss), "warnings": findings}


def _losses(report: LossReport) -> list[dict[str, str]]:
    return [{"place": entry.place, "what": entry.what, "done": entry.done} for entry in report.entries]


def _print_losses(report: LossReport) -> None:
    """Print what was lost: first what is lost at many places, once, then place by place."""
    if not report:
        return
    print(f"{len(report.entries)} thing(s) did not pass unchanged:")
    for line in _loss_lines(report):
        print(f"  {line}")


def _loss_lines(report: LossReport) -> Iterator[str]:
    by_deed: dict[tuple[str, str], list[str]] = {}
    for entry in report.entries:
        by_deed.setdefault((entry.what, entry.done), []).append(entry.place)
    for (what, done), places in by_deed.items():
        if len(places) > 1:
            more = f" and {len(places) - PLACES_SHOWN} more" if len(places) > PLACES_SHOWN else ""
            yield f"{len(places)} times: {what}; {done} ({' · '.join(places[:PLACES_SHOWN])}{more})"
    place = ""
    for entry in report.entries:
        if len(by_deed[entry.what, entry.done]) > 1:
            continue
        if entry.place != place:
            place = entry.place
            yield place
        yield f"  {entry.what}; {entry.done}"
