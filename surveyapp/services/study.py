"""Studies: made from a template, found by name or number, with their waves and questionnaire links."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.codec import content_hash, from_document, to_document
from instruments.facts import StudyFacts
from instruments.schema import Instrument
from instruments.template import StudyTemplate
from surveyapp.db.base import utc_now
from surveyapp.errors import NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.coding import Code
from surveyapp.models.privacy import ANONYMOUS
from surveyapp.models.study import FULL, SHORT, PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.audit import record_change
from surveyapp.services.codebook import definitions_in_force
from surveyapp.services.finished import drop_receipts
from surveyapp.services.organisation_check import check_facts
from surveyapp.services.paper_pile import forget_sheets
from surveyapp.services.privacy_mode import chosen_modes, promise_for
from surveyapp.services.protection import count_protected
from surveyapp.services.results_gate import links_of
from surveyapp.services.row_order import forget_row_order
from surveyapp.services.webhook_event import WAVE_CLOSED, WAVE_OPENED, announce_wave
from surveyapp.services.withdrawal import apply_withdrawals

FIRST_WAVE = "w1"
LONGEST_NAME = 120      # characters; the width of the column
LARGEST_NUMBER = 2 ** 31 - 1    # what a column of numbers holds
SHORT_ENDING = "-short"     # of a short form's version: that of the full one it was published with, and this
LINK_BYTES = 16         # 128 random bits: a link cannot be guessed


def create_study(session: Session, template: StudyTemplate, name: str, *, facts: StudyFacts | None = None,
                 is_synthetic: bool = False, account: Account | None = None,
                 privacy: Mapping[str, str] | None = None, is_open: bool = True) -> Study:
    """Return a new study with the template's questionnaires published, its codes, and an open first wave.

    `privacy` names a mode for a questionnaire by its file stem; without one the template's holds, and then anonymous.
    Without `is_open` the wave is there with its links and waits to be opened.
    """
    name = name.strip()
    modes = chosen_modes(template, privacy or {})
    if not name or name.isdigit():
        raise Refused("A study needs a name that is not only digits.", "Give another name.")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise Refused("A study's name has at most {most} characters and none that cannot be printed.",
                      "Give another name.", most=LONGEST_NAME)
    if session.scalar(select(Study.id).where(Study.name == name)) is not None:
        raise Refused("There is a study named {name} already.", "Choose another name.", name=repr(name))
    check_facts(facts or StudyFacts())
    study = Study(
        name=name, template_key=template.key, template=to_document(replace(template, instruments=())),
        facts=to_document(facts or StudyFacts()), thresholds={}, is_synthetic=is_synthetic,
    )
    session.add(study)
    session.flush()
    _add_codes(session, study, template)
    wave = open_wave(session, study, FIRST_WAVE, is_open=is_open)
    for instrument in template.instruments:
        publish_instrument(session, study, instrument, wave, privacy=modes[instrument.audience])
    record_change(session, "create_study", f"study {study.id}", study_id=study.id, account=account,
                  after={"name": name, "template": template.key, "version": template.version, "privacy": modes})
    return study


def _add_codes(session: Session, study: Study, template: StudyTemplate) -> None:
    if template.codebook is not None:
        for position, code in enumerate(template.codebook.codes):
            session.add(Code(study_id=study.id, key=code.key, position=position, document=to_document(code)))
        session.flush()


def open_wave(session: Session, study: Study, key: str, *, is_open: bool = True) -> Wave:
    """Return a new wave of the study, open unless it is to wait."""
    wave = Wave(study_id=study.id, key=key, opened_at=utc_now() if is_open else None)
    session.add(wave)
    session.flush()
    return wave


def publish_instrument(session: Session, study: Study, instrument: Instrument, wave: Wave, *,
                       privacy: str | None = None) -> PublishedInstrument:
    """Freeze a questionnaire's version for the study and give it a link in the wave.

    The privacy mode is that of the questionnaire's earlier links: no later version or wave knows more of people.
    """
    published = PublishedInstrument(
        study_id=study.id, audience=instrument.audience, key=instrument.key, version=instrument.version,
        document=to_document(instrument), content_hash=content_hash(instrument),
    )
    session.add(published)
    session.flush()
    add_link(session, study, published, wave, privacy)
    return published


def add_link(session: Session, study: Study, published: PublishedInstrument, wave: Wave,
             privacy: str | None = None) -> QuestionnaireLink:
    """Return a new link of a published questionnaire in a wave; what respondents are promised is fixed with it."""
    promise = promise_for(session, study, published, instrument_of(published), privacy)
    link = QuestionnaireLink(wave_id=wave.id, instrument_id=published.id, token=secrets.token_urlsafe(LINK_BYTES),
                             privacy=promise.privacy, minimum_group=promise.minimum,
                             # An open link knows nobody, and these respondents are promised that they can be found.
                             is_by_invitation=promise.privacy != ANONYMOUS and not study.is_synthetic)
    session.add(link)
    session.flush()
    return link


def close_wave(session: Session, study: Study, wave: Wave, account: Account | None = None) -> None:
    """End collection: later answers are refused, and withdrawals are applied, all at once."""
    if wave.closed_at is None:
        session.refresh(wave, with_for_update=True)     # a withdrawal asked for now comes before, or not at all
        apply_withdrawals(session, wave)
        drop_receipts(session, wave)
        forget_sheets(session, wave)
        forget_row_order(session, wave)
        wave.closed_at = utc_now()
        record_change(session, "close_wave", f"wave {wave.key}", study_id=study.id, account=account)
        announce_wave(session, wave, WAVE_CLOSED)


def reopen_wave(session: Session, study: Study, wave: Wave, account: Account | None = None) -> None:
    """Take answers again where nothing hinders it; a closing date that has passed holds no more."""
    hindrance = find_hindrance_to_reopen(session, wave)
    if hindrance is not None:
        raise hindrance
    wave.closed_at = None
    if wave.closes_at is not None and wave.closes_at <= utc_now():
        wave.closes_at = None
    record_change(session, "reopen_wave", f"wave {wave.key}", study_id=study.id, account=account)
    announce_wave(session, wave, WAVE_OPENED)


def find_hindrance_to_reopen(session: Session, wave: Wave) -> Refused | None:
    """Return why a wave is not opened again, None where it may be.

    Where people answered anonymously, exact counts and results were open to be seen, and whatever changed between two
    closings would be the answers of the few who came, or withdrew, in the meantime.
    """
    links = [link for link in links_of(session, wave) if link.is_anonymous]
    if wave.closed_at is not None and links and count_protected(session, links):
        return Refused("People answered this wave anonymously, and their answers were frozen when it was closed.",
                       "Open a new wave for further answers.")
    if any(link.keys_deleted_on for link in links_of(session, wave)):
        return Refused("The key table of this wave was deleted, and what was promised with it holds no more.",
                       "Open a new wave for further answers.")
    return None


def list_studies(session: Session) -> list[Study]:
    """Return every study, by name."""
    return list(session.scalars(select(Study).order_by(Study.name)))


def get_study(session: Session, name_or_number: str | int) -> Study:
    """Return the study of that name or number; NotFound otherwise."""
    text = str(name_or_number)
    is_number = text.isdecimal() and int(text) <= LARGEST_NUMBER
    condition = Study.id == int(text) if is_number else Study.name == text
    study = session.scalar(select(Study).where(condition))
    if study is None:
        raise NotFound("There is no study {name}.", "Choose one from the list of studies.", name=repr(text))
    return study


def delete_study(session: Session, study: Study, account: Account | None = None) -> None:
    """Remove a study with everything in it."""
    record_change(session, "delete_study", f"study {study.id} {study.name!r}", account=account)
    session.delete(study)
    session.flush()


def list_waves(session: Session, study: Study) -> list[Wave]:
    """Return the study's waves in the order of their keys."""
    return list(session.scalars(select(Wave).where(Wave.study_id == study.id).order_by(Wave.key)))


