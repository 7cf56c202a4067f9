"""The executive summary: page 1 stands alone, page 2 adds causes, strategies, what not to do and limits."""

from __future__ import annotations

from analysis.diagnosis.plan_basis import STRONGLY
from analysis.results.diagnosis import MeasureFinding, ProblemFinding
from instruments.template import Measure
from reports.content import (
    Block,
    Bullets,
    Callout,
    Cell,
    Heading,
    KeyFigure,
    KeyFigures,
    Number,
    Row,
    Section,
    Stack,
    Statement,
    Table,
)
from reports.numbers import interval
from reports.sections.changes_since import change_told
from reports.sections.edited import values_of
from reports.sections.first_steps import (
    SURE,
    as_it_stands,
    decided,
    decisions,
    foremost_against,
    owner_now,
    standing,
)
from reports.sections.problems import with_held_down
from reports.sections.source import Source, capitalised
from reports.sections.table_columns import columns_of
from reports.sections.triggers import failed_briefly

MOST_PROBLEMS, MOST_FIGURES, MOST_SET_ASIDE, MOST_NAMED = 5, 4, 3, 2
SET_ASIDE = ("not_proposed", "opportunity", "data_needed")


def summary(study: Source) -> list[Section]:
    """Return page 1: figures, problems with cause, strategy and grade, decisions asked."""
    blocks: list[Block] = []
    warning = _quality_warning(study)
    if warning:
        blocks.append(warning)
    figures = _key_figures(study)
    if figures:
        blocks.append(KeyFigures(tuple(figures)))
    blocks.append(_problem_table(study))
    blocks.append(Heading(study.words.text("summary.not_do")))
    blocks.append(Bullets(tuple(_set_aside(study))))
    asked = decisions(study, who_answered(study))
    blocks.append(Callout("decision", study.words.text("summary.decisions", n=len(asked)), tuple(asked)))
    return [Section("summary", study.words.text("part.summary"), _headline(study), tuple(blocks), _lead(study))]


def _lead(study: Source) -> Statement:
    """Return what the report is judged from, and what is new since the wave before where there was one."""
    words, sources = study.words, study.sources()
    named = words.join(sources) or words.text("labels.no_sources")
    if not study.changes:
        return words.say("summary.lead_single" if len(sources) == 1 else "summary.lead", sources=named,
                         trace=who_answered(study))
    changed, found = change_told(study), study.diagnosis.follow_up
    done = sum(row.action.is_taken_on for row in found.actions) if found else 0
    key = "summary.lead_later_decided" if found and found.actions else "summary.lead_later"
    return words.say(key, sources=named, changed=changed.text, k=done, n=len(found.actions) if found else 0,
                     trace=[*who_answered(study), *changed.trace])


def _headline(study: Source) -> Statement:
    say, established = study.words.say, study.established
    traces = [f"problem.{p.level.construct}.grade" for p in established]
    names = [study.in_sentence(p.level.construct) for p in established]
    if not established:
        return _headline_of_none(study)
    if len(established) == 1:
        return say("summary.title_one", name=names[0], trace=traces)
    if len(established) <= 3:  # noqa: PLR2004  # three names fit into two lines of a title
        return study.title(
            say("summary.title_few", count=study.words.count(len(names)), names=study.words.join(names), trace=traces),
            say("summary.title_names", names=capitalised(study.words.join(names)), trace=traces),
            *([say("summary.title_lead", count=study.words.count(len(names)), name=names[0], trace=traces)]
              if is_first(study) else []),
            say("summary.title_count", count=study.words.count(len(names)), trace=traces))
    sure = [(p.rank_top2_probability or 0) >= SURE for p in established[:2]]
    key = ("first" if is_first(study) else "two" if all(sure) else "top" if sure[0] else "")
    told = {"count": study.words.count(len(names)), "total": study.words.count(len(study.problems)), "name": names[0],
            "names": study.words.join(names[:2])}
    keys = [f"summary.title_many{'_' if key else ''}{key}", *(["summary.title_many_top"] if key == "two" else [])]
    return study.title(*(say(one, trace=traces, **told) for one in keys))


