"""Analyses of a table that comes block by block: all that rests on means, covariances and counts of answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError, SpecError, TooFewData
from analysis.quant.blocks import block_sums, merge_sums
from analysis.quant.correlations import check_size, moments_of
from analysis.quant.moment_sums import MomentSums
from analysis.quant.scales.reliability import MOST_ANSWER_VALUES, answer_frequencies
from analysis.quant.spec.columns import numbers_of, recoded
from analysis.quant.spec.run import checked_spec, result_of_task
from analysis.quant.spec.task import Task, chosen_items
from instruments.codec import to_document

Blocks = Callable[[Sequence[str]], Iterable[pd.DataFrame]]      # columns → the table's rows, block after block
OF_SUMS = frozenset({"reliability", "items", "omega", "kmo", "bartlett", "parallel", "map", "vss", "efa", "htmt",
                     "correlations", "lambdas", "split_half", "factor_number", "factor_scores"})


@dataclass
class _Seen:
    """What one column holds over all blocks: lowest and highest answer, missing codes, other negative numbers."""

    low: float = np.inf
    high: float = -np.inf
    has_codes: bool = False
    has_negative: bool = False

    @property
    def means_codes(self) -> bool:
        """Return whether missing codes stand for no answer here."""
        return self.has_codes and not self.has_negative


@dataclass
class _Counts:
    """How often each answer of an item was given; too many different ones are not told."""

    found: Counter[str] = field(default_factory=Counter)
    too_many: bool = False

    def add(self, column: pd.Series) -> None:
        counted = answer_frequencies(column.to_numpy())
        self.too_many = self.too_many or (not counted and bool(column.notna().any()))
        if not self.too_many:
            self.found.update(counted)
            self.too_many = len(self.found) > MOST_ANSWER_VALUES

    def told(self) -> dict[str, int]:
        return {} if self.too_many else dict(sorted(self.found.items(), key=lambda pair: float(pair[0])))


def of_single_answers(spec: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the analyses that need all rows at once.

    Parameters
    ----------
    spec : sequence of mappings
        As in `spec.run_spec`.

    Returns
    -------
    list of str
        What they do, each once: all but those of `OF_SUMS` with Pearson correlations of items.
    """
    def needs_rows(options: Mapping[str, Any]) -> bool:
        return (options["do"] not in OF_SUMS or options.get("correlation", "pearson") != "pearson"
                or (options["do"] == "correlations" and "scales" in options))

    return list(dict.fromkeys(options["do"] for options in checked_spec(spec).values() if needs_rows(options)))


def run_blocks(blocks: Blocks, columns: Sequence[str], spec: Sequence[Mapping[str, Any]], *,
               refusals: dict[str, AnalysisError] | None = None) -> dict[str, dict[str, Any]]:
    """Return the results of a list of analyses on a table of which one block at a time is held.

    Parameters
    ----------
    blocks : function
        Gives the rows of some columns, block after block, each time it is called: two times for an analysis, unless
        another one had the same items and coding.
    columns : sequence of str
        Of the table.
    spec : sequence of mappings
        As in `spec.run_spec`; only analyses that rest on sums (`of_single_answers`).
    refusals : dict, optional
        As in `spec.run_spec`.

    Returns
    -------
    dict
        As `spec.run_spec`, but for rounding.

    Raises
    ------
    AnalysisError
        As `spec.run_spec`; SpecError for an analysis that needs all rows at once.
    """
    if not spec:
        raise SpecError("specification", "names no analysis.", "Write a list of analyses, each with id and do.")
    strangers = of_single_answers(spec)
    if strangers:
        raise SpecError("specification", f"{strangers[0]} needs all rows at once.",
                        f"Use: {', '.join(sorted(OF_SUMS))}.")
    known: dict[str, tuple[MomentSums, tuple[dict[str, int], ...]]] = {}
    results: dict[str, dict[str, Any]] = {}
    for key, options in checked_spec(spec).items():
        place = f"analysis {key!r}"
        try:
            task = _task(blocks, columns, options, place, known)
            results[key] = {"do": options["do"], **to_document(result_of_task(task))}
        except AnalysisError as refusal:
            if refusals is None:
                raise
            refusals[key] = refusal
    return results


