"""Open answers counted in comments, apart from interviewees (model 13: shown, never counted in k, x or N)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from analysis.privacy import MINIMUM_GROUP
from analysis.qual.agreement import DEFAULT_SEED, N_RESAMPLES
from analysis.qual.comment_agreement import CommentAgreement, comment_agreement
from analysis.results.comments import CandidateFinding, CommentEvidence, CommentItem, CommentLink, Comments
from analysis.tables import CommentTable
from instruments.template import Codebook

METRIC_FIELDS = ("comments", "of", "supports", "contradicts", "mixed")
MIXED = "mixed"


def comment_evidence(table: CommentTable | None, codebook: Codebook | None, *,
                     thresholds: Mapping[str, float] | None = None, n_resamples: int = N_RESAMPLES,
                     seed: Sequence[int] = DEFAULT_SEED) -> Comments | None:
    """Return how many comments speak of each code, by audience and item.

    Parameters
    ----------
    table : CommentTable or None
        Comments that were handed over to coders, and what was coded in them by anybody.
    codebook : Codebook or None
        Codes, in whose order the evidence is returned.
    thresholds : Mapping[str, float], optional
        The study's values: `minimum_group`, fewest comments of an audience that are shown, and the agreement bounds.
    n_resamples, seed
        For the interval of coder agreement.

    Returns
    -------
    Comments or None
        None where there is no comment. A comment counts once a code, whatever the number of coders and of sub-codes:
        `supports` or `contradicts` where everybody who gave the code read it so, otherwise `mixed`. Items in which
        nothing is marked yet count in no denominator; audiences with fewer than `minimum_group` comments have no codes.
        Agreement is Krippendorff's alpha with a comment as unit and as what is resampled. `links` count comments that
        name a cause of a problem.

    Notes
    -----
    Comments are not people: whoever wrote on three items wrote three, and nobody knows who. They therefore enter no
    status, no agreement threshold and no grade.
    """
    if table is None or table.items.empty:
        return None
    marked = _marked(table)
    coded = marked.groupby("source")["comment"].nunique() if len(marked) else pd.Series(dtype=int)
    limits = {"minimum_group": float(MINIMUM_GROUP), **(thresholds or {})}

    def agreed(sources: pd.Index) -> dict[str, CommentAgreement]:
        return comment_agreement(table, codebook, sources, thresholds=limits, n_resamples=n_resamples,
                                 seed=seed) if codebook else {}

    items = tuple(CommentItem(str(row.audience), str(row.item), int(row.n_comments), int(row.n_blank),
                              int(row.n_dropped), int(coded.get(row.Index, 0))) for row in table.items.itertuples())
    codes = _evidence(table, codebook, int(limits["minimum_group"]), agreed) if codebook else []
    return Comments(items, tuple(codes), _candidates(table), tuple(_links(table, int(limits["minimum_group"]))))


def _marked(table: CommentTable) -> pd.DataFrame:
    """Return the comments in which anything was marked, a code or a link."""
    columns = ["source", "comment"]
    return table.codings[columns] if table.links is None else pd.concat([table.codings[columns], table.links[columns]])


def _links(table: CommentTable, minimum: int) -> list[CommentLink]:
    """Return the links by audience, those named most first; a comment counts once a link, whoever marked it."""
    found: list[CommentLink] = []
    if table.links is None:
        return found
    begun = table.items[table.items.index.isin(_marked(table)["source"])]
    for audience, items in begun.groupby("audience", sort=True):
        n_of = int(items["n_comments"].sum())
        own = table.links[table.links["source"].isin(items.index)].drop_duplicates(
            ["source", "comment", "cause", "problem"])
        if n_of >= minimum:
            found += [CommentLink(str(audience), str(cause), str(problem), int(n), n_of)
                      for (cause, problem), n in own.groupby(["cause", "problem"]).size().items()]
    return sorted(found, key=lambda row: (row.audience, -row.n, row.cause, row.problem))


def _evidence(table: CommentTable, codebook: Codebook, minimum: int,
              agreed: Callable[[pd.Index], dict[str, CommentAgreement]]) -> list[CommentEvidence]:
    begun = table.items[table.items.index.isin(_marked(table)["source"])]
    found = []
    for audience, items in begun.groupby("audience", sort=True):
        n_of = int(items["n_comments"].sum())
        if n_of < minimum:
            continue
        codings = table.codings[table.codings["source"].isin(items.index)]
        agreement = agreed(items.index)
        for code in codebook.codes:
            evidence = _count(str(audience), code.key, codings[codings["code"].isin(_family(codebook, code.key))],
                              items, n_of)
            if evidence.n:
                found.append(_with_agreement(evidence, agreement.get(code.key)))
    return found


def _family(codebook: Codebook, code: str) -> set[str]:
    return {code} | {other.key for other in codebook.codes if code in codebook.ancestors(other.key)}


def _with_agreement(evidence: CommentEvidence, coders: CommentAgreement | None) -> CommentEvidence:
    return evidence if coders is None else replace(evidence, agreement=coders.alpha, agreement_verdict=coders.verdict)


def _count(audience: str, code: str, codings: pd.DataFrame, items: pd.DataFrame, n_of: int) -> CommentEvidence:
    said = {key: set(words) for key, words in codings.groupby(["source", "comment"])["polarity"]}
    signs = [next(iter(words)) if len(words) == 1 else MIXED for words in said.values()]
    per_source = pd.Series([source for source, _ in said], dtype=object).value_counts()
    by_item = {str(row.item): (int(per_source[row.Index]), int(row.n_comments))
               for row in items.itertuples() if row.Index in per_source.index}
    return CommentEvidence(audience, code, n_of, signs.count("supports"), signs.count("contradicts"),
                           signs.count(MIXED), by_item)


def _candidates(table: CommentTable) -> tuple[CandidateFinding, ...]:
    return tuple(CandidateFinding(row.kind, dict(row.name), dict(row.definition), row.n_comments, row.n_of,
                                  tuple(row.items)) for row in table.candidates)


def comment_metrics(comments: Comments | None) -> Mapping[str, int]:
    """Return the counts by metric path: `comment.<audience>.<code>.<field>`, `comment.<audience>.<cause>.to.<problem>`.

    Parameters
    ----------
    comments : Comments or None

    Returns
    -------
    dict[str, int]
        Paths that no rule may name: a rule that rests on comments would count what cannot be counted in people.
    """
    metrics: dict[str, int] = {}
    for row in comments.codes if comments else ():
        values = (row.n, row.n_of, row.supports, row.contradicts, row.mixed)
        metrics |= {f"comment.{row.audience}.{row.code}.{name}": value
                    for name, value in zip(METRIC_FIELDS, values, strict=True)}
    for link in comments.links if comments else ():
        metrics[f"comment.{link.audience}.{link.cause}.to.{link.problem}"] = link.n
    return metrics
