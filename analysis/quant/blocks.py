"""How are answers measured that do not fit into memory? Partial sums of blocks, merged and finished.

A block is one frame of rows. `block_sums` of each may run anywhere, on one machine after another or on many at once;
`merge_sums` puts two together in any order; `moments_of` (correlations) finishes. Alpha, KMO, factors and all else that
rests on covariances then need no row any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.errors import TableError, TooFewData
from analysis.quant.correlations import (
    Missing,
    Moments,
    check_choice,
    check_size,
    item_matrix,
    moments_of,
)
from analysis.quant.moment_sums import MomentSums, merged, sums_of

BLOCK_ROWS = 100_000            # 40 items are then 32 megabytes


def block_sums(block: pd.DataFrame, *, missing: Missing = "pairwise", place: str = "items") -> MomentSums:
    """Return the partial sums of one block of rows.

    Parameters
    ----------
    block : DataFrame (m, k)
        Numeric answers, m >= 1, k >= 1; missing = NaN.
    missing : {"pairwise", "listwise"}
        Listwise leaves out rows with a gap.
    place : str
        Words for messages.

    Returns
    -------
    MomentSums
        k x k numbers, whatever m is; they can be pickled and sent.

    References
    ----------
    Chan, Golub & LeVeque 1983.
    """
    check_choice("missing", missing, get_args(Missing), place)
    X = item_matrix(block, place)
    if X.shape[1] == 0:
        raise TooFewData(place, "no item given.", "Name at least two items.", len(X))
    if missing == "listwise":
        X = X[~np.isnan(X).any(axis=1)]
    return sums_of(X, tuple(str(key) for key in block.columns), place=place)


def merge_sums(first: MomentSums, second: MomentSums) -> MomentSums:
    """Return the sums of two sets of blocks together.

    Parameters
    ----------
    first, second : MomentSums
        Of the same items.

    Returns
    -------
    MomentSums
        The same, but for rounding, in whatever order and grouping blocks are merged.

    References
    ----------
    Chan, Golub & LeVeque 1983.
    """
    return merged(first, second)


def block_moments(blocks: Iterable[pd.DataFrame], *, missing: Missing = "pairwise", minimum_items: int = 2,
                  place: str = "items") -> Moments:
    """Return the moments of answers that come block by block.

    Parameters
    ----------
    blocks : iterable of DataFrame
        Each with the same items; one at a time is held in memory.
    missing : {"pairwise", "listwise"}
        As in `correlations.item_moments`.
    minimum_items : int
        Fewest items the statistic needs.
    place : str
        Words for messages.

    Returns
    -------
    Moments
        Equal to `correlations.item_moments` of all rows at once but for rounding (1e-12 of their size).

    Raises
    ------
    TooFewData
        When no block comes, or all blocks together are too small.

    References
    ----------
    Chan, Golub & LeVeque 1983.
    """
    parts = (block_sums(block, missing=missing, place=place) for block in blocks if len(block))
    first = next(parts, None)
    if first is None:
        raise TooFewData(place, "0 row(s) of answers in all blocks.", "Give at least one block with rows.", 0)
    sums = reduce(merge_sums, parts, first)
    check_size(sums.n, len(sums.keys), minimum_items=minimum_items, place=place)
    return moments_of(sums, place=place)


def parquet_blocks(path: Path, items: Sequence[str] = (), *, rows: int = BLOCK_ROWS) -> Iterator[pd.DataFrame]:
    """Yield the answers of a Parquet file block by block.

    Parameters
    ----------
    path : Path
        Parquet file.
    items : sequence of str
        Columns to read; by default all.
    rows : int
        Most rows of a block.

    Yields
    ------
    DataFrame (m, k)
        Empty cells as NaN.

    Raises
    ------
    TableError
        When the file is no Parquet file or lacks a column.

    References
    ----------
    Apache Parquet format, row groups.
    """
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise TableError(path.name, f"cannot be read as Parquet ({error}).", "Give a Parquet file.") from None
    with file:
        names = list(items) or list(file.schema_arrow.names)
        for name in names:
            if name not in file.schema_arrow.names:
                raise TableError(path.name, f"has no column {name!r}.", "Name columns of the file.")
        for batch in file.iter_batches(batch_size=rows, columns=names):
            yield batch.to_pandas()[names]
