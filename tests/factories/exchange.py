"""Files of other coding programs, made by hand or asked of our own export, and what of a study must survive them."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.models.account import Account
from surveyapp.models.coding import Coding, LinkCoding, Memo, Segment
from surveyapp.models.interview import Interview, TranscriptVersion
from surveyapp.models.study import Study
from surveyapp.services.case_attribute import list_attributes
from surveyapp.services.codebook import load_codebook
from surveyapp.services.exchange_export import export_interviews
from surveyapp.services.exchange_file import read_project_file
from surveyapp.services.exchange_import import Imported, import_exchange
from surveyapp.services.exchange_plan import Choices, KnownNames, plan_exchange
from surveyapp.services.interview import list_turns, log_of

SCHEMAS = Path(__file__).resolve().parents[1] / "reference" / "refi_qda"
SECRET = "a secret of the tests that is long enough"
NAMESPACE = "urn:QDA-XML:project:1.0"


@cache
def schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / f"{name}.xsd"))


def check_valid(name: str, document: bytes) -> None:
    """Fail with the schema's own words where the document breaks it."""
    schema(name).assertValid(etree.fromstring(document))


def exported(session: Session, study: Study, kind: str = "qdpx", **options: Any) -> bytes:
    stream = io.BytesIO()
    export_interviews(session, study, kind, stream, **options)
    return stream.getvalue()


def project_of(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("project.qde")


def packed(project: str | bytes, name: str = "project.qde", **sources: bytes) -> bytes:
    """A .qdpx with that project; sources are given as stem="…" and lie in sources/ as .txt."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, project)
        for stem, content in sources.items():
            archive.writestr(f"sources/{stem}.txt", content)
    return stream.getvalue()


def project(*selections: tuple[int, int, str], source: str = 'plainTextPath="internal://t.txt"', inner: str = "",
            namespace: str = NAMESPACE) -> str:
    """A project with one code and one text, whose passages are (start, end, name)."""
    marks = "".join(
        f'<PlainTextSelection guid="00000000-0000-0000-0000-0000000001{number:02d}" startPosition="{start}" '
        f'endPosition="{end}" name="{name}"><Coding guid="00000000-0000-0000-0000-0000000002{number:02d}">'
        '<CodeRef targetGUID="00000000-0000-0000-0000-00000000000C"/></Coding></PlainTextSelection>'
        for number, (start, end, name) in enumerate(selections))
    return (f'<Project xmlns="{namespace}" name="p" origin="Other 1.0"><CodeBook><Codes><Code '
            'guid="{00000000-0000-0000-0000-00000000000c}" name="trust" isCodable="true"/></Codes></CodeBook><Sources>'
            f'<TextSource guid="00000000-0000-0000-0000-0000000000AA" name="talk" {source}>{inner}{marks}</TextSource>'
            "</Sources></Project>")


def take_in(session: Session, study: Study, filename: str, content: bytes, **choices: Any) -> Imported:
    plan = plan_exchange(session, study, read_project_file(filename, content), Choices(**choices), KnownNames())
    return import_exchange(session, study, plan, SECRET)


def contents(session: Session, study: Study) -> dict[str, Any]:
    """All that must be the same after an export was imported elsewhere; accounts by name, rows by what they say."""
    codebook = load_codebook(session, study)
    found: dict[str, Any] = {
        "attributes": [(row.key, row.kind, row.name, row.choices) for row in list_attributes(session, study)],
        "codes": [(entry.key, entry.is_active, entry.definition) for entry in codebook.entries],
        "code_memos": sorted((codebook.by_id[memo.code_id or 0].key, name, memo.text) for memo, name in session.execute(
            select(Memo, Account.name).join(Account).where(Memo.study_id == study.id, Memo.code_id.is_not(None))))}
    for interview in session.scalars(select(Interview).where(Interview.study_id == study.id)):
        found[interview.key] = _interview(session, interview, codebook)
    return found


def _interview(session: Session, interview: Interview, codebook: Any) -> dict[str, Any]:
    version = session.scalar(select(TranscriptVersion).where(TranscriptVersion.interview_id == interview.id)
                             .order_by(TranscriptVersion.number.desc()))
    segments = {row.id: (row.guid, row.start, row.end, row.quote)
                for row in session.scalars(select(Segment).where(Segment.version_id == version.id))} if version else {}

    def rows(kind: Any) -> Any:
        return session.execute(select(kind, Account.name).join(Account, Account.id == kind.account_id).where(
            kind.interview_id == interview.id, kind.deleted_at.is_(None))).all()

    codings, links, memos = rows(Coding), rows(LinkCoding), rows(Memo)
    used = {row.segment_id for row, _ in (*codings, *links, *memos)}
    return {
        "log": log_of(interview), "attributes": interview.attributes, "text": version.text if version else None,
        "turns": [(turn.speaker, turn.is_interviewee, turn.start, turn.end, turn.at_ms)
                  for turn in list_turns(session, version)] if version else [],
        "segments": sorted(row for number, row in segments.items() if number in used),
        "codings": Counter((segments.get(row.segment_id), codebook.by_id[row.code_id].key, name, row.polarity, row.memo,
                            tuple(sorted(row.edited_quote.items()))) for row, name in codings),
        "links": Counter((segments.get(row.segment_id), codebook.by_id[row.cause_id].key,
                          codebook.by_id[row.problem_id].key, name, tuple(sorted(row.edited_quote.items())))
                         for row, name in links),
        "memos": Counter((segments.get(row.segment_id), name, row.text) for row, name in memos),
    }
