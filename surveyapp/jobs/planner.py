"""Plan a survey: precision by formula; what the diagnosis would find, by simulating the study's own instrument."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from analysis.diagnosis.power import (
    N_RESAMPLES,
    Draw,
    Effort,
    PlantedSurvey,
    facet_power,
    found_of,
    needed_size,
    staff_power,
)
from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.quant.planning.cells import cell_coverage
from analysis.quant.planning.figures import (
    Figure,
    alpha_figure,
    correlation_figure,
    mean_figure,
    nps_figure,
    share_figure,
)
from analysis.quant.planning.interviews import interviews_for_both_sides, interviews_for_theme
from analysis.quant.planning.precision import Frame, invitations_for, precision_at, size_for
from analysis.quant.waves.detectable import smallest_detectable_change
from analysis.results.planning import (
    AudiencePlan,
    CellCoverage,
    Found,
    FoundKind,
    InterviewNumber,
    NeededSize,
    SurveyPlan,
)
from analysis.tables import AnswerTable
from instruments.codec import from_document
from instruments.schema import LEFT_BLANK, Instrument
from instruments.template import StudyTemplate
from surveyapp.db.session import read_session, transaction
from surveyapp.models.study import Study
from surveyapp.sample.worlds import CAUSE_CORRELATION, RELIABILITY, World, draw_answers
from surveyapp.services.diagnosis import diagnosis_of, newest_diagnosis
from surveyapp.services.planner import PlanWish, asked_instruments, check_wish, store_plan
from surveyapp.services.rehearsal import note_progress
from surveyapp.services.study import facts_of, get_study, template_of

USUAL_SURVEYS, SURVEYS_OF_MANY = 200, 60
MANY, TOO_MANY = 1000, 4000             # respondents: fewer surveys from here; no simulation beyond
SEARCH_STEPS = 4                        # sizes' worth of surveys that a search takes, for the bar that shows progress
USUAL_R, USUAL_ITEMS = 0.30, 4
RELIABLE = (0.30, 0.97)                 # an estimate of reliability beyond is a matter of chance
SIDES = (0.40, 0.20)                    # of a disputed matter: who would confirm it, who contradict
NOTED_EVERY_S = 2.0
Report = Callable[[int, int], None]

SOURCES: Mapping[str, str] = {
    "reliability": "the diagnosis calls it good from here (model 3; Nunnally 1978)",
    "cause_correlation": "assumed: between .20 of the sample studies and .65 of the model's stress test",
    "sd": "the sample generator's spread of true scores over the square root of the reliability",
    "share": "least precise case", "correlation": "assumed", "nps": "assumed: 40 % promoters, 40 % detractors",
    "style_mean": "sample generator", "style_sd": "sample generator", "share_missing": "sample generator",
    "theme": "assumed", "power": "usual in this field (Cohen 1988)",
}


@dataclass(frozen=True)
class Setting:
    """What is known of a study beyond its template: reliabilities, people, own thresholds."""

    template: StudyTemplate
    reliabilities: Mapping[str, float] = field(default_factory=dict)
    population: Mapping[str, int] = field(default_factory=dict)
    units: Mapping[str, int] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)


def setting_of(study: Study) -> Setting:
    """Return what a study knows already: its newest diagnosis gives reliabilities, its facts the people."""
    session = read_session()
    stored = newest_diagnosis(session, study)
    known = {}
    for key, quality in (diagnosis_of(stored).scales.items() if stored is not None else ()):
        if quality.reliability is not None and quality.reliability.alpha.value is not None:
            known[key] = float(np.clip(quality.reliability.alpha.value, *RELIABLE))
    facts = facts_of(study)
    return Setting(template_of(session, study), known, facts.population, facts.headcount_by_department,
                   study.thresholds)


def plan_survey(setting: Setting, wish: PlanWish, report: Report = lambda _done, _all: None) -> SurveyPlan:
    """Return what can be found with so many answers, and how many it takes for what is wished."""
    check_wish(wish)
    thresholds = resolve_thresholds(setting.template.thresholds, setting.thresholds)
    world = World(
        cause_correlation=CAUSE_CORRELATION if wish.cause_correlation is None else wish.cause_correlation,
        reliability=RELIABILITY if wish.reliability is None else wish.reliability,
        # What somebody states goes over what the study knows.
        reliabilities=setting.reliabilities if wish.reliability is None else {},
        spread="lone" if wish.is_lone else "each", seed=wish.seed)
    maker = _Planner(setting, wish, world, thresholds, report)
    staff, customers = asked_instruments(setting.template)
    audiences = []
    if wish.staff:
        audiences.append(maker.audience(staff, "staff", wish.staff, wish.staff_population))
    if wish.customers:
        audiences.append(maker.audience(customers, "customer", wish.customers, wish.customer_population))
    return SurveyPlan(
        setting.template.key, tuple(audiences), _interviews(wish, thresholds), maker.assumptions(), SOURCES,
        maker.effort.n_surveys, N_RESAMPLES, wish.seed,
        "intervals by formula; links, problems and facets by the diagnosis's own rules on simulated answers")


def plan_study(study: Study, options: dict[str, Any]) -> str:
    """Compute a plan asked for on the web and keep it; return what the job says."""
    wish = from_document(PlanWish, options["wish"])
    last = time.monotonic()

    def note(done: int, n_all: int) -> None:
        nonlocal last
        if time.monotonic() - last >= NOTED_EVERY_S:
            last = time.monotonic()
            with transaction() as session:
                note_progress(session, options["job_id"], f"{done}/{n_all}")

    plan = plan_survey(setting_of(study), wish, note)
    with transaction() as session:
        store_plan(session, get_study(session, study.id), wish, plan)
    return "plan"


def drawer(instrument: Instrument, world: World) -> Draw:
    """Return what makes survey number 0, 1, 2 … of any size out of a world."""
    def draw(n: int, number: int) -> PlantedSurvey:
        drawn = draw_answers(instrument, world, n, number)
        index = pd.Index([str(place) for place in range(n)], dtype=object)
        values = pd.DataFrame(drawn.values, index, list(drawn.items))
        codes = np.where(np.isnan(drawn.values), LEFT_BLANK, 0).astype(np.int8)
        nothing = pd.Series(np.nan, index)
        table = AnswerTable(instrument, values, pd.DataFrame(codes, index, values.columns),
                            pd.DataFrame(np.nan, index, values.columns), nothing, nothing.astype(object))
        return PlantedSurvey(table, drawn.links, drawn.means)

    return draw


class _Planner:
    """Plans one audience after the other and tells how far all of it is."""

    def __init__(self, setting: Setting, wish: PlanWish, world: World, thresholds: Mapping[str, float],
                 report: Report) -> None:
        self.setting, self.wish, self.world, self.thresholds = setting, wish, world, thresholds
        self.sd = world.score_sd / world.reliability**0.5 if wish.sd is None else wish.sd
        many = max((n for n in (wish.staff, wish.customers) if n <= TOO_MANY), default=0)
        self.effort = Effort(wish.n_surveys or (SURVEYS_OF_MANY if many > MANY else USUAL_SURVEYS), seed=wish.seed)
        self.report, self.done = report, 0
        searches = SEARCH_STEPS * len(wish.links) if wish.power and wish.staff else 0
        self.n_all = self.effort.n_surveys * ((len(wish.links) if wish.staff else 0) + bool(wish.customers) + searches)

    def assumptions(self) -> dict[str, float]:
        world = self.world
        return {"reliability": world.reliability, "cause_correlation": world.cause_correlation, "sd": self.sd,
                "share": 0.5, "correlation": USUAL_R, "nps": 0.0, "style_mean": world.style_mean,
                "style_sd": world.style_sd, "share_missing": world.share_missing, "theme": self.wish.theme}

    def audience(self, instrument: Instrument | None, name: str, n: int, population: int | None) -> AudiencePlan:
        key = instrument.audience if instrument is not None else name
        population = self.setting.population.get(key) if population is None else population
        frame = Frame(population, self.wish.response_rate, self.wish.design_effect)
        invitations, warnings = invitations_for(n, frame)
        figures = self._figures(instrument)
        plan = AudiencePlan(
            key, n, population, self.wish.response_rate, invitations,
            tuple(precision_at(n, figure, frame) for figure in figures.values()),
            smallest_detectable_change(self.sd, n, n, design_effect=self.wish.design_effect),
            sizes=tuple(size_for(half, figures[kind], frame) for kind, half in self.wish.precision.items()
                        if kind in figures),
            cells=self._cells() if name == "staff" else (), warnings=warnings)
        return self._simulated(plan, instrument, name)

    def _figures(self, instrument: Instrument | None) -> dict[str, Figure]:
        """Return the figures that a questionnaire gives; the recommendation only where it is asked."""
        counts = [len(instrument.items_of_construct(one.key)) for one in instrument.constructs] if instrument else []
        k = max(set(counts), key=counts.count) if counts else USUAL_ITEMS
        figures = {"mean": mean_figure(self.sd), "share": share_figure(), "correlation": correlation_figure(USUAL_R)}
        if k > 1:
            figures["alpha"] = alpha_figure(self.world.reliability, k)
        if instrument is not None and instrument.items_of_role("nps"):
            figures["nps"] = nps_figure()
        return figures

    def _cells(self) -> tuple[CellCoverage, ...]:
        units = self.wish.units or self.setting.units
        if not units:
            return ()
        shown, crossed = int(self.thresholds["minimum_group"]), 2 * int(self.thresholds["minimum_group"])
        return tuple(cell_coverage(units, self.wish.response_rate, minimum=minimum) for minimum in (shown, crossed))

    def _simulated(self, plan: AudiencePlan, instrument: Instrument | None, name: str) -> AudiencePlan:
        if plan.n > TOO_MANY:
            return replace(plan, warnings=(*plan.warnings, "too_many_to_simulate"))
        groups = {construct.group for construct in instrument.constructs} if instrument is not None else set()
        if instrument is not None and name == "staff" and {"problem", "cause"} <= groups:
            return self._staff(plan, instrument)
        if instrument is not None and "experience" in groups:
            return self._customers(plan, instrument)
        return replace(plan, warnings=(*plan.warnings, "nothing_to_simulate"))

    def _staff(self, plan: AudiencePlan, instrument: Instrument) -> AudiencePlan:
        kind: FoundKind = "lone_link" if self.wish.is_lone else "link"
        links: list[Found] = []
        problems: list[Found] = []
        declared = false = 0
        alphas: list[float] = []
        for place, size in enumerate(self.wish.links):
            tally = staff_power(drawer(instrument, replace(self.world, link=size)), self._counting(plan.n),
                                self.thresholds, effort=self.effort, with_problems=place == 0, report=self._step)
            links.append(found_of(kind, size, plan.n, tally.link_shares))
            problems += [found_of("problem", mean, plan.n, shares)
                         for mean, shares in sorted(tally.level_shares.items())]
            declared, false, alphas = declared + tally.n_declared, false + tally.n_false, [*alphas, *tally.alphas]
        frame = Frame(plan.population, plan.response_rate, self.wish.design_effect)
        needed = tuple(self._needed(instrument, kind, size, frame) for size in self.wish.links) \
            if self.wish.power else ()
        return replace(plan, found=(*links, *problems), false_links=false / declared if declared else None,
                       mean_alpha=float(np.mean(alphas)) if alphas else None, needed=needed)

    def _needed(self, instrument: Instrument, kind: FoundKind, size: float, frame: Frame) -> NeededSize:
        found = needed_size(drawer(instrument, replace(self.world, link=size)), size, self.thresholds, kind=kind,
                            wish=(self.wish.power or 0.0, TOO_MANY), effort=self.effort)
        self._step(0, 0, SEARCH_STEPS * self.effort.n_surveys)
        if found.n is None:
            return found
        # Weighted answers carry less: so many more of them are needed.
        n = ceil(found.n * frame.design_effect)
        invitations, warnings = invitations_for(n, frame)
        return replace(found, n=n, invitations=invitations, warnings=warnings)

    def _customers(self, plan: AudiencePlan, instrument: Instrument) -> AudiencePlan:
        tally = facet_power(drawer(instrument, self.world), self._counting(plan.n), self.thresholds,
                            effort=self.effort, report=self._step)
        middle = 3.0
        found = tuple(found_of("facet_low" if mean < middle else "facet_fine", mean, plan.n, shares)
                      for mean, shares in sorted(tally.level_shares.items()))
        return replace(plan, found=found, mean_alpha=float(np.mean(tally.alphas)) if tally.alphas else None)

    def _counting(self, n: int) -> int:
        """Return how many answers of equal weight so many are worth."""
        return int(n / self.wish.design_effect)

    def _step(self, _done: int, _all: int, steps: int = 1) -> None:
        self.done += steps
        self.report(min(self.done, self.n_all), self.n_all)


def _interviews(wish: PlanWish, thresholds: Mapping[str, float]) -> tuple[InterviewNumber, ...]:
    times = int(thresholds["interview_count"])
    return (interviews_for_theme(wish.theme), interviews_for_theme(wish.theme, times=times),
            interviews_for_both_sides(*SIDES, times=1), interviews_for_both_sides(*SIDES, times=times))
