"""The sample's interviews → the study: the same deeds by which a coder would enter them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from instruments.template import Guide
from surveyapp.db.base import utc_now
from surveyapp.models.account import Account
from surveyapp.models.coding import CoderAssignment, Coding, LinkCoding
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.sample.interview_files import SampleCoding, SampleInterview, SampleLink
from surveyapp.services.coding import apply_code, apply_link, set_edited_quote
from surveyapp.services.coverage import states_of_list
from surveyapp.services.interview import InterviewLog, guide_of, log_interview, store_transcript
from surveyapp.services.segment import Passage
from surveyapp.services.speakers import ParsedTurn
from surveyapp.services.transcript import Transcript, text_hash

FEWEST_CODERS = 2


def load_sample_interviews(session: Session, study: Study, interviews: Sequence[SampleInterview],
                           coder_accounts: Mapping[str, Account]) -> list[Interview]:
    """Return the stored interviews with all codings; `coder_accounts` maps the sample's coders to accounts."""
    return [_store(session, study, sample, coder_accounts) for sample in interviews]


def _store(session: Session, study: Study, sample: SampleInterview, accounts: Mapping[str, Account]) -> Interview:
    interview = log_interview(session, study, _log_of(sample, guide_of(study)))
    transcript = _transcript_of(sample)
    store_transcript(session, study, interview, transcript, filename=f"{sample.key}.txt")
    for coding in sample.codings:
        coder = accounts[coding.coder]
        row = apply_code(session, study, interview, coder, _passage(transcript, coding), coding.code,
                         polarity=coding.polarity)
        set_edited_quote(session, study, interview, coder, Coding, row.id, coding.edited)
    for link in sample.links:
        coder = accounts[link.coder]
        linked = apply_link(session, study, interview, coder, _passage(transcript, link), cause_key=link.cause,
                            problem_key=link.problem)
        set_edited_quote(session, study, interview, coder, LinkCoding, linked.id, link.edited)
    _close_round(session, interview, sample, accounts)
    session.flush()
    return interview


def _log_of(sample: SampleInterview, guide: Guide | None) -> InterviewLog:
    return InterviewLog(
        role=sample.role, audience=sample.audience, key=sample.key, line=sample.line, tenure_band=sample.tenure_band,
        held_on=sample.held_on, duration_min=sample.duration_min, mode=sample.mode, interviewer=sample.interviewer,
        has_consent=bool(sample.consent) and sample.consent != "none",
        record="verbatim" if sample.is_verbatim else "notes", language=sample.language,
        questions=states_of_list(guide, sample.audience, sample.questions),
    )


def _transcript_of(sample: SampleInterview) -> Transcript:
    """Return the sample's own text with its own turns: who speaks is known and need not be guessed."""
    text, turns, end = sample.text, [], 0
    for turn in sample.turns:
        start = text.index(turn.text, end + len(turn.speaker))
        end = start + len(turn.text)
        turns.append(ParsedTurn(turn.speaker, turn.is_interviewee, start, end))
    return Transcript(text, text_hash(text), tuple(turns), "UTF-8")


def _passage(transcript: Transcript, mark: SampleCoding | SampleLink) -> Passage:
    turn = transcript.turns[mark.turn]
    start = transcript.text.index(mark.quote, turn.start, turn.end)
    return Passage(start, start + len(mark.quote), mark.quote, transcript.sha256)


def _close_round(session: Session, interview: Interview, sample: SampleInterview,
                 accounts: Mapping[str, Account]) -> None:
    """Mark a sample that two people coded as a finished round."""
    coders = list(dict.fromkeys(coding.coder for coding in sample.codings))
    if len(coders) >= FEWEST_CODERS:
        session.add_all(CoderAssignment(interview_id=interview.id, account_id=accounts[coder].id, is_blind=True,
                                        finished_at=utc_now(), released_at=utc_now()) for coder in coders)
