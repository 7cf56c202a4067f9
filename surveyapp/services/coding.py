"""Codings: giving a passage a code, changing, deleting and undoing it; each change is recorded with before and after.

A passage is a half-open range of code points of one immutable text. It is taken only if the words and the text's
hash are those the coder saw, so that a coding can never land on other words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, Difference, NotAllowed, NotFound, Overtaken, Refused
from surveyapp.models.account import Account
from surveyapp.models.coding import POLARITIES, Coding, LinkCoding
from surveyapp.models.interview import Interview, TranscriptVersion, Turn
from surveyapp.models.study import Study
from surveyapp.services.blinding import check_may_code, is_seen_by
from surveyapp.services.codebook import load_codebook
from surveyapp.services.codebook_version import newest_version_id
from surveyapp.services.coding_history import record_coding, state_of
from surveyapp.services.decoding import normalise
from surveyapp.services.segment import Passage, checked_version, get_segment
from surveyapp.services.speakers import sentence_spans

Kind = TypeVar("Kind", Coding, LinkCoding)
LONGEST_QUOTE = 2_000       # characters of an edited quote; a report prints a few lines


def apply_code(session: Session, study: Study, interview: Interview, account: Account, passage: Passage,
               code_key: str, *, polarity: str = POLARITIES[0], memo: str = "") -> Coding:
    """Return a new coding: that code on that passage by that account."""
    check_may_code(session, interview, account)
    code = load_codebook(session, study).chosen(code_key)
    _check_polarity(polarity)
    segment = get_segment(session, interview, passage)
    again = select(Coding.id).where(Coding.segment_id == segment.id, Coding.code_id == code.id,
                                    Coding.account_id == account.id, Coding.deleted_at.is_(None))
    if session.scalar(again) is not None:
        raise Refused("You have given this passage the code {code} already.",
                      "Change the coding in the table, or mark another passage.", code=code.key)
    coding = Coding(interview_id=interview.id, segment_id=segment.id, code_id=code.id, account_id=account.id,
                    polarity=polarity, memo=memo.strip(), edited_quote={}, version=1,
                    codebook_version_id=newest_version_id(session, study))
    session.add(coding)
    session.flush()
    record_coding(session, study, account, "apply_code", coding, before=None)
    return coding


def apply_link(session: Session, study: Study, interview: Interview, account: Account, passage: Passage,
               *, cause_key: str, problem_key: str) -> LinkCoding:
    """Return a new link coding: on that passage the speaker says that the cause brings about the problem."""
    check_may_code(session, interview, account)
    codebook = load_codebook(session, study)
    cause, problem = codebook.chosen(cause_key, "cause"), codebook.chosen(problem_key, "problem")
    segment = get_segment(session, interview, passage)
    again = select(LinkCoding.id).where(
        LinkCoding.segment_id == segment.id, LinkCoding.cause_id == cause.id, LinkCoding.problem_id == problem.id,
        LinkCoding.account_id == account.id, LinkCoding.deleted_at.is_(None))
    if session.scalar(again) is not None:
        raise Refused("You have linked {cause} and {problem} on this passage already.",
                      "Look at the table of codings.", cause=cause.key, problem=problem.key)
    link = LinkCoding(interview_id=interview.id, segment_id=segment.id, cause_id=cause.id, problem_id=problem.id,
                      account_id=account.id, edited_quote={})
    session.add(link)
    session.flush()
    record_coding(session, study, account, "apply_link", link, before=None)
    return link


def change_coding(session: Session, study: Study, interview: Interview, account: Account, coding_id: int, *,
                  polarity: str, memo: str, version: int) -> Coding:
    """Give one's own coding another polarity or memo; Stale if it was changed since the page was loaded."""
    coding = get_own(session, interview, account, Coding, coding_id)
    _check_polarity(polarity)
    if coding.version != version:
        _compare(coding, version, polarity=(polarity, coding.polarity), memo=(memo.strip(), coding.memo))
    if polarity != coding.polarity:
        check_may_code(session, interview, account)
    before = state_of(coding)
    coding.polarity, coding.memo = polarity, memo.strip()
    if state_of(coding) != before:
        coding.version += 1
        record_coding(session, study, account, "change_coding", coding, before=before)
        session.flush()
    return coding


def delete_coding(session: Session, study: Study, interview: Interview, account: Account, coding_id: int) -> Coding:
    """Take one's own coding away; `undo_last` brings it back."""
    coding = get_own(session, interview, account, Coding, coding_id)
    check_may_code(session, interview, account)
    before = state_of(coding)
    coding.deleted_at = utc_now()
    coding.version += 1
    record_coding(session, study, account, "delete_coding", coding, before=before)
    session.flush()
    return coding


def delete_link(session: Session, study: Study, interview: Interview, account: Account, link_id: int) -> LinkCoding:
    """Take one's own link coding away; `undo_last` brings it back."""
    link = get_own(session, interview, account, LinkCoding, link_id)
    check_may_code(session, interview, account)
    before = state_of(link)
    link.deleted_at = utc_now()
    link.version += 1
    record_coding(session, study, account, "delete_link", link, before=before)
    session.flush()
    return link


