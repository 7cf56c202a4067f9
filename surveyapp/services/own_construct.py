"""A problem or cause of a study's own: entered, checked, put into force with a new version, taken out again.

It comes into force before answers are collected, or for the next wave: what was answered keeps its version.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from instruments.codec import from_document, to_document
from instruments.errors import Finding
from instruments.open_set import (
    OwnConstruct,
    audience_of,
    keyed,
    own_code,
    own_findings,
    with_own_construct,
    with_own_rules,
    without_own_construct,
    without_own_rules,
)
from instruments.schema import Instrument
from instruments.template import StrategyRules, StudyTemplate
from reports.wording import LANGUAGES, forbidden_phrases
from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, Difference, NotFound, Overtaken, Refused
from surveyapp.models.account import Account
from surveyapp.models.own_construct import ENTERED, IN_FORCE, StoredConstruct
from surveyapp.models.response import Response
from surveyapp.models.study import SHORT, PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.audit import record_change
from surveyapp.services.codebook_edit import add_code, change_code, definition_of, get_code, lock_codebook, retire_code
from surveyapp.services.diagnosis import newest_diagnosis
from surveyapp.services.draft import find_draft, instrument_of_draft, save_draft
from surveyapp.services.progress import wave_progress
from surveyapp.services.publication import publish_version
from surveyapp.services.regrouping import marks_of
from surveyapp.services.study import get_instrument, instrument_of, list_versions, list_waves, template_of


def list_own(session: Session, study: Study) -> list[StoredConstruct]:
    """Return the problems and causes that the study added, oldest first."""
    return list(session.scalars(select(StoredConstruct).where(StoredConstruct.study_id == study.id)
                                .order_by(StoredConstruct.id)))


def get_own(session: Session, study: Study, number: int) -> StoredConstruct:
    """Return one of them; NotFound otherwise."""
    row = session.scalar(select(StoredConstruct).where(StoredConstruct.study_id == study.id,
                                                       StoredConstruct.id == number))
    if row is None:
        raise NotFound("The study has no such problem or cause.", "See the list.")
    return row


def own_of(row: StoredConstruct) -> OwnConstruct:
    """Return what was entered as a value."""
    return from_document(OwnConstruct, row.document)


def findings_of(template: StudyTemplate, own: OwnConstruct) -> tuple[Finding, ...]:
    """Return what is wrong with what was entered; errors stand in the way, warnings are to be seen.

    What will be printed in a report may claim no more than the report itself.
    """
    measure = own.measure
    texts = [own.name, own.definition, own.objective, own.kpi, *(
        (measure.name, measure.what, measure.owner, measure.rationale, measure.expected_effect, measure.risk)
        if measure is not None else ())]
    claims = [Finding("OWN-13", f"{template.key}, construct {own.key}, {language}",
                      f"the wording “{phrase}” claims more than the figures can show.",
                      "Say what goes together, or what is meant to be reached.")
              for text in texts for language, words in text.items() if language in LANGUAGES
              for phrase in forbidden_phrases(words, language)]
    return (*own_findings(template, own), *claims)


# ---- entered --------------------------------------------------------------------------------------------------------
def save_own(session: Session, study: Study, own: OwnConstruct, *, number: int | None = None, version: int = 0,
             account: Account | None = None) -> StoredConstruct:
    """Store what was entered, sound or not; Overtaken with both texts where somebody was faster."""
    _lock(session, study)
    taken = session.scalar(select(StoredConstruct.id).where(
        StoredConstruct.study_id == study.id, StoredConstruct.key == own.key, StoredConstruct.id != (number or 0)))
    if not own.key or taken is not None:
        raise BadInput("It needs a key that no other problem or cause has.", "Write one such as PRB_TURNOVER.")
    row = get_own(session, study, number) if number else StoredConstruct(study_id=study.id, key=own.key, document={},
                                                                         version=0)
    if row.state == IN_FORCE:
        raise Refused("It is in force: people may have been asked it in these words.",
                      "Take it out of force first, or change the wording in the questionnaire as a new version.")
    document = to_document(own)
    if row.version != version:
        raise Overtaken("Somebody changed this after you had opened it.",
                        "Nothing of yours is lost: choose below what shall stand.",
                        list(_differences(document, row.document)), row.version)
    before, row.document, row.key = row.document, document, own.key
    row.version, row.changed_at = row.version + 1, utc_now()
    row.account_id = account.id if account is not None else None
    session.add(row)
    session.flush()
    record_change(session, "change_construct" if number else "add_construct", f"construct {own.key}",
                  study_id=study.id, account=account, before=before or None, after=document)
    return row


def _lock(session: Session, study: Study) -> None:
    session.refresh(study, with_for_update=True)


def _differences(mine: dict[str, Any], theirs: dict[str, Any]) -> Iterator[Difference]:
    for name, value in mine.items():
        if value != theirs.get(name):
            yield Difference(name, _plain(value), _plain(theirs.get(name)))


def _plain(value: Any) -> str:
    """Return a value of a document as text: wordings line by line."""
    if isinstance(value, dict):
        return "\n".join(filter(None, (_plain(one) for one in value.values())))
    if isinstance(value, list):
        return "\n".join(filter(None, (_plain(one) for one in value)))
    return "" if value in (None, False, True) else str(value)


def delete_own(session: Session, study: Study, number: int, account: Account | None = None) -> None:
    """Remove what was entered and is not in force."""
    _lock(session, study)
    row = get_own(session, study, number)
    if row.state == IN_FORCE:
        raise Refused("It is in force.", "Take it out of force first.")
    record_change(session, "delete_construct", f"construct {row.key}", study_id=study.id, account=account,
                  before=row.document)
    session.delete(row)
    session.flush()


# ---- in force -------------------------------------------------------------------------------------------------------
def find_hindrance(session: Session, study: Study, audience: str) -> Refused | None:
    """Return why the questionnaire may not ask more or less now; None before answers came, or between two waves."""
    for wave in list_waves(session, study):
        if wave.is_pilot or wave.closed_at is not None:
            continue
        n = sum(row.n_submitted for row in wave_progress(session, wave) if row.published.audience == audience)
        if n:
            return Refused("Answers are being collected in wave {wave}: in the middle of a wave people would be asked "
                           "different things.", "Close the wave; the change then holds for the next one.",
                           wave=wave.key)
    return None


def waves_concerned(session: Session, study: Study) -> list[Wave]:
    """Return the waves that go on with the new version: none = it holds for the next one."""
    return [wave for wave in list_waves(session, study) if not wave.is_pilot and wave.closed_at is None]


def put_in_force(session: Session, study: Study, number: int, version: int, *, has_seen_warnings: bool = False,
                 account: Account | None = None) -> PublishedInstrument:
    """Publish the questionnaire with it, link its code and add its rules, all or nothing; return the version."""
    _lock(session, study)
    row, template = get_own(session, study, number), template_of(session, study)
    _check_row(row, version, ENTERED)
    own = own_of(row)
    findings = findings_of(template, own)
    if any(finding.is_error for finding in findings):
        raise BadInput("It has faults and cannot be put into force.", "Mend them first; each is named with what to do.")
    if findings and not has_seen_warnings:
        raise Refused("There are {n} warnings nobody has looked at.", "Read them and tick that you have seen them.",
                      n=len(findings))
    audience = audience_of(template, own.group)
    own = keyed(template.instrument(audience), own)
    published = _publish(session, study, audience, with_own_construct(template.instrument(audience), own),
                         f"+ {own.key}", account)
    _draft_with(session, study, audience, own, account)
    code = own_code(template, own)
    if code is not None:
        codebook = lock_codebook(session, study)
        known = codebook.by_key.get(code.key)
        if known is None:
            add_code(session, study, code, account)
        else:
            change_code(session, study, known.id, replace(known.definition, construct=own.key), known.version, account)
    if template.rules is not None:
        _store_rules(session, study, with_own_rules(template.rules, own))
    row.document, row.instrument_id = to_document(own), published.id
    _set_state(session, study, row, IN_FORCE, account, published.version)
    return published


def _check_row(row: StoredConstruct, version: int, state: str) -> None:
    if row.version != version or row.state != state:
        raise Refused("It was changed since this page was shown.", "Look at it again.")


def _publish(session: Session, study: Study, audience: str, instrument: Instrument, note: str,
             account: Account | None) -> PublishedInstrument:
    hindrance = find_hindrance(session, study, audience)
    if hindrance is not None:
        raise hindrance
    has_short = any(one.form == SHORT for one in list_versions(session, study, audience))
    return publish_version(session, study, instrument, note=note, has_seen_warnings=True, with_short=has_short,
                           account=account)


def _draft_with(session: Session, study: Study, audience: str, own: OwnConstruct, account: Account | None) -> None:
    """Put it into a draft that somebody is at, too: published later, it would drop what is in force."""
    draft = find_draft(session, study, audience)
    if draft is None:
        return
    instrument = instrument_of_draft(draft)
    keys = {item.key for item in instrument.items} | {one.key for one in instrument.constructs}
    if not instrument.constructs_of_group(own.group) or keys & {own.key, *(item.key for item in own.items)}:
        raise Refused("There is a draft of the questionnaire that it does not fit into.",
                      "Publish or discard the draft first.")
    save_draft(session, study, draft, with_own_construct(instrument, own), f"edit:constructs:{own.key}", account)


def _store_rules(session: Session, study: Study, rules: StrategyRules) -> None:
    """Store the study's own copy of the rules under a number of its own: 1.1.0 becomes 1.1.0+1."""
    if to_document(rules) == study.template.get("rules"):
        return
    base, _, number = rules.version.partition("+")
    rules = replace(rules, version=f"{base}+{int(number or 0) + 1}")
    study.template = {**study.template, "rules": to_document(rules)}
    session.flush()


