"""Schemas (JSON Schema 2020-12) of what the API says and takes; every reply is held to them by a test."""

from __future__ import annotations

from typing import Any

from analysis.results.actions import DECISIONS, MILESTONE_STATES, PROGRESS
from surveyapp.models.api_token import SCOPES
from surveyapp.models.privacy import MODES
from surveyapp.models.study import FULL, SHORT

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
TEXTS: Schema = {"type": "array", "items": TEXT}
YES_NO: Schema = {"type": "boolean"}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
INSTANT: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}
ANYTHING: Schema = {"type": "object"}


def one_of(*values: str) -> Schema:
    """Return the schema of one of a few words."""
    return {"type": "string", "enum": list(values)}


def maybe(schema: Schema) -> Schema:
    """Return a schema that null meets too."""
    return {**schema, "type": [schema["type"], "null"]}


def many(name: str) -> Schema:
    """Return the schema of a list of things that have a schema."""
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


def whole(**members: Schema) -> Schema:
    """Return the schema of an object that has these members, all of them and no other."""
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}


_VERSION = {"questionnaire": TEXT, "key": TEXT, "version": TEXT, "form": one_of(FULL, SHORT), "note": maybe(TEXT),
            "content_hash": TEXT, "published_at": INSTANT}
_ROUND = {"number": NUMBER, "kind": TEXT, "algorithm": maybe(TEXT), "seed": maybe(NUMBER), "share": maybe(SHARE),
          "n_texts": NUMBER, "n_double": NUMBER, "n_given": NUMBER, "n_finished": NUMBER, "opened_at": INSTANT,
          "closed_at": maybe(INSTANT)}
_PLACE = whole(row=maybe(NUMBER), column=TEXT, found=TEXT, reason=TEXT, remedy=TEXT)

