"""What do the analyses of a `surveyapp measure` file say? The runner behind the command."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.errors import AnalysisError, SpecError, TableError
from analysis.quant.answered import sample_answers
from analysis.quant.careless.indices import MAHAD_CONFIDENCE
from analysis.quant.careless.rows import careless_answering
from analysis.quant.correlation_table import correlation_table, table_of
from analysis.quant.factors.exploratory import factor_solution
from analysis.quant.factors.factorability import factorability_of
from analysis.quant.factors.parallel import DRAWS, parallel_analysis_of
from analysis.quant.factors.retention import MOST_FACTORS, retention
from analysis.quant.scales.distinctness import distinct_pairs, htmt
from analysis.quant.scales.omega import omega_of
from analysis.quant.scales.reliability import answer_frequencies, reliability_of
from analysis.quant.spec.columns import recoded
from analysis.quant.spec.options import checked_options
from analysis.quant.spec.ordinal import POLYCHORIC, ordinal_matrix, ordinal_parallel
from analysis.quant.spec.people import PEOPLE
from analysis.quant.spec.scales import SCALES
from analysis.quant.spec.sem import MODELS, model_items
from analysis.quant.spec.task import Task, as_matrix, default_items, task_of
from analysis.results.measurement import Reliability
from instruments.codec import to_document

OF_PEOPLE = ("group", "unit", "wave", "person", "outcome")      # options that name a column


def run_spec(frame: pd.DataFrame, spec: Sequence[Mapping[str, Any]], *,
             refusals: dict[str, AnalysisError] | None = None) -> dict[str, dict[str, Any]]:
    """Return the results of a list of analyses on one table.

    Parameters
    ----------
    frame : DataFrame
        One row a respondent, or a correlation or covariance matrix: the first column names the items and repeats the
        other columns' names in their order. For a matrix each analysis states `n`.
    spec : sequence of mappings
        Each with `id` and `do`; the options of each are in `spec_options.OPTIONS`. `items` defaults to all columns.
        `reverse` recodes to low + high - answer, with `range: [low, high]` or else the lowest and highest answer over
        all its items. Values in `missing_codes` (by default the four of our own files) are missing where the column
        has no other negative value. `values` gives numbers for answers that are words.
    refusals : dict, optional
        Where it is given, an analysis that the data do not allow is put into it, by id, and the others are done. What
        is wrong with the list itself is raised all the same.

    Returns
    -------
    dict
        id → document of the result class with the analysis in `do`: Reliability (reliability, items), Omega (omega),
        Factorability (kmo, bartlett), ParallelAnalysis (parallel), Retention (map, vss), FactorSolution (efa), and
        pairs with htmt and htmt2 (htmt), CarelessIndices (careless), SampleAnswers (sample), CorrelationTable
        (correlations), GroupComparisons (compare), UnitViews (multilevel), WeightedMeans (weights),
        DriverAnalysis (drivers, dominance), WaveComparison (waves),
        KappaAgreement (kappa), AlphaAgreement (krippendorff), Polychoric (polychoric), SemResult (cfa, sem, with
        modification_indices, scores and bootstrap where asked for), Invariance (invariance); of items and scales
        ItemDistributions (distributions), LowerBounds (lambdas), SplitHalf (split_half), ResampledAlpha
        (alpha_bootstrap), FactorNumber (factor_number), LoadingIntervals (efa_bootstrap), FactorScoring
        (factor_scores), Intraclass (icc).

    Raises
    ------
    AnalysisError
        SpecError for an unknown analysis or option, TableError for a column that is absent or not numeric, TooFewData,
        NoVariation; always with the analysis, the reason and what to do. Nothing is returned then.
    """
    if not spec:
        raise SpecError("specification", "names no analysis.", "Write a list of analyses, each with id and do.")
    table = _named(frame)
    results: dict[str, dict[str, Any]] = {}
    for key, options in checked_spec(spec).items():
        try:
            results[key] = {"do": options["do"], **to_document(_result(table, options, f"analysis {key!r}"))}
        except AnalysisError as refusal:
            if refusals is None:
                raise
            refusals[key] = refusal
    return results


def _result(frame: pd.DataFrame, options: dict[str, Any], place: str) -> Any:
    """Return the result of one analysis; those of people in groups and of models read columns of words too."""
    of_tables = {**PEOPLE, **MODELS}
    if options["do"] in of_tables:
        return of_tables[options["do"]](frame, options, place)
    return result_of_task(task_of(frame, options, place))


def result_of_task(task: Task) -> Any:
    """Return the result of an analysis of items, scales or factors.

    Parameters
    ----------
    task : Task
        With its answers, matrix or moments.

    Returns
    -------
    result
        Of the class that `run_spec` names.
    """
    return _RUN[task.options["do"]](task)


def checked_spec(spec: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the options of each analysis with the defaults filled in.

    Parameters
    ----------
    spec : sequence of mappings
        As in `run_spec`.

    Returns
    -------
    dict
        id → options.

    Raises
    ------
    SpecError
        For the first fault, with its place and what to do.
    """
    found: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(spec, start=1):
        place = _place(entry, number)
        options = checked_options(entry, place)
        if options["id"] in found:
            raise SpecError(place, "this id occurs twice.", "Give each analysis its own id.")
        found[options["id"]] = options
    return found


