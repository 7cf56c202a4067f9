"""Edits of the plan in the next wave: offered, ticked, and never taken over by themselves."""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from analysis.results.diagnosis import Diagnosis
from surveyapp.db.session import close_read_session, transaction
from surveyapp.models.study import Study
from surveyapp.services.diagnosis import store_diagnosis
from surveyapp.services.study import get_study
from surveyapp.services.wave import add_wave
from tests.web import test_plan_edit as of_a_wave
from tests.web.test_plan_edit import MEASURE, OBJECTIVE, WHAT, audits, first_diagnosis, logged_in, place, plan_of, store

planned_file, sqlite_url, planned = of_a_wave.planned_file, of_a_wave.sqlite_url, of_a_wave.planned


def next_wave(study: Study, diagnosis: Diagnosis) -> None:
    with transaction() as session:
        held = get_study(session, study.id)
        store_diagnosis(session, held, add_wave(session, held, "w2"), diagnosis)
    close_read_session()


def test_edits_of_the_wave_before_hold_in_the_next_one_only_where_they_are_ticked(client: FlaskClient, planned: Study):
    logged_in(client, planned)
    store(client, planned, **WHAT)
    store(client, planned, OBJECTIVE, owner_en="Data manager", owner_zh="数据管理员")
    next_wave(planned, first_diagnosis())
    before = plan_of(planned).entry("measure", "S1.1").edit

    offered = re.findall(r'name="edit" value="([^"]*)"', client.get(place(planned)).text)
    client.post(f"{place(planned)}/take-over", data={"edit": MEASURE})

    plan = plan_of(planned)
    taken = plan.entry("measure", "S1.1")
    assert (before, set(offered)) == (None, {MEASURE, OBJECTIVE})
    assert taken.edit is not None
    assert (taken.edit.values.what["en"], taken.edit.is_stale) == (WHAT["what_en"], False)
    assert plan.entry("objective", "OB_INFO").edit is None
    assert re.findall(r'name="edit" value="([^"]*)"', client.get(place(planned)).text) == [OBJECTIVE]
    assert [row.action for row in audits(planned)] == ["edit_plan_changed", "edit_plan_changed", "edit_plan_taken_over"]


def test_an_edit_taken_over_is_to_be_confirmed_where_the_rules_propose_something_else(client: FlaskClient,
                                                                                      planned: Study):
    logged_in(client, planned)
    store(client, planned, **WHAT)
    older = first_diagnosis()
    measures = tuple(replace(one, verdict="data_needed", size=290.0) if one.key == "S1.1" else one
                     for one in older.measures)
    next_wave(planned, replace(older, measures=measures))

    page = client.get(place(planned)).text
    client.post(f"{place(planned)}/take-over", data={"edit": MEASURE})

    edit = plan_of(planned).entry("measure", "S1.1").edit
    assert f'value="{MEASURE}">' in page                # offered, and not ticked beforehand
    assert edit is not None
    assert edit.is_stale
    assert "verdict" in edit.changed


@pytest.mark.parametrize("form", [{}, {"edit": "measure/S9.9"}, {"edit": "measure/S1.2"}])
def test_what_was_not_offered_is_not_taken_over(client: FlaskClient, planned: Study, form: dict[str, str]):
    logged_in(client, planned)
    store(client, planned, **WHAT)
    next_wave(planned, first_diagnosis())

    reply = client.post(f"{place(planned)}/take-over", data=form)

    assert reply.status_code == 409
    assert "These edits cannot be taken over" in reply.text
    assert [entry.key for entry in plan_of(planned).entries if entry.edit] == []


def test_a_manager_takes_over_nothing(client: FlaskClient, planned: Study):
    logged_in(client, planned)
    store(client, planned, **WHAT)
    next_wave(planned, first_diagnosis())
    client.post("/logout")
    logged_in(client, planned, "manager", "boss")

    page, reply = client.get(place(planned)), client.post(f"{place(planned)}/take-over", data={"edit": MEASURE})

    assert 'name="edit"' not in page.text
    assert reply.status_code == 403
