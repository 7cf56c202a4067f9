"""What is planted: one plan says what the answers are made from and what a diagnosis should find in them.

Everything is drawn from streams named after the plan's seed, so that the same plan always gives the same data. A plan
fits any questionnaire: what it does not name (a construct, an item, a choice) gets the default of its kind.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from instruments.schema import Text
from surveyapp.sample.open_answers import BANK_OPEN_ANSWERS
from surveyapp.sample.people import BANK_CUSTOMERS, BANK_STAFF, PersonType

DEFAULT_N: Final = 120      # respondents of an audience that the plan does not name


def stream(seed: int, *names: object) -> random.Random:
    """Return a random stream of its own for each seed and name, the same on every machine."""
    return random.Random(":".join(map(str, (seed, *names))))


@dataclass(frozen=True)
class PlantedLink:
    """Part of what makes a person's score: `weight` standard deviations of target for one of source."""

    source: str
    target: str
    weight: float


@dataclass(frozen=True)
class NumberFact:
    """A fact people state as a number; `slope` is added for each standard deviation of the score it follows."""

    mean: float
    sd: float
    step: float = 1.0
    follows: str | None = None
    slope: float = 0.0


@dataclass(frozen=True)
class CustomerFilePlan:
    """What is planted in the customer file."""

    n_personal: int = 956
    n_corporate: int = 238
    # Duplicates come on top of the customers, so that the file has 1,200 rows.
    n_duplicate_rows: int = 6
    n_negative_aum: int = 3
    n_unknown_tier: int = 4
    # Customers who bring much business on a small balance: the mismatch that a balance-only grading overlooks.
    n_hidden_value_personal: int = 46
    n_hidden_value_corporate: int = 11
    n_groups: int = 48                  # families, owners with companies, supply chains: 2 to 4 customers each
    stages: Mapping[str, float] = field(default_factory=lambda: {
        "new": 0.13, "growth": 0.22, "mature": 0.41, "decline": 0.15, "dormant": 0.09})
    share_off_stage: float = 0.01       # customers whose figures just miss the rule of their stage
    share_unassigned_upper: float = 0.07    # valuable customers without a relationship manager
    share_assigned_basic: float = 0.30
    share_stale_tier: float = 0.05      # tier of a year ago still in the file
    missing: Mapping[str, float] = field(default_factory=lambda: {
        "contribution": 0.09, "products": 0.06, "channels_12m": 0.08, "tier_12m_ago": 0.04, "txn_prev_12m": 0.01,
        "aum_12m_ago": 0.005, "tenure_months": 0.002, "tier": 0.01})
    n_relationship_managers: int = 64


@dataclass(frozen=True)
class Expected:
    """What a diagnosis of the planted data should find, for a test to compare with."""

    problems_present: tuple[str, ...]       # in the staff survey, on plain and style-corrected scores
    problems_undecided: tuple[str, ...]     # too near the midpoint for the staff survey to decide
    problems_absent: tuple[str, ...]        # below the midpoint
    causes_elevated: tuple[str, ...]
    causes_not_elevated: tuple[str, ...]
    links: tuple[tuple[str, str], ...]      # cause → problem, the only ones planted between causes and problems
    facets_low: tuple[str, ...]             # customers see a problem
    facets_middling: tuple[str, ...]
    facets_fine: tuple[str, ...]
    facets_first: tuple[str, ...]           # low and important: where to concentrate
    careless: Mapping[str, frozenset[str]]  # audience → respondent ids
    in_words: Text


