"""Small sets of coded interviews, written as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.tables import InterviewTable
from instruments.template import Codebook, CodeDefinition, Guide, Question

CODING_COLUMNS = ["interview", "code", "polarity", "coder", "turn", "start", "end", "quote", "edited_quote"]


def codebook(*keys: str) -> Codebook:
    """Return a codebook whose hierarchy follows the dots of its keys."""
    codes = tuple(CodeDefinition(key, key.rpartition(".")[0] or None, {"en": key}, {"en": key}) for key in keys)
    return Codebook("codes", "1", ("en",), codes)


def guide(questions: Mapping[str, Sequence[str]]) -> Guide:
    """Return a guide: question → codes it is meant to reach."""
    return Guide("guide", "1", ("en",), {}, {}, tuple(
        Question(key, ("staff",), tuple(codes), {"en": key}) for key, codes in questions.items()))


def coding(interview: str, code: str, polarity: str = "supports", coder: str = "a", turn: int = 0, start: int = -1,
           edited: str = "") -> dict[str, object]:
    return {"interview": interview, "code": code, "polarity": polarity, "coder": coder, "turn": turn, "start": start,
            "end": start + 10 if start >= 0 else -1, "quote": "said", "edited_quote": {"en": edited} if edited else {}}


def interview_table(people: Mapping[str, str | tuple[str, str]], codings: Sequence[Mapping[str, object]] = (),
                    links: Sequence[tuple[str, str, str]] = (), *, questions: Mapping[str, Sequence[str]] | None = None,
                    n_turns: int = 10, double_coded: Sequence[str] = ()) -> InterviewTable:
    """Return interviews of people: key → role, or (role, audience); held one a day in that order."""
    rows = {}
    for place, (key, who) in enumerate(people.items()):
        role, audience = (who, "staff") if isinstance(who, str) else who
        asked = (questions or {}).get(key)
        rows[key] = {"audience": audience, "role": role, "held_on": f"2026-03-{place + 1:02d}", "language": "en",
                     "questions": None if asked is None else tuple(asked), "is_verbatim": True}
    frame = pd.DataFrame.from_dict(rows, orient="index",
                                   columns=["audience", "role", "held_on", "language", "questions", "is_verbatim"])
    turns = pd.DataFrame([{"interview": key, "turn": turn, "speaker": "x", "is_interviewee": turn % 2 == 0}
                          for key in people for turn in range(n_turns)],
                         columns=["interview", "turn", "speaker", "is_interviewee"])
    stated = [{"interview": who, "cause": cause, "problem": problem, "coder": "a", "quote": "because",
               "edited_quote": {"en": "because"}} for who, cause, problem in links]
    return InterviewTable(
        frame, pd.DataFrame(list(codings), columns=CODING_COLUMNS),
        pd.DataFrame(stated, columns=["interview", "cause", "problem", "coder", "quote", "edited_quote"]),
        turns, tuple(double_coded))
