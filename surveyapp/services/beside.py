"""Several organisations side by side: each figure with its interval, and no order beyond what intervals allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from statistics import NormalDist
from typing import Literal

from sqlalchemy.orm import Session

from analysis.results.diagnosis import Diagnosis, Level
from instruments.comparison import is_identical, item_hash, wording_hash
from instruments.schema import Instrument, Text
from surveyapp.errors import BadInput, NotFound
from surveyapp.models.account import Account
from surveyapp.models.study import Study
from surveyapp.services.account import may_see_study
from surveyapp.services.diagnosis import diagnosis_of, newest_diagnosis
from surveyapp.services.study import get_version, instrument_of, list_studies, template_of

GROUPS = ("problem", "cause", "situation", "outcome", "experience")
FEWEST = 30                 # people a figure needs to be set apart from another; model 5
SMALLEST = 0.25             # scale points of 1 to 5; model 5
MOST_STUDIES = 12           # on one page
USUAL = 0.95
Why = Literal["", "few_people", "other_items"]


@dataclass(frozen=True)
class BesideFigure:
    """One organisation's mean of a scale; without a mean too few answered."""

    study_id: int
    study: str
    n: int
    mean: float | None
    ci_low: float | None
    ci_high: float | None
    grade: str
    why: Why                    # it is not held against the others


@dataclass(frozen=True)
class BesideScale:
    """One construct in every organisation that measured it; `apart` has pairs, the higher one first."""

    construct: str
    name: Text
    group: str
    low: float
    high: float
    figures: tuple[BesideFigure, ...]
    apart: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SideBySide:
    """Organisations in the order of their names, never of their figures."""

    studies: tuple[str, ...]
    without_diagnosis: tuple[str, ...]
    scales: tuple[BesideScale, ...]
    n_figures: int              # that are held against another: intervals are widened for so many


@dataclass(frozen=True)
class _Branch:
    """A study with its newest diagnosis and the questionnaires that it rests on."""

    study: Study
    diagnosis: Diagnosis
    instruments: tuple[Instrument, ...]

    def levels(self) -> Iterator[tuple[Level, str]]:
        for problem in self.diagnosis.problems:
            yield problem.level, problem.grade or ""
        whole = self.diagnosis
        for level in (*(cause.level for cause in whole.causes), *(facet.level for facet in whole.situation),
                      *whole.outcomes, *(facet.level for facet in whole.facets)):
            yield level, ""

    def form_of(self, construct: str) -> Instrument | None:
        return next((form for form in self.instruments if form.items_of_construct(construct)), None)


def own_studies(session: Session, account: Account) -> list[Study]:
    """Return the studies of the account, by name."""
    return [study for study in list_studies(session) if may_see_study(session, study, account)]


def choose_studies(session: Session, account: Account, numbers: Sequence[int]) -> list[Study]:
    """Return the studies of these numbers; NotFound if one is not the account's, whether or not it exists."""
    own = {study.id: study for study in own_studies(session, account)}
    if len(set(numbers)) > MOST_STUDIES:
        raise BadInput("{n} organisations are too many for one page.", "Choose up to {most}.", n=len(set(numbers)),
                       most=MOST_STUDIES)
    if any(number not in own for number in numbers):
        raise NotFound("There is no such study.", "Ask an administrator to let you into it.")
    return [study for study in own.values() if study.id in numbers]


def side_by_side(session: Session, studies: Sequence[Study]) -> SideBySide:
    """Return the newest diagnoses of several studies, scale by scale."""
    branches, without = [], []
    for study in studies:
        branch = _branch(session, study)
        if branch is None:
            without.append(study.name)
        else:
            branches.append(branch)
    rows = [row for key in _keys(branches) for row in [_Row(key, branches)] if len(row.found) > 1]
    n = sum(figure.why == "" for row in rows for figure in row.figures)
    widening = NormalDist().inv_cdf(1 - (1 - USUAL) / 2 / max(n, 1)) / NormalDist().inv_cdf((1 + USUAL) / 2)
    return SideBySide(tuple(branch.study.name for branch in branches), tuple(without),
                      tuple(row.scale(widening) for row in rows), n)


