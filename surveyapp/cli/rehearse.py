"""`surveyapp study rehearse`: invented respondents walk the questionnaires before fieldwork."""

from __future__ import annotations

import argparse
from pathlib import Path

from surveyapp.cli.output import Subparsers, add_command, open_database, print_json
from surveyapp.cli.report import target
from surveyapp.db.session import read_session
from surveyapp.errors import BadInput
from surveyapp.rehearsal.rehearse import rehearse
from surveyapp.rehearsal.report import Rehearsal
from surveyapp.services.study import facts_of, get_study, template_of

USUAL_WALKS = 60
MOST_WALKS = 2_000
LISTED = 30         # names in one line of the summary


def add_command_to(group: Subparsers) -> None:
    """Add the command to those of studies."""
    command = add_command(group, "rehearse", "let invented respondents walk the questionnaires; specimen of the report",
                          _rehearse, has_json=True)
    command.add_argument("study")
    command.add_argument("--n", type=int, default=USUAL_WALKS, help="invented respondents of each questionnaire")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--language", default="en", help="of the specimen: en, zh or en,zh")
    command.add_argument("-o", "--out", help="specimen of the report to write; without it no report is made")


def _rehearse(options: argparse.Namespace) -> None:
    open_database()
    if not 1 <= options.n <= MOST_WALKS:
        raise BadInput("{n} respondents cannot be rehearsed.", "Choose 1 to {most}.", n=options.n, most=MOST_WALKS)
    study = get_study(read_session(), options.study)
    template = template_of(read_session(), study)
    languages = tuple(dict.fromkeys(word.strip() for word in options.language.split(","))) if options.out else ()
    unknown = [language for language in languages if language not in template.languages]
    if unknown:
        raise BadInput("The study has no language {language}.", "It has: {known}.", language=repr(unknown[0]),
                       known=", ".join(template.languages))
    done = rehearse(template, facts_of(study), study.name, n=options.n, seed=options.seed, languages=languages)
    paths = []
    for language, content in done.specimens.items():
        path = target(Path(options.out), language, len(languages))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        paths.append(str(path))
    if options.json:
        print_json({"questionnaires": done.questionnaires, "specimens": paths})
        return
    for questionnaire in done.questionnaires:
        _print(questionnaire)
    for written in paths:
        print(f"Wrote the specimen {written}: its answers are invented.")


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
