"""Interviews that were coded elsewhere, without their text: JSON or CSV in, all of it or nothing.

The quotes become the interview's text, one paragraph each, so that every passage has a place like any other; the
interview's record is then "passages", and neither turns nor agreement are read from it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.template import Guide
from surveyapp.errors import BadInput, RowError, marked
from surveyapp.models.account import Account
from surveyapp.models.coding import POLARITIES, Coding, LinkCoding
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.answer_file import find_separator
from surveyapp.services.codebook import CodeEntry, StudyCodebook, load_codebook
from surveyapp.services.codebook_version import newest_version_id
from surveyapp.services.coding import apply_code, apply_link
from surveyapp.services.coding_history import record_coding
from surveyapp.services.decoding import decode_text, is_chinese, normalise
from surveyapp.services.interview import (
    PASSAGES,
    InterviewLog,
    audiences_of,
    guide_of,
    log_interview,
    store_transcript,
)
from surveyapp.services.segment import Passage
from surveyapp.services.speakers import ParsedTurn
from surveyapp.services.transcript import Transcript, text_hash

CSV_COLUMNS = ("id", "role", "audience", "date", "code", "construct", "polarity", "quote", "cause", "problem")

SURROGATES = re.compile("[\ud800-\udfff]")
LONGEST_KEY, LONGEST_ROLE = 40, 80          # characters; the widths of the columns
CONSENT_WORDS = {"true": True, "yes": True, "1": True, "是": True, "false": False, "no": False, "0": False, "否": False}
NOT_OF_GROUP = {"cause": marked("This is not a cause of the codebook. It has:"),
                "problem": marked("This is not a problem of the codebook. It has:")}


@dataclass
class _Entry:
    """One interview of the file, checked."""

    log: InterviewLog
    codes: list[tuple[CodeEntry, str, str]] = field(default_factory=list)          # code, polarity, quote
    links: list[tuple[CodeEntry, CodeEntry, str]] = field(default_factory=list)     # cause, problem, quote

    @property
    def quotes(self) -> list[str]:
        found = [quote for _, _, quote in self.codes] + [quote for _, _, quote in self.links]
        return list(dict.fromkeys(quote for quote in found if quote))


class _Places:
    """The list of what is wrong, with the place of each."""

    def __init__(self) -> None:
        self.rows: list[RowError] = []

    def add(self, row: int, column: str, found: object, reason: str, remedy: str) -> None:
        self.rows.append(RowError(row, column, str(found)[:80], reason, remedy))


def read_coded_interviews(filename: str, content: bytes) -> list[Any]:
    """Return the JSON list of a .json file, or that of a .csv file with one row a coding or link."""
    text = decode_text(content, filename).text
    if filename.lower().endswith(".csv"):
        return _from_csv(text, filename)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput("{place}: line {line} is not valid JSON.", "Mend it there, or save the file again.",
                       place=filename, line=error.lineno) from None
    except RecursionError:
        raise BadInput("{place}: expected a list of interviews.", "Put the interviews between [ and ].",
                       place=filename) from None
    if not isinstance(document, list):
        raise BadInput("{place}: expected a list of interviews.", "Put the interviews between [ and ].", place=filename)
    return document


def import_coded_interviews(session: Session, study: Study, json_document: Sequence[Any], account: Account, *,
                            has_consent: bool | None = None) -> list[Interview]:
    """Return the new interviews; BadInput lists every place that does not fit, and then nothing is stored.

    `has_consent` holds where the file says nothing of it; False holds for all. Words of somebody whose consent is not
    stated are refused.
    """
    places = _Places()
    codebook, guide = load_codebook(session, study), guide_of(study)
    known = set(session.scalars(select(Interview.key).where(Interview.study_id == study.id)))
    entries = []
    for number, raw in enumerate(json_document, 1):
        entry = _read_entry(_stating(raw, has_consent), number, codebook, guide, places)
        if entry is not None and entry.log.key in known:
            places.add(number, "id", entry.log.key, marked("There is an interview of this id already."),
                       marked("Give another id."))
        elif entry is not None:
            known.add(entry.log.key)
            entries.append(entry)
    if not json_document:
        raise BadInput("The file holds no interview.", "Choose the file with the coded interviews.")
    if places.rows:
        raise BadInput("{n} places of the file do not fit. Nothing was taken over.", "Mend them and load it again.",
                       tuple(places.rows), n=len(places.rows))
    return [_store(session, study, entry, account) for entry in entries]


def _read_entry(raw: Any, number: int, codebook: StudyCodebook, guide: Guide | None,
                places: _Places) -> _Entry | None:
    n_before = len(places.rows)
    if not isinstance(raw, Mapping):
        places.add(number, "", raw, marked("An interview is an object with id, role, codes and links."),
                   marked("Write it so."))
        return None
    log = _read_log(raw, number, guide, places)
    entry = _Entry(log)
    for mark in _list_of(raw, "codes", number, places):
        _read_code(mark, entry, number, codebook, places)
    for mark in _list_of(raw, "links", number, places):
        _read_link(mark, entry, number, codebook, places)
    if entry.quotes and raw.get("consent") is None:
        places.add(number, "consent", "", marked("It is not said whether this interviewee has consented."),
                   marked("Write true or false there, or state it for the whole file."))
    elif entry.quotes and not log.has_consent:
        places.add(number, "consent", raw.get("consent"),
                   marked("Quotes of an interview without consent may not be stored."),
                   marked("Take the quotes out, or the interview."))
    entry.log = replace(log, language=_language_of(entry.quotes, log.language))
    return entry if len(places.rows) == n_before else None


def _stating(raw: Any, has_consent: bool | None) -> Any:
    """Return the entry with what was stated for the whole file, where it says nothing itself."""
    if not isinstance(raw, Mapping):
        return raw
    own = CONSENT_WORDS.get(str(raw.get("consent", "")).strip().casefold())
    return {**raw, "consent": False if has_consent is False else own if own is not None else has_consent}


def _language_of(quotes: Sequence[str], otherwise: str) -> str:
    """Return "zh" where the quotes are written in Chinese signs; the file does not say."""
    return "zh" if any(is_chinese(quote) for quote in quotes) else otherwise


def _read_log(raw: Mapping[str, Any], number: int, guide: Guide | None, places: _Places) -> InterviewLog:
    key, role = _words(raw, "id"), _role_key(_words(raw, "role"), guide)
    if not key:
        places.add(number, "id", "", marked("The interview has no id."), marked("Give each interview one of its own."))
    if not role:
        places.add(number, "role", "", marked("The interview has no role."),
                   marked("Give the interviewee's role class."))
    for column, words, longest in (("id", key, LONGEST_KEY), ("role", role, LONGEST_ROLE)):
        if len(words) > longest:
            places.add(number, column, words, marked("The name is too long."), f"Shorten it to {longest} characters.")
    audiences = audiences_of(guide)
    audience = _words(raw, "audience") or (role if role in audiences else (audiences or ("staff",))[0])
    if audiences and audience not in audiences:
        places.add(number, "audience", audience, marked("The interview guide has no such group. It has:"),
                   ", ".join(audiences))
    held_on = None
    try:
        held_on = date.fromisoformat(_words(raw, "date")) if _words(raw, "date") else None
    except ValueError:
        places.add(number, "date", raw["date"], marked("This is not a date."), marked("Write it as 2026-09-08."))
    return InterviewLog(role=role, audience=audience, key=key, held_on=held_on, record=PASSAGES,
                        has_consent=bool(raw.get("consent")))


def _role_key(words: str, guide: Guide | None) -> str:
    """Return the role's key where the file gives its name in a language; another role is a class of its own."""
    for key, names in (guide.roles if guide else {}).items():
        if words.casefold() in (key.casefold(), *(name.casefold() for name in names.values())):
            return key
    return words


