"""Results of the diagnosis; field names follow domain/diagnosis-model.md. Unrounded; None = cannot be computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from analysis.results.actions import FollowUp
from analysis.results.comments import Comments
from analysis.results.comparisons import CoderAgreement, GroupComparison, GroupFigure
from analysis.results.crosstab import Crosstab
from analysis.results.customers import CustomerPicture
from analysis.results.integrity import Integrity
from analysis.results.measurement import Estimate, ScaleQuality, Structure
from analysis.results.measures import Form, MeasureGrounds, PresentMeasure, TriggerResult
from analysis.results.norms import Benchmark
from analysis.results.planning import LinkDetectability
from analysis.results.quality import IndexDistribution, ScaleChange
from analysis.results.saturation import Saturation
from analysis.results.sensitivity import Sensitivity
from analysis.results.stated import StatedReason
from analysis.results.trace import ItemAnswers

Status = Literal["supports", "uncertain", "against", "insufficient"]
InterviewStatus = Literal["supports", "some", "silent", "contradicts", "none"]
CustomerStatus = Literal["supports", "uncertain", "against", "none"]
Grade = Literal["strong", "moderate", "weak", "conflicting", "inconclusive", "insufficient", "not_indicated"]
Quadrant = Literal["concentrate_here", "keep_up", "low_priority", "possible_overkill", "borderline"]


@dataclass(frozen=True)
class Screening:
    """Who was left out of one questionnaire, by which flags (section 1)."""

    audience: str
    n_submitted: int
    n_valid: int
    flags: Mapping[str, int]                    # flag → respondents that carry it
    excluded: tuple[str, ...]                   # respondent keys; never printed
    flagged: Mapping[str, tuple[str, ...]]      # respondent key → its flags; never printed
    verdict: Literal["good", "doubtful", "no_grades", "no_data"]
    population: int | None = None
    response_rate: float | None = None
    style_mean: Estimate | None = None          # answering style A_i
    composition: Mapping[str, Mapping[str, int]] = field(default_factory=dict)   # item → choice → n; hidden = -1
    indices: tuple[IndexDistribution, ...] = ()     # careless answering, shown beside the flags; excludes nobody
    changes: tuple[ScaleChange, ...] = ()           # each scale without and with those left out; empty = nobody was
    assessed: Mapping[str, int] = field(default_factory=dict)   # flag → respondents it could be judged of


@dataclass(frozen=True)
class Level:
    """A construct's level among the valid respondents (section 5), plain and corrected for answering style."""

    construct: str
    group: str
    n: int
    mean: float | None
    sd: float | None
    ci_low: float | None
    ci_high: float | None
    pomp: float | None
    pomp_low: float | None
    pomp_high: float | None
    unfavourable: Estimate | None               # share 0..1, Wilson
    favourable: float | None
    corrected_mean: float | None
    n_corrected: int
    t: float | None
    p_value: float | None
    q_value: float | None
    p_corrected: float | None
    q_corrected: float | None
    q_mirror: float | None
    q_mirror_corrected: float | None
    status: Status
    tags: tuple[str, ...] = ()                  # e.g. depends_on_answering_style, style_not_checkable
    item_agree: Mapping[str, float] = field(default_factory=dict)      # item → share at the bad end after recoding
    item_frequencies: Mapping[str, tuple[int, ...]] = field(default_factory=dict)   # item → counts of 1..5, raw
    mean_with_excluded: float | None = None     # only where the difference discloses nobody
    balanced_mean: float | None = None
    quality: str = "cannot_judge"               # verdict of ScaleQuality


@dataclass(frozen=True)
class Quote:
    """A passage that may be printed: role class only, edited text; `segment` leads back to its place."""

    interview: str
    role: str | None                            # None = "an employee" / "a customer"
    audience: str
    code: str
    polarity: str
    text: Mapping[str, str]                     # language → edited wording
    original_language: str
    is_verbatim: bool
    segment: str = ""


@dataclass(frozen=True)
class InterviewEvidence:
    """One code counted in interviewees (section 8)."""

    code: str
    construct: str | None
    n_asked: int
    supports: int
    roles: int
    contradicts: int
    mixed: int
    status: InterviewStatus
    agreement: Estimate | None                  # Krippendorff's alpha, None = not double coded
    agreement_verdict: Literal["accept", "tentative", "unusable", "not_assessable", "not_double_coded"]
    by_role: Mapping[str, tuple[int, int]] = field(default_factory=dict)     # role → (mentions, interviewees)
    quotes: tuple[Quote, ...] = ()
    n_silent: int = 0                           # asked, not mentioned
    n_not_noted: int = 0                        # of those asked: not noted whether they were
    n_not_asked: int = 0                        # interviewed, and not asked
    coders: CoderAgreement | None = None        # everything that is reported with `agreement`
    n_passages: int = 0                         # with the code or one below it; what two coders marked is one


