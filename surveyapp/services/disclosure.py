"""What of the responses may leave in files of single rows: the only way from answers to an export.

What people answered here leaves in tables that cannot be put together again: opinions, profile, and own words, each in
an order and under row names of its own, made new for every release. Every combination of what a table shows of a person
is shared by at least the study's minimum. In confidential mode the rows of opinions, and only these, bear pseudonyms,
so that waves can be linked; in identified mode one table holds everything with the name. Rows of an imported file
were the researcher's before; sample data are nobody's: both leave as they came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from sqlalchemy.orm import Session

from surveyapp.models.privacy import CONFIDENTIAL, IDENTIFIED
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import Wave
from surveyapp.services.anonymised import masks_of
from surveyapp.services.correction import changed_items, count_changes
from surveyapp.services.person_key import row_names
from surveyapp.services.protection import is_protected
from surveyapp.services.questionnaire import compile_questionnaire
from surveyapp.services.release import ANSWERS, IMPORTED, Release, ReleaseTable, Row, Treatment
from surveyapp.services.release_plain import plain_table
from surveyapp.services.release_protected import protected_tables
from surveyapp.services.response_rows import Source
from surveyapp.services.results_gate import check_results_may_leave, links_of, smallest_group
from surveyapp.services.study import get_link
from surveyapp.services.versions import WaveVersions, wave_versions


def plan_release(session: Session, study: Study, wave: Wave, published: PublishedInstrument) -> Release:
    """Return what may leave of the handed-in responses to one questionnaire, in all its versions, in one wave."""
    link = get_link(session, wave, published)
    versions = wave_versions(session, wave, published.audience)
    links = [row for row in links_of(session, wave) if row.id in versions.link_ids] or [link]
    n_protected = check_results_may_leave(session, wave, links)
    minimum = smallest_group(study, links)
    source = Source(session, versions)
    questionnaire = compile_questionnaire(versions.instrument)
    tables: list[ReleaseTable] = []
    protected = None
    if n_protected and link.privacy == IDENTIFIED:
        tables.append(plain_table(source, questionnaire, ANSWERS, is_protected(), row_names(session, links),
                                  changed_items(session, versions.link_ids)))
    elif n_protected:
        protected = protected_tables(source, questionnaire, minimum, has_pseudonyms=link.privacy == CONFIDENTIAL)
        tables.extend(protected.tables)
    foreign = plain_table(source, questionnaire, IMPORTED if tables else ANSWERS, ~is_protected())
    if foreign.n_rows or not tables:
        tables.append(foreign)
    return _masked(study, Release(
        versions.instrument, wave.key, links[0].privacy, minimum, n_protected + foreign.n_rows, tuple(tables),
        tuple(replace(done, minimum=minimum) for done in (*(protected.treatments if protected else ()),
                                                          *_corrections(session, versions)))))


def _masked(study: Study, release: Release) -> Release:
    """Return the release without names of the organisation, in words of the questionnaire and in what people wrote."""
    if not study.is_anonymised:
        return release
    masks = masks_of(study)

    def reader(table: ReleaseTable) -> Callable[[], Iterator[Row]]:
        return lambda: ([masks.text(cell) if isinstance(cell, str) else cell for cell in row] for row in table.read())

    return replace(release, instrument=masks.apply(release.instrument), tables=tuple(
        replace(table, columns=masks.apply(table.columns), title=masks.text(table.title), read=reader(table))
        for table in release.tables))


def _corrections(session: Session, versions: WaveVersions) -> list[Treatment]:
    """Return how many answers to each item were corrected; in which rows, only a table with names tells."""
    return [Treatment(item, "corrected", n) for item, n in count_changes(session, versions.link_ids).items()]
