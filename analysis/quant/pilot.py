"""Which items of a pilot to keep, to change, to drop, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from analysis.quant.scales.content_validity import content_validity
from analysis.quant.scoring import recoded_items
from analysis.results.pilot import PilotItem, PilotJudgement, PilotReason, PilotVerdict
from analysis.tables import AnswerTable
from instruments.pilot_form import REMARK
from instruments.schema import LEFT_BLANK, Item

EXPERTS_REJECT = 0.70           # Zamanzadeh et al. 2015: I-CVI below it, the item goes
EXPERTS_DOUBT = 0.79            # … up to it, the item is revised
REMARKS_SHARE = 0.15            # Fowler 1992: a difficulty for 15 % of people shows a flawed question
BLANK_SHARE = 0.10              # house rule: more than one in ten passes it over, although skipping is not usual
WEAK_LINK = 0.30                # Nunnally & Bernstein 1994: item-rest correlation
MINIMUM_N_FOR_LINKS = 30        # below, a correlation of .30 has an interval from about -.07 to .60
MINIMUM_REMARKS = 2             # one person's remark is a remark
FEWEST_CORRELATED = 3           # people of whom a correlation can be computed
_GRAVE: frozenset[PilotReason] = frozenset({"experts_reject", "wrong_way"})
_METHOD = (f"I-CVI below {EXPERTS_REJECT} or item-rest r below 0 with another reason: drop; any reason: change; "
           f"remarks of {REMARKS_SHARE:.0%}, blanks over {BLANK_SHARE:.0%}, item-rest r below {WEAK_LINK} from "
           f"n = {MINIMUM_N_FOR_LINKS}, I-CVI up to {EXPERTS_DOUBT}")


def judge_pilot(table: AnswerTable, remarks: Mapping[str, int] | None = None,
                page_seconds: Mapping[str, float] | None = None,
                experts: pd.DataFrame | None = None, *, minimum_group: int = 1) -> PilotJudgement:
    """Return the list keep / change / drop of a pilot wave.

    Parameters
    ----------
    table : AnswerTable
        Answers of the pilot wave, nobody left out.
    remarks : Mapping[str, int], optional
        Item key → respondents who wrote what was unclear about it.
    page_seconds : Mapping[str, float], optional
        Section key → median seconds that respondents spent on the page.
    experts : DataFrame (experts, items), optional
        Relevance ratings 1 to 4, see `content_validity`.
    minimum_group : int, optional
        People who must have seen an item for anything to be told of what they did with it; 1 for a file whose rows the
        reader has.

    Returns
    -------
    PilotJudgement
        One entry per asked item, in the order of the questionnaire. `seconds` is the page's median over the items
        of the page. Item-rest correlations are of recoded items with the sum of the others of their construct, over
        respondents who answered all of them, judged from 30 respondents. An open question may be left blank. The
        thresholds stand at the head of this module, with their sources.

    References
    ----------
    Fowler 1992; Nunnally & Bernstein 1994; Zamanzadeh et al. 2015.
    """
    validity = content_validity(experts) if experts is not None else None
    links = _item_rest(table, max(FEWEST_CORRELATED, minimum_group))
    relevance = {item.item: item.i_cvi for item in validity.items} if validity else {}
    asked = [item for item in table.instrument.items if item.key in table.values and item.kind not in (
        "note", "calculate", "hidden") and item.appearance != REMARK]
    per_page = pd.Series([item.section for item in asked]).value_counts()
    has_enough = table.n >= MINIMUM_N_FOR_LINKS
    items = tuple(
        _judged(item, table, (remarks or {}).get(item.key, 0), links.get(item.key), relevance.get(item.key),
                _seconds(item, page_seconds or {}, int(per_page[item.section])), has_enough)
        if shown_to(table, item.key) >= minimum_group else _of_few(item, relevance.get(item.key))
        for item in asked)
    return PilotJudgement(table.n, items, validity, has_enough, _METHOD)


def shown_to(table: AnswerTable, item: str) -> int:
    """Return how many people saw an item.

    Parameters
    ----------
    table : AnswerTable
    item : str

    Returns
    -------
    int
        Those who answered, refused, or left it blank.
    """
    return int(np.isin(table.missing[item].to_numpy(), (0, LEFT_BLANK, -93)).sum())


def _of_few(item: Item, i_cvi: float | None) -> PilotItem:
    """Return what experts say of an item that too few respondents saw."""
    reasons = tuple(_reasons(None, None, 0, None, i_cvi))
    return PilotItem(item.key, None, None, 0, None, None, None, i_cvi, _verdict(reasons), reasons)


def _seconds(item: Item, page_seconds: Mapping[str, float], n_items: int) -> float | None:
    total = page_seconds.get(item.section)
    return None if total is None else total / n_items


def _judged(item: Item, table: AnswerTable, n_remarks: int, link: float | None, i_cvi: float | None,
            seconds: float | None, has_enough: bool) -> PilotItem:
    codes = table.missing[item.key].to_numpy()
    n_shown = shown_to(table, item.key)
    blank = float((codes == LEFT_BLANK).sum() / n_shown) if n_shown else None
    told = n_remarks / n_shown if n_shown else None
    reasons = tuple(_reasons(blank if item.kind != "text" else None, told, n_remarks, link if has_enough else None,
                             i_cvi))
    return PilotItem(item.key, n_shown, blank, n_remarks, told, seconds, link, i_cvi, _verdict(reasons), reasons)


def _reasons(blank: float | None, told: float | None, n_remarks: int, link: float | None,
             i_cvi: float | None) -> Iterator[PilotReason]:
    if i_cvi is not None and i_cvi < EXPERTS_REJECT:
        yield "experts_reject"
    elif i_cvi is not None and i_cvi <= EXPERTS_DOUBT:
        yield "experts_doubt"
    if told is not None and told >= REMARKS_SHARE and n_remarks >= MINIMUM_REMARKS:
        yield "remarks"
    if blank is not None and blank > BLANK_SHARE:
        yield "left_blank"
    if link is not None and link < 0:
        yield "wrong_way"
    elif link is not None and link < WEAK_LINK:
        yield "weak_link"


def _verdict(reasons: tuple[PilotReason, ...]) -> PilotVerdict:
    if "experts_reject" in reasons or (_GRAVE & set(reasons) and len(reasons) > 1):
        return "drop"
    return "change" if reasons else "keep"


def _item_rest(table: AnswerTable, minimum: int) -> dict[str, float]:
    """Return each scale item's correlation with the sum of the others, over respondents who answered all of them."""
    found: dict[str, float] = {}
    for construct in table.instrument.constructs:
        items = recoded_items(table, construct.key).dropna()
        if items.shape[1] < 2 or len(items) < minimum:  # noqa: PLR2004 - a correlation needs two items
            continue
        total = items.sum(axis=1)
        for key in items:
            rest = total - items[key]
            if items[key].std() > 0 and rest.std() > 0:
                found[str(key)] = float(np.corrcoef(items[key], rest)[0, 1])
    return found