def get_wave(session: Session, study: Study, key: str | None = None) -> Wave:
    """Return the wave of that key; without one, the only open wave, or the newest if none is open; never a pilot."""
    waves = list_waves(session, study)
    if key is not None:
        chosen = [wave for wave in waves if wave.key == key]
        if not chosen:
            raise NotFound("The study has no wave {key}.", "It has: {keys}.", key=repr(key),
                           keys=", ".join(wave.key for wave in waves) or "none")
    else:
        main = [wave for wave in waves if not wave.is_pilot]
        chosen = [wave for wave in main if wave.is_open] or main[-1:]
    if len(chosen) != 1:
        raise NotFound("The study has {n} waves that fit.", "Name one with --wave: {keys}.", n=len(chosen),
                       keys=", ".join(wave.key for wave in waves) or "none exists")
    return chosen[0]


def list_instruments(session: Session, study: Study) -> list[PublishedInstrument]:
    """Return the published questionnaires, oldest version first; short forms and trials are not among them."""
    found = select(PublishedInstrument).where(
        PublishedInstrument.study_id == study.id, PublishedInstrument.form == FULL)
    return list(session.scalars(found.order_by(PublishedInstrument.audience, PublishedInstrument.id)))


def current_versions(session: Session, study: Study) -> list[PublishedInstrument]:
    """Return the newest version of every questionnaire, each with the short form that was published with it."""
    newest = {row.audience: row for row in list_instruments(session, study)}
    return [version for row in newest.values() for version in list_versions(session, study, row.audience)
            if version.id == row.id or (version.form == SHORT and version.version == row.version + SHORT_ENDING)]


