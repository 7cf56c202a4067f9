"""When further interviews bring hardly any new code (model 8; Guest, Namey & Chen 2020)."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from analysis.qual.frequency import interviewees
from analysis.results.saturation import Saturation
from analysis.tables import InterviewTable

BASE_SIZE = 4               # Guest, Namey & Chen 2020: interviews that form the base
RUN_LENGTH = 2              # ... interviews looked at together
NEW_SHARE = 0.05            # ... new codes in a run over codes in the base
MINIMUM_INTERVIEWS = 9      # model 8: below this saturation is not judged


@dataclass(frozen=True)
class SaturationRule:
    """How saturation is judged: interviews of the base and of a run, share of new codes, fewest interviews."""

    base: int = BASE_SIZE
    run: int = RUN_LENGTH
    threshold: float = NEW_SHARE
    minimum: int = MINIMUM_INTERVIEWS

    @property
    def n_needed(self) -> int:
        """The interviews that one base and one run take."""
        return self.base + self.run

    def judge(self, table: InterviewTable, audience: str, minimum: int | None = None) -> Saturation:
        """Return the saturation of the table's interviews by this rule.

        Parameters
        ----------
        table : InterviewTable
        audience : str
        minimum : int, optional
            Fewest interviews, in place of the rule's.

        Returns
        -------
        Saturation
        """
        return saturation(table, audience=audience, base=self.base, run=self.run, threshold=self.threshold,
                          minimum=self.minimum if minimum is None else minimum)


def saturation_curve(coded: Sequence[tuple[str, AbstractSet[str]]], *, base: int = BASE_SIZE, run: int = RUN_LENGTH,
                     threshold: float = NEW_SHARE, minimum: int = MINIMUM_INTERVIEWS) -> Saturation:
    """Return how the number of new codes falls from interview to interview, and where it reaches the threshold.

    Parameters
    ----------
    coded : sequence of (str, set of str)
        Interview key and its codes, in the order held.
    base : int, optional
        Interviews whose codes are the denominator, which stays the same.
    run : int, optional
        Interviews per run; runs overlap and slide by one.
    threshold : float, optional
        Reached at the first run whose value is not above this, 0..1.
    minimum : int, optional
        Interviews needed for a verdict.

    Returns
    -------
    Saturation
        Curve of (interview, codes not heard before, value of the run that ends here; None up to the end of the first
        run). ``reached_at`` is written "n+r": n interviews and the confirming run. Verdict too_few below `minimum` or
        ``base + run`` interviews (nothing is reached then), undefined when the base holds no code.

    References
    ----------
    Guest, Namey & Chen (2020), A simple method to assess and report thematic saturation. PLoS ONE 15(5): e0232076.
    The authors give no guarantee: at 5 % about four of five later themes had been seen in homogeneous samples.
    """
    heard: set[str] = set()
    new: list[int] = []
    for _, codes in coded:
        new.append(len(set(codes) - heard))
        heard |= set(codes)
    n_base = sum(new[:base])
    values = [sum(new[place + 1 - run:place + 1]) / n_base if place >= base + run - 1 and n_base else None
              for place in range(len(new))]
    curve = tuple((interview, number, value) for (interview, _), number, value in zip(coded, new, values, strict=True))
    if len(coded) < max(minimum, base + run):
        return Saturation(len(coded), base, run, threshold, curve, None, "too_few")
    if n_base == 0:
        return Saturation(len(coded), base, run, threshold, curve, None, "undefined")
    first = next((place for place, value in enumerate(values) if value is not None and value <= threshold), None)
    reached_at = None if first is None else f"{first + 1 - run}+{run}"
    return Saturation(len(coded), base, run, threshold, curve, reached_at,
                      "not_reached" if first is None else "reached")


def saturation(table: InterviewTable, *, audience: str = "staff", base: int = BASE_SIZE, run: int = RUN_LENGTH,
               threshold: float = NEW_SHARE, minimum: int = MINIMUM_INTERVIEWS) -> Saturation:
    """Return code saturation of the interviews of one audience, in the order of their dates (then keys).

    Parameters
    ----------
    table : InterviewTable
        Interviews and codings; every code counts that some coder applied, sub-codes apart from their parents, so a
        closed codebook saturates by itself.
    audience : str, optional
        "staff" takes staff and managers together.
    base, run, threshold, minimum
        As in `saturation_curve`.

    Returns
    -------
    Saturation
        See `saturation_curve`.
    """
    people = interviewees(table, audience)
    ordered = people.assign(key=people.index).sort_values(["held_on", "key"], kind="stable").index
    codes = {str(key): frozenset(rows) for key, rows in table.codings.groupby("interview")["code"]}
    return saturation_curve([(str(key), codes.get(str(key), frozenset())) for key in ordered], base=base, run=run,
                            threshold=threshold, minimum=minimum)
