"""Results on comments: what people wrote on open items, counted in comments and never in interviewees or grades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from analysis.results.measurement import Estimate


@dataclass(frozen=True)
class CommentItem:
    """One open item: its comments, those that say nothing, those a researcher dropped, and those with any code."""

    audience: str
    item: str
    n_comments: int
    n_blank: int
    n_dropped: int
    n_coded: int


@dataclass(frozen=True)
class CommentEvidence:
    """One code among the comments of one audience, sub-codes included: shown beside evidence, never part of it."""

    audience: str
    code: str
    n_of: int                                   # all comments of the audience on items in which anything is coded
    supports: int
    contradicts: int
    mixed: int
    by_item: Mapping[str, tuple[int, int]]      # item → comments with the code, comments on the item
    agreement: Estimate | None = None           # Krippendorff's alpha over comments, None = not double coded
    agreement_verdict: Literal["accept", "tentative", "unusable", "not_assessable",
                               "not_double_coded"] = "not_double_coded"

    @property
    def n(self) -> int:
        return self.supports + self.contradicts + self.mixed


@dataclass(frozen=True)
class CommentLink:
    """Comments of one audience in which somebody says that a cause brings a problem about; in no link's grade."""

    audience: str
    cause: str
    problem: str
    n: int
    n_of: int                                   # all comments of the audience on items in which anything is coded


@dataclass(frozen=True)
class CandidateFinding:
    """A problem or cause that nobody was asked about: named from comments, not measured, without a grade."""

    kind: Literal["problem", "cause"]
    name: Mapping[str, str]
    definition: Mapping[str, str]
    n_comments: int
    n_of: int                                   # all comments on the items that it is named in
    items: tuple[str, ...]


@dataclass(frozen=True)
class Comments:
    """Everything that is said of comments."""

    items: tuple[CommentItem, ...] = ()
    codes: tuple[CommentEvidence, ...] = ()
    candidates: tuple[CandidateFinding, ...] = ()
    links: tuple[CommentLink, ...] = ()
