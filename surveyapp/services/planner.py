"""The planner of a study: what is wished of it, checked; its answer kept. A job or a command computes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.results.planning import FigureKind, SurveyPlan
from instruments.codec import from_document, to_document
from instruments.facts import StudyFacts
from instruments.schema import Instrument
from instruments.template import StudyTemplate
from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, Refused
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import Job
from surveyapp.models.planner import SamplePlan
from surveyapp.models.study import Study
from surveyapp.queue import enqueue_job
from surveyapp.services.audit import record_change

KIND = "plan"
FEWEST, MOST = 5, 1_000_000             # answers that can be planned with; below 5 nothing is ever shown
USUAL_LINKS = (0.20, 0.30, 0.40)
MOST_LINKS = 6
MOST_SURVEYS = 2_000
FIGURES: tuple[FigureKind, ...] = ("mean", "share", "nps", "alpha", "correlation")
WAITING, RUNNING = "waiting", "running"


@dataclass(frozen=True)
class PlanWish:
    """What somebody wants to know before a survey; None and empty = what is usual, or not asked.

    staff, customers            answers to plan with; 0 = nobody of them is asked
    precision                   figure → half-width wished, for which the smallest size is sought
    power                       searched for: the smallest n at which each link is found so often
    reliability, cause_correlation  assumed; a study's own scales go over the first
    sd                          of scale means, in points
    theme                       share of people who would tell the rarest theme that interviews must not miss
    units                       unit → people in it
    n_surveys                   simulated surveys of each size; 0 = what is usual
    """

    staff: int = 0
    customers: int = 0
    staff_population: int | None = None
    customer_population: int | None = None
    response_rate: float = 1.0
    design_effect: float = 1.0
    links: tuple[float, ...] = USUAL_LINKS
    is_lone: bool = False
    power: float | None = None
    precision: Mapping[str, float] = field(default_factory=dict)
    reliability: float | None = None
    cause_correlation: float | None = None
    sd: float | None = None
    theme: float = 0.20
    units: Mapping[str, int] = field(default_factory=dict)
    n_surveys: int = 0
    seed: int = 1


def check_wish(wish: PlanWish) -> None:
    """Refuse what cannot be planned, naming the place."""
    if not wish.staff and not wish.customers:
        raise BadInput("Nobody is to be asked.", "Give a number of staff, of customers, or both.")
    for n in (wish.staff, wish.customers):
        if n and not FEWEST <= n <= MOST:
            raise BadInput("{n} answers cannot be planned with.", "Give {low} to {high}.", n=n, low=FEWEST, high=MOST)
    if len(wish.links) > MOST_LINKS:
        raise BadInput("{n} sizes of links are too many.", "Give at most {most}.", n=len(wish.links), most=MOST_LINKS)
    if not 0 <= wish.n_surveys <= MOST_SURVEYS:
        raise BadInput("{n} simulated surveys are out of bounds.", "Give at most {most}; 0 for what is usual.",
                       n=wish.n_surveys, most=MOST_SURVEYS)
    unknown = [name for name in wish.precision if name not in FIGURES]
    if unknown:
        raise BadInput("{name} is no figure that can be planned.", "Use one of: {known}.", name=repr(unknown[0]),
                       known=", ".join(FIGURES))
    _check_shares(wish)


def _check_shares(wish: PlanWish) -> None:
    """Refuse shares out of bounds; a link of 1 would leave nothing to chance."""
    named = [*(("a link", size) for size in wish.links), ("theme", wish.theme), ("power", wish.power),
             ("reliability", wish.reliability), ("cause correlation", wish.cause_correlation)]
    for name, value in named:
        if value is not None and not (isfinite(value) and 0 < value < 1):
            raise BadInput("{value} is not between 0 and 1 ({name}).", "Give a share such as 0.3.", value=value,
                           name=name)


def asked_instruments(template: StudyTemplate) -> tuple[Instrument | None, Instrument | None]:
    """Return the questionnaires of staff, who are asked about problems or causes, and of customers."""
    def has(instrument: Instrument, *groups: str) -> bool:
        return any(construct.group in groups for construct in instrument.constructs)

    staff = next((one for one in template.instruments if has(one, "problem", "cause")), None)
    others = [one for one in template.instruments if one is not staff]
    customers = next((one for one in others if has(one, "experience")), others[0] if others else None)
    return staff, customers


def planned_population(template: StudyTemplate, facts: StudyFacts) -> dict[str, int | None]:
    """Return how many people there are of those asked as staff and as customers, whatever a study calls them."""
    return {name: None if asked is None else facts.population.get(asked.audience)
            for name, asked in zip(("staff", "customer"), asked_instruments(template), strict=True)}


def request_plan(session: Session, study: Study, wish: PlanWish, account: Account) -> Job:
    """Return the job that computes a plan for the study."""
    check_wish(wish)
    if any(job.state in (WAITING, RUNNING) for job in list_plans(session, study)):
        raise Refused("A plan of this study is being computed.", "Wait until it is done.")
    return enqueue_job(session, study.id, KIND, {"wish": to_document(wish)}, account)


def list_plans(session: Session, study: Study, limit: int = 3) -> list[Job]:
    """Return the newest jobs, the newest first."""
    return list(session.scalars(select(Job).where(Job.study_id == study.id, Job.kind == KIND)
                                .order_by(Job.created_at.desc(), Job.id).limit(limit)))


def store_plan(session: Session, study: Study, wish: PlanWish, plan: SurveyPlan) -> None:
    """Keep the newest plan of a study."""
    session.merge(SamplePlan(study_id=study.id, wish=to_document(wish), document=to_document(plan),
                             created_at=utc_now()))
    record_change(session, "plan_sample", "plan", study_id=study.id,
                  after={"staff": wish.staff, "customers": wish.customers})


def find_plan(session: Session, study: Study) -> tuple[PlanWish, SurveyPlan] | None:
    """Return the kept plan with what was asked; None where nothing was planned."""
    row = session.get(SamplePlan, study.id)
    return None if row is None else (from_document(PlanWish, row.wish), from_document(SurveyPlan, row.document))
