"""A study's interviews and codebook → REFI-QDA 1.5 (.qdpx, .qdc), valid against the standard's schemas.

Same study, same bytes: identifiers are derived, entries carry no time of writing, everything has one order. What the
standard has no field for stands in its own elements and reads well elsewhere: fields of a code as labelled lines of
its description, polarity and wording for print in a note on the coding, a link from cause to problem as a link
between the two codes whose note hangs on the passage.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO
from uuid import UUID, uuid5

from instruments.template import COLOURS
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.code_shade import SHADES
from surveyapp.services.codebook import CodeEntry, codebook_rules
from surveyapp.services.exchange_attributes import write_attribute
from surveyapp.services.exchange_codes import code_guid, shown_name, study_space
from surveyapp.services.exchange_rows import TakenCoding, TakenInterview, TakenLink, TakenMemo, TakenPassage, TakenStudy
from surveyapp.services.exchange_words import write_turns
from surveyapp.services.foreign_project import OWN_ORIGIN
from surveyapp.services.labelled_lines import write_code, write_coding, write_lines
from surveyapp.services.refi_text import TURNS_NOTE
from surveyapp.services.refi_xml import HEAD, element, listed, reference, words, written
from surveyapp.services.speakers import find_turns

PROJECT, CODEBOOK = "urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0"
LONGEST_NAME = 250              # signs of a passage's words that stand in its name; programs show them in lists
PACKING = 6                     # of zlib
# What a case says of an interview: the variable and its type in the standard.
VARIABLES = (("role", "Text"), ("audience", "Text"), ("line", "Text"), ("tenure_band", "Text"), ("held_on", "Date"),
             ("duration_min", "Integer"), ("mode", "Text"), ("interviewer", "Text"), ("has_consent", "Boolean"),
             ("record", "Text"), ("language", "Text"), ("questions", "Text"), ("kind", "Text"),
             ("guide_version", "Text"))

TYPES = {"text": "Text", "choice": "Text", "number": "Float", "date": "Date"}


@dataclass
class _Notes:
    """Notes gathered while the rest is written; they stand after what they hang on."""

    written: list[str] = field(default_factory=list)
    links: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def add(self, guid: str, name: str, text: str, coder: str = "") -> str:
        """Keep the note and return the reference to it."""
        content = f"<PlainTextContent>{words(text)}</PlainTextContent>"
        self.written.append(element("Note", content, guid=guid, name=name, creatingUser=coder))
        return reference("NoteRef", guid)

    def memos(self, memos: tuple[TakenMemo, ...]) -> Iterator[str]:
        """Keep memos and yield the references to them."""
        for memo in memos:
            yield self.add(memo.guid, "memo", memo.text, memo.coder)


def write_codebook(taken: TakenStudy, stream: IO[bytes]) -> None:
    """Write the codebook as .qdc; memos have no place in it."""
    inner = _codes(taken, None)
    stream.write((HEAD + element("CodeBook", inner, xmlns=CODEBOOK, origin=OWN_ORIGIN)).encode())


def write_project(taken: TakenStudy, stream: IO[bytes]) -> None:
    """Write everything as .qdpx: project.qde and one text a source."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=PACKING) as archive:
        _put(archive, "project.qde", project_document(taken))
        for interview in taken.interviews:
            if interview.text:
                _put(archive, f"sources/{interview.guid}.txt", interview.text)


def _put(archive: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name)       # it carries no time
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, text.encode(), compresslevel=PACKING)


def project_document(taken: TakenStudy) -> str:
    """Return project.qde; the order of the parts is that of the standard."""
    notes = _Notes()
    codes = _codes(taken, notes)
    sources = listed("Sources", [_source(taken, interview, notes) for interview in taken.interviews])
    parts = [
        listed("Users", (element("User", guid=guid, name=name) for guid, name in taken.coders.items())),
        listed("CodeBook", [codes]), _variables(taken), listed("Cases", _cases(taken)), sources,
        listed("Notes", notes.written), listed("Links", _links(taken, notes)),
        written("Description", _about(taken.study))]
    return HEAD + element("Project", "\n" + "".join(parts), xmlns=PROJECT, name=taken.name, origin=OWN_ORIGIN)


