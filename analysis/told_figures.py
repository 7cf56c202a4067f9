"""Which figures may be told: none of few customers, no share that would tell such a number, none of one interviewee.

Standard library only: reports, files and the web ask here, so that all of them hide the same.
"""

from __future__ import annotations

from analysis.privacy import MINIMUM_ROLE_INTERVIEWEES, told_count
from analysis.results.customers import CustomerPicture

SUMS = {"at_risk_aum": "at_risk_count", "upgrade_gap_sum": "upgrade_candidates_count"}     # sum → how many are in it
# Means, and shares of money or of cells: none is a number of customers over another.
RATIOS = frozenset({"customers_per_rm", "products_per_customer", "top_decile_aum_share", "top_decile_aum_share_pct",
                    "median_age_days", "completeness_pct", "stale_fields_pct"})
SHARE = "_pct"
WHOLE = 100
LEAVING = ("decline", "dormant")


def is_size_hidden(picture: CustomerPicture, key: str, minimum: int) -> bool:
    """Return whether a size speaks of too few customers, or, a sum, mostly of one of them.

    Parameters
    ----------
    picture : CustomerPicture
    key : str
        Name of a count or sum among the figures.
    minimum : int
        Customers a figure needs.

    Returns
    -------
    bool
    """
    if key not in SUMS:
        return told_count(int(picture.figures[key] or 0), minimum) is None
    n = picture.figures.get(SUMS[key])
    return key in picture.dominated or (n is not None and told_count(int(n), minimum) is None)


def is_figure_hidden(picture: CustomerPicture | None, field: str, minimum: int) -> bool:
    """Return whether a figure must not be told.

    Parameters
    ----------
    picture : CustomerPicture or None
    field : str
        Name of a figure, without "data.".
    minimum : int
        Customers a figure needs.

    Returns
    -------
    bool
        True of a count or sum of few customers, and of a share (0..100) that is made of such a count: where the count
        is known it decides; where it is not, it is at most the share of all customers.
    """
    value = picture.figures.get(field) if picture is not None else None
    if picture is None or value is None or field in RATIOS:
        return False
    if not field.endswith(SHARE):
        return is_size_hidden(picture, field, minimum)
    if any(told_count(n, minimum) is None for n in _counts(picture, field.removesuffix(SHARE))):
        return True
    return 0 < value / WHOLE * picture.n_customers < minimum


def _counts(picture: CustomerPicture, stem: str) -> list[int]:
    """Return the counts that a share of this name is made of, as far as they are known."""
    names = (stem, f"{stem}_count", f"{stem}s_count")
    known = [picture.figures[name] for name in names if picture.figures.get(name) is not None]
    found = picture.connections
    further = {
        "decline_or_dormant": sum(row.get(stage, 0) for row in picture.customers_by_tier_and_stage.values()
                                  for stage in LEAVING),
        "linked_customers": found.n_customers if found else None,
        "linked_upper_tier": found.n_upper_connected if found else None,
        "one_manager_groups": found.n_one_manager if found else None}.get(stem)
    return [int(n) for n in (*known, further) if n is not None]


def tells_one(n_asked: int, least: float = 0) -> bool:
    """Return whether counts of what came up would tell what one interviewee said.

    Parameters
    ----------
    n_asked : int
        Interviewees that a question or topic came up with.
    least : float, optional
        A study's own minimum; never below `MINIMUM_ROLE_INTERVIEWEES`.

    Returns
    -------
    bool
        True from one to below the minimum; nobody asked tells nothing.
    """
    return 0 < n_asked < max(MINIMUM_ROLE_INTERVIEWEES, least)
