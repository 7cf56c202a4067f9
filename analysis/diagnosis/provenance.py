"""From what and with what a diagnosis was computed, so that anybody can compute it again."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

import pandas as pd

from analysis.results.diagnosis import Provenance
from analysis.tables import CommentTable, StudyTables
from instruments.codec import canonical_json

LIBRARIES = ("surveyapp", "numpy", "pandas", "scipy")


def provenance_of(tables: StudyTables, thresholds: Mapping[str, float], *, study: str, is_synthetic: bool,
                  frozen_on: str) -> Provenance:
    """Return the trace of a diagnosis.

    Parameters
    ----------
    tables : StudyTables
    thresholds : Mapping[str, float]
        Resolved thresholds.
    study : str
        Name of the study.
    is_synthetic : bool
        Whether the data are made up for demonstration.
    frozen_on : str
        ISO date of the data.

    Returns
    -------
    Provenance
        `input_hash` is the SHA-256 of every table, the template's version, the codebook, the facts, the thresholds,
        the seed and the norm packages.
    """
    template = tables.template
    instruments = {audience: table.instrument for audience, table in tables.answers.items()}
    instruments = {instrument.audience: instrument for instrument in template.instruments} | instruments
    return Provenance(
        study=study, wave=tables.wave, template=template.key, template_version=template.version,
        instrument_versions={audience: instrument.version for audience, instrument in sorted(instruments.items())},
        input_hash=_input_hash(tables, thresholds), seed=tables.seed, thresholds=dict(thresholds),
        versions=used_versions(), is_synthetic=is_synthetic, frozen_on=frozen_on,
        codebook_versions=tables.codebook_versions, member_checks=dict(tables.member_checks))


def used_versions() -> dict[str, str]:
    """Return the software that figures rest on.

    Returns
    -------
    dict
        Name → version, or "not installed" for a checkout that runs from its source.
    """
    found = {"python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            # A checkout that was never installed has no version of its own.
            found[library] = "not installed"
    return found


def _input_hash(tables: StudyTables, thresholds: Mapping[str, float]) -> str:
    template = tables.template
    digest = hashlib.sha256(canonical_json(
        [template.key, template.version, tables.facts, dict(thresholds), tables.seed, tables.wave,
         template.codebook]).encode())
    for audience, table in sorted(tables.answers.items()):
        for frame in (table.values, table.missing, table.positions, table.duration_s.to_frame("seconds")):
            _add(digest, f"{audience} {table.instrument.version}", frame)
    if tables.interviews is not None:
        for name in ("interviews", "codings", "links", "turns"):
            _add(digest, name, getattr(tables.interviews, name))
        digest.update(canonical_json(tables.interviews.double_coded).encode())
        if tables.interviews.columns:
            digest.update(canonical_json(tables.interviews.columns).encode())
    _add_counts(digest, tables.member_checks)
    if tables.comments is not None:
        _add_comments(digest, tables.comments)
    _add_customer_files(digest, tables)
    _add_norms(digest, tables)
    return digest.hexdigest()


def _add_comments(digest: hashlib._Hash, comments: CommentTable) -> None:
    for name in ("items", "codings"):
        _add(digest, f"comments {name}", getattr(comments, name))
    if comments.links is not None:
        _add(digest, "comments links", comments.links)
    digest.update(canonical_json([comments.candidates, comments.double_coded]).encode())


def _add_norms(digest: hashlib._Hash, tables: StudyTables) -> None:
    if tables.norms:
        digest.update(canonical_json(tables.norms).encode())


def _add_counts(digest: hashlib._Hash, counts: Mapping[str, int]) -> None:
    if counts:
        digest.update(canonical_json(dict(sorted(counts.items()))).encode())


def _add_customer_files(digest: hashlib._Hash, tables: StudyTables) -> None:
    """Add files of perhaps a million rows without writing them out."""
    for name in ("customers", "records", "relations", "customers_before"):
        frame = getattr(tables, name)
        if frame is not None:
            digest.update(f"{name} {len(frame)} {list(frame.columns)}".encode())
            digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    if tables.customers is not None:
        digest.update(canonical_json([tables.template.value_model, tables.customer_dates]).encode())


def _add(digest: hashlib._Hash, name: str, frame: pd.DataFrame) -> None:
    digest.update(name.encode())
    digest.update(frame.to_csv().encode())