def with_sample(results: Mapping[str, Mapping[str, Any]], frame: pd.DataFrame,
                spec: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return results with how complete the answers are put before them, where that was not asked for.

    Parameters
    ----------
    results : mapping
        As `run_spec` gives them.
    frame : DataFrame
        The table they come from.
    spec : sequence of mappings
        The analyses asked for.

    Returns
    -------
    dict
        The results, with a SampleAnswers of all items of the analyses where the table holds answers and none is there.
    """
    if as_matrix(frame) is not None or any(found.get("do") == "sample" for found in results.values()):
        return dict(results)
    options = [dict(entry) for entry in spec if str(entry.get("id")) in results]
    keys = list(dict.fromkeys(key for entry in options for key in _items_of(frame, entry)))
    if not keys:
        return dict(results)
    shared: dict[str, Any] = {name: options[0][name] for name in ("missing_codes", "values") if name in options[0]}
    name = next(name for name in ("sample", *map("sample {}".format, range(2, 99))) if name not in results)
    found = run_spec(frame, [{"id": name, "do": "sample", "items": keys, **shared}], refusals={})
    return {**found, **results}


def items_named(entry: Mapping[str, Any]) -> list[str]:
    """Return the columns that an analysis names.

    Parameters
    ----------
    entry : mapping
        One analysis as written, its options checked.

    Returns
    -------
    list of str
        Of items, reverse items, scales, scores and models, each once.
    """
    named = [*(entry.get("items") or ()), *(entry.get("reverse") or ())]
    for scales in (entry.get("scales"), entry.get("scores")):
        if isinstance(scales, Mapping):
            named += [item for items in scales.values() for item in items]
    if "model" in entry:
        named += model_items(entry, f"analysis {entry.get('id')!r}")
    return list(dict.fromkeys(map(str, named)))


def columns_named(spec: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return all columns that a list of analyses reads.

    Parameters
    ----------
    spec : sequence of mappings
        As in `run_spec`.

    Returns
    -------
    list of str
        Each once; none where an analysis takes all columns.
    """
    found: list[str] = []
    for options in checked_spec(spec).values():
        items = items_named(options)
        if not items:
            return []
        others = [options[name] for name in OF_PEOPLE if isinstance(options.get(name), str)]
        found += [*items, *others, *(options.get("targets") or ())]
    return list(dict.fromkeys(found))


def _items_of(frame: pd.DataFrame, entry: Mapping[str, Any]) -> list[str]:
    """Return the items that an analysis looks at, as far as they are columns with numbers."""
    scored = entry.get("scores")
    if entry.get("items"):
        keys = list(entry["items"])
    elif isinstance(scored, Mapping):
        keys = [key for items in scored.values() for key in items]
    else:
        keys = [] if entry.get("do") in PEOPLE else default_items(list(frame.columns), entry)
    return [key for key in keys if key in frame.columns
            and ("values" in entry or pd.api.types.is_numeric_dtype(frame[key]))]


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    named = frame.set_axis([str(name) for name in frame.columns], axis=1)
    repeated = named.columns[named.columns.duplicated()]
    if len(repeated):
        raise TableError("data", f"column {repeated[0]!r} occurs twice.", "Name each column once.")
    return named


def _place(entry: object, number: int) -> str:
    if not isinstance(entry, Mapping):
        raise SpecError(f"analysis {number}", "is not a set of options.", "Write `id:` and `do:` for it.")
    if "id" not in entry:
        raise SpecError(f"analysis {number}", "has no id.", "Give each analysis an id; results are named by it.")
    return f"analysis {entry['id']!r}"


def _reliability(task: Task) -> Reliability:
    options, counted = task.options, task.counted
    if task.answers is not None:
        rows = task.answers.dropna() if options["missing"] == "listwise" else task.answers
        counted = tuple(answer_frequencies(rows[key].to_numpy()) for key in task.keys)
    found = reliability_of(task.moments(), missing=options["missing"], confidence=options.get("confidence", 0.95),
                           reverse=options["reverse"], counted=counted, place=task.place)
    if "n_factors" not in options:
        return found
    general = omega_of(task.correlations(), options["n_factors"], seed=options["seed"], place=task.place)
    return replace(found, omega_hierarchical=general.omega_hierarchical)


def _pairs(task: Task) -> dict[str, Any]:
    scales, correlations = task.options["scales"], task.correlations()
    geometric = htmt(correlations, scales, mean="geometric")
    return {"n": correlations.n, "pairs": [
        {**to_document(pair), "htmt2": geometric[pair.first, pair.second]}
        for pair in distinct_pairs(correlations, scales)]}


def _careless(task: Task) -> Any:
    options, given = task.options, pd.DataFrame(task.answers)
    _check_scales(task)
    return careless_answering(given, recoded(given, options, task.place), options.get("scales", {}),
                              critical_r=options["critical_r"], confidence=options.get("confidence", MAHAD_CONFIDENCE))


_RUN: Mapping[str, Callable[[Task], Any]] = {
    "reliability": _reliability,
    "items": _reliability,
    "omega": lambda task: omega_of(task.correlations(), task.options["n_factors"], seed=task.options["seed"],
                                   place=task.place),
    "kmo": lambda task: factorability_of(task.correlations(), place=task.place),
    "bartlett": lambda task: factorability_of(task.correlations(), place=task.place),
    "parallel": lambda task: _parallel(task),
    "polychoric": lambda task: ordinal_matrix(task.answers, task.options, task.place),
    "map": lambda task: _retention(task),
    "vss": lambda task: _retention(task),
    "efa": lambda task: factor_solution(task.correlations(), task.options["n_factors"], method=task.options["method"],
                                        rotation=task.options["rotation"], seed=task.options["seed"],
                                        place=task.place),
    "htmt": _pairs,
    "careless": _careless,
    "sample": lambda task: sample_answers(pd.DataFrame(task.answers), place=task.place),
    "correlations": lambda task: _correlations(task),
    **SCALES,
}


def _parallel(task: Task) -> Any:
    if task.options["correlation"] == POLYCHORIC:
        return ordinal_parallel(task.answers, task.options, task.place)
    return parallel_analysis_of(task.correlations(), n_draws=task.options.get("n_draws", DRAWS),
                                seed=task.options["seed"], place=task.place)


def _check_scales(task: Task) -> None:
    for name, items in task.options.get("scales", {}).items():
        strangers = [item for item in items if item not in task.keys]
        if strangers:
            raise SpecError(task.place, f"scale {name!r}: {strangers[0]!r} is not among the items.", "Add it to items.")


def _correlations(task: Task) -> Any:
    options = task.options
    confidence = options.get("confidence", 0.95)
    _check_scales(task)
    if task.answers is None:
        if "scales" in options:
            raise SpecError(task.place, "scores of scales are not in a matrix.", "Leave `scales` out.")
        moments = task.moments()
        return table_of(moments, moments.correlation, confidence=confidence)
    return correlation_table(task.answers, scales=options.get("scales"), kind=options["correlation"],
                             missing=options["missing"], confidence=confidence, place=task.place)


def _retention(task: Task) -> Any:
    return retention(task.correlations(), max_factors=task.options.get("max_factors", MOST_FACTORS), place=task.place)