def set_edited_quote(session: Session, study: Study, interview: Interview, account: Account,
                     kind: type[Kind], number: int, edited: Mapping[str, str], *, version: int | None = None) -> None:
    """Store the non-identifying wording that may be printed; by the coder or by who runs the study.

    Overtaken if a version is given and the wording was changed since.
    """
    row: Kind = get_seen(session, interview, account, kind, number)
    if row.account_id != account.id and not account.permissions.can_run_studies:
        raise NotAllowed("Only the coder or a researcher may clear a quote for print.", "Ask one of them.")
    wording = {language: words.strip() for language, words in edited.items() if words.strip()}
    longest = max(map(len, wording.values()), default=0)
    if longest > LONGEST_QUOTE:
        raise BadInput("The wording has {n} characters.", "Give at most {most}.", n=longest, most=LONGEST_QUOTE)
    if version is not None and row.version != version:
        languages = [*edited, *(key for key in row.edited_quote if key not in edited)]
        _compare(row, version, **{f"edited_{key}": (wording.get(key, ""), row.edited_quote.get(key, ""))
                                  for key in languages})
    before = state_of(row)
    row.edited_quote = wording
    if state_of(row) != before:
        row.version += 1
        record_coding(session, study, account, "edit_quote", row, before=before)
        session.flush()


def get_seen(session: Session, interview: Interview, account: Account, kind: type[Kind], number: int) -> Kind:
    """Return the coding of that number if the account may know of it; NotFound otherwise."""
    row = session.scalar(select(kind).where(kind.id == number, kind.interview_id == interview.id,
                                            kind.deleted_at.is_(None), is_seen_by(kind, account)))
    if row is None:
        raise NotFound("There is no such coding in this interview.", "Load the interview again.")
    return row


def passage_of_sentences(session: Session, interview: Interview, turn_number: int, chosen: Sequence[int],
                         version_sha256: str) -> Passage:
    """Return the passage from the first to the last chosen sentence of a turn; they must follow one another."""
    version, words, start = _turn_words(session, interview, turn_number, version_sha256)
    spans = sentence_spans(words)
    numbers = sorted(set(chosen))
    if not numbers or numbers[0] < 0 or numbers[-1] >= len(spans):
        raise BadInput("No passage was chosen.", "Tick sentences, or paste the exact words.")
    if numbers[-1] - numbers[0] + 1 != len(numbers):
        raise BadInput("The chosen sentences do not follow one another.",
                       "Choose neighbours, or save one coding for each place.")
    first, last = spans[numbers[0]][0], spans[numbers[-1]][1]
    return Passage(start + first, start + last, words[first:last], version.sha256)


def passage_of_words(session: Session, interview: Interview, turn_number: int, quote: str,
                     version_sha256: str) -> Passage:
    """Return the passage with exactly these words; they must occur once in the turn."""
    version, words, start = _turn_words(session, interview, turn_number, version_sha256)
    quote = normalise(quote).strip()
    if not quote:
        raise BadInput("No passage was chosen.", "Tick sentences, or paste the exact words.")
    place = words.find(quote)
    if place < 0:
        raise BadInput("These words do not occur in turn {n}.", "Copy them from the turn, every sign of them.",
                       n=turn_number)
    if words.find(quote, place + 1) >= 0:
        raise BadInput("These words occur more than once in turn {n}.", "Paste a longer piece that occurs once.",
                       n=turn_number)
    return Passage(start + place, start + place + len(quote), quote, version.sha256)


def passage_of_turn(session: Session, interview: Interview, turn_number: int, version_sha256: str) -> Passage:
    """Return the passage of all words of a turn."""
    version, words, start = _turn_words(session, interview, turn_number, version_sha256)
    return Passage(start, start + len(words), words, version.sha256)


def _turn_words(session: Session, interview: Interview, number: int,
                version_sha256: str) -> tuple[TranscriptVersion, str, int]:
    version = checked_version(session, interview, version_sha256)
    turn = session.scalar(select(Turn).where(Turn.version_id == version.id, Turn.number == number))
    if turn is None:
        raise NotFound("The interview has no turn {n}.", "Load the interview again.", n=number)
    return version, version.text[turn.start:turn.end], turn.start


def get_own(session: Session, interview: Interview, account: Account, kind: type[Kind], number: int) -> Kind:
    """Return one's own coding of that number; NotFound or NotAllowed otherwise."""
    row = get_seen(session, interview, account, kind, number)
    if row.account_id != account.id:
        raise NotAllowed("This is the coding of another coder.", "Only they can change it.")
    return row


def _compare(row: Coding | LinkCoding, version: int, **fields: tuple[str, str]) -> None:
    """Raise Overtaken with both wordings where they differ; what was stored meanwhile may be the same."""
    both = [Difference(name, mine, theirs) for name, (mine, theirs) in fields.items()]
    if version > row.version or any(field.mine != field.theirs for field in both):
        raise Overtaken("This coding was changed in another window after you had opened it.",
                        "Nothing of yours is lost: choose below what shall stand.", both, row.version)


def _check_polarity(polarity: str) -> None:
    if polarity not in POLARITIES:
        raise BadInput("There is no polarity {polarity}.", "Choose one of: {known}.", polarity=repr(polarity),
                       known=", ".join(POLARITIES))
