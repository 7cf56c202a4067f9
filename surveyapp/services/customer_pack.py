"""Customer files in columns: packed for the database, and back; used by commands, jobs and the child process."""

from __future__ import annotations

import io

import pandas as pd

from analysis.customers.cells import texts


def packed(frame: pd.DataFrame) -> bytes:
    """Return a table as Parquet: numbers as they are, anything else as words, an empty cell as none."""
    columns = {str(head): column if pd.api.types.is_numeric_dtype(column) else texts(column).replace("", None)
               for head, column in frame.items()}
    buffer = io.BytesIO()
    pd.DataFrame(columns, index=pd.RangeIndex(len(frame)), copy=False).to_parquet(
        buffer, engine="pyarrow", compression="zstd", index=False)
    return buffer.getvalue()


def unpacked(content: bytes) -> pd.DataFrame:
    """Return the table that was packed."""
    return pd.read_parquet(io.BytesIO(content), engine="pyarrow")
