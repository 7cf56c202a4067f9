"""How it was done and how to get the same again: analyses with their options, the file, versions, the specification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.content import Block, Bullets, Column, Facts, Heading, Listing, Paragraph, Row, Section, Statement, Table
from reports.measured.frame import Context, Subject

NOT_TOLD = frozenset({"id", "do", "items", "title", "scales", "scores", "model", "values"})
MOST_KEYS = 8
REFERENCES: Mapping[str, tuple[str, ...]] = {
    "reliability": ("cronbach", "feldt", "guttman", "mcdonald", "terwee"), "items": ("cronbach", "feldt", "terwee"),
    "omega": ("mcdonald", "schmid"), "htmt": ("henseler", "roemer"), "kmo": ("kaiser_rice",), "bartlett": ("bartlett",),
    "parallel": ("horn",), "map": ("velicer",), "vss": ("revelle_rocklin",), "efa": ("harman_jones", "appelbaum"),
    "sample": ("appelbaum",), "correlations": ("fisher", "bonett"), "careless": ("yentes",),
    "cfa": ("hu_bentler", "fornell"), "sem": ("hu_bentler", "fornell"), "invariance": ("chen", "cheung", "putnick"),
    "polychoric": ("olsson",), "kappa": ("fleiss",), "krippendorff": ("krippendorff",), "compare": ("welch", "games"),
    "distributions": ("joanes", "terwee", "west"), "lambdas": ("guttman", "ten_berge"),
    "split_half": ("guttman", "revelle"), "alpha_bootstrap": ("cronbach", "efron"),
    "factor_number": ("horn", "revelle_rocklin", "velicer"), "efa_bootstrap": ("harman_jones", "efron", "lorenzo_seva"),
    "factor_scores": ("grice",), "icc": ("shrout", "mcgraw"),
    "multilevel": ("bliese",), "weights": ("kish",), "drivers": ("azen", "johnson"), "dominance": ("azen", "johnson"),
}

ORDINAL_REFERENCES: Mapping[str, tuple[str, ...]] = {
    "cfa": ("savalei",), "sem": ("savalei",), "invariance": ("satorra", "satorra_score", "wu")}


def method_section(context: Context, results: Mapping[str, Any], subject: Subject, identifier: str) -> Section:
    """Return the section that a reviewer checks first."""
    words = context.words
    blocks: list[Block] = []
    if context.entries:
        blocks.append(_table(context))
    if subject.left_out:
        blocks.append(Heading(words.text("measured.method_left_out")))
        blocks.append(Bullets(tuple(Statement(reason) for reason in subject.left_out)))
    blocks.append(Heading(words.text("measured.method_file")))
    blocks.append(Facts(tuple(_facts(context, subject.versions, identifier)), is_wide=True))
    used = sorted({reference for key, found in results.items() for reference in (
        *REFERENCES.get(_do(found), ()), *_of_ordinal(context.entries.get(key, {})))})
    if used:
        blocks.append(Heading(words.text("measured.method_references")))
        blocks.extend(Paragraph((words.say(f"measured_reference.{key}"),), "small") for key in used)
    if subject.specification:
        blocks.append(Heading(words.text("measured.method_spec")))
        blocks.append(Listing(subject.specification.rstrip()))
    return Section("method", words.text("measured.part_method"), words.say("measured.method_title"), tuple(blocks),
                   is_appendix=True, starts_page=False)


def _of_ordinal(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a model of ordinal items rests on besides."""
    return ORDINAL_REFERENCES.get(str(entry.get("do", "")), ()) if entry.get("estimator") == "WLSMV" else ()


def _do(found: Any) -> str:
    return str(found.get("do", "")) if isinstance(found, Mapping) else ""


def _table(context: Context) -> Table:
    words = context.words
    rows = []
    for key, entry in context.entries.items():
        do = str(entry.get("do", ""))
        name = words.text(f"measured_do.{do}") if words.has(f"measured_do.{do}") else do
        rows.append(Row((Statement(key), Statement(name), Statement(_items(context, entry)),
                         Statement(_options(context, entry)))))
    columns = (Column(words.text("measured.method_id"), 0.17), Column(words.text("measured.method_do"), 0.25),
               Column(words.text("measured.method_items"), 0.26), Column(words.text("measured.method_options"), 0.32))
    return Table("t-method", words.say("measured.method_table", n=len(rows)), columns, tuple(rows), "",
                 context.note(words.text("measured.method_note")), is_dense=True)


def _items(context: Context, entry: Mapping[str, Any]) -> str:
    words = context.words
    scales = next((entry[name] for name in ("scales", "scores") if isinstance(entry.get(name), Mapping)), None)
    if scales is not None:
        return words.text("measured.method_scales", n=len(scales))
    if "model" in entry:
        return words.text("measured.method_model")
    items = entry.get("items")
    if not isinstance(items, Sequence) or isinstance(items, str):
        return words.text("measured.method_all")
    shown = words.text("labels.between").join(map(str, items[:MOST_KEYS]))
    more = len(items) - MOST_KEYS
    return words.text("measured.pattern_more", items=shown, n=more) if more > 0 else shown


def _options(context: Context, entry: Mapping[str, Any]) -> str:
    between = context.words.text("labels.between")
    told = []
    for name, value in entry.items():
        if name in NOT_TOLD or value == []:
            continue
        shown = ", ".join(map(str, value)) if isinstance(value, (list, Mapping)) else str(value)
        told.append(f"{name} {shown}")
    return between.join(told) or "–"


def _facts(context: Context, versions: Mapping[str, str], identifier: str) -> list[tuple[str, Statement]]:
    words, facts = context.words, context.facts
    rows: list[tuple[str, Statement]] = []
    if facts is not None:
        rows.append((words.text("measured.file_name"), words.say(
            "measured.file_text", name=facts.name, rows=facts.n_rows, columns=facts.n_columns)))
        rows.append((words.text("measured.file_hash"), Statement(facts.sha256)))
        how = [words.text(f"measured.kind_{facts.kind}")]
        if facts.encoding:
            how.append(words.text("measured.file_encoding", encoding=facts.encoding))
        if facts.separator:
            how.append(words.text("measured.file_separator", separator=_named(context, facts.separator),
                                  decimal=_named(context, facts.decimal)))
        if facts.sheet:
            how.append(words.text("measured.file_sheet", sheet=facts.sheet))
        if facts.other_sheets:
            how.append(words.text("measured.file_others", sheets=words.text("labels.between").join(facts.other_sheets)))
        rows.append((words.text("measured.file_how"), Statement(words.text("labels.between").join(how))))
    rows.append((words.text("measured.result_hash"), Statement(identifier)))
    if versions:
        rows.append((words.text("repro.versions"), Statement(
            words.text("labels.between").join(
                f"{name} {words.text('repro.source') if version == 'not installed' else version}".replace(" （", "（")
                for name, version in versions.items()))))
    rows.append((words.text("measured.seeds"), words.say("measured.seeds_text")))
    return rows


def _named(context: Context, sign: str) -> str:
    names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", ".": "point"}
    return context.words.text(f"measured.sign_{names[sign]}") if sign in names else sign