@dataclass(frozen=True)
class Gap:
    """Staff view against customer view of a mirrored pair, in POMP points (section 6)."""

    problem: str
    facet: str
    value: float
    ci_low: float
    ci_high: float
    is_flagged: bool


@dataclass(frozen=True)
class ProblemFinding:
    """A problem with all evidence and its grade (sections 5, 8, 9)."""

    level: Level
    band: Literal["mild", "marked", "severe", "-"]
    rank: int | None
    rank_top2_probability: float | None
    stated_share: Estimate | None
    interview: InterviewEvidence | None
    customer_status: CustomerStatus
    grade: Grade | None                         # None = grades are not issued
    grade_before_caps: Grade
    caps: tuple[str, ...]
    triangulation: Literal["convergence", "complementarity", "dissonance", "silence"]
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CauseFinding:
    """A cause: its level, and how much it goes with the problems (section 7)."""

    level: Level
    is_elevated: bool
    interview: InterviewEvidence | None
    share: float | None                         # w_c of section 11
    vif: float | None
    reading: Literal["priority", "widespread", "differences", "no_evidence", "not_tested"]
    stated_share: Estimate | None = None


@dataclass(frozen=True)
class LinkFinding:
    """A cause and a problem that are reported together, or not (section 7)."""

    cause: str
    problem: str
    beta: float
    standard_error: float
    lo: float
    hi: float
    p_value: float
    q_value: float
    status: Status
    beta_disattenuated: float | None
    beta_dis_low: float | None
    beta_dis_high: float | None
    general_dominance: float | None
    relative_weight: float | None
    r: float | None
    interviewees: int
    interview_roles: int
    interview_status: Literal["supports", "some", "silent", "none"]
    grade: Grade | None
    effect_points: float | None                 # beta * SD_p, only for status supports
    is_exploratory: bool = False
    is_withheld: bool = False                   # the two scales cannot be told apart
    stated_k: int | None = None
    stated_n: int | None = None
    quotes: tuple[Quote, ...] = ()
    dominance_low: float | None = None
    dominance_high: float | None = None
    detectability: LinkDetectability | None = None     # beside an uncertain link; None in older results
    slope: float | None = None                  # points of the problem that go with one point of the cause
    slope_low: float | None = None
    slope_high: float | None = None
    is_freed: bool = False                      # judged by the weight freed of unreliability
    beta_dis_error: float | None = None         # standard error that the freed weight is tested with


@dataclass(frozen=True)
class LinkModel:
    """The regressions behind the links."""

    n: int
    n_groups: int
    r_squared: Mapping[str, float]              # problem → R2
    n_resamples: int
    reason: str                                 # why not run, or ""
    sd: Mapping[str, float] = field(default_factory=dict)       # construct → SD of its scores in these rows
    ends: Mapping[str, tuple[float, float]] = field(default_factory=dict)   # construct → ends of its scale
    covariates: tuple[str, ...] = ()            # causes too unreliable to be judged, which entered all the same
    is_freed: bool = False                      # weights freed of unreliability were judged, where they are known


@dataclass(frozen=True)
class SituationFinding:
    """How one facet of the present situation stands (section 4)."""

    level: Level
    tag: Literal["weak_point", "in_order", "mixed", "too_few"]
    interview: InterviewEvidence | None


@dataclass(frozen=True)
class FacetFinding:
    """How customers experience one facet (section 6)."""

    level: Level
    status: CustomerStatus
    importance_stated: Estimate | None
    importance_derived: float | None
    derived_low: float | None
    derived_high: float | None
    quadrant: Quadrant | None
    quadrant_stated: Quadrant | None
    quadrant_derived: Quadrant | None
    mirrors: tuple[str, ...] = ()


@dataclass(frozen=True)
class SingleItem:
    """A single item reported for itself: comparison with peers, trend, recommendation, facts."""

    key: str
    n: int
    mean: float | None
    ci_low: float | None
    ci_high: float | None
    frequencies: Mapping[str, int]
    median: float | None = None


@dataclass(frozen=True)
class KpiRow:
    """Baseline, target and date of one indicator."""

    name: Mapping[str, str]
    better: str
    baseline: float | None
    target: float | None
    unit: str
    due_months: int


