"""A mapping from customers to values that holds arrays instead of a million entries."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping
from typing import Generic, TypeVar

import numpy as np
import pandas as pd

V = TypeVar("V")


class _Items(ItemsView[str, V]):
    """Goes through the columns instead of looking every customer up."""

    def __iter__(self) -> Iterator[tuple[str, V]]:
        return self._mapping.pairs()  # type: ignore[attr-defined, no-any-return]  # a ByCustomer


class ByCustomer(Mapping[str, V], Generic[V]):
    """Customer → value, read from a series; an empty number is None."""

    def __init__(self, values: pd.Series) -> None:
        self._values = values

    def __getitem__(self, key: str) -> V:
        return self._plain(self._values[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._values.index)

    def items(self) -> ItemsView[str, V]:
        """Return pairs of customer and value."""
        return _Items(self)

    def pairs(self) -> Iterator[tuple[str, V]]:
        """Yield pairs of customer and value, as `items` does."""
        values = self._values.tolist()
        return zip(self._values.index, map(self._plain, values), strict=True)

    def __len__(self) -> int:
        return len(self._values)

    @staticmethod
    def _plain(value: object) -> V:
        is_number = isinstance(value, (float, np.floating))
        return (None if np.isnan(value) else float(value)) if is_number else value  # type: ignore[return-value, arg-type, call-overload]  # the series holds V or NaN
