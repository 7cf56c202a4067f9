"""What was done to a code and to its codings by merges and splits, newest first, from the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.codec import from_document
from instruments.template import CodeDefinition
from surveyapp.models.account import Account
from surveyapp.models.audit import Audit
from surveyapp.models.coding import Code
from surveyapp.models.study import Study
from surveyapp.services.codebook_edit import ADD, CHANGE, RENAME, subject_of
from surveyapp.services.codebook_version import FieldChange, field_changes

LONGEST_HISTORY = 200       # deeds on one page


@dataclass(frozen=True)
class HistoryEntry:
    """One deed; `facts` are its plain values, such as the codes of a merge and how many codings it changed."""

    at: datetime
    by: str                         # "" = command line or template
    deed: str
    changes: tuple[FieldChange, ...]
    facts: Mapping[str, Any]


def code_history(session: Session, study: Study, row: Code) -> list[HistoryEntry]:
    """Return the deeds on the code, newest first."""
    found = (select(Audit, Account.name).outerjoin(Account, Account.id == Audit.account_id)
             .where(Audit.study_id == study.id, Audit.subject == subject_of(row))
             .order_by(Audit.id.desc()).limit(LONGEST_HISTORY))
    return [_entry(audit, name or "") for audit, name in session.execute(found)]


def _entry(audit: Audit, by: str) -> HistoryEntry:
    changes: tuple[FieldChange, ...] = ()
    facts: Mapping[str, Any] = audit.after or {}
    if audit.action == CHANGE:
        was, now = (from_document(CodeDefinition, part or {}) for part in (audit.before, audit.after))
        changes, facts = tuple(field_changes(was, now)), {}
    elif audit.action == ADD:
        facts = {}
    elif audit.action == RENAME:
        facts = {"old": (audit.before or {}).get("key", ""), "new": (audit.after or {}).get("key", "")}
    return HistoryEntry(audit.at, by, audit.action, changes, facts)
