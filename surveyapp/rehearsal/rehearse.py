"""A study rehearsed in a place of its own: the same questionnaires, invented people, a specimen of the report."""

from __future__ import annotations

import math
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from instruments.facts import StudyFacts
from instruments.schema import Instrument
from instruments.template import StudyTemplate
from surveyapp.app import create_app
from surveyapp.config import Config
from surveyapp.db.migrate import upgrade
from surveyapp.db.session import Database, close_read_session, database, read_session, transaction, use_database
from surveyapp.jobs.diagnose import diagnose_study, report_pdf
from surveyapp.models.response import Response, ResponsePage
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink
from surveyapp.rehearsal.report import Rehearsal, rehearsal_report
from surveyapp.rehearsal.respondent import Respondent
from surveyapp.rehearsal.walk import Walk, Walker
from surveyapp.rehearsal.wishes import Wish, wishes_for
from surveyapp.services.study import close_wave, create_study, get_study, get_wave, instrument_of, list_links

SECRET = "rehearsal-" * 4       # of a database that is thrown away with its invented answers
SMALL_QUOTA = 2                 # limit of every quota in a rehearsal, so that its last page is met
SECONDS_AN_ITEM, TIME_SPREAD = 6.0, 0.25     # median and spread of the logarithm, of invented people
FEWEST = 10                     # walks, however many were asked for: every language and some chance


@dataclass(frozen=True)
class Rehearsed:
    """What the rehearsal of a study gave; PDFs by language."""

    questionnaires: tuple[Rehearsal, ...]
    specimens: dict[str, bytes]


def rehearse(template: StudyTemplate, facts: StudyFacts, name: str, *, n: int, seed: int,
             languages: tuple[str, ...] = (),
             report: Callable[[int, int], None] = lambda _done, _all: None) -> Rehearsed:
    """Return what n invented respondents a questionnaire met, and specimens of the report in these languages.

    Everything happens in a database of its own that is thrown away: nothing of it can reach the study. `report` hears
    how many walks of all are done.
    """
    with _stage() as config, _app_client(config) as client:
        with transaction() as session:
            create_study(session, _with_small_quotas(template), name, facts=facts, is_synthetic=True)
        links = _links(name)
        n_all, done = sum(_n_walks(instrument, n) for _, instrument in links), count(1)
        found = tuple(_rehearse_one(client, link, instrument, n, seed, lambda: report(next(done), n_all))
                      for link, instrument in links)
        specimens = _specimens(name, languages)
    return Rehearsed(found, specimens)


def _with_small_quotas(template: StudyTemplate) -> StudyTemplate:
    """Return the template with quotas that some of the invented respondents find full."""
    instruments = tuple(
        replace(instrument, quotas=tuple(replace(quota, limit=min(quota.limit, SMALL_QUOTA))
                                         for quota in instrument.quotas))
        for instrument in template.instruments)
    return replace(template, instruments=instruments)


@contextmanager
def _stage() -> Iterator[Config]:
    """Use an empty database in a temporary folder, and the former one again afterwards."""
    former = database()
    with tempfile.TemporaryDirectory(prefix="surveyapp-rehearsal-") as folder:
        url = f"sqlite:///{Path(folder) / 'rehearsal.sqlite3'}"
        stage = Database(url)
        upgrade(stage)
        use_database(stage)
        try:
            yield Config(database_url=url, home=Path(folder), secret_key=SECRET, is_secret_given=True)
        finally:
            database().close()          # the application made one of its own
            stage.close()
            use_database(former)


@contextmanager
def _app_client(config: Config) -> Iterator[FlaskClient]:
    app = create_app(config)
    yield app.test_client()
    writer = app.extensions.get("page_writer")
    if writer is not None:
        writer.close()


def _links(name: str) -> list[tuple[QuestionnaireLink, Instrument]]:
    study = get_study(read_session(), name)
    return [(link, instrument_of(published))
            for link, published in list_links(read_session(), get_wave(read_session(), study))]


def _rehearse_one(client: FlaskClient, link: QuestionnaireLink, instrument: Instrument, n: int, seed: int,
                  walked: Callable[[], None]) -> Rehearsal:
    wishes: list[Wish] = wishes_for(instrument)
    walks: list[Walk] = []
    for number in range(_n_walks(instrument, n)):
        # Each wish is walked in turn, often enough to fill a quota and to be turned away by it.
        wish = wishes[number % len(wishes)] if number < (SMALL_QUOTA + 1) * len(wishes) else {}
        language = instrument.languages[number % len(instrument.languages)]
        respondent = Respondent(instrument, language, wish, f"{seed}/{instrument.key}/{number}")
        walks.append(Walker(client, link.token, respondent).go())
        walked()
    _give_time(link, instrument, seed)
    return rehearsal_report(instrument, walks, _ends(link), _met(link))


def _n_walks(instrument: Instrument, n: int) -> int:
    return max(n, (SMALL_QUOTA + 1) * len(wishes_for(instrument)), FEWEST)


def _give_time(link: QuestionnaireLink, instrument: Instrument, seed: int) -> None:
    """Store how long people would have taken; a walk of milliseconds would be left out as careless."""
    clock = random.Random(seed)  # noqa: S311 - invented times
    asked = Counter(item.section for item in instrument.items)
    with transaction() as session:
        pages = session.execute(
            select(ResponsePage.response_key, ResponsePage.section)
            .join(Response, Response.key == ResponsePage.response_key).where(Response.link_id == link.id)
            .order_by(ResponsePage.response_key, ResponsePage.section)).all()
        for key, section in pages:
            seconds = asked[section] * clock.lognormvariate(math.log(SECONDS_AN_ITEM), TIME_SPREAD)
            session.execute(update(ResponsePage).where(
                ResponsePage.response_key == key, ResponsePage.section == section,
            ).values(duration_ms=round(seconds * 1000)))


def _ends(link: QuestionnaireLink) -> Counter[str]:
    close_read_session()
    rows = read_session().execute(select(Response.state, func.count()).where(Response.link_id == link.id)
                                  .group_by(Response.state))
    return Counter({row[0]: row[1] for row in rows})


def _met(link: QuestionnaireLink) -> set[str]:
    """Return the screens and quotas that ended a walk."""
    found = read_session().scalars(select(Response.ended_by).where(Response.link_id == link.id).distinct())
    return {key for key in found if key is not None}


def _specimens(name: str, languages: tuple[str, ...]) -> dict[str, bytes]:
    if not languages:
        return {}
    with transaction() as session:
        study: Study = get_study(session, name)
        close_wave(session, study, get_wave(session, study))
    close_read_session()
    _, diagnosis = diagnose_study(name)
    study = get_study(read_session(), name)
    return {language: report_pdf(study, diagnosis, language, is_specimen=True) for language in languages}

