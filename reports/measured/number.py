"""Are the items worth factoring, and how many factors do they hold? Every criterion with its vote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analysis.results.factor_number import FactorNumber
from analysis.results.measurement import Factorability, ParallelAnalysis, Retention
from reports.content import Block, Column, Figure, Number, Row, Statement, Table
from reports.figures import Scree, ScreePanel
from reports.measured.frame import Context, Part, anchor, told_warnings

MOST_EIGENVALUES = 15
LEAST_KMO, MIDDLING_KMO, LEAST_OF_ITEM = 0.60, 0.70, 0.50
# Kaiser and Rice 1974 name each tenth; below the last the items should not be factored.
KMO_WORDS = ((0.90, "marvelous"), (0.80, "meritorious"), (0.70, "middling"), (0.60, "mediocre"), (0.50, "miserable"))
LOWEST_SHOWN = 3
KAISER = 1.0
Found = Factorability | ParallelAnalysis | Retention
OF_SCREE = ("optimal_coordinates", "acceleration_factor", "bic", "sabic")    # votes that only the whole analysis has


def build(context: Context, found_all: Mapping[str, Found | FactorNumber]) -> list[Part]:
    """Return factorability, scree plots and the votes of all criteria; the same items are told of once."""
    words = context.words
    whole = {key: found for key, found in found_all.items() if isinstance(found, FactorNumber)}
    results = _parts(found_all)
    blocks: list[Block] = [*_suitable(context, results)]
    parallel = [found for found in results.values() if isinstance(found, ParallelAnalysis)]
    blocks.extend(scree_figure(context, place, found) for place, found in enumerate(parallel))
    votes = [*_votes(context, results), *_further_votes(context, whole)]
    if votes:
        blocks.append(_table(context, votes))
    numbers = sorted({n for _, _, n, _ in votes})
    told: dict[str, Any] = {"low": numbers[0], "high": numbers[-1], "votes": len(votes)} if numbers else {}
    title = (words.say("measured.number_title_plain") if not numbers else
             words.say("measured.number_title_one", n=numbers[0]) if len(numbers) == 1 else
             words.say("measured.number_title", **told))
    blocks.extend(_advice(context, key, found) for key, found in whole.items())
    points = [words.say("datafile.point_parallel", n=found.retain_factors_p95) for found in parallel]
    return [Part("number", title, tuple(blocks), tuple(points), tuple(_warnings(context, {**results, **whole})))]


def _parts(results: Mapping[str, Found | FactorNumber]) -> dict[str, Found]:
    """Return the single analyses, those inside a combined one among them."""
    single: dict[str, Found] = {}
    for key, found in results.items():
        if isinstance(found, FactorNumber):
            inside: tuple[Found, ...] = (found.factorability, found.parallel, found.retention)
            single.update({f"{key} {place}": part for place, part in enumerate(inside)})
        else:
            single[key] = found
    return single


def _further_votes(context: Context, whole: Mapping[str, FactorNumber]) -> Iterator[tuple[str, str, int, str]]:
    words = context.words
    for key, found in whole.items():
        for vote in found.votes:
            if vote.method in OF_SCREE:
                yield (words.text(f"measured.vote_{vote.method}"), words.text(f"measured.vote_{vote.method}_looks"),
                       vote.n_factors, key)


def _advice(context: Context, key: str, found: FactorNumber) -> Statement:
    """Return the range that the counted criteria leave, and what to do about it."""
    words = context.words
    counted = words.join([words.text(f"measured.vote_{vote.method}") for vote in found.votes if vote.is_counted])
    return words.say(f"measured.number_{found.advice}", title=context.title(key), low=found.low, high=found.high,
                     counted=counted)


def _suitable(context: Context, results: Mapping[str, Found]) -> list[Block]:
    words, seen = context.words, set()
    blocks: list[Block] = []
    for found in results.values():
        if not isinstance(found, Factorability):
            continue
        said = words.say("measure.factorability", kmo=found.kmo, chi2=found.bartlett_chi2, df=found.bartlett_df,
                         p=found.bartlett_p, n=found.n)
        if said.text in seen:
            continue
        seen.add(said.text)
        blocks.append(said)
        if found.kmo is not None:
            blocks.append(words.say("measured.kmo_verdict", kmo=found.kmo, word=words.text(
                f"measured.kmo_{kmo_word(found.kmo)}")))
        if found.kmo_items:
            ordered = sorted(found.kmo_items.items(), key=lambda pair: pair[1])
            blocks.append(words.say("measured.kmo_items", low=ordered[0][1], high=ordered[-1][1], items=words.join(
                [words.text("measured.kmo_item", item=key, value=value) for key, value in ordered[:LOWEST_SHOWN]])))
    return blocks


def kmo_word(kmo: float) -> str:
    """Return the word that Kaiser and Rice have for a measure of sampling adequacy."""
    return next((word for least, word in KMO_WORDS if kmo >= least), "unacceptable")


def scree_figure(context: Context, place: int, found: ParallelAnalysis) -> Figure:
    """Return the eigenvalues of components and factors beside those of random data."""
    words = context.words
    kept = max(found.retain_components_p95, found.retain_factors_p95)
    most = min(max(MOST_EIGENVALUES, kept + 1), len(found.observed_factors))    # the last that is kept, and one more
    keeps = [words.text("measured.scree_keep", n=n) for n in (found.retain_components_p95, found.retain_factors_p95)]
    panels = (
        ScreePanel(words.text("measured.scree_components"), found.observed_components[:most],
                   found.random_components_mean[:most], found.random_components_p95[:most],
                   found.retain_components_p95, keeps[0], KAISER),
        ScreePanel(words.text("measured.scree_factors"), found.observed_factors[:most],
                   found.random_factors_mean[:most], found.random_factors_p95[:most],
                   found.retain_factors_p95, keeps[1]))
    chart = Scree(panels, words.text("measured.scree_x"), words.text("measure.parallel_y"),
                  words.text("measure.observed"), words.text("measured.scree_mean"), words.text("measure.random"),
                  words.text("measured.scree_kaiser"))
    told: dict[str, Any] = {"factors": found.retain_factors_p95, "components": found.retain_components_p95}
    return Figure(anchor("f-parallel", place), words.say("measured.scree_title", **told), chart,
                  words.text("measured.scree_alt", first=found.observed_factors[0], random=found.random_factors_p95[0],
                             **told), words.text("measured.scree_unit", n=found.n),
                  context.note(words.text("measured.scree_note", draws=found.n_draws, seed=found.seed)))


def _votes(context: Context, results: Mapping[str, Found]) -> Iterator[tuple[str, str, int, str]]:
    """Yield each criterion: its name, what it looks at, its number, the analysis it comes from."""
    words, seen = context.words, set()

    def vote(kind: str, n: int, key: str) -> Iterator[tuple[str, str, int, str]]:
        if (kind, n) not in seen:
            seen.add((kind, n))
            yield words.text(f"measured.vote_{kind}"), words.text(f"measured.vote_{kind}_looks"), n, key

    for key, found in results.items():
        if isinstance(found, ParallelAnalysis):
            yield from vote("parallel_factors_p95", found.retain_factors_p95, key)
            yield from vote("parallel_factors_mean", found.retain_factors_mean, key)
            yield from vote("parallel_components_p95", found.retain_components_p95, key)
            yield from vote("parallel_components_mean", found.retain_components_mean, key)
        elif isinstance(found, Retention):
            yield from vote("map", found.map_n_factors, key)
            yield from vote("vss1", found.vss1_n_factors, key)
            yield from vote("vss2", found.vss2_n_factors, key)
        elif found.eigenvalues:
            yield from vote("kaiser", sum(value > KAISER for value in found.eigenvalues), key)


def _table(context: Context, votes: list[tuple[str, str, int, str]]) -> Table:
    words = context.words
    rows = tuple(Row((Statement(name), Statement(looks), Number(float(n), "count"))) for name, looks, n, _ in votes)
    columns = (Column(words.text("measured.vote_criterion"), 0.36), Column(words.text("measured.vote_looks"), 0.5),
               Column(words.text("measured.vote_number"), 0.14, "right"))
    numbers = [n for _, _, n, _ in votes]
    title = words.say("measured.vote_title", n=len(votes), low=min(numbers), high=max(numbers))
    return Table("t-votes", title, columns, rows, "", context.note(words.text("measured.vote_note")), is_dense=True)


def _warnings(context: Context, results: Mapping[str, Found | FactorNumber]) -> list[Statement]:
    words, said = context.words, {}
    for key, found in results.items():
        title = context.title(key)
        for told in told_warnings(words, tuple(getattr(found, "warnings", ())), title):
            said[told.text] = told
        if isinstance(found, Factorability):
            if found.dependent_items:
                told = words.say("measured.warn_dependent", items=words.join(found.dependent_items))
                said[told.text] = told
            said.update({told.text: told for told in _of_adequacy(context, found)})
    return list(said.values())


def _of_adequacy(context: Context, found: Factorability) -> Iterator[Statement]:
    """Yield what is too low for factoring: the measure of all items, and of single ones."""
    words = context.words
    if found.kmo is not None and found.kmo < LEAST_KMO:
        yield words.say("measured.warn_kmo", kmo=found.kmo, limit=LEAST_KMO)
    elif found.kmo is not None and found.kmo < MIDDLING_KMO:
        yield words.say("measured.warn_kmo_mediocre", kmo=found.kmo, limit=MIDDLING_KMO, word=words.text(
            f"measured.kmo_{kmo_word(found.kmo)}"))
    low = sorted((value, key) for key, value in (found.kmo_items or {}).items() if value < LEAST_OF_ITEM)
    if low:
        yield words.say("measured.warn_kmo_items", n=len(low), limit=LEAST_OF_ITEM, items=words.join(
            [words.text("measured.kmo_item", item=key, value=value) for value, key in low]))
