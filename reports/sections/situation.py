"""The present situation: who answered, the facets as measured, and what was entered about the organisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.privacy import listed_roles, told_count
from analysis.results.diagnosis import MeasureFinding, Screening, SituationFinding
from instruments.facts import Practice
from reports.content import (
    Block,
    Callout,
    Column,
    Columns,
    Facts,
    Figure,
    Heading,
    Number,
    Paragraph,
    Passages,
    Row,
    Section,
    Split,
    Statement,
    Table,
)
from reports.figures import Forest, ForestRow
from reports.numbers import day
from reports.sections.first_steps import begun
from reports.sections.forms import since_in_words
from reports.sections.organisation import process_flow, unit_tree
from reports.sections.source import Source, capitalised, lowered
from reports.sections.table_columns import columns_of

HALF = 50.0
FLAGS = ("attention", "speed", "longstring", "lowvar", "inconsistent", "evenodd", "mahalanobis", "empty")


def answers(study: Source) -> list[Section]:
    """Return who answered and whose answers were left out."""
    words, screenings = study.words, list(study.diagnosis.screening.values())
    blocks: list[Block] = []
    if screenings:
        blocks.append(_response_table(study, screenings))
    flags = _flag_table(study, screenings)
    if study.n_interviews:
        rows = roles_interviewed(study)
        rows += tuple((capitalised(study.audience(audience)), words.say("situation.interviewees", n=n))
                      for audience, n in study.others_heard.items())
        people = (Heading(words.text("situation.interviews", n=study.n_interviews)), Facts(rows), *_held(study))
        blocks.extend([Columns(tuple(flags), people, "8-4")] if flags else people)
    else:
        blocks.extend(flags)
    composition = [table for screening in screenings for table in _composition(study, screening)]
    if composition:
        blocks.append(Heading(words.text("situation.composition")))
        blocks.extend(composition)
    title = words.say("situation.answers_title", trace=("quality.n_submitted",),
                      sources=words.join(study.sources()) or words.text("labels.no_sources"))
    known = any(s.response_rate is not None for s in screenings)
    lead = words.say("situation.answers_lead_known" if known else "situation.answers_lead_unknown")
    return [Section("answers", words.text("part.answers"), title, tuple(blocks), lead)]


def _held(study: Source) -> list[Block]:
    """Return when the interviews were held, and whether that was before the survey reported; for few no day is told."""
    (start, end), begun = study.interviewed, study.facts.fieldwork_from
    if not start or study.n_interviews < study.minimum_group:
        return []
    key = "situation.held_before" if study.changes and begun and end < begun else "situation.held"
    return [Paragraph((study.words.say(key, start=start, end=end),), "small")]


def roles_interviewed(study: Source) -> tuple[tuple[str, Statement], ...]:
    """Return how many were interviewed of each role; roles that point at single people are counted together."""
    words, counts = study.words, study.diagnosis.roles_interviewed
    listed = listed_roles(counts, study.facts.headcount_by_role)
    rows = tuple((capitalised(study.role(role, "")), words.say("situation.interviewees", n=n))
                 for role, n in counts.items() if role in listed)
    others = [n for role, n in counts.items() if role not in listed]
    if not others:
        return rows
    name = words.text("situation.other_roles" if rows else "situation.all_roles", n=len(others))
    return (*rows, (name, words.say("situation.interviewees", n=sum(others))))


def _response_table(study: Source, screenings: list[Screening]) -> Table:
    words = study.words
    rows = tuple(Row((
        Statement(capitalised(study.audience(s.audience))), Number(s.population, "count"),
        Number(s.n_submitted, "count", trace=("quality.n_submitted",)),
        Number(s.n_submitted - s.n_valid, "count", trace=("quality.n_excluded",)), Number(s.n_valid, "count"),
        Number(s.response_rate, "percent", trace=("quality.response_rate",)),
        words.say(f"verdict.{s.verdict}"))) for s in screenings)
    columns = columns_of(words, "situation.response_",
        ("who", 0.22, "left"), ("asked", 0.12, "right"), ("submitted", 0.13, "right"), ("excluded", 0.13, "right"),
        ("analysed", 0.13, "right"), ("rate", 0.12, "right"), ("quality", 0.15, "left"))
    return Table("t-response", words.say("situation.response_title"), columns, rows,
                 words.text("situation.response_unit"), words.text("situation.response_source",
                                                            period=capitalised(study.period())))


def _flag_table(study: Source, screenings: list[Screening]) -> list[Block]:
    flagged = [s for s in screenings if any(s.flags.values())]
    if not flagged:
        return []
    words = study.words
    columns = (Column(words.text("situation.flag"), 0.56), *(
        Column(capitalised(study.audience(s.audience)), 0.44 / len(flagged), "right") for s in flagged))
    names = [name for name in FLAGS if any(s.flags.get(name) is not None for s in flagged)]
    names += sorted({name for s in flagged for name in s.flags} - set(FLAGS))
    rows = tuple(Row((Statement(words.text(f"flag.{name}") if words.has(f"flag.{name}") else name),
                      *(_flag_count(study, s.flags.get(name)) for s in flagged))) for name in names)
    between = " " if study.language == "en" else ""
    source = between.join(filter(None, (words.text("situation.flag_source"), hidden_note(study, rows))))
    return [Table("t-flags", words.say("situation.flag_title"), columns, rows, "", source, is_dense=True)]


def hidden_note(study: Source, rows: Sequence[Row]) -> str:
    """Return what the sign for hidden cells means, "" where none of the rows holds one."""
    is_hidden = any(isinstance(cell, Number) and cell.is_hidden for row in rows for cell in row.cells)
    return study.words.text("labels.hidden_note", minimum=study.minimum_group) if is_hidden else ""


def _flag_count(study: Source, n: int | None) -> Number:
    told = None if n is None else told_count(n, study.minimum_group)
    return Number(told, "count", is_hidden=n is not None and told is None)


def _composition(study: Source, screening: Screening) -> list[Table]:
    """Return staff's answers by department beside the headcount; the heads of other attributes are not known."""
    words, found = study.words, []
    known = study.facts.headcount_by_department
    for key, counts in screening.composition.items():
        item = study.item(key)
        if item is None or screening.audience != "staff" or not known or not set(known) <= set(counts):
            continue
        shown = sum(n for n in counts.values() if n > 0)
        people = sum(known.get(choice, 0) for choice in counts)
        rows = []
        for choice, n in counts.items():
            is_hidden = n < 0
            rows.append(Row((Statement(study.choice(item, choice)), Number(float(n), "count", is_hidden=is_hidden),
                             Number(None if is_hidden or not shown else n / shown, "percent", is_hidden=is_hidden),
                             Number(known.get(choice), "count"),
                             Number(known[choice] / people if choice in known and people else None, "percent"))))
        columns = columns_of(words, "situation.composition_",
        ("group", 0.4, "left"), ("n", 0.15, "right"), ("share", 0.15, "right"), ("people", 0.15, "right"),
            ("people_share", 0.15, "right"))
        title = words.say("situation.composition_title", who=study.audience(screening.audience))
        found.append(Table(f"t-composition-{key}", title, columns, tuple(rows),
            words.text("situation.composition_unit", item=study.read(item.text)),
            words.text("labels.between_sentences").join(filter(None, (
                _left_out(study, screening, counts), hidden_note(study, rows)))), is_dense=True))
    return found


