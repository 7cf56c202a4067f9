"""The figures of a study's customer files, computed and kept."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.customers.moves import Dates
from analysis.customers.picture import OtherFiles, customer_picture, judged_customers
from analysis.customers.relations import group_table
from analysis.customers.sizing import rules_of
from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.results.customers import CustomerPicture
from surveyapp.dataset import CustomerTables, load_customer_tables
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import NotFound
from surveyapp.models.study import Study
from surveyapp.services.customer import get_value_model, input_hash, store_picture
from surveyapp.services.study import template_of


def compute_picture(study: Study) -> CustomerPicture:
    """Return the figures of the files in use, computed and stored."""
    session = read_session()
    digest, model, tables = input_hash(session, study), get_value_model(study), _tables(study)
    thresholds = resolve_thresholds(template_of(session, study).thresholds, study.thresholds)
    picture = customer_picture(tables.customers, model, rules=rules_of(thresholds), others=OtherFiles(
        tables.records, tables.relations, tables.before, Dates(*tables.dates)))
    with transaction() as writing:
        store_picture(writing, study, digest, picture)
    return picture


def connected_groups(study: Study) -> pd.DataFrame:
    """Return the connected groups as a list for the organisation's own work, with the manager who should lead each."""
    tables = _tables(study)
    return group_table(judged_customers(tables.customers, get_value_model(study), relations=tables.relations).columns)


def _tables(study: Study) -> CustomerTables:
    tables = load_customer_tables(read_session(), study)
    if tables is None:
        raise NotFound("The study has no customer file.", "Load one first.")
    return tables


def picture_customers(study: Study, _options: dict[str, Any]) -> str:
    """Do the job."""
    return f"{compute_picture(study).n_customers} customers"
