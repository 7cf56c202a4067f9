"""Customer files taken over in one go, by commands and samples; the web shows them first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from surveyapp.models.account import Account
from surveyapp.models.customer import CUSTOMERS, CustomerFile
from surveyapp.models.study import Study
from surveyapp.services.customer import FileReport, ReadFile, check_kind, get_value_model, sha256_of, store_file
from surveyapp.services.customer_check import check_file, check_table
from surveyapp.services.customer_pack import packed


def read_file(study: Study, content: bytes, name: str, kind: str = CUSTOMERS, as_on: str | None = None) -> ReadFile:
    """Return the file checked and packed; refuses one that names persons or cannot be read."""
    check_kind(kind)
    checked = check_file(kind, content, name, get_value_model(study))
    return ReadFile(kind, name, sha256_of(content), packed(checked.frame), checked.report, as_on)


def import_file(session: Session, study: Study, content: bytes, name: str, kind: str = CUSTOMERS, *,
                as_on: str | None = None, account: Account | None = None) -> tuple[CustomerFile, FileReport]:
    """Return the stored file and what is to be said of it; nothing is stored of a file that is refused."""
    read = read_file(study, content, name, kind, as_on)
    return store_file(session, study, read, account), read.report


def store_rows(session: Session, study: Study, rows: Sequence[Mapping[str, Any]], name: str, kind: str = CUSTOMERS, *,
               as_on: str | None = None) -> CustomerFile:
    """Return a stored file of these rows, checked as an uploaded one is."""
    checked = check_table(kind, pd.DataFrame(rows), name, get_value_model(study))
    content = packed(checked.frame)
    return store_file(session, study, ReadFile(kind, name, sha256_of(content), content, checked.report, as_on))
