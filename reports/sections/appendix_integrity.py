"""What speaks for stuffing, observed beside expected, with and without; and whether modes may be pooled."""

from __future__ import annotations

from analysis.results.integrity import BurstFinding, CopyFinding, Integrity, ModeComparison, ShareFinding, TextFinding
from reports.content import Block, Number, Row, Statement, Table
from reports.sections.source import Source, capitalised
from reports.sections.table_columns import columns_of

MEDIAN, HIGH = 1, 2                     # places among the quantiles


def integrity_blocks(study: Source, audience: str) -> list[Block]:
    """Return the panel of one questionnaire in sentences and small tables; empty where it was not computed."""
    one = study.diagnosis.integrity.get(audience)
    if one is None or not one.copies.n:
        return []
    who = capitalised(study.audience(audience))
    found: list[Block] = [study.words.say("panel.lead", who=who), *_copies(study, one.copies),
                          *(_text(study, text) for text in one.texts), *(_burst(study, burst) for burst in one.bursts)]
    if not one.bursts:
        found.append(study.words.say("panel.bursts_unknown"))
    found += _shares(study, one)
    found += _changes(study, one, who)
    return [*found, *_modes(study, one.modes, audience)]


def _copies(study: Source, copies: CopyFinding) -> list[Block]:
    words = study.words
    if copies.status != "assessed":
        return [words.say(f"panel.copies_{copies.status}")]
    found: list[Block] = [words.say(
        "panel.copies", pairs=copies.n_pairs, n=copies.n, k=copies.n_items, share=copies.threshold,
        expected=copies.expected_pairs, median=copies.quantiles[MEDIAN],
        chance=copies.expected_quantiles[MEDIAN])]
    found.append(words.say("panel.copies_grouped", n=copies.n_alike, clusters=copies.n_clusters,
                           largest=copies.largest_cluster) if copies.n_alike else words.say("panel.copies_none"))
    return found


def _text(study: Source, text: TextFinding) -> Statement:
    key = "panel.texts" if text.n_alike else "panel.texts_none"
    item = study.item(text.item)
    asked = study.read(item.text).rstrip("?？") if item else text.item
    return study.words.say(key, item=asked, n=text.n, pairs=text.n_pairs, expected=text.expected_pairs,
                           alike=text.n_alike, largest=text.largest_cluster)


def _burst(study: Source, burst: BurstFinding) -> Statement:
    words = study.words
    outlet = burst.outlet or words.text("panel.open_link")
    if burst.status != "assessed":
        return words.say("panel.bursts_few", outlet=outlet, n=burst.n_quarters)
    return words.say("panel.bursts" if burst.n_bursts else "panel.bursts_none", outlet=outlet, n=burst.n_quarters,
                     bursts=burst.n_bursts, limit=burst.threshold, largest=burst.largest,
                     expected=burst.expected_bursts, usual=burst.usual)


def _shares(study: Source, one: Integrity) -> list[Block]:
    words = study.words
    if not one.n_shares_tested:
        return [words.say("panel.shares_few", minimum=study.minimum_group)]
    if not one.shares:
        return [words.say("panel.shares_none", n=one.n_outlets, tests=one.n_shares_tested)]
    rows = tuple(_share_row(study, share) for share in one.shares)
    columns = columns_of(words, "panel.share_", ("outlet", 0.2), ("kind", 0.32), ("n", 0.08, "right"),
                         ("share", 0.1, "right"), ("expected", 0.1, "right"), ("limit", 0.1, "right"),
                         ("p", 0.1, "right"))
    return [Table(f"t-share-{one.audience}", words.say("panel.share_title", n=len(one.shares)), columns, rows, "",
                  words.text("panel.share_source"), is_dense=True)]


def _share_row(study: Source, share: ShareFinding) -> Row:
    return Row((Statement(share.outlet), Statement(study.words.text(f"panel.kind_{share.kind}")),
                Number(share.n, "count"), Number(share.share, "percent"), Number(share.expected, "percent"),
                Number(share.limit, "percent"), Number(share.p_adjusted, "p")))


def _changes(study: Source, one: Integrity, who: str) -> list[Block]:
    """Return every scale without and with those alike; nothing decides by it."""
    words = study.words
    if not one.n_set_aside:
        return []
    changed = [change.construct for change in one.changes if change.is_verdict_changed]
    found: list[Block] = [words.say("panel.verdicts_change", names=study.names(changed)) if changed
                          else words.say("panel.verdicts_stay")]
    told = [change for change in one.changes if change.mean is not None]
    if not told:
        return found
    rows = tuple(Row((Statement(study.name(change.construct)), Number(change.mean_with_excluded, "mean"),
                      Number(change.mean, "mean"), Number(change.alpha_with_excluded, "coefficient"),
                      Number(change.alpha, "coefficient"))) for change in told)
    columns = columns_of(words, "panel.change_", ("scale", 0.4), ("mean_all", 0.15, "right"), ("mean", 0.15, "right"),
                         ("alpha_all", 0.15, "right"), ("alpha", 0.15, "right"))
    return [*found, Table(f"t-panel-change-{one.audience}",
                          words.say("panel.change_title", who=who, n=one.n_set_aside), columns, rows, "",
                          words.text("panel.change_source"), is_dense=True)]


def _modes(study: Source, modes: ModeComparison, audience: str) -> list[Block]:
    words = study.words
    if len(modes.n_by_mode) < 2:  # noqa: PLR2004 - one mode has nothing to be compared with
        return []
    sizes = words.join([words.text("panel.mode_size", mode=words.text(f"panel.mode_{mode}"), n=n)
                        for mode, n in modes.n_by_mode])
    if modes.verdict is None:
        return [words.say("panel.modes_few", sizes=sizes, n=modes.minimum_n)]
    rows = tuple(Row((
        Statement(study.name(one.construct) if one.construct else words.text("panel.blanks")),
        Statement(words.text("panel.mode_pair", mode=words.text(f"panel.mode_{one.mode}"),
                             reference=words.text(f"panel.mode_{one.reference}"))),
        Number(one.g.value, "coefficient", one.g.ci_low, one.g.ci_high) if one.g else Number(None),
        Number(one.g_adjusted, "coefficient"), Number(one.p_adjusted, "p"),
        Statement(words.text(f"panel.verdict_{one.verdict}")))) for one in modes.differences)
    columns = columns_of(words, "panel.modes_", ("what", 0.28), ("pair", 0.16), ("g", 0.22, "right"),
                         ("adjusted", 0.1, "right"), ("p", 0.1, "right"), ("verdict", 0.14))
    return [words.say(f"panel.modes_{modes.verdict}", sizes=sizes),
            Table(f"t-modes-{audience}", words.say("panel.modes_title"), columns, rows, "",
                  words.text("panel.modes_source"), is_dense=True)]
