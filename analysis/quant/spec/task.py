"""One analysis of `surveyapp measure`: its options with the answers, the matrix or the moments that it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import SpecError, TableError
from analysis.quant.correlations import (
    Array,
    Correlations,
    Moments,
    check_size,
    check_varies,
    correlation_matrix,
    item_moments,
)
from analysis.quant.spec.columns import numbers_of, recoded
from analysis.quant.spec.ordinal import POLYCHORIC, ordinal_correlations
from analysis.quant.spec.sem import model_items

AS_GIVEN = frozenset({"careless", "sample"})    # analyses of the answers as given, before reverse items are turned
SYMMETRIC_WITHIN = 1e-6         # matrices are printed with few digits, rarely with fewer than these


@dataclass(frozen=True)
class Task:
    """One analysis: its checked options and its items, as answers, as a matrix of `n` respondents or as moments."""

    place: str
    options: Mapping[str, Any]
    keys: tuple[str, ...]
    answers: pd.DataFrame | None
    matrix: Array | None
    known: Moments | None = None                                # of answers that came in blocks …
    counted: tuple[Mapping[str, int], ...] | None = None        # … and how often each was given

    def moments(self) -> Moments:
        """Return means and covariances of the items."""
        if self.known is not None:
            return self.known
        if self.answers is not None:
            return item_moments(self.answers, missing=self.options["missing"], place=self.place)
        return _matrix_moments(self)

    def correlations(self) -> Correlations:
        """Return correlations of the kind asked for."""
        if self.answers is None:
            return self.moments().correlations()
        if self.options.get("correlation") == POLYCHORIC:
            return ordinal_correlations(self.answers, self.options, self.place)
        return correlation_matrix(self.answers, kind=self.options.get("correlation", "pearson"),
                                  missing=self.options["missing"], place=self.place)


def task_of(frame: pd.DataFrame, options: dict[str, Any], place: str) -> Task:
    """Return an analysis with what it needs of a table.

    Parameters
    ----------
    frame : DataFrame
        As `spec.run_spec` takes it.
    options : dict
        Checked options.
    place : str
        Words for messages.

    Returns
    -------
    Task
        With recoded answers, or the matrix.

    Raises
    ------
    AnalysisError
        Where columns are absent or do not hold numbers, or too few rows are there.
    """
    matrix = as_matrix(frame)
    columns = frame if matrix is None else matrix
    keys = chosen_items(list(columns.columns), options, place)
    if matrix is not None:
        return _matrix_task(matrix.loc[list(keys), list(keys)].to_numpy(dtype=float), options, tuple(keys), place)
    check_size(len(frame), len(keys), minimum_items=1 if options["do"] == "sample" else 2, place=place)
    answers = pd.DataFrame({key: numbers_of(frame[key], options, f"{place}, column {key!r}") for key in keys})
    if options["do"] in AS_GIVEN:
        return Task(place, options, tuple(keys), answers, None)
    return Task(place, options, tuple(keys), recoded(answers, options, place), None)


def chosen_items(columns: Sequence[str], options: Mapping[str, Any], place: str) -> list[str]:
    """Return the items of an analysis.

    Parameters
    ----------
    columns : sequence of str
        Of the data.
    options : mapping
        Checked options.
    place : str
        Words for messages.

    Returns
    -------
    list of str
        Those named, else those of the scales or the model, else all columns.

    Raises
    ------
    TableError, SpecError
        For a column that is absent and a reverse item that is none of them.
    """
    keys = list(options.get("items") or default_items(columns, options))
    for key in [*keys, *options["reverse"]]:
        if key not in columns:
            raise TableError(place, f"column {key!r} is not in the data.", f"Columns: {_listing(columns)}.")
    for key in options["reverse"]:
        if key not in keys:
            raise SpecError(place, f"reverse item {key!r} is not among the items.", "Add it to items.")
    return keys


def default_items(columns: Sequence[str], options: Mapping[str, Any]) -> list[str]:
    """Return the items of an analysis that names none.

    Parameters
    ----------
    columns : sequence of str
        Of the data.
    options : mapping
        With `model` or `scales`, or neither.

    Returns
    -------
    list of str
        Of the model, of the scales, else all columns.
    """
    if "model" in options:
        return model_items(options, "model")
    if "scales" in options:
        return list(dict.fromkeys(item for items in options["scales"].values() for item in items))
    return [str(key) for key in columns]


def _listing(columns: Sequence[str], most: int = 30) -> str:
    return ", ".join(map(str, columns[:most])) + (f" and {len(columns) - most} more" if len(columns) > most else "")


def as_matrix(frame: pd.DataFrame) -> pd.DataFrame | None:
    """Return the table as a square matrix with named rows, or None where it holds answers.

    Parameters
    ----------
    frame : DataFrame
        As `spec.run_spec` takes it.

    Returns
    -------
    DataFrame or None
        Rows and columns in one order.
    """
    names = [str(name) for name in frame.columns]
    if len(frame) == len(names) - 1 and frame.iloc[:, 0].astype(str).str.strip().tolist() == names[1:]:
        return frame.iloc[:, 1:].set_axis(names[1:], axis=0)
    if frame.index.astype(str).tolist() == names:
        return frame
    return None


def _matrix_task(values: Array, options: dict[str, Any], keys: tuple[str, ...], place: str) -> Task:
    if options["do"] in AS_GIVEN:
        raise SpecError(place, f"{options['do']} is seen in single answers, and the data are a matrix.",
                        "Give the file of answers.")
    if "n" not in options:
        raise SpecError(place, "the data are a matrix; the number of respondents is not in it.", "Add `n:`.")
    check_size(options["n"], len(keys), minimum_items=2, place=place)
    if options.get("correlation", "pearson") != "pearson":
        kind = "rank" if options["correlation"] == "spearman" else options["correlation"]
        raise SpecError(place, f"a matrix cannot be turned into {kind} correlations.", "Leave `correlation` out.")
    if not np.isfinite(values).all() or np.abs(values - values.T).max() > SYMMETRIC_WITHIN:
        raise TableError(place, "the matrix has gaps or is not symmetric.", "Give the full matrix.")
    if (values.diagonal() <= 0).any():
        raise TableError(place, "the matrix has a variance that is not positive.", "Give correlations or covariances.")
    sign = np.array([-1.0 if key in options["reverse"] else 1.0 for key in keys])
    return Task(place, options, keys, None, (values + values.T) / 2 * np.outer(sign, sign))


def _matrix_moments(task: Task) -> Moments:
    C, n = np.asarray(task.matrix, dtype=np.float64), int(task.options["n"])
    spread = np.sqrt(C.diagonal())
    R = C / np.outer(spread, spread)
    if np.abs(R).max() > 1 + SYMMETRIC_WITHIN:
        raise TableError(task.place, "the matrix holds a correlation beyond 1.", "Give correlations or covariances.")
    unknown = np.full(len(C), np.nan)
    check_varies(np.broadcast_to(C.diagonal(), C.shape).copy(), unknown * 0 + 1, task.keys, task.place)
    return Moments(task.keys, n, n, np.full(C.shape, float(n)), unknown, C, R, float("nan"), float("nan"))
