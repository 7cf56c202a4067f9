"""How it was done and how to get the same again: analyses with their options, the file, versions, the specification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.content import Block, Bullets, Column, Facts, Heading, Listing, Paragraph, Row, Section, Statement, Table
from reports.measured.frame import Context, Subject
from reports.sections.source import capitalised

NOT_TOLD = frozenset({"id", "do", "items", "title", "scales", "scores", "model", "values"})
MOST_KEYS = 8
REFERENCES: Mapping[str, tuple[str, ...]] = {
    "reliability": ("cronbach", "feldt", "guttman", "mcdonald", "terwee"), "items": ("cronbach", "feldt", "terwee"),
    "omega": ("mcdonald", "schmid"), "htmt": ("henseler", "roemer"), "kmo": ("kaiser_rice",), "bartlett": ("bartlett",),
    "parallel": ("horn",), "map": ("velicer",), "vss": ("revelle_rocklin",),
    "efa": ("harman_jones", "appelbaum", "hu_bentler"),
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
    if subject.specification:
        blocks.append(Heading(words.text("measured.method_spec")))
        blocks.append(Listing(subject.specification.rstrip()))
    if used:
        blocks.append(Heading(words.text("measured.method_references")))
        blocks.extend(Paragraph((words.say(f"measured_reference.{key}"),), "small") for key in used)
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
        rows.append(Row((Statement(capitalised(name)),
                         Statement(context.title(key) if context.has_own_title(key) else "–"),
                         Statement(_items(context, entry)), Statement(_options(context, entry)))))
    columns = (Column(words.text("measured.method_do"), 0.21), Column(words.text("measured.method_id"), 0.24),
               Column(words.text("measured.method_items"), 0.25), Column(words.text("measured.method_options"), 0.3))
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
    between = context.words.text("measured.method_options_between")
    told = []
    for name, value in entry.items():
        if name in NOT_TOLD or value == []:
            continue
        told.append(_option(context, name, value))
    return between.join(told) or "–"


def _option(context: Context, name: str, value: Any) -> str:
    """Return an option in words; one that has none as it was written."""
    words, parts = context.words, list(value) if isinstance(value, (list, tuple)) else []
    shown = words.text("labels.between").join(map(str, parts or value)) if parts or isinstance(value, Mapping) \
        else str(value)
    named = f"measured.{name}_{value}"
    if name in ("method", "rotation", "correlation") and words.has(named):
        return words.text(named)
    if name == "range" and len(parts) == 2:  # noqa: PLR2004  # both ends
        return words.text("measured_option.range", low=parts[0], high=parts[1])
    known = f"measured_option.{name}"
    n = value if isinstance(value, int) else len(parts)
    return words.text(known, value=shown, n=n) if words.has(known) else f"{name} {shown}"


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
    rows.append((words.text("measured.seeds"), words.say(
        "measured.seeds_text" if facts is not None else "measured.seeds_text_answers")))
    return rows


def _named(context: Context, sign: str) -> str:
    names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", ".": "point"}
    return context.words.text(f"measured.sign_{names[sign]}") if sign in names else sign
