"""Norm packages of a study: the one it hands to other organisations, and those it was handed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.results.norms import SCHEMA, LeftOut, NormPackage, NormScale
from instruments.codec import content_hash, from_document, to_document
from instruments.comparison import is_identical
from instruments.schema import Instrument
from surveyapp.errors import NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import Job
from surveyapp.models.norm import NormExport, NormImport, NormSource
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.queue import enqueue_job
from surveyapp.services.audit import record_change
from surveyapp.services.norm_file import check_kind, read_package
from surveyapp.services.study import list_waves, template_of

JOB = "norms"
MARK_BYTES = 16


# ---- what this study is ----------------------------------------------------------------------------------------------
def kind_of(session: Session, study: Study) -> str:
    """Return the kind of this study's organisation; empty where nobody said."""
    row = session.get(NormSource, study.id)
    return row.kind if row else ""


def set_kind(session: Session, study: Study, kind: str, account: Account | None = None) -> None:
    """Say what kind of organisation this is; packages of another kind are not compared with."""
    row, kind = _source(session, study), check_kind(kind)
    if row.kind != kind:
        record_change(session, "set_norm_kind", f"study {study.id}", study_id=study.id, account=account,
                      before={"kind": row.kind}, after={"kind": kind})
        row.kind = kind
        session.flush()


def _source(session: Session, study: Study) -> NormSource:
    row = session.get(NormSource, study.id)
    if row is None:
        row = NormSource(study_id=study.id, mark=secrets.token_hex(MARK_BYTES), kind="")
        session.add(row)
        session.flush()
    return row


# ---- what it hands out -----------------------------------------------------------------------------------------------
def request_package(session: Session, study: Study, wave: Wave, account: Account) -> Job:
    """Return the job that makes the package of a wave; refused where it cannot be made."""
    check_exportable(session, study, wave)
    return enqueue_job(session, study.id, JOB, {"wave": wave.key}, account)


def check_exportable(session: Session, study: Study, wave: Wave) -> None:
    """Refuse a package of an open wave, of a pilot, or of an organisation of no kind."""
    if wave.is_open or wave.is_pilot or wave.opened_at is None:
        raise Refused("A norm package is made of a closed wave.", "Close collection first.")
    if not kind_of(session, study):
        raise Refused("Say first what kind of organisation this is.",
                      "Others compare only with organisations of their own kind.")


def store_package(session: Session, study: Study, wave: Wave, input_hash: str, scales: Sequence[NormScale],
                  left_out: Mapping[str, LeftOut], collected: str, account: Account | None = None) -> NormPackage:
    """Return the package of a wave and keep it; there is only ever one, as long as the answers are the same.

    A second package of slightly other answers would show, beside the first, what the few said who make the difference.
    """
    check_exportable(session, study, wave)
    source, template = _source(session, study), template_of(session, study)
    known = session.get(NormExport, wave.id)
    if known is not None and known.input_hash != input_hash:
        raise Refused("A norm package of this wave was made on {day}, and its answers have changed since.",
                      "Hand out the package made then: a second one beside it would show what the few people said who "
                      "make the difference. A new wave gives a new package.", day=known.made_at.date().isoformat())
    if known is not None:
        package = replace(from_document(NormPackage, known.document), kind=source.kind)
        known.document = to_document(package)
        session.flush()
        return package
    if not scales:
        raise Refused("No scale of this wave has answers of 30 people to all its items.",
                      "A package of fewer would show what single people said.")
    package = NormPackage(SCHEMA, source.mark, source.kind, template.key, template.version, collected, tuple(scales),
                          dict(left_out), study.is_synthetic)
    session.add(NormExport(wave_id=wave.id, study_id=study.id, input_hash=input_hash, document=to_document(package)))
    session.flush()
    record_change(session, "make_norm_package", f"wave {wave.key}", study_id=study.id, account=account,
                  after={"content_hash": content_hash(package)})
    return package


def find_package(session: Session, wave: Wave) -> NormPackage | None:
    """Return the package made of a wave, None where there is none or the wave is open again."""
    row = None if wave.is_open else session.get(NormExport, wave.id)
    return from_document(NormPackage, row.document) if row else None


