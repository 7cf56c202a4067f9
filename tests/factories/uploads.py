"""A questionnaire that asks for files, and what is stored of them."""

from __future__ import annotations

import io

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.schema import Instrument
from surveyapp.db.session import close_read_session, read_session
from surveyapp.models.response import ResponseFile, ResponsePage
from surveyapp.models.study import Study
from tests.factories import questionnaire as make

ITEMS = (
    make.item("ROLE", "A", "single", choices=(make.choice("rm"), make.choice("teller")), role="profile"),
    make.item("PHOTO", "A", "upload", accepts=("image",), largest_mb=1),
    make.item("WHY", "A", "text", show_if="${PHOTO} != ''"),
    make.item("NOTES", "A", "text"),
    make.item("PAPER", "B", "upload", accepts=("pdf", "text"), largest_mb=2, show_if="${ROLE} = 'rm'"),
    *make.ITEMS[2:7],
)


def instrument(**changes: object) -> Instrument:
    return make.instrument(items=ITEMS, sections=make.SECTIONS[:2], **changes)


def study(session: Session, name: str = "small", privacy: str = "anonymous") -> Study:
    return make.study(session, name, instrument(), privacy=privacy)


def sent(content: bytes, name: str = "IMG_0042.jpg") -> tuple[io.BytesIO, str]:
    """Return a file as the test client posts it."""
    return io.BytesIO(content), name


def stored_files() -> dict[str, ResponseFile]:
    """Return the stored files by item."""
    close_read_session()
    return {file.item: file for file in read_session().scalars(select(ResponseFile))}


def stored_answers() -> dict[str, object]:
    """Return the answers of all pages of the only response."""
    close_read_session()
    found: dict[str, object] = {}
    for page in read_session().scalars(select(ResponsePage)):
        found.update(page.answers)
    return found


def stored_rows() -> list[ResponseFile]:
    """Return every stored file."""
    close_read_session()
    found = list(read_session().scalars(select(ResponseFile)))
    close_read_session()
    return found
