"""The problems: ranked with intervals, then one by one with all evidence."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.results.diagnosis import InterviewEvidence, Level, ProblemFinding
from reports.content import (
    Block,
    Bullets,
    Callout,
    Cell,
    Columns,
    Figure,
    Group,
    Heading,
    Passages,
    Row,
    Section,
    Stack,
    Statement,
    Table,
)
from reports.figures import Forest, ForestRow
from reports.numbers import printed
from reports.sections.customer_view import gap_told
from reports.sections.likerts import item_figure
from reports.sections.notices import further_topics
from reports.sections.source import Source, capitalised
from reports.sections.table_columns import columns_of

AXIS = (1.0, 5.0)
HANGS_ON_SCREENING = "exclusion_changes_grade_or_band"
SILENT_NOTES = ("exclusion_changes_nothing",)   # what changes nothing needs no line


def ranking(study: Source) -> list[Section]:
    """Return the forest of all problems and the table of their evidence."""
    words, measured = study.words, [p for p in study.problems if p.level.mean is not None]
    if not study.problems:
        return []
    blocks: list[Block] = []
    if measured:
        blocks.append(severity_figure(study, "f-problems", [p.level for p in measured], {
            p.level.construct: str(p.rank) if p.rank else "" for p in measured}, "problems"))
    blocks.append(_evidence_table(study))
    so_what = _so_what(study)
    blocks.append(Callout("so_what", words.text("labels.so_what"), (so_what,)))
    return [Section("problems", words.text("part.problems"), _title(study), tuple(blocks), _lead(study))]


def _title(study: Source) -> Statement:
    shown = [p for p in study.problems if p.level.status == "supports"]
    traces = [f"problem.{p.level.construct}.status" for p in shown]
    if not any(p.level.mean is not None for p in study.problems):
        return study.words.say("problems.title_insufficient")
    if not shown:
        return study.words.say("problems.title_none", total=len(study.problems))
    return study.words.say("problems.title", count=study.words.count(len(shown)), n=len(shown),
                           total=study.words.count(len(study.problems)), trace=traces)


def _lead(study: Source) -> Statement | None:
    ranked = [p for p in study.problems if p.rank and p.level.ci_low is not None]
    if len(ranked) < 2:  # noqa: PLR2004  # an order needs two
        return None
    ties = _tied_with_first(ranked)
    names = study.words.join([study.in_sentence(p.level.construct) for p in ties])
    trace = [f"problem.{p.level.construct}.mean" for p in ties]
    order = (study.words.say("problems.lead_tied", names=names, trace=trace) if len(ties) > 1
             else study.words.say("problems.lead_first", name=capitalised(names), trace=trace))
    others = [p.level.construct for p in study.established if p.level.status != "supports"]
    if not others:
        return order
    added = study.words.say("problems.lead_others", name=capitalised(study.names(others)), n=len(others))
    between = study.words.text("labels.between_sentences") if study.language == "zh" else " "
    return Statement(f"{order.text}{between}{added.text}", {**order.values, **added.values},
                     (*order.trace, *(f"problem.{key}.grade" for key in others)))


def _tied_with_first(ranked: list[ProblemFinding]) -> list[ProblemFinding]:
    low = ranked[0].level.ci_low
    return [p for p in ranked if p.level.ci_high is not None and low is not None and p.level.ci_high >= low]


def severity_figure(study: Source, key: str, levels: list[Level], badges: dict[str, str], kind: str) -> Figure:
    """Return levels of problems or causes on the scale 1 to 5, those shown to lie above the border in orange."""
    words, tau = study.words, study.threshold("tau", 3.0)
    rows = tuple(ForestRow(
        study.name(level.construct), level.mean, level.ci_low, level.ci_high, level.n,
        badges.get(level.construct, ""), level.status == "supports",
        study.estimate(level.mean, level.ci_low, level.ci_high)) for level in levels)
    low = min([AXIS[0] + 1, *(level.ci_low for level in levels if level.ci_low is not None)])
    start = 1.0 if low < AXIS[0] + 1 else AXIS[0] + 1
    ticks = tuple((float(v), str(v)) for v in range(int(start), 6))
    chart = Forest(rows, start, AXIS[1], ticks, words.text(f"{kind}.axis"), words.text("labels_chart.mean_ci"),
                   words.text("labels_chart.n"), tau, words.text("problems.zone", tau=tau))
    shown = [row for row in rows if row.is_highlighted]
    alt = words.text("problems.alt", n=len(rows), shown=len(shown), first=rows[0].label, value=rows[0].text,
                     last=rows[-1].label, last_value=rows[-1].text, tau=tau)
    return Figure(key, words.say(f"{kind}.figure_title", shown=len(shown), n=len(rows), tau=tau), chart, alt,
                  words.text("problems.figure_unit"), words.text("problems.figure_source", period=study.period(),
                                                                 start=start))


def _evidence_table(study: Source) -> Table:
    words, rows = study.words, []
    for p in study.problems:
        key, said = p.level.construct, p.interview
        spoken = spoken_of(study, said, (f"interview.{said.code}.interviewees",) if said else ())
        rows.append(Row((Statement(study.name(key), {}, (), f"problem-{key}"), words.say(f"status.{p.level.status}"),
                         spoken, words.say(f"customer_status.{p.customer_status}"),
                         study.grade(p.grade, key), words.say(f"triangulation.{p.triangulation}"))))
    columns = columns_of(words, "problems.column_",
        ("name", 0.25), ("survey", 0.11), ("interviews", 0.22), ("customers", 0.13), ("grade", 0.12),
        ("together", 0.17))
    return Table("t-problems", words.say("problems.table_title"), columns, tuple(rows), "",
                 with_held_down(study, words.text("problems.table_source"), study.problems))


def spoken_of(study: Source, said: InterviewEvidence | None, trace: tuple[str, ...] = ()) -> Cell:
    """Return how many of those asked say it, how many the opposite, and below it how many both."""
    words = study.words
    if said is None or not said.n_asked:
        return words.say("status.none")
    if study.is_of_few(said.n_asked):
        return words.say("labels.few_interviewed")
    one = words.say("problems.said", k=said.supports, x=said.contradicts, n=said.n_asked, trace=trace)
    return Stack((one, words.say("problems.said_both", m=said.mixed)), has_head=False) if said.mixed else one


def _so_what(study: Source) -> Statement:
    established = study.established
    if not established:
        return study.words.say("problems.so_what_none")
    open_cases = [p for p in study.problems if p.grade in ("conflicting", "inconclusive", "weak")]
    names = study.names([p.level.construct for p in established])
    if open_cases:
        keys = [p.level.construct for p in open_cases]
        waiting = {o.problem for o in study.diagnosis.objectives if not o.is_active}
        return study.words.say("problems.so_what_open" if waiting >= set(keys) else "problems.so_what_in_view",
                               names=names, others=study.names(keys), n=len(keys))
    return study.words.say("problems.so_what", names=names)


# ---- one by one ------------------------------------------------------------------------------------------------------
def details(study: Source) -> list[Section]:
    """Return each problem with its items, evidence lines and quotes."""
    words = study.words
    blocks = [block for p in study.problems for block in _detail(study, p)]
    if not blocks or all(p.level.mean is None and not p.interview for p in study.problems):
        return []
    return [Section("problem-details", words.text("part.problems"), words.say("problems.details_title"),
                    (*blocks, *further_topics(study)), is_listed=False)]


def _detail(study: Source, p: ProblemFinding) -> list[Block]:
    key, words = p.level.construct, study.words
    number = words.text("problems.numbered", rank=p.rank, name=study.name(key)) if p.rank else study.name(key)
    head: list[Block] = [Heading(number, f"problem-{key}", trace=(f"problem.{key}.grade",))]
    construct = study.construct(key)
    if construct:
        head.append(Statement(study.read(construct.definition)))
    figure = item_figure(study, p.level)
    if figure:
        head.append(figure)
    evidence = Bullets(tuple(_evidence_lines(study, p)))
    quotes = study.passages(p.interview.quotes, 2) if p.interview else ()
    tail: Block = Columns((evidence,), (Passages(quotes),), "7-5") if quotes else evidence
    return [Group(tuple(head)), tail]


def _evidence_lines(study: Source, p: ProblemFinding) -> list[Statement]:
    found = [_grade_line(study, p)]
    found.extend(_survey_lines(study, p))
    found.extend(_interview_lines(study, p))
    found.extend(_customer_lines(study, p))
    links = study.links_of(p.level.construct)
    if links:
        found.append(study.words.say("problems.goes_with", names=study.names([link.cause for link in links]),
                                     trace=[f"link.{link.cause}.{link.problem}.beta" for link in links]))
    return found


def _grade_line(study: Source, p: ProblemFinding) -> Statement:
    key, words = p.level.construct, study.words
    grade = words.text(f"grade.{p.grade or 'not_issued'}")
    caps = words.join([words.text(f"cap.{cap}") for cap in p.caps])
    phrase = "problems.grade_capped" if caps else "problems.grade"
    return words.say(phrase, grade=grade, caps=caps, trace=(f"problem.{key}.grade",))


def _survey_lines(study: Source, p: ProblemFinding) -> list[Statement]:
    level, words, found = p.level, study.words, []
    key = level.construct
    if level.mean is None:
        return [words.say("problems.no_survey", n=level.n)]
    band = words.text(f"problems.band_{p.band}") if p.band != "-" else words.text("problems.band_none")
    share = level.unfavourable
    found.append(words.say("problems.survey", estimate=study.estimate(level.mean, level.ci_low, level.ci_high),
                           corrected=level.corrected_mean, band=band, n=level.n,
                           share=study.estimate(share.value, share.ci_low, share.ci_high, "percent") if share else "–",
                           trace=(f"problem.{key}.mean", f"problem.{key}.unfavourable_pct", f"problem.{key}.status")))
    if p.stated_share and p.stated_share.value is not None:
        found.append(words.say("problems.stated", share=study.estimate(
            p.stated_share.value, p.stated_share.ci_low, p.stated_share.ci_high, "percent"), n=p.stated_share.n))
    found.extend(words.say(f"problems.tag_{tag}") for tag in level.tags)
    found.extend(_note(study, key, note) for note in p.notes if note not in SILENT_NOTES)
    return found


def _note(study: Source, problem: str, note: str) -> Statement:
    """Return a note on a problem; of one that hangs on who was left out, how many were and what the mean would be."""
    changes = [(change, one) for one in study.diagnosis.screening.values() for change in one.changes
               if note == HANGS_ON_SCREENING and change.construct == problem]
    if not changes:
        return study.words.say(f"problems.note_{note}")
    change, screening = changes[0]
    means = study.words.text("problems.means_with_all", mean=change.mean, other=change.mean_with_excluded) if (
        change.mean is not None and change.mean_with_excluded is not None) else ""
    return study.words.say("problems.with_those_left_out", n=screening.n_submitted - screening.n_valid, means=means,
                           trace=(f"problem.{problem}.grade", f"problem.{problem}.mean"))


def with_held_down(study: Source, note: str, problems: Iterable[ProblemFinding]) -> str:
    """Return a note with which problems have a lower grade than their sources would give, and by what."""
    words = study.words
    told = [words.text("problems.held_down_one", name=study.in_sentence(p.level.construct),
                       caps=words.join([words.text(f"cap.{cap}") for cap in p.caps])) for p in problems if p.caps]
    return words.text("labels.between_sentences").join(
        [note, words.text("problems.held_down", told=words.text("labels.between").join(told))]) if told else note


def _interview_lines(study: Source, p: ProblemFinding) -> list[Statement]:
    said, words = p.interview, study.words
    if said is None or not said.n_asked:
        return [words.say("problems.no_interviews")]
    if study.is_of_few(said.n_asked):
        return [words.say("problems.few_interviewed")]
    none, both = "" if said.supports else "_none", "_both" if said.mixed else ""
    line = words.say(f"problems.interviews{none}{both}", k=said.supports, n=said.n_asked, roles=said.roles,
                     x=said.contradicts, m=said.mixed, trace=(f"interview.{said.code}.interviewees",))
    alpha = said.agreement
    if alpha is None or alpha.value is None or said.agreement_verdict == "accept":
        return [line]
    return [line, words.say("problems.agreement", estimate=study.estimate(
        alpha.value, alpha.ci_low, alpha.ci_high, study.style_of_agreement(alpha.value)),
                            verdict=words.text(f"agreement.{said.agreement_verdict}"))]


def _customer_lines(study: Source, p: ProblemFinding) -> list[Statement]:
    words, found = study.words, []
    if p.customer_status != "none":
        found.append(words.say(f"problems.customers_{p.customer_status}"))
    for gap in p.gaps:
        if gap.is_flagged:
            phrase = "problems.gap_customers" if gap.value > 0 else "problems.gap_staff"
            found.append(words.say(phrase, points=printed(abs(gap.value), "points"), facet=study.in_sentence(gap.facet),
                                   estimate=gap_told(study, gap),
                                   trace=(f"gap.{gap.problem}.{gap.facet}.value",)))
    return found
