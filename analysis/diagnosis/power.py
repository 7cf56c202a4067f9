"""What the diagnosis finds in simulated surveys of a size: its own rules, applied to answers that others make.

The surveys come from outside as `PlantedSurvey`; this file knows nothing of how they are made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis.diagnosis.customer_view import facet_findings
from analysis.diagnosis.ledgers import SharedLedgers
from analysis.diagnosis.links import LinkSources, find_links
from analysis.diagnosis.problems import judged_group, loose_verdicts
from analysis.diagnosis.surveyed import Surveyed, is_style_checkable, scale_quality_of
from analysis.quant.intervals import wilson
from analysis.quant.scoring import construct_items, score_scales
from analysis.results.diagnosis import Screening
from analysis.results.planning import Found, FoundKind, NeededSize
from analysis.tables import AnswerTable

N_SURVEYS = 200             # simulated surveys of each size: a share of .80 is then known to about .06
N_RESAMPLES = 200           # resamples of respondents in each; the diagnosis itself takes 2000
FEW_RESAMPLES = 2           # where an interval is computed that nobody looks at
BATCH = 20                  # surveys after which a search asks whether it knows enough
NEAR = 1.05                 # a search ends when two sizes differ by less than this factor
MOST = 4000                 # respondents; a link that takes more is said to be beyond
# These decide what is displayed of a scale beside its verdict; without them a survey takes half the time.
_UNSEEN: Mapping[str, float] = {"omega_minimum_n": 1e9, "structure_minimum_n": 1e9}
Pair = tuple[str, str]
Draw = Callable[[int, int], "PlantedSurvey"]        # respondents, number of the survey
Report = Callable[[int, int], None]                 # surveys done, surveys in all


@dataclass(frozen=True)
class Effort:
    """How much is simulated: surveys of each size, resamples of respondents in each, and the seed of the resamples.

    The diagnosis takes 2000 resamples; at 250 respondents a link of .30 was found in .343 of surveys with 200 and in
    .341 with 2000, the same surveys.
    """

    n_surveys: int = N_SURVEYS
    n_resamples: int = N_RESAMPLES
    seed: int = 1


@dataclass(frozen=True)
class PlantedSurvey:
    """Answers to one questionnaire, and what was planted: links, and constructs' means on five points."""

    answers: AnswerTable
    links: frozenset[Pair]
    means: Mapping[str, float]


@dataclass
class Tally:
    """What was found in the surveys so far; shares are by survey, because what lies in one survey goes together."""

    link_shares: list[float] = field(default_factory=list)
    n_declared: int = 0
    n_false: int = 0
    level_shares: dict[float, list[float]] = field(default_factory=dict)
    alphas: list[float] = field(default_factory=list)

    @property
    def false_links(self) -> float | None:
        """Return the share of declared links that were not planted; None without any."""
        return self.n_false / self.n_declared if self.n_declared else None


def _no_report(_done: int, _all: int) -> None:
    """Tell nobody how far it is."""


def staff_power(draw: Draw, n: int, thresholds: Mapping[str, float], *, effort: Effort | None = None,
                with_problems: bool = True, report: Report = _no_report) -> Tally:
    """Return in how many simulated surveys the diagnosis finds planted links and problems.

    Parameters
    ----------
    draw : Draw
        Makes survey number 0, 1, 2 … of n respondents, all of them valid.
    n : int
        Respondents.
    thresholds : Mapping[str, float]
        Resolved thresholds of the study.
    effort : Effort, optional
        The resamples of a survey depend on its number and the seed, not on n.
    with_problems : bool, optional
        Judge the levels of problems as well.
    report : Report, optional
        Told after each survey.

    Returns
    -------
    Tally
        A link is found when its status is "supports" (section 7), a problem when its is (section 5). Nobody is
        screened out, departments are not centred, and scales are not tested for being one (section 3).
    """
    tally, effort = Tally(), effort or Effort()
    for number in range(effort.n_surveys):
        _add_staff(tally, draw(n, number), thresholds, (effort.seed + number, effort.n_resamples),
                   with_problems=with_problems)
        report(number + 1, effort.n_surveys)
    return tally


