"""Small questionnaires and their answers, written as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.tables import AnswerTable
from instruments.schema import (
    LEFT_BLANK,
    NOT_SHOWN,
    AnswerScale,
    Choice,
    Construct,
    Instrument,
    Item,
    ScalePoint,
    Scoring,
    Section,
)

Answers = Mapping[str, Sequence[object]]


def scale(key: str = "agree5", low: int = 1, high: int = 5, kind: str = "ordinal") -> AnswerScale:
    return AnswerScale(key, kind, tuple(ScalePoint(value, {"en": str(value)}) for value in range(low, high + 1)))


def construct(key: str, group: str = "problem", direction: str = "higher_is_worse") -> Construct:
    return Construct(key, group, direction, {"en": key}, {"en": key})


def rating(key: str, construct_key: str | None = None, *, reverse: bool = False, scale_key: str = "agree5",
           role: str | None = None, expected: tuple[int, ...] = ()) -> Item:
    return Item(key, "A", "rating", {"en": key}, construct_key, scale_key, reverse, role, expected)


def named(key: str, role: str, options: Sequence[str], exclusive: Sequence[str] = (), *, kind: str = "multiple",
          construct_key: str | None = None) -> Item:
    choices = tuple(Choice(option, {"en": option}, is_exclusive=option in exclusive)
                    for option in (*options, *exclusive))
    return Item(key, "A", kind, {"en": key}, construct_key, role=role, choices=choices)


def instrument(items: Sequence[Item], constructs: Sequence[Construct] = (), scales: Sequence[AnswerScale] = (),
               scoring: Scoring | None = None) -> Instrument:
    return Instrument("small", "1", "staff", ("en",), {"en": "Small"}, (Section("A", "likert", {"en": "A"}),),
                      tuple(items), tuple(scales) or (scale(),), tuple(constructs), scoring or Scoring())


def answer_table(questionnaire: Instrument, answers: Answers, *, duration_s: Sequence[float] | None = None,
                 positions: Answers | None = None, not_shown: Mapping[str, Sequence[int]] | None = None) -> AnswerTable:
    """Return a table of answers; None = left blank; respondents are r0, r1, …"""
    n = len(next(iter(answers.values()), ()))
    index = pd.Index([f"r{place:04d}" for place in range(n)], dtype=object)
    values = pd.DataFrame(index=index)
    for item in questionnaire.items:
        column = list(answers.get(item.key, [None] * n))
        is_number = item.kind in ("rating", "integer", "decimal")
        values[item.key] = (pd.Series([np.nan if v is None else v for v in column], index=index, dtype=float)
                            if is_number else pd.Series(column, index=index, dtype=object))
    missing = values.isna().astype("int8") * LEFT_BLANK
    for key, rows in (not_shown or {}).items():
        missing.iloc[list(rows), missing.columns.get_loc(key)] = NOT_SHOWN
    ratings = [item.key for item in questionnaire.items if item.kind == "rating"]
    order = pd.DataFrame({key: (positions or {}).get(key, [np.nan] * n) for key in ratings}, index=index, dtype=float)
    seconds = pd.Series(duration_s if duration_s is not None else [np.nan] * n, index=index, dtype=float)
    return AnswerTable(questionnaire, values, missing, order, seconds, pd.Series("en", index=index))
