"""Which passages are printed, and under what name: edited text only, one voice each, a dissenting one among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import pandas as pd

from analysis.privacy import quotable_roles
from analysis.results.diagnosis import Quote
from analysis.tables import InterviewTable

N_QUOTES = 3                # knowledge of joint displays: one to three quotes a row
DISSENT = "contradicts"
VERBATIM = "verbatim"
LINK_SEPARATOR = " \N{RIGHTWARDS ARROW} "


def roles_to_name(interviews: pd.DataFrame, headcount_by_role: Mapping[str, int]) -> frozenset[str]:
    """Return the role classes that quotes of one audience may name.

    Parameters
    ----------
    interviews : pandas.DataFrame
        Interviews of that audience, column role.
    headcount_by_role : Mapping[str, int]
        Role class → people in the organisation, as entered in the study's facts.

    Returns
    -------
    frozenset[str]
        See `privacy.quotable_roles`.
    """
    counts = interviews["role"].astype(str).value_counts()
    return quotable_roles({str(role): int(n) for role, n in counts.items()}, headcount_by_role)


def choose_quotes(passages: pd.DataFrame, interviews: pd.DataFrame, quotable: Collection[str] = (),
                  n_quotes: int = N_QUOTES) -> tuple[Quote, ...]:
    """Return the passages to print for one code.

    Parameters
    ----------
    passages : pandas.DataFrame
        Codings with the columns interview, code, polarity, edited_quote, and start, end where known.
    interviews : pandas.DataFrame
        Interviews by key: audience, role, language, is_verbatim.
    quotable : Collection[str], optional
        Role classes that may be named; others are "an employee" or "a customer" (role None).
    n_quotes : int, optional
        Quotes at most.

    Returns
    -------
    tuple[Quote, ...]
        Only passages with an edited text, at most one from an interviewee. One dissenting passage comes last when there
        is one (more when all dissent); before it as many different roles as possible. Order: role heard least,
        interview key, place in the text.
    """
    return chosen_quotes(passages.to_dict("records"), interviews, quotable, n_quotes)


def chosen_quotes(passages: Sequence[dict[str, Any]], interviews: pd.DataFrame, quotable: Collection[str] = (),
                  n_quotes: int = N_QUOTES) -> tuple[Quote, ...]:
    """Return the passages to print for one code, given as rows.

    Parameters
    ----------
    passages : sequence of dict
        As the rows of the frame that `choose_quotes` takes.
    interviews, quotable, n_quotes
        As there.

    Returns
    -------
    tuple[Quote, ...]
        As `choose_quotes`.
    """
    cleared = [row for row in passages if _edited(row)]
    cleared.sort(key=lambda row: (str(row["interview"]), row.get("start", -1), row.get("end", -1), str(row["code"])))
    roles = interviews["role"].astype(str).to_dict()
    others = [row for row in cleared if row["polarity"] != DISSENT]
    dissent = _one_voice_each([row for row in cleared if row["polarity"] == DISSENT], roles,
                              min(1, n_quotes) if others else n_quotes, frozenset())
    taken = frozenset(str(row["interview"]) for row in dissent)
    main = _one_voice_each(others, roles, n_quotes - len(dissent), taken)
    return tuple(_quote(row, interviews, quotable) for row in (*main, *dissent))


def link_quotes(table: InterviewTable, cause: str, problem: str, quotable: Collection[str] = (),
                n_quotes: int = N_QUOTES, *, interviews: AbstractSet[str] | None = None) -> tuple[Quote, ...]:
    """Return the passages to print for one link of a cause to a problem.

    Parameters
    ----------
    table : InterviewTable
        Interviews and link codings.
    cause, problem : str
        Construct keys.
    quotable : Collection[str], optional
        Role classes that may be named.
    n_quotes : int, optional
        Quotes at most.
    interviews : set of str, optional
        Interviews to take; default all.

    Returns
    -------
    tuple[Quote, ...]
        As `choose_quotes`; `code` reads "cause → problem".
    """
    rows = table.links[(table.links["cause"] == cause) & (table.links["problem"] == problem)]
    if interviews is not None:
        rows = rows[rows["interview"].isin(sorted(interviews))]
    return choose_quotes(rows.assign(code=f"{cause}{LINK_SEPARATOR}{problem}", polarity="supports"),
                         table.interviews, quotable, n_quotes)


def _one_voice_each(rows: list[dict[str, object]], roles: Mapping[str, str], n: int,
                    taken: frozenset[str]) -> list[dict[str, object]]:
    """Return up to n passages of different interviewees, the role heard least so far first."""
    chosen: list[dict[str, object]] = []
    heard = Counter(roles[key] for key in taken)
    speakers = set(taken)
    while len(chosen) < n:
        open_rows = [row for row in rows if str(row["interview"]) not in speakers]
        if not open_rows:
            break
        best = min(open_rows, key=lambda row: (row["polarity"] == "mixed", heard[roles[str(row["interview"])]]))
        chosen.append(best)
        speakers.add(str(best["interview"]))
        heard[roles[str(best["interview"])]] += 1
    return chosen


def _edited(row: Mapping[str, object]) -> dict[str, str]:
    """Return the edited wordings of a passage; empty when it was not cleared for print."""
    text = row.get("edited_quote")
    if not isinstance(text, Mapping):
        return {}
    return {str(language): str(words) for language, words in text.items() if words and str(words).strip()}


def _quote(row: Mapping[str, object], interviews: pd.DataFrame, quotable: Collection[str]) -> Quote:
    key = str(row["interview"])
    person = interviews.loc[key]
    role = str(person["role"])
    start, end = row.get("start", -1), row.get("end", -1)
    place = f"{key}:{start}-{end}" if isinstance(start, int) and start >= 0 else ""
    segment = row.get("segment")
    return Quote(interview=key, role=role if role in quotable else None, audience=str(person["audience"]),
                 code=str(row["code"]), polarity=str(row["polarity"]), text=_edited(row),
                 original_language=str(person["language"]), is_verbatim=_is_verbatim(row, person),
                 segment=segment if isinstance(segment, str) else place)


def _is_verbatim(row: Mapping[str, object], person: Mapping[str, object]) -> bool:
    """Return whether the passage may stand in quotation marks; notes say it passage by passage."""
    kind = row.get("quote_kind")
    return kind == VERBATIM if isinstance(kind, str) else bool(person["is_verbatim"])
