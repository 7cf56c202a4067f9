"""How one questionnaire was put to people, as it may be shown: what a fieldwork report is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

BY_ROSTER = "roster"        # the base of rates: a list of people, each with an ending of their own


@dataclass(frozen=True)
class GroupRate:
    """One group of the roster; a figure is None where it is hidden or cannot be told, a pair where only ends are known.

    `rr1` and `rr2` are shares of those who may be eligible (AAPOR), `share` of those asked who took part.
    """

    group: str
    n_asked: int
    n_took_part: int | None = None
    share: float | None = None
    rr1: tuple[float, float] | None = None
    rr2: tuple[float, float] | None = None


@dataclass(frozen=True)
class GroupTable:
    """The rates of all groups of one attribute, and how alike they took part (R-indicator, 1 = all alike)."""

    attribute: str
    rows: tuple[GroupRate, ...]
    r_indicator: float | None = None
    r_adjusted: float | None = None
    p_value: float | None = None


@dataclass(frozen=True)
class PaperCheck:
    """Sheets entered twice: fields that differ over fields compared, with the Wilson 95 % interval."""

    n_sheets: int
    n_fields: int
    n_different: int
    low: float
    high: float


@dataclass(frozen=True)
class QuestionnaireFieldwork:
    """One questionnaire in one closed wave. Counts are of cases; hidden ones are None."""

    audience: str
    name: Mapping[str, str]                         # of the questionnaire, by language
    version: str
    languages: tuple[str, ...]
    n_items: int
    minutes: float | None                           # stated beforehand
    median_minutes: float | None                    # taken
    privacy: str                                    # anonymous, confidential or identified
    is_by_invitation: bool
    minimum_group: int
    opened_on: str
    closed_on: str
    base: str | None                                # roster, population or None: no rate can be stated
    n_asked: int | None
    n_submitted: int
    dispositions: Mapping[str, int]
    rates: Mapping[str, float | None]
    complete_from: float
    partial_from: float
    days: tuple[tuple[str, int], ...] = ()          # ISO day → handed in so far, rounded down as it was shown
    break_off_pages: Mapping[str, int] = field(default_factory=dict)    # name of the page → cases; "" several
    group_tables: tuple[GroupTable, ...] = ()
    modes: Mapping[str, int | None] = field(default_factory=dict)       # web, kiosk, paper, file
    flags: Mapping[str, int | None] = field(default_factory=dict)       # sign of careless answering → people
    n_excluded: int | None = None                   # None: not told
    signs_needed: int = 0                           # of careless answering, to leave somebody out; 0 = not told
    paper: PaperCheck | None = None
    n_foreign: int = 0                              # answers that came in a file, of whose collection nothing is known
    population: int | None = None                   # of whom the answers of a file are some; entered as a fact
    n_mails: int = 0                                # invitations and reminders sent

    @property
    def knows_refusals(self) -> bool:
        """Whether a refusal is recorded at all: it is one of a list; whoever leaves an open link alone is not seen."""
        return self.base == BY_ROSTER


@dataclass(frozen=True)
class Fieldwork:
    """Everything a fieldwork report says of one wave."""

    wave: str
    questionnaires: tuple[QuestionnaireFieldwork, ...]
    sponsor: Mapping[str, str] = field(default_factory=dict)
    conductor: Mapping[str, str] = field(default_factory=dict)
    population: Mapping[str, str] = field(default_factory=dict)
    aim: Mapping[str, str] = field(default_factory=dict)
    organisation: Mapping[str, str] = field(default_factory=dict)
    is_synthetic: bool = False
    order: int = 0                                  # which survey of the study it is, from one; 0 = not told
