"""Everything behind one finding, part by part: what was found, by which rule, from whose answers and words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.diagnosis.trace.ledger import ChainStep
from analysis.privacy import told_count
from analysis.results.diagnosis import InterviewEvidence, Level, Screening
from analysis.results.trace import ItemAnswers, PathInputs, Ruling, TracedFinding
from reports.content import Block, Bullets, Heading, Number, Paragraph, Passages, Row, Stack, Statement, Table
from reports.numbers import interval, printed
from reports.sections.edited import edit_of, edited_values, notes, ruled_values
from reports.sections.evidence_ledger import basis
from reports.sections.situation import FLAGS
from reports.sections.source import Source, capitalised
from reports.sections.table_columns import columns_of
from reports.sections.trace_words import TraceWords
from reports.sections.undecided import found_sentence

INDENT = "　"               # an ideographic space for each step down
MOST_QUOTES = 3
MOST_ITEMS = 12             # more are folded away
CONSTRUCTS = frozenset({"problem", "cause", "situation", "experience", "outcome"})


@dataclass(frozen=True)
class EvidencePart:
    """A part of the page: its anchor, its head and what it holds."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    more: tuple[Block, ...] = ()        # of use to few: folded away
    more_title: str = ""


@dataclass(frozen=True)
class EvidencePage:
    """All that is known of one finding, as anybody who may read the report may see it."""

    id: str
    kind: str
    name: str
    parts: tuple[EvidencePart, ...]
    codes: tuple[str, ...]              # whose passages those may read on who may read interviews


def evidence_page(study: Source, found: TracedFinding) -> EvidencePage:
    """Return the page of a finding: no answer of a person, no count of few people, no passage that is not released."""
    told = TraceWords(study, study.ledger)
    steps = study.ledger.chain(found.paths)
    own = _own_codes(study, found)
    codes = tuple(dict.fromkeys((*own, *(key for step in steps for key in step.inputs.codes))))
    makers = (("value", _values(told, found)), ("rules", _rules(told, found)),
              ("voices", _voices(told, found, codes, own or codes)), ("file", _file(told, steps)),
              ("who", _who(told, steps)), ("related", _related(told, found)), ("versions", [basis(study)]))
    parts = [EvidencePart(key, _title(told, key), tuple(blocks)) for key, blocks in makers if blocks]
    place = sum(part.key in ("value", "rules") for part in parts)
    parts[place:place] = [part for part in (_items(told, found, steps),) if part]
    parts[-1:-1] = [part for part in (_chain(told, steps),) if part]
    kind = study.words.named(study.words.text(f"trace_kind.{found.kind}"))
    return EvidencePage(found.id, kind, told.name(found), tuple(parts), codes)


def _own_codes(study: Source, found: TracedFinding) -> tuple[str, ...]:
    """Return the codes that count for the finding itself; others are those of figures that it builds on."""
    if found.kind == "code":
        return (found.key,)
    return study.ledger.design.code_of(found.key) if found.kind in CONSTRUCTS else ()


def _title(told: TraceWords, key: str) -> str:
    return told.words.text("trace.file_title" if key == "file" else f"trace.{key}")


# ---- what was found -------------------------------------------------------------------------------------------------
def _values(told: TraceWords, found: TracedFinding) -> list[Block]:
    words, study = told.words, told.study
    inputs = [one for path in found.paths for one in [told.ledger.inputs(path)] if one]
    # Choices, facts and open answers have no mean, some measures no size: none is missing.
    inputs = [one for one in inputs if one.value is not None or not (
        found.kind == "item" or one.path.endswith(".size"))]
    rows = (*_recommendation(told, found), *(_value_row(told, one) for one in inputs))
    columns = columns_of(words, "trace.value_", ("column", 0.24), ("found", 0.16), ("how", 0.34), ("thresholds", 0.26))
    has_bounds = any("[" in cell.text for row in rows for cell in row.cells[1:2] if isinstance(cell, Statement))
    source = (words.text("trace.value_source", percent=100 * study.threshold("confidence", 0.95)) if has_bounds else "")
    blocks: list[Block] = [Table("t-value", Statement(""), columns, rows, "", source)] if rows else []
    blocks += [Paragraph((said,)) for said in (*_edited(study, found), *_heard(told, found))]
    link = next((x for x in study.diagnosis.links if f"{x.cause}>{x.problem}" == found.key), None)
    if link is not None and link.detectability is not None:
        blocks.append(found_sentence(study, link.detectability))
    return blocks


