"""Links from causes to problems: estimates, status, grade, and what is withheld (section 7 of the model)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from analysis.diagnosis.grades import UNRELIABLE, Conditions, capped_grade
from analysis.diagnosis.surveyed import Surveyed
from analysis.errors import AnalysisError
from analysis.quant.associate import LinkEstimates, cause_links
from analysis.quant.attribution import StatedLink
from analysis.quant.minimal_effect import link_rates
from analysis.quant.scoring import half_answered_scores
from analysis.results.diagnosis import LinkFinding, LinkModel, Quote, Status
from analysis.results.measurement import DistinctPair
from instruments.schema import Item

SECTION = 7         # section of the model; keeps this stream of random numbers apart from the others
FEWEST_CAUSES, MOST_CAUSES = 1, 8       # model 14: general dominance is exact up to eight predictors
MOST_PEOPLE = 0.8   # below the model's smallest n a scale takes part when four in five of those valid have a score
Pair = tuple[str, str]
LinkStatus = Literal["supports", "some", "silent", "none"]


@dataclass(frozen=True)
class LinkSources:
    """What interviews and respondents themselves say of pairs (cause, problem)."""

    interviews: Mapping[Pair, tuple[int, int, LinkStatus]] = field(default_factory=dict)
    quotes: Mapping[Pair, tuple[Quote, ...]] = field(default_factory=dict)
    stated: Mapping[Pair, StatedLink] = field(default_factory=dict)
    n_interviews: int = 0
    pairs: tuple[DistinctPair, ...] = ()


@dataclass(frozen=True)
class Links:
    """The findings, the model behind them, and the estimates; None where no links may be computed."""

    findings: tuple[LinkFinding, ...]
    model: LinkModel
    estimates: LinkEstimates | None


def find_links(side: Surveyed, sources: LinkSources, thresholds: Mapping[str, float], *, seed: int,
               n_resamples: int) -> Links:
    """Return the links between all causes and all problems.

    Parameters
    ----------
    side : Surveyed
        Who was asked about causes and problems.
    sources : LinkSources
    thresholds : Mapping[str, float]
    seed : int
        Of the study.
    n_resamples : int

    Returns
    -------
    Links
        All causes enter together for each problem. Supports: minimal-effect test with false discovery rate at most
        `fdr_q` over all pairs; against: upper limit below `delta`, only from `minimum_n_absent_links` rows; else
        uncertain. From `minimum_n_corrected_links` rows on the weight freed of unreliability is judged. No links below
        `minimum_n_links` rows and none for scales whose reliability is too low.
    """
    estimated = estimate_links(side, thresholds, seed=seed, n_resamples=n_resamples)
    return judge_links(side, estimated, sources, thresholds)


@dataclass(frozen=True)
class Estimated:
    """Estimates before they are judged; None with the reason and the rows there were."""

    estimates: LinkEstimates | None
    n: int
    n_groups: int = 1
    reason: str = ""


def estimate_links(side: Surveyed, thresholds: Mapping[str, float], *, seed: int, n_resamples: int) -> Estimated:
    """Return the estimates of all links, or why there are none.

    Parameters
    ----------
    side : Surveyed
    thresholds : Mapping[str, float]
    seed : int
    n_resamples : int

    Returns
    -------
    Estimated
        Of the thresholds `minimum_n_links`, `minimum_n_corrected_links`, `delta` and `confidence` are used, and those
        behind `side`.
    """
    entered, problems = _varying(side, "cause", thresholds), _reliable(side, _varying(side, "problem", thresholds))
    causes = _reliable(side, entered)
    reason = _refusal(side, causes, entered, problems, thresholds)
    rows = link_scores(side)[[*entered, *problems]].dropna()
    if not reason and len(rows) < thresholds["minimum_n_links"]:
        reason = "too_few_answers"
    if reason:
        return Estimated(None, len(rows), reason=reason)
    try:
        estimates = cause_links(
            rows[entered], rows[problems], groups=department_of(side), delta=thresholds["delta"],
            n_resamples=n_resamples, seed=[seed, SECTION], confidence=thresholds["confidence"],
            reliabilities=reliabilities_of(side, (*entered, *problems)),
            covariates=frozenset(entered).difference(causes), corrected_from=thresholds["minimum_n_corrected_links"])
    except AnalysisError:
        # Causes that repeat each other exactly leave nothing to separate.
        return Estimated(None, len(rows), reason="not_separable")
    if estimates.n < thresholds["minimum_n_links"]:
        # Rows of small departments were dropped, which left too few.
        return Estimated(None, estimates.n, estimates.n_groups, "too_few_answers")
    return Estimated(estimates, estimates.n, estimates.n_groups)


def link_scores(side: Surveyed) -> pd.DataFrame:
    """Return the scores that links are estimated from.

    Parameters
    ----------
    side : Surveyed

    Returns
    -------
    pandas.DataFrame, n × constructs
        Plain scores from half of a scale's items on: links need every score of a person, and at 4 % of ratings left
        blank one in ten would be lost for the sake of a single scale (docs/validation.md).
    """
    return half_answered_scores(side.valid)


def is_adaptive(n: int, thresholds: Mapping[str, float]) -> bool:
    """Return whether the share of true nulls among all pairs is estimated.

    Parameters
    ----------
    n : int
        Complete rows.
    thresholds : Mapping[str, float]

    Returns
    -------
    bool
        Below `minimum_n_plain_rates`, where it finds a tenth more. Above, it would declare more pairs that share
        nothing but how people answer (docs/validation.md).
    """
    return n < thresholds["minimum_n_plain_rates"]


def judge_links(side: Surveyed, estimated: Estimated, sources: LinkSources, thresholds: Mapping[str, float]) -> Links:
    """Return estimates with status, grade and what is withheld.

    Parameters
    ----------
    side : Surveyed
    estimated : Estimated
    sources : LinkSources
    thresholds : Mapping[str, float]

    Returns
    -------
    Links
    """
    estimates = estimated.estimates
    if estimates is None:
        return Links((), LinkModel(estimated.n, estimated.n_groups, {}, 0, estimated.reason), None)
    withheld = _withheld(side, estimates, sources.pairs, thresholds)
    rates = link_rates(estimates.p, thresholds["fdr_q"], is_adaptive=is_adaptive(estimates.n, thresholds))
    findings = tuple(_finding(side, estimates, (pair, q), sources, thresholds, withheld) for pair, q in rates.items())
    return Links(findings, LinkModel(
        estimates.n, estimates.n_groups, estimates.r_squared, estimates.n_resamples, "", estimates.sd,
        {key: side.range_of(key) for key in estimates.sd}, estimates.covariates, bool(estimates.freed)), estimates)


def _varying(side: Surveyed, group: Literal["cause", "problem"], thresholds: Mapping[str, float]) -> list[str]:
    """Return the constructs which vary and which most people answered.

    A scale with a few gaps stays, though it may leave too few complete rows for any link: to drop it would keep the
    rows and put what it does down to others. One asked of a small part would leave no rows at all; it is dropped.
    """
    keys = [construct.key for construct in side.of_group(group)]
    scores = link_scores(side)[keys]
    is_asked = scores.count() >= min(thresholds["minimum_n_links"], MOST_PEOPLE * side.n)
    is_usable = is_asked & (scores.max() > scores.min())
    return [key for key in keys if is_usable[key]]


def _reliable(side: Surveyed, keys: Sequence[str]) -> list[str]:
    """Return those reliable enough for links of their own.

    An unreliable cause enters the regression all the same: were it left out, what it does would be put down to the
    causes that go with it, and the fewer answers there are, the more scales seem unreliable (docs/validation.md).
    """
    return [key for key in keys if side.verdict_of(key) not in UNRELIABLE]


def _refusal(side: Surveyed, causes: Sequence[str], entered: Sequence[str], problems: Sequence[str],
             thresholds: Mapping[str, float]) -> str:
    if side.n < thresholds["minimum_n_links"]:
        return "too_few_answers"
    if not problems or len(causes) < FEWEST_CAUSES:
        return "no_reliable_scales"
    return "too_many_causes" if len(entered) > MOST_CAUSES else ""


def department_of(side: Surveyed) -> pd.Series | None:
    """Return each respondent's department, whose mean is removed before links are estimated.

    Parameters
    ----------
    side : Surveyed

    Returns
    -------
    Series of str or None
        Answers to the questionnaire's first single-choice profile item, by convention the department; None without one.
    """
    item = department_item(side)
    if item is None:
        return None
    missing = {choice.value for choice in item.choices if choice.is_missing}
    answers = side.valid.values[item.key]
    return answers.where(~answers.isin(missing), None)


def department_item(side: Surveyed) -> Item | None:
    """Return the question that asks for the department.

    Parameters
    ----------
    side : Surveyed

    Returns
    -------
    Item or None
        The questionnaire's first single-choice profile item that was answered, by convention the department.
    """
    return next((item for item in side.instrument.items_of_role("profile")
                 if item.kind == "single" and item.key in side.valid.values.columns), None)


def reliabilities_of(side: Surveyed, keys: Iterable[str]) -> dict[str, float]:
    """Return the reliability of each of these scales.

    Parameters
    ----------
    side : Surveyed
    keys : iterable of str
        Constructs.

    Returns
    -------
    dict[str, float]
        Construct → Spearman-Brown of two items, else Cronbach's alpha; without those that have none.
    """
    found = {}
    for key in keys:
        reliability = side.quality[key].reliability
        if reliability is None:
            continue
        value = reliability.alpha.value if reliability.spearman_brown is None else reliability.spearman_brown
        if value is not None:
            found[key] = value
    return found


# ---- what cannot be told apart --------------------------------------------------------------------------------------
def _withheld(side: Surveyed, estimates: LinkEstimates, pairs: Sequence[DistinctPair],
              thresholds: Mapping[str, float]) -> frozenset[Pair]:
    """Return the pairs whose separate link says nothing, because scales are one or causes not separable."""
    causes = {cause for cause, _ in estimates.beta}
    problems = {problem for _, problem in estimates.beta}
    joint = {cause for cause in causes if estimates.vif[cause] > thresholds["vif_maximum"]}
    joint |= {cause for pair, r in _corrected_correlations(side, estimates).items() for cause in pair
              if r > thresholds["separable_correlation"]}
    same: set[frozenset[str]] = set()
    for ends in (frozenset((pair.first, pair.second)) for pair in pairs if pair.verdict == "together"):
        if ends <= causes or ends <= problems:
            joint |= ends
        else:
            same.add(ends)
    return frozenset(link for link in estimates.beta if joint & set(link) or frozenset(link) in same)


def _corrected_correlations(side: Surveyed, estimates: LinkEstimates) -> dict[Pair, float]:
    """Return how far causes correlate once both scales' unreliability is taken out."""
    reliability = reliabilities_of(side, {cause for cause, _ in estimates.beta})
    corrected = {}
    for (first, second), r in estimates.correlation.items():
        product = reliability.get(first, 1.0) * reliability.get(second, 1.0)
        corrected[first, second] = abs(r) / product**0.5 if product > 0 else abs(r)
    return corrected