def _task(blocks: Blocks, columns: Sequence[str], options: dict[str, Any], place: str,
          known: dict[str, tuple[MomentSums, tuple[dict[str, int], ...]]]) -> Task:
    keys = chosen_items(columns, options, place)
    coding = repr([keys, *(options.get(name) for name in ("reverse", "range", "missing", "missing_codes", "values"))])
    if coding not in known:
        known[coding] = _added(blocks, keys, options, place)
    sums, counted = known[coding]
    check_size(sums.n, len(keys), minimum_items=2, place=place)
    return Task(place, options, tuple(keys), None, None, moments_of(sums, place=place), counted)


def _added(blocks: Blocks, keys: Sequence[str], options: Mapping[str, Any],
           place: str) -> tuple[MomentSums, tuple[dict[str, int], ...]]:
    """Return the sums and counts of recoded answers over all blocks."""
    seen = _looked_through(blocks, keys, options, place)
    low, high = min(one.low for one in seen.values()), max(one.high for one in seen.values())
    counts = {key: _Counts() for key in keys}
    parts = []
    for before, answers in _numbers(blocks, keys, options, place, seen):
        turned = recoded(answers, options, place, before=before)
        if "range" not in options:          # the lowest and the highest answer are those of all blocks
            turned = answers.assign(**{key: low + high - answers[key] for key in options["reverse"]})
        kept = turned.dropna() if options["missing"] == "listwise" else turned
        for key in keys:
            counts[key].add(kept[key])
        if len(kept):
            parts.append(block_sums(kept, missing=options["missing"], place=place))
    if not parts:
        raise TooFewData(place, "0 row(s) of answers can be used.", "Use missing: pairwise, or other items.", 0)
    return reduce(merge_sums, parts), tuple(counts[key].told() for key in keys)


def _looked_through(blocks: Blocks, keys: Sequence[str], options: Mapping[str, Any], place: str) -> dict[str, _Seen]:
    """Return what each column holds: whether missing codes are answers there, and the lowest and highest answer."""
    seen = {key: _Seen() for key in keys}
    codes = list(options["missing_codes"])
    all_negative = all(code < 0 for code in codes)
    with_codes = {key: _Seen() for key in keys}
    for _, answers in _numbers(blocks, keys, {**options, "missing_codes": []}, place, seen):
        for key in keys:
            column = answers[key]
            _widen(with_codes[key], column)
            is_code = column.isin(codes) if column.min() < 0 or not all_negative else None
            plain = column if is_code is None or not is_code.any() else column[~is_code]
            seen[key].has_codes |= len(plain) < len(column)
            seen[key].has_negative |= bool(plain.min() < 0)
            _widen(seen[key], plain)
    for key, one in seen.items():
        if one.has_negative:
            one.low, one.high = with_codes[key].low, with_codes[key].high
    return seen


def _widen(seen: _Seen, column: pd.Series) -> None:
    if column.notna().any():
        seen.low, seen.high = min(seen.low, float(column.min())), max(seen.high, float(column.max()))


def _numbers(blocks: Blocks, keys: Sequence[str], options: Mapping[str, Any], place: str,
             seen: Mapping[str, _Seen]) -> Iterator[tuple[int, pd.DataFrame]]:
    """Yield the answers of each block as numbers, with the rows before it."""
    before = 0
    for block in blocks(keys):
        chosen = {key: options if seen[key].means_codes else {**options, "missing_codes": []} for key in keys}
        yield before, pd.DataFrame({key: numbers_of(block[key], chosen[key], f"{place}, column {key!r}", before=before)
                                    for key in keys})
        before += len(block)