SCHEMAS: dict[str, Schema] = {
    "Problem": {
        "type": "object", "required": ["type", "title", "status", "instance"], "additionalProperties": False,
        "properties": {"type": TEXT, "title": TEXT, "status": NUMBER, "instance": TEXT, "remedy": TEXT,
                       "n_places": NUMBER, "places": {"type": "array", "items": _PLACE}}},
    "Token": whole(name=TEXT, account=TEXT, role=TEXT, scope=one_of(*SCOPES), study=maybe(NUMBER), expires_on=DAY),
    "Study": whole(id=NUMBER, name=TEXT, template=TEXT, time_zone=TEXT, is_synthetic=YES_NO, created_at=INSTANT,
                   retain_until=maybe(DAY)),
    "Studies": whole(studies=many("Study")),
    "Wave": whole(key=TEXT, state=one_of("planned", "open", "closed"), is_pilot=YES_NO, opens_at=maybe(INSTANT),
                  opened_at=maybe(INSTANT), closes_at=maybe(INSTANT), closed_at=maybe(INSTANT), complete_from=SHARE,
                  partial_from=SHARE),
    "Waves": whole(waves=many("Wave")),
    "Count": whole(questionnaire=TEXT, version=TEXT, form=TEXT, privacy=one_of(*MODES),
                   n_submitted={"type": "integer", "minimum": 0}, is_rounded=YES_NO, counted_on=maybe(DAY)),
    "Counts": whole(wave=TEXT, counts=many("Count")),
    "Version": whole(**_VERSION),
    "Versions": whole(versions=many("Version")),
    "Definition": whole(**_VERSION, definition=ANYTHING),
    "ExportRequest": {
        "type": "object", "additionalProperties": False,
        "properties": {"format": one_of("csv", "jsonl"), "table": TEXT, "exact": YES_NO}},
    "Imported": whole(n_responses=NUMBER, warnings=TEXTS),
    "Invitation": whole(id=NUMBER, person=maybe(TEXT), address=maybe(TEXT), unit=TEXT, language=TEXT, state=TEXT),
    "Roster": whole(privacy=one_of(*MODES), invitations=many("Invitation")),
    "Invited": whole(n_new=NUMBER, n_known=NUMBER, n_opted_out=NUMBER, groupings=TEXTS, left_out=TEXTS),
    "PersonalLink": whole(person=TEXT, unit=TEXT, language=TEXT, link=TEXT),
    "PersonalLinks": whole(links=many("PersonalLink")),
    "DiagnosisResult": whole(id=NUMBER, wave=TEXT, created_at=INSTANT, content_hash=TEXT, diagnosis={
        "type": "object", "required": ["excluded", "problems", "causes", "links", "customers", "metrics",
                                       "provenance"]}),
    "Job": whole(id=TEXT, kind=TEXT, state=one_of("waiting", "running", "done", "failed"), message=TEXT,
                 created_at=INSTANT, ended_at=maybe(INSTANT)),
    "Report": whole(id=NUMBER, diagnosis=NUMBER, language=TEXT, format=TEXT, sha256=TEXT, created_at=INSTANT),
    "Reports": whole(reports=many("Report")),
    "Action": whole(measure=TEXT, decision=one_of(*DECISIONS), decided_on=DAY, body=TEXT, reason=TEXT, change=TEXT,
                    again_on=TEXT, owner=TEXT, units=TEXTS, starts_on=TEXT, progress=one_of(*PROGRESS),
                    progress_on=TEXT, milestones=many("Milestone"), readings=many("KpiReading")),
    "Milestone": whole(name=TEXT, due_on=DAY, state=one_of(*MILESTONE_STATES), done_on=TEXT),
    "KpiReading": whole(kpi=TEXT, value={"type": "number"}, read_on=DAY, source=TEXT),
    "ReleasedFile": whole(report=NUMBER, language=TEXT, format=TEXT, sha256=TEXT),
    "ReleasedReport": whole(number=NUMBER, wave=TEXT, released_on=DAY, frozen_on=TEXT, content_hash=TEXT,
                            diagnosis=NUMBER, files=many("ReleasedFile"), is_recalled=YES_NO, recall_reason=TEXT),
    "RegisterRow": whole(measure=TEXT, name=ANYTHING, verdict=TEXT, rank=maybe(NUMBER), version=NUMBER),
    "Overdue": whole(measure=TEXT, kind=one_of("decision", "start", "milestone", "reading"), name=TEXT, due_on=DAY,
                     days=NUMBER, owner=TEXT),
    "ActionRegister": whole(release={"$ref": "#/components/schemas/ReleasedReport"}, measures=many("RegisterRow"),
                            actions=many("Action"), overdue=many("Overdue")),
    "Interview": whole(key=TEXT, audience=TEXT, role=TEXT, held_on=maybe(DAY), language=TEXT, record=TEXT,
                       has_text=YES_NO, n_codings=NUMBER),
    "Interviews": whole(interviews=many("Interview")),
    "Coding": {
        "type": "object", "additionalProperties": False,
        "required": ["id", "kind", "polarity", "memo", "start", "end", "quote", "edited_quote", "quote_kind",
                     "coder"],
        "properties": {"id": TEXT, "kind": one_of("code", "link"), "code": TEXT, "cause": TEXT, "problem": TEXT,
                       "polarity": maybe(TEXT), "memo": TEXT, "start": maybe(NUMBER), "end": maybe(NUMBER),
                       "quote": TEXT, "edited_quote": ANYTHING,
                       "quote_kind": TEXT, "coder": TEXT}},
    "Codings": whole(interview=TEXT, codings=many("Coding")),
    "Round": whole(**_ROUND),
    "Rounds": whole(rounds=many("Round")),
    "RoundText": whole(interview=TEXT, is_double=YES_NO, n_lines=maybe(NUMBER),
                       coders={"type": "array", "items": whole(name=TEXT, has_finished=YES_NO)},
                       n_differences=maybe(NUMBER), n_open=maybe(NUMBER), is_decided=YES_NO),
    "Mark": whole(coder=TEXT, codes=TEXTS, polarity=maybe(TEXT), start=NUMBER, end=NUMBER),
    "Difference": whole(interview=TEXT, turn=NUMBER, kind=TEXT, marks=many("Mark")),
    "RoundCode": whole(code=TEXT, n_agreed=NUMBER, differences=many("Difference"),
                       refinements={"type": "array", "items": whole(text=TEXT, by=TEXT)}),
    "RoundPage": whole(**_ROUND, coders=TEXTS, texts=many("RoundText"), codes=many("RoundCode")),
    "Agreement": whole(texts=TEXT, unit=TEXT, n_texts=NUMBER, is_stale=YES_NO, report=maybe(ANYTHING)),
    "InterviewAnalysis": whole(id=NUMBER, created_at=INSTANT, content_hash=TEXT, analysis={
        "type": "object", "required": ["audience", "interviews", "crosstabs", "saturation", "evidence", "provenance"]}),
    "JointDisplay": {"type": "object", "required": ["rows", "instruments", "confidence", "agreement"]},
    "Description": ANYTHING,
}
