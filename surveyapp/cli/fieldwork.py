"""The part of `surveyapp study` that is about fieldwork: waves, figures, upkeep, retention and erasure."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from surveyapp.cli.output import Subparsers, add_command, open_database, print_json, print_table
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.models.study import Study
from surveyapp.services.consent import list_consents
from surveyapp.services.erasure import SCOPES, erase_person, erase_study, set_retention
from surveyapp.services.fieldwork_view import Fieldwork, fieldwork_of, group_tables
from surveyapp.services.invitation import find_person, find_questionnaire_link, is_anonymous
from surveyapp.services.paper_figures import figures_document
from surveyapp.services.study import get_study, get_wave
from surveyapp.services.upkeep import close_collection, keep_up, reopen_collection
from surveyapp.services.wave import add_wave, define_complete, local_text, plan_wave, start_wave


def add_fieldwork_commands(group: Subparsers) -> None:
    """Add the fieldwork commands to the group of `study`."""
    wave = add_command(group, "wave", "make, plan, open or close a wave", _wave)
    wave.add_argument("study")
    wave.add_argument("wave")
    wave.add_argument("step", nargs="?", choices=["add", "open", "close", "reopen", "plan", "define"], default="plan")
    wave.add_argument("--opens", help="2026-12-01T08:00 in the study's time zone; an empty text takes it away")
    wave.add_argument("--closes", help="the same")
    wave.add_argument("--complete-from", type=float, help="share of answered questions of a complete response")
    wave.add_argument("--partial-from", type=float, help="share of a partial one")
    figures = add_command(group, "fieldwork", "dispositions, response rates, course", _fieldwork, has_json=True)
    figures.add_argument("study")
    figures.add_argument("--wave")
    add_command(group, "upkeep", "apply dates, write marks, take counts, erase what is due, in every study", _upkeep)
    consents = add_command(group, "consents", "the consent texts that were shown, by hash", _consents, has_json=True)
    consents.add_argument("study")
    keep = add_command(group, "retention", "set until when personal data are kept, and what goes then", _retention)
    keep.add_argument("study")
    keep.add_argument("--until", required=True, help="the last day, as 2027-12-31")
    keep.add_argument("--erase", choices=SCOPES, default=SCOPES[0])
    expired = add_command(group, "erase-expired", "erase personal data of every study whose day has passed", _upkeep)
    expired.set_defaults(study=None)
    erase = add_command(group, "erase", "erase a study's personal data now, as its retention says", _erase)
    erase.add_argument("study")
    erase.add_argument("--yes", action="store_true", help="really: this cannot be undone")
    person = add_command(group, "erase-person", "erase one invited person at their request", _erase_person)
    person.add_argument("study")
    person.add_argument("instrument")
    person.add_argument("person", help="address or name as in the roster")
    person.add_argument("--wave")


def _wave(options: argparse.Namespace) -> None:
    config = open_database()
    with transaction() as session:
        study = get_study(session, options.study)
        wave = add_wave(session, study, options.wave) if options.step == "add" else (
            get_wave(session, study, options.wave))
        if options.step == "open":
            start_wave(session, study, wave)
        elif options.step == "close":
            close_collection(session, config.secret_key, study, wave)
        elif options.step == "reopen":
            reopen_collection(session, study, wave)
        if options.complete_from is not None or options.partial_from is not None:
            define_complete(session, study, wave, options.complete_from or wave.complete_from,
                            options.partial_from or wave.partial_from)
        if options.opens is not None or options.closes is not None:
            plan_wave(session, study, wave,
                      local_text(study, wave.opens_at) if options.opens is None else options.opens,
                      local_text(study, wave.closes_at) if options.closes is None else options.closes)
    state = "closed" if wave.closed_at else "open" if wave.is_open else "not open yet"
    print(f"Wave {wave.key} of {study.name} is {state}; opens {local_text(study, wave.opens_at) or '-'}, closes "
          f"{local_text(study, wave.closes_at) or '-'} ({study.time_zone}); complete from {wave.complete_from:g}, "
          f"partial from {wave.partial_from:g}.")


def _fieldwork(options: argparse.Namespace) -> None:
    open_database()
    session = read_session()
    study = get_study(session, options.study)
    rows = fieldwork_of(session, study, get_wave(session, study, options.wave))
    if options.json:
        print_json([fieldwork_document(study, row) for row in rows])
        return
    for row in rows:
        _print_figures(row)


def fieldwork_document(study: Study, row: Fieldwork) -> dict[str, Any]:
    """Return the figures of one questionnaire as a document."""
    return {
        "study": study.name, "wave": row.wave.key, "audience": row.published.audience, "privacy": row.link.privacy,
        "is_open": row.wave.is_open, "n_invited": row.n_invited, "n_submitted": row.n_submitted,
        "n_begun": row.n_begun, "is_rounded": row.is_rounded, "counted_on": row.counted_on, "days": row.days,
        "closing": row.closing, "flags": row.flags,
        "enough_for": [{"analysis": use.words, "threshold": use.threshold, "needed": use.needed, "source": use.source,
                        "is_enough": use.is_enough, "n_groups": use.n_groups} for use in row.uses],
        "paper": figures_document(row.paper) if row.paper.piles else None,
    }


def _print_figures(row: Fieldwork) -> None:
    least = "at least " if row.is_rounded else ""
    n = "not counted yet" if row.n_submitted is None else f"{least}{row.n_submitted} handed in"
    print(f"{row.published.audience}, wave {row.wave.key}: {n}, {row.n_invited} invited.")
    if row.closing is not None:
        rates = row.closing["rates"]
        print_table(("disposition", "cases"), list(row.closing["dispositions"].items()))
        print(", ".join(f"{name.upper()} {rate:.1%}" for name, rate in rates.items() if rate is not None)
              or "No roster and no population: there is no response rate.")
        for table in group_tables(row.closing):
            _print_groups(table, row.closing["minimum"])
    for use in row.uses:
        groups = f"; at most {use.n_groups} groups of equal size" if use.n_groups is not None else ""
        print(f"  {'enough' if use.is_enough else 'too few'} for {use.words} (from {use.needed}; {use.threshold}, "
              f"{use.source}{groups})")


def _print_groups(table: dict[str, Any], minimum: int) -> None:
    columns = ("rr1", "rr2", "cooperation", "refusal", "eligibility")
    print_table(
        (table["attribute"], "asked", "took part", *columns),
        [(row["group"] or "(none)", row["n_asked"], "not shown" if row["n_took_part"] is None else row["n_took_part"],
          *(_rate(row[column]) for column in columns)) for row in table["rows"]])
    print(f"  Shown only where at least {minimum} people took part and at least {minimum} did not.")
    found = table["representativity"]
    if found:
        p_value = "" if found["p_value"] is None else f", p {found['p_value']:.3f}"
        print(f"  R-indicator {found['r_indicator']:.2f}, without what chance adds {found['r_adjusted']:.2f}; "
              f"chi-square {found['chi2']:.1f}, df {found['df']}{p_value}, V {found['cramers_v']:.2f}.")


def _rate(value: float | list[float] | None) -> str:
    """Return a rate in percent; the two ends where only bounds are known."""
    if isinstance(value, list):
        low, high = value
        return f"{low:.1%}" if low == high else f"{low:.1%}-{high:.1%}"
    return "-" if value is None else f"{value:.1%}"


def _upkeep(_options: argparse.Namespace) -> None:
    config = open_database()
    with transaction() as session:
        done = keep_up(session, config.secret_key)
    print("\n".join(done) or "Nothing was due.")


def _consents(options: argparse.Namespace) -> None:
    open_database()
    study = get_study(read_session(), options.study)
    rows = list_consents(read_session(), study)
    if options.json:
        print_json(rows)
        return
    for row in rows:
        print(f"{row['hash']}  {row['audience']} {row['version']} {row['language']} {row['kind']}\n  {row['text']}\n")


def _retention(options: argparse.Namespace) -> None:
    open_database()
    try:
        until = date.fromisoformat(options.until)
    except ValueError:
        raise BadInput("{text} is no day.", "Write it as 2027-12-31.", text=repr(options.until)) from None
    with transaction() as session:
        set_retention(session, get_study(session, options.study), until, options.erase)
    print(f"Personal data of {options.study} are kept until {until}; then goes: {options.erase}.")


def _erase(options: argparse.Namespace) -> None:
    open_database()
    if not options.yes:
        raise BadInput("The personal data of {study} would be erased.", "Add --yes if you mean it.",
                       study=options.study)
    with transaction() as session:
        done = erase_study(session, get_study(session, options.study))
    print(f"Erased {', '.join(f'{n} {name}' for name, n in done.items())}.")


def _erase_person(options: argparse.Namespace) -> None:
    open_database()
    with transaction() as session:
        study = get_study(session, options.study)
        wave = get_wave(session, study, options.wave)
        link = find_questionnaire_link(session, study, wave, options.instrument)
        n = erase_person(session, study, link, find_person(session, link, options.person))
        hidden = is_anonymous(link)
    print("The entry of the roster is erased."
          + (" Answers given in anonymous mode cannot be found, as respondents were told." if hidden
             else f" {n} responses went with it."))
