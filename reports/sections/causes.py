"""The causes: how widespread each is, what it goes with, and where survey and interviews meet."""

from __future__ import annotations

from analysis.results.diagnosis import CauseFinding, LinkFinding
from reports.content import (
    Block,
    Callout,
    Cell,
    Column,
    Figure,
    Heading,
    Number,
    Passages,
    Row,
    Section,
    Stack,
    Statement,
    Table,
)
from reports.figures import Matrix, MatrixCell
from reports.numbers import printed
from reports.sections.problems import severity_figure, spoken_of
from reports.sections.source import Source, capitalised
from reports.sections.table_columns import columns_of
from reports.sections.undecided import undecided_line

STEPS = (0.10, 0.20, 0.30, 0.40)        # of beta: where the shades of the matrix change; the first is the model's delta
FEW_ROWS = 8


def levels(study: Source) -> list[Section]:
    """Return the level of each cause and its reading."""
    words, measured = study.words, [c for c in study.causes if c.level.mean is not None]
    if not study.causes:
        return []
    blocks: list[Block] = []
    if measured:
        blocks.append(severity_figure(study, "f-causes", [c.level for c in measured], {}, "causes"))
    blocks.append(_reading_table(study))
    quotes = tuple(q for c in study.causes if c.interview for q in study.passages(c.interview.quotes, 1))
    if quotes:
        blocks.extend((Heading(words.text("causes.voices")), Passages(quotes[:3])))
    elevated = [c.level.construct for c in study.causes if c.is_elevated]
    trace = [f"cause.{key}.elevated" for key in elevated]
    title = (study.title(words.say("causes.title", names=study.names(elevated), trace=trace),
                         words.say("causes.title_count", n=len(elevated), total=len(study.causes), trace=trace))
             if elevated else words.say("causes.title_none" if measured else "causes.title_insufficient"))
    return [Section("causes", words.text("part.causes"), title, tuple(blocks), words.say("causes.lead"))]


def _reading_table(study: Source) -> Table:
    words, rows = study.words, []
    for c in study.causes:
        key, spoken = c.level.construct, spoken_of(study, c.interview)
        rows.append(Row((Statement(study.name(key)),
                         words.say("causes.elevated" if c.is_elevated else "causes.not_elevated",
                                   trace=(f"cause.{key}.elevated",)),
                         Number(c.share, "percent", trace=(f"cause.{key}.share",)), spoken,
                         Number(c.stated_share.value if c.stated_share else None, "percent"),
                         words.say(study.cause_reading(c))), f"cause-{key}"))
    columns = columns_of(words, "causes.column_",
        ("name", 0.2, "left"), ("level", 0.12, "left"), ("share", 0.09, "right"), ("said", 0.22, "left"),
        ("stated", 0.11, "right"), ("reading", 0.26, "left"))
    return Table("t-causes", words.say("causes.table_title"), columns, tuple(rows), "",
                 words.text("causes.table_source", n=study.diagnosis.link_model.n))


def joint_display(study: Source) -> list[Section]:
    """Return the matrix of links and the joint display; the reason where links were not computed."""
    words, links = study.words, [link for link in study.diagnosis.links if not link.is_withheld]
    if not links:
        reason = study.diagnosis.link_model.reason
        item = words.say("causes.no_links", n=study.diagnosis.link_model.n,
                         minimum=study.threshold("minimum_n_links", 60),
                         reason=capitalised(words.text(f"no_links_reason.{reason or 'not_separable'}")))
        return [Section("links", words.text("part.causes"), words.say("causes.no_links_title"),
                        (Callout("warning", words.text("causes.no_links_head"), (item,)), *_stated(study)),
                        starts_page=False)]
    supported = [link for link in links if link.status == "supports"]
    blocks: list[Block] = [_matrix(study, links)]
    if supported:
        blocks.append(_display(study, supported))
        quotes = tuple(q for link in supported for q in study.passages(link.quotes, 1))
        if quotes:
            blocks.append(Passages(quotes[:2]))
    blocks.extend(undecided_line(study))
    blocks.extend(_stated(study))
    blocks.append(Callout("so_what", words.text("labels.so_what"), (_so_what(study),)))
    key = "causes.links_title" if supported else "causes.links_title_none"
    title = words.say(key, n=len(supported), total=len(links),
                      trace=[f"link.{link.cause}.{link.problem}.status" for link in supported])
    lead = words.say("causes.links_lead_exploratory" if any(link.is_exploratory for link in links)
                     else "causes.links_lead", n=study.diagnosis.link_model.n)
    return [Section("links", words.text("part.causes"), title, tuple(blocks), lead, is_listed=False)]


