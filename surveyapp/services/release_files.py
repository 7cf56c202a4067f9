"""The files that respondents sent, as they may leave: in one archive, by item, apart from every table of answers.

In identified mode a file is called as in the column of its item. Otherwise nothing leads from a file to a row of any
table, to a profile or to another file of the same person: no table has a column for it, the archive is in a random
order, and the names in it are made anew each time. What can be seen or heard in a file is beyond any of that.
"""

from __future__ import annotations

import secrets
import zipfile
from collections import Counter
from dataclasses import dataclass
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.errors import Refused
from surveyapp.models.account import Account
from surveyapp.models.privacy import IDENTIFIED
from surveyapp.models.response import Response, ResponseFile
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import Wave
from surveyapp.services.audit import record_change
from surveyapp.services.protection import is_protected
from surveyapp.services.questionnaire import Questionnaire, compile_questionnaire
from surveyapp.services.release import was_asked
from surveyapp.services.release_columns import parts_of
from surveyapp.services.response_rows import Source
from surveyapp.services.results_gate import check_results_may_leave, links_of, smallest_group
from surveyapp.services.study import get_link
from surveyapp.services.versions import wave_versions

NAME_BYTES = 8
_chance = secrets.SystemRandom()


@dataclass(frozen=True)
class FileRelease:
    """The files that leave: their place in the archive and their stored name; and how many of each item stay."""

    files: tuple[tuple[str, str], ...]
    kept_back: dict[str, int]

    def document(self) -> dict[str, object]:
        """Return what leaves, for --json and the audit log."""
        return {"n_files": len(self.files), "kept_back": self.kept_back}


def plan_files(session: Session, study: Study, wave: Wave, published: PublishedInstrument) -> FileRelease:
    """Return which files of the handed-in responses to one questionnaire in one wave may leave."""
    link = get_link(session, wave, published)
    versions = wave_versions(session, wave, published.audience)
    links = [row for row in links_of(session, wave) if row.id in versions.link_ids] or [link]
    check_results_may_leave(session, wave, links)
    questionnaire = compile_questionnaire(versions.instrument)
    found, asked = _answers(Source(session, versions), questionnaire)
    is_named = link.privacy == IDENTIFIED
    minimum = 1 if is_named else smallest_group(study, links)
    kept_back = Counter(item for item, _ in found if asked[item] < minimum)
    stored = set(session.scalars(select(ResponseFile.name).join(
        Response, Response.key == ResponseFile.response_key).where(Response.link_id.in_(versions.link_ids))))
    leaving = [(item, name) for item, name in found if asked[item] >= minimum and name in stored]
    _chance.shuffle(leaving)
    return FileRelease(tuple(
        (f"{item}/{name if is_named else _new_name(name)}", name) for item, name in leaving), dict(kept_back))


def _answers(source: Source, questionnaire: Questionnaire) -> tuple[list[tuple[str, str]], Counter[str]]:
    """Return item and stored name of every file, and how many people were asked for one by each item."""
    uploads = [item.key for item in parts_of(questionnaire).uploads]
    found: list[tuple[str, str]] = []
    asked: Counter[str] = Counter()
    for person in source.people(is_protected()) if uploads else ():
        for key in uploads:
            answer = person.answers.get(key)
            asked[key] += was_asked(answer)
            if isinstance(answer, str):
                found.append((key, answer))
    return found, asked


def _new_name(stored: str) -> str:
    return f"{secrets.token_hex(NAME_BYTES)}.{stored.rpartition('.')[2]}"


def write_files_archive(session: Session, study: Study, published: PublishedInstrument, release: FileRelease,
                        stream: IO[bytes], account: Account | None = None) -> None:
    """Write the files as a zip, one at a time and without a date, and note in the audit log that they left."""
    if not release.files:
        raise Refused("There are no files that may leave.", "Files come from items of the kind upload, once collection "
                      "is closed and enough people were asked.")
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:      # pictures and PDF are packed already
        for place, name in release.files:
            content = session.scalar(select(ResponseFile.content).where(ResponseFile.name == name))
            if content is not None:
                archive.writestr(zipfile.ZipInfo(place), content)
    record_change(session, "export_files", published.audience, study_id=study.id, account=account,
                  after=release.document())
