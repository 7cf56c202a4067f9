"""A planned import of a foreign project, carried out: codes, coders without a login, interviews, passages, codings.

All of it or, by exception, nothing. Rows are made in bulk, because a project may hold ten thousand codings; the rules
are those of `services.coding`: a passage's words are at its place, one coder gives a code to a passage once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.errors import Refused
from surveyapp.models.account import Account, Role
from surveyapp.models.coder_join import CoderJoin
from surveyapp.models.interview import Interview, TranscriptVersion
from surveyapp.models.study import Study
from surveyapp.services.account import add_account, find_account
from surveyapp.services.audit import record_change
from surveyapp.services.case_attribute import set_values
from surveyapp.services.codebook import load_codebook
from surveyapp.services.codebook_version import newest_version_id
from surveyapp.services.exchange_attributes import Attributes
from surveyapp.services.exchange_code_rows import add_codes
from surveyapp.services.exchange_log import with_notes
from surveyapp.services.exchange_marks import Marks, code_memos, record_rows, store_marks
from surveyapp.services.exchange_plan import ADD, ExchangePlan, TextPlan, check_decided
from surveyapp.services.exchange_words import replaced_words, turns_of
from surveyapp.services.foreign_offsets import Placed, place_selections, words_are_quotes
from surveyapp.services.foreign_project import ForeignProject
from surveyapp.services.identity_key import keep_replacements
from surveyapp.services.interview import InterviewLog, current_version, get_interview, log_interview, store_transcript
from surveyapp.services.transcript import Transcript, text_hash

IMPORTER, IMPORTER_NAME = "import", "Imported codings"      # whom codings belong to of which the file names nobody
IMPORT = "import_project"


@dataclass
class Imported:
    """What was stored."""

    interviews: list[str] = field(default_factory=list)
    added_to: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def import_exchange(session: Session, study: Study, plan: ExchangePlan, secret: str,
                    account: Account | None = None) -> Imported:
    """Store what the plan says and return what that was."""
    check_decided(plan)
    if not plan.codes and not plan.taken:
        raise Refused("Nothing of this file can be taken over.", "Look at the reasons in the report.")
    imported = Imported()
    keys = add_codes(session, study, plan.codes, account, imported.counts)
    codebook = load_codebook(session, study)
    known = {guid: codebook.by_key[key] for guid, key in keys.items()}
    coders = _Coders(session, study, plan.project)
    for row in plan.codes:
        if row.key and row.foreign.memos:
            memos = list(code_memos(session, study, known[row.foreign.guid], row.foreign.memos, coders.of))
            record_rows(session, study, account, memos)
            imported.counts["memos"] += len(memos)
    store = _Store(session, study, plan, secret, account, imported)
    newest, joined = newest_version_id(session, study), _joined(session, study)
    for text in plan.taken:
        interview, version, placed = store.interview_of(text)
        marks = Marks(session, study, interview, version, known, coders.of, account, newest, joined)
        store_marks(marks, text.text, placed, imported.counts)
    imported.counts["attributes"] = len(store.attributes.new)
    record_change(session, IMPORT, f"study {study.id}", study_id=study.id, account=account, after={
        "origin": plan.project.origin[:80], "interviews": imported.interviews, "added_to": imported.added_to,
        **imported.counts})
    session.flush()
    return imported


def _joined(session: Session, study: Study) -> dict[int, list[int]]:
    """Return the coders of files whose work was joined to each person: their codings are not brought in again."""
    found: dict[int, list[int]] = {}
    for person, coder in session.execute(select(CoderJoin.to_id, CoderJoin.from_id).where(
            CoderJoin.study_id == study.id, CoderJoin.undone_at.is_(None))):
        found.setdefault(person, []).append(coder)
    return found


class _Coders:
    """The accounts without a login that stand for those who coded, made when first needed."""

    def __init__(self, session: Session, study: Study, project: ForeignProject) -> None:
        self._session, self._study, self._project = session, study, project
        self._known: dict[str, Account] = {}

    def of(self, guid: str) -> Account:
        """Return the account of a coder of the file; nobody can log in with it."""
        if guid not in self._known:
            name = self._project.coders.get(guid, guid)
            login = f"{IMPORTER}-{self._study.id}-{guid or name}"[:120].lower() if guid else IMPORTER
            found = find_account(self._session, login)
            self._known[guid] = found or add_account(self._session, login, name[:200] or IMPORTER_NAME, Role.CODER,
                                                     None)
        return self._known[guid]


class _Store:
    """Makes the interviews of a plan, with names replaced where that was asked for."""

    def __init__(self, session: Session, study: Study, plan: ExchangePlan, secret: str, account: Account | None,
                 imported: Imported) -> None:
        self._session, self._study, self._secret, self._account = session, study, secret, account
        self._plan, self._imported = plan, imported
        self._trusts = words_are_quotes(plan.project, plan.fit.reading)
        self.attributes = Attributes(session, study, plan.project.variables, account)

    def interview_of(self, plan: TextPlan) -> tuple[Interview, TranscriptVersion | None, list[Placed]]:
        """Return the interview, its text, and the passages at their places in it."""
        placed = place_selections(plan.text, self._plan.fit.reading, trusts_words=self._trusts)
        if plan.deed != ADD or plan.log is None:
            interview = get_interview(self._session, self._study, plan.interview_id or 0)
            self._imported.added_to.append(interview.key)
            return interview, current_version(self._session, interview), placed
        chosen = {row.words: row.replacement for row in plan.found
                  if self._plan.choices.is_pseudonymised and (row.is_sure or row.is_known)}
        if chosen:
            keep_replacements(self._session, self._secret, self._study, plan.found, chosen, self._account)
            self._imported.counts["replaced"] += len(chosen)
        words = replaced_words(plan.text.text, plan.found, chosen)
        interview = self._logged(plan, plan.log, chosen)
        version = None
        if words.text.strip():
            transcript = Transcript(words.text, text_hash(words.text), turns_of(plan.text, words), "UTF-8")
            version = store_transcript(self._session, self._study, interview, transcript, filename=plan.key,
                                       account=self._account)
        return interview, version, [words.moved(row) for row in placed]

    def _logged(self, plan: TextPlan, log: InterviewLog, chosen: Mapping[str, str]) -> Interview:
        """Return the new interview with its log entry and the attributes of its case."""
        said = {name: replaced_words(words, (), chosen).text for name, words in plan.attributes.items()}
        values, left = self.attributes.values(said)
        log = with_notes(replace(log, notes=replaced_words(log.notes, (), chosen).text), left)
        interview = log_interview(self._session, self._study, log, self._account)
        if values:
            set_values(self._session, self._study, {interview.key: values}, self._account)
        self._imported.interviews.append(interview.key)
        return interview