def _left_out(study: Source, screening: Screening, counts: Mapping[str, int]) -> str:
    """Return how many answers stand in no row of a composition; "" where all do, no number where they are a few."""
    left = screening.n_valid - sum(n for n in counts.values() if n > 0)
    if left <= 0:
        return ""
    if told_count(left, study.minimum_group) is None:
        return study.words.text("situation.composition_few")
    return study.words.text("situation.composition_left", left=left, n=screening.n_valid,
                            hidden=sum(n < 0 for n in counts.values()))


# ---- the facets -----------------------------------------------------------------------------------------------------
def facets(study: Source) -> list[Section]:
    """Return how the facets of the present situation stand."""
    words, found = study.words, study.diagnosis.situation
    measured = [s for s in found if s.level.pomp is not None]
    if not found:
        return []
    blocks: list[Block] = []
    if measured:
        blocks.append(_facet_figure(study, measured))
    blocks.append(_facet_table(study, found))
    quotes = [passage for s in found if s.interview for passage in study.passages(s.interview.quotes, 1)]
    if quotes:
        blocks.extend((Heading(words.text("situation.voices")), Passages(tuple(quotes[:3]))))
    weak = [study.in_sentence(s.level.construct) for s in found if s.tag == "weak_point"]
    trace = [f"situation.{s.level.construct}.tag" for s in found if s.tag == "weak_point"]
    title = (study.title(words.say("situation.facets_title_weak", names=words.join(weak), n=len(weak), trace=trace),
                         words.say("situation.facets_title_count", n=len(weak), total=len(found), trace=trace))
             if weak else words.say("situation.facets_title_mixed" if measured else "situation.facets_title_none"))
    lead = words.say("situation.facets_lead")
    return [Section("facets", words.text("part.situation"), title, tuple(blocks), lead)]


