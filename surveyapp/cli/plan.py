"""`surveyapp plan`: how many to ask, and what can be found at this number."""

from __future__ import annotations

import argparse

from analysis.results.planning import AudiencePlan, Found, PlannedPrecision, SurveyPlan
from surveyapp.cli.output import Subparsers, add_command, open_database, print_json, print_table
from surveyapp.cli.progress_bar import progress_bar
from surveyapp.db.session import read_session
from surveyapp.errors import BadInput
from surveyapp.jobs.planner import Setting, plan_survey, setting_of
from surveyapp.services.planner import USUAL_LINKS, PlanWish
from surveyapp.services.study import get_study
from surveyapp.services.template import find_template

USUAL_TEMPLATE = "bank_crm"
UNITS = {"mean": "points", "share": "", "nps": "points", "alpha": "", "correlation": ""}
SAYS = {
    "population_too_small": "more would have to be invited than there are people",
    "too_many_to_simulate": "surveys of more than 4000 answers are not simulated",
    "nothing_to_simulate": "not simulated: the questionnaire has no problems with causes and no customer facets",
}


def add_commands(commands: Subparsers) -> None:
    """Add the plan command."""
    command = add_command(commands, "plan", "sample-size planner: what can be found at this n, how many it takes",
                          _plan, has_json=True)
    command.add_argument("--staff", type=int, default=0, metavar="N", help="answers of staff to plan with")
    command.add_argument("--customers", type=int, default=0, metavar="N", help="answers of customers to plan with")
    source = command.add_mutually_exclusive_group()
    source.add_argument("--template", default=USUAL_TEMPLATE, help="catalogue name, folder, zip or questionnaire file")
    source.add_argument("--study", help="use a study's questionnaires, reliabilities, people and thresholds")
    command.add_argument("--staff-population", type=int, metavar="N", help="staff there are")
    command.add_argument("--customer-population", type=int, metavar="N", help="customers there are")
    command.add_argument("--response-rate", type=float, default=1.0, help="share of the invited who answer, e.g. 0.6")
    command.add_argument("--design-effect", type=float, default=1.0, help="of weights or clusters, 1 = none")
    command.add_argument("--precision", type=_precision, default={}, metavar="H | KIND=H,…",
                         help="half-width wished: of a mean in points, or mean, share, nps, alpha, correlation")
    command.add_argument("--links", type=_numbers, default=USUAL_LINKS, metavar="B,…",
                         help="standardised links that one hopes to find (default .20,.30,.40)")
    command.add_argument("--lone", action="store_true", help="plant one link in the whole study, not one a problem")
    command.add_argument("--power", type=float, help="search the smallest n that finds each link so often, e.g. 0.8")
    command.add_argument("--reliability", type=float, help="assumed of every scale (default .80, or the study's own)")
    command.add_argument("--cause-correlation", type=float, help="assumed between causes (default .30)")
    command.add_argument("--sd", type=float, help="assumed of scale means, in points")
    command.add_argument("--theme", type=float, default=0.20, help="share of people who would tell the rarest theme")
    command.add_argument("--units", type=_units, default={}, metavar="NAME=N,…", help="people in each unit")
    command.add_argument("--surveys", type=int, default=0, metavar="N", help="simulated surveys of each size")
    command.add_argument("--seed", type=int, default=1)


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(","))


def _precision(text: str) -> dict[str, float]:
    if "=" not in text:
        return {"mean": float(text)}
    return {name.strip(): float(value) for name, value in (part.split("=") for part in text.split(","))}


def _units(text: str) -> dict[str, int]:
    return {name.strip(): int(value) for name, value in (part.split("=") for part in text.split(","))}


