"""Appendices D to F: codebook with counts, glossary, theory and references."""

from __future__ import annotations

import re

from instruments.template import CodeDefinition
from reports.content import Block, Bullets, Column, Facts, Figure, Heading, Number, Row, Section, Statement, Table
from reports.evidence import saturation_figure
from reports.numbers import printed
from reports.render import ANCHOR
from reports.sections.appendix_agreement import agreement
from reports.sections.appendix_crosstabs import crosstabs
from reports.sections.source import Source
from reports.sections.table_columns import Spec, columns_of
from reports.wording import typeset

METHOD_REFERENCES = 18


def codebook(study: Source, voices: str = "") -> list[Section]:
    """Return every code with its definition, who spoke of it, and the coders' agreement.

    `voices` names the part in which those are heard whom the organisation serves.
    """
    words, book = study.words, study.template.codebook
    if book is None or not study.n_interviews:
        return []
    groups, is_double = {code.key for code in book.groups}, double_coded(study)
    rows: list[Row] = []
    for code in book.codes:
        if code.key in groups:
            rows.append(Row((Statement(f"{code.key} {study.read(code.name)}"),),
                            f"{ANCHOR}{study.ledger.id_of('code', code.key)}", is_group=True))
        else:
            rows.append(_code_row(study, code, len(book.ancestors(code.key)) - 1, is_double=is_double))
    title = words.say("codes.table" if groups else "codes.table_flat", n=book.n_codes, groups=len(groups),
                      version=book.version)
    table = Table("t-codes", title, _code_columns(study, is_double=is_double), tuple(rows), "",
                  _note(study, voices or words.text("part.customer_view"), is_double=is_double), is_dense=True)
    return [Section("codebook", words.text("part.appendix_d"), words.say("codes.title", n=study.n_heard),
                    (*([curve] if (curve := _saturation(study)) else []), table, *crosstabs(study),
                     *([coders] if (coders := agreement(study)) else [])), is_appendix=True)]


def double_coded(study: Source) -> bool:
    """Tell whether any interview was coded by two people, without which agreement cannot be judged."""
    return any(found.agreement_verdict != "not_double_coded" for found in study.diagnosis.interviews)


def _code_columns(study: Source, *, is_double: bool) -> tuple[Column, ...]:
    """Return the heads; the narrow Chinese ones leave their width to the definitions, as does agreement of nobody."""
    is_zh = study.language == "zh"
    widths = (0.05, 0.05, 0.05, 0.05, 0.05) if is_zh else (0.055, 0.045, 0.07, 0.05, 0.08)
    name, last = (0.24, 0.16) if is_zh else (0.25, 0.14)
    agreed: tuple[Spec, ...] = (("agreement", last),) if is_double else ()
    counts: list[Spec] = [(key, width, "right") for key, width in
                          zip(("asked", "says", "against", "both", "passages"), widths, strict=True)]
    definition = 1 - name - sum(widths) - last * is_double
    return columns_of(study.words, "codes.", ("code", name), ("definition", definition), *counts, *agreed)


def _note(study: Source, voices: str, *, is_double: bool) -> str:
    words, codes = study.words, study.template.codebook.codes if study.template.codebook else ()
    shown = [found for code in codes if (found := study.evidence(code.key)) is not None]
    hidden, (tentative, accept) = any(study.is_of_few(found.n_asked) for found in shown), study.agreement_limits()
    note = words.text("labels.between_sentences").join((
        words.text("codes.source", part=voices),
        *([words.text("codes.source_hidden", minimum=study.least_heard)] if hidden else []),
        words.text("codes.source_agreement" if is_double else "codes.source_single", tentative=f"{tentative:g}",
                   accept=f"{accept:g}")))
    return words.with_finer(note, (study.style_of_agreement(found.agreement.value) for found in shown if (
        found.agreement and not study.is_of_few(found.n_asked))))


def _saturation(study: Source) -> Figure | None:
    return saturation_figure(study.diagnosis.saturation, study.words)