def _branch(session: Session, study: Study) -> _Branch | None:
    stored = newest_diagnosis(session, study)
    if stored is None:
        return None
    diagnosis, template = diagnosis_of(stored), template_of(session, study)
    forms = []
    for newest in template.instruments:
        version = diagnosis.provenance.instrument_versions.get(newest.audience, newest.version)
        try:
            forms.append(instrument_of(get_version(session, study, newest.audience, version)))
        except NotFound:        # a diagnosis of answers to several versions names the merged one
            forms.append(newest)
    return _Branch(study, diagnosis, tuple(forms))


def _keys(branches: Sequence[_Branch]) -> list[str]:
    levels = [level for branch in branches for level, _ in branch.levels()]
    ordered = sorted(levels, key=lambda level: GROUPS.index(level.group) if level.group in GROUPS else len(GROUPS))
    return list(dict.fromkeys(level.construct for level in ordered))


class _Row:
    """One construct over all branches."""

    def __init__(self, construct: str, branches: Sequence[_Branch]) -> None:
        self.construct = construct
        self.found = [(branch, level, grade, form) for branch in branches for level, grade in branch.levels()
                      for form in [branch.form_of(construct)] if level.construct == construct and form is not None]
        self.alike = self._alike()
        self.figures = tuple(BesideFigure(
            branch.study.id, branch.study.name, level.n, level.mean, level.ci_low, level.ci_high, grade,
            self._why(branch, level)) for branch, level, grade, _ in self.found)

    def _alike(self) -> frozenset[int]:
        """Return the studies of the largest set that asked identical items."""
        forms = [(branch.study.id, form) for branch, _, _, form in self.found]
        sets = [frozenset(other for other, theirs in forms if _is_same(form, theirs, self.construct))
                for _, form in forms]
        return max(sets, key=len, default=frozenset())

    def _why(self, branch: _Branch, level: Level) -> Why:
        if branch.study.id not in self.alike or len(self.alike) < 2:  # noqa: PLR2004 - one is beside nobody
            return "other_items"
        is_shown = level.mean is not None and level.ci_low is not None and level.ci_high is not None
        return "" if is_shown and level.n >= FEWEST else "few_people"

    def scale(self, widening: float) -> BesideScale:
        form = self.found[0][3]
        construct = form.construct(self.construct)
        low, high = _ends(form, self.construct)
        smallest = SMALLEST / 4 * (high - low)
        held = [figure for figure in self.figures if figure.why == ""]
        apart = tuple((one.study, other.study) for one, other in permutations(held, 2)
                      if _stands_higher(one, other, widening, smallest))
        return BesideScale(self.construct, construct.name, construct.group, low, high, self.figures, apart)


def _stands_higher(one: BesideFigure, other: BesideFigure, widening: float, smallest: float) -> bool:
    """Tell whether two intervals, widened for all that are compared, leave no doubt who stands higher."""
    (mean, low, _), (theirs, _, high) = ((figure.mean or 0.0, figure.ci_low or 0.0, figure.ci_high or 0.0)
                                         for figure in (one, other))
    return (mean - theirs >= smallest
            and mean - widening * (mean - low) > theirs + widening * (high - theirs))


def _is_same(form: Instrument, other: Instrument, construct: str) -> bool:
    """Tell whether two questionnaires ask a construct by identical items."""
    own, theirs = ({item.key: item for item in one.items_of_construct(construct) if item.kind == "rating"}
                   for one in (form, other))
    return own.keys() == theirs.keys() and all(is_identical(
        form, own[key], item_hash(other, item), {language: wording_hash(other, item, [language])
                                                 for language in other.languages}) for key, item in theirs.items())


def _ends(form: Instrument, construct: str) -> tuple[float, float]:
    scales = [form.scale(item.scale) for item in form.items_of_construct(construct) if item.scale]
    return float(min(scale.low for scale in scales)), float(max(scale.high for scale in scales))
