"""Forms about interviews: shape of input only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from instruments.schema import Text
from instruments.template import Guide
from surveyapp.services.decoding import ENCODINGS
from surveyapp.services.interview import LONGEST_INTERVIEW, RECORDS, InterviewLog, audiences_of

ENCODING_NAMES = {"utf-8": "UTF-8", "gb18030": "GB18030 / GBK", "big5": "Big5", "big5hkscs": "Big5-HKSCS",
                  "utf-16": "UTF-16", "cp1252": "Windows-1252"}
LANGUAGE_NAMES = {"en": "English", "zh": "中文"}


class InterviewForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF publishes no types
    """The log entry of an interview and, if there is one, its text."""

    key = StringField(_l("Number"), [Optional(), Length(max=40)])
    audience = SelectField(_l("Group"), [InputRequired()])
    role = SelectField(_l("Role class"), [InputRequired()])
    held_on = DateField(_l("Date"), [Optional()])
    mode = SelectField(_l("How it was held"), [InputRequired()])
    duration_min = IntegerField(_l("Minutes"), [Optional(), NumberRange(1, LONGEST_INTERVIEW)])
    interviewer = StringField(_l("Interviewer"), [Optional(), Length(max=120)])
    language = SelectField(_l("Language"), [InputRequired()])
    line = StringField(_l("Business line"), [Optional(), Length(max=80)])
    tenure_band = StringField(_l("Years in the organisation, as a band"), [Optional(), Length(max=40)])
    record = RadioField(_l("What the text is"), [InputRequired()])
    has_consent = BooleanField(_l("The interviewee agreed to this record being kept and analysed"))
    notes = TextAreaField(_l("Remarks on the interview"), [Optional(), Length(max=5000)])
    file = FileField(_l("Transcript as a file"))
    encoding = SelectField(_l("Encoding of the file"), [Optional()])
    text = TextAreaField(_l("or transcript or notes as text"))
    source = HiddenField()
    times = HiddenField()
    states: Mapping[str, str]           # guide question → state, as the page shows it

    @property
    def decisions(self) -> dict[str, str | None]:
        """What is put in place of words that may identify a person, None where they stay; by the words."""
        return read_decisions()

    @property
    def log(self) -> InterviewLog:
        """The log entry as a value."""
        return InterviewLog(
            key=self.key.data or "", role=self.role.data, audience=self.audience.data, line=self.line.data or "",
            tenure_band=self.tenure_band.data or "", held_on=self.held_on.data, duration_min=self.duration_min.data,
            mode=self.mode.data, interviewer=self.interviewer.data or "", has_consent=self.has_consent.data,
            record=self.record.data, language=self.language.data, notes=self.notes.data or "",
            questions=dict(self.states) or None)


def interview_form(guide: Guide | None, language: str, log: InterviewLog | None = None, *,
                   is_proposal: bool = False) -> InterviewForm:
    """Return the form with the choices of the study's guide, filled with a log entry if one is given.

    A proposal shows that entry whatever was posted: another form led to it.
    """
    form = InterviewForm(formdata=None, data=_data(log)) if is_proposal else InterviewForm(data=_data(log))
    roles = dict(guide.roles) if guide else {}
    form.role.choices = [("", _("Choose …")), *((key, names.get(language, key)) for key, names in roles.items())]
    if log is not None and log.role and log.role not in roles:
        form.role.choices.append((log.role, log.role))
    form.audience.choices = [(key, audience_name(key, roles, language)) for key in audiences_of(guide)]
    form.mode.choices = [("in_person", _("in person")), ("telephone", _("by telephone")), ("video", _("by video"))]
    form.record.choices = [("verbatim", _("Verbatim transcript")), ("notes", _("Notes of the interviewer"))]
    if log is not None and log.record not in RECORDS:
        form.record.choices.append((log.record, _("Coded passages only")))
    form.language.choices = [(key, LANGUAGE_NAMES.get(key, key)) for key in (guide.languages if guide else ("en",))]
    is_read = form.is_submitted() and not is_proposal
    form.states = read_states(guide) if is_read else dict(log.questions or {}) if log else {}
    form.encoding.choices = [("", _("detect")), *((key, ENCODING_NAMES[key]) for key in ENCODINGS)]
    return form


def read_states(guide: Guide | None) -> dict[str, str]:
    """Return what the request says of each question of the guide; one that was not noted is absent."""
    said = {question.key: request.form.get(f"state_{question.key}", "")
            for question in (guide.questions if guide else ())}
    return {key: state for key, state in said.items() if state}


def read_decisions() -> dict[str, str | None]:
    """Return what the request puts in place of words that may identify a person, None where they stay."""
    words, deeds, wanted = (request.form.getlist(f"find_{name}") for name in ("words", "deed", "replacement"))
    return {word: replacement if deed == "replace" else None
            for word, deed, replacement in zip(words, deeds, wanted, strict=False) if deed}


def audience_name(key: str, roles: Mapping[str, Text], language: str) -> str:
    """Return the name of an audience; one of the template's own is named by the role class of that key, if any."""
    names: dict[str, str] = {"staff": _("Staff"), "manager": _("Management"), "customer": _("Customer")}
    return names.get(key) or roles.get(key, {}).get(language, key)


def _data(log: InterviewLog | None) -> dict[str, Any]:
    if log is None:
        return {"record": "verbatim", "mode": "in_person"}
    return {name: getattr(log, name) for name in log.__dataclass_fields__ if name != "questions"}
