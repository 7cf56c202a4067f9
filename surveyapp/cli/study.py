"""`surveyapp study`: made from a template, listed, shown, deleted."""

from __future__ import annotations

import argparse
import json
from typing import Any

from instruments.codec import CodecError, from_document
from instruments.facts import StudyFacts
from surveyapp.cli import paper, rehearse
from surveyapp.cli.fieldwork import add_fieldwork_commands
from surveyapp.cli.output import Subparsers, add_command, add_group, open_database, print_json, print_table, read_bytes
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput, Refused
from surveyapp.models.study import Study
from surveyapp.services.anonymised import anonymise_organisation
from surveyapp.services.daily_count import take_daily_counts
from surveyapp.services.progress import n_interviews, wave_progress
from surveyapp.services.study import create_study, delete_study, get_study, list_studies, list_waves, set_facts
from surveyapp.services.template import find_template


def add_commands(commands: Subparsers) -> None:
    """Add the study commands."""
    group = add_group(commands, "study", "studies")
    create = add_command(group, "create", "make a study from a template (name, folder or zip)", _create)
    create.add_argument("template")
    create.add_argument("--name", required=True)
    create.add_argument("--facts", help="JSON file with facts about the organisation")
    create.add_argument("--privacy", metavar="QUESTIONNAIRE=MODE,…", default="",
                        help="anonymous (the usual), confidential or identified, e.g. staff=anonymous; fixed for good")
    listing = add_command(group, "list", "list the studies", _list, has_json=True)
    listing.set_defaults(study=None)
    show = add_command(group, "show", "show a study with its links", _show, has_json=True)
    show.add_argument("study")
    facts = add_command(group, "facts", "store facts about the organisation from a JSON file", _facts)
    facts.add_argument("study")
    facts.add_argument("file")
    names = add_command(group, "anonymise", "take the organisation's names out of everything that leaves", _anonymise)
    names.add_argument("study")
    names.add_argument("--off", action="store_true", help="name the organisation again")
    names.add_argument("--also", action="append", default=[], metavar="NAME", help="a further name to hide")
    paper.add_command_to(group)
    rehearse.add_command_to(group)
    add_fieldwork_commands(group)
    delete = add_command(group, "delete", "remove a study with everything in it", _delete)
    delete.add_argument("study")
    delete.add_argument("--yes", action="store_true", help="really: this cannot be undone")


def _create(options: argparse.Namespace) -> None:
    open_database()
    facts = _read_facts(options.facts) if options.facts else None
    with transaction() as session:
        study = create_study(session, find_template(options.template), options.name, facts=facts,
                             privacy=_read_privacy(options.privacy))
    print(f"Study {study.name} (number {study.id}) is made; collection is open.")


def _anonymise(options: argparse.Namespace) -> None:
    open_database()
    with transaction() as session:
        study = get_study(session, options.study)
        anonymise_organisation(session, study, is_on=not options.off, further=options.also)
    print("The organisation is named again." if options.off else
          "Reports, exports and pages of results no longer name the organisation.")


def _read_privacy(text: str) -> dict[str, str]:
    """Return the modes of a text like `staff=anonymous,customer=confidential`."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if any(not sign for _, sign, _ in pairs):
        raise BadInput("--privacy {text} names no mode.", "Write it as {example}.", text=repr(text),
                       example="staff=anonymous,customer=confidential")
    return {stem.strip(): mode.strip() for stem, _, mode in pairs}


def _read_facts(path: str) -> StudyFacts:
    try:
        return from_document(StudyFacts, json.loads(read_bytes(path)))
    except (UnicodeDecodeError, json.JSONDecodeError, CodecError) as error:
        raise BadInput("{path}: {error}", "Write the facts as JSON in UTF-8, see docs/study-facts.md.", path=path,
                       error=str(error)) from None


def _facts(options: argparse.Namespace) -> None:
    open_database()
    facts = _read_facts(options.file)
    with transaction() as session:
        set_facts(session, get_study(session, options.study), facts)
    print(f"The facts of study {options.study} are stored.")


def _list(options: argparse.Namespace) -> None:
    open_database()
    studies = list_studies(read_session())
    if options.json:
        print_json([{"id": row.id, "name": row.name, "template": row.template_key} for row in studies])
    elif studies:
        print_table(("number", "name", "template"), [(row.id, row.name, row.template_key) for row in studies])
    else:
        print("There is no study yet. Make one: surveyapp study create TEMPLATE --name NAME")


def _show(options: argparse.Namespace) -> None:
    open_database()
    with transaction() as session:
        take_daily_counts(session)      # the first look of a day fixes its count
    study = get_study(read_session(), options.study)
    document = _study_document(study)
    if options.json:
        print_json(document)
        return
    print(f"{study.name} (number {study.id}), template {study.template_key}, {document['n_interviews']} interviews")
    print_table(("wave", "state", "questionnaire", "version", "submitted", "link"),
                [(row["wave"], row["state"], row["audience"], row["version"], row["n_submitted"], f"/q/{row['token']}")
                 for row in document["questionnaires"]])


def _study_document(study: Study) -> dict[str, Any]:
    rows = [
        {"wave": wave.key, "state": "open" if wave.is_open else "closed", "audience": row.published.audience,
         "version": row.published.version, "privacy": row.link.privacy,
         "n_submitted": row.n_submitted, "is_rounded": row.is_rounded,
         "counted_on": row.counted_on.isoformat() if row.counted_on else None,
         "token": row.link.token}
        for wave in list_waves(read_session(), study) for row in wave_progress(read_session(), wave)
    ]
    return {"id": study.id, "name": study.name, "template": study.template_key, "is_synthetic": study.is_synthetic,
            "n_interviews": n_interviews(read_session(), study), "questionnaires": rows}


def _delete(options: argparse.Namespace) -> None:
    open_database()
    study = get_study(read_session(), options.study)
    if not options.yes:
        raise Refused("Study {name} would be removed with all its answers.", "Add --yes if you mean it.",
                      name=repr(study.name))
    with transaction() as session:
        delete_study(session, get_study(session, study.id))
    print(f"Study {study.name} is removed.")