def _recommendation(told: TraceWords, found: TracedFinding) -> list[Row]:
    """Return the net promoter score on the page of the item that it is computed from."""
    words, nps, study = told.words, told.study.diagnosis.nps, told.study
    if nps is None or nps.value is None or found.kind != "item" or found.key not in [
            item.key for item in study.items_of_role("nps")[:1]]:
        return []
    bounds = "" if nps.ci_low is None or nps.ci_high is None else words.text(
        "trace.bounds", n=nps.n, interval=interval(nps.ci_low, nps.ci_high, "signed_points", study.language))
    shown = words.text("trace.interval", value=printed(nps.value, "signed_points"), interval=bounds)
    how = (words.say("trace_path.nps"), words.say("trace.model_section", section="6"))
    name = Statement(capitalised(words.text("summary.figure_nps")))
    return [Row((name, Statement(shown), Stack(how, has_head=False), Statement("–")))]


def _heard(told: TraceWords, found: TracedFinding) -> list[Statement]:
    """Return beside who answered how many interviews there were: the findings rest on both."""
    words, counts = told.words, told.study.diagnosis.n_interviews
    if found.kind != "audience" or not told.study.n_interviews:
        return []
    parts = [words.text("trace.heard_part", who=told.study.audience(who), n=n) for who, n in counts.items() if n]
    return [words.say("trace.heard", n=told.study.n_interviews, parts=words.text("evidence.list_between").join(parts))]


def _edited(study: Source, found: TracedFinding) -> list[Statement]:
    """Return what the rule says of a measure beside its verdict, or what was changed by hand and why."""
    if found.kind not in ("measure", "objective"):
        return []
    edit = edit_of(study, found.kind, found.key)
    if edit is None:
        return [study.words.say("trace.by_rule", values=ruled_values(study, found.key))] if (
            found.kind == "measure" and any(m.key == found.key for m in study.diagnosis.measures)) else []
    return [study.words.say("trace.edited", values=edited_values(study, edit)), *notes(study, edit.kind, found.key)]


def _value_row(told: TraceWords, one: PathInputs) -> Row:
    thresholds = tuple(Statement(told.threshold(name)) for name in one.thresholds)
    value = told.path_value(one)
    bounds = _interval(told, one.path)
    shown = told.words.text("trace.interval", value=value, interval=bounds) if bounds else value
    how = (Statement(told.words.text(f"trace_path.{one.rule}")),
           told.words.say("trace.model_section", section=one.section))
    return Row((Stack((Statement(capitalised(told.path_name(one.path))), Statement(one.path))),
                Statement(shown, {}, (one.path,)), Stack(how, has_head=False),
                Stack(thresholds, has_head=False) if thresholds else Statement("–")))


def _interval(told: TraceWords, path: str) -> str:
    """Return the interval of a mean, score or share of a construct, as the report prints it."""
    family, *_, field = path.split(".")
    found = told.ledger.find(path)
    level = _level(told.study, found.key) if found and family in ("problem", "cause", "situation", "facet",
                                                                  "outcome") else None
    if level is None:
        return ""
    share = level.unfavourable
    bounds = {"mean": (level.ci_low, level.ci_high, "mean"), "pomp": (level.pomp_low, level.pomp_high, "points1"),
              "unfavourable_pct": (share.ci_low if share else None, share.ci_high if share else None, "percent")}
    if field not in bounds or None in bounds[field]:
        return ""
    low, high, style = bounds[field]
    return told.words.text("trace.bounds", interval=interval(low, high, style, told.study.language), n=level.n)


def _level(study: Source, key: str) -> Level | None:
    found = study.diagnosis
    levels = [*(p.level for p in found.problems), *(c.level for c in found.causes), *(s.level for s in found.situation),
              *(f.level for f in found.facets), *found.outcomes]
    return next((level for level in levels if level.construct == key), None)


# ---- by which rule --------------------------------------------------------------------------------------------------
def _rules(told: TraceWords, found: TracedFinding) -> list[Block]:
    return [_ruling(told, place, ruling) for place, ruling in enumerate(found.rulings, start=1) if ruling.checks]


