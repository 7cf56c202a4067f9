"""The study beside others of its kind, where enough handed over identical items; else why it is not."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.results.norms import Benchmark
from reports.content import Block, Bullets, Figure, Number, Row, Section, Statement, Table
from reports.figures import Forest, ForestRow
from reports.numbers import printed
from reports.sections.source import Source
from reports.sections.table_columns import columns_of

WIDEST = 1.0                # of the axis of differences at least
STEPS = 2                   # ticks on each side of none


def beside_others(study: Source) -> list[Section]:
    """Return the comparison with other organisations; nothing where no package of theirs was taken over."""
    words, found = study.words, study.diagnosis.benchmarks
    if not found:
        return []
    compared = [row for row in found if not row.reason]
    if not compared:
        return [Section("others", words.text("part.others"), words.say("norms.title_none"),
                        (Bullets(tuple(_reasons(study, found))),), words.say("norms.lead_none"), starts_page=False)]
    blocks: list[Block] = [_figure(study, compared), _table(study, compared)]
    left = [row for row in found if row.reason]
    blocks.append(Bullets((*_limits(study, compared), *_reasons(study, left))))
    higher, lower = (sum(row.word == word for row in compared) for word in ("higher", "lower"))
    title = words.say("benchmark.title", n=len(compared), higher=higher, lower=lower, trace=_traces(compared))
    return [Section("others", words.text("part.others"), title, tuple(blocks), _lead(study, compared),
                    starts_page=False)]


def _lead(study: Source, rows: Sequence[Benchmark]) -> Statement:
    least, most = (choose(row.n_organisations for row in rows) for choose in (min, max))
    return study.words.say("benchmark.lead_same" if least == most else "benchmark.lead", least=least, most=most)


def _traces(rows: Sequence[Benchmark]) -> list[str]:
    return [f"benchmark.{row.construct}.difference" for row in rows]


def _estimate(study: Source, row: Benchmark) -> str:
    difference = row.difference
    return study.estimate(difference.value, difference.ci_low, difference.ci_high, "signed") if difference else "–"


def _figure(study: Source, rows: Sequence[Benchmark]) -> Figure:
    words, drawn = study.words, []
    for row in rows:
        difference = row.difference
        if difference is not None:
            drawn.append(ForestRow(study.name(row.construct), difference.value, difference.ci_low, difference.ci_high,
                                   row.n_organisations, "", row.word in ("higher", "lower"), _estimate(study, row)))
    ends = [abs(end) for row in drawn for end in (row.low, row.high) if end is not None]
    widest = max([WIDEST, *(end * 1.05 for end in ends)])
    ticks = tuple((place * 0.5, printed(place * 0.5, "signed")) for place in range(-STEPS, STEPS + 1))
    chart = Forest(tuple(drawn), -widest, widest, ticks, words.text("benchmark.axis"),
                   words.text("benchmark.value_head"), words.text("benchmark.n_head"), reference=0.0)
    alt = words.text("benchmark.alt", n=len(drawn), first=drawn[0].label, value=drawn[0].text) if drawn else ""
    return Figure("f-others", words.say("benchmark.figure_title"), chart, alt, words.text("benchmark.figure_unit"),
                  words.text("benchmark.source"))


def _table(study: Source, rows: Sequence[Benchmark]) -> Table:
    words = study.words
    columns = columns_of(words, "benchmark.column_",
        ("scale", 0.28, "left"), ("own", 0.1, "right"), ("others", 0.12, "right"), ("difference", 0.22, "right"),
        ("word", 0.16, "left"), ("items", 0.12, "right"))
    lines = tuple(Row((
        Statement(study.name(row.construct)), Number(row.mean, "mean"), Number(row.mean_others, "mean"),
        Statement(_estimate(study, row), {"difference": row.difference}, (f"benchmark.{row.construct}.difference",)),
        words.say(f"benchmark.word_{row.word}"),
        words.say("benchmark.items", k=len(row.items), n=len(row.items) + len(row.items_apart)))) for row in rows)
    return Table("t-others", words.say("benchmark.table_title"), columns, lines, words.text("benchmark.unit"),
                 words.text("benchmark.source"), is_dense=True)


def _limits(study: Source, rows: Sequence[Benchmark]) -> list[Statement]:
    words = study.words
    found = [words.say("benchmark.limit_these"),
             words.say("benchmark.limit_small", smallest=study.threshold("norm_smallest_difference", 0.25)),
             words.say("benchmark.limit_cause")]
    ranges = [row for row in rows if row.lowest is not None and row.highest is not None]
    found.extend(words.say("benchmark.range", name=study.in_sentence(row.construct), low=row.lowest, high=row.highest,
                           k=row.n_organisations) for row in ranges if row.word in ("higher", "lower"))
    return found


def _reasons(study: Source, rows: Sequence[Benchmark]) -> list[Statement]:
    words, found = study.words, []
    for reason in dict.fromkeys(row.reason for row in rows):
        names = [row.construct for row in rows if row.reason == reason]
        found.append(words.say(f"norms.none_{reason}", names=study.names(names), n=len(names),
                               least=study.threshold("norm_minimum_organisations", 3),
                               people=study.threshold("norm_minimum_n", 30)))
    return found
