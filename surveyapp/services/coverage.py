"""Which questions of the guide came up in which interviews, and where the gaps are; pure.

A question was asked, covered (answered without being asked) or skipped; of one that was not noted nothing is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from instruments.template import Guide, Question
from surveyapp.models.interview import Interview

ASKED, COVERED, SKIPPED = "asked", "covered", "skipped"
STATES = (ASKED, COVERED, SKIPPED)
RAISED = frozenset({ASKED, COVERED})
NOT_NOTED, NOT_PUT = "", "not_put"      # nothing known; the guide does not put the question to this group


@dataclass(frozen=True)
class CoverageRow:
    """One question in all interviews; `by_role` holds role, raised, interviews of groups it is put to."""

    question: Question
    constructs: tuple[str, ...]
    states: tuple[str, ...]                 # one an interview, in their order
    by_role: tuple[tuple[str, int, int], ...]

    @property
    def n_raised(self) -> int:
        return sum(state in RAISED for state in self.states)

    @property
    def n_put(self) -> int:
        """Interviews with people of a group that the guide puts the question to, or with whom it came up anyway."""
        return sum(state != NOT_PUT for state in self.states)

    @property
    def n_unknown(self) -> int:
        return self.states.count(NOT_NOTED)

    @property
    def is_gap(self) -> bool:
        """Tell whether interviews were held with people to whom the question is put, and it came up in none."""
        return self.n_put > 0 and self.n_raised == 0

    @property
    def missing_roles(self) -> tuple[str, ...]:
        """Role classes with whom it has not come up, of a question that came up with others."""
        return () if self.is_gap else tuple(role for role, raised, n in self.by_role if n and not raised)


def questions_for(guide: Guide | None, audience: str) -> tuple[Question, ...]:
    """Return the questions that the guide puts to the audience, in its order."""
    return tuple(question for question in (guide.questions if guide else ()) if audience in question.audiences)


def states_of_list(guide: Guide | None, audience: str, asked: Collection[str] | None) -> dict[str, str] | None:
    """Return the states where it was noted which questions were asked, and so of the others that they were not."""
    if asked is None:
        return None
    others = {question.key: SKIPPED for question in questions_for(guide, audience)}
    return {**others, **dict.fromkeys(asked, ASKED)}


def raised_questions(states: Mapping[str, str] | None) -> tuple[str, ...] | None:
    """Return the questions that came up, None where nothing was noted."""
    return None if states is None else tuple(key for key, state in states.items() if state in RAISED)


def coverage_of(guide: Guide | None, interviews: Sequence[Interview],
                construct_of: Mapping[str, str | None]) -> tuple[CoverageRow, ...]:
    """Return each question of the guide in all interviews; `construct_of` gives the construct of each code."""
    return tuple(_row(question, interviews, construct_of) for question in (guide.questions if guide else ()))


def _row(question: Question, interviews: Sequence[Interview],
         construct_of: Mapping[str, str | None]) -> CoverageRow:
    states = tuple(state_in(interview, question) for interview in interviews)
    put, raised = Counter[str](), Counter[str]()
    for interview, state in zip(interviews, states, strict=True):
        put[interview.role] += state != NOT_PUT
        raised[interview.role] += state in RAISED
    constructs = dict.fromkeys(found for code in question.codes if (found := construct_of.get(code)))
    by_role = tuple((role, raised[role], n) for role, n in sorted(put.items()) if n)
    return CoverageRow(question, tuple(constructs), states, by_role)


def state_in(interview: Interview, question: Question) -> str:
    """Return what is known of the question in the interview."""
    noted = (interview.questions or {}).get(question.key)
    if noted:
        return str(noted)
    return NOT_NOTED if interview.audience in question.audiences else NOT_PUT