def _facet_figure(study: Source, measured: list[SituationFinding]) -> Figure:
    words = study.words
    rows = tuple(ForestRow(
        study.name(s.level.construct), s.level.pomp, s.level.pomp_low, s.level.pomp_high, s.level.n,
        is_highlighted=s.tag == "weak_point",
        text=study.estimate(s.level.pomp, s.level.pomp_low, s.level.pomp_high, "points"))
        for s in sorted(measured, key=lambda s: -(s.level.pomp or 0)))
    chart = Forest(rows, 0, 100, tuple((float(v), str(v)) for v in (0, 25, 50, 75, 100)),
                   words.text("situation.axis"), words.text("situation.value_head"), words.text("labels_chart.n"),
                   reference=study.threshold("situation_border_pomp", HALF))
    best, worst = rows[0], rows[-1]
    title = words.say("situation.figure_title", border=study.threshold("situation_border_pomp", HALF))
    alt = words.text("situation.figure_alt", n=len(rows), best=best.label, best_value=best.text, worst=worst.label,
                     worst_value=worst.text)
    return Figure("f-facets", title, chart, alt, words.text("situation.figure_unit"),
                  words.text("situation.figure_source", period=study.period(), n=study.n_valid("staff")))


def _facet_table(study: Source, found: tuple[SituationFinding, ...]) -> Table:
    words, rows = study.words, []
    for s in found:
        key, definition = s.level.construct, study.construct(s.level.construct)
        is_used = s.interview is None or s.interview.agreement_verdict != "unusable"
        said = words.say("situation.not_asked")
        if s.interview and study.is_of_few(s.interview.n_asked):
            said = words.say("labels.few_interviewed")
        elif s.interview and s.interview.n_asked:
            spoke = s.interview.supports + s.interview.contradicts + s.interview.mixed
            said = words.say("situation.said" if is_used else "situation.said_unusable", k=spoke, n=s.interview.n_asked)
        rows.append(Row((Statement(study.name(key)), Statement(study.read(definition.definition) if definition else ""),
                         said, words.say(f"tag.{s.tag}", trace=(f"situation.{key}.tag",)))))
    columns = columns_of(words, "situation.facet_",
        ("name", 0.22), ("meaning", 0.44), ("interviews", 0.18), ("judgement", 0.16))
    return Table("t-facets", words.say("situation.facet_table"), columns, tuple(rows), "",
                 words.text("situation.facet_source", border=study.threshold("situation_border_pomp", HALF)))


# ---- what was entered ------------------------------------------------------------------------------------------------
def entered_facts(study: Source) -> list[Section]:
    """Return structure, headcount, process and practices as entered; empty where nothing was."""
    words, facts = study.words, study.facts
    blocks: list[Block] = []
    if facts.profile:
        blocks.append(Facts(tuple((_profile_term(study, key), Statement(study.read(text)))
                                  for key, text in facts.profile.items())))
    blocks += _side_by_side(unit_tree(facts, study.language) if facts.units else None, _workload(study), "7-5")
    if facts.process:
        blocks.append(process_flow(facts, study.language))
    blocks += _side_by_side(_practices(study), _headcount(study), "8-4")
    if not blocks:
        blocks.append(Callout("warning", words.text("situation.nothing_entered_head"),
                              (words.say("situation.nothing_entered"),)))
        return [Section("entered", words.text("part.situation"), words.say("situation.entered_title_none"),
                        tuple(blocks), starts_page=False)]
    responsible = [study.read(unit.name) for unit in facts.units if unit.is_responsible]
    title = (words.say("situation.entered_title", unit=responsible[0]) if responsible
             else words.say("situation.entered_title_plain"))
    return [Section("entered", words.text("part.situation"), title, tuple(blocks), is_listed=False)]


