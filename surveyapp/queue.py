"""Asking for long work by name, inside the caller's transaction: either both happen or neither."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from surveyapp.db.session import database
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import Job

if TYPE_CHECKING:
    from dbos import DBOSClient

QUEUE = "surveyapp"
WORKFLOW = "run_job"


@lru_cache(maxsize=4)
def _client(url: str) -> DBOSClient:
    # Imported when first needed: it would double the start of a web worker, which seldom asks for a job.
    from dbos import DBOSClient

    return DBOSClient(system_database_url=url, lazy=True)


def engine_url() -> str:
    """Return the database URL as the job engine spells it."""
    return database().engine.url.render_as_string(hide_password=False)


def prepare_queue() -> None:
    """Make the job engine's tables in the database; called before anything serves or works."""
    from dbos import DBOS

    DBOS.migrate(engine_url())


def enqueue_job(session: Session, study_id: int, kind: str, options: Mapping[str, Any],
                account: Account | None = None) -> Job:
    """Return a waiting job; a worker runs it once the caller's transaction is committed."""
    job = Job(id=str(uuid.uuid4()), study_id=study_id, kind=kind, options=dict(options),
              account_id=account.id if account else None)
    session.add(job)
    session.flush()
    _client(engine_url()).enqueue_in_transaction(
        session, {"queue_name": QUEUE, "workflow_name": WORKFLOW, "workflow_id": job.id}, job.id)
    return job