def _headline_of_none(study: Source) -> Statement:
    """Return the headline where no problem is established: why not, as far as it is known."""
    say, grades = study.words.say, [p.grade for p in study.problems]
    trace = [f"problem.{p.level.construct}.grade" for p in study.problems] or who_answered(study)
    if all(grade is None for grade in grades):
        return say("summary.title_no_grades", trace=trace)
    if all(grade == "insufficient" for grade in grades):
        return say("summary.title_insufficient", trace=trace)
    n_signs = sum(grade in ("weak", "conflicting") for grade in grades)
    if n_signs:
        return say("summary.title_none", n=n_signs, trace=trace)
    return say("summary.title_no_signs", trace=trace)


def who_answered(study: Source) -> list[str]:
    """Return the metric paths of who answered each questionnaire that has answers."""
    return [f"quality.{screening.audience}.n_submitted" for screening in study.diagnosis.screening.values()
            if screening.n_valid] or ["quality.n_submitted"]


def is_first(study: Source) -> bool:
    """Return whether the first established problem's interval lies above those of all other problems."""
    first = study.established[0].level
    others = [p.level.ci_high for p in study.problems if p.level is not first and p.level.ci_high is not None]
    return first.ci_low is not None and all(first.ci_low > high for high in others)


def _quality_warning(study: Source) -> Callout | None:
    found = [s for s in study.diagnosis.screening.values() if s.verdict in ("doubtful", "no_grades")]
    if not found:
        return None
    items = tuple(study.words.say(f"summary.quality_{s.verdict}", who=study.audience(s.audience),
                                  trace=(f"quality.{s.audience}.excluded_pct",),
                                  share=1 - s.n_valid / s.n_submitted if s.n_submitted else None) for s in found)
    return Callout("warning", study.words.text("summary.quality"), items)


def _key_figures(study: Source) -> list[KeyFigure]:
    found: list[KeyFigure] = []
    problems = [p.level for p in study.established or study.problems][:1]
    causes = [c.level for c in study.causes if c.is_elevated][:1]
    for level, family in [(p, "problem") for p in problems] + [(c, "cause") for c in causes]:
        share = level.unfavourable
        if share is not None and share.value is not None:
            number = Number(share.value, "percent", share.ci_low, share.ci_high,
                            (f"{family}.{level.construct}.unfavourable_pct",))
            found.append(KeyFigure(number, study.words.text(f"summary.figure_{family}", name=study.in_sentence(
                level.construct)), _base(study, share.n, share.ci_low, share.ci_high, "percent"), family == "problem"))
    found.extend(_customer_figures(study))
    return found[:MOST_FIGURES]


def _customer_figures(study: Source) -> list[KeyFigure]:
    words, found = study.words, []
    facets = [(f, f.level.unfavourable) for f in study.diagnosis.facets
              if f.level.unfavourable and f.level.mean is not None]
    if facets:
        worst, share = min(facets, key=lambda pair: pair[0].level.mean or 0)
        number = Number(share.value, "percent", share.ci_low, share.ci_high, (f"facet.{worst.level.construct}.pomp",))
        label = words.text("summary.figure_facet", name=study.in_sentence(worst.level.construct))
        found.append(KeyFigure(number, label, _base(study, share.n, share.ci_low, share.ci_high, "percent"),
                               worst.status == "supports"))
    nps = study.diagnosis.nps
    if nps is not None and nps.value is not None:
        number = Number(nps.value, "signed_points", nps.ci_low, nps.ci_high,
                        tuple(f"item.{item.key}.mean" for item in study.items_of_role("nps")[:1]))
        found.append(KeyFigure(number, words.text("summary.figure_nps"),
                               _base(study, nps.n, nps.ci_low, nps.ci_high, "signed_points")))
    return found


def _base(study: Source, n: int, low: float | None, high: float | None, style: str) -> str:
    return study.words.text("summary.base", n=n, interval=interval(low, high, style, study.language))


