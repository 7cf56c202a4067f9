"""The joint display: what survey and interviews say of one thing side by side, and what people judge of it.

`JointRow` holds what the program puts together and proposes by a printed rule; it decides nothing. `JointRecord` holds
what people decided. Standard library only: the web reads both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from analysis.results.agreement import AgreementVerdict
from analysis.results.comparisons import GroupComparison
from analysis.results.diagnosis import Grade
from analysis.results.measurement import Estimate

Verdict = Literal["agreement", "partial_agreement", "silence", "dissonance"]
Direction = Literal["for", "against", "undecided", "not_valued", "none"]
SurveySilence = Literal["", "by_design", "too_few"]
SpokenSilence = Literal["", "by_design", "not_interviewed", "not_asked", "asked_not_mentioned", "one_voice",
                        "coders_disagree"]
Hindrance = Literal["", "too_few_for_tests", "not_a_scale", "answering_style", "interval_holds_border"]
SilentSide = Literal["", "survey", "interviews", "both"]
Rule = Literal["silent_survey", "silent_interviews", "silent_both", "opposite_directions", "same_direction_and_weight",
               "same_direction_other_weight", "same_direction_no_weight", "same_weight_only", "described_only",
               "nothing_matches"]
AnswerKind = Literal["", "method_artefact", "different_people", "different_time", "real_contradiction", "unresolved"]
RowState = Literal["open", "awaiting_second", "to_settle", "judged"]
Concern = Literal["none", "minor", "moderate", "serious"]
Confidence = Literal["high", "moderate", "low", "very_low"]
ClaimKind = Literal["problem", "cause", "link"]

VERDICTS: tuple[Verdict, ...] = ("agreement", "partial_agreement", "silence", "dissonance")
ANSWER_KINDS: tuple[AnswerKind, ...] = ("method_artefact", "different_people", "different_time", "real_contradiction",
                                        "unresolved")
CONCERNS: tuple[Concern, ...] = ("none", "minor", "moderate", "serious")
CONFIDENCES: tuple[Confidence, ...] = ("high", "moderate", "low", "very_low")
COMPONENTS = ("methods", "coherence", "adequacy", "relevance")      # GRADE-CERQual


@dataclass(frozen=True)
class DesignRow:
    """The integrated instrument table: with what one construct is asked about, in both sources."""

    key: str                                    # construct, or a code that belongs to none
    group: str
    items: tuple[str, ...]
    questions: tuple[str, ...]                  # of the guide
    codes: tuple[str, ...]
    silent: SilentSide


@dataclass(frozen=True)
class SurveySide:
    """What the survey says of a row; `hindrance` is why it has no direction, `silence` why it says nothing."""

    n: int
    mean: float | None
    ci_low: float | None
    ci_high: float | None
    corrected_mean: float | None                # for answering style
    alpha: Estimate | None
    quality: str                                # verdict of ScaleQuality
    direction: Direction
    tercile: int | None                         # 1 = among the third with the highest means of its group
    hindrance: Hindrance
    silence: SurveySilence
    contrast: GroupComparison | None = None     # the comparison of two shown groups with the smallest q


@dataclass(frozen=True)
class SpokenSide:
    """What the interviews say of a row, counted in interviewees; comments stand apart and count in nothing else."""

    code: str
    n_interviewed: int
    n_asked: int
    supports: int
    contradicts: int
    mixed: int
    roles: int                                  # distinct roles among those who support
    by_role: Mapping[str, tuple[int, int]]      # role → (mentions, asked), only what may be shown
    agreement: Estimate | None                  # of the coders
    agreement_verdict: AgreementVerdict
    direction: Direction
    tercile: int | None                         # 1 = among the third that most of those asked speak for
    silence: SpokenSilence
    facets: tuple[str, ...] = ()                # sub-codes that enough interviewees mention
    n_comments: int = 0
    n_comments_of: int = 0

    @property
    def n_mentioned(self) -> int:
        """Return how many interviewees speak of it, whatever they say."""
        return self.supports + self.contradicts + self.mixed

    @property
    def n_not_mentioned(self) -> int:
        """Return how many were asked and did not speak of it."""
        return self.n_asked - self.n_mentioned

    @property
    def n_not_asked(self) -> int:
        """Return how many were interviewed and not asked about it, as far as coverage was noted."""
        return self.n_interviewed - self.n_asked


@dataclass(frozen=True)
class Proposal:
    """What a printed rule proposes; None = no rule applies and a person has to read both sides."""

    verdict: Verdict | None
    silent: SilentSide
    rule: Rule
    is_complementary: bool                      # the interviews show parts that the survey does not tell apart


@dataclass(frozen=True)
class JointRow:
    """One construct, or a code that belongs to none, in both sources; never hidden."""

    key: str
    group: str
    survey: SurveySide
    spoken: SpokenSide
    proposal: Proposal
    silent_by_design: SilentSide
    grade: Grade | None = None                  # of a problem


@dataclass(frozen=True)
class Opinion:
    """One person's judgement of a row; an answer says how a dissonance is explained."""

    rater: str
    verdict: Verdict
    silent: SilentSide
    is_complementary: bool
    reason: str
    answer_kind: AnswerKind
    answer: str
    judged_on: str                              # ISO date

    @property
    def choice(self) -> str:
        """Return the verdict with the silent side: what two raters agree on or not."""
        return f"{self.verdict}:{self.silent}" if self.silent else self.verdict


