"""Publishing a questionnaire: what stands in the way, which number it gets, and what becomes of open links."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import update
from sqlalchemy.orm import Session

from instruments.checks import check_instrument
from instruments.codec import content_hash, to_document
from instruments.comparison import Change, compare_instruments
from instruments.errors import Finding
from instruments.schema import Instrument
from instruments.short_form import short_form
from instruments.versions import proposed_version
from surveyapp.errors import Refused
from surveyapp.models.account import Account
from surveyapp.models.response import Response
from surveyapp.models.study import FULL, SHORT, PublishedInstrument, Study
from surveyapp.models.wave import Wave
from surveyapp.services.audit import record_change
from surveyapp.services.privacy_mode import promise_for
from surveyapp.services.study import SHORT_ENDING, add_link, find_link, instrument_of, list_versions, list_waves

LONGEST_VERSION = 30        # signs; the column holds 40, and a short form adds its ending


@dataclass(frozen=True)
class PublicationPlan:
    """What publishing would mean; errors stand in its way, warnings have to be seen."""

    instrument: Instrument
    previous: PublishedInstrument | None
    changes: tuple[Change, ...]
    version: str
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    waves: tuple[Wave, ...]         # not closed yet: they go on with the version
    short: Instrument | None            # the short form that the marked items make

    @property
    def is_unchanged(self) -> bool:
        return self.previous is not None and not self.changes


def plan_publication(session: Session, study: Study, instrument: Instrument) -> PublicationPlan:
    """Return what stands in the way of publishing the questionnaire, and the version number it would get."""
    versions = list_versions(session, study, instrument.audience)
    previous = next((row for row in reversed(versions) if row.form == FULL), None)
    changes: tuple[Change, ...] = ()
    version = instrument.version or "1.0.0"
    if previous is not None:
        before = instrument_of(previous)
        changes = tuple(compare_instruments(before, replace(instrument, version=before.version)))
        taken = {row.version for row in versions}
        version = proposed_version(previous.version, changes, taken.__contains__)
    findings = check_instrument(instrument)
    return PublicationPlan(
        instrument, previous, changes, version, tuple(finding for finding in findings if finding.is_error),
        tuple(finding for finding in findings if not finding.is_error),
        tuple(wave for wave in list_waves(session, study) if wave.closed_at is None and not wave.is_pilot),
        short_form(instrument))


def publish_version(session: Session, study: Study, instrument: Instrument, *, version: str = "", note: str = "",
                    has_seen_warnings: bool = False, with_short: bool = False,
                    account: Account | None = None) -> PublishedInstrument:
    """Freeze the questionnaire as a new version; waves not closed go on with it, and with its short form if wanted."""
    plan = plan_publication(session, study, instrument)
    version = version.strip() or plan.version
    _check(session, study, plan, version, has_seen_warnings)
    published = _freeze(session, study, replace(instrument, version=version), FULL, note)
    _lead_on(session, study, plan, published)
    if with_short:
        if plan.short is None:
            raise Refused("No item is marked for the short form.", "Mark some, or publish without a short form.")
        short = _freeze(session, study, replace(plan.short, version=version + SHORT_ENDING), SHORT, note)
        _lead_on(session, study, plan, short)
    record_change(session, "publish_instrument", f"{instrument.audience} {version}", study_id=study.id,
                  account=account, before={"version": plan.previous.version} if plan.previous else None,
                  after={"version": version, "content_hash": published.content_hash, "has_short_form": with_short})
    return published


def _check(session: Session, study: Study, plan: PublicationPlan, version: str, has_seen_warnings: bool) -> None:
    if plan.errors:
        raise Refused("The questionnaire has {n} faults and cannot be published.",
                      "Mend them first; each is named with what to do.", n=len(plan.errors))
    if plan.is_unchanged:
        raise Refused("Nothing was changed since version {version}.", "Change something first.",
                      version=plan.previous.version if plan.previous else "")
    if plan.warnings and not has_seen_warnings:
        raise Refused("There are {n} warnings nobody has looked at.", "Read them and tick that you have seen them.",
                      n=len(plan.warnings))
    taken = {row.version for row in list_versions(session, study, plan.instrument.audience)}
    if {version, version + SHORT_ENDING} & taken:
        raise Refused("There is a version {version} already.", "Give another number.", version=version)
    if len(version) > LONGEST_VERSION or not version.isprintable() or version.split() != [version] or "@" in version:
        raise Refused("A version has at most {most} signs, without spaces and without @.", "Give another number.",
                      most=LONGEST_VERSION)


def _freeze(session: Session, study: Study, instrument: Instrument, form: str, note: str) -> PublishedInstrument:
    published = PublishedInstrument(
        study_id=study.id, audience=instrument.audience, key=instrument.key, version=instrument.version, form=form,
        document=to_document(instrument), content_hash=content_hash(instrument), note=note.strip() or None)
    session.add(published)
    session.flush()
    return published


def _lead_on(session: Session, study: Study, plan: PublicationPlan, published: PublishedInstrument) -> None:
    """Lead the link of each wave not closed yet on to the version, or make one; responses under way stay on theirs.

    What respondents were promised under the link stays, and the new version's consent has to bear it out.
    """
    promise_for(session, study, published, plan.instrument, None)
    for wave in plan.waves:
        link = find_link(session, wave, published.audience, published.form)
        if link is None:
            add_link(session, study, published, wave)
            continue
        session.execute(update(Response).where(Response.link_id == link.id, Response.instrument_id.is_(None))
                        .values(instrument_id=link.instrument_id))
        link.instrument_id = published.id
    session.flush()