def _plan(options: argparse.Namespace) -> None:
    wish = PlanWish(
        staff=options.staff, customers=options.customers, staff_population=options.staff_population,
        customer_population=options.customer_population, response_rate=options.response_rate,
        design_effect=options.design_effect, links=options.links, is_lone=options.lone, power=options.power,
        precision=options.precision, reliability=options.reliability, cause_correlation=options.cause_correlation,
        sd=options.sd, theme=options.theme, units=options.units, n_surveys=options.surveys, seed=options.seed)
    if options.seed < 0:
        raise BadInput("{seed} is no seed.", "Give 0 or a larger whole number.", seed=options.seed)
    plan = plan_survey(_setting(options), wish, progress_bar())
    if options.json:
        print_json(plan)
    else:
        _print(plan)


def _setting(options: argparse.Namespace) -> Setting:
    if options.study is None:
        return Setting(find_template(options.template))
    open_database()
    return setting_of(get_study(read_session(), options.study))


def _print(plan: SurveyPlan) -> None:
    for audience in plan.audiences:
        _print_audience(audience)
    print("Interviews")
    print_table(("what", "interviews", "probability"), [
        (row.method, row.n, f"{row.reached:.0%}") for row in plan.interviews])
    print()
    assumed = ", ".join(f"{name} {value:.3g}" for name, value in plan.assumptions.items())
    print(f"Assumed: {assumed}.")
    print(f"Simulated: {plan.n_surveys} surveys of each size, {plan.n_resamples} resamples in each (the diagnosis "
          f"takes 2000), seed {plan.seed}. All answer with care; in brackets the 95 % Monte Carlo interval.")


def _print_audience(plan: AudiencePlan) -> None:
    people = f" of {plan.population}" if plan.population else ""
    print(f"{plan.audience}: {plan.n} answers{people}; invite {plan.invitations} at a response rate of "
          f"{plan.response_rate:.0%}.")
    for warning in plan.warnings:
        print(f"Notice: {SAYS.get(warning, warning)}.")
    print_table(("figure", "± 95 %", "assumed"), [
        (row.kind, _half(row), row.method) for row in plan.precision])
    change = plan.change
    print(f"Between two waves of {plan.n} answers a change of {change.value:.2f} points is found with a power of "
          f"{change.power:.0%}; waves are anonymous and count as independent.")
    if plan.found:
        print_table(("would be found", "of surveys of this size", ""), [_found(row) for row in plan.found])
    if plan.false_links is not None:
        print(f"Of all links declared {plan.false_links:.1%} were not there.")
    for row in plan.sizes:
        print(f"± {row.wished:g} of a {row.kind} takes {row.n} answers, {row.invitations} invitations"
              + "".join(f" – {SAYS.get(word, word)}" for word in row.warnings if word in SAYS) + ".")
    for need in plan.needed:
        size = f"about {need.n} answers, {need.invitations} invitations" if need.n else f"more than {need.most} answers"
        print(f"A link of {need.size:.2f} found in {need.power:.0%} of surveys takes {size}"
              + "".join(f" – {SAYS[word]}" for word in need.warnings) + ".")
    for cell in plan.cells:
        rate = "" if cell.rate_for_all is None else f"; all that can be, at a response rate of {cell.rate_for_all:.0%}"
        print(f"Units with {cell.minimum} answers or more: {cell.n_expected:.1f} of {cell.n_units} expected, "
              f"{cell.n_never} too small ever{rate}.")
    print()


def _half(row: PlannedPrecision) -> str:
    digits = 1 if row.kind == "nps" else 3
    return f"{row.half_width:.{digits}f} {UNITS[row.kind]}".strip()


def _found(row: Found) -> tuple[str, str, str]:
    words = {
        "link": f"a link of {row.size:.2f}, each problem having one",
        "lone_link": f"a link of {row.size:.2f}, the only one",
        "problem": f"a problem of mean {row.size:.1f}" + (" (the border: a false alarm)" if row.size <= 3 else ""),  # noqa: PLR2004 - the middle of five points
        "facet_low": f"a facet of mean {row.size:.1f} as weak", "facet_fine": f"a facet of mean {row.size:.1f} as fine",
    }
    return words[row.kind], f"{row.share:.0%}", f"[{row.ci_low:.0%}, {row.ci_high:.0%}]"
