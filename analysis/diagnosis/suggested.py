"""By which codes people suggest a measure: as finely as the codebook tells measures apart (model 11)."""

from __future__ import annotations

from collections.abc import Collection

from instruments.template import Codebook, CodeDefinition


def suggestion_codes(book: Codebook | None, measure: str, used: Collection[str]) -> tuple[CodeDefinition, ...]:
    """Return the codes that count as suggesting a measure.

    Parameters
    ----------
    book : Codebook or None
    measure : str
    used : collection of str
        Codes that somebody was coded with, sub-codes not included.

    Returns
    -------
    tuple of CodeDefinition
        Of the codes that name the measure those that name the fewest measures, once coders use this level: one of these
        codes, or one beside them below the same code, was given. Before that, those that name more measures.
    """
    naming = [code for code in book.codes if measure in code.strategy] if book is not None else []
    for size in sorted({len(code.strategy) for code in naming}):
        level = [code for code in naming if len(code.strategy) == size]
        wider = [code for code in naming if len(code.strategy) > size]
        if not wider or _is_used(book, level, used):
            return tuple(level)
    return ()


def _is_used(book: Codebook | None, level: list[CodeDefinition], used: Collection[str]) -> bool:
    parents = {code.parent for code in level}
    beside = [code for code in book.codes if code.parent in parents and code.strategy] if book is not None else []
    return any(code.key in used for code in (*level, *beside))
