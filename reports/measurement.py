"""The measurement report of any data file: reliability, items, number of factors, loadings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from analysis.results.measurement import (
    Factorability,
    FactorSolution,
    ItemStatistics,
    ParallelAnalysis,
    Reliability,
)
from instruments.codec import content_hash, from_document
from reports.content import Block, Bullets, Contents, Cover, Section, Statement, StudyReport, with_numbers
from reports.numbers import printed
from reports.sections.measurement_tables import (
    fit_text,
    item_table,
    loading_table,
    parallel_figure,
    phi_table,
    reliability_figure,
    reliability_table,
)
from reports.wording import Words

# Which result a document is, told by a field only that result has; the first that fits is read.
_KINDS: tuple[tuple[str, type], ...] = (
    ("alpha_standardised", Reliability), ("kmo_items", Factorability), ("retain_factors_p95", ParallelAnalysis),
    ("loadings", FactorSolution))
ACCEPTABLE = 0.70                       # diagnostic model, section 3


class _Results:
    """The documents of `measure` read back, by analysis id."""

    def __init__(self, results: Mapping[str, object]) -> None:
        self.scales: dict[str, Reliability] = {}
        self.factorability: dict[str, Factorability] = {}
        self.parallel: dict[str, ParallelAnalysis] = {}
        self.solutions: dict[str, FactorSolution] = {}
        for key, document in results.items():
            self._place(key, _read(document))

    def _place(self, key: str, found: object) -> None:
        if isinstance(found, Reliability):
            self.scales[key] = found
        elif isinstance(found, Factorability):
            self.factorability[key] = found
        elif isinstance(found, ParallelAnalysis):
            self.parallel[key] = found
        elif isinstance(found, FactorSolution):
            self.solutions[key] = found


def _read(document: object) -> object:
    """Return a document as its result; a result passes as it is, and what the report does not show is left out."""
    if not isinstance(document, Mapping):
        return document
    for field, cls in _KINDS:
        if field in document:
            known = {known.name for known in fields(cls)}
            return from_document(cls, {name: value for name, value in document.items() if name in known})
    return None


def measurement_report(results: Mapping[str, Any], *, language: str, title: str, source: str, n: int,
                       labels: Mapping[str, str] | None = None, frozen_on: str = "",
                       is_synthetic: bool = False) -> StudyReport:
    """Return the report on a data file.

    `results` maps analysis ids to documents (or dataclasses) of `analysis.results.measurement`; `labels` gives names
    of scales and wordings of items where they are known; `source` says in words where the data come from.
    """
    words, found, names = Words(language), _Results(results), labels or {}
    parts = (*_overview(words, found, source, n), *_reliability(words, found, names, source),
             *_structure(words, found, names, source))
    cover = Cover(words.text("datafile.kind"), title, words.text("datafile.subtitle"), source, _cover_facts(
        words, found, n), words.text("front.synthetic") if is_synthetic else "")
    foot = words.text("datafile.synthetic_foot" if is_synthetic else "datafile.foot", title=title)
    return with_numbers(StudyReport(language, title, title, foot, cover, parts, content_hash(dict(results)), frozen_on,
                                    is_synthetic=is_synthetic))


def _cover_facts(words: Words, found: _Results, n: int) -> tuple[tuple[str, str, str], ...]:
    items = {item.key for r in found.scales.values() for item in r.items}
    items |= {key for s in found.solutions.values() for key in s.items}
    facts = [(printed(float(n), "count"), words.text("datafile.people"), ""),
             (printed(float(len(items)), "count"), words.text("datafile.items"), "")]
    if found.scales:
        facts.append((printed(float(len(found.scales)), "count"), words.text("datafile.scales"), ""))
    if found.solutions:
        factors = max(s.n_factors for s in found.solutions.values())
        facts.append((printed(float(factors), "count"), words.text("datafile.factors"), ""))
    return tuple(facts)


def _overview(words: Words, found: _Results, source: str, n: int) -> list[Section]:
    points: list[Statement] = [words.say("datafile.intro", source=source, n=n)]
    good = [key for key, r in found.scales.items() if (r.alpha.value or 0) >= ACCEPTABLE]
    if found.scales:
        points.append(words.say("datafile.point_scales", good=len(good), n=len(found.scales)))
    points.extend(words.say("datafile.point_parallel", n=p.retain_factors_p95) for p in found.parallel.values())
    for solution in found.solutions.values():
        points.append(words.say("datafile.point_solution", n=solution.n_factors, items=len(solution.items)))
        points.append(fit_text(words, solution))
    kept = {p.retain_factors_p95 for p in found.parallel.values()}
    used = {solution.n_factors for solution in found.solutions.values()}
    if kept and used and kept != used:
        points.append(words.say("datafile.point_differs", kept=min(kept), used=min(used)))
    points.append(words.say("datafile.limits"))
    title = (words.say("datafile.title" if good else "datafile.title_none", good=len(good), n=len(found.scales))
             if found.scales else words.say("datafile.title_plain"))
    return [Section("overview", words.text("datafile.part_overview"), title, (Bullets(tuple(points)), Contents()),
                    is_listed=False)]


def _reliability(words: Words, found: _Results, names: Mapping[str, str], source: str) -> list[Section]:
    if not found.scales:
        return []
    items: dict[str, tuple[ItemStatistics, ...]] = {key: r.items for key, r in found.scales.items()}
    note = words.text("datafile.source", source=source)
    blocks = (reliability_figure(words, found.scales, _named(names), note),
              reliability_table(words, found.scales, _named(names), words.text("measure.table_source")),
              item_table(words, items, _named(names), _worded(names, [item.key for r in items.values() for item in r]),
                         words.text("measure.item_source")))
    good = sum((r.alpha.value or 0) >= ACCEPTABLE for r in found.scales.values())
    title = words.say("measure.appendix_title", good=good, n=len(found.scales))
    return [Section("reliability", words.text("datafile.part_reliability"), title, blocks, is_appendix=True,
                    starts_page=False)]


def _structure(words: Words, found: _Results, names: Mapping[str, str], source: str) -> list[Section]:
    blocks: list[Block] = []
    note = words.text("datafile.source", source=source)
    suitable = {said.text: said for f in found.factorability.values() for said in [words.say(
        "measure.factorability", kmo=f.kmo, chi2=f.bartlett_chi2, df=f.bartlett_df, p=f.bartlett_p, n=f.n)]}
    blocks.extend(suitable.values())
    blocks.extend(parallel_figure(words, p, note) for p in found.parallel.values())
    for solution in found.solutions.values():
        phi = phi_table(words, solution, note)
        blocks.append(fit_text(words, solution))
        blocks.extend([phi] if phi else [])
        blocks.append(loading_table(words, solution, _worded(names, solution.items),
                                    words.text("measure.loading_source")))
    if not blocks:
        return []
    keep = next(iter(found.parallel.values()), None)
    title: Statement = (words.say("datafile.structure_title", n=keep.retain_factors_p95) if keep
                        else words.say("datafile.structure_title_plain"))
    return [Section("structure", words.text("datafile.part_structure"), title, tuple(blocks), is_appendix=True,
                    starts_page=False)]


def _named(names: Mapping[str, str]) -> Any:
    return lambda key: names.get(key, key)


def _worded(names: Mapping[str, str], items: Iterable[str]) -> Any:
    """Return a look-up of item wordings, or None where no item has one: then keys stand alone."""
    return (lambda key: names.get(key, "")) if any(names.get(key) for key in items) else None
