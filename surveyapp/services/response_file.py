"""Files that respondents send: stored with the page they came with, in the same transaction, and gone with it.

A file has a random name and no time; what it was called is never kept, because names of files name people. The page's
answer is that name. A file without such an answer is deleted when the page is stored, so that none is left behind.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from instruments.schema import BYTES_OF_MB
from surveyapp.errors import marked
from surveyapp.models.response import Response, ResponseFile
from surveyapp.models.wave import QuestionnaireLink
from surveyapp.services.answer import Form, PageInput, Problem, Unusable
from surveyapp.services.file_content import CleanFile, clean_file
from surveyapp.services.questionnaire import CompiledItem, Page, Questionnaire

UPLOAD = "upload"
MOST_OF_WAVE = 2_000_000_000        # bytes of all files of one wave, so that nobody can fill the disk
NAME_BYTES = 16
FULL = Problem(marked("No more files can be stored for this questionnaire. You may go on without one."))


@dataclass(frozen=True)
class Received:
    """A file that came with a page, ready to be stored, or what is wrong with it."""

    file: CleanFile | None = None
    problem: Problem | None = None
    is_too_large: bool = False


Files = Mapping[str, Received]
NO_FILES: Files = {}


def limits_of(page: Page) -> dict[str, int]:
    """Return how many bytes each field of the page may bring."""
    return {item.key: item.item.most_bytes for item in page.items if item.kind == UPLOAD}


def receive(item: CompiledItem, content: bytes) -> Received:
    """Return the file as it may be stored, by its content."""
    try:
        return Received(clean_file(content, item.item.accepted))
    except Unusable as fault:
        return Received(problem=fault.problem)


def too_large(item: CompiledItem) -> Received:
    """Return what is said of a file that is larger than the item takes."""
    text = marked("The file is larger than {most} MB. Please choose a smaller one.")
    return Received(is_too_large=True, problem=Problem(text, {"most": item.item.most_bytes // BYTES_OF_MB}))


def take_files(session: Session, link_id: int, page: Page, form: Form, files: Files, stored: Mapping[str, Any],
               found: PageInput) -> dict[str, CleanFile]:
    """Put what the page says about files among its answers; return the new files by name."""
    new: dict[str, CleanFile] = {}
    for item in page.items:
        if item.kind != UPLOAD:
            continue
        received, posted = files.get(item.key), form.get(item.key, ())
        if received is None:
            if posted and posted[-1] == stored.get(item.key):
                found.answers[item.key] = posted[-1]        # the stored one, ticked to be kept
        elif received.file is not None and _has_room(session, link_id, [*new.values(), received.file]):
            name = f"{secrets.token_hex(NAME_BYTES)}.{received.file.ending}"
            new[name] = received.file
            found.answers[item.key] = name
        else:
            found.problems[item.key] = received.problem or FULL
        if item.key in found.answers or item.key in found.problems:
            found.blank.discard(item.key)
    return new


def _has_room(session: Session, link_id: int, files: list[CleanFile]) -> bool:
    wave = select(QuestionnaireLink.wave_id).where(QuestionnaireLink.id == link_id).scalar_subquery()
    links = select(QuestionnaireLink.id).where(QuestionnaireLink.wave_id == wave)
    n_stored = session.scalar(select(func.coalesce(func.sum(ResponseFile.size), 0)).join(
        Response, Response.key == ResponseFile.response_key).where(Response.link_id.in_(links))) or 0
    return n_stored + sum(len(file.content) for file in files) <= MOST_OF_WAVE


def store_files(session: Session, response_key: str, page: Page, answers: Mapping[str, Any],
                new: Mapping[str, CleanFile]) -> None:
    """Store the new files that are answers of the page, and delete those that were answers before."""
    items = {item.key for item in page.items if item.kind == UPLOAD}
    named = {answers[key]: key for key in items if isinstance(answers.get(key), str)}
    session.execute(delete(ResponseFile).where(
        ResponseFile.response_key == response_key, ResponseFile.item.in_(items), ResponseFile.name.not_in(list(named))))
    rows = [{"name": name, "response_key": response_key, "item": named[name], "size": len(file.content),
             "content": file.content} for name, file in new.items() if name in named]
    if rows:
        session.execute(insert(ResponseFile), rows)


def keep_files_of(session: Session, response_key: str, questionnaire: Questionnaire,
                  answers: Mapping[str, Any]) -> None:
    """Delete the files of a response that are no answer of it, because what they answer is not asked in the end."""
    named = [answers[item.key] for page in questionnaire.pages for item in page.items
             if item.kind == UPLOAD and isinstance(answers.get(item.key), str)]
    session.execute(delete(ResponseFile).where(
        ResponseFile.response_key == response_key, ResponseFile.name.not_in(named)))


def delete_files(session: Session, response_key: str) -> None:
    """Delete all files of a response."""
    session.execute(delete(ResponseFile).where(ResponseFile.response_key == response_key))
