"""What a reader of a result of measurement must be told besides its figures: named warnings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Caution:
    """A named warning: what it is about (items, parameters, pairs as "A1 ~~ A2", groups) and its figure, if any.

    Of polychoric correlations: `empty_category` (an answer that could be given and that nobody gave; detail: which),
    `empty_cells` (pairs of answers that nobody gave together; detail: how many), `half_added` (0.5 was added to the
    empty cell of a table of two by two, as asked), `at_the_bound` (the correlation ran to -1 or +1; its size is not
    known), `not_converged` (the search stopped before it came to rest), `not_positive_definite` (no data could have
    this matrix; detail: its smallest eigenvalue), `smoothed` (and it was replaced by one near to it, as asked; detail:
    largest change). Of models: those that `analysis.quant.sem.cautions` and docs/measure.md list.
    """

    name: str
    about: tuple[str, ...] = ()
    detail: str = ""


def caution_of(text: str) -> Caution:
    """Return the caution that a result wrote as words.

    Parameters
    ----------
    text : str
        `name` or `name: what it is about`.

    Returns
    -------
    Caution
        With what it is about as one.
    """
    name, _, about = text.partition(": ")
    return Caution(name, (about,) if about else ())