def list_versions(session: Session, study: Study, audience: str) -> list[PublishedInstrument]:
    """Return every published version of one questionnaire, short forms too, oldest first."""
    found = select(PublishedInstrument).where(
        PublishedInstrument.study_id == study.id, PublishedInstrument.audience == audience,
        PublishedInstrument.form.in_((FULL, SHORT)))
    return list(session.scalars(found.order_by(PublishedInstrument.id)))


def get_instrument(session: Session, study: Study, key: str) -> PublishedInstrument:
    """Return the newest version of the questionnaire of that file stem or key, or the one of `stem@version`."""
    key, _, version = key.partition("@")
    if version:
        return get_version(session, study, key, version)
    fitting = [row for row in list_instruments(session, study) if key in (row.audience, row.key)]
    if not fitting:
        known = ", ".join(sorted({row.audience for row in list_instruments(session, study)}))
        raise NotFound("The study has no questionnaire {key}.", "It has: {known}.", key=repr(key),
                       known=known or "none")
    return fitting[-1]


def get_version(session: Session, study: Study, audience: str, version: str) -> PublishedInstrument:
    """Return one version of a questionnaire; NotFound otherwise."""
    versions = list_versions(session, study, audience)
    for row in versions:
        if row.version == version:
            return row
    raise NotFound("The questionnaire {key} has no version {version}.", "It has: {known}.", key=repr(audience),
                   version=repr(version), known=", ".join(row.version for row in versions) or "none")


def list_links(session: Session, wave: Wave) -> list[tuple[QuestionnaireLink, PublishedInstrument]]:
    """Return the wave's questionnaire links with their questionnaires; test links are not among them."""
    found = (
        select(QuestionnaireLink, PublishedInstrument)
        .join(PublishedInstrument, PublishedInstrument.id == QuestionnaireLink.instrument_id)
        .where(QuestionnaireLink.wave_id == wave.id, QuestionnaireLink.is_test.is_(False))
        .order_by(PublishedInstrument.audience, PublishedInstrument.id)
    )
    return [(link, published) for link, published in session.execute(found)]


def get_link(session: Session, wave: Wave, instrument: PublishedInstrument) -> QuestionnaireLink:
    """Return the link in the wave of the questionnaire, at whatever version it is; NotFound otherwise."""
    link = find_link(session, wave, instrument.audience, instrument.form)
    if link is None:
        raise NotFound("The questionnaire has no link in this wave.", "Publish it in the wave first.")
    return link


def find_link(session: Session, wave: Wave, audience: str, form: str = FULL) -> QuestionnaireLink | None:
    """Return the link of a questionnaire or of its short form in the wave, None if there is none."""
    return session.scalar(
        select(QuestionnaireLink)
        .join(PublishedInstrument, PublishedInstrument.id == QuestionnaireLink.instrument_id)
        .where(QuestionnaireLink.wave_id == wave.id, QuestionnaireLink.is_test.is_(False),
               PublishedInstrument.audience == audience, PublishedInstrument.form == form)
        .order_by(QuestionnaireLink.id).limit(1))


def instrument_of(published: PublishedInstrument) -> Instrument:
    """Return the questionnaire as a value."""
    return from_document(Instrument, published.document)


def facts_of(study: Study) -> StudyFacts:
    """Return what was entered about the organisation."""
    return from_document(StudyFacts, study.facts)


def template_of(session: Session, study: Study) -> StudyTemplate:
    """Return the study's template with its newest questionnaires and its own codes."""
    template = from_document(StudyTemplate, study.template)
    newest = {row.audience: row for row in list_instruments(session, study)}
    template = replace(template, instruments=tuple(instrument_of(row) for row in newest.values()))
    if template.codebook is not None:
        codes = definitions_in_force(list_codes(session, study))
        template = replace(template, codebook=replace(template.codebook, codes=codes))
    return template


def list_codes(session: Session, study: Study) -> list[Code]:
    """Return the study's codes in the order of the codebook."""
    return list(session.scalars(select(Code).where(Code.study_id == study.id).order_by(Code.position)))


def set_facts(session: Session, study: Study, facts: StudyFacts, account: Account | None = None) -> None:
    """Store what was entered about the organisation; BadInput if it does not fit together."""
    check_facts(facts)
    before: dict[str, Any] = study.facts
    study.facts = to_document(facts)
    record_change(session, "set_facts", f"study {study.id}", study_id=study.id, account=account, before=before,
                  after=study.facts)
