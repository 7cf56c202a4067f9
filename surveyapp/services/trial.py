"""Test mode: a draft under a real link, whose answers are stored and never counted, exported or analysed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from instruments.checks import check_instrument
from instruments.codec import content_hash, to_document
from instruments.schema import Instrument
from surveyapp.errors import Refused
from surveyapp.models.account import Account
from surveyapp.models.response import Response, ResponsePage
from surveyapp.models.study import TRIAL, PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink
from surveyapp.services.audit import record_change
from surveyapp.services.study import add_link, list_waves


@dataclass(frozen=True)
class Trial:
    """A test link, and how many test answers came in under it; they are nobody's, so they may be counted."""

    link: QuestionnaireLink
    published: PublishedInstrument
    n_responses: int


def start_trial(session: Session, study: Study, instrument: Instrument, account: Account | None = None) -> Trial:
    """Return a test link of the questionnaire as it is now; refuse one with faults, because it could not be shown."""
    errors = [finding for finding in check_instrument(instrument) if finding.is_error]
    if errors:
        raise Refused("The questionnaire has {n} faults and cannot be filled in.",
                      "Mend them first; each is named with what to do.", n=len(errors))
    waves = [wave for wave in list_waves(session, study) if not wave.is_pilot]
    if not waves:
        raise Refused("The study has no wave yet.", "Open one first.")
    number = 1 + len(list_trials(session, study, instrument.audience))
    frozen = replace(instrument, version=f"test-{number}-{secrets.token_hex(2)}")
    published = PublishedInstrument(
        study_id=study.id, audience=frozen.audience, key=frozen.key, version=frozen.version, form=TRIAL,
        document=to_document(frozen), content_hash=content_hash(frozen))
    session.add(published)
    session.flush()
    link = add_link(session, study, published, waves[-1])
    link.is_test, link.is_by_invitation = True, False
    session.flush()
    record_change(session, "start_trial", f"{frozen.audience} {frozen.version}", study_id=study.id, account=account)
    return Trial(link, published, 0)


def list_trials(session: Session, study: Study, audience: str) -> list[Trial]:
    """Return the test links of a questionnaire, the newest first."""
    counted = (select(Response.link_id, func.count()).group_by(Response.link_id)
               .join(QuestionnaireLink, QuestionnaireLink.id == Response.link_id).where(QuestionnaireLink.is_test))
    counts: dict[int, int] = {row[0]: row[1] for row in session.execute(counted)}
    found = (
        select(QuestionnaireLink, PublishedInstrument)
        .join(PublishedInstrument, PublishedInstrument.id == QuestionnaireLink.instrument_id)
        .where(PublishedInstrument.study_id == study.id, PublishedInstrument.audience == audience,
               PublishedInstrument.form == TRIAL).order_by(PublishedInstrument.id.desc())
    )
    return [Trial(link, published, counts.get(link.id, 0)) for link, published in session.execute(found)]


def delete_trials(session: Session, study: Study, audience: str, account: Account | None = None) -> int:
    """Remove the test links of a questionnaire with their answers, and return how many answers there were."""
    trials = list_trials(session, study, audience)
    links = [trial.link.id for trial in trials]
    keys = select(Response.key).where(Response.link_id.in_(links))
    session.execute(delete(ResponsePage).where(ResponsePage.response_key.in_(keys)))
    session.execute(delete(Response).where(Response.link_id.in_(links)))
    session.execute(delete(QuestionnaireLink).where(QuestionnaireLink.id.in_(links)))
    session.execute(delete(PublishedInstrument).where(
        PublishedInstrument.id.in_([trial.published.id for trial in trials])))
    n = sum(trial.n_responses for trial in trials)
    record_change(session, "delete_trials", f"test data of {audience}", study_id=study.id, account=account,
                  after={"n": n})
    return n
