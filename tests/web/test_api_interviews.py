"""The API on interviews: codings, rounds, analyses and the joint display, with the blindness of the pages."""

import pytest
from flask.testing import FlaskClient

from surveyapp.db.session import close_read_session, transaction
from surveyapp.jobs.interview_analysis import analyse_study
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.blinding import finish_coding, open_round
from surveyapp.services.interview import get_interview
from surveyapp.services.joint_judgement import draw_second, judge_row
from surveyapp.services.round import close_round, get_round, open_calibration
from surveyapp.services.study import get_study
from surveyapp.views.api_schema import SCHEMAS
from tests.factories import coding as make
from tests.factories import joint, rounds
from tests.factories.described import faults
from tests.factories.programs import Program, program
from tests.factories.rounds import ONE


@pytest.fixture
def interview(bank_study: Study) -> Interview:
    with transaction() as session:
        return make.interview(session, get_study(session, bank_study.id), key="I01")


def document(asking: Program, study: Study, path: str, schema: str) -> dict:
    page = asking.get(f"/studies/{study.id}{path}")
    assert page.status_code == 200, page.text
    assert list(faults(page.get_json(), SCHEMAS[schema], SCHEMAS)) == []
    return page.get_json()


def test_a_coder_in_a_blind_round_gets_only_own_codings(client: FlaskClient, bank_study: Study, interview: Interview):
    asking = program(client, bank_study.id, "coder", login="reader@program")
    with transaction() as session:
        study = get_study(session, bank_study.id)
        ann, bob, _boss = rounds.people(session, study)
        rounds.code(session, study, get_interview(session, study, interview.id), ann, ONE, "CAU.TECH")
    before = document(asking, bank_study, "/interviews/I01/codings", "Codings")
    with transaction() as session:
        study = get_study(session, bank_study.id)
        open_round(session, study, get_interview(session, study, interview.id), [ann.id, bob.id])

    during = document(asking, bank_study, "/interviews/I01/codings", "Codings")

    assert [row["code"] for row in before["codings"]] == ["CAU.TECH"]
    assert during["codings"] == []


def test_a_round_tells_where_coders_differ_only_once_it_is_closed(client: FlaskClient, bank_study: Study,
                                                                  interview: Interview):
    asking = program(client, bank_study.id, "coder", login="reader@program")
    with transaction() as session:
        study = get_study(session, bank_study.id)
        ann, bob, boss = rounds.people(session, study)
        open_calibration(session, study, [interview.id], [ann.id, bob.id], boss)
    with transaction() as session:
        study = get_study(session, bank_study.id)
        text = get_interview(session, study, interview.id)
        rounds.code(session, study, text, ann, ONE, "CAU.TECH")
        rounds.code(session, study, text, bob, ONE, "PRB.GOAL")
    running = document(asking, bank_study, "/rounds/1", "RoundPage")
    with transaction() as session:
        study = get_study(session, bank_study.id)
        for who in (ann, bob):
            finish_coding(session, study, get_interview(session, study, interview.id), who)
        close_round(session, study, get_round(session, study, 1))

    closed = document(asking, bank_study, "/rounds/1", "RoundPage")

    assert (running["codes"], running["texts"][0]["n_differences"]) == ([], None)
    assert "CAU.TECH" not in str(running)
    assert {row["code"] for row in closed["codes"]} == {"CAU.TECH", "PRB.GOAL"}
    assert document(asking, bank_study, "/rounds", "Rounds")["rounds"][0]["n_finished"] == 2
    assert asking.get(f"/studies/{bank_study.id}/rounds/9").status_code == 404


def test_analyses_are_hidden_while_an_interview_in_them_is_coded_blind(client: FlaskClient, bank_study: Study,
                                                                       interview: Interview):
    asking = program(client, bank_study.id, "coder", login="reader@program")
    none = asking.get(f"/studies/{bank_study.id}/interview-analysis").status_code
    analyse_study(bank_study)
    close_read_session()
    shown = document(asking, bank_study, "/interview-analysis", "InterviewAnalysis")
    with transaction() as session:
        study = get_study(session, bank_study.id)
        ann, bob, _boss = rounds.people(session, study)
        open_round(session, study, get_interview(session, study, interview.id), [ann.id, bob.id])

    hidden = asking.get(f"/studies/{bank_study.id}/interview-analysis")

    assert (none, hidden.status_code) == (404, 404)
    assert shown["analysis"]["interviews"] == ["I01"]
    assert document(asking, bank_study, "/agreement", "Agreement")["report"] is None


def test_a_judgement_that_waits_for_the_second_is_not_told(client: FlaskClient):
    with transaction() as session:
        study = joint.diagnosed_study(session)
    asking = program(client, study.id, "manager")
    with transaction() as session:
        study = get_study(session, study.id)
        ann = make.find(session, "ann")
        draw_second(session, study, ann)
        drawn = next(row.key for row in joint.display(session, ann).record.rows if row.is_drawn)
        # The draw is random: where it falls on the dissonance, the answer to it must be given too.
        judge_row(session, study, drawn, joint.judgement(session, drawn, answer_kind="unresolved",
                                                         answer="Nobody knows why as yet."), ann)

    row = document(asking, study, "/joint-display", "JointDisplay")["rows"][drawn]

    assert (row["judged"]["state"], row["judged"]["final"], row["judged"]["first"]) == ("awaiting_second", None, None)
    assert joint.REASON not in str(row)
    assert row["spoken"]["n_interviewed"] > 0


def test_roles_read_by_program_what_they_read_on_pages(client: FlaskClient, bank_study: Study):
    coder, manager = (program(client, bank_study.id, role) for role in ("coder", "manager"))
    paths = ("rounds", "agreement", "interview-analysis", "joint-display")

    assert [coder.get(f"/studies/{bank_study.id}/{path}").status_code for path in paths] == [200, 200, 404, 403]
    assert [manager.get(f"/studies/{bank_study.id}/{path}").status_code for path in paths] == [403, 403, 403, 404]