@dataclass(frozen=True)
class Plan:
    """What is planted in one study. Means are on a five-point scale, whatever scale an item has."""

    seed: int = 1
    n_respondents: Mapping[str, int] = field(default_factory=dict)              # audience → people who answer
    population: Mapping[str, int] = field(default_factory=dict)                 # audience → people asked
    fieldwork: tuple[date, date] = (date(2026, 9, 7), date(2026, 9, 25))
    people: Mapping[str, tuple[PersonType, ...]] = field(default_factory=dict)  # audience → who they are
    languages: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # audience → language → share

    # ---- scores: content + answering style ----
    means: Mapping[str, float] = field(default_factory=dict)            # construct → mean of what people think
    group_means: Mapping[str, float] = field(default_factory=lambda: {
        "situation": 3.1, "problem": 3.2, "cause": 3.1, "outcome": 3.4, "experience": 3.4})
    links: tuple[PlantedLink, ...] = ()
    score_sd: float = 0.75              # between people
    # Common method variance: one mood colours all that a person says, worse where a high score is bad.
    mood: float = 0.45
    # Yes-saying: agreeing whatever is asked. It lifts the plain mean of a scale of three direct items and a reverse one
    # by half of style_mean.
    style_mean: float = 0.15
    style_sd: float = 0.25
    # Noise of the single item; with score_sd it gives alpha of about .75 to .85. Short scales hold together better.
    noise_sd: float = 0.64
    short_noise_sd: float = 0.56
    item_offset_sd: float = 0.12        # some items are easier to agree with than others of their scale

    # ---- items that belong to no scale ----
    item_means: Mapping[str, float] = field(default_factory=dict)
    item_sd: float = 0.9
    outcome_weight: float = 0.6         # how much benchmark, trend and recommendation follow the outcome scores

    # ---- choices, facts, open answers ----
    numbers: Mapping[str, NumberFact] = field(default_factory=dict)
    ticked: Mapping[str, Mapping[str, float]] = field(default_factory=dict)     # item → choice → probability
    default_ticked: float = 0.3
    named_above: float = 3.3            # a problem or cause is named when it weighs at least this much for the person
    named_noise_sd: float = 0.5
    reason_of_link: float = 0.8         # what a planted link adds to the weight of a cause as stated reason
    open_answers: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)  # item → language → texts

    # ---- gaps and careless answers ----
    share_blank: float = 0.025
    share_not_applicable: float = 0.018
    share_prefer_not: float = 0.03
    share_careless: float = 0.06
    share_straight_lining: float = 0.5  # of the careless; the others click at random
    attention_passed: float = 0.97      # by those who are not careless

    customers: CustomerFilePlan = field(default_factory=CustomerFilePlan)
    # What should be found; the careless are added by `expected`.
    findings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    found_links: tuple[tuple[str, str], ...] = ()
    in_words: Text = field(default_factory=dict)

    def n_of(self, audience: str) -> int:
        return self.n_respondents.get(audience, DEFAULT_N)

    def respondent_ids(self, audience: str) -> tuple[str, ...]:
        """Return the pseudonyms: first letter of the audience and a number."""
        return tuple(f"{audience[:1].upper()}{i + 1:03d}" for i in range(self.n_of(audience)))

    def careless_ids(self, audience: str) -> frozenset[str]:
        """Return who answers without reading."""
        ids = self.respondent_ids(audience)
        n_careless = round(len(ids) * self.share_careless)
        return frozenset(stream(self.seed, audience, "careless").sample(ids, n_careless))

    @property
    def expected(self) -> Expected:
        """Return what a diagnosis should find."""
        return Expected(**self.findings, links=self.found_links, in_words=self.in_words,
                        careless={audience: self.careless_ids(audience) for audience in self.n_respondents})