def _code_row(study: Source, code: CodeDefinition, depth: int, *, is_double: bool) -> Row:
    found, name = study.evidence(code.key), study.code(code.key)
    if found is None:
        counts: tuple[Number | Statement, ...] = (*([Number(None)] * 5), Statement("–"))
    elif study.is_of_few(found.n_asked):
        counts = (Number(None, "count", is_hidden=True),) * 6
    else:
        alpha = found.agreement.value if found.agreement else None
        verdict = study.words.text(f"agreement.{found.agreement_verdict}")
        judged = f"{printed(alpha, study.style_of_agreement(alpha))} {verdict}" if alpha is not None else verdict
        counts = (Number(float(found.n_asked), "count"),
                  Number(float(found.supports), "count", trace=(f"interview.{code.key}.interviewees",)),
                  Number(float(found.contradicts), "count"), Number(float(found.mixed), "count"),
                  Number(float(found.n_passages), "count"), Statement(judged))
    named = Statement(study.words.text("codes.named", name=name, code=code.key))
    return Row((named, Statement(study.read(code.definition)), *counts[:None if is_double else -1]),
               f"{ANCHOR}{study.ledger.id_of('code', code.key)}", depth=max(depth, 0))


def glossary(study: Source) -> list[Section]:
    """Return the template's terms and the constructs with their meaning and sources."""
    words = study.words
    blocks: list[Block] = []
    if study.template.glossary:
        blocks.append(Facts(tuple((study.read(entry.term), Statement(_with_sources(
            study, typeset(study.read(entry.meaning), study.language), entry.sources)))
            for entry in study.template.glossary)))
    blocks.append(Heading(words.text("glossary.constructs")))
    between = words.text("labels.between_sources")
    rows = tuple(Row((Statement(study.read(c.name)), words.say(f"group.{c.group}"),
                      Statement(study.read(c.definition)), Statement(between.join(map(study.cite, c.sources)) or "–")))
                 for c in study.template.constructs)
    columns = columns_of(words, "glossary.",
        ("name", 0.2), ("group", 0.14), ("meaning", 0.42), ("sources", 0.24))
    blocks.append(Table("t-constructs", words.say("glossary.table", n=len(rows)), columns, rows, is_dense=True))
    return [Section("glossary", words.text("part.appendix_e"), words.say("glossary.title"), tuple(blocks),
                    is_appendix=True)]


def _with_sources(study: Source, meaning: str, sources: tuple[str, ...]) -> str:
    if not sources:
        return meaning
    return study.words.text("glossary.with_sources", meaning=meaning,
                            sources=study.words.text("labels.between_sources").join(map(study.cite, sources)))


def theory(study: Source) -> list[Section]:
    """Return the theory page and the references; nothing where the template has neither."""
    words, template = study.words, study.template
    blocks: list[Block] = [Statement(study.read(paragraph)) for paragraph in template.theory]
    if template.references:
        blocks.append(Heading(words.text("theory.references")))
        blocks.append(Bullets(tuple(
            Statement(typeset(one.wording.get(study.language) or one.citation, study.language))
            for one in template.references)))
    known = {_author_and_year(reference.citation) for reference in template.references}
    method = [typeset(words.text(f"theory.reference_{number}"), study.language)
              for number in range(1, METHOD_REFERENCES + 1)]
    method = [reference for reference in method if _author_and_year(reference) not in known]
    if method:
        blocks.extend((Heading(words.text("theory.method_references")), Bullets(tuple(map(Statement, method)))))
    return [Section("theory", words.text("part.appendix_f"), words.say("theory.title"), tuple(blocks),
                    is_appendix=True)]


def _author_and_year(citation: str) -> tuple[str, str]:
    """Return what tells two citations apart well enough: first author and year."""
    year = re.search(r"\((\d{4})\)", citation)
    return citation.split(",")[0], year.group(1) if year else ""