def _problem_table(study: Source) -> Table:
    words = study.words
    columns = columns_of(words, "summary.column_",
        ("problem", 0.28, "left"), ("severity", 0.15, "left"), ("cause", 0.17, "left"), ("strategy", 0.29, "left"),
        ("evidence", 0.11, "left"))
    rows = tuple(_problem_row(study, problem) for problem in study.problems[:MOST_PROBLEMS])
    trace = [f"problem.{p.level.construct}.grade" for p in study.problems[:MOST_PROBLEMS]]
    title = words.say("summary.table_title" if study.established else "summary.table_title_open", trace=trace)
    return Table("t-summary", title, columns, rows, words.text("summary.table_unit"),
                 with_held_down(study, words.text("summary.table_source"), study.problems[:MOST_PROBLEMS]))


def _problem_row(study: Source, problem: ProblemFinding) -> Row:
    level, words = problem.level, study.words
    key = level.construct
    anchor = f"problem-{key}"
    severity = Number(level.mean, "mean", level.ci_low, level.ci_high, (f"problem.{key}.mean",))
    links = study.links_of(key)
    cause: Cell = words.say("summary.no_cause")
    if links:
        cause = Statement(study.listed([link.cause for link in links[:2]]), {},
                          tuple(f"link.{link.cause}.{key}.beta" for link in links[:2]), "links")
    name = study.name(key)
    if problem.rank:
        name = words.text("problems.numbered", rank=problem.rank, name=name)
    return Row((Stack((Statement(name, {}, (), anchor), _band(study, problem))),
                severity, cause, _strategy_cell(study, problem), study.grade(problem.grade, key)))


def _band(study: Source, problem: ProblemFinding) -> Statement:
    """Return how severe the problem is, or what the survey says of it where it does not support it."""
    words = study.words
    if problem.band != "-":
        return words.say(f"band.{problem.band}")
    voices = problem.interview.status if problem.interview else "none"
    sources = [(words.text(f"trace_check.{source}"), status) for source, status in (
        ("interviews", voices), ("customers", problem.customer_status))]
    others = [name for name, status in sources if status == "supports"]
    against = [name for name, status in sources if status in ("contradicts", "against")]
    if others and problem.level.status in ("uncertain", "insufficient"):
        key = "summary.survey_status_both" if against else "summary.survey_status_others"
        return words.say(key, others=words.join(others), against=words.join(against))
    return words.say("summary.survey_status", status=words.text(f"status.{problem.level.status}"))


def _strategy_cell(study: Source, found: ProblemFinding) -> Cell:
    if found.grade == "not_indicated":
        return study.words.say("summary.no_strategy_asked")
    problem = found.level.construct
    best = foremost_against(study, problem)
    if best is None:
        return study.words.say("summary.no_strategy")
    measure = study.measure(best.key)
    is_strong = measure.address_problem.get(problem, 0) >= STRONGLY
    told = study.words.text("summary.strategy" if is_strong else "summary.strategy_in_part",
                            key=best.key, name=study.read(measure.name))
    return Statement(as_it_stands(study, told, best.key, problem), {}, (f"measure.{best.key}.verdict",),
                     f"measure-{best.key}")


# ---- page 2 ---------------------------------------------------------------------------------------------------------
def summary_more(study: Source) -> list[Section]:
    """Return page 2; nothing is left to say where no measure is proposed and no cause was tested."""
    words = study.words
    if not study.proposed and not study.diagnosis.links:
        return []
    blocks: list[Block] = []
    perspective = _perspectives(study)
    if perspective:
        blocks.append(perspective)
    if study.proposed:
        blocks.append(_plan_table(study))
    blocks.extend((Heading(words.text("summary.limits")), Bullets(tuple(_limits(study)))))
    return [Section("summary-causes", words.text("part.summary"), _causes_title(study), (*_cause_lines(study), *blocks),
                    is_listed=False)]


def _limits(study: Source) -> list[Statement]:
    """Return what limits the findings, each with what it speaks of: who answered, the links, what stays open."""
    say = study.words.say
    asked = sorted({found.audience for p in study.problems for item in p.level.item_frequencies
                    for found in [study.instrument_of(item)] if found})
    open_cases = [f"problem.{p.level.construct}.grade" for p in study.problems
                  if p.grade in ("inconclusive", "insufficient")]
    return [say("changes.limit" if study.changes else "summary.limit_once", trace=who_answered(study)),
            say("summary.limit_self_report", trace=[*(f"quality.{audience}.n_submitted" for audience in asked),
                                                    "links.n"]),
            say("summary.limit_absent", trace=[*open_cases, "links.n"])]


