"""The customer file: checked for identifiers, stored as it came."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import pandas as pd
from sqlalchemy import insert
from sqlalchemy.orm import Session

from analysis.customers.reading import CustomerFile as CheckedFile
from analysis.customers.reading import read_customers
from analysis.quant.spec_data import read_table
from instruments.codec import from_document
from instruments.template import StudyTemplate
from surveyapp.errors import BadInput
from surveyapp.models.account import Account
from surveyapp.models.customer import Customer, CustomerFile
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change


@dataclass(frozen=True)
class CustomerImport:
    """The stored file, and what the researcher should know about it."""

    file: CustomerFile
    notices: tuple[str, ...] = ()


def import_customers(session: Session, study: Study, content: bytes, name: str,
                     account: Account | None = None) -> CustomerImport:
    """Store the file; refuses one that names persons or lacks a required column, and then stores nothing."""
    model = from_document(StudyTemplate, study.template).value_model
    if model is None:
        raise BadInput("The study's template has no customer-value model.", "Use a template that has one.")
    frame = read_table(io.BytesIO(content), PurePath(name).name)
    checked = read_customers(frame, model, place=name)
    file = store_customers(session, study, frame.to_dict("records"), name, content, account)
    return CustomerImport(file, tuple(_notices(checked)))


def _notices(checked: CheckedFile) -> Iterator[str]:
    """Yield what was wrong with the file and what becomes of it; nothing is left out silently."""
    counted = [
        (checked.n_duplicate_rows, "{n} rows repeat a customer; the first of each counts."),
        (checked.n_without_key, "{n} rows have no customer code and are left out."),
        *((n, f"column {field}: {{n}} negative values count as empty.") for field, n in checked.n_negative.items()),
        (checked.n_unknown_tier, "column tier: {n} values are not known to the value model and count as empty."),
        (checked.n_impossible_tenure, "column tenure_months: {n} impossible values count as empty."),
    ]
    yield from (words.format(n=n) for n, words in counted if n)
    missing = [f"{field} {share:.0%}" for field, share in checked.missing_share.items() if share > 0]
    if missing:
        yield f"empty cells: {', '.join(missing)}."
    for warning in checked.warnings:
        yield f"columns not used: {warning.partition(': ')[2]}."


def store_customers(session: Session, study: Study, rows: Sequence[Mapping[Any, Any]], name: str, content: bytes,
                    account: Account | None = None) -> CustomerFile:
    """Return a stored customer file of these rows; the newest file of a study is the one in use."""
    file = CustomerFile(study_id=study.id, name=name, sha256=hashlib.sha256(content).hexdigest(), n_rows=len(rows))
    session.add(file)
    session.flush()
    if rows:
        session.execute(insert(Customer), [
            {"file_id": file.id, "number": number, "document": {str(key): _plain(value) for key, value in row.items()}}
            for number, row in enumerate(rows, start=1)
        ])
    record_change(session, "import_customers", f"customer file {file.id}", study_id=study.id, account=account,
                  after={"name": name, "rows": len(rows)})
    return file


def _plain(value: Any) -> Any:
    """Return a value that JSON knows; an empty cell becomes null."""
    if value is None or (isinstance(value, float) and pd.isna(value)) or value is pd.NA:
        return None
    return value.item() if hasattr(value, "item") else value
