"""What does an SPSS file hold? Values, labels, and the values it declares missing."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat

from analysis.errors import TableError

SIGNS = (b"$FL2", b"$FL3")


def read_sav(content: bytes, name: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the table in an SPSS file with what it says of its columns.

    Parameters
    ----------
    content : bytes
        The whole file, .sav or .zsav.
    name : str
        File name for messages.

    Returns
    -------
    frame : DataFrame
        One row a case. A value that the file declares missing (single values or a range) is NaN.
    about : dict
        `labels` (column → variable label), `value_labels` (column → value → words), `declared_missing`
        (column → value → number of cases with it), `encoding`.

    Raises
    ------
    TableError
        Where the file is damaged.
    """
    with tempfile.NamedTemporaryFile(suffix=".sav") as source:
        source.write(content)
        source.flush()
        try:
            frame, about = pyreadstat.read_sav(source.name, user_missing=True)
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, UnicodeDecodeError):
            raise TableError(name, "is not an SPSS file, or is damaged.",
                             "Save it again in SPSS, or save the table as CSV in UTF-8.") from None
    declared: dict[str, dict[str, int]] = {}
    for column, ranges in (about.missing_ranges or {}).items():
        frame[column], counts = _without(frame[column], ranges)
        if counts:
            declared[str(column)] = counts
    return frame, {
        "labels": {str(key): str(label) for key, label in about.column_names_to_labels.items() if label},
        "value_labels": {str(key): {value_text(value): str(words) for value, words in found.items()}
                         for key, found in about.variable_value_labels.items()},
        "declared_missing": declared,
        "encoding": str(about.file_encoding or ""),
    }


def _without(column: pd.Series, ranges: Sequence[Any]) -> tuple[pd.Series, dict[str, int]]:
    is_missing = pd.Series(data=False, index=column.index)
    for one in ranges:
        low, high = one["lo"], one["hi"]
        if pd.api.types.is_numeric_dtype(column):
            is_missing |= (column >= low) & (column <= high)
        else:
            is_missing |= column == low
    counts = column[is_missing].value_counts().sort_index()
    masked = column.mask(is_missing, np.nan if pd.api.types.is_numeric_dtype(column) else None)
    return masked, {value_text(value): int(n) for value, n in counts.items()}


def value_text(value: object) -> str:
    """Return a value as it is printed: 3 for 3.0.

    Parameters
    ----------
    value : object
        Number or text.

    Returns
    -------
    str
        Without a decimal part that says nothing.
    """
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def is_sav(content: bytes) -> bool:
    """Return whether a file is one of SPSS, by its first bytes.

    Parameters
    ----------
    content : bytes
        The file or its beginning.

    Returns
    -------
    bool
        True for .sav and .zsav.
    """
    return io.BytesIO(content).read(4) in SIGNS