def _causes_title(study: Source) -> Statement:
    priority = [c.level.construct for c in study.causes if c.reading == "priority"]
    if not priority:
        return study.words.say("summary.causes_title_none", trace=[
            *(f"cause.{c.level.construct}.elevated" for c in study.causes), "links.n"])
    trace = [f"cause.{key}.elevated" for key in priority]
    return study.title(
        study.words.say("summary.causes_title", names=study.names(priority), n=len(priority), trace=trace),
        study.words.say("summary.causes_title_many", n=len(priority), trace=trace))


def _cause_lines(study: Source) -> list[Block]:
    words, rows = study.words, []
    for cause in study.causes:
        key = cause.level.construct
        linked = [link for link in study.diagnosis.links if link.cause == key and link.status == "supports"
                  and not link.is_withheld]
        goes_with = study.listed([link.problem for link in linked]) or words.text("summary.no_link_shown")
        said = cause.interview.supports if cause.interview else None
        asked = cause.interview.n_asked if cause.interview else 0
        said_text = (words.say("summary.said_by", k=said, n=asked,
                               trace=(f"interview.{cause.interview.code}.interviewees",))
                     if cause.interview and asked and not study.is_of_few(asked) else Statement("–"))
        rows.append(Row((Statement(study.name(key), {}, (), "links"),
                         Number(cause.level.mean, "mean", cause.level.ci_low, cause.level.ci_high,
                                (f"cause.{key}.mean",)),
                         Statement(goes_with, {}, tuple(f"link.{key}.{link.problem}.status" for link in linked)),
                         Number(cause.share, "percent", trace=(f"cause.{key}.share",)), said_text,
                         words.say(study.cause_reading(cause), trace=(f"cause.{key}.elevated",)))))
    columns = columns_of(words, "summary.cause_column_",
        ("cause", 0.20, "left"), ("level", 0.16, "left"), ("problems", 0.20, "left"), ("share", 0.08, "right"),
        ("said", 0.12, "left"), ("reading", 0.24, "left"))
    return [Table("t-summary-causes", words.say("summary.cause_table", trace=("links.n",)), columns, tuple(rows),
                  words.text("summary.cause_unit"), words.text("summary.cause_source", n=study.diagnosis.link_model.n),
                  is_dense=True)]


def _perspectives(study: Source) -> Table | None:
    """Return the summary by the perspectives a template names, such as structure and process."""
    perspectives = study.template.perspectives
    if not perspectives:
        return None
    words, rows = study.words, []
    for perspective in perspectives:
        inside = set(perspective.constructs)
        problems = [p for p in study.established if p.level.construct in inside]
        causes = [c for c in study.causes if c.level.construct in inside and c.is_elevated]
        plans = [m.key for m in study.proposed if inside & _mainly_for(study.measure(m.key))]
        cells = [study.listed([f.level.construct for f in found]) or words.text("labels.none")
                 for found in (problems, causes)]
        traces = [tuple(f"{family}.{f.level.construct}.{field}" for f in found)
                  for family, field, found in (("problem", "grade", problems), ("cause", "elevated", causes))]
        trace = () if problems or causes or plans else _of_perspective(study, inside)
        rows.append(Row((Statement(study.read(perspective.name), {}, trace), Statement(cells[0], {}, traces[0]),
                         Statement(cells[1], {}, traces[1]),
                         Statement(words.text("labels.between").join(plans) or words.text("labels.none"), {},
                                   tuple(f"measure.{key}.verdict" for key in plans)))))
    columns = columns_of(words, "summary.perspective_",
        ("name", 0.2), ("problems", 0.32), ("causes", 0.26), ("measures", 0.22))
    return Table("t-perspectives", words.say("summary.perspective_title", n=len(rows), trace=_all_strategies(study)),
                 columns, tuple(rows), "", words.text("summary.perspective_source"), is_dense=True)