BANK_PLAN: Final = Plan(
    seed=20260907,
    n_respondents={"staff": 180, "customer": 260},
    population={"staff": 240, "customer": 1200},
    people={"staff": BANK_STAFF, "customer": BANK_CUSTOMERS},
    languages={"staff": {"zh": 0.85, "en": 0.15}, "customer": {"zh": 0.9, "en": 0.1}},
    means={
        # Present situation: few people for many customers, processes that break off, measures in order.
        "SIT_ORG": 3.1, "SIT_HR": 2.55, "SIT_PROC": 2.75, "SIT_MEAS": 3.35,
        # Problems (3 = midpoint): three present, two undecided, one absent.
        "PRB_INFO": 3.85, "PRB_EFFECT": 3.58, "PRB_GOAL": 3.35, "PRB_SYSTEM": 2.97, "PRB_DIFF": 3.0, "PRB_MAINT": 2.45,
        # Causes: technology and coordination are widespread; incentives matter where they are felt; concept does not.
        "CAU_TECH": 3.65, "CAU_COORD": 3.5, "CAU_INCENT": 2.95, "CAU_CONCEPT": 2.6,
        "OUT": 3.3,
        # Customers: service is fine, what the bank knows of them and how it suits them is not.
        "C_SVC": 3.78, "C_INFO": 2.6, "C_DIFF": 2.4, "C_CHAN": 3.15, "C_MAINT": 3.05, "C_SAT": 3.35, "C_LOY": 3.5,
    },
    links=(
        PlantedLink("CAU_TECH", "PRB_INFO", 0.6),
        PlantedLink("CAU_COORD", "PRB_EFFECT", 0.6),
        PlantedLink("CAU_INCENT", "PRB_GOAL", 0.6),
        # What follows from the problems, and what goes with poor coordination.
        PlantedLink("PRB_EFFECT", "OUT", -0.4),
        PlantedLink("CAU_COORD", "SIT_PROC", -0.35),
        # Satisfaction rests on four facets, most on information; loyalty on satisfaction.
        PlantedLink("C_INFO", "C_SAT", 0.48),
        PlantedLink("C_MAINT", "C_SAT", 0.25),
        PlantedLink("C_DIFF", "C_SAT", 0.20),
        PlantedLink("C_SVC", "C_SAT", 0.12),
        PlantedLink("C_SAT", "C_LOY", 0.65),
    ),
    item_means={
        "PEER1": 2.6, "ACH1": 3.6, "RDY1": 3.5, "RDY2": 3.0, "RDY3": 2.8, "RDY4": 2.4,
        "NPS": 3.75,        # five-point equivalent of 6.9 out of 10
        "IMP1": 4.4, "IMP2": 4.3, "IMP3": 4.0, "IMP4": 3.6, "IMP5": 4.0,
    },
    numbers={
        "F_LOAD": NumberFact(430, 160, step=10),
        "F_TIME": NumberFact(34, 14, step=5),
        "F_TRAIN": NumberFact(14, 9, step=2),
        "F_SYSN": NumberFact(5, 1.3, follows="CAU_TECH", slope=0.8),
    },
    ticked={"F_MEAS": {"tiering": 0.72, "visits": 0.55, "keyteam": 0.24, "churnlist": 0.47, "complaint": 0.68,
                       "events": 0.58, "crm_it": 0.50}},
    open_answers=BANK_OPEN_ANSWERS,
    findings={
        "problems_present": ("PRB_INFO", "PRB_EFFECT", "PRB_GOAL"),
        "problems_undecided": ("PRB_SYSTEM", "PRB_DIFF"),
        "problems_absent": ("PRB_MAINT",),
        "causes_elevated": ("CAU_TECH", "CAU_COORD"),
        "causes_not_elevated": ("CAU_INCENT", "CAU_CONCEPT"),
        "facets_low": ("C_INFO", "C_DIFF"),
        "facets_middling": ("C_MAINT", "C_CHAN"),
        "facets_fine": ("C_SVC",),
        "facets_first": ("C_INFO",),
    },
    found_links=(("CAU_TECH", "PRB_INFO"), ("CAU_COORD", "PRB_EFFECT"), ("CAU_INCENT", "PRB_GOAL")),
    in_words={
        "en": "Incomplete customer information is the most serious problem, low management effectiveness comes second, "
              "and goals are unclear to many. The management system lies at the midpoint. Staff are undecided on "
              "differentiation; customers are not, they miss it. Weak maintenance is no problem as staff see it, and "
              "interviews contradict it. Technology and coordination are widespread causes. People who report more "
              "trouble with technology report less complete information, those with coordination less effect, those "
              "with incentives less clear goals. Ways of thinking are neither widespread nor linked.",
        "zh": "“信息不全面”最为突出，“管理成效低”次之，不少员工认为“目标不明确”；“体系不完善”处于中间水平，难以定论。"
              "对“差异化营销不足”，员工看法不一，客户则明确感到不足；“关系维护薄弱”在员工问卷中不成立，访谈也有相反的说法。"
              "技术原因和协作原因较为普遍。反映技术问题较多的员工，反映信息不全的也较多；反映协作问题较多的，"
              "反映成效低的也较多；反映激励问题较多的，反映目标不明确的也较多。观念原因既不普遍，也未见关联。",
    },
)
