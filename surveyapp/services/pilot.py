"""A pilot: the questionnaires tried out in a wave of their own, with a remark after each item, and experts' ratings.

Its answers are given to the pilot form, which no data set of the study takes in, so that they are never mixed with
those of a main wave.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import orjson
from sqlalchemy import String, cast, delete, select
from sqlalchemy.orm import Session

from analysis.results.pilot import JudgedPilot
from instruments.codec import content_hash, from_document, to_document
from instruments.pilot_form import pilot_form, remarks_of
from instruments.schema import Instrument
from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotFound, Refused, RowError
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import Job
from surveyapp.models.pilot import ExpertRating, PilotResult
from surveyapp.models.response import SUBMITTED, Response, ResponsePage
from surveyapp.models.study import PILOT, PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.queue import enqueue_job
from surveyapp.services.answer_file import read_answer_file
from surveyapp.services.audit import record_change
from surveyapp.services.study import add_link, find_link, instrument_of, list_instruments, list_links, list_waves

ENDING = "-pilot"           # of a pilot form's version, with a number
EXPERT = "expert"           # column of the file of ratings that names the expert
RELEVANCE = ("1", "2", "3", "4")
LONGEST_NAME = 80


# ---- the wave -------------------------------------------------------------------------------------------------------
def open_pilot(session: Session, study: Study, account: Account | None = None) -> Wave:
    """Return a new open pilot wave with a link to the pilot form of each questionnaire."""
    number = sum(wave.is_pilot for wave in list_waves(session, study)) + 1
    wave = Wave(study_id=study.id, key=f"pilot{number}", opened_at=utc_now(), is_pilot=True)
    session.add(wave)
    session.flush()
    newest = {row.audience: row for row in list_instruments(session, study)}
    if not newest:
        raise Refused("The study has no published questionnaire to try out.", "Publish one first.")
    for row in newest.values():
        form = replace(pilot_form(instrument_of(row)), version=f"{row.version}{ENDING}{number}")
        published = PublishedInstrument(
            study_id=study.id, audience=row.audience, key=row.key, version=form.version, form=PILOT,
            document=to_document(form), content_hash=content_hash(form))
        session.add(published)
        session.flush()
        add_link(session, study, published, wave)
    record_change(session, "open_pilot", f"wave {wave.key}", study_id=study.id, account=account)
    return wave


def get_pilot(session: Session, study: Study, key: str | None = None) -> Wave:
    """Return the pilot wave of that key, or the newest one."""
    pilots = [wave for wave in list_waves(session, study) if wave.is_pilot and key in (None, wave.key)]
    if not pilots:
        raise NotFound("The study has no such pilot.", "Open one: surveyapp pilot open STUDY.")
    return pilots[-1]


def pilot_instrument(session: Session, wave: Wave, audience: str) -> tuple[QuestionnaireLink, Instrument]:
    """Return the pilot form of a questionnaire in the wave, with its link."""
    link = find_link(session, wave, audience, PILOT)
    if link is None:
        raise NotFound("The pilot has no questionnaire {audience}.", "Name staff, customer …", audience=repr(audience))
    return link, instrument_of(session.get_one(PublishedInstrument, link.instrument_id))


def pilot_remarks(session: Session, link: QuestionnaireLink, form: Instrument) -> dict[str, list[str]]:
    """Return what was called unclear, by item; the remarks of one item in random order."""
    item_of = {remark: item for item, remark in remarks_of(form).items()}
    found: dict[str, list[str]] = defaultdict(list)
    for answers in _answers(session, link):
        for key, text in answers.items():
            if key in item_of and isinstance(text, str) and text.strip():
                found[item_of[key]].append(text)
    for texts in found.values():
        random.SystemRandom().shuffle(texts)
    return dict(found)


def _answers(session: Session, link: QuestionnaireLink) -> Iterator[dict[str, object]]:
    rows = session.scalars(
        select(cast(ResponsePage.answers, String)).join(Response, Response.key == ResponsePage.response_key)
        .where(Response.link_id == link.id, Response.state == SUBMITTED))
    return (orjson.loads(row) for row in rows)


# ---- experts --------------------------------------------------------------------------------------------------------
def import_ratings(session: Session, study: Study, audience: str, content: bytes, name: str,
                   account: Account | None = None) -> int:
    """Store the ratings of a file (one row an expert, one column an item, 1 to 4) and return how many.

    They replace the earlier ratings of the same questionnaire.
    """
    known = {item.key for row in list_instruments(session, study) if row.audience == audience
             for item in instrument_of(row).items}
    if not known:
        raise NotFound("The study has no questionnaire {audience}.", "Name staff, customer …", audience=repr(audience))
    file = read_answer_file(content, name)
    if EXPERT not in file.header:
        raise BadInput("The file has no column {column}.", "Name the experts there, e.g. E1, E2, E3.", column=EXPERT)
    strange = [column for column in file.header if column not in known and column != EXPERT]
    if strange:
        raise BadInput("The column {column} is no item of {audience}.", "Use the keys of the items as column names.",
                       column=repr(strange[0]), audience=audience)
    ratings = list(_ratings(file.header, file.rows))
    faults = tuple(rating for rating in ratings if isinstance(rating, RowError))
    if faults:
        raise BadInput("The file of ratings cannot be taken over.", "Correct it and import it again.", rows=faults)
    session.execute(delete(ExpertRating).where(ExpertRating.study_id == study.id, ExpertRating.audience == audience))
    session.add_all(ExpertRating(study_id=study.id, audience=audience, expert=expert, item_key=key, relevance=value)
                    for expert, key, value in (rating for rating in ratings if not isinstance(rating, RowError)))
    session.flush()
    record_change(session, "import_expert_ratings", audience, study_id=study.id, account=account,
                  after={"file": name, "n": len(ratings)})
    return len(ratings)


def _ratings(header: Sequence[str], rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[str, str, int] | RowError]:
    seen: set[str] = set()
    for number, cells in rows:
        row = dict(zip(header, cells, strict=False))
        expert = row.get(EXPERT, "").strip()
        if not expert or expert in seen or len(expert) > LONGEST_NAME:
            yield RowError(number, EXPERT, expert, "The name is missing, repeated or too long.",
                           "Name each expert once.")
        seen.add(expert)
        for key, cell in row.items():
            text = cell.strip().removesuffix(".0")      # a spreadsheet may write 4.0
            if key != EXPERT and text:
                yield (expert, key, int(text)) if text in RELEVANCE else RowError(
                    number, key, text, "This is no rating.", "Write 1, 2, 3 or 4, or leave the cell empty.")


def list_ratings(session: Session, study: Study, audience: str) -> list[ExpertRating]:
    """Return the ratings of a questionnaire."""
    return list(session.scalars(select(ExpertRating).where(
        ExpertRating.study_id == study.id, ExpertRating.audience == audience)
        .order_by(ExpertRating.expert, ExpertRating.item_key)))


# ---- the judgement --------------------------------------------------------------------------------------------------
def request_judgement(session: Session, study: Study, wave: Wave, account: Account) -> Job:
    """Return the job that judges the items of a pilot; refused while it is open."""
    check_closed(wave)
    return enqueue_job(session, study.id, "pilot", {"wave": wave.key}, account)


def check_closed(wave: Wave) -> None:
    """Raise Refused while answers of the pilot still arrive."""
    if wave.is_open:
        raise Refused("Pilot {wave} is still open; its answers are read only after it is closed.", "Close it first.",
                      wave=wave.key)


def store_judgement(session: Session, study: Study, wave: Wave, judged: JudgedPilot) -> None:
    """Keep the newest judgement of one questionnaire of a pilot."""
    session.merge(PilotResult(wave_id=wave.id, audience=judged.audience, document=to_document(judged),
                              created_at=utc_now()))
    record_change(session, "judge_pilot", f"{judged.audience} in wave {wave.key}", study_id=study.id,
                  after={"n": judged.judgement.n})


def list_judgements(session: Session, wave: Wave) -> list[JudgedPilot]:
    """Return the kept judgements of a pilot wave."""
    found = session.scalars(select(PilotResult).where(PilotResult.wave_id == wave.id).order_by(PilotResult.audience))
    return [from_document(JudgedPilot, row.document) for row in found]


def pilot_audiences(session: Session, wave: Wave) -> list[str]:
    """Return the questionnaires that a pilot wave tries out."""
    return [published.audience for _, published in list_links(session, wave)]
