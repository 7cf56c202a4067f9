"""Customer files in the database, on both engines: stored in columns, found by kind and day, forgotten after a day."""

from datetime import timedelta

import pandas as pd
import pytest
from sqlalchemy import insert, select

from analysis.customers.picture import customer_picture
from instruments.template_loader import load_catalogue_template
from surveyapp.dataset import load_customer_tables
from surveyapp.db.base import utc_now
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.jobs.customers import compute_picture, connected_groups
from surveyapp.models.audit import Audit
from surveyapp.models.customer import COMPLETENESS, RELATIONS, Customer, CustomerFile, CustomerUpload
from surveyapp.models.study import Study
from surveyapp.services.account import add_account
from surveyapp.services.customer import find_earlier_file, find_file, forget_uploads, remove_file, stage_upload
from surveyapp.services.customer_import import read_file, store_rows
from surveyapp.services.study import create_study, get_study

ROWS = [{"customer_id": f"K{place}", "customer_type": "personal", "aum": 1000.25 * place, "products": place % 4,
         "tier": "basic" if place % 2 else None, "rm_id": f"R{place % 2}"} for place in range(1, 9)]
PAIRS = [{"customer_a": "K1", "customer_b": "K2", "type": "family", "legal_basis": "consent"},
         {"customer_a": "K3", "customer_b": "K4", "type": "family", "legal_basis": None}]


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        created = create_study(session, load_catalogue_template("bank_crm"), "branch")
        number = created.id
    close_read_session()
    return get_study(read_session(), number)


def store(study: Study, rows: list[dict], kind: str = "customers", as_on: str | None = None) -> int:
    with transaction() as session:
        number = store_rows(session, get_study(session, study.id), rows, "file.csv", kind, as_on=as_on).id
    close_read_session()        # what was just stored shall be read
    return number


def test_what_was_stored_comes_back_as_it_was(study: Study) -> None:
    store(study, ROWS)
    store(study, PAIRS, RELATIONS)
    store(study, [{"customer_id": "K1", "has_occupation": 1, "age_days_occupation": 30}], COMPLETENESS)

    tables = load_customer_tables(read_session(), study)

    assert tables is not None
    assert tables.customers["aum"].tolist() == [row["aum"] for row in ROWS]
    assert tables.customers["tier"].isna().sum() == 4
    assert tables.relations is not None
    assert tables.relations["legal_basis"].isna().tolist() == [False, True]
    assert tables.records is not None
    assert tables.records["age_days_occupation"].tolist() == [30]


def test_the_file_in_use_is_that_of_the_latest_day_whenever_it_came(study: Study) -> None:
    newest = store(study, ROWS, as_on="2026-06-30")
    earlier = store(study, ROWS[:4], as_on="2025-06-30")

    used, before = find_file(read_session(), study), find_earlier_file(read_session(), study)

    assert used is not None
    assert before is not None
    assert (used.id, before.id) == (newest, earlier)
    tables = load_customer_tables(read_session(), study)
    assert tables is not None
    assert tables.dates == ("2025-06-30", "2026-06-30")
    assert tables.before is not None
    assert len(tables.before) == 4


def test_files_without_a_day_give_no_moves(study: Study) -> None:
    store(study, ROWS)
    store(study, ROWS[:3])

    assert find_earlier_file(read_session(), study) is None
    assert read_session().scalars(select(CustomerFile.n_rows)).all() == [3]     # it took the other's place


def test_a_file_that_an_older_program_stored_in_rows_is_still_read(study: Study) -> None:
    with transaction() as session:
        file = CustomerFile(study_id=study.id, kind="customers", name="old.csv", sha256="0" * 64, n_rows=len(ROWS))
        session.add(file)
        session.flush()
        session.execute(insert(Customer), [{"file_id": file.id, "number": number, "document": row}
                                           for number, row in enumerate(ROWS, 1)])
    close_read_session()

    tables = load_customer_tables(read_session(), study)

    assert tables is not None
    picture = customer_picture(tables.customers, load_catalogue_template("bank_crm").value_model)
    assert picture.n_customers == len(ROWS)


def test_an_upload_is_forgotten_after_a_day(study: Study) -> None:
    with transaction() as session:
        own = get_study(session, study.id)
        account = add_account(session, "r@example", "R", "researcher", None)
        stage_upload(session, own, read_file(own, b"customer_id,aum\nK1,5\n", "c.csv"), account)
        kept = forget_uploads(session, utc_now() + timedelta(hours=23))
        forgotten = forget_uploads(session, utc_now() + timedelta(hours=25))

    assert (kept, forgotten) == (0, 1)
    assert read_session().scalars(select(CustomerUpload)).all() == []


def test_a_file_is_deleted_with_its_figures_and_an_audit_row(study: Study) -> None:
    number = store(study, ROWS)
    compute_picture(study)

    with transaction() as session:
        remove_file(session, get_study(session, study.id), number)
    close_read_session()

    assert load_customer_tables(read_session(), study) is None
    assert "remove_customers" in read_session().scalars(select(Audit.action)).all()


def test_groups_are_listed_with_the_manager_of_most_assets(study: Study) -> None:
    store(study, ROWS)
    store(study, PAIRS, RELATIONS)

    table = connected_groups(study)

    assert isinstance(table, pd.DataFrame)
    assert table[["customers", "managers", "lead_manager"]].to_dict("records") == [
        {"customers": 2, "managers": 2, "lead_manager": "R0"}]       # K2 has more than K1
