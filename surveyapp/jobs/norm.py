"""Make the norm package of a wave: what a worker or a command does."""

from __future__ import annotations

import hashlib
from typing import Any

from analysis.diagnosis.surveyed import survey_audience
from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.quant.norms.package import norm_scales
from analysis.quant.scoring import construct_items, recoded_items
from analysis.results.norms import LeftOut, NormPackage, NormScale
from analysis.tables import AnswerTable
from surveyapp.dataset import load_tables
from surveyapp.db.session import read_session, transaction
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.norm import check_exportable, store_package
from surveyapp.services.study import get_study, get_wave


def make_package(study: Study, wave: Wave) -> NormPackage:
    """Return the norm package of a wave, made of the answers that its diagnosis counts, and keep it."""
    check_exportable(read_session(), study, wave)
    tables = load_tables(read_session(), study, wave)
    thresholds = resolve_thresholds(tables.template.thresholds, tables.thresholds)
    digest = hashlib.sha256()
    scales: list[NormScale] = []
    left_out: dict[str, LeftOut] = {}
    for instrument in tables.template.instruments:
        valid = survey_audience(tables, instrument.audience, thresholds).valid
        _add(digest, valid)
        found, missing = norm_scales(valid, minimum=int(thresholds["norm_minimum_n"]),
                                     minimum_group=int(thresholds["minimum_group"]), seed=study.seed)
        scales += found
        left_out |= missing
    ended = wave.closed_at or wave.opened_at
    with transaction() as session:
        return store_package(session, get_study(session, study.id), get_wave(session, study, wave.key),
                             digest.hexdigest(), scales, left_out, ended.strftime("%Y-%m") if ended else "")


def _add(digest: hashlib._Hash, valid: AnswerTable) -> None:
    for construct in valid.instrument.constructs:
        if construct_items(valid.instrument, construct.key):
            digest.update(f"{valid.instrument.audience} {construct.key}".encode())
            # Without the names of rows, which mean nothing here.
            digest.update(recoded_items(valid, construct.key).to_csv(index=False).encode())


def package_wave(study: Study, options: dict[str, Any]) -> str:
    """Make the package that a page asked for; return what the job says."""
    package = make_package(study, get_wave(read_session(), study, options["wave"]))
    return f"norm package, {len(package.scales)} scales"