def _about(study: Study) -> str:
    """Return what holds for the whole codebook: what the words for polarity mean, and what is marked."""
    rules = codebook_rules(study)
    return write_lines([(f"polarity {word}", language, text) for word, texts in rules.polarity.items()
                        for language, text in sorted(texts.items())])


# ---- codebook -------------------------------------------------------------------------------------------------------
def _codes(taken: TakenStudy, notes: _Notes | None) -> str:
    """Return all codes as a tree; memos on them only where there is a place for notes."""
    below: dict[str | None, list[CodeEntry]] = {}
    for entry in taken.codebook.entries:
        parent = entry.definition.parent
        below.setdefault(parent if parent in taken.codebook.by_key else None, []).append(entry)
    return listed("Codes", [_code(taken, entry, below, notes) for entry in below.get(None, ())])


def _code(taken: TakenStudy, entry: CodeEntry, below: Mapping[str | None, list[CodeEntry]],
          notes: _Notes | None) -> str:
    memos = notes.memos(taken.code_memos.get(entry.key, ())) if notes is not None else ()
    inner = [written("Description", write_code(entry.definition, is_active=entry.is_active)), *memos,
             *(_code(taken, child, below, notes) for child in below.get(entry.key, ()))]
    shade = entry.definition.original_colour or SHADES[COLOURS[entry.hue % len(COLOURS)]]
    return element("Code", "\n" + "".join(inner), guid=code_guid(taken.study, entry.key), name=code_name(taken, entry),
                   isCodable="true", color=shade)


def code_name(taken: TakenStudy, entry: CodeEntry) -> str:
    """Return the key and the name in the study's first language."""
    name = entry.definition.name
    return shown_name(entry.key, next((name[key] for key in codebook_rules(taken.study).languages if name.get(key)),
                                      ""))


# ---- cases ----------------------------------------------------------------------------------------------------------
def _variables(taken: TakenStudy) -> str:
    if not taken.interviews:
        return ""
    own = (element("Variable", guid=_variable(taken.study, name), name=name, typeOfVariable=kind)
           for name, kind in VARIABLES)
    further = (element("Variable", "\n" + written("Description", write_attribute(row)), typeOfVariable=TYPES[row.kind],
                       guid=_variable(taken.study, f"attribute {row.key}"), name=row.key) for row in taken.attributes)
    return listed("Variables", (*own, *further))


def _variable(study: Study, name: str) -> str:
    return str(uuid5(study_space(study), f"variable {name}"))


def _cases(taken: TakenStudy) -> Iterator[str]:
    for interview in taken.interviews:
        guid = str(uuid5(UUID(interview.guid), "case"))
        inner = [*_values(taken.study, interview.row), *_further_values(taken, interview.row),
                 reference("SourceRef", interview.guid)]
        yield element("Case", "\n" + "".join(inner), guid=guid, name=interview.row.key)


def case_values(row: Interview) -> dict[str, str]:
    """Return what is known of an interview's case, as words; what was not noted is left out."""
    found = {name: getattr(row, name) for name, _ in VARIABLES}
    found["questions"] = ", ".join(f"{key} {state}" for key, state in (row.questions or {}).items())
    found["has_consent"] = "true" if row.has_consent else "false"
    return {name: str(value) for name, value in found.items() if value not in (None, "")}


def _values(study: Study, row: Interview) -> Iterator[str]:
    values = case_values(row)
    for name, kind in VARIABLES:
        if name in values:
            value = written(f"{kind}Value", values[name])
            yield element("VariableValue", "\n" + reference("VariableRef", _variable(study, name)) + value)