def facet_power(draw: Draw, n: int, thresholds: Mapping[str, float], *, effort: Effort | None = None,
                report: Report = _no_report) -> Tally:
    """Return in how many simulated surveys customers' facets get the status that their planted mean deserves.

    Parameters
    ----------
    draw : Draw
    n : int
        Customers.
    thresholds : Mapping[str, float]
    effort : Effort, optional
    report : Report, optional

    Returns
    -------
    Tally
        `level_shares` by planted mean: below the middle of five points "supports" counts as found, above it "against"
        (section 6).
    """
    tally, effort, middle = Tally(), effort or Effort(), 3.0
    for number in range(effort.n_surveys):
        planted = draw(n, number)
        side = surveyed_of(planted.answers, thresholds, ("experience",))
        found: dict[float, list[bool]] = {}
        for facet in facet_findings(side, thresholds, seed=effort.seed, n_resamples=FEW_RESAMPLES):
            mean = planted.means[facet.level.construct]
            found.setdefault(mean, []).append(facet.status == ("supports" if mean < middle else "against"))
        _add_shares(tally, found)
        _add_alphas(tally, side)
        report(number + 1, effort.n_surveys)
    return tally


def found_of(kind: FoundKind, size: float, n: int, shares: Sequence[float], confidence: float = 0.95) -> Found:
    """Return the share of surveys in which something was found, with Monte Carlo interval.

    Parameters
    ----------
    kind : FoundKind
    size : float
        What was planted.
    n : int
        Respondents of each survey.
    shares : sequence of float
        By survey: the share of what was planted that was found, 0..1.
    confidence : float, optional

    Returns
    -------
    Found
        Wilson interval for as many cases as there are surveys; where several things were planted in each it is wider
        than need be, never narrower.
    """
    interval = wilson_of(float(np.sum(shares)), len(shares), confidence)
    return Found(kind, size, n, float(np.mean(shares)), *interval, len(shares), "Monte Carlo, Wilson interval")


