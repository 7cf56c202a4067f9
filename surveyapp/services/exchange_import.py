"""A planned import of a foreign project, carried out: codes, coders without a login, interviews, passages, codings.

All of it or, by exception, nothing. Rows are made in bulk, because a project may hold ten thousand codings; the rules
are those of `services.coding`: a passage's words are at its place, one coder gives a code to a passage once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from instruments.codec import to_document
from surveyapp.errors import Refused
from surveyapp.models.account import Account, Role
from surveyapp.models.coding import Code
from surveyapp.models.interview import Interview, TranscriptVersion
from surveyapp.models.study import Study
from surveyapp.services.account import add_account, find_account
from surveyapp.services.audit import record_change
from surveyapp.services.codebook import codebook_rules, forget_codebook, load_codebook
from surveyapp.services.codebook_version import newest_version_id
from surveyapp.services.exchange_codes import CodePlan, definition_of, is_retired
from surveyapp.services.exchange_marks import Marks, code_memos, record_rows, store_marks
from surveyapp.services.exchange_plan import ADD, ExchangePlan, TextPlan, check_decided
from surveyapp.services.exchange_words import replaced_words, turns_of
from surveyapp.services.foreign_offsets import Placed, place_selections, words_are_quotes
from surveyapp.services.foreign_project import ForeignProject
from surveyapp.services.identity_key import keep_replacements
from surveyapp.services.interview import current_version, get_interview, log_interview, store_transcript
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
    codes = _store_codes(session, study, plan.codes, account, imported)
    codebook = load_codebook(session, study)
    known = {guid: codebook.by_key[key] for guid, key in codes.items()}
    coders = _Coders(session, study, plan.project)
    newest = newest_version_id(session, study)
    for plan_of_code in plan.codes:
        if plan_of_code.key and plan_of_code.foreign.memos:
            memos = list(code_memos(session, study, codebook.by_key[plan_of_code.key], plan_of_code.foreign.memos,
                                    coders.of))
            record_rows(session, study, account, memos)
            imported.counts["memos"] += len(memos)
    trusts = words_are_quotes(plan.project, plan.fit.reading)
    for text in plan.taken:
        placed = place_selections(text.text, plan.fit.reading, trusts_words=trusts)
        interview, version, placed = _interview_of(session, study, text, placed, secret, account, imported,
                                                   is_pseudonymised=plan.choices.is_pseudonymised)
        marks = Marks(session, study, interview, version, known, coders.of, account, newest)
        store_marks(marks, text.text, placed, imported.counts)
    record_change(session, IMPORT, f"study {study.id}", study_id=study.id, account=account, after={
        "origin": plan.project.origin[:80], "interviews": imported.interviews, "added_to": imported.added_to,
        **imported.counts})
    session.flush()
    return imported


def _store_codes(session: Session, study: Study, plans: tuple[CodePlan, ...], account: Account | None,
                 imported: Imported) -> dict[str, str]:
    """Return the key of each code of the file, after the new ones were added at the end of the codebook."""
    keys = {plan.foreign.guid: plan.key for plan in plans if plan.key}
    new = [plan for plan in plans if plan.is_new]
    if new:
        codebook = load_codebook(session, study)
        languages = codebook_rules(study).languages
        constructs = frozenset(entry.definition.construct for entry in codebook.entries if entry.definition.construct)
        for place, plan in enumerate(new):
            definition = definition_of(plan, _parent(plan, plans, keys), languages, constructs)
            row = Code(study_id=study.id, key=plan.key, position=len(codebook.entries) + place,
                       document=to_document(definition), is_active=not is_retired(plan))
            session.add(row)
            session.flush()
            record_change(session, "add_code", f"code {row.id}", study_id=study.id, account=account,
                          after=row.document)
        forget_codebook(session, study)
        imported.counts["codes"] = len(new)
    return keys


def _parent(plan: CodePlan, plans: tuple[CodePlan, ...], keys: Mapping[str, str]) -> str | None:
    """Return the key of the nearest code above that is taken over."""
    by_guid = {other.foreign.guid: other for other in plans}
    above = plan.foreign.parent
    while above and above not in keys:
        above = by_guid[above].foreign.parent if above in by_guid else ""
    return keys.get(above) if keys.get(above) != plan.key else None


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


def _interview_of(session: Session, study: Study, plan: TextPlan, placed: list[Placed], secret: str,
                  account: Account | None, imported: Imported, *,
                  is_pseudonymised: bool) -> tuple[Interview, TranscriptVersion | None, list[Placed]]:
    if plan.deed != ADD or plan.log is None:
        interview = get_interview(session, study, plan.interview_id or 0)
        imported.added_to.append(interview.key)
        return interview, current_version(session, interview), placed
    text, log = plan.text.text, plan.log
    chosen = {row.words: row.replacement for row in plan.found
              if is_pseudonymised and (row.is_sure or row.is_known)}
    words = replaced_words(text, plan.found, chosen)
    if chosen:
        keep_replacements(session, secret, study, plan.found, chosen, account)
        log = replace(log, notes=replaced_words(log.notes, (), chosen).text)
        imported.counts["replaced"] += len(chosen)
    interview = log_interview(session, study, log, account)
    imported.interviews.append(interview.key)
    version = None
    if words.text.strip():
        transcript = Transcript(words.text, text_hash(words.text), turns_of(plan.text, words), "UTF-8")
        version = store_transcript(session, study, interview, transcript, filename=log.key, account=account)
    return interview, version, [words.moved(row) for row in placed]

