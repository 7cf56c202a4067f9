"""Branches on one server know nothing of each other: every route, with every number and key of the other's things."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Integer, Table, select
from werkzeug.routing import Rule

from instruments.template_loader import load_catalogue_template
from surveyapp.db.base import Base
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.account import Role
from surveyapp.models.study import Study
from surveyapp.services.account import add_account, add_member
from surveyapp.services.study import create_study, get_study
from tests.browser.staff_pages import StaffPages
from tests.conftest import PASSWORD
from tests.web.test_permissions import staff_routes

# Words that stand in things of the other branches and in nothing of one's own.
THEIR_WORDS = ("前后登了五个系统", "Count the systems", "Ask again.", "p7@bank.example", "Person 07",
               "Newer questionnaire", "What is meant by goal?")
KEYS = {"wave_key": ("w1", "w2", "pilot1"), "audience": ("staff",), "language": ("en",), "code_key": ("CAU.TECH",),
        "key": ("PRB_EFFECT", "GOA1"), "part": ("units",), "section": ("B",), "batch": ("north",)}
OF_NOBODY = {"alembic_version", "study", "account", "job", "audit"}


@pytest.fixture
def theirs(team: StaffPages) -> StaffPages:
    """Three studies of others, with something on every page."""
    return team


@pytest.fixture
def own(theirs: StaffPages) -> Study:
    """A study of one's own, bare."""
    with transaction() as session:
        return create_study(session, load_catalogue_template("bank_crm"), "own branch")


def enter(app: Flask, own: Study, role: Role) -> FlaskClient:
    client = app.test_client()
    with transaction() as session:
        account = add_account(session, f"{role}@own.example", "Own", role, PASSWORD)
        add_member(session, get_study(session, own.id), account)
    client.post("/login", data={"login": f"{role}@own.example", "password": PASSWORD})
    return client


def numbers() -> list[int]:
    """Return every number that a row has; small ones may be anything's."""
    found: set[int] = set()
    for table in Base.metadata.sorted_tables:
        for column in table.primary_key.columns:
            if isinstance(column.type, Integer) and table.name not in OF_NOBODY:
                found.update(read_session().scalars(select(column)).all())
    return sorted(found)[:12]


def addresses(rule: Rule, study_id: int, known: list[int]) -> Iterator[str]:
    names = sorted(rule.arguments - {"study_id"})
    choices = [tuple(map(str, known)) if f"<int:{name}>" in rule.rule else KEYS.get(name, ("1",)) for name in names]
    for values in product(*choices):
        path = rule.rule.replace("<int:study_id>", str(study_id))
        for name, value in zip(names, values, strict=True):
            for converter in ("int:", "path:", ""):
                path = path.replace(f"<{converter}{name}>", value)
        yield path


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) & {"GET", "POST"})


def rows_of(table: Table, own_id: int) -> list[tuple[Any, ...]]:
    found = read_session().execute(select(table)).all()
    places = [place for place, column in enumerate(table.columns) if column.name == "study_id"]
    return [tuple(map(repr, row)) for row in found if not any(row[place] == own_id for place in places)]


def their_rows(own: Study) -> dict[str, list[tuple[Any, ...]]]:
    close_read_session()
    return {table.name: rows_of(table, own.id) for table in Base.metadata.sorted_tables
            if table.name not in OF_NOBODY}


def test_no_page_of_another_branch_exists_for_any_role(app: Flask, theirs: StaffPages, own: Study):
    members = {role: enter(app, own, role) for role in Role if role is not Role.ADMINISTRATOR}
    rules = [rule for rule in staff_routes(app) if "study_id" in rule.arguments]
    studies = (theirs.bank, theirs.small.study, theirs.known.study)
    asked = 0

    for (role, member), rule, study in product(members.items(), rules, studies):
        may, path = getattr(role, app.view_functions[rule.endpoint].permission), next(addresses(rule, study.id, [1]))
        for method in methods(rule):
            reply = member.open(path, method=method)
            asked += 1
            assert reply.status_code == (404 if may else 403), (role, method, path)
            assert [word for word in THEIR_WORDS if word in reply.text] == [], (role, method, path)
    assert asked > 1200


def test_numbers_and_keys_of_another_branch_lead_nowhere_from_ones_own(app: Flask, theirs: StaffPages, own: Study):
    member, known = enter(app, own, Role.RESEARCHER), numbers()
    asked = 0

    for rule in staff_routes(app):
        if "study_id" in rule.arguments and any(f"<int:{name}>" in rule.rule for name in rule.arguments - {"study_id"}):
            for path in addresses(rule, own.id, known):
                reply = member.open(path, method="GET") if "GET" in methods(rule) else None
                asked += 1
                assert reply is None or not any(word in reply.text for word in THEIR_WORDS), path
    assert asked > 200


def test_no_deed_from_ones_own_branch_changes_a_row_of_another(
        app: Flask, theirs: StaffPages, own: Study, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("surveyapp.queue._client", lambda _url: type("Queue", (), {
        "enqueue_in_transaction": lambda *_: None})())
    member, known = enter(app, own, Role.RESEARCHER), numbers()
    before = their_rows(own)

    for rule in staff_routes(app):
        if "study_id" in rule.arguments and "POST" in methods(rule):
            for path in addresses(rule, own.id, known):
                reply = member.post(path, data={"deed": "delete", "name": "x", "text": "x", "code": "CAU.TECH"})
                assert reply.status_code != 500, path

    after = their_rows(own)
    for name, rows in before.items():
        assert [row for row in rows if row not in after[name]] == [], name


def test_the_list_of_studies_and_the_page_side_by_side_name_only_ones_own(
        app: Flask, theirs: StaffPages, own: Study):
    member = enter(app, own, Role.MANAGER)

    for path in ("/", "/side-by-side"):
        page = member.get(path).text
        assert "own branch" in page
        assert [name for name in ("rates", "kiosk", f'/studies/{theirs.bank.id}"') if name in page] == [], path
