"""Appendix H: every finding under its short name, with what it rests on and how its rule came to its word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from analysis.diagnosis.trace.design import baseline_path, trigger_paths
from analysis.results.diagnosis import LinkFinding
from analysis.results.trace import Kind, PathInputs, TracedFinding
from analysis.told_figures import RATIOS
from reports.content import Block, Cell, Facts, Group, Heading, Number, Row, Section, Stack, Statement, Table
from reports.numbers import day
from reports.render import ANCHOR
from reports.sections.customer_file import SHARES, SIZES
from reports.sections.source import Source, capitalised
from reports.sections.table_columns import columns_of
from reports.sections.trace_words import TraceWords

# Items and codes have rows of their own in appendices C and D; figures that no rule or part uses are left to the page.
LISTED: tuple[Kind, ...] = ("problem", "cause", "links", "link", "situation", "experience", "outcome", "figure",
                            "strategy", "measure", "safeguard", "objective", "audience")
CONSTRUCTS: tuple[Kind, ...] = ("cause", "problem")
TWICE = frozenset({"top_decile_aum_share"})      # told in percent, under its other name
HEADLINE: dict[Kind, tuple[str, ...]] = {
    "problem": ("mean", "unfavourable_pct", "grade"), "cause": ("mean", "unfavourable_pct", "elevated"),
    "link": ("beta",), "links": ("n",), "situation": ("pomp", "tag"), "experience": ("pomp", "quadrant"),
    "outcome": ("mean",), "measure": ("verdict", "rank"), "strategy": ("measures",),
    "safeguard": ("required_by_measures", "readiness"), "objective": ("active", "baseline"),
    "audience": ("n_submitted", "n_excluded")}


def evidence_ledger(study: Source) -> list[Section]:
    """Return one table for each kind of finding; nothing where nothing was found."""
    told, ledger = TraceWords(study, study.ledger), study.ledger
    blocks: list[Block] = []
    n_findings = 0
    for kind in LISTED:
        found = [one for one in ledger.findings() if one.kind == kind and _is_there(study, one)]
        n_findings += len(found)
        if found:
            blocks.append(TABLES.get(kind, _table)(told, kind, found))
    if not blocks:
        return []
    items = {key for step in ledger.chain(path for one in ledger.findings() for path in one.paths)
             for key in step.inputs.items}
    words = study.words
    return [Section("evidence", words.text("trace.part"), words.say("trace.title", n=n_findings, items=len(items)),
                    (Group((Heading(words.text("trace.basis")), basis(study))), *blocks), words.say("trace.lead"),
                    is_appendix=True)]


def basis(study: Source) -> Facts:
    """Return what is the same for every entry: seed, date and hash of the data, versions."""
    words, used = study.words, study.diagnosis.provenance
    versions = [f"{used.template} {used.template_version}"]     # a name of Latin letters in either language
    versions += [words.text("trace.basis_version", what=name, version=version) for name, version in (
        *((study.audience(audience), version) for audience, version in used.instrument_versions.items()),
        (words.text("trace.basis_program"), _installed(study, used.versions.get("surveyapp", ""))))]
    versions += [words.text("trace.basis_version", what=words.text("trace.basis_codebook"), version=version)
                 for version in used.codebook_versions]
    between = words.text("evidence.list_between")
    return Facts(((words.text("trace.basis_seed"), Statement(str(used.seed))),
                  (words.text("trace.basis_frozen"), Statement(day(used.frozen_on, study.language) or "–")),
                  (words.text("trace.basis_hash"), Statement(used.input_hash[:16])),
                  (words.text("trace.basis_versions"), Statement(between.join(versions)))))


def _of_rules(study: Source) -> set[str]:
    """Return the figures of the file that measures, safeguards and objectives rest on."""
    rules = study.template.rules
    if rules is None:
        return set()
    baselines = [objective.kpi.baseline for objective in rules.objectives]
    triggers = [*(measure.trigger for measure in rules.measures), *(guard.trigger for guard in rules.safeguards)]
    paths = {path for trigger in triggers for path in trigger_paths(trigger)}
    paths |= {path for baseline in baselines for path in baseline_path(baseline)}
    paths |= {measure.sizing for measure in rules.measures if measure.sizing}
    return {path.removeprefix("data.") for path in paths if path.startswith("data.")}


def _installed(study: Source, version: str) -> str:
    return study.words.text("repro.source") if version in ("", "not installed") else version


def _is_there(study: Source, found: TracedFinding) -> bool:
    if found.kind == "links":
        return bool(study.diagnosis.links or study.diagnosis.link_model.reason)
    if not is_told(study, found):
        return False
    if found.kind in ("strategy", "audience", "outcome", "figure"):
        return any(study.ledger.value(path) is not None for path in found.paths)
    return bool(found.rulings)


def is_told(study: Source, found: TracedFinding) -> bool:
    """Return False for what is printed nowhere: flags of the value model, and tables with cells of their own."""
    if found.key in TWICE and found.key not in _of_rules(study):
        return False
    return found.kind != "figure" or found.key in (*SIZES, *SHARES, *RATIOS, *_of_rules(study))


def _table(told: TraceWords, kind: Kind, found: list[TracedFinding]) -> Table:
    words = told.words
    columns = columns_of(words, "trace.column_", ("id", 0.07), ("finding", 0.21), ("rests", 0.28), ("rule", 0.44))
    title = words.say("trace.table", kind=words.named(words.text(f"trace_kind.{kind}")), n=len(found))
    return Table(f"t-evidence-{kind}", title, columns, tuple(_row(told, one) for one in found), "",
                 words.text("trace.source") if kind == LISTED[0] else "", is_dense=True)


def _links(told: TraceWords, kind: Kind, found: list[TracedFinding]) -> Table:
    """Return links one a line: they all rest on the same answers and the same rule."""
    words, study = told.words, told.study
    by_pair = {f"{link.cause}>{link.problem}": link for link in study.diagnosis.links}
    rows = tuple(_link_row(told, one, by_pair[one.key]) for one in found)
    columns = columns_of(words, "trace.column_",
        ("id", 0.07, "left"), ("pair", 0.4, "left"), ("beta", 0.15, "left"), ("q", 0.07, "right"),
        ("said", 0.13, "left"), ("survey", 0.08, "left"), ("grade", 0.1, "left"))
    source = words.text("trace.link_source", n=study.diagnosis.link_model.n, name=study.ledger.id_of("links", ""),
                        q=study.threshold("fdr_q", 0.05), delta=study.threshold("delta", 0.1),
                        absent=study.threshold("minimum_n_absent_links", 250),
                        least=study.threshold("link_interviewees", 2), roles=int(study.threshold("interview_roles", 2)))
    if study.diagnosis.link_model.is_freed:
        source += words.text("causes.judged_freed")
    title = words.say("trace.table", kind=words.text(f"trace_kind.{kind}"), n=len(rows))
    return Table("t-evidence-link", title, columns,
                 rows, "", source, is_dense=True)


def _figures(told: TraceWords, kind: Kind, found: list[TracedFinding]) -> Table:
    """Return figures of the customer file with the columns that each was computed from."""
    words, picture = told.words, told.study.diagnosis.customers
    between = words.text("evidence.list_between")
    rows = tuple(Row((Statement(one.id), Statement(told.name(one)), Statement(told.path_value(inputs), {}, one.paths),
                      Statement(words.text("trace.records_file") if told.is_of_records(inputs)
                                else between.join(inputs.fields))), f"{ANCHOR}{one.id}")
                 for one in found for inputs in [told.ledger.inputs(one.paths[0])] if inputs is not None)
    columns = columns_of(words, "trace.column_",
        ("id", 0.07, "left"), ("figure", 0.33, "left"), ("value", 0.14, "right"), ("columns", 0.46, "left"))
    source = words.text("trace.figure_source", n=picture.n_customers if picture else 0,
                        rows=picture.n_rows if picture else 0, minimum=told.study.minimum_group)
    title = words.say("trace.table", kind=words.named(words.text(f"trace_kind.{kind}")), n=len(rows))
    return Table(f"t-evidence-{kind}", title, columns, rows, "", source, is_dense=True)


def _link_row(told: TraceWords, found: TracedFinding, link: LinkFinding) -> Row:
    words, stem = told.words, f"link.{link.cause}.{link.problem}"
    said = words.say("trace.link_said", k=link.interviewees, roles=link.interview_roles) if link.interviewees else (
        words.say(f"status.{link.interview_status}"))
    grade = words.text("trace_result.withheld") if link.is_withheld else told.value(link.grade)
    return Row((Statement(found.id), _leading(told.name(found), found.related[:2]),
                Number(link.beta, "coefficient", link.lo, link.hi, (f"{stem}.beta",)),
                Statement(told.value(link.q_value, "q_plain")), said, words.say(f"status.{link.status}"),
                Statement(grade, {}, (f"{stem}.grade",))), f"{ANCHOR}{found.id}")


def _row(told: TraceWords, found: TracedFinding) -> Row:
    between = told.words.text("evidence.between")
    values = between.join(line.text for line in _values(told, found))
    name = Statement(told.name(found))
    return Row((Statement(found.id), Stack((name, Statement(values))) if values else name,
                _stack(_rests(told, found)), _stack(_ruled(told, found))), f"{ANCHOR}{found.id}")


def _stack(lines: Iterable[Statement]) -> Cell:
    own = tuple(lines)
    return Stack(own, has_head=False) if own else Statement("–")


def _values(told: TraceWords, found: TracedFinding) -> list[Statement]:
    """Return the figures that a reader of the report meets, each with its metric path."""
    wanted = HEADLINE.get(found.kind)
    lines = []
    for path in found.paths:
        inputs = told.ledger.inputs(path)
        field = path.rsplit(".", 1)[-1]
        if inputs is not None and inputs.value is not None and (wanted is None or field in wanted):
            name = told.field(field)
            shown = told.path_value(inputs)
            text = shown if wanted is None else told.words.text("trace.told", what=name, value=shown)
            lines.append(Statement(text, {}, (path,)))
    return lines


def _rests(told: TraceWords, found: TracedFinding) -> list[Statement]:
    """Return items, codes and columns that the finding's figures are computed from, then the findings it builds on."""
    words, inputs = told.words, [one for path in found.paths for one in [told.ledger.inputs(path)] if one]
    items = told.items(_own_items(told, found, inputs)) if found.kind not in ("link", "links") else ""
    codes = dict.fromkeys(key for one in inputs for key in one.codes)
    fields = dict.fromkeys(key for one in inputs for key in told.fields(one))
    ids = told.ledger.ids_of(path for one in inputs for path in one.paths) if found.kind != "link" else found.related
    lines = []
    if items:
        lines.append(words.say("trace.items", items=items))
    if codes:
        names = words.text("evidence.list_between").join(map(told.code, codes))
        lines.append(_leading(words.text("trace.codes", codes=names), tuple(codes)))
    if fields:
        picture = told.study.diagnosis.customers
        lines.append(words.say("trace.columns", fields=told.columns(fields), n=picture.n_rows if picture else 0))
    if found.kind == "links":
        design = told.ledger.design
        ids = tuple(told.ledger.id_of(one, key) for one in CONSTRUCTS for key in design.of_group(one))
    others = tuple(name for name in ids if name != found.id)
    if others:
        lines.append(_leading(words.text("trace.others", ids=" ".join(others)), others))
    return [*lines, *_answers(told, found)]