@dataclass(frozen=True)
class JudgedRow:
    """What people decided of a row, as far as it may be told: nothing before the second rater of a drawn row is in."""

    key: str
    state: RowState
    final: Opinion | None = None                # what holds
    first: Opinion | None = None
    second: Opinion | None = None
    settled: Opinion | None = None              # where the two differed
    is_drawn: bool = False                      # for a second rater
    is_stale: bool = False                      # the evidence has changed since

    @property
    def is_answered(self) -> bool:
        """Return whether a dissonance of the row was explained."""
        return self.final is not None and bool(self.final.answer_kind)


@dataclass(frozen=True)
class RaterAgreement:
    """How far the two raters of the drawn rows agree on the verdict."""

    n_rows: int                                 # of the display
    n_drawn: int
    n_both: int                                 # drawn rows that both have judged
    share: Estimate                             # agreed, Wilson
    kappa: Estimate                             # Cohen, bootstrap over rows
    alpha: Estimate                             # Krippendorff, nominal, bootstrap over rows
    seed: int


@dataclass(frozen=True)
class Claim:
    """A statement of the diagnosis that confidence is stated of, with the evidence a person looks at."""

    key: str                                    # construct; cause:problem for a link
    kind: ClaimKind
    n_survey: int
    survey_status: str
    n_asked: int
    interviewees: int
    roles: int
    contradicts: int | None                     # None where it is not counted
    agreement: Estimate | None
    grade: Grade | None
    is_saturated: bool | None                   # None = cannot be judged


@dataclass(frozen=True)
class ComponentJudgement:
    """One of the four components of GRADE-CERQual."""

    concern: Concern
    reason: str


@dataclass(frozen=True)
class ClaimConfidence:
    """How much confidence a person has in a claim, and why."""

    claim: str
    kind: ClaimKind
    components: Mapping[str, ComponentJudgement]
    overall: Confidence
    reason: str
    suggested: Confidence                       # by the printed rule, from the four concerns
    rater: str
    judged_on: str
    is_stale: bool = False


@dataclass(frozen=True)
class JointRecord:
    """Everything people decided on the joint display of a wave, as far as it may be told."""

    rows: tuple[JudgedRow, ...] = ()
    agreement: RaterAgreement | None = None
    waiver: str = ""                            # why there is no second rater
    waived_by: str = ""
    confidence: tuple[ClaimConfidence, ...] = field(default_factory=tuple)

    def of(self, key: str) -> JudgedRow:
        """Return what was decided of a row; an open one where nothing was."""
        return next((row for row in self.rows if row.key == key), JudgedRow(key, "open"))