def _further_values(taken: TakenStudy, row: Interview) -> Iterator[str]:
    """Yield the values of the study's own attributes."""
    for attribute in taken.attributes:
        if attribute.key in row.attributes:
            value = written(f"{TYPES[attribute.kind]}Value", str(row.attributes[attribute.key]))
            guid = _variable(taken.study, f"attribute {attribute.key}")
            yield element("VariableValue", "\n" + reference("VariableRef", guid) + value)


# ---- sources --------------------------------------------------------------------------------------------------------
def _source(taken: TakenStudy, interview: TakenInterview, notes: _Notes) -> str:
    whole = interview.whole
    plain = "" if interview.text else "<PlainTextContent></PlainTextContent>\n"
    inner = [written("Description", interview.row.notes), plain,
             *(_selection(taken, passage, notes) for passage in interview.passages),
             *(_coding(taken, coding, notes) for coding in whole.codings), *notes.memos(whole.memos),
             *(_link(taken, link, notes) for link in whole.links), *_turns(interview, notes)]
    path = f"internal://{interview.guid}.txt" if interview.text else ""
    return element("TextSource", "\n" + "".join(inner), guid=interview.guid, name=interview.row.key,
                   plainTextPath=path)


def _turns(interview: TakenInterview, notes: _Notes) -> Iterator[str]:
    """Yield the note of speakers and times, where the text alone would not tell them again."""
    if interview.turns and interview.turns != find_turns(interview.text):
        guid = str(uuid5(UUID(interview.guid), TURNS_NOTE))
        yield notes.add(guid, TURNS_NOTE, write_turns(interview.turns))


def _selection(taken: TakenStudy, passage: TakenPassage, notes: _Notes) -> str:
    inner = [*(_coding(taken, coding, notes) for coding in passage.codings), *notes.memos(passage.memos),
             *(_link(taken, link, notes) for link in passage.links)]
    quote = passage.quote if len(passage.quote) <= LONGEST_NAME else f"{passage.quote[:LONGEST_NAME]}…"
    first = min((coding.coder for coding in passage.codings), default="")
    return element("PlainTextSelection", "\n" + "".join(inner), guid=passage.guid, name=quote,
                   startPosition=str(passage.start), endPosition=str(passage.end), creatingUser=first)


def _coding(taken: TakenStudy, coding: TakenCoding, notes: _Notes) -> str:
    said = write_coding(coding.polarity, coding.memo, coding.edited_quote)
    note = notes.add(str(uuid5(UUID(coding.guid), "note")), f"coding {coding.code}", said, coding.coder) if said else ""
    inner = reference("CodeRef", code_guid(taken.study, coding.code)) + note
    return element("Coding", "\n" + inner, guid=coding.guid, creatingUser=coding.coder,
                   creationDateTime=coding.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _link(taken: TakenStudy, link: TakenLink, notes: _Notes) -> str:
    """Return the reference to the note of a link; the link itself stands between the codes, once for each pair."""
    entries = taken.codebook.by_key[link.cause], taken.codebook.by_key[link.problem]
    name = " → ".join(code_name(taken, entry) for entry in entries)
    notes.links.setdefault((link.cause, link.problem), []).append(link.guid)
    said = write_coding("supports", "", link.edited_quote)
    return notes.add(link.guid, name, "\n".join(line for line in (f"cause → problem: {name}", said) if line),
                     link.coder)


def _links(taken: TakenStudy, notes: _Notes) -> Iterator[str]:
    for (cause, problem), guids in sorted(notes.links.items()):
        yield element("Link", "\n" + "".join(reference("NoteRef", guid) for guid in guids),
                      guid=str(uuid5(study_space(taken.study), f"link {cause} {problem}")), name=f"{cause} → {problem}",
                      direction="OneWay", originGUID=code_guid(taken.study, cause),
                      targetGUID=code_guid(taken.study, problem))
