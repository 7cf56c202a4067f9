"""Where customers of an earlier file are in the newest one: stages and tiers at two dates."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.customers.value import customer_types
from analysis.results.customers import StageMoves


@dataclass(frozen=True)
class Dates:
    """ISO days that the two files speak of; empty where not stated."""

    before: str = ""
    now: str = ""


def stage_moves(before: pd.DataFrame, now: pd.DataFrame, dates: Dates) -> StageMoves:
    """Return how customers moved between two files.

    Parameters
    ----------
    before, now : DataFrame, customers × columns
        Judged files with `stage` and `tier_key`; the index is the customer.
    dates : Dates

    Returns
    -------
    StageMoves
        Only customers of both files move; those in one of them are counted as left or joined. A customer whose tier is
        unknown at one of the dates is left out of the table of tiers.
    """
    place = now.index.get_indexer(before.index)
    is_both = place >= 0
    old, new = before[is_both], now.iloc[place[is_both]]
    stages = pd.DataFrame({"then": old["stage"].array, "now": new["stage"].array})
    tiers = pd.DataFrame({"kind": customer_types(new).array, "then": old["tier_key"].array,
                          "now": new["tier_key"].array})
    return StageMoves(
        before_on=dates.before, now_on=dates.now, n_both=int(is_both.sum()), n_left=int((~is_both).sum()),
        n_joined=len(now) - int(is_both.sum()),
        stages=_crossed(stages.groupby(["then", "now"], observed=True).size()),
        tiers=_crossed(tiers[(tiers["then"] != "") & (tiers["now"] != "")].groupby(
            ["kind", "then", "now"], observed=True).size()))


def _crossed(sizes: pd.Series) -> dict[str, dict[str, int]]:
    result: dict[str, dict[str, int]] = {}
    for place, n in zip(sizes.index, sizes.tolist(), strict=True):
        *then, now = (str(word) for word in place)
        result.setdefault(".".join(word for word in then if word), {})[now] = n
    return result
