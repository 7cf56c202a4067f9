"""The relations file: pairs of customers with the kind of their connection and the ground for recording it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from analysis.customers.cells import Faults, check_heads, check_known, settled, texts, words
from analysis.customers.identifiers import refuse_identifiers
from analysis.errors import TableError
from instruments.template import ValueModel

FIRST, SECOND, KIND, BASIS = "customer_a", "customer_b", "type", "legal_basis"
COLUMNS = (FIRST, SECOND, KIND, BASIS)
NO_BASIS = ("", "none", "无", "没有")
NO_PLACE = -1
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Pairs:
    """A checked relations file; `first` and `second` are places in the customer file of the pairs that are used."""

    first: Places
    second: Places
    kind: pd.Categorical                # of the pairs used
    basis: pd.Categorical               # of the pairs used
    all_kinds: pd.Categorical           # of every row
    has_basis: NDArray[np.bool_]        # of every row
    is_used: NDArray[np.bool_]          # of every row
    n_unknown_customer: int
    n_with_themselves: int
    n_repeated: int
    warnings: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int:
        return len(self.is_used)


def read_relations(frame: pd.DataFrame, model: ValueModel, customers: pd.Index | None = None,
                   place: str = "relations file") -> Pairs:
    """Check a relations file and return the pairs that may be used, with counts of those that may not.

    Parameters
    ----------
    frame : DataFrame, rows × columns
        `customer_a`, `customer_b`, `type` and `legal_basis`; types and bases by key or name.
    model : ValueModel
        Kinds of connections and legal bases.
    customers : Index, optional
        Keys of the customer file; a pair with anybody else is counted and not used. Without a customer file every
        customer that is named counts as known.
    place : str
        What the file is called in messages.

    Returns
    -------
    Pairs
        A pair without a legal basis is not used, whatever it connects. A pair of a customer with itself, and a pair
        that another row states already with the same kind, are counted and not used.

    Raises
    ------
    TableError
        When a column is missing or identifies customers; TableFaults where a type or basis is unknown or a customer
        is left out.
    """
    if not model.relation_types:
        raise TableError(place, "the study's value model has no kinds of connections.",
                         "Add `relations` to its customer-value.yaml.")
    refuse_identifiers(frame, COLUMNS, (), place)
    check_heads(frame, COLUMNS, place)
    faults = Faults(place)
    kinds = settled(words(frame, KIND), {
        word: kind.key for kind in model.relation_types for word in kind.name.values()})
    basis = settled(words(frame, BASIS), {
        **{word: one.key for one in model.legal_bases for word in one.name.values()}, **dict.fromkeys(NO_BASIS, "")})
    check_known(kinds, KIND, [kind.key for kind in model.relation_types], faults)
    check_known(basis, BASIS, [one.key for one in model.legal_bases], faults)
    faults.add(KIND, np.flatnonzero(np.asarray(kinds == "")), lambda _row: (
        "the cell is empty.", f"Use one of: {', '.join(kind.key for kind in model.relation_types)}."))
    ends = [texts(frame[name]).reset_index(drop=True) for name in (FIRST, SECOND)]
    for name, end in zip((FIRST, SECOND), ends, strict=True):
        faults.add(name, np.flatnonzero(end == ""), lambda _row: ("the cell is empty.", "Name both customers."))
    faults.raise_if_any()
    known = pd.Index(pd.concat(ends).unique()) if customers is None else customers
    first, second = (known.get_indexer(pd.Index(end)).astype(np.int64) for end in ends)
    return _used(first, second, kinds, basis, [str(head) for head in frame.columns if head not in COLUMNS])


def _used(first: Places, second: Places, kinds: pd.Categorical, basis: pd.Categorical, strange: list[str]) -> Pairs:
    has_basis = np.asarray(basis != "", dtype=bool)
    is_known = (first != NO_PLACE) & (second != NO_PLACE)
    is_self = is_known & (first == second)
    low, high = np.minimum(first, second), np.maximum(first, second)
    is_whole = has_basis & is_known & ~is_self
    same = pd.DataFrame({"low": low, "high": high, "kind": kinds.codes})[is_whole].duplicated().to_numpy()
    is_used = is_whole.copy()
    is_used[np.flatnonzero(is_whole)[same]] = False
    return Pairs(
        first[is_used], second[is_used], kinds[is_used], basis[is_used], kinds, has_basis, is_used,
        n_unknown_customer=int((has_basis & ~is_known).sum()), n_with_themselves=int((has_basis & is_self).sum()),
        n_repeated=int(same.sum()),
        warnings=(f"relation_columns_not_used: {', '.join(strange)}",) if strange else ())


def group_codes(pairs: Pairs, n_customers: int, model: ValueModel) -> pd.Categorical:
    """Return the connected group of every customer, "" for those in none.

    Parameters
    ----------
    pairs : Pairs
        With places below `n_customers`.
    n_customers : int
    model : ValueModel
        Kinds that do not join leave groups apart.

    Returns
    -------
    Categorical of str, one a customer
        Everybody who is reached over joining pairs is in one group; groups are numbered in the order of the file.
    """
    joining = [kind.key for kind in model.relation_types if kind.is_joining]
    is_joining = np.asarray(pairs.kind.isin(joining), dtype=bool)
    first, second = pairs.first[is_joining], pairs.second[is_joining]
    graph = coo_array((np.ones(len(first), dtype=np.int8), (first, second)), shape=(n_customers, n_customers))
    _, label = connected_components(graph, directed=False)
    sizes = np.bincount(label, minlength=1)
    is_group = sizes > 1
    number = np.zeros(len(sizes), dtype=np.int32)
    number[is_group] = np.arange(1, int(is_group.sum()) + 1)
    names = ["", *(f"group {place}" for place in range(1, int(is_group.sum()) + 1))]
    return pd.Categorical.from_codes(number[label], categories=names)
