"""Results of looking across interviews; counted in interviewees. Unrounded; None = hidden or cannot be computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from analysis.results.comparisons import Cooccurrence
from analysis.results.crosstab import Crosstab
from analysis.results.diagnosis import InterviewEvidence
from analysis.results.measurement import Estimate
from analysis.results.saturation import Saturation


@dataclass(frozen=True)
class RoleSaturation:
    """Saturation among the interviewees of one role class."""

    role: str
    saturation: Saturation


@dataclass(frozen=True)
class QuestionCoverage:
    """One code that a guide question is meant to reach: silence is not absence."""

    question: str
    code: str
    n_mentioned: int                            # the question came up, and the code was given
    n_silent: int                               # the question came up, the code was not given
    n_unasked_mentioned: int                    # given although the question did not come up
    n_not_asked: int
    n_not_noted: int                            # nobody noted whether the question came up; code given or not


@dataclass(frozen=True)
class NegativeCases:
    """Interviews that speak against a code, or both ways."""

    code: str
    n_for: int
    against: tuple[str, ...]
    both: tuple[str, ...]


@dataclass(frozen=True)
class ClaimEvidence:
    """How strong the evidence for one code is: everything that its line says (O'Cathain 2010; CERQual by a person)."""

    code: str
    n_asked: int
    n_for: int
    n_against: int
    n_both: int
    by_role: Mapping[str, tuple[int, int]]      # role → (raised it, asked); only roles that may be shown
    n_passages: int
    alpha: Estimate | None                      # None = not double coded
    n_coders: int
    n_double_coded: int
    n_interviews: int
    saturation: Saturation | None = None
    audience: str = "staff"                     # staff takes staff and managers together

    @classmethod
    def of(cls, row: InterviewEvidence, n_interviews: int, saturation: Saturation | None,
           audience: str = "staff") -> ClaimEvidence:
        """Return what the line on a code says, from its evidence in a diagnosis or an analysis."""
        coders = row.coders
        return cls(
            row.code, row.n_asked, row.supports, row.contradicts, row.mixed, row.by_role, row.n_passages, row.agreement,
            coders.n_coders if coders else 0, coders.n_interviews if coders else 0, n_interviews, saturation,
            audience)


@dataclass(frozen=True)
class WordCount:
    """A word of the interviewees, folded: how often, and in how many interviews."""

    word: str
    n: int
    n_interviews: int


@dataclass(frozen=True)
class InterviewAnalysis:
    """Everything that is computed across a study's interviews, and from what."""

    audience: str
    interviews: tuple[str, ...]
    crosstabs: tuple[Crosstab, ...]
    same_turn: tuple[Cooccurrence, ...]
    overlapping: tuple[Cooccurrence, ...]
    saturation: Saturation
    by_role: tuple[RoleSaturation, ...]
    questions: tuple[QuestionCoverage, ...]
    negative: tuple[NegativeCases, ...]
    evidence: tuple[ClaimEvidence, ...]
    left_out: tuple[str, ...] = ()              # still being coded independently: counted by nobody
    words: tuple[WordCount, ...] = ()
    n_words: int = 0
    provenance: Mapping[str, str] = field(default_factory=dict)     # codebook, texts, codings: hashes; event: number


EvidencePart = tuple[str, str]                  # words of a line, and the query that leads to what they count or ""
Unit = Literal["turn", "overlap"]
