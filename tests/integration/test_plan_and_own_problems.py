"""Edits of the plan and problems of a study's own, as stored on either database."""

import threading

import pytest

from analysis.results.plan_edits import PlanValues
from instruments.open_set import OwnConstruct, OwnItem
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import Overtaken
from surveyapp.services.codebook import load_codebook
from surveyapp.services.diagnosis import store_diagnosis
from surveyapp.services.own_construct import get_own, own_of, put_in_force, save_own, take_out
from surveyapp.services.plan_edit import load_plan
from surveyapp.services.plan_edit_save import Editing, save_edit, take_back_edit
from surveyapp.services.study import get_study, get_wave, template_of
from tests.factories import coding as make
from tests.factories.diagnosis import rich_diagnosis

OWNER = {"en": "Deputy head", "zh": "分管行长"}
REASON = {"zh": "已与管理层商定并记录在案。"}


def both(en: str, zh: str) -> dict[str, str]:
    return {"en": en, "zh": zh}


OWN = OwnConstruct(
    "problem", "PRB_TURNOVER", both("Change of contact persons", "对接人员频繁变动"), both("Too often.", "更换频繁。"),
    tuple(OwnItem(both(f"Statement {n}.", f"陈述{n}。"), n == 3) for n in range(4)), "agree5", "PRB.TURNOVER",
    ("CAU_COORD",))


@pytest.fixture
def planned(any_database: Database) -> str:
    with transaction() as session:
        study = make.bank_study(session)
        store_diagnosis(session, study, get_wave(session, study), rich_diagnosis(make.bank_template()))
    return study.name


def edit(name: str, number: int, **values: object) -> int:
    with transaction() as session:
        return save_edit(session, get_study(session, name), Editing("measure", "S1.1", number),
                         PlanValues(owner=OWNER, **values), REASON).number  # type: ignore[arg-type]  # by their names


def test_an_edit_is_read_back_as_it_was_stored_and_taken_back(planned: str):
    edit(planned, 0, due_on="2027-06-30")

    close_read_session()
    plan = load_plan(read_session(), get_study(read_session(), planned))
    assert plan is not None
    stored = plan.entry("measure", "S1.1")
    with transaction() as session:
        take_back_edit(session, get_study(session, planned), Editing("measure", "S1.1", 1))
    close_read_session()
    after = load_plan(read_session(), get_study(read_session(), planned))

    assert stored.edit is not None
    assert (stored.edit.values.owner, stored.edit.values.due_on, stored.edit.is_stale) == (OWNER, "2027-06-30", False)
    assert after is not None
    assert after.entry("measure", "S1.1").edit is None
    assert len(after.entry("measure", "S1.1").versions) == 2


def test_of_two_who_save_at_once_one_is_stored_and_the_other_told(planned: str):
    start, told = threading.Barrier(2), []

    def save(due_on: str) -> None:
        start.wait()
        try:
            told.append(edit(planned, 0, due_on=due_on))
        except Overtaken as fault:
            told.append(fault.version)
        finally:
            close_read_session()

    people = [threading.Thread(target=save, args=(day,)) for day in ("2027-06-30", "2027-09-30")]
    for one in people:
        one.start()
    for one in people:
        one.join()

    close_read_session()
    plan = load_plan(read_session(), get_study(read_session(), planned))
    assert told == [1, 1]
    assert plan is not None
    assert len(plan.entry("measure", "S1.1").versions) == 1


def test_a_problem_is_put_into_force_and_taken_out_again(any_database: Database):
    with transaction() as session:
        name = make.bank_study(session).name
    with transaction() as session:
        study = get_study(session, name)
        number = save_own(session, study, OWN).id
    with transaction() as session:
        put_in_force(session, get_study(session, name), number, 1, has_seen_warnings=True)
    close_read_session()
    study = get_study(read_session(), name)
    inside = template_of(read_session(), study)
    own = own_of(get_own(read_session(), study, number))
    with transaction() as session:
        take_out(session, get_study(session, name), number, 2)
    close_read_session()
    study = get_study(read_session(), name)

    assert [item.key for item in own.items] == [f"TURNOVER{n}" for n in range(1, 5)]
    assert inside.construct("PRB_TURNOVER").name == OWN.name
    assert inside.codebook is not None
    assert inside.codebook.code("PRB.TURNOVER").construct == "PRB_TURNOVER"
    assert "PRB_TURNOVER" not in {one.key for one in template_of(read_session(), study).constructs}
    assert not load_codebook(read_session(), study).by_key["PRB.TURNOVER"].is_active


def test_a_fault_in_the_middle_leaves_nothing_half_done(any_database: Database, monkeypatch: pytest.MonkeyPatch):
    with transaction() as session:
        name = make.bank_study(session).name
    with transaction() as session:
        number = save_own(session, get_study(session, name), OWN).id

    def fail(*_: object) -> None:
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr("surveyapp.services.own_construct._set_state", fail)
    with pytest.raises(RuntimeError, match="stops here"), transaction() as session:
        put_in_force(session, get_study(session, name), number, 1, has_seen_warnings=True)

    close_read_session()
    study = get_study(read_session(), name)
    assert template_of(read_session(), study).instrument("staff").version == "1.1.0"
    assert "PRB.TURNOVER" not in load_codebook(read_session(), study).by_key
