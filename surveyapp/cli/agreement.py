"""`surveyapp interviews agreement`: how far the coders of a study agree."""

from __future__ import annotations

import argparse

from analysis.results.agreement import AgreementOnCode, AgreementReport, SetAgreement
from analysis.results.measurement import Estimate
from surveyapp.cli.output import Subparsers, add_command, open_database, print_json, print_table
from surveyapp.db.session import read_session
from surveyapp.jobs.agreement import compute_agreement
from surveyapp.services.agreement import KINDS, UNITS, scope_of
from surveyapp.services.round import get_round
from surveyapp.services.study import get_study

SAYS = {"accept": "reliable", "tentative": "tentative only", "unusable": "do not conclude",
        "not_assessable": "undefined: no variation", "not_double_coded": "too few double-coded texts"}
FAMILY = {"u-alpha": "all_values", "|u-alpha": "any_code", "cu-alpha": "codes_only"}
PARADOX = ("* The coders agree on most units, yet the coefficient is low: the code is so rare (or so common) that "
           "agreement by chance is expected to be high. Look at the positive agreement.")


def add_agreement(group: Subparsers) -> None:
    """Add the command of agreement to the commands of interviews."""
    command = add_command(group, "agreement", "compute how far coders agree, per code, per pair and overall", _run,
                          has_json=True)
    command.add_argument("study")
    command.add_argument("--unit", choices=UNITS, default=UNITS[0], help="turn unless said otherwise")
    command.add_argument("--kind", choices=KINDS, default=KINDS[0], help="interviews, or answers to open questions")
    command.add_argument("--round", type=int, help="of one closed round, also a calibration")


def _run(options: argparse.Namespace) -> None:
    open_database()
    session = read_session()
    study = get_study(session, options.study)
    row = get_round(session, study, options.round) if options.round is not None else None
    report = compute_agreement(study, scope_of(options.kind, options.unit, row))
    if options.json:
        print_json(report)
    else:
        _print(report)


def _print(report: AgreementReport) -> None:
    print(f"Unit: {report.unit}; units: {report.n_units}; texts: {len(report.documents)}; coders: "
          f"{len(report.coders)} ({', '.join(report.coders)}).")
    print(f"Intervals: 95 %, {report.n_resamples} resamples of {report.resampled}, "
          f"seed {'-'.join(map(str, report.seed))}. Reliable from alpha {report.accept_at:g}, tentative from "
          f"{report.tentative_at:g}, below that no conclusion.")
    given = [code for code in report.codes if code.n_marked]
    print_table(("code", "alpha", "verdict", "agreed", "jaccard", "dice", "coded by each", "kappa", "u-alpha (beta)"),
                [_row(code) for code in given] + [_row(report.overall, "all codes", "")])
    if any(code.has_paradox for code in given):
        print(PARADOX)
    if len(given) < len(report.codes):
        print(f"Given by nobody, so undefined: {', '.join(c.code for c in report.codes if not c.n_marked)}.")
    for exclusive in report.sets:
        _print_set(exclusive)
    if report.left_out:
        print(f"Left out, because passages have no place in a text: {', '.join(report.left_out)}.")


def _print_set(exclusive: SetAgreement) -> None:
    figures = ", ".join(f"{name} {_figure(getattr(exclusive, field))}{_range(exclusive.intervals.get(field))}"
                        for name, field in FAMILY.items())
    by_code = ", ".join(f"{key} {_figure(value)}" for key, value in exclusive.by_code.items())
    print(f"Below {exclusive.parent} codes exclude each other (beta): {figures}; (k)u-alpha {by_code or '-'}.")
    for clash in exclusive.clashes:
        print(f"Left out: in {clash.document} {clash.coder} gave {clash.first} and {clash.second} to the same "
              f"{clash.n_characters} characters.")


def _range(found: tuple[float, float] | None) -> str:
    return f" [{found[0]:.2f}, {found[1]:.2f}]" if found else ""


def _row(code: AgreementOnCode, name: str = "", verdict: str | None = None) -> tuple[str, ...]:
    word = SAYS[code.verdict] + (" *" if code.has_paradox else "") if verdict is None else verdict
    kappas = ", ".join(_figure(pair.kappa.value) for pair in code.pairs if pair.n_units)
    return (name or code.code, _estimate(code.alpha), word, _share(code.percent_agreement), _figure(code.jaccard),
            _figure(code.positive_agreement),
            ", ".join(f"{who} {_share(value)}" for who, value in code.share_coded.items()), kappas,
            _figure(code.unitized))


def _estimate(row: Estimate) -> str:
    interval = "" if row.ci_low is None or row.ci_high is None else f" [{row.ci_low:.2f}, {row.ci_high:.2f}]"
    return _figure(row.value) + interval


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"