def _words(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    # Half of a surrogate pair, which JSON can spell, is no character and cannot be stored.
    return "" if value is None else normalise(SURROGATES.sub("\ufffd", str(value))).strip()


def _list_of(raw: Mapping[str, Any], name: str, number: int, places: _Places) -> list[Mapping[str, Any]]:
    marks = raw.get(name) or []
    if not isinstance(marks, list) or not all(isinstance(mark, Mapping) for mark in marks):
        places.add(number, name, marks, marked("This is not a list of objects."),
                   marked("See the documentation for its shape."))
        return []
    return marks


def _read_code(mark: Mapping[str, Any], entry: _Entry, number: int, codebook: StudyCodebook, places: _Places) -> None:
    column = "code" if _words(mark, "code") else "construct"
    code = _code_of(_words(mark, column), codebook, number, column, places)
    polarity = _words(mark, "polarity") or POLARITIES[0]
    if polarity not in POLARITIES:
        places.add(number, "polarity", polarity, marked("There is no such polarity. There are:"), ", ".join(POLARITIES))
    elif code is not None:
        entry.codes.append((code, polarity, _words(mark, "quote")))


def _read_link(mark: Mapping[str, Any], entry: _Entry, number: int, codebook: StudyCodebook, places: _Places) -> None:
    ends = []
    for group in NOT_OF_GROUP:
        code = _code_of(_words(mark, group), codebook, number, group, places)
        if code is not None and code.group != group:
            places.add(number, group, _words(mark, group), NOT_OF_GROUP[group],
                       ", ".join(entry.key for entry in codebook.of_group(group)))
        elif code is not None:
            ends.append(code)
    if len(ends) == len(NOT_OF_GROUP):
        entry.links.append((ends[0], ends[1], _words(mark, "quote")))


def _code_of(words: str, codebook: StudyCodebook, number: int, column: str, places: _Places) -> CodeEntry | None:
    code = codebook.by_key.get(words) or codebook.top_code_of(words)
    if code is None:
        places.add(number, column, words, marked("The codebook has no such code or construct."),
                   marked("Use a code of the study's codebook or a construct it is linked to."))
    return code


def _store(session: Session, study: Study, entry: _Entry, account: Account) -> Interview:
    interview = log_interview(session, study, entry.log, account)
    passages: dict[str, Passage] = {}
    if entry.quotes:
        transcript = _text_of(entry.quotes)
        store_transcript(session, study, interview, transcript, account=account)
        passages = {quote: Passage(turn.start, turn.end, quote, transcript.sha256)
                    for quote, turn in zip(entry.quotes, transcript.turns, strict=True)}
    _store_codes(session, study, interview, entry, passages, account)
    _store_links(session, study, interview, entry, passages, account)
    return interview


def _text_of(quotes: Sequence[str]) -> Transcript:
    text, turns = "", []
    for quote in quotes:
        turns.append(ParsedTurn("", True, len(text), len(text) + len(quote)))
        text += f"{quote}\n\n"
    return Transcript(text, text_hash(text), tuple(turns), "UTF-8")


def _store_codes(session: Session, study: Study, interview: Interview, entry: _Entry,
                 passages: Mapping[str, Passage], account: Account) -> None:
    for code, polarity, quote in dict.fromkeys(entry.codes):
        if quote:
            apply_code(session, study, interview, account, passages[quote], code.key, polarity=polarity)
        else:
            _add(session, study, account, "apply_code", Coding(
                interview_id=interview.id, segment_id=None, code_id=code.id, account_id=account.id,
                polarity=polarity, memo="", edited_quote={}, version=1,
                codebook_version_id=newest_version_id(session, study)))


def _store_links(session: Session, study: Study, interview: Interview, entry: _Entry,
                 passages: Mapping[str, Passage], account: Account) -> None:
    for cause, problem, quote in dict.fromkeys(entry.links):
        if quote:
            apply_link(session, study, interview, account, passages[quote], cause_key=cause.key,
                       problem_key=problem.key)
        else:
            _add(session, study, account, "apply_link", LinkCoding(
                interview_id=interview.id, segment_id=None, cause_id=cause.id, problem_id=problem.id,
                account_id=account.id, edited_quote={}))


def _add(session: Session, study: Study, account: Account, action: str, row: Coding | LinkCoding) -> None:
    session.add(row)
    session.flush()
    record_coding(session, study, account, action, row, before=None)


def _checked(rows: csv.DictReader[str], filename: str) -> Iterator[dict[str, str]]:
    try:
        yield from rows
    except csv.Error as error:
        raise BadInput("{place}, line {line}: {error}.", "Look for a quotation mark without its pair.", place=filename,
                       line=rows.line_num, error=str(error)) from None


def _from_csv(text: str, filename: str) -> list[dict[str, Any]]:
    """Return the interviews of a table with one row a coding or link; an id's rows are joined."""
    # Strict: a quotation mark without its pair would otherwise swallow every row after it.
    rows = csv.DictReader(io.StringIO(text), delimiter=find_separator(text, filename), strict=True)
    unknown = [name for name in rows.fieldnames or () if name not in (*CSV_COLUMNS, "consent")]
    if "id" not in (rows.fieldnames or ()) or unknown:
        raise BadInput("{place}: the columns are {found}.", "They must be among: {known}; id must be there.",
                       place=filename, found=", ".join(rows.fieldnames or ()), known=", ".join(CSV_COLUMNS))
    interviews: dict[str, dict[str, Any]] = {}
    for row in _checked(rows, filename):
        filled = {name: words.strip() for name, words in row.items() if name and words and words.strip()}
        entry = interviews.setdefault(filled.get("id", ""), {"id": filled.get("id"), "codes": [], "links": []})
        entry |= {name: filled[name] for name in ("role", "audience", "date", "consent") if name in filled}
        marks = {name: filled[name] for name in CSV_COLUMNS[4:] if name in filled}
        if "cause" in marks or "problem" in marks:
            entry["links"].append(marks)
        elif "code" in marks or "construct" in marks:
            entry["codes"].append(marks)
    return list(interviews.values())
