"""The items of a construct as diverging bars, unfavourable answers at the left."""

from __future__ import annotations

from analysis.results.diagnosis import Level
from reports.content import Figure
from reports.figures import Likert, LikertRow
from reports.numbers import printed
from reports.sections.source import Source, capitalised

FIVE = 5
MARGIN_Z = 1.96                         # half width of a 95 % interval in standard errors


def item_figure(study: Source, level: Level) -> Figure | None:
    """Return the answers to every item of a construct; None where too few answered or the scale has not five points."""
    words, rows = study.words, []
    construct = study.construct(level.construct)
    is_bad = construct is not None and construct.direction == "higher_is_worse"
    for key, raw in level.item_frequencies.items():
        item, total = study.item(key), sum(raw)
        if item is None or len(raw) != FIVE or total < study.minimum_group:
            continue
        counts = raw[::-1] if item.is_reverse != is_bad else raw
        shares = tuple(count / total for count in counts)
        bad = shares[0] + shares[1]
        margin = MARGIN_Z * (bad * (1 - bad) / total) ** 0.5
        rows.append((bad, LikertRow(study.read(item.text), shares, total, printed(bad, "percent"),
                                    "±" + printed(margin, "percent").removesuffix("%"))))
    if not rows:
        return None
    rows.sort(key=lambda pair: -pair[0])
    bars = tuple(row for _, row in rows)
    chart = Likert(bars, tuple(words.text(f"labels_chart.unfavourable_{place}") for place in range(FIVE)),
                   words.text("labels_chart.unfavourable_share"), words.text("labels_chart.less_favourable"),
                   words.text("labels_chart.more_favourable"))
    name = capitalised(study.in_sentence(level.construct))
    title = words.say("likert.title", name=name, share=rows[0][0], low=rows[-1][0], n=len(rows),
                      trace=(f"{construct.group if construct else 'item'}.{level.construct}.unfavourable_pct",))
    alt = words.text("likert.alt", name=study.name(level.construct), n=len(rows), label=bars[0].label,
                     share=bars[0].figure)
    audience = study.served if construct is not None and construct.group == "experience" else "staff"
    return Figure(f"f-items-{level.construct}", title, chart, alt, words.text("likert.unit"),
                  words.text("likert.source", who=study.audience(audience), period=study.period()))
