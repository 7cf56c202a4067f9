"""A pilot tries the questionnaires out: its answers are judged item by item and never mixed with the main wave."""

import pytest

from analysis.results.pilot import JudgedPilot
from surveyapp.dataset import load_answers
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.jobs.pilot import judge_wave
from surveyapp.models.study import Study
from surveyapp.services.pilot import get_pilot, import_ratings, list_ratings, open_pilot, pilot_instrument
from surveyapp.services.response import Agreement, find_door, start_response
from surveyapp.services.response_finish import submit_response
from surveyapp.services.response_page import save_page
from surveyapp.services.response_token import issue_token
from surveyapp.services.study import close_wave, get_study, get_wave, instrument_of, list_instruments, list_waves
from tests.factories import questionnaire as make


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        study = make.study(session)
        open_pilot(session, study)
        return study


def answer(n: int, **answers: str) -> None:
    """Let n people answer page B of the pilot and hand in."""
    for _ in range(n):
        with transaction() as session:
            study = get_study(session, "small")
            link, _ = pilot_instrument(session, get_pilot(session, study), "staff")
            token = issue_token(make.SECRET, link.token, find_door(session, link.token).questionnaire.content_hash)
            start_response(session, make.SECRET, link.token, token, "en", Agreement(is_given=True))
            seen = ",".join(f"L{number}" for number in range(1, 6))
            save_page(session, make.SECRET, token, "B", {
                ":seen": [seen], ":deed": ["next"], **{key: [value] for key, value in answers.items()}})
            submit_response(session, make.SECRET, token)


def close() -> None:
    with transaction() as session:
        study = get_study(session, "small")
        close_wave(session, study, get_pilot(session, study))
    close_read_session()


def judge() -> JudgedPilot:
    study = get_study(read_session(), "small")
    return judge_wave(study, get_pilot(read_session(), study), "staff")


def ratings(text: str) -> int:
    with transaction() as session:
        return import_ratings(session, get_study(session, "small"), "staff", text.encode(), "experts.csv")


def test_remarks_blanks_and_experts_are_judged_item_by_item(study: Study):
    answer(4, L1="4", L2="3", L1_unclear="What is a goal?")
    answer(6, L1="5", L2="2", L3="1")
    ratings("expert,L1,L2,L3\nA,4,4,1\nB,3,4,2\nC,4,4,1\n")
    close()

    found = judge()

    rows = {row.item: row for row in found.judgement.items}
    assert found.judgement.n == 10
    assert (rows["L1"].verdict, rows["L1"].reasons) == ("change", ("remarks",))
    assert (rows["L2"].verdict, rows["L2"].i_cvi) == ("keep", 1.0)
    assert rows["L3"].verdict == "drop"
    assert rows["L3"].share_blank == 0.4
    assert found.remarks == {"L1": ("What is a goal?",) * 4}
    assert "L1_unclear" not in rows


def test_an_open_pilot_shows_nothing(study: Study):
    answer(1, L1="4")

    with pytest.raises(Refused, match="still open"):
        judge()


def test_the_main_wave_holds_none_of_its_answers(study: Study):
    answer(3, L1="4")
    close_read_session()
    found = get_study(read_session(), "small")
    main = get_wave(read_session(), found)
    instrument = instrument_of(list_instruments(read_session(), found)[0])

    assert main.key == "w1"
    for wave in list_waves(read_session(), found):
        assert load_answers(read_session(), wave, instrument).n == 0


def test_a_second_pilot_has_a_wave_of_its_own(study: Study):
    with transaction() as session:
        open_pilot(session, get_study(session, "small"))
    close_read_session()

    found = get_study(read_session(), "small")
    assert [wave.key for wave in list_waves(read_session(), found) if wave.is_pilot] == ["pilot1", "pilot2"]
    assert get_pilot(read_session(), found).key == "pilot2"
    assert get_pilot(read_session(), found, "pilot1").key == "pilot1"
    with pytest.raises(NotFound):
        get_pilot(read_session(), found, "pilot9")


def test_new_ratings_replace_the_earlier_ones(study: Study):
    ratings("expert,L1\nA,4\nB,4\nC,1\n")
    n = ratings("expert,L1,L2\nA,2,4\nB,,3\n")

    close_read_session()
    stored = [(row.expert, row.item_key, row.relevance)
              for row in list_ratings(read_session(), get_study(read_session(), "small"), "staff")]
    assert n == 3
    assert stored == [("A", "L1", 2), ("A", "L2", 4), ("B", "L2", 3)]


@pytest.mark.parametrize(("text", "words"), [
    ("name,L1\nA,4\n", "no column expert"), ("expert,L9\nA,4\n", "'L9' is no item"),
    ("expert,L1\nA,5\n", "cannot be taken over"), ("expert,L1\nA,4\nA,3\n", "cannot be taken over"),
    ("expert,L1\n,4\n", "cannot be taken over"),
])
def test_a_file_of_ratings_that_does_not_fit_is_refused_whole(study: Study, text: str, words: str):
    with pytest.raises(BadInput, match=words):
        ratings(text)
    close_read_session()
    assert list_ratings(read_session(), get_study(read_session(), "small"), "staff") == []
