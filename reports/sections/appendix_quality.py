"""How carefully people answered: the indices beside the flags, and every scale with and without those left out."""

from __future__ import annotations

from analysis.results.diagnosis import Screening
from analysis.results.quality import IndexDistribution, ScaleChange
from reports.content import Block, Figure, Number, Row, Section, Statement, Table
from reports.figures import Histogram
from reports.numbers import MINUS, interval
from reports.sections.appendix_integrity import integrity_blocks
from reports.sections.source import Source, capitalised
from reports.sections.table_columns import columns_of

MEDIAN = 2                              # place among the quantiles
DRAWN = "longstring"                    # its limit is a choice, so the report shows what it is chosen from
WHOLE = frozenset({"longstring"})       # indices that are whole numbers
PERCENT = frozenset({"fast_pages"})


def data_quality(study: Source) -> list[Section]:
    """Return the spread of the indices and what leaving people out changes; nothing where nobody answered."""
    screenings = [s for s in study.diagnosis.screening.values() if any(index.bins for index in s.indices)]
    if not screenings:
        return []
    words = study.words
    blocks: list[Block] = []
    for screening in screenings:
        blocks.append(index_table(study, screening))
        blocks.extend(index_figure(study, screening, index) for index in screening.indices
                      if index.index == DRAWN and index.bins)
    for screening in screenings:
        blocks.extend(what_changes(study, screening))
        blocks.extend(integrity_blocks(study, screening.audience))
    return [Section("data-quality", words.text("part.data_quality"), words.say("care.title"), tuple(blocks),
                    words.say("care.lead"), is_appendix=True, starts_page=False)]


def index_table(study: Source, screening: Screening) -> Table:
    """Return the spread of every index of one questionnaire, with the limit that is applied to it."""
    words = study.words
    rows = tuple(_index_row(study, index) for index in screening.indices if index.quantiles)
    columns = columns_of(words, "care.column_", ("index", 0.34), ("n", 0.08, "right"), ("median", 0.1, "right"),
                         ("range", 0.18, "right"), ("rule", 0.18), ("beyond", 0.12, "right"))
    who = capitalised(study.audience(screening.audience))
    return Table(f"t-care-{screening.audience}", words.say("care.table_title", who=who), columns, rows, "",
                 words.text("care.table_source"), is_dense=True)


def _index_row(study: Source, index: IndexDistribution) -> Row:
    words, style = study.words, "percent" if index.index in PERCENT else "mean"
    low, *_, high = index.quantiles
    spread = interval(low, high, style, study.language).strip("[]［］")
    return Row((Statement(words.text(f"care.name_{index.index}")), Number(index.n, "count"),
                Number(index.quantiles[MEDIAN], "percent" if index.index in PERCENT else "mean"), Statement(spread),
                Statement(limit_text(study, index) or "–"), Number(index.n_beyond, "count")))


def limit_text(study: Source, index: IndexDistribution) -> str:
    """Return the limit in words, with whether a flag rests on it; empty where no limit is applied."""
    if index.rule is None or index.limit is None:
        return ""
    sign = {"at_least": "≥", "below": "<", "above": ">"}[index.rule]
    figure = f"{index.limit:.0f}" if index.index in WHOLE else f"{index.limit:.4g}"
    return study.words.text("care.rule_flag" if index.decides else "care.rule_shown", limit=f"{sign} {figure}")


def index_figure(study: Source, screening: Screening, index: IndexDistribution) -> Figure:
    """Return the distribution of one index as a chart."""
    words = study.words
    name = words.text(f"care.name_{index.index}")
    who = study.audience(screening.audience)
    total = sum(n for _, _, n in index.bins)
    rule = limit_text(study, index)
    chart = Histogram(
        tuple((low, high, n / total) for low, high, n in index.bins),
        tuple(_bin_label(index, low, high) for low, high, _ in index.bins), name,
        index.limit if rule else None, rule, index.rule != "below")
    low, *_, high = index.quantiles
    alt = words.text("care.alt", name=name, who=who, n=index.n, median=index.quantiles[MEDIAN], low=low, high=high)
    return Figure(f"f-care-{screening.audience}-{index.index}", words.say("care.figure_title", name=name, who=who),
                  chart, alt, words.text("care.figure_unit", n=index.n), words.text("care.figure_source"))


def _bin_label(index: IndexDistribution, low: float, high: float) -> str:
    if index.index in WHOLE:
        return f"{low:.0f}" if high - low <= 1 else f"{low:.0f}–{high - 1:.0f}"
    if index.index in PERCENT:
        return f"{low * 100:.0f}–{min(high, 1) * 100:.0f}%"
    return (f"{low:g}…{high:g}" if low < 0 else f"{low:g}–{high:g}").replace("-", MINUS)


def what_changes(study: Source, screening: Screening) -> list[Block]:
    """Return each scale with and without those left out, or in one sentence what may be said where they are few."""
    words, changes = study.words, screening.changes
    who = study.audience(screening.audience)
    if not changes:
        return [words.say("care.nobody_out", who=capitalised(who))] if screening.n_submitted else []
    changed = [change.construct for change in changes if change.is_verdict_changed]
    said = (words.say("care.verdicts_change", who=capitalised(who), names=study.names(changed)) if changed
            else words.say("care.verdicts_stay", who=capitalised(who)))
    told = [change for change in changes if change.mean is not None]
    found: list[Block] = [said, *_grades(study, screening)]
    return [*found, _change_table(study, screening, told)] if told else [*found, words.say("care.few_out")]


def _grades(study: Source, screening: Screening) -> list[Block]:
    """Say of which problems grade or band would differ; only the questionnaire that asks about problems has any."""
    own = {change.construct for change in screening.changes}
    changed = [p.level.construct for p in study.problems
               if p.level.construct in own and "exclusion_changes_grade_or_band" in p.notes]
    if not own & {p.level.construct for p in study.problems}:
        return []
    if changed:
        return [study.words.say("care.grades_change", names=study.names(changed))]
    return [study.words.say("care.grades_stay")]


def _change_table(study: Source, screening: Screening, changes: list[ScaleChange]) -> Table:
    words = study.words
    rows = tuple(Row((Statement(study.name(change.construct)), Number(change.mean, "mean"),
                      Number(change.mean_with_excluded, "mean"), Number(change.alpha, "coefficient"),
                      Number(change.alpha_with_excluded, "coefficient"),
                      Number(change.smallest_loading, "coefficient"),
                      Number(change.smallest_loading_with_excluded, "coefficient"))) for change in changes)
    columns = columns_of(words, "care.change_", ("scale", 0.28), ("mean", 0.1, "right"), ("mean_all", 0.13, "right"),
                         ("alpha", 0.1, "right"), ("alpha_all", 0.14, "right"), ("loading", 0.11, "right"),
                         ("loading_all", 0.14, "right"))
    return Table(f"t-care-change-{screening.audience}", words.say(
        "care.change_title", who=capitalised(study.audience(screening.audience)),
        n=screening.n_submitted - screening.n_valid), columns, rows, "", words.text("care.change_source"),
        is_dense=True)
