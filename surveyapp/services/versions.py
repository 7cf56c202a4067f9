"""The versions of a questionnaire that were answered in a wave, as one data set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.comparison import Change
from instruments.schema import Instrument
from instruments.versions import MergedVersions, Reading, Version, change_table, merge_versions
from surveyapp.models.response import Response
from surveyapp.models.study import FULL, SHORT, PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.study import instrument_of, list_versions

Place = tuple[int, int | None]      # Response.link_id and Response.instrument_id


@dataclass(frozen=True)
class WaveVersions:
    """What was asked in a wave: the merged questionnaire, and how the answers of each response are read."""

    merged: MergedVersions
    readings: Mapping[Place, Reading]
    published: Mapping[Place, PublishedInstrument]      # the version a response is on

    @property
    def instrument(self) -> Instrument:
        """The columns of the data set as a questionnaire."""
        return self.merged.instrument

    @property
    def link_ids(self) -> tuple[int, ...]:
        """The links whose answers make the data set; test links are not among them."""
        return tuple({link_id: None for link_id, _ in self.readings})

    def reading(self, link_id: int, instrument_id: int | None) -> Reading:
        """Return how the answers of a response are read, by its `link_id` and `instrument_id`."""
        return self.readings[link_id, instrument_id]


def wave_versions(session: Session, wave: Wave, audience: str, newest: Instrument | None = None,
                  forms: tuple[str, ...] = (FULL, SHORT)) -> WaveVersions:
    """Return the versions of a questionnaire asked in the wave, short forms too, merged into one data set.

    `newest` names the columns; by default that is the newest full version asked in the wave.
    """
    places = list(_places(session, wave, audience, forms))
    published = {row.id: row for _, row in places}
    order = sorted(published)
    versions = {number: Version(instrument_of(published[number]), published[number].form == SHORT)
                for number in order}
    known = [number for number in order if newest is None or versions[number].instrument != newest]
    known += [number for number in order if number not in known]        # the one that names the columns comes last
    listed = [versions[number] for number in known]
    if newest is not None and all(version.instrument != newest for version in listed):
        listed.append(Version(newest))
    if not listed:
        return WaveVersions(_NOTHING, {}, {})
    merged = merge_versions(listed)
    reading_of = dict(zip(known, merged.readings, strict=False))
    return WaveVersions(merged, {place: reading_of[row.id] for place, row in places}, dict(places))


def _places(session: Session, wave: Wave, audience: str,
            forms: tuple[str, ...]) -> Iterator[tuple[Place, PublishedInstrument]]:
    """Yield each link with the version it leads to, and with those that older responses under it are on."""
    found = (
        select(QuestionnaireLink.id, PublishedInstrument)
        .join(PublishedInstrument, PublishedInstrument.id == QuestionnaireLink.instrument_id)
        .where(QuestionnaireLink.wave_id == wave.id, QuestionnaireLink.is_test.is_(False),
               PublishedInstrument.audience == audience, PublishedInstrument.form.in_(forms))
        .order_by(PublishedInstrument.id)
    )
    links = [(link_id, published) for link_id, published in session.execute(found)]
    for link_id, published in links:
        yield (link_id, None), published
    older = select(Response.link_id, Response.instrument_id).distinct().where(
        Response.link_id.in_([link_id for link_id, _ in links]), Response.instrument_id.is_not(None))
    for link_id, number in session.execute(older):
        yield (link_id, number), session.get_one(PublishedInstrument, number)


_NOTHING = MergedVersions(Instrument("", "", "", (), {}, (), ()), (), ())


def study_changes(session: Session, study: Study, audience: str) -> list[Change]:
    """Return what changed of items and scales from each published version to the next."""
    full = [instrument_of(row) for row in list_versions(session, study, audience) if row.form == FULL]
    return list(change_table(full))