def get_package(session: Session, wave: Wave) -> NormPackage:
    """Return the package made of a wave; NotFound otherwise."""
    package = find_package(session, wave)
    if package is None:
        raise NotFound("No norm package was made of this wave.", "Make it on the page of norms.")
    return package


def packaged_waves(session: Session, study: Study) -> list[tuple[Wave, NormPackage | None]]:
    """Return the closed waves of the study with the package made of each, the newest first."""
    return [(wave, find_package(session, wave)) for wave in reversed(list_waves(session, study))
            if wave.closed_at is not None and not wave.is_pilot]


# ---- what it was handed ----------------------------------------------------------------------------------------------
def import_package(session: Session, study: Study, content: bytes, account: Account | None = None) -> NormImport:
    """Return the stored package of another organisation, instead of an older one of the same source."""
    package = read_package(content)
    own = session.get(NormSource, study.id)
    if own is not None and own.mark == package.source:
        raise Refused("This package was made of this study itself.", "A study is not compared with itself.")
    if package.is_synthetic and not study.is_synthetic:
        raise Refused("The package was made of synthetic sample data.",
                      "Real answers are not compared with invented ones.")
    digest = content_hash(package)
    row = session.scalar(select(NormImport).where(NormImport.study_id == study.id,
                                                  NormImport.source == package.source))
    before = {"content_hash": row.content_hash} if row else None
    if row is None:
        row = NormImport(study_id=study.id, source=package.source)
        session.add(row)
    row.kind, row.content_hash, row.document = package.kind, digest, to_document(package)
    session.flush()
    record_change(session, "import_norm_package", f"package {row.id}", study_id=study.id, account=account,
                  before=before, after={"content_hash": digest, "kind": package.kind})
    return row


def list_imports(session: Session, study: Study) -> list[NormImport]:
    """Return the packages of other organisations, in the order they came."""
    return list(session.scalars(select(NormImport).where(NormImport.study_id == study.id).order_by(NormImport.id)))


def remove_import(session: Session, study: Study, number: int, account: Account | None = None) -> None:
    """Take a package of another organisation away; NotFound if the study has none of that number."""
    row = session.scalar(select(NormImport).where(NormImport.study_id == study.id, NormImport.id == number))
    if row is None:
        raise NotFound("There is no such norm package in this study.", "See the list of packages.")
    record_change(session, "remove_norm_package", f"package {number}", study_id=study.id, account=account,
                  before={"content_hash": row.content_hash, "kind": row.kind})
    session.delete(row)
    session.flush()


def norms_of(session: Session, study: Study) -> tuple[NormPackage, ...]:
    """Return the packages the study is compared with: those of its own kind, however the kind is capitalised."""
    kind = kind_of(session, study).casefold()
    return tuple(from_document(NormPackage, row.document) for row in list_imports(session, study)
                 if kind and row.kind.casefold() == kind)


@dataclass(frozen=True)
class ImportedNorm:
    """A package of another organisation beside this study's questionnaires."""

    row: NormImport
    package: NormPackage
    is_same_kind: bool
    n_identical: int            # items of this study that it has with the same meaning and words
    n_items: int                # it holds


def imported_norms(session: Session, study: Study) -> list[ImportedNorm]:
    """Return the packages of others with how many of their items are identical to this study's."""
    kind, instruments = kind_of(session, study).casefold(), template_of(session, study).instruments
    found = []
    for row in list_imports(session, study):
        package = from_document(NormPackage, row.document)
        n_items = sum(len(one.items) for one in package.scales)
        found.append(ImportedNorm(row, package, bool(kind) and row.kind.casefold() == kind,
                                  len(identical_to(instruments, package)), n_items))
    return found


def identical_to(instruments: Sequence[Instrument], package: NormPackage) -> frozenset[str]:
    """Return the items that a package has with the same meaning, and the same words in every language both have."""
    own = {(form.audience, item.construct or "", item.key): (form, item) for form in instruments for item in form.items
           if item.kind == "rating"}
    return frozenset(item.key for scale in package.scales for item in scale.items
                     for known in [own.get((scale.audience, scale.construct, item.key))]
                     if known is not None and is_identical(*known, item.meaning, item.wordings))
