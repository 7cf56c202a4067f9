"""The tables that analyses take, and their checks: answers, interviews with codings, customers.

All frames are built by `surveyapp/dataset.py` or by an importer and never changed in place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any, Literal, TypeVar

import pandas as pd

from analysis.errors import TableError
from analysis.results.norms import NormPackage
from instruments.facts import StudyFacts
from instruments.schema import Instrument
from instruments.template import StudyTemplate

Result = TypeVar("Result")


class Remembered:
    """What was computed of one table, by name: a table is never changed in place, and a changed copy starts anew."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Any] = {}

    def once(self, key: tuple[Any, ...], compute: Callable[[], Any]) -> Any:
        """Return what was computed under this key before, computing it the first time; nobody may change it."""
        if key not in self._known:
            self._known[key] = compute()
        return self._known[key]


@dataclass(frozen=True)
class AnswerTable:
    """Answers of one audience, one row a respondent who consented and submitted.

    values      index: respondent key (str, unique, sorted); columns: every item that stores an answer. Rating, integer
                and decimal items float64, raw (not recoded), missing = NaN; single = str or None; multiple = tuple of
                str or None; text = str or None.
    missing     same shape, int8: 0 = answered, else one of the codes -91 .. -94 of `instruments.schema`.
    positions   rating items only, float64: place in the order shown (0, 1, 2 …), NaN = not shown or unknown.
    duration_s  float64, seconds over all pages, NaN = unknown.
    language    str per respondent.
    page_s      float64, seconds on each page that holds rating items, one column a section, NaN = unknown; None where
                the time of single pages is not known of anybody.
    mode        str per respondent: web, kiosk, paper or file, "" = unknown; None where it is not known of anybody.
    batch       str per respondent: code of the outlet or pile of sheets, "" = none; None where nobody has one.
    """

    instrument: Instrument
    values: pd.DataFrame
    missing: pd.DataFrame
    positions: pd.DataFrame
    duration_s: pd.Series
    language: pd.Series
    page_s: pd.DataFrame | None = None
    mode: pd.Series | None = None
    batch: pd.Series | None = None
    remembered: Remembered = field(default_factory=Remembered, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.values.index.is_unique:
            twice = self.values.index[self.values.index.duplicated()][0]
            raise TableError(f"answers of {self.instrument.key}", f"respondent {twice!r} occurs twice.",
                             "Keep one row per respondent.")

    @property
    def n(self) -> int:
        return len(self.values)

    def without(self, respondents: frozenset[str]) -> AnswerTable:
        """Return the table without these respondents."""
        keep = ~self.values.index.isin(sorted(respondents))
        return AnswerTable(self.instrument, self.values[keep], self.missing[keep], self.positions[keep],
                           self.duration_s[keep], self.language[keep],
                           None if self.page_s is None else self.page_s[keep],
                           None if self.mode is None else self.mode[keep],
                           None if self.batch is None else self.batch[keep])


def once_a_table(compute: Callable[[AnswerTable], Result]) -> Callable[[AnswerTable], Result]:
    """Return the function with its result remembered by the table.

    Parameters
    ----------
    compute : callable
        Takes an answer table and nothing else.

    Returns
    -------
    callable
        Of the same shape; what it returns is shared, so nobody may change it in place.
    """
    @wraps(compute)
    def remembering(table: AnswerTable) -> Result:
        found: Result = table.remembered.once((compute.__module__, compute.__name__), partial(compute, table))
        return found

    return remembering


@dataclass(frozen=True)
class CaseColumn:
    """An attribute of interviews by which codes may be compared: its name by language, and interview key → value."""

    key: str
    name: Mapping[str, str]
    values: Mapping[str, str]


@dataclass(frozen=True)
class InterviewTable:
    """Interviews and what coders marked in them.

    interviews  index: interview key (str); columns: audience, role, held_on (ISO date str), language, questions
                (Mapping guide question → asked | covered | skipped, a question absent where it was not noted; or a
                tuple of those asked, all others not; or None where nothing was noted), is_verbatim (bool).
    codings     columns: interview, code, polarity (supports | contradicts | mixed), coder, turn (int, -1 unknown),
                start, end (code points, -1 unknown), quote (str), edited_quote (Mapping language → str of an edited,
                non-identifying text; empty = not cleared for print), quote_kind (verbatim | paraphrase: whether it may
                stand in quotation marks; without the column the interview's is_verbatim decides).
    links       columns: interview, cause, problem (construct keys), coder, quote, edited_quote, quote_kind.
    turns       columns: interview, turn (int), speaker, is_interviewee (bool): the units of coder agreement.
    double_coded  interview keys that two or more coders have each finished.
    originals   as codings: what the coders of double-coded interviews marked themselves, before anybody decided their
                differences; agreement is computed from it. None where it is no different from codings.
    columns     attributes of the interviewees by which codes may be compared.
    """

    interviews: pd.DataFrame
    codings: pd.DataFrame
    links: pd.DataFrame
    turns: pd.DataFrame
    double_coded: tuple[str, ...] = ()
    originals: pd.DataFrame | None = None
    columns: tuple[CaseColumn, ...] = ()
    remembered: Remembered = field(default_factory=Remembered, init=False, repr=False, compare=False)


@dataclass(frozen=True)
class CandidateRow:
    """A candidate problem or cause as nominated: names and definition by language, and the comments that name it."""

    kind: Literal["problem", "cause"]
    name: Mapping[str, str]
    definition: Mapping[str, str]
    n_comments: int
    n_of: int
    items: tuple[str, ...]


@dataclass(frozen=True)
class CommentTable:
    """Answers to open items and what coders marked in them; without profile, and nobody knows who wrote two of them.

    items       index: key of the text (str); columns: audience, item, n_comments, n_blank, n_dropped.
    codings     columns: source (key of the text), comment (int, its line), code, polarity, coder.
    double_coded  key of a text → coders who have each finished it, two or more.
    candidates  candidate problems and causes nominated from comments.
    links       columns: source, comment, cause, problem (constructs, or a code's own key); None = none was marked.
    """

    items: pd.DataFrame
    codings: pd.DataFrame
    candidates: tuple[CandidateRow, ...] = ()
    double_coded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    links: pd.DataFrame | None = None


@dataclass(frozen=True)
class StudyTables:
    """All that a diagnosis is computed from."""

    template: StudyTemplate
    answers: Mapping[str, AnswerTable]              # audience → table ("staff", "customer")
    interviews: InterviewTable | None = None
    customers: pd.DataFrame | None = None           # columns of the value model, missing = NaN / None
    records: pd.DataFrame | None = None             # the completeness file: has_… and age_days_… by customer
    relations: pd.DataFrame | None = None           # pairs of customers with kind and legal basis
    customers_before: pd.DataFrame | None = None    # an earlier customer file
    customer_dates: tuple[str, str] = ("", "")      # ISO days of the earlier and the newest customer file
    facts: StudyFacts = field(default_factory=StudyFacts)
    thresholds: Mapping[str, float] = field(default_factory=dict)   # the study's own values, over the template's
    seed: int = 20260101
    # summaries sent to interviewees: "all" → how many, state (sent, confirmed, corrected, not_returned) → how many
    member_checks: Mapping[str, int] = field(default_factory=dict)
    wave: str = "w1"
    # audience → outlet ("" = the open link) → responses handed in within a quarter of an hour → such quarter-hours
    pace: Mapping[str, Mapping[str, Mapping[int, int]]] = field(default_factory=dict)
    comments: CommentTable | None = None
    codebook_versions: tuple[str, ...] = ()         # frozen versions that codings were made with
    norms: tuple[NormPackage, ...] = ()             # of other organisations of the same kind