def _ruling(told: TraceWords, place: int, ruling: Ruling) -> Table:
    words = told.words
    is_compared = any(told.wanted(check) for check in ruling.checks)
    rows = tuple(Row((_with_name(told, capitalised(told.what(check)), check.path), Statement(told.found(check)), *(
        (Statement(told.wanted(check) or "–"), Statement(told.outcome(check))) if is_compared else ())))
        for check in ruling.checks)
    columns = (columns_of(words, "trace.", ("condition", 0.46), ("found", 0.2), ("wanted", 0.2), ("outcome", 0.14))
               if is_compared else columns_of(words, "trace.", ("part_head", 0.6), ("found", 0.4)))
    title = words.say("trace.rule_result", rule=told.rule(ruling), result=told.result(ruling))
    section = words.text("trace.model_section", section=ruling.section)
    rule = told.combination(ruling)
    is_of_file = ruling.rule == "measure_verdict" and any(check.path.startswith("data.") for check in ruling.checks)
    phrase = "trace.combination_file" if is_of_file else "trace.combination"
    note = f"trace_note.{ruling.rule}"
    source = words.text(phrase, rule=rule, section=section) if rule else (
        words.text(note, section=section) if words.has(note) else section)
    return Table(f"t-rule-{place}", title, columns, rows, "", source)


def _with_name(told: TraceWords, text: str, path: str) -> Statement:
    """Return a wording followed by the name of the finding that its figure belongs to."""
    return Statement(text, {}, (path,) if path else (), "", told.ledger.ids_of((path,)) if path else ())


# ---- from whose answers ---------------------------------------------------------------------------------------------
def _item_keys(steps: Sequence[ChainStep]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for step in steps for key in step.inputs.items))


def _items(told: TraceWords, found: TracedFinding, steps: Sequence[ChainStep]) -> EvidencePart | None:
    """Return the items that the finding's own figures are made of, then those of figures that it builds on."""
    own = tuple(key for key in _item_keys(steps) if key in set(_item_keys([s for s in steps if not s.depth])))
    others = tuple(key for key in _item_keys(steps) if key not in own)
    if not own and not others:
        return None
    first, rest = (own, others) if own and len(own) <= MOST_ITEMS else ((), (*own, *others))
    title = told.words.text("trace.items_title", n=len(first or rest))
    return EvidencePart("items", title, _item_table(told, first), _item_table(told, rest),
                        told.words.text("trace.items_more" if first else "trace.items_all", n=len(rest)))


def _item_table(told: TraceWords, keys: Sequence[str]) -> tuple[Block, ...]:
    words, study = told.words, told.study
    rows = tuple(_item_row(told, key, told.answers(key)) for key in keys)
    if not rows:
        return ()
    columns = columns_of(words, "trace.items_",
        ("key", 0.13, "left"), ("wording", 0.45, "left"), ("n", 0.08, "right"), ("mean", 0.1, "right"),
        ("missing", 0.24, "left"))
    return (Table("t-items", Statement(""), columns, rows, "",
                  words.text("trace.items_source", minimum=study.minimum_group)),)


def _item_row(told: TraceWords, key: str, answers: ItemAnswers | None) -> Row:
    item = told.study.item(key)
    wording = Statement(told.study.read(item.text) if item else key)
    mark = told.words.text("measure.reversed") if item is not None and item.is_reverse else ""
    name = Statement(key + mark, {}, (f"item.{key}.mean",), "", told.ledger.ids_of((f"item.{key}.mean",)))
    if answers is None:
        return Row((name, wording, Number(None, "count"), Number(None), Statement("–")))
    return Row((name, wording, Number(float(answers.n), "count"), Number(answers.mean), Statement(
        told.missing(answers))))


def _who(told: TraceWords, steps: Sequence[ChainStep]) -> list[Block]:
    """Return how many answered each questionnaire behind the finding, and how many were left out for which signs."""
    words, study = told.words, told.study
    audiences = dict.fromkeys(name for step in steps for name in step.inputs.audiences)
    screenings = [study.diagnosis.screening[name] for name in audiences if name in study.diagnosis.screening]
    if not screenings:
        return []
    versions = study.diagnosis.provenance.instrument_versions
    rows = tuple(Row((_with_name(told, capitalised(study.audience(s.audience)), f"quality.{s.audience}.n_submitted"),
                      Number(s.n_submitted, "count"), Number(s.n_submitted - s.n_valid, "count"),
                      Number(s.n_valid, "count"), Statement(versions.get(s.audience, "–")))) for s in screenings)
    columns = columns_of(words, "trace.who_",
        ("column", 0.4, "left"), ("submitted", 0.15, "right"), ("excluded", 0.15, "right"), ("valid", 0.15, "right"),
        ("version", 0.15, "left"))
    return [Table("t-who", Statement(""), columns, rows), *(_flags(told, s) for s in screenings
                                                                      if any(s.flags.values()))]