def _side_by_side(left: Block | None, right: Block | None, split: Split) -> list[Block]:
    """Return two blocks beside each other, or the one that there is."""
    if left is not None and right is not None:
        return [Columns((left,), (right,), split)]
    return [block for block in (left, right) if block is not None]


def _profile_term(study: Source, key: str) -> str:
    phrase = f"profile.{key}"
    return study.words.text(phrase) if study.words.has(phrase) else capitalised(key.replace("_", " "))


def _headcount(study: Source) -> Table | None:
    words, counts = study.words, study.facts.headcount_by_role
    if not counts:
        return None
    rows = tuple(Row((Statement(capitalised(study.role(role, ""))), Number(float(n), "count")))
                 for role, n in counts.items())
    columns = (Column(words.text("situation.role"), 0.7), Column(words.text("situation.headcount"), 0.3, "right"))
    return Table("t-headcount", words.say("situation.headcount_title", n=sum(counts.values())), columns, rows, "",
                 words.text("situation.entered_source"), is_dense=True)


def _median(value: float) -> Number:
    return Number(value, "count" if value == int(value) else "one")


def _workload(study: Source) -> Table | None:
    words, rows = study.words, []
    for item in study.items_of_role("fact"):
        found = study.single(item.key)
        if found and found.median is not None and found.n >= study.minimum_group:
            rows.append(Row((Statement(study.read(item.text)), _median(found.median),
                             Number(float(found.n), "count"))))
    ratio = study.diagnosis.customers.figures.get("customers_per_rm") if study.diagnosis.customers else None
    if ratio is not None:
        rows.append(Row((words.say("situation.customers_per_rm"),
                         Number(ratio, "one", trace=("data.customers_per_rm",)), Statement("–"))))
    if not rows:
        return None
    columns = (Column(words.text("situation.fact"), 0.66), Column(words.text("situation.median"), 0.19, "right"),
               Column(words.text("labels_chart.n"), 0.15, "right"))
    source = words.text("situation.workload_source" if ratio is None else "situation.workload_source_file")
    return Table("t-workload", words.say("situation.workload_title"), columns, tuple(rows), "", source, is_dense=True)


def _is_told(study: Source, part: int, n: int) -> bool:
    """Return whether a share of people may be told: enough answered, and neither side of it is a few."""
    minimum = study.minimum_group
    return n >= minimum and None not in (told_count(part, minimum), told_count(n - part, minimum))


def _practices(study: Source) -> Table | None:
    words, practices = study.words, study.facts.practices
    if not practices:
        return None
    rows = []
    for practice in practices:
        key, _, choice = (practice.choice or "").partition(".")
        found = study.single(key)
        known = found.frequencies.get(choice) if found else None
        share = known / found.n if found and known is not None and _is_told(study, known, found.n) else None
        name, status, since = _practice(study, practice)
        rows.append(Row((name, Statement(status), Statement(since or "–"), Number(share, "percent"))))
    columns = columns_of(words, "situation.practice_",
        ("name", 0.47, "left"), ("status", 0.14, "left"), ("since", 0.21, "left"), ("known", 0.18, "right"))
    return Table("t-practices", words.say("situation.practice_title", n=len(practices)), columns, tuple(rows), "",
                 words.text("situation.practice_source_decided" if _carried(study) else "situation.practice_source"),
                 is_dense=True)


def _carried(study: Source) -> dict[str, MeasureFinding]:
    """Return the measures that are carried out by decision, by the entry of the register that each goes on from."""
    return {m.practice.key: m for m in study.diagnosis.measures if m.practice and begun(study, m.key)}


def _practice(study: Source, practice: Practice) -> tuple[Statement, str, str]:
    """Return name, status and day of an entry; one that a decision carries on has the number of its measure.

    An entry that the decision made stands as the register of actions has it.
    """
    words, status, m = study.words, f"practice.{practice.status}", _carried(study).get(practice.key)
    told = words.text(status) if words.has(status) else practice.status
    since, action = since_in_words(study, practice.since or ""), begun(study, m.key) if m is not None else None
    if m is not None and action is not None and action.progress_on and practice.name == study.measure(m.key).name:
        told = lowered(words.text(f"followup.progress_{action.progress}", since=""))
        since = day(action.progress_on, study.language)
    return Statement(study.read(practice.name), {}, (f"measure.{m.key}.verdict",) if m is not None else ()), told, since


