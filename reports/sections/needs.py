"""The report of a study that holds too little to diagnose: what there is, what is needed, and nothing beside it."""

from __future__ import annotations

from reports.content import Callout, Number, Row, Section, Statement, Table
from reports.sections.source import Source, capitalised
from reports.sections.table_columns import columns_of

# What the diagnosis can say from how many answers of staff or interviews: phrase, audience, threshold.
STEPS = (("describe", "staff", "minimum_n_description"), ("grade", "staff", "minimum_n_tests"),
         ("links", "staff", "minimum_n_links"), ("heard", "", "interview_minimum"))


def is_too_little(study: Source) -> bool:
    """Return whether nothing can be said of any problem, by figures or by grade, and nothing of customers."""
    if not study.problems or study.proposed:
        return False
    has_figures = any(p.level.mean is not None for p in study.problems) or any(
        f.level.mean is not None for f in study.diagnosis.facets)
    return not has_figures and all(p.grade in (None, "insufficient") for p in study.problems)


def needs(study: Source) -> list[Section]:
    """Return the one page that stands for the summary: what there is and what is needed for what."""
    words, rows = study.words, []
    outside = ("customers", study.served, "minimum_n_customers")
    for key, audience, threshold in (*STEPS, outside) if study.served in study.diagnosis.screening else STEPS:
        there = study.n_valid(audience) if audience else study.n_heard
        what = (words.text("needs.answers", who=study.audience(audience)) if audience
                else words.text("needs.interviews"))
        rows.append(Row((Statement(what), Number(float(there), "count"),
                         Number(study.threshold(threshold, 0.0), "count"), words.say(f"needs.{key}"))))
    columns = columns_of(words, "needs.column_",
        ("what", 0.28, "left"), ("there", 0.12, "right"), ("needed", 0.12, "right"), ("use", 0.48, "left"))
    table = Table("t-needs", words.say("needs.table"), columns, tuple(rows), "", words.text("needs.source"))
    decision = Callout("decision", words.text("summary.decisions", n=1), (words.say("summary.decide_more_data"),))
    lead = words.say("needs.lead", sources=capitalised(words.join(study.sources())) if study.sources()
                     else capitalised(words.text("labels.no_sources")))
    return [Section("summary", words.text("part.summary"), words.say("summary.title_insufficient"), (table, decision),
                    lead)]
