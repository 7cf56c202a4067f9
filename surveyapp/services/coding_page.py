"""Everything the coding screen shows, as far as the account may see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from surveyapp.errors import NotFound
from surveyapp.models.account import Account
from surveyapp.models.coding import CoderAssignment
from surveyapp.models.interview import Interview, TranscriptFile, TranscriptVersion
from surveyapp.models.study import Study
from surveyapp.services.blinding import is_complete, list_assignments, sees_only_own
from surveyapp.services.codebook import StudyCodebook, load_codebook
from surveyapp.services.interview import current_version, file_of, list_turns, turns_around
from surveyapp.services.marking import HUES, TurnLayout, lay_out
from surveyapp.services.passage import SeenCoding, recent_codes, seen_codings
from surveyapp.services.speakers import sentence_spans


@dataclass(frozen=True)
class RoundState:
    """A double-coding round as the account sees it."""

    coders: tuple[tuple[str, bool], ...]        # name, has finished
    own: CoderAssignment | None
    is_complete: bool
    is_blind: bool                              # this account sees only its own codings now


@dataclass(frozen=True)
class CodingPage:
    """One interview's text, codings, codebook and round."""

    interview: Interview
    version: TranscriptVersion | None
    file: TranscriptFile | None
    turns: tuple[TurnLayout, ...]
    codings: tuple[SeenCoding, ...]
    codebook: StudyCodebook
    recent: tuple[str, ...]
    round: RoundState

    @property
    def n_codings(self) -> int:
        return len(self.codings)

    @property
    def has_text(self) -> bool:
        return self.version is not None

    def coding_of(self, mark: str) -> SeenCoding | None:
        """Return the coding of that mark, or None."""
        return next((coding for coding in self.codings if coding.mark == mark), None)

    def turn_of(self, coding: SeenCoding) -> int | None:
        """Return the number of the turn in which the coding begins, None for one without a place."""
        if coding.start is None:
            return None
        return max((turn.number for turn in self.turns if turn.start <= coding.start), default=None)

    def sentences_of(self, number: int) -> list[str]:
        """Return the sentences of a turn, for coding without a mouse."""
        turn = next((turn for turn in self.turns if turn.number == number), None)
        words = "".join(run.words for run in turn.runs) if turn else ""
        return [words[start:end] for start, end in sentence_spans(words)]


def load_coding_page(session: Session, study: Study, interview: Interview, account: Account) -> CodingPage:
    """Return the coding screen of the interview for the account."""
    version = current_version(session, interview)
    codebook = load_codebook(session, study)
    codings = seen_codings(session, interview, account)
    turns = lay_out(version.text, list_turns(session, version), codings, hues_of(codebook)) if version else []
    return CodingPage(
        interview, version, file_of(session, interview), tuple(turns), tuple(codings), codebook,
        tuple(recent_codes(session, study, account)), round_state(session, interview, account))


def round_state(session: Session, interview: Interview, account: Account) -> RoundState:
    """Return who codes the interview in a round, and whether the account is blind to the others."""
    assignments = list_assignments(session, interview)
    return RoundState(
        coders=tuple((coder.name, row.finished_at is not None) for row, coder in assignments),
        own=next((row for row, coder in assignments if coder.id == account.id), None),
        is_complete=is_complete(assignments), is_blind=sees_only_own(assignments, account))


@dataclass(frozen=True)
class AddedCoding:
    """A new coding and the turns it touches, drawn anew."""

    coding: SeenCoding
    turns: tuple[TurnLayout, ...]


def load_added_coding(session: Session, study: Study, interview: Interview, account: Account, mark: str,
                      place: tuple[int, int]) -> AddedCoding:
    """Return what the page shows anew after a coding was added at a range of the text."""
    version = current_version(session, interview)
    turns = turns_around(session, version, place) if version else []
    touched = [turn for turn in turns if turn.start < place[1] and turn.end > place[0]]
    before = max((turn.end for turn in turns if turn.end <= place[0]), default=0)
    around = (touched[0].start, touched[-1].end) if touched else place
    around = (min(place[0], around[0]), max(place[1], around[1]))
    codings = seen_codings(session, interview, account, overlapping=around)
    hues = hues_of(load_codebook(session, study))
    coding = next((row for row in codings if row.mark == mark), None)
    if coding is None or version is None:
        raise NotFound("There is no such coding in this interview.", "Load the interview again.")
    return AddedCoding(coding, tuple(lay_out(version.text, touched, codings, hues, before)))


def hues_of(codebook: StudyCodebook) -> Mapping[str, int]:
    """Return the look of each code, that of its top code: its colour, and HUES times its pattern."""
    return {entry.key: entry.hue + HUES * entry.pattern for entry in codebook.entries}
