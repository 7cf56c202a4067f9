"""Customer files in columns: packed for the database, and back; used by commands, jobs and the child process."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd

from analysis.customers.cells import texts

EXACT_IN_FLOAT32 = 2 ** 24      # whole numbers below are exact in four bytes


def packed(frame: pd.DataFrame) -> bytes:
    """Return a table as Parquet: numbers as they are, anything else as words, an empty cell as none."""
    columns = {str(head): _narrow(column) if pd.api.types.is_numeric_dtype(column) else texts(column).replace("", None)
               for head, column in frame.items()}
    buffer = io.BytesIO()
    pd.DataFrame(columns, index=pd.RangeIndex(len(frame)), copy=False).to_parquet(
        buffer, engine="pyarrow", compression="zstd", index=False)
    return buffer.getvalue()


def _narrow(column: pd.Series) -> pd.Series:
    """Return numbers in the narrowest type that holds every one of them exactly."""
    if pd.api.types.is_integer_dtype(column):
        return pd.to_numeric(column, downcast="integer")
    values = column.to_numpy(dtype=float, na_value=np.nan)
    known = values[~np.isnan(values)]
    is_small = bool((known == np.floor(known)).all() and (np.abs(known) < EXACT_IN_FLOAT32).all())
    return column.astype(np.float32) if is_small and pd.api.types.is_float_dtype(column) else column


def unpacked(content: bytes) -> pd.DataFrame:
    """Return the table that was packed."""
    return pd.read_parquet(io.BytesIO(content), engine="pyarrow")
