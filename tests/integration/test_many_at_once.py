"""Many respondents at once: each of 32 fills a questionnaire in while the others do, and nothing is mixed up."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from sqlalchemy import select

from surveyapp.app import create_app
from surveyapp.config import Config
from surveyapp.db.session import Database, database, read_session, transaction, use_database
from surveyapp.models.response import SUBMITTED, Response, ResponsePage
from surveyapp.services.response_token import response_key
from tests.factories import questionnaire as make
from tests.factories.questionnaire import Respondent

N_PEOPLE = 32


def test_32_people_fill_in_at_once(any_database: Database, tmp_path: Path):
    with transaction() as session:
        link = make.link_of(session, make.study(session)).token
    app = create_app(Config(any_database.url, tmp_path, make.SECRET, is_testing=True))
    together = Barrier(N_PEOPLE)

    def fill_in(number: int) -> str:
        together.wait(timeout=60)
        respondent = Respondent(app.test_client(), link).begin().post(ROLE="teller")
        respondent.post(**{f"L{n}": str(1 + (number + n) % 5) for n in range(1, 6)}, CHECK="2")
        respondent.post(MANY=["a"], SHARE=str(number)).post(deed="end", OPEN=f"number {number}").hand_in()
        assert respondent.page.status_code == 200
        assert 'class="value"' in respondent.page.text
        return response_key(make.SECRET, respondent.token)

    with ThreadPoolExecutor(N_PEOPLE) as pool:
        keys = list(pool.map(fill_in, range(N_PEOPLE)))
    database().close()          # the application has its own
    use_database(any_database)

    states = {response.key: response.state for response in read_session().scalars(select(Response))}
    assert states == dict.fromkeys(keys, SUBMITTED)
    stored = {(page.response_key, page.section): page.answers for page in read_session().scalars(select(ResponsePage))}
    for number, key in enumerate(keys):
        assert [stored[key, "B"][f"L{n}"] for n in range(1, 6)] == [1 + (number + n) % 5 for n in range(1, 6)]
        assert (stored[key, "C"]["SHARE"], stored[key, "D"]["OPEN"]) == (number, f"number {number}")
