"""Which grades would change under other thresholds: the same judgement, again and again, with one number moved.

The judging is that of the diagnosis itself. What a moved threshold cannot touch is not computed again: who is left out
and how scales measure, the estimates of links, what interviews say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from analysis.diagnosis.causes import cause_findings
from analysis.diagnosis.customer_view import customer_statuses, facet_findings
from analysis.diagnosis.interviewed import Interviewed, hear_grades
from analysis.diagnosis.links import Estimated, Links, LinkSources, estimate_links, judge_links
from analysis.diagnosis.problems import ProblemSources, judged_group, loose_verdicts, problem_findings
from analysis.diagnosis.sides import customer_side, staff_side
from analysis.diagnosis.surveyed import Surveyed, empty_answers, kept_answers, measured_audience
from analysis.diagnosis.threshold_moves import INTERVIEW_MOVES, MOVES, SCREENING_MOVES, moves_of
from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.quant.careless.quality import screen
from analysis.results.measurement import DistinctPair, Structure
from analysis.results.sensitivity import Sensitivity, ThresholdMove, Trial, WordChange
from analysis.tables import StudyTables

N_RESAMPLES = 2000          # model 7: of the links; everything else needs no resampling
NONE_SHOWN = 2              # resamples where their intervals are not looked at
MEASURING = ("alpha_good", "alpha_acceptable", "alpha_limited", "style_minimum_scales", "minimum_group")
LINKING = ("minimum_n_links", "minimum_n_corrected_links", "delta", "confidence", "minimum_group",
           "minimum_n_description")

Words = dict[str, str | None]


@dataclass
class _Judge:
    """Judges one study under any thresholds; remembers what does not change from one judgement to the next."""

    tables: StudyTables
    structure: Structure
    n_resamples: int
    known: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def words(self, thresholds: Mapping[str, float]) -> Words:
        """Return every grade, band and reading under these thresholds, by metric path."""
        sides = {instrument.audience: self._side(instrument.audience, thresholds)
                 for instrument in self.tables.template.instruments}
        staff, customers = staff_side(sides), customer_side(sides)
        heard = self._heard(staff.audience, thresholds)
        loose = loose_verdicts(staff, thresholds)
        facets = (facet_findings(customers, thresholds, seed=self.tables.seed, n_resamples=NONE_SHOWN)
                  if customers else ())
        sources = ProblemSources(
            interviews=heard.by_construct, customers=customer_statuses(facets), gaps={}, stated={},
            seed=self.tables.seed, n_resamples=NONE_SHOWN)
        problems = problem_findings(staff, judged_group(staff, "problem", thresholds, loose), thresholds, sources)
        links = self._links(staff, heard, thresholds)
        causes = cause_findings(judged_group(staff, "cause", thresholds, loose), links, problems, {}, {})
        found: Words = {}
        for problem in problems:
            found[f"problem.{problem.level.construct}.grade"] = problem.grade
            found[f"problem.{problem.level.construct}.severity"] = problem.band
        found |= {f"cause.{cause.level.construct}.reading": cause.reading for cause in causes}
        found |= {f"link.{link.cause}.{link.problem}.grade": link.grade for link in links.findings}
        return found

    def _once(self, key: tuple[Any, ...], compute: Callable[[], Any]) -> Any:
        if key not in self.known:
            self.known[key] = compute()
        return self.known[key]

    def _side(self, audience: str, thresholds: Mapping[str, float]) -> Surveyed:
        received = self.tables.answers.get(audience) or empty_answers(self.tables.template.instrument(audience))
        screening = self._once(("screening", audience, *_values(thresholds, (*SCREENING_MOVES, "confidence"))),
                               lambda: screen(received, thresholds))
        minimum = int(thresholds["minimum_group"])
        kept = self._once(("kept", audience, screening.excluded, minimum),
                          lambda: kept_answers(received, screening.excluded, minimum))
        side: Surveyed = self._once(
            ("side", audience, screening.excluded, *_values(thresholds, MEASURING)),
            lambda: measured_audience(received, screening, thresholds, kept))
        return side if side.screening == screening else replace(side, screening=screening)

    def _heard(self, audience: str, thresholds: Mapping[str, float]) -> Interviewed:
        found: Interviewed = self._once(
            ("heard", audience, *_values(thresholds, INTERVIEW_MOVES)),
            lambda: hear_grades(self.tables, audience, thresholds, NONE_SHOWN))
        return found

    def _links(self, side: Surveyed, heard: Interviewed, thresholds: Mapping[str, float]) -> Links:
        # Of a scale's reliability only the verdict enters: whether it may take part.
        verdicts = tuple(quality.verdict for quality in side.quality.values())
        estimated: Estimated = self._once(
            ("links", side.screening.excluded, side.screening.verdict, verdicts, *_values(thresholds, LINKING)),
            lambda: estimate_links(side, thresholds, seed=self.tables.seed, n_resamples=self.n_resamples))
        pairs = tuple(_judged_pair(pair, thresholds) for pair in self.structure.pairs)
        return judge_links(side, estimated, LinkSources(
            interviews=heard.links, n_interviews=heard.n_staff, pairs=pairs), thresholds)


def grade_words(tables: StudyTables, thresholds: Mapping[str, float], structure: Structure,
                n_resamples: int = N_RESAMPLES) -> Words:
    """Return every grade, band and reading of a study under given thresholds.

    Parameters
    ----------
    tables : StudyTables
    thresholds : Mapping[str, float]
        Resolved thresholds.
    structure : Structure
        Of the diagnosis: which scales can be told apart.
    n_resamples : int, optional
        Of the links.

    Returns
    -------
    dict[str, str or None]
        Metric path → word.
    """
    return _Judge(tables, structure, n_resamples).words(thresholds)


def threshold_sensitivity(tables: StudyTables, structure: Structure, *, n_resamples: int = N_RESAMPLES,
                          names: Iterable[str] | None = None) -> Sensitivity:
    """Return which grades, bands and readings change when each threshold is moved over its documented range.

    Parameters
    ----------
    tables : StudyTables
        As for `diagnose`; a study's own thresholds are where each move starts.
    structure : Structure
        Of the diagnosis. Scales that cannot be told apart are judged again by `htmt_together`; their HTMT is taken as
        it is, also where a move leaves out other respondents.
    n_resamples : int, optional
        Of the links, as in the diagnosis, with its seed: no word changes by chance of the resampling.
    names : iterable of str, optional
        Which thresholds; all of `threshold_moves.MOVES` by default.

    Returns
    -------
    Sensitivity
        One threshold is moved at a time, all others staying.
    """
    judge = _Judge(tables, structure, n_resamples)
    today = resolve_thresholds(tables.template.thresholds, tables.thresholds)
    before = judge.words(today)
    moves = tuple(
        ThresholdMove(name, today[name], moved, _changes(before, judge.words({**today, name: moved})))
        for name in (MOVES if names is None else names) for moved in moves_of(name, today[name]))
    return Sensitivity(moves, len(before), n_resamples)


def threshold_trial(tables: StudyTables, structure: Structure, moved: Mapping[str, float], *,
                    n_resamples: int = N_RESAMPLES) -> Trial:
    """Return which grades, bands and readings change when thresholds are set to stated values, all together.

    Parameters
    ----------
    tables : StudyTables
    structure : Structure
    moved : Mapping[str, float]
        Threshold → value.
    n_resamples : int, optional

    Returns
    -------
    Trial

    Raises
    ------
    AnalysisError
        When no threshold has that name, or the value lies outside its bounds.
    """
    today = resolve_thresholds(tables.template.thresholds, tables.thresholds)
    other = resolve_thresholds(tables.template.thresholds, tables.thresholds, moved)
    judge = _Judge(tables, structure, n_resamples)
    before = judge.words(today)
    return Trial({name: today[name] for name in moved}, {name: other[name] for name in moved},
                 _changes(before, judge.words(other)), len(before), n_resamples)


def _changes(before: Words, after: Words) -> tuple[WordChange, ...]:
    """Return what differs; a link that is judged on one side only counts as not issued on the other."""
    return tuple(WordChange(path, before.get(path), after.get(path)) for path in {**before, **after}
                 if before.get(path) != after.get(path))


def _values(thresholds: Mapping[str, float], names: Iterable[str]) -> tuple[float, ...]:
    return tuple(thresholds[name] for name in names)


def _judged_pair(pair: DistinctPair, thresholds: Mapping[str, float]) -> DistinctPair:
    if pair.htmt > thresholds["htmt_together"]:
        return replace(pair, verdict="together")
    return replace(pair, verdict="hard_to_tell_apart" if pair.htmt > thresholds["htmt_hard"] else "distinct")