@dataclass(frozen=True)
class MeasureFinding:
    """What the rules say of one measure (section 11)."""

    key: str
    verdict: Literal["proposed", "opportunity", "not_proposed", "data_needed"]
    triggers: tuple[TriggerResult, ...]
    impact: float | None
    impact_parts: Mapping[str, float | None]
    feasibility: float | None
    readiness: float | None
    support: float | None
    priority: float | None
    rank: int | None
    rank_probability_top3: float | None
    rank_median: float | None
    rank_low: float | None
    rank_high: float | None
    is_stable: bool | None
    phase: Literal["quick_win", "core", "long_term"]
    size: float | None
    kpis: tuple[KpiRow, ...]
    form: Form | None = None                    # None: the register cannot say, or nothing is to be done
    practice: PresentMeasure | None = None
    known_by: Estimate | None = None            # share of those asked; None = not asked, or too few to tell
    grounds: MeasureGrounds | None = None       # None in results stored before there were any


@dataclass(frozen=True)
class ObjectiveFinding:
    key: str
    problem: str
    is_active: bool                             # its problem has grade strong or moderate
    kpi: KpiRow


@dataclass(frozen=True)
class SafeguardFinding:
    key: str
    is_required: bool
    required_by: tuple[str, ...]
    readiness: Estimate | None                  # POMP of the readiness item, n >= minimum group
    triggers: tuple[TriggerResult, ...]
    interview: InterviewEvidence | None = None


@dataclass(frozen=True)
class Provenance:
    """From what, with what and when a diagnosis was computed."""

    study: str
    wave: str
    template: str
    template_version: str
    instrument_versions: Mapping[str, str]
    input_hash: str
    seed: int
    thresholds: Mapping[str, float]
    versions: Mapping[str, str]                 # program and libraries
    is_synthetic: bool = False
    frozen_on: str = ""                         # ISO date of the data, not of the run
    member_checks: Mapping[str, int] = field(default_factory=dict)     # summaries sent to interviewees: all, by state
    codebook_versions: tuple[str, ...] = ()     # "v2 (day, hash): codings" for each that codings were made with


@dataclass(frozen=True)
class Diagnosis:
    """The whole: findings → problems → causes → strategies → safeguards of a study."""

    provenance: Provenance
    screening: Mapping[str, Screening]
    gate: str                                   # sample-size gate that applies to staff
    scales: Mapping[str, ScaleQuality]
    structure: Structure
    situation: tuple[SituationFinding, ...]
    problems: tuple[ProblemFinding, ...]
    causes: tuple[CauseFinding, ...]
    links: tuple[LinkFinding, ...]
    link_model: LinkModel
    outcomes: tuple[Level, ...]
    facets: tuple[FacetFinding, ...]
    single_items: tuple[SingleItem, ...]
    nps: Estimate | None
    groups: tuple[GroupFigure, ...]
    interviews: tuple[InterviewEvidence, ...]
    n_interviews: Mapping[str, int]             # audience → interviewees
    roles_interviewed: Mapping[str, int]
    saturation: Saturation | None
    customers: CustomerPicture | None
    objectives: tuple[ObjectiveFinding, ...]
    measures: tuple[MeasureFinding, ...]
    safeguards: tuple[SafeguardFinding, ...]
    open_answers: Mapping[str, tuple[str, ...]]  # open item → answers, shuffled, apart from any attribute
    warnings: tuple[str, ...]
    metrics: Mapping[str, Any]                  # metric paths of section 13
    group_tests: tuple[GroupComparison, ...] = ()
    customer_interviews: tuple[InterviewEvidence, ...] = ()     # every audience but those asked about the problems
    comments: Comments | None = None            # open answers that were coded; counted in comments
    candidates: tuple[str, ...] = ()            # codes without a construct that enough interviewees name
    stated_reasons: tuple[StatedReason, ...] = ()   # where each problem named has a question for its main reason
    crosstabs: tuple[Crosstab, ...] = ()        # codes by attributes of the interviewees
    item_answers: Mapping[str, ItemAnswers] = field(default_factory=dict)   # what figures stand on; empty in older ones
    integrity: Mapping[str, Integrity] = field(default_factory=dict)    # audience → panel against stuffing, and modes
    benchmarks: tuple[Benchmark, ...] = ()      # every construct beside other organisations; empty = no packages
    sensitivity: Sensitivity | None = None      # which grades change under other thresholds; None = not tried
    follow_up: FollowUp | None = None           # of an earlier wave's decisions; None where there are none
