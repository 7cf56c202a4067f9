"""What respondents themselves name: shares of problems and causes, and which cause with which problem (model 7.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.quant.intervals import benjamini_hochberg, wilson
from analysis.results.measurement import Estimate
from analysis.tables import AnswerTable
from instruments.schema import Item, ItemRole

Pair = tuple[str, str]      # cause, problem


@dataclass(frozen=True)
class StatedLink:
    """How often a cause is named with a problem; shown beside the link, never changes its status.

    k, n            respondents naming the cause, among those who named the problem
    share           k / n with Wilson interval
    k_other, n_other   the same among those who did not name the problem; None where each problem has its own question
    p, q            one-sided Fisher test that the share is larger with the problem; q over all pairs; None as above
    """

    cause: str
    problem: str
    k: int
    n: int
    share: Estimate
    k_other: int | None = None
    n_other: int | None = None
    p: float | None = None
    q: float | None = None


def stated_shares(table: AnswerTable, role: ItemRole, *, confidence: float = 0.95) -> dict[str, Estimate]:
    """Return how many name each option of the question with this role.

    Parameters
    ----------
    table : AnswerTable
        Raw answers.
    role : {"stated_problem", "stated_cause"}
        Role of the question.
    confidence : float, optional
        Coverage of the Wilson intervals.

    Returns
    -------
    dict[str, Estimate]
        Option → share 0..1 of those who answered the question ("none" and "I do not know" are answers); with a question
        for each problem: of those who gave a reason for at least one, who gave this one for any; empty when the
        instrument has no such question.
    """
    shares: dict[str, Estimate] = {}
    own = _asked_for_each(table, role)
    if own:
        chosen = [{option for item in own for option in _options(table.values[item.key].loc[key])}
                   for key in table.values.index]
        reasons = set().union(*map(_named, own))
        given = [options & reasons for options in chosen if options & reasons]
        return {option: wilson(sum(option in options for options in given), len(given), confidence)
                for option in sorted(reasons)}
    for item in _asked_for_all(table, role):
        answers = [_options(answer) for answer in table.values[item.key]]
        answered = [options for options in answers if options]
        for choice in item.choices:
            k = sum(choice.value in options for options in answered)
            shares[choice.value] = wilson(k, len(answered), confidence)
    return shares


def stated_attribution(table: AnswerTable, *, confidence: float = 0.95) -> dict[Pair, StatedLink]:
    """Return which causes staff themselves name with which problems.

    Parameters
    ----------
    table : AnswerTable
        Raw answers. A single-choice question of role `stated_cause` that carries a construct asks the main reason for
        that problem; a question without a construct asks the reasons for all problems together.
    confidence : float, optional
        Coverage of the Wilson intervals.

    Returns
    -------
    dict[(cause, problem), StatedLink]
        With a question per problem: k of N who answered it with a reason. With one question for all: among respondents
        who named at least one problem and one cause (exclusive options such as "none" do not count), the share naming
        the cause among those who named the problem against those who did not; one-sided Fisher test,
        Benjamini-Hochberg over all pairs.

    References
    ----------
    Fisher (1935); Benjamini & Hochberg (1995).
    """
    own = _asked_for_each(table, "stated_cause")
    if own:
        return {(link.cause, link.problem): link for item in own for link in _main_reasons(table, item, confidence)}
    return _joint_attribution(table, confidence)


def _main_reasons(table: AnswerTable, item: Item, confidence: float) -> list[StatedLink]:
    reasons = _named(item)
    given = [option for answer in table.values[item.key] for option in _options(answer) if option in reasons]
    keys = _constructs(table, "cause")
    return [StatedLink(cause, str(item.construct), given.count(cause), len(given),
                       wilson(given.count(cause), len(given), confidence)) for cause in sorted(reasons & keys)]


def _joint_attribution(table: AnswerTable, confidence: float) -> dict[Pair, StatedLink]:
    problems = _indicator(table, "stated_problem")
    causes = _indicator(table, "stated_cause")
    named = problems.any(axis=1) & causes.any(axis=1)
    problems, causes = problems[named], causes[named]
    n = len(problems)
    links: dict[Pair, StatedLink] = {}
    for problem in sorted(set(problems.columns) & _constructs(table, "problem")):
        for cause in sorted(set(causes.columns) & _constructs(table, "cause")):
            has_problem, has_cause = problems[problem], causes[cause]
            k, n_with, k_all = int((has_problem & has_cause).sum()), int(has_problem.sum()), int(has_cause.sum())
            # Without anybody on one side there is nothing to compare; such a pair is not part of the family.
            p = float(stats.hypergeom.sf(k - 1, n, k_all, n_with)) if 0 < n_with < n else None
            links[cause, problem] = StatedLink(cause, problem, k, n_with, wilson(k, n_with, confidence),
                                               k_all - k, n - n_with, p)
    return _with_q(links)


def _with_q(links: dict[Pair, StatedLink]) -> dict[Pair, StatedLink]:
    q = benjamini_hochberg([np.nan if link.p is None else link.p for link in links.values()])
    return {pair: StatedLink(link.cause, link.problem, link.k, link.n, link.share, link.k_other, link.n_other, link.p,
                             None if np.isnan(value) else float(value))
            for (pair, link), value in zip(links.items(), q, strict=True)}


def _asked_for_all(table: AnswerTable, role: ItemRole) -> Iterable[Item]:
    return (item for item in table.instrument.items_of_role(role)
            if item.construct is None and item.key in table.values.columns)


def _asked_for_each(table: AnswerTable, role: ItemRole) -> list[Item]:
    return [item for item in table.instrument.items_of_role(role)
            if item.construct is not None and item.key in table.values.columns]


def _indicator(table: AnswerTable, role: ItemRole) -> pd.DataFrame:
    """Return who named which option, respondent × option, exclusive options left out."""
    columns: dict[str, list[bool]] = {}
    for item in _asked_for_all(table, role):
        answers = [_options(answer) for answer in table.values[item.key]]
        for option in sorted(_named(item)):
            columns[option] = [option in options for options in answers]
    return pd.DataFrame(columns, index=table.values.index, dtype=bool)


def _named(item: Item) -> frozenset[str]:
    return frozenset(choice.value for choice in item.choices if not (choice.is_exclusive or choice.is_missing))


def _constructs(table: AnswerTable, group: str) -> frozenset[str]:
    return frozenset(construct.key for construct in table.instrument.constructs if construct.group == group)


def _options(answer: object) -> tuple[str, ...]:
    """Return the options of one answer; none where it is missing."""
    if isinstance(answer, str):
        return (answer,)
    return tuple(answer) if isinstance(answer, (tuple, list)) else ()