def _flags(told: TraceWords, screening: Screening) -> Table:
    words, study = told.words, told.study
    names = [*(flag for flag in FLAGS if flag in screening.flags), *sorted(set(screening.flags) - set(FLAGS))]
    counts = [(name, told_count(screening.flags[name], study.minimum_group)) for name in names]
    rows = tuple(Row((Statement(words.text(f"flag.{name}") if words.has(f"flag.{name}") else name),
                      Number(n, "count", is_hidden=n is None))) for name, n in counts)
    columns = columns_of(words, "trace.who_", ("flag", 0.75, "left"), ("excluded_n", 0.25, "right"))
    return Table(f"t-flags-{screening.audience}", words.say("trace.flags_title", who=capitalised(study.audience(
        screening.audience))), columns, rows, "", words.text("trace.who_source", minimum=study.minimum_group))


# ---- from whose words -----------------------------------------------------------------------------------------------
def _voices(told: TraceWords, finding: TracedFinding, codes: Iterable[str], quoted: Iterable[str]) -> list[Block]:
    """Return what interviews say by code, then passages: those of the finding's own codes where it has any."""
    evidence = [(code, told.evidence(code)) for code in codes]
    if not evidence:
        return []
    lines = tuple(_voice(told, code, found) for code, found in evidence)
    of_link = (link.quotes for link in told.study.diagnosis.links if f"{link.cause}>{link.problem}" == finding.key)
    of_codes = (found.quotes for code in quoted for found in [told.evidence(code)] if found is not None)
    quotes = tuple({passage.text: passage for quotes in (*of_link, *of_codes)
                    for passage in told.study.passages(quotes, MOST_QUOTES)}.values())
    if not quotes:
        return [Bullets(lines), Paragraph((told.words.say("trace.no_quotes"),), "small")]
    return [Bullets(lines), Heading(told.words.text("trace.quotes")), Passages(quotes)]


def _voice(told: TraceWords, code: str, found: InterviewEvidence | None) -> Statement:
    name, ids = told.study.code(code), told.ledger.ids_of((f"interview.{code}.interviewees",))
    if found is None or not found.n_asked:
        text = told.words.text("trace.voices_none", code=code, name=name)
    else:
        text = told.words.text("trace.voices_line", code=code, name=name, k=found.supports, n=found.n_asked,
                               roles=found.roles, x=found.contradicts, m=found.mixed, p=found.n_passages)
    return Statement(text, {}, (f"interview.{code}.interviewees",), "", ids)


# ---- from the file, and the whole way down --------------------------------------------------------------------------
def _file(told: TraceWords, steps: Sequence[ChainStep]) -> list[Block]:
    words, picture = told.words, told.study.diagnosis.customers
    fields = dict.fromkeys(key for step in steps for key in told.fields(step.inputs))
    if picture is None:
        return []
    said = [words.say("trace.file", n=picture.n_customers, rows=picture.n_rows,
                      fields=told.columns(fields))] if fields else []
    if picture.records is not None and any(told.is_of_records(step.inputs) for step in steps):
        said.append(words.say("trace.file_records", n=picture.records.n_customers))
    return [Paragraph((one,)) for one in said]


def _chain(told: TraceWords, steps: Sequence[ChainStep]) -> EvidencePart | None:
    words = told.words
    rows = tuple(Row((_with_name(told, INDENT * step.depth + capitalised(told.path_name(step.inputs.path)),
                                 step.inputs.path), Statement(told.path_value(step.inputs)),
                      Statement(_grounds(told, step)))) for step in steps)
    if not any(step.depth for step in steps):
        return None
    columns = columns_of(words, "trace.chain_", ("step", 0.5), ("value", 0.15), ("rests", 0.35))
    table = Table("t-chain", Statement(""), columns, rows, "", words.text("trace.chain_source"))
    return EvidencePart("chain", words.text("trace.chain"), (words.say("trace.chain_lead", n=len(rows)),), (table,),
                        words.text("trace.chain_all", n=len(rows)))


def _grounds(told: TraceWords, step: ChainStep) -> str:
    if step.is_repeated:
        return told.words.text("trace.chain_repeated")
    one = step.inputs
    if told.is_of_records(one):
        return told.words.text("trace.records_file")
    parts = (*one.items, *one.codes, *((told.columns(one.fields),) if one.fields else ()))
    return told.words.text("evidence.list_between").join(parts) or "–"


def _related(told: TraceWords, found: TracedFinding) -> list[Block]:
    others = [other for name in found.related if name != found.id
              for other in [told.ledger.find(name)] if other is not None]
    return [Bullets(tuple(Statement(f"{other.id} {told.name(other)}", {}, other.paths[:1], "", (other.id,))
                          for other in others))] if others else []
