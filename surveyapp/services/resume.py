"""Going on with a short code: which response it belongs to under a questionnaire's link."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from surveyapp.errors import NotFound, marked
from surveyapp.models.response import OPEN, Response
from surveyapp.models.study import PublishedInstrument
from surveyapp.models.wave import QuestionnaireLink
from surveyapp.services.prepared import Prepared
from surveyapp.services.response import read_filling
from surveyapp.services.resume_token import opened_box, plain_resume_code, resume_hash

_FIND = Prepared(
    select(Response.resume_box, PublishedInstrument.content_hash)
    .join(QuestionnaireLink, QuestionnaireLink.id == Response.link_id)
    .join(PublishedInstrument,
          PublishedInstrument.id == func.coalesce(Response.instrument_id, QuestionnaireLink.instrument_id))
    .where(Response.resume_hash == bindparam("hash"), QuestionnaireLink.token == bindparam("token"),
           Response.state == bindparam("state"))
)


class CodeUnknown(NotFound):
    """No open response under this link has the code: it was mistyped, never given, or its answers are handed in."""

    def __init__(self) -> None:
        super().__init__(marked("This code does not lead to open answers."),
                         marked("Please compare it with the one you noted. Answers handed in before cannot be opened."))


def find_token(session: Session, secret: str, link_token: str, text: str) -> str:
    """Return the secret of the open response that the code belongs to; CodeUnknown for every other text alike."""
    code = plain_resume_code(text)
    if code is None:
        raise CodeUnknown
    found = _FIND.run(session, {"hash": resume_hash(secret, link_token, code), "token": link_token, "state": OPEN})
    if not found:
        raise CodeUnknown
    token = opened_box(secret, link_token, found[0].content_hash, code, found[0].resume_box)
    read_filling(session, secret, token)
    return token