def _set_state(session: Session, study: Study, row: StoredConstruct, state: str, account: Account | None,
               version: str) -> None:
    before, row.state = row.state, state
    row.version, row.changed_at = row.version + 1, utc_now()
    base, _, number = str(study.template["version"]).partition("+")
    study.template = {**study.template, "version": f"{base}+{int(number or 0) + 1}"}
    session.flush()
    record_change(session, "put_construct_in_force" if state == IN_FORCE else "take_construct_out",
                  f"construct {row.key}", study_id=study.id, account=account, before={"state": before},
                  after={"state": state, "questionnaire": version, "template": study.template["version"]})


def take_out(session: Session, study: Study, number: int, version: int,
             account: Account | None = None) -> PublishedInstrument:
    """Publish the questionnaire without it, unlink its code, take its rules away; refused once somebody answered."""
    _lock(session, study)
    row, template = get_own(session, study, number), template_of(session, study)
    _check_row(row, version, IN_FORCE)
    own = own_of(row)
    audience = audience_of(template, own.group)
    _check_unused(session, study, row, audience)
    instrument = instrument_of(get_instrument(session, study, audience))
    published = _publish(session, study, audience, without_own_construct(instrument, own.key), f"- {own.key}", account)
    draft = find_draft(session, study, audience)
    if draft is not None:
        save_draft(session, study, draft, without_own_construct(instrument_of_draft(draft), own.key),
                   f"edit:constructs:{own.key}", account)
    _unlink_code(session, study, own, account)
    if template.rules is not None:
        _store_rules(session, study, without_own_rules(template.rules, own))
    row.instrument_id = None
    _set_state(session, study, row, ENTERED, account, published.version)
    return published