def _main_problems(study: Source, measure: Measure) -> Statement:
    """Return the problems that a measure bears on most, established ones first, then the gravest, at most two."""
    strengths = measure.address_problem
    order = [p.level.construct for p in study.problems if strengths.get(p.level.construct)]
    sure = {p.level.construct for p in study.established}
    unseen = {p.level.construct for p in study.problems if p.grade == "not_indicated"}
    strong = [key for key in order if strengths[key] >= STRONGLY and key not in unseen]
    chosen = sorted(strong or order or strengths, key=lambda key: (key not in sure, -strengths[key]))[:MOST_NAMED]
    return Statement(study.listed(chosen), {}, tuple(f"problem.{key}.grade" for key in chosen))


def _mainly_for(measure: Measure) -> set[str]:
    """Return what a measure bears on strongly; all that it bears on where nothing is strong."""
    strengths = {**measure.address_problem, **measure.address_cause, **measure.address_facet}
    return {key for key, strength in strengths.items() if strength >= STRONGLY} or set(strengths)


def _of_perspective(study: Source, inside: set[str]) -> tuple[str, ...]:
    """Return the metric paths that a perspective without any finding was looked for in."""
    fields = {"problem": "problem.{}.grade", "cause": "cause.{}.elevated", "situation": "situation.{}.tag",
              "experience": "facet.{}.pomp", "outcome": "outcome.{}.mean"}
    return tuple(fields[c.group].format(c.key) for c in study.template.constructs if c.key in inside)


def _all_strategies(study: Source) -> list[str]:
    rules = study.template.rules
    return [f"strategy.{strategy.key}.measures" for strategy in rules.strategies] if rules else []


def _plan_table(study: Source) -> Table:
    """Return every proposed measure in its order with what it is for, who owns it and by when."""
    words, rows = study.words, []
    for m in study.proposed:
        measure = study.measure(m.key)
        rows.append(Row((
            Statement(f"{m.key} {study.read(measure.name)}", {}, (f"measure.{m.key}.rank",), f"measure-{m.key}"),
            Number(float(m.rank) if m.rank else None, "rank"), _main_problems(study, measure),
            Statement(owner_now(study, m)), _due(study, m, values_of(study, "measure", m.key).due_on))))
    due = 0.17 if study.language == "zh" else 0.14          # a Chinese date is one piece
    columns = columns_of(words, "summary.plan_column_",
        ("measure", 0.28, "left"), ("rank", 0.06, "right"), ("addresses", 0.25, "left"), ("owner", 0.41 - due, "left"),
        ("due_or_status" if decided(study) else "due", due, "left"))
    return Table("t-summary-measures", words.say(
        "summary.strategy_title", n=len(study.proposed), trace=_all_strategies(study)), columns,
                 tuple(rows), words.text("summary.plan_unit"), words.text("summary.strategy_source"), is_dense=True)


def _due(study: Source, m: MeasureFinding, due_on: str) -> Statement:
    """Return by when a measure is due, or how it stands where it was decided on before."""
    words, before = study.words, standing(study, m.key)
    if before:
        return Statement(before)
    return (words.say("edits.by", date=due_on) if due_on
            else words.say("actions.months", n=study.measure(m.key).horizon_months))


def _set_aside(study: Source) -> list[Statement]:
    words, found = study.words, []
    for measure in study.diagnosis.measures:
        name, trace = study.read(study.measure(measure.key).name), (f"measure.{measure.key}.verdict",)
        if measure.verdict == "not_proposed":
            found.append(words.say("summary.not_proposed", key=measure.key, name=name, trace=trace,
                                   reason=failed_briefly(study, measure.triggers)))
        elif measure.verdict in SET_ASIDE:
            found.append(words.say(f"summary.{measure.verdict}", key=measure.key, name=name, trace=trace))
    return [*found[:MOST_SET_ASIDE], *_further_aside(study)] or [
        words.say("summary.nothing_aside", trace=_all_strategies(study))]


def _further_aside(study: Source) -> list[Statement]:
    """Return in one line the measures set aside that page 1 has no line for."""
    further = [m.key for m in study.diagnosis.measures if m.verdict in SET_ASIDE][MOST_SET_ASIDE:]
    names = study.words.join([f"{key} {study.read(study.measure(key).name)}" for key in further])
    return [study.words.say("summary.further_aside", names=names, n=len(further),
                            trace=[f"measure.{key}.verdict" for key in further])] if further else []
