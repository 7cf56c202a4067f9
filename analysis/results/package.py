"""What a reproducible package holds, and what running it again found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FORMAT = "surveyapp-package-1"


@dataclass(frozen=True)
class PackedAudience:
    """What is told of one questionnaire besides its rows: sizes before and after screening, and its verdict."""

    audience: str
    n_submitted: int
    n_valid: int
    verdict: str
    population: int | None = None
    response_rate: float | None = None


@dataclass(frozen=True)
class PackedCode:
    """One code as printed: who was asked and roles are profile, agreement needs the texts; carried as found."""

    code: str
    n_asked: int
    roles: int
    roles_against: int
    agreement_verdict: str


@dataclass(frozen=True)
class PackedLink:
    """What of one link cannot be computed again: the spread over resamples, and what interviews say."""

    cause: str
    problem: str
    standard_error: float
    lo: float
    hi: float
    interviewees: int
    interview_roles: int
    interview_status: str
    freed: tuple[float, ...] | None = None      # freed of unreliability: weight, limits, standard error, where judged


@dataclass(frozen=True)
class PackedMatrix:
    """Correlations of the scores behind the links, department means removed, causes first."""

    causes: tuple[str, ...]
    problems: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    n: int
    n_groups: int
    covariates: tuple[str, ...] = ()            # causes that entered, of which no link is told


@dataclass(frozen=True)
class Manifest:
    """Everything of a package but its rows."""

    format: str
    study: str
    wave: str
    template: str
    template_version: str
    instrument_versions: Mapping[str, str]
    seed: int
    thresholds: Mapping[str, float]
    versions: Mapping[str, str]
    frozen_on: str
    is_synthetic: bool
    audiences: tuple[PackedAudience, ...]
    codes: tuple[PackedCode, ...]
    links: tuple[PackedLink, ...]
    matrix: PackedMatrix | None
    n_staff_interviews: int
    figures: Mapping[str, Any]                              # metric path → figure, of the study itself
    columns_left_out: Mapping[str, str] = field(default_factory=dict)       # column → rule
    files: Mapping[str, str] = field(default_factory=dict)  # file → SHA-256


@dataclass(frozen=True)
class Compared:
    """One figure of the study beside the one computed from the package."""

    path: str
    study: Any
    package: Any


@dataclass(frozen=True)
class Reproduction:
    """Which figures came out equal, equal but for resampling in another order of rows, otherwise, or are withheld."""

    reproduced: tuple[str, ...]
    resampled: tuple[Compared, ...]
    differing: tuple[Compared, ...]
    withheld: Mapping[str, tuple[str, ...]]                 # rule → paths