def wilson_of(found: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's limits for a number found that may hold parts.

    Parameters
    ----------
    found : float
    n : int
    confidence : float, optional

    Returns
    -------
    tuple[float, float]
        Between the limits of the two whole numbers around it, in proportion.
    """
    whole = min(int(found), n)
    part, above = found - whole, min(whole + 1, n)
    lower, upper = wilson(whole, n, confidence), wilson(above, n, confidence)
    return tuple(float(a + part * (b - a)) for a, b in (     # type: ignore[return-value]  # two limits, in order
        (lower.ci_low or 0.0, upper.ci_low or 0.0), (lower.ci_high or 0.0, upper.ci_high or 0.0)))


def needed_size(draw: Draw, size: float, thresholds: Mapping[str, float], *, kind: FoundKind = "link",
                wish: tuple[float, int] = (0.80, MOST), effort: Effort | None = None,
                report: Report = _no_report) -> NeededSize:
    """Return the smallest number of respondents at which planted links are found with the wished power.

    Parameters
    ----------
    draw : Draw
        Makes surveys whose links have that size.
    size : float
    thresholds : Mapping[str, float]
    kind : {"link", "lone_link"}, optional
        What the surveys hold, for the result.
    wish : (float, int), optional
        Power, the share of surveys inside 0..1; and the largest number of respondents that is tried.
    effort : Effort, optional
        At most so many surveys of each size: a size is left as soon as the 95 % interval of its share excludes the
        wished power. All sizes see the same surveys, larger ones with more respondents, so that chance does not decide
        between neighbours.
    report : Report, optional
        Told (sizes tried, 0) after each.

    Returns
    -------
    NeededSize
        Doubling from the smallest n at which links are computed at all, then halving the distance until two sizes
        differ by 5 %; the larger is returned. n is None when not even `most` reach the power.
    """
    tried: list[Found] = []
    effort, (power, most) = effort or Effort(), wish

    def reaches(n: int) -> bool:
        tally = Tally()
        for number in range(effort.n_surveys):
            _add_staff(tally, draw(n, number), thresholds, (effort.seed + number, effort.n_resamples),
                       with_problems=False)
            done = len(tally.link_shares)
            if done % BATCH == 0 and done < effort.n_surveys:
                low, high = wilson_of(sum(tally.link_shares), done)
                if not low <= power <= high:
                    break
        tried.append(found_of(kind, size, n, tally.link_shares))
        report(len(tried), 0)
        return tried[-1].share >= power

    low, high = 0, min(int(thresholds["minimum_n_links"]), most)
    while not reaches(high):
        if high >= most:
            return NeededSize(kind, size, power, None, None, most, tuple(tried))
        low, high = high, min(2 * high, most)
    while low and high > NEAR * low and high - low > 1:
        middle = round((low * high) ** 0.5)
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return NeededSize(kind, size, power, high, None, most, tuple(tried))


def surveyed_of(answers: AnswerTable, thresholds: Mapping[str, float], groups: Sequence[str]) -> Surveyed:
    """Return answers scored and measured as valid ones, without screening.

    Parameters
    ----------
    answers : AnswerTable
    thresholds : Mapping[str, float]
    groups : sequence of str
        Groups of constructs whose reliability is computed.

    Returns
    -------
    Surveyed
    """
    limits = {**thresholds, **_UNSEEN}
    constructs = tuple(construct for construct in answers.instrument.constructs
                       if construct_items(answers.instrument, construct.key))
    minimum_scales = int(thresholds["style_minimum_scales"])
    scores = score_scales(answers, minimum_style_scales=minimum_scales)
    audience = answers.instrument.audience
    return Surveyed(
        audience=audience, submitted=answers, valid=answers,
        screening=Screening(audience, answers.n, answers.n, {}, (), {}, "good"), scores=scores, all_scores=scores,
        quality={construct.key: scale_quality_of(answers, construct, limits) for construct in constructs
                 if construct.group in groups},
        constructs=constructs,
        is_style_checkable=is_style_checkable(answers.instrument, constructs, minimum_scales),
        register=SharedLedgers(int(thresholds["minimum_group"])))


def _add_staff(tally: Tally, planted: PlantedSurvey, thresholds: Mapping[str, float], drawing: tuple[int, int], *,
               with_problems: bool) -> None:
    side = surveyed_of(planted.answers, thresholds, ("problem", "cause"))
    seed, n_resamples = drawing
    found = find_links(side, LinkSources(), thresholds, seed=seed, n_resamples=n_resamples).findings
    declared = {(link.cause, link.problem) for link in found if link.status == "supports" and not link.is_withheld}
    if planted.links:
        tally.link_shares.append(len(declared & planted.links) / len(planted.links))
    tally.n_declared += len(declared)
    tally.n_false += len(declared - planted.links)
    _add_alphas(tally, side)
    if with_problems:
        levels = judged_group(side, "problem", thresholds, loose_verdicts(side, thresholds))
        by_mean: dict[float, list[bool]] = {}
        for level in levels:
            by_mean.setdefault(planted.means[level.construct], []).append(level.status == "supports")
        _add_shares(tally, by_mean)


def _add_shares(tally: Tally, found: Mapping[float, Sequence[bool]]) -> None:
    for mean, outcomes in found.items():
        tally.level_shares.setdefault(mean, []).append(sum(outcomes) / len(outcomes))


def _add_alphas(tally: Tally, side: Surveyed) -> None:
    values = [quality.reliability.alpha.value for quality in side.quality.values() if quality.reliability is not None]
    tally.alphas += [value for value in values if value is not None]
