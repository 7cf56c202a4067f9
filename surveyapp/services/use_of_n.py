"""What a number of responses is enough for: each analysis with the threshold of the diagnosis that allows it."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from analysis.diagnosis.thresholds import THRESHOLDS
from instruments.schema import Instrument
from surveyapp.errors import marked


@dataclass(frozen=True)
class Use:
    """One analysis with the number it needs, by which threshold, and where that comes from."""

    words: str
    threshold: str
    needed: int
    source: str
    is_enough: bool
    n_groups: int | None = None     # a comparison: how many groups of equal size the number is enough for


@dataclass(frozen=True)
class _Analysis:
    words: str
    threshold: str
    wants: frozenset[str] = frozenset()     # groups of constructs a questionnaire needs one of, none = any
    together: bool = False                  # ... or all of them


_SCALES = frozenset({"problem", "cause", "situation", "outcome", "experience"})
ANALYSES = (
    _Analysis(marked("Description: means and shares with their intervals"), "minimum_n_description"),
    _Analysis(marked("Reliability: Cronbach's alpha. It is printed from fewer on; here its confidence interval is "
                     "still 0.27 wide (four items, alpha 0.78), at 100 people 0.14"), "minimum_n_tests", _SCALES),
    _Analysis(marked("Reliability: McDonald's omega"), "omega_minimum_n", _SCALES),
    _Analysis(marked("Factor analysis: number of dimensions, one factor for each scale, telling scales apart (HTMT)"),
              "structure_minimum_n", _SCALES),
    _Analysis(marked("Problems: a test of whether each is there, and a grade"), "minimum_n_tests",
              frozenset({"problem"})),
    _Analysis(marked("Links between causes and problems, exploratory: most true links are still missed"),
              "minimum_n_links", frozenset({"problem", "cause"}), together=True),
    _Analysis(marked("Links between causes and problems with a firm grade"), "minimum_n_firm_links",
              frozenset({"problem", "cause"}), together=True),
    _Analysis(marked("Speaking against a link; confirmatory models (CFA, SEM)"), "minimum_n_absent_links",
              frozenset({"problem", "cause"}), together=True),
    _Analysis(marked("Experiences: whether each is good or weak"), "minimum_n_customers", frozenset({"experience"})),
    _Analysis(marked("Experiences: which of them satisfaction goes with decides on importance"), "derived_importance_n",
              frozenset({"experience"})),
)
COMPARISONS = (
    _Analysis(marked("Groups: showing figures, people in each"), "minimum_group"),
    _Analysis(marked("Groups: comparing them by a test, people in each"), "minimum_n_group_tests", _SCALES),
)
FEWEST_COMPARED = 2


def uses_of(instrument: Instrument, limits: Mapping[str, float], n: int) -> list[Use]:
    """Return the analyses that the questionnaire is made for, each with what it needs and whether `n` is enough."""
    has = {construct.group for construct in instrument.constructs}
    uses = [Use(one.words, one.threshold, int(limits[one.threshold]), THRESHOLDS[one.threshold].source,
                n >= limits[one.threshold]) for one in ANALYSES if _fits(one, has)]
    for one in COMPARISONS:
        if _fits(one, has):
            needed = int(limits[one.threshold])
            uses.append(Use(one.words, one.threshold, needed, THRESHOLDS[one.threshold].source,
                            n // needed >= FEWEST_COMPARED, n // needed))
    return uses


def _fits(one: _Analysis, has: Set[str]) -> bool:
    return not one.wants or (one.wants <= has if one.together else bool(one.wants & has))
