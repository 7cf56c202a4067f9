"""`surveyapp study rehearse`: invented respondents walk the questionnaires before fieldwork."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from instruments.codec import to_document
from surveyapp.cli.output import Subparsers, add_command, open_database, print_json
from surveyapp.cli.report import target
from surveyapp.db.session import read_session
from surveyapp.errors import BadInput
from surveyapp.rehearsal.rehearse import rehearse
from surveyapp.rehearsal.report import Rehearsal
from surveyapp.services.rehearsal import USUAL_WALKS, check_walks
from surveyapp.services.study import facts_of, get_study, template_of

STEPS = 20          # lines of progress
LISTED = 30         # names in one line of the summary


def add_command_to(group: Subparsers) -> None:
    """Add the command to those of studies."""
    command = add_command(group, "rehearse", "let invented respondents walk the questionnaires; specimen of the report",
                          _rehearse, has_json=True)
    command.add_argument("study")
    command.add_argument("--n", type=int, default=USUAL_WALKS, help="invented respondents of each questionnaire")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--language", default="en", help="of the specimen: en, zh or en,zh")
    command.add_argument("--progress", action="store_true", help="say on the error output how far it is, line by line")
    command.add_argument("-o", "--out", help="specimen of the report to write; without it no report is made")


def _rehearse(options: argparse.Namespace) -> None:
    open_database()
    check_walks(options.n)
    study = get_study(read_session(), options.study)
    template = template_of(read_session(), study)
    languages = tuple(dict.fromkeys(word.strip() for word in options.language.split(","))) if options.out else ()
    unknown = [language for language in languages if language not in template.languages]
    if unknown:
        raise BadInput("The study has no language {language}.", "It has: {known}.", language=repr(unknown[0]),
                       known=", ".join(template.languages))
    done = rehearse(template, facts_of(study), study.name, n=options.n, seed=options.seed, languages=languages,
                    report=_say_progress if options.progress else _say_nothing)
    paths = []
    for language, content in done.specimens.items():
        path = target(Path(options.out), language, len(languages))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        paths.append(str(path))
    if options.json:
        rows = [{**to_document(one), "is_complete": one.is_complete} for one in done.questionnaires]
        print_json({"questionnaires": rows, "specimens": paths})
        return
    for questionnaire in done.questionnaires:
        _print(questionnaire)
    for written in paths:
        print(f"Wrote the specimen {written}: its answers are invented.")


def _say_nothing(_done: int, _all: int) -> None:
    return


def _say_progress(done: int, n_all: int) -> None:
    if done == n_all or done % max(1, n_all // STEPS) == 0:
        print(f"progress: {done}/{n_all}", file=sys.stderr, flush=True)


def _print(found: Rehearsal) -> None:
    ends = ", ".join(f"{state} {n}" for state, n in sorted(found.ends.items()))
    print(f"{found.audience}, version {found.version}: {found.n_at_end} of {found.n_walks} walks came to an end "
          f"({ends}).")
    if found.minutes:
        spoken = ", ".join(f"{minutes:.0f} ({language})" for language, minutes in found.minutes.items())
        print(f"  Reading and answering takes about {spoken} minutes, estimated.")
    for words, names in (
            ("Sections nobody was shown", found.sections_never_shown),
            ("Items nobody was shown", found.items_never_shown),
            ("Choices nobody was offered", found.choices_never_offered),
            ("Screens nobody met", found.screens_never_met), ("Quotas nobody found full", found.quotas_never_met)):
        if names:
            more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
            print(f"  {words}: {', '.join(names[:LISTED])}{more}.")
    for fault, n in sorted(found.faults.items()):
        print(f"  Fault ({n} walks): {fault}.")
    if found.is_complete:
        print("  Every section, item and choice was met; nothing went wrong.")
