"""Appendices A and B: reliability of the scales, and the structure of problem and cause items."""

from __future__ import annotations

from analysis.diagnosis.thresholds import THRESHOLDS
from reports.content import Block, Column, Heading, Number, Row, Section, Statement, Table
from reports.sections.measurement_tables import (
    fit_text,
    item_summary,
    loading_table,
    parallel_figure,
    phi_table,
    reliability_table,
)
from reports.sections.source import Source

ALPHA_LIMITS = ("alpha_limited", "alpha_acceptable", "alpha_good")


def reliability(study: Source) -> list[Section]:
    """Return alpha, omega and item statistics of every scale; nothing where no scale was computed."""
    words = study.words
    found = {key: quality for key, quality in study.diagnosis.scales.items() if quality.reliability is not None}
    if not found:
        return []
    scales = {key: quality.reliability for key, quality in found.items() if quality.reliability is not None}
    blocks: list[Block] = [
        reliability_table(words, scales, study.name, words.text("measure.table_source"),
                          {key: quality.verdict for key, quality in found.items()},
                          [study.threshold(name, THRESHOLDS[name].default) for name in ALPHA_LIMITS]),
        item_summary(words, {key: r.items for key, r in scales.items()}, study.name,
                     words.text("measure.item_source"))]
    doubt = [key for key, quality in found.items() if quality.has_keying_doubt]
    if doubt:
        blocks.append(words.say("measure.keying", names=study.names(doubt)))
    judged = sum(quality.verdict in ("good", "acceptable") for quality in found.values())
    title = words.say("measure.appendix_title", good=judged, n=len(found))
    return [Section("reliability", words.text("part.appendix_a"), title, tuple(blocks), is_appendix=True)]


def structure(study: Source) -> list[Section]:
    """Return factorability, number of factors, loadings and distinctness; the reason where not run."""
    words, found = study.words, study.diagnosis.structure
    if not found.is_run:
        if not study.diagnosis.scales:
            return []
        text = words.say("measure.structure_not_run", minimum=study.threshold("structure_minimum_n", 150),
                         n=study.n_valid("staff"))
        return [Section("structure", words.text("part.appendix_b"), words.say("measure.structure_none"), (text,),
                        is_appendix=True, starts_page=False)]
    blocks: list[Block] = []
    if found.factorability is not None:
        f = found.factorability
        blocks.append(words.say("measure.factorability", kmo=f.kmo, chi2=f.bartlett_chi2, df=f.bartlett_df,
                                p=f.bartlett_p, n=f.n))
    source = words.text("measure.source", period=study.period())
    if found.parallel is not None:
        blocks.append(parallel_figure(words, found.parallel, source))
    if found.pairs:
        blocks.append(_pairs(study))
    if found.solution is not None:
        blocks.append(fit_text(words, found.solution))
        phi = phi_table(words, found.solution, source)
        blocks.extend([phi] if phi else [])
        blocks.append(Heading(words.text("measure.loadings")))
        blocks.append(loading_table(words, found.solution, None, words.text("measure.loading_source")))
    keep = found.parallel.retain_components_p95 if found.parallel else None
    title = (words.say("measure.structure_title", n=keep) if keep is not None
             else words.say("measure.structure_title_plain"))
    return [Section("structure", words.text("part.appendix_b"), title, tuple(blocks), is_appendix=True)]


def _pairs(study: Source) -> Table:
    words = study.words
    shown = sorted(study.diagnosis.structure.pairs, key=lambda pair: -pair.htmt)[:10]
    rows = tuple(Row((Statement(words.text("measure.pair", first=study.name(p.first), second=study.name(p.second))),
                      Number(p.htmt, "coefficient"), words.say(f"distinct.{p.verdict}"))) for p in shown)
    columns = (Column(words.text("measure.pair_head"), 0.56), Column("HTMT", 0.14, "right"),
               Column(words.text("measure.pair_verdict"), 0.3))
    return Table("t-pairs", words.say("measure.pair_title", n=len(rows)), columns, rows, "",
                 words.text("measure.pair_source"), is_dense=True)
