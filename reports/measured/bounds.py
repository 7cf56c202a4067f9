"""What is known of a scale's reliability beside alpha: lower bounds, split halves, resampled alpha."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.results.scales import Halves, LowerBounds, ResampledAlpha, SplitHalf
from reports.content import Cell, Number, Row, Statement, Table
from reports.measured.frame import Context, Part, Widths, fitted, told_together, told_warnings
from reports.numbers import interval, printed

MOST_KEYS = 8               # of a half that are named
USUAL_QUANTILES = ("0.025", "0.975")


def build_bounds(context: Context, results: Mapping[str, LowerBounds]) -> list[Part]:
    """Return Guttman's bounds of every scale in one table; the highest of each is set bold."""
    words = context.words
    rows = tuple(_bounds_row(context, key, found) for key, found in results.items())
    widths: Widths = [("scale", 0.2, "left"), ("k", 0.05, "right"), ("n", 0.08, "right"),
                      *((f"lambda{number}", 0.075, "right") for number in range(1, 7)),
                      ("mu2", 0.075, "right"), ("mu3", 0.075, "right")]
    best = {key: max(_bounds(found)) for key, found in results.items()}
    low, high = (end(best, key=lambda key: best[key]) for end in (min, max))
    told: dict[str, Any] = {"n": len(results), "title": context.title(low), "low": printed(best[low], "coefficient"),
                            "high": printed(best[high], "coefficient")}
    ending = "" if len(results) > 1 else "_one"
    searched = any(found.lambda4_is_searched for found in results.values())
    note = words.text("measured.bounds_note", searched=words.text("measured.bounds_searched") if searched else "")
    table = Table("t-bounds", words.say("measured.bounds_table", n=len(rows)),
                  fitted(words, "measured.bounds_column_", widths), rows, "", context.note(note), is_dense=True)
    warnings = tuple(warning for key, found in results.items()
                     for warning in told_warnings(words, found.warnings, context.title(key)))
    return [Part("scales", words.say(f"measured.bounds_title{ending}", **told), (table,),
                 (words.say(f"measured.bounds_point{ending}", **told),), warnings)]


def _bounds(found: LowerBounds) -> list[float]:
    values = (found.lambda1, found.lambda2, found.lambda3, found.lambda4, found.lambda5, found.lambda6, *found.mu[2:])
    return [value for value in values if value is not None]


def _bounds_row(context: Context, key: str, found: LowerBounds) -> Row:
    best = max(_bounds(found))
    values = (found.lambda1, found.lambda2, found.lambda3, found.lambda4, found.lambda5, found.lambda6, *found.mu[2:])
    return Row((Statement(context.title(key)), Number(float(found.k), "count"), Number(float(found.n), "count"),
                *(Number(value, "coefficient", is_emphasised=value == best) for value in values)))


def build_halves(context: Context, results: Mapping[str, SplitHalf]) -> list[Part]:
    """Return the splits of every scale, under its name."""
    words = context.words
    rows: list[Row] = []
    for key, found in results.items():
        rows.append(Row((words.say("measured.halves_scale", title=context.title(key), k=found.k, n=found.n),),
                        is_group=True))
        rows.extend(_halves_rows(context, found))
    widths: Widths = [("split", 0.28, "left"), ("first", 0.17, "left"), ("second", 0.17, "left"),
                      ("r", 0.08, "right"), ("stepped", 0.12, "right"), ("coefficient", 0.18, "right")]
    first_key, first = next(iter(results.items()))
    lowest = min(results, key=lambda key: results[key].worst)
    told: dict[str, Any] = {"n": len(results), "title": context.title(lowest),
                            "worst": printed(results[lowest].worst, "coefficient"),
                            "best": printed(results[lowest].best, "coefficient")}
    missing = words.text(f"measured.missing_{first.missing}")
    sampled = any(found.is_sampled for found in results.values())
    note = words.text("measured.halves_note", missing=missing, sampled=words.text(
        "measured.halves_sampled", seed=first.seed) if sampled else "")
    table = Table("t-halves", words.say("measured.halves_table", n=len(results), title=context.title(first_key)),
                  fitted(words, "measured.halves_column_", widths), tuple(rows), "", context.note(note), is_dense=True)
    warnings = tuple(warning for key, found in results.items()
                     for warning in told_warnings(words, found.warnings, context.title(key)))
    return [Part("scales", words.say("measured.halves_title", **told), (table,),
                 (words.say("measured.halves_point", **told),), warnings)]


