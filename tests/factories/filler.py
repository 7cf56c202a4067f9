"""A respondent on the level of services: no pages, no web."""

from datetime import UTC, datetime

from surveyapp.db.session import transaction
from surveyapp.services.response import Agreement, Filling, find_door, fingerprint, read_filling, start_response
from surveyapp.services.response_finish import submit_response
from surveyapp.services.response_page import PageOutcome, save_answers, save_page
from surveyapp.services.response_token import issue_token, response_key
from tests.factories import questionnaire as make

SECRET = make.SECRET
NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
YES = Agreement(is_given=True)


class Filler:
    """One respondent on the level of services."""

    def __init__(self, link: str) -> None:
        self.link = link
        with transaction() as session:
            door = find_door(session, link)
            self.token = issue_token(SECRET, link, door.questionnaire.content_hash)
            start_response(session, SECRET, link, self.token, "en", YES)
        self.key = response_key(SECRET, self.token)

    def read(self) -> Filling:
        with transaction() as session:
            return read_filling(session, SECRET, self.token)

    def form(self, section: str, **fields: object) -> dict[str, list[str]]:
        page = self.read().questionnaire.find_page(section)
        seen = ",".join(item.key for item in page.items if item.takes_answer and item.key != "LOAD")
        form = {":base": [fingerprint(self.read().stored(section))], ":seen": [seen], ":deed": ["next"]}
        form.update({key: value if isinstance(value, list) else [str(value)] for key, value in fields.items()})
        return form

    def save(self, section: str, now: datetime = NOW, **fields: object) -> PageOutcome:
        form = self.form(section, **fields)
        with transaction() as session:
            return save_page(session, SECRET, self.token, section, form, now)

    def autosave(self, section: str, only: str, **fields: object) -> None:
        form = {key: [str(value)] for key, value in fields.items()} | {":only": [only]}
        with transaction() as session:
            save_answers(session, SECRET, self.token, section, form, NOW)

    def submit(self) -> None:
        with transaction() as session:
            submit_response(session, SECRET, self.token, NOW)

    def stored(self, section: str) -> dict[str, object]:
        return dict(self.read().stored(section))