def _own_items(told: TraceWords, found: TracedFinding, inputs: Sequence[PathInputs]) -> dict[str, None]:
    """Return the items behind a finding; those of other facets stand in their own rows, which it leads to."""
    every = dict.fromkeys(key for one in inputs for key in one.items)
    if found.kind != "experience":
        return every
    facets = {f.level.construct for f in told.study.diagnosis.facets} - {found.key}
    foreign = {item.key for instrument in told.study.template.instruments for item in instrument.items
               if item.construct in facets or item.importance_of in facets}
    return {key: None for key in every if key not in foreign}


def _of_model(told: TraceWords) -> Statement:
    """Return how all links were computed together, or why they were not."""
    model, words = told.study.diagnosis.link_model, told.words
    if model.reason:
        return Statement(capitalised(words.text(f"no_links_reason.{model.reason}")))
    return words.say("trace.model", rule=words.text("trace_path.regression"), n=model.n, groups=model.n_groups,
                     resamples=model.n_resamples)


def _answers(told: TraceWords, found: TracedFinding) -> list[Statement]:
    screening = told.study.diagnosis.screening.get(found.key) if found.kind == "audience" else None
    if screening is None:
        return []
    return [told.words.say("trace.answers", who=told.name(found), n=screening.n_valid,
                           submitted=screening.n_submitted)]


def _leading(text: str, names: tuple[str, ...]) -> Statement:
    return Statement(text, {}, (), "", names)


def _ruled(told: TraceWords, found: TracedFinding) -> list[Statement]:
    """Return one line for each rule: its word, and in brackets what was found against what is asked for."""
    if found.kind == "links":
        return [_of_model(told)]
    return [told.words.say("trace.ruled", rule=told.short_rule(ruling), result=told.result(ruling),
                           checks=told.words.text("trace.between").join(map(told.short, ruling.checks)))
            for ruling in found.rulings]


TABLES: Mapping[Kind, Callable[[TraceWords, Kind, list[TracedFinding]], Table]] = {"link": _links, "figure": _figures}