# ---- one link -------------------------------------------------------------------------------------------------------
def _finding(side: Surveyed, estimates: LinkEstimates, tested: tuple[Pair, float], sources: LinkSources,
             thresholds: Mapping[str, float], withheld: frozenset[Pair]) -> LinkFinding:
    pair, q = tested
    cause, problem = pair
    silent: LinkStatus = "silent" if sources.n_interviews else "none"
    people, roles, interviews = sources.interviews.get(pair, (0, 0, silent))
    is_withheld = pair in withheld
    status = _status(estimates, tested, thresholds) if not is_withheld else "uncertain"
    graded = capped_grade(status, interviews, "none", Conditions(
        n=estimates.n, excluded_share=side.excluded_share, is_style_checkable=side.is_style_checkable), thresholds)
    stated = sources.stated.get(pair)
    return LinkFinding(
        cause=cause, problem=problem, beta=estimates.beta[pair], standard_error=estimates.se[pair],
        lo=estimates.lo[pair], hi=estimates.hi[pair], p_value=estimates.p[pair], q_value=q,
        status=status, beta_disattenuated=estimates.beta_dis[pair], beta_dis_low=estimates.beta_dis_lo[pair],
        beta_dis_high=estimates.beta_dis_hi[pair], general_dominance=estimates.general_dominance[pair],
        relative_weight=estimates.relative_weight[pair], r=estimates.r[pair], interviewees=people,
        interview_roles=roles, interview_status=interviews, grade=None if is_withheld else graded.grade,
        effect_points=estimates.beta[pair] * estimates.sd[problem] if status == "supports" else None,
        is_exploratory=estimates.n < thresholds["minimum_n_firm_links"], is_withheld=is_withheld,
        stated_k=None if stated is None else stated.k, stated_n=None if stated is None else stated.n,
        quotes=sources.quotes.get(pair, ()), dominance_low=estimates.general_dominance_lo[pair],
        dominance_high=estimates.general_dominance_hi[pair], slope=estimates.slope[pair],
        slope_low=estimates.slope_lo[pair], slope_high=estimates.slope_hi[pair],
        is_freed=pair in estimates.freed, beta_dis_error=estimates.beta_dis_se[pair])


def _status(estimates: LinkEstimates, tested: tuple[Pair, float], thresholds: Mapping[str, float]) -> Status:
    pair, q = tested
    if q <= thresholds["fdr_q"]:
        return "supports"
    upper = estimates.beta_dis_hi[pair] if pair in estimates.freed else estimates.hi[pair]
    is_below = upper is not None and upper < thresholds["delta"]
    return "against" if is_below and estimates.n >= thresholds["minimum_n_absent_links"] else "uncertain"