def _matrix(study: Source, links: list[LinkFinding]) -> Figure:
    words = study.words
    causes = [c.level.construct for c in study.causes if any(link.cause == c.level.construct for link in links)]
    problems = [p.level.construct for p in study.problems if any(link.problem == p.level.construct for link in links)]
    by_pair = {(link.cause, link.problem): link for link in links}
    fits = study.diagnosis.link_model.r_squared
    rows = tuple((study.name(p), words.text("causes.fit", value=fits[p]) if p in fits else "") for p in problems)
    cells = tuple(tuple(_cell(study, by_pair.get((cause, problem))) for cause in causes) for problem in problems)
    chart = Matrix(rows, tuple(study.name(cause) for cause in causes), cells, words.text("causes.legend"),
                   tuple(words.text(f"causes.step_{step}") for step in range(5)))
    best = max(links, key=lambda link: link.beta)
    alt = words.text("causes.matrix_alt", rows=len(problems), columns=len(causes), cause=study.name(best.cause),
                     problem=study.name(best.problem), beta=best.beta)
    is_closest = all(best.lo > link.hi for link in links if link is not best)
    title = words.say("causes.matrix_title" if is_closest else "causes.matrix_title_all", causes=len(causes),
                      problems=len(problems), cause=study.in_sentence(best.cause),
                      problem=study.in_sentence(best.problem), trace=(f"link.{best.cause}.{best.problem}.beta",))
    model = study.diagnosis.link_model
    source = words.text("causes.matrix_source", n=model.n, resamples=model.n_resamples, asked=study.n_heard)
    if model.is_freed:
        source += words.text("causes.judged_freed")
    if model.covariates:
        source += words.text("causes.matrix_covariates", n=len(model.covariates),
                             names=study.names(list(model.covariates)))
    return Figure("f-links", title, chart, alt, words.text("causes.matrix_unit"), source)


def _cell(study: Source, link: LinkFinding | None) -> MatrixCell:
    if link is None:
        return MatrixCell("–")
    step = sum(link.beta >= border for border in STEPS)
    mark = "*" if link.status == "supports" else ""
    return MatrixCell(printed(link.beta, "coefficient") + mark,
                      study.words.text("causes.cell_said", n=link.interviewees), step)


def _display(study: Source, supported: list[LinkFinding]) -> Table:
    words, rows = study.words, []
    for link in sorted(supported, key=lambda link: -link.beta)[:FEW_ROWS]:
        trace = (f"link.{link.cause}.{link.problem}.beta",)
        pair = words.say("causes.pair", cause=study.name(link.cause), problem=study.name(link.problem))
        survey = Number(link.beta, "coefficient", link.lo, link.hi, trace)
        spoken = words.say(f"causes.said_{link.interview_status}", k=link.interviewees, roles=link.interview_roles)
        stated = _stated_cell(study, link.problem, link.cause)
        rows.append(Row((pair, survey, stated, spoken, words.say(f"causes.conclusion_{link.interview_status}"),
                         study.grade(link.grade))))
    columns = columns_of(words, "causes.display_",
        ("pair", 0.27), ("survey", 0.15), ("stated", 0.17), ("interviews", 0.16), ("conclusion", 0.15), ("grade", 0.10))
    source = words.text("causes.display_source", delta=study.threshold("delta", 0.10))
    if study.diagnosis.link_model.is_freed:
        source += words.text("causes.judged_freed")
    return Table("t-display", words.say("causes.display_title", n=len(rows)), columns, tuple(rows), "", source)


def _stated(study: Source) -> list[Block]:
    """Return the matrix of problems and their stated main reasons; nothing where nobody was asked so."""
    words, reasons = study.words, study.diagnosis.stated_reasons
    problems = [p.level.construct for p in study.problems if any(r.problem == p.level.construct for r in reasons)]
    causes = [c.level.construct for c in study.causes if any(r.cause == c.level.construct for r in reasons)]
    if not problems:
        return []
    n_of = {reason.problem: reason.n for reason in reasons}
    rows = tuple(Row((Statement(study.name(problem)), Number(n_of[problem], "count"),
                      *(_reason_cell(study, problem, cause) for cause in causes))) for problem in problems)
    width = (1 - 0.24 - 0.06) / len(causes)
    columns = (*columns_of(words, "causes.reasons_", ("problem", 0.24, "left"), ("n", 0.06, "right")),
               *(Column(study.name(cause), width) for cause in causes))
    return [Table("t-reasons", words.say("causes.reasons_title"), columns, rows, "",
                  words.text("causes.reasons_source"))]


def _reason_cell(study: Source, problem: str, cause: str) -> Cell:
    found = next((r for r in study.diagnosis.stated_reasons if (r.problem, r.cause) == (problem, cause)), None)
    if found is None:
        return Statement("–")
    return Stack((Statement(f"{found.k}/{found.n}"), Statement(
        study.estimate(found.share.value, found.share.ci_low, found.share.ci_high, "percent"))), has_head=False)


def _stated_cell(study: Source, problem: str, cause: str) -> Statement:
    """Return how many of those who gave a reason for the problem named this cause."""
    found = next((r for r in study.diagnosis.stated_reasons if (r.problem, r.cause) == (problem, cause)), None)
    if found is None:
        return Statement("–")
    share = study.estimate(found.share.value, found.share.ci_low, found.share.ci_high, "percent")
    return study.words.say("causes.reason", k=found.k, n=found.n, share=share)


def _so_what(study: Source) -> Statement:
    priority: list[CauseFinding] = [c for c in study.causes if c.reading == "priority"]
    if not priority:
        return study.words.say("causes.so_what_none")
    return study.words.say("causes.so_what", names=study.names([c.level.construct for c in priority]))