def _halves_rows(context: Context, found: SplitHalf) -> list[Row]:
    words = context.words
    nothing: tuple[Cell, ...] = (Number(None), Number(None))
    low, high = (found.quantiles.get(name) for name in USUAL_QUANTILES)
    mean = words.say("measured.halves_sample_mean" if found.is_sampled else "measured.halves_mean", n=found.n_splits)
    return [
        _split(context, "measured.halves_first_second", found.first_second),
        _split(context, "measured.halves_odd_even", found.odd_even),
        Row((mean, Statement(""), Statement(""), *nothing, Number(found.mean, "coefficient", low, high))),
        Row((words.say("measured.halves_best"), *_sides(context, found.best_halves), *nothing,
             Number(found.best, "coefficient"))),
        Row((words.say("measured.halves_worst"), *_sides(context, found.worst_halves), *nothing,
             Number(found.worst, "coefficient")))]


def _split(context: Context, name: str, found: Halves) -> Row:
    return Row((context.words.say(name), *_sides(context, (found.first, found.second)), Number(found.r, "coefficient"),
                Number(found.spearman_brown, "coefficient"), Number(found.lambda4, "coefficient")))


def _sides(context: Context, halves: Sequence[Sequence[str]]) -> list[Statement]:
    words, told = context.words, []
    for half in halves:
        shown, more = words.text("labels.between").join(half[:MOST_KEYS]), len(half) - MOST_KEYS
        told.append(Statement(words.text("measured.pattern_more", items=shown, n=more) if more > 0 else shown))
    return told


def build_resampled(context: Context, results: Mapping[str, ResampledAlpha]) -> list[Part]:
    """Return alpha with both resampled intervals, a row a scale."""
    words = context.words
    rows = tuple(_resampled_row(context, key, found) for key, found in results.items())
    widths: Widths = [("scale", 0.22, "left"), ("k", 0.05, "right"), ("n", 0.08, "right"), ("alpha", 0.07, "right"),
                      ("error", 0.1, "right"), ("bca", 0.14, "right"), ("percentile", 0.14, "right"),
                      ("resamples", 0.1, "right"), ("patterns", 0.1, "right")]
    first = next(iter(results.values()))
    lowest = min(results, key=lambda key: results[key].bca.ci_low or 0.0)
    told: dict[str, Any] = {"n": len(results), "title": context.title(lowest),
                            "low": printed(results[lowest].bca.ci_low, "coefficient"),
                            "alpha": printed(results[lowest].alpha, "coefficient")}
    note = words.text("measured.resampled_note", confidence=first.bca.confidence, seed=first.seed,
                      missing=words.text(f"measured.missing_{first.missing}"))
    table = Table("t-resampled", words.say("measured.resampled_table", n=len(rows)),
                  fitted(words, "measured.resampled_column_", widths), rows, "", context.note(note), is_dense=True)
    warnings = tuple(warning for key, found in results.items()
                     for warning in told_together(words, found.warnings, context.title(key)))
    return [Part("scales", words.say("measured.resampled_title", **told), (table,),
                 (words.say("measured.resampled_point", **told),), warnings)]


def _resampled_row(context: Context, key: str, found: ResampledAlpha) -> Row:
    language = context.words.language
    return Row((
        Statement(context.title(key)), Number(float(found.k), "count"), Number(float(found.n), "count"),
        Number(found.alpha, "coefficient"), Number(found.standard_error, "three"),
        *(Statement(interval(one.ci_low, one.ci_high, "coefficient", language)) for one in (found.bca,
                                                                                           found.percentile)),
        Number(float(found.n_resamples), "count"), Number(float(found.n_patterns), "count")))
