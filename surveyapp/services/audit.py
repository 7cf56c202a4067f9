"""The audit log: written in the transaction of the change it tells of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from surveyapp.models.account import Account
from surveyapp.models.audit import Audit


def record_change(
    session: Session,
    action: str,
    subject: str,
    *,
    study_id: int | None = None,
    account: Account | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add one row to the audit log; no account means the command line."""
    session.add(Audit(
        action=action, subject=subject, study_id=study_id, account_id=account.id if account else None,
        before=dict(before) if before is not None else None, after=dict(after) if after is not None else None,
    ))
