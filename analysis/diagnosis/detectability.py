"""What stands beside an uncertain link: how often one of a given size would have been found in such surveys."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from analysis.diagnosis.links import Links, is_adaptive, reliabilities_of
from analysis.diagnosis.power import wilson_of
from analysis.diagnosis.surveyed import Surveyed
from analysis.errors import TooFewData
from analysis.quant.associate import LinkEstimates
from analysis.quant.corrected_weights import structural_weights
from analysis.quant.dominance import standardised_beta
from analysis.quant.minimal_effect import discovery_rates, minimal_effect_p, testing_error
from analysis.quant.resampling import resample_correlations
from analysis.results.planning import LinkDetectability

Numbers = NDArray[np.float64]
SIZE = 0.30                 # of the link that a reader is told about
N_RESAMPLES = 200           # of respondents in each survey; the diagnosis itself takes 2000
MOST_SURVEYS, FEWEST_SURVEYS = 200, 30
ROWS = 60_000               # respondents simulated for each cause: fewer surveys where they are large, within 5 s
LEAST_RELIABILITY = 0.05    # an estimate at or below 0 leaves nothing to plant a link in
SECTION = 71                # keeps this stream of random numbers apart from that of the links themselves
# (correlations of causes k x k, reliabilities of causes and of problems, size, cause of each problem, n, seed)
# -> scores n x (k + 2m): causes, problems without a link, problems with one
DrawScores = Callable[[Numbers, tuple[Numbers, Numbers], float, Sequence[int], int, Sequence[int]], Numbers]


@dataclass(frozen=True)
class LinkSetting:
    """What of a study decides which links it can find; read off its estimates by `setting_of`."""

    causes: tuple[str, ...]             # all that enter, those judged first
    problems: tuple[str, ...]
    correlations: Numbers               # of cause scores, k x k
    reliabilities: Mapping[str, float]
    n: int
    n_groups: int
    delta: float
    fdr_q: float
    n_covariates: int = 0               # of the causes: those of which no link is judged
    is_freed: bool = False              # weights freed of unreliability are judged
    is_adaptive: bool = True            # of the test family, the share of true nulls is estimated

    @property
    def n_judged(self) -> int:
        """Causes of which links are judged."""
        return len(self.causes) - self.n_covariates


def setting_of(estimates: LinkEstimates, reliabilities: Mapping[str, float],
               thresholds: Mapping[str, float]) -> LinkSetting:
    """Return what decides which links a study can find.

    Parameters
    ----------
    estimates : LinkEstimates
        Of its links.
    reliabilities : Mapping[str, float]
        Construct → reliability; one that is missing counts as 1, one below 0.05 as 0.05.
    thresholds : Mapping[str, float]
        `delta`, `fdr_q` and `minimum_n_plain_rates` are used.

    Returns
    -------
    LinkSetting
    """
    causes = (*dict.fromkeys(cause for cause, _ in estimates.beta), *estimates.covariates)
    problems = tuple(dict.fromkeys(problem for _, problem in estimates.beta))
    correlations = np.array([[1.0 if a == b else estimates.correlation[a, b] for b in causes] for a in causes])
    known = {key: min(max(reliabilities.get(key, 1.0), LEAST_RELIABILITY), 1.0) for key in (*causes, *problems)}
    return LinkSetting(causes, problems, correlations, known, estimates.n, estimates.n_groups, thresholds["delta"],
                       thresholds["fdr_q"], len(estimates.covariates), bool(estimates.freed),
                       is_adaptive(estimates.n, thresholds))


def beside_uncertain(links: Links, side: Surveyed, thresholds: Mapping[str, float], draw: DrawScores | None, *,
                     seed: int) -> Links:
    """Return the links with what stands beside those that stay uncertain.

    Parameters
    ----------
    links : Links
    side : Surveyed
        Who was asked about causes and problems.
    thresholds : Mapping[str, float]
    draw : DrawScores or None
        Makes scores; None leaves the links as they are.
    seed : int
        Of the study.

    Returns
    -------
    Links
        Neither statuses nor grades change.
    """
    uncertain = {(link.cause, link.problem) for link in links.findings
                 if link.status == "uncertain" and not link.is_withheld}
    if draw is None or links.estimates is None or not uncertain:
        return links
    keys = {key for pair in links.estimates.beta for key in pair} | {*links.estimates.covariates}
    setting = setting_of(links.estimates, reliabilities_of(side, sorted(keys)), thresholds)
    found = {(one.cause, one.problem): one
             for one in link_detectability(setting, draw, seed=seed, wanted=uncertain)}
    return replace(links, findings=tuple(
        replace(link, detectability=found.get((link.cause, link.problem))) for link in links.findings))


def link_detectability(setting: LinkSetting, draw: DrawScores, *, size: float = SIZE, seed: int = 1,
                       n_surveys: int | None = None, n_resamples: int = N_RESAMPLES,
                       wanted: Collection[tuple[str, str]] | None = None) -> tuple[LinkDetectability, ...]:
    """Return for each cause and problem how often a link of this size would have been found.

    Parameters
    ----------
    setting : LinkSetting
        k causes, m problems.
    draw : DrawScores
        Makes scores; it shares nothing with the rules here.
    size : float, optional
        Standardised weight between true scores, 0..1.
    seed : int, optional
        Of the study.
    n_surveys : int, optional
        For each pair; otherwise 200, fewer (at least 30) beyond 300 respondents.
    n_resamples : int, optional
        Of respondents in each survey; fewer than the diagnosis takes (see `power.Effort`).
    wanted : collection of (cause, problem), optional
        Pairs that are asked for; otherwise all. It does not change what is drawn.

    Returns
    -------
    tuple of LinkDetectability
        In the order problem by problem. `share`: the pair is the only link of the study. `share_among`: each problem
        has one cause of this size. Rule, centring, degrees of freedom and family of tests as in section 7.

    Raises
    ------
    TooFewData
        When no degree of freedom is left.

    References
    ----------
    Murphy & Myors (1999); Benjamini & Hochberg (1995).
    """
    k, m = setting.n_judged, len(setting.problems)
    if setting.n - len(setting.causes) - setting.n_groups < 1:
        raise TooFewData("links", f"{setting.n} rows are too few for {len(setting.causes)} causes.",
                         "Collect more answers.", setting.n)
    surveys = n_surveys or int(np.clip(ROWS // setting.n, FEWEST_SURVEYS, MOST_SURVEYS))
    lone, among = np.zeros((k, m)), np.zeros((k, m))
    for turn in range(k):
        linked = [(turn + place) % k for place in range(m)]
        if not any(_is_wanted(setting, (cause, place), wanted) for place, cause in enumerate(linked)):
            continue
        for number in range(surveys):
            alone, together = _found(setting, draw, (size, linked), [seed, SECTION, turn, number], n_resamples)
            lone[linked, range(m)] += alone
            among[linked, range(m)] += together
    return tuple(_result(setting, pair, size, (lone[pair], among[pair]), (surveys, n_resamples))
                 for pair in ((i, j) for j in range(m) for i in range(k)) if _is_wanted(setting, pair, wanted))


def _is_wanted(setting: LinkSetting, pair: tuple[int, int], wanted: Collection[tuple[str, str]] | None) -> bool:
    return wanted is None or (setting.causes[pair[0]], setting.problems[pair[1]]) in wanted


def _found(setting: LinkSetting, draw: DrawScores, planted: tuple[float, Sequence[int]], seed: Sequence[int],
           n_resamples: int) -> tuple[Numbers, Numbers]:
    """Return for each problem whether its link is found: with no other link in the study, and with one a problem."""
    size, linked = planted
    k, m, judged = len(setting.causes), len(setting.problems), setting.n_judged
    own = (np.array([setting.reliabilities[key] for key in setting.causes]),
           np.array([setting.reliabilities[key] for key in setting.problems]))
    x = draw(setting.correlations, own, size, linked, setting.n, seed)
    resampled = standardised_beta(resample_correlations(x, n_resamples=n_resamples, seed=[*seed, 1]), k)
    R = np.asarray(np.corrcoef(x, rowvar=False))
    beta = standardised_beta(R, k)
    degrees = setting.n - k - setting.n_groups
    spread = resampled.std(axis=0, ddof=1)
    error = testing_error(R, k, spread, degrees)
    if setting.is_freed:
        beta, error = structural_weights(R, k, np.concatenate([own[0], own[1], own[1]]), se=spread, degrees=degrees)
    p = minimal_effect_p(beta, error, setting.delta, degrees)
    without, having = p[:judged, :m], p[:judged, m:]
    rates = partial(discovery_rates, level=setting.fdr_q, is_adaptive=setting.is_adaptive)
    together = rates(having)[linked, range(m)]
    alone = np.empty(m)
    for place in range(m):
        family = without.copy()
        family[:, place] = having[:, place]
        alone[place] = rates(family)[linked[place], place]
    return (alone <= setting.fdr_q).astype(float), (together <= setting.fdr_q).astype(float)


def _result(setting: LinkSetting, pair: tuple[int, int], size: float, found: tuple[float, float],
            counts: tuple[int, int]) -> LinkDetectability:
    cause, problem = setting.causes[pair[0]], setting.problems[pair[1]]
    surveys, n_resamples = counts
    low, high = wilson_of(found[0], surveys)
    return LinkDetectability(
        cause, problem, size, _expected_beta(setting, pair, size), found[0] / surveys, low, high, found[1] / surveys,
        setting.n, surveys, n_resamples, "simulated scores, minimal-effect test, Wilson interval")


def _expected_beta(setting: LinkSetting, pair: tuple[int, int], size: float) -> float:
    """Return what the link becomes among observed scores: ``R^-1 r`` with r the planted cause's share in each cause."""
    own = np.array([setting.reliabilities[key] for key in setting.causes])
    r = size * np.sqrt(setting.reliabilities[setting.problems[pair[1]]]) * setting.correlations[:, pair[0]]
    # An observed cause correlates with another's true score by its observed correlation over that one's reliability.
    r = r / np.sqrt(own[pair[0]])
    r[pair[0]] = size * np.sqrt(setting.reliabilities[setting.problems[pair[1]]] * own[pair[0]])
    return float(np.linalg.solve(setting.correlations, r)[pair[0]])
