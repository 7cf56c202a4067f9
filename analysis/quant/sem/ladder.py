"""Up the steps of invariance: every full step and, from the first that is not held, the same with parameters freed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isclose
from typing import Generic, Protocol, TypeVar

from analysis.errors import NotConverged, NotIdentified
from analysis.quant.sem.step_rule import highest_held
from analysis.results.caution import Caution
from analysis.results.sem import Invariance, InvarianceStep, ReleaseTest, SemResult

F = TypeVar("F")
FEWEST_IN_GROUP = 150       # Chen 2007 judged these limits at 150 people a group and above
LEAST_CFI = 0.90            # a model that fits no group says little when made equal (Hu & Bentler 1999 ask .95)
LARGEST_P = 0.05            # of a score test that names a parameter to be freed
LARGEST_FREE_SHARE = 0.5    # Steenkamp & Baumgartner 1998 ask for two equal items a factor; at most half are freed here
SAME_TEST = 1e-6            # share within which two tests are one, seen from two parameters


@dataclass(frozen=True)
class Rung(Generic[F]):
    """A fitted step: what is said of it and the model behind."""

    result: SemResult
    fitted: F


@dataclass(frozen=True)
class Releases:
    """What freeing each newly held parameter would bring, and those that cannot be tested alone."""

    tests: tuple[ReleaseTest, ...] = ()
    untested: tuple[str, ...] = ()


class Rules(Protocol[F]):
    """How steps are fitted, compared and tested with one estimator."""

    def fitted(self, name: str, partial: tuple[str, ...], place: str) -> Rung[F]:
        """Return a step at its parameters."""

    def compared(self, name: str, partial: tuple[str, ...], here: Rung[F], before: Rung[F] | None) -> InvarianceStep:
        """Return a step beside the one before, judged and without score tests."""

    def releases(self, name: str, here: Rung[F], before: Rung[F]) -> Releases:
        """Return the score tests of what this step holds and the one before did not."""


class Ladder(Generic[F]):
    """Steps climbed so far; `partial_steps` begin where a full step is not held, and go on from there.

    A step that is not held is repeated with the parameter of the largest score test freed, until it is held, no test is
    significant after Holm, or more than half of one kind of parameter would be free.
    """

    def __init__(self, rules: Rules[F], partial: Sequence[str]) -> None:
        self.rules, self.partial = rules, tuple(partial)
        self.steps: list[InvarianceStep] = []
        self.partial_steps: list[InvarianceStep] = []
        self.cautions: list[Caution] = []
        self._before: Rung[F] | None = None
        self._last: Rung[F] | None = None
        self._has_ended = False

    def climb(self, name: str, *, takes_partial: bool) -> None:
        """Fit and judge the next full step, then the same freed, if it or an earlier one is not held."""
        partial = self.partial if takes_partial else ()
        here = self.rules.fitted(name, partial, name)
        full = self._judged(name, partial, here, self._before)
        self.steps.append(full)
        if self._before is not None and not self._has_ended and (self._last is not None or not full.is_held):
            self._free(here, full, self._before)
        self._before = here

    def climbed(self, cfi: float | None, told: Sequence[Caution] = ()) -> Invariance:
        """Return what was found: `cfi` of the first step, the version to judge by, and what else must be `told`."""
        first = self.steps[0].result
        return Invariance(
            n=first.n, groups=first.groups, estimator=first.estimator, steps=tuple(self.steps),
            highest_held=highest_held(self.steps), partial_steps=tuple(self.partial_steps),
            warnings=(*told, *_cautions(self.steps, cfi), *dict.fromkeys(self.cautions)))

    def _judged(self, name: str, partial: tuple[str, ...], here: Rung[F], before: Rung[F] | None) -> InvarianceStep:
        step = self.rules.compared(name, partial, here, before)
        if before is None or step.is_held is not False:
            return step
        found = self.rules.releases(name, here, before)
        if found.untested:
            self.cautions.append(Caution("not_testable", found.untested))
        return replace(step, releases=found.tests)

    def _free(self, here: Rung[F], full: InvarianceStep, before: Rung[F]) -> None:
        name, rung = full.name, here
        if self._last is not None:
            before = self._last
            carried = self._repeated(name, self.partial_steps[-1].partial, before)
            if carried is None:
                return
            rung, full = carried
        for _ in range(int(distinct(full.releases) * LARGEST_FREE_SHARE)):
            freed = largest(full.releases)
            if full.is_held or freed is None:
                break
            again = self._repeated(name, (*full.partial, freed), before)
            if again is None:
                return
            rung, full = again
        self._last, self._has_ended = rung, not full.is_held

    def _repeated(self, name: str, partial: tuple[str, ...], before: Rung[F]) -> tuple[Rung[F], InvarianceStep] | None:
        """Return the step with these freed; None, with a warning, where that cannot be estimated, which ends it."""
        try:
            rung = self.rules.fitted(name, partial, f"{name}, partial")
            step = self._judged(name, partial, rung, before)
        except (NotIdentified, NotConverged):
            self.cautions.append(Caution("partial_not_fitted", partial))
            self._has_ended = True
            return None
        self.partial_steps.append(step)
        return rung, step


def largest(tests: Sequence[ReleaseTest]) -> str | None:
    """Return the parameter with the largest score test that is significant after Holm.

    Parameters
    ----------
    tests : sequence of ReleaseTest
        Of one step.

    Returns
    -------
    str or None
        By the scaled chi-square where there is one; the first of those that are one test seen from several
        parameters; None where no test is significant.
    """
    able = [(test.chi2 if test.chi2_scaled is None else test.chi2_scaled, test.parameter)
            for test in tests if test.p_holm <= LARGEST_P]
    if not able:
        return None
    most = max(value for value, _ in able)
    return next(name for value, name in able if value >= most * (1 - SAME_TEST))


def distinct(tests: Sequence[ReleaseTest]) -> int:
    """Return how many parameters can be freed one beside the other.

    Parameters
    ----------
    tests : sequence of ReleaseTest
        Of one step.

    Returns
    -------
    int
        Parameters, each once whatever the number of groups; those with the same tests, such as loading and threshold of
        an item of two categories, count as one.
    """
    by_parameter: dict[str, list[float]] = {}
    for test in tests:
        by_parameter.setdefault(test.parameter, []).append(test.chi2)
    values = sorted(by_parameter.values())
    return sum(at == 0 or not _is_same(values[at], values[at - 1]) for at in range(len(values)))


def _is_same(one: Sequence[float], other: Sequence[float]) -> bool:
    return len(one) == len(other) and all(isclose(a, b, rel_tol=SAME_TEST) for a, b in zip(one, other, strict=True))


def _cautions(steps: Sequence[InvarianceStep], cfi: float | None) -> list[Caution]:
    found = [Caution("no_scaled_difference", (step.name,)) for step in steps[1:] if step.difference is None]
    first = steps[0].result
    small = tuple(f"{group.group} ({group.n})" for group in first.moments if group.n < FEWEST_IN_GROUP)
    if small:
        found.append(Caution("small_groups", small))
    if steps[0].name == "configural" and (cfi or 0.0) < LEAST_CFI:
        found.append(Caution("poor_configural_fit", (f"CFI {cfi or 0.0:.3f}",)))
    return found
