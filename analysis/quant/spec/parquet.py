"""What does a Parquet file hold? Its columns, read block by block or whole."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.errors import TableError
from analysis.quant.blocks import BLOCK_ROWS, parquet_blocks
from analysis.results.datafile import DataFacts

SIGN = b"PAR1"
OWN_INDEX = "__index_level_"    # how pandas writes the names of rows
BYTES = 8                       # of a number
TIMES = 3                       # what measuring a table takes beside it
GIVE = "Ask for analyses that rest on covariances only (docs/measure.md), name fewer items, or take a sample of rows."


@dataclass(frozen=True)
class ParquetTable:
    """A Parquet file: what it says of itself, and its rows on demand."""

    path: Path
    facts: DataFacts
    columns: tuple[str, ...]

    def blocks(self, columns: Sequence[str], *, rows: int = BLOCK_ROWS) -> Iterator[pd.DataFrame]:
        """Yield some columns, at most `rows` rows at a time."""
        return parquet_blocks(self.path, columns, rows=rows)

    def whole(self, columns: Sequence[str], asked: Sequence[str]) -> pd.DataFrame:
        """Return some columns with all rows; TableError where they do not fit into memory, naming what `asked` so."""
        known = [name for name in columns if name in self.columns]
        needed = self.facts.n_rows * len(known) * BYTES * TIMES
        if needed > memory():
            raise TableError(self.facts.name, f"{', '.join(asked)} would need {needed / 2**30:.1f} GiB for "
                             f"{len(known)} column(s) of {self.facts.n_rows:,} rows at once; this machine has "
                             f"{memory() / 2**30:.1f}.", GIVE)
        return pd.DataFrame(pd.concat(list(self.blocks(known)), ignore_index=True))


def memory() -> int:
    """Return the bytes of memory of this machine.

    Returns
    -------
    int
        Physical memory; a very large number where the system does not tell.
    """
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return 1 << 62


def is_parquet(path: Path) -> bool:
    """Return whether a file is Parquet by its first bytes.

    Parameters
    ----------
    path : Path
        File.

    Returns
    -------
    bool
        False where it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return stream.read(len(SIGN)) == SIGN
    except OSError:
        return False


def parquet_table(path: Path) -> ParquetTable:
    """Return what a Parquet file says of itself, without reading its rows.

    Parameters
    ----------
    path : Path
        File.

    Returns
    -------
    ParquetTable
        With the hash of the file, its rows and columns.

    Raises
    ------
    TableError
        Where it is damaged, has no rows, or names a column twice.
    """
    try:
        with pq.ParquetFile(path) as file:
            names, n = [str(name) for name in file.schema_arrow.names], file.metadata.num_rows
    except (pa.ArrowInvalid, OSError) as error:
        raise TableError(path.name, f"cannot be read as Parquet ({error}).", "Write the file anew.") from None
    columns = [name for name in names if not name.startswith(OWN_INDEX)]
    repeated = next((name for at, name in enumerate(columns) if name in columns[:at]), None)
    if repeated is not None:
        raise TableError(path.name, f"column {repeated!r} occurs twice.", "Name each column once.")
    if not n or not columns:
        raise TableError(path.name, "has no rows.", "Give a file with rows of answers.")
    with path.open("rb") as stream:
        digest = file_digest(stream, "sha256").hexdigest()
    return ParquetTable(path, DataFacts(path.name, "parquet", digest, n, len(columns)), tuple(columns))
