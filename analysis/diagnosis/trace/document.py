"""The trace as `diagnose --json` prints it: every finding by its short name, every metric path with its inputs."""

from __future__ import annotations

from typing import Any

from analysis.diagnosis.told_customers import told_value
from analysis.diagnosis.trace.ledger import Ledger
from analysis.privacy import MINIMUM_GROUP, told_count
from analysis.results.diagnosis import Diagnosis
from analysis.results.trace import PathInputs, TracedFinding
from instruments.codec import to_document
from instruments.template import StudyTemplate


def trace_document(diagnosis: Diagnosis, template: StudyTemplate) -> dict[str, Any]:
    """Return from what each figure was computed, in the shape that scripts read.

    Parameters
    ----------
    diagnosis : Diagnosis
    template : StudyTemplate
        The study's, of the version that the diagnosis was made with.

    Returns
    -------
    dict
        `findings`: short name → kind, key, metric paths, rules as applied. `metrics`: path → value, inputs (paths,
        items, codes, columns), rule, thresholds with values, random stream. `items`: n, mean, those without an answer
        by reason. `excluded`: by questionnaire and flag. Counts of few people are null. Seed, versions and date of the
        data stand once, in `provenance`.
    """
    ledger = Ledger(diagnosis, template)
    paths = dict.fromkeys((*sorted(diagnosis.metrics), *(path for found in ledger.findings() for path in found.paths)))
    inputs = {path: found for path in paths for found in [ledger.inputs(path)] if found is not None}
    document: dict[str, Any] = to_document({
        "findings": {found.id: _finding(found) for found in ledger.findings()},
        "metrics": {path: _metric(found, ledger) for path, found in inputs.items()},
        "items": {key: {"audience": found.audience, "n": found.n, "mean": found.mean,
                        "missing": {reason: n if n >= 0 else None for reason, n in found.missing.items()}}
                  for key, found in diagnosis.item_answers.items()},
        "excluded": excluded_by_flag(diagnosis),
    })
    return document


def excluded_by_flag(diagnosis: Diagnosis) -> dict[str, dict[str, int | None]]:
    """Return how many answers were received, left out, and carry each flag.

    Parameters
    ----------
    diagnosis : Diagnosis

    Returns
    -------
    dict
        Audience → submitted, left_out and flags; counts of few people are None.
    """
    minimum = int(diagnosis.provenance.thresholds.get("minimum_group", MINIMUM_GROUP))
    return {audience: {"submitted": screening.n_submitted, "valid": screening.n_valid,
                       **{flag: told_count(n, minimum) for flag, n in screening.flags.items()}}
            for audience, screening in diagnosis.screening.items()}


def _finding(found: TracedFinding) -> dict[str, Any]:
    return {"kind": found.kind, "key": found.key, "paths": found.paths, "rules": found.rulings,
            "related": found.related}


def _metric(found: PathInputs, ledger: Ledger) -> dict[str, Any]:
    thresholds = ledger.diagnosis.provenance.thresholds
    return {
        "value": told_value(ledger.diagnosis, found.path, found.value), "finding": ledger.id_of_path(found.path),
        "rule": found.rule, "section": found.section,
        "paths": found.paths, "items": found.items, "codes": found.codes, "columns": found.fields,
        "audiences": found.audiences, "stream": found.stream,
        "thresholds": {name: thresholds.get(name) for name in found.thresholds}}