def _check_unused(session: Session, study: Study, row: StoredConstruct, audience: str) -> None:
    versions = [one.id for one in list_versions(session, study, audience) if one.id >= (row.instrument_id or 0)]
    answered = session.scalar(
        select(func.count()).select_from(Response).join(QuestionnaireLink, QuestionnaireLink.id == Response.link_id)
        .join(Wave, Wave.id == QuestionnaireLink.wave_id)
        .where(Wave.study_id == study.id, Wave.closed_at.is_not(None),
               or_(Response.instrument_id.in_(versions),
                   (Response.instrument_id.is_(None)) & QuestionnaireLink.instrument_id.in_(versions))))
    stored = newest_diagnosis(session, study)
    named = stored is not None and any(one["level"]["construct"] == row.key
                                       for part in ("problems", "causes") for one in stored.document[part])
    if answered or named:
        raise Refused("People answered it already, or a diagnosis speaks of it.",
                      "Leave it out of the next wave by a new version of the questionnaire; what was found stays.")


def _unlink_code(session: Session, study: Study, own: OwnConstruct, account: Account | None) -> None:
    """Leave a code that somebody gave as a candidate without a construct; retire one that nobody gave."""
    entry = lock_codebook(session, study).by_key.get(own.code)
    if entry is None or entry.definition.construct != own.key:
        return
    row = get_code(session, study, entry.id)
    change_code(session, study, row.id, replace(definition_of(row), construct=None), row.version, account)
    if not marks_of(session, study, row.id):
        retire_code(session, study, row.id, account)
