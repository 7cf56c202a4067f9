"""The customers' view: importance and performance, gaps to the staff's view, outcomes."""

from __future__ import annotations

from typing import Any

from analysis.results.diagnosis import FacetFinding, Gap, Level
from reports.content import (
    Block,
    Bullets,
    Callout,
    Cell,
    Columns,
    Figure,
    Heading,
    Number,
    Passages,
    Row,
    Section,
    Stack,
    Statement,
    Table,
)
from reports.figures import Forest, ForestRow, MapPoint, QuadrantMap
from reports.numbers import fixed
from reports.sections.likerts import item_figure
from reports.sections.source import Source, capitalised
from reports.sections.table_columns import columns_of

LEAST_POINTS = 2
# Of the columns of the table beside the map: a Chinese quadrant has no place to break, a facet of few signs.
MAP_WIDTHS = {"en": (0.29, 0.11, 0.14, 0.12, 0.34), "zh": (0.28, 0.115, 0.12, 0.12, 0.365)}
LONGEST_QUADRANT = 7                    # signs of a Chinese line of that column


def customer_view(study: Source) -> list[Section]:
    """Return how customers experience what the study is about; nothing where no customer was asked."""
    words, facets = study.words, [f for f in study.diagnosis.facets if f.level.mean is not None]
    if not facets:
        return []
    blocks: list[Block] = []
    mapped = _mapped(facets)
    if len(mapped) >= LEAST_POINTS:
        blocks.append(Columns((_map(study, mapped),), (_map_table(study, mapped),), "7-5"))
    blocks.append(_status_table(study, facets))
    blocks.extend(_focus_figures(study, facets))
    gaps = [gap for p in study.problems for gap in p.gaps]
    if gaps:
        blocks.append(_gap_figure(study, gaps))
    outcomes = _outcomes(study)
    if outcomes:
        blocks.append(outcomes)
    blocks.extend(_heard(study))
    blocks.append(Callout("so_what", words.text("labels.so_what"), (_so_what(study, facets),)))
    return [Section("customers", words.text("part.customer_view"), _title(study, facets), tuple(blocks),
                    words.say("customers.lead", n=study.n_valid(study.served)))]


def _focus(facets: list[FacetFinding]) -> list[FacetFinding]:
    return [f for f in facets if f.quadrant == "concentrate_here"]


def _title(study: Source, facets: list[FacetFinding]) -> Statement:
    focus = _focus(facets)
    if not focus:
        return _title_of_none(study, facets)
    names, trace = study.names([f.level.construct for f in focus]), [
        f"facet.{f.level.construct}.quadrant" for f in focus]
    told: dict[str, Any] = {"names": names, "n": len(focus), "total": len(facets), "trace": trace}
    of_derived = []
    if is_by_derived(study, _mapped(facets)):       # what satisfaction goes with is not what customers say
        is_most = len(focus) == 1 and focus[0] is max(facets, key=lambda f: f.importance_derived or 0)
        of_derived = [study.words.say("customers.title_most", **{**told, "names": capitalised(names)}) if is_most
                      else study.words.say("customers.title_derived", **told)]
    said = [] if of_derived else [study.words.say("customers.title", **told),
                                  study.words.say("customers.title_short", **told)]
    return study.title(*of_derived, *said, study.words.say("customers.title_count", **told))


def _title_of_none(study: Source, facets: list[FacetFinding]) -> Statement:
    """Return that no facet is shown to come first: what customers say comes first, else which are borderline."""
    say, mapped = study.words.say, _mapped(facets)
    near = _near(mapped) if mapped else []
    if not mapped or not is_by_derived(study, mapped):
        return study.title(*_borderline(study, near), say("customers.title_none"))
    stated = _focus_as_stated(study, mapped)
    trace = [f"facet.{f.level.construct}.quadrant" for f in stated]
    said = [say("customers.title_stated", names=study.names([f.level.construct for f in stated]), n=len(stated),
                trace=trace)] if stated else []
    return study.title(*said, *_borderline(study, near), say("customers.title_none"))


def _focus_as_stated(study: Source, mapped: list[FacetFinding]) -> list[FacetFinding]:
    """Return the facets to concentrate on by what customers say, where derived importance decides the quadrants."""
    is_other = bool(mapped) and is_by_derived(study, mapped)
    return [f for f in mapped if is_other and f.quadrant_stated == "concentrate_here"]


def _borderline(study: Source, near: list[FacetFinding]) -> list[Statement]:
    if not near:
        return []
    trace = [f"facet.{f.level.construct}.quadrant" for f in near]
    told: dict[str, Any] = {"names": study.names([f.level.construct for f in near]), "n": len(near), "trace": trace}
    return [study.words.say("customers.title_near", **told), study.words.say("customers.title_near_count", **told)]


def _near(mapped: list[FacetFinding]) -> list[FacetFinding]:
    """Return the borderline facets whose points lie where one concentrates: important, and rated low."""
    means = [f.level.mean or 0 for f in mapped]
    weights = [f.importance_derived or 0 for f in mapped]
    return [f for f, mean, weight in zip(mapped, means, weights, strict=True) if f.quadrant == "borderline"
            and mean < sum(means) / len(means) and weight > sum(weights) / len(weights)]


def _mapped(facets: list[FacetFinding]) -> list[FacetFinding]:
    return [f for f in facets if f.importance_stated and f.importance_stated.value is not None]


def _focus_figures(study: Source, facets: list[FacetFinding]) -> list[Figure]:
    """Return the items of the facet to concentrate on, or of the one rated lowest."""
    chosen = min(_focus(facets) or facets, key=lambda f: f.level.mean or 0)
    figure = item_figure(study, chosen.level)
    return [figure] if figure else []


def _map(study: Source, facets: list[FacetFinding]) -> Figure:
    words, points, by = study.words, [], "_derived" if is_by_derived(study, facets) else ""
    for number, f in enumerate(facets, 1):
        stated, mean = f.importance_stated, f.level.mean
        place = ((f.importance_derived, f.derived_low, f.derived_high) if by
                 else (stated.value, stated.ci_low, stated.ci_high) if stated else (None, None, None))
        if place[0] is not None and mean is not None:
            points.append(MapPoint(number, study.name(f.level.construct), mean, place[0], f.level.ci_low,
                                   f.level.ci_high, place[1], place[2], f.quadrant == "concentrate_here"))
    cross_x, cross_y = (sum(p.x for p in points) / len(points), sum(p.y for p in points) / len(points))
    corners = tuple(words.text(f"customers.corner_{key}") for key in (
        "concentrate_here", "keep_up", "low_priority", "possible_overkill"))
    chart = QuadrantMap(tuple(points), cross_x, cross_y, words.text("customers.x"),
                        words.text(f"customers.y{by}"),
                        (corners[0], corners[1], corners[2], corners[3]))
    focus = _focus(facets)
    names = study.names([f.level.construct for f in focus]) or words.text("labels.none")
    title = (words.say("customers.map_title_focus", names=capitalised(names),
                       trace=[f"facet.{f.level.construct}.quadrant" for f in focus])
             if focus else words.say("customers.map_title", n=len(facets)))
    alt = words.text(f"customers.map_alt{by}", n=len(facets), names=names, x=cross_x, y=cross_y)
    return Figure("f-map", title, chart, alt, words.text(f"customers.map_unit{by}"),
                  words.text(f"customers.map_source{by}", x=cross_x, y=cross_y))


def is_by_derived(study: Source, facets: list[FacetFinding]) -> bool:
    """Return whether the quadrants are those of derived importance: where enough customers answered (model 6)."""
    enough = study.threshold("derived_importance_n", 100)
    return all(f.level.n >= enough and f.importance_derived is not None and f.quadrant_derived is not None
               for f in facets)


def _map_table(study: Source, facets: list[FacetFinding]) -> Table:
    words, rows, has_both = study.words, [], is_by_derived(study, facets)
    for number, f in enumerate(facets, 1):
        key = f.level.construct
        derived = [Number(f.importance_derived, "coefficient", trace=(f"facet.{key}.importance_derived",))]
        rows.append(Row((Statement(f"{number} {study.name(key)}"),
                         Number(f.importance_stated.value if f.importance_stated else None, "mean",
                                trace=(f"facet.{key}.importance_stated",)), *(derived if has_both else []),
                         Number(f.level.mean, "mean", trace=(f"facet.{key}.pomp",)), _quadrant(study, f))))
    facet, said, share, mean, quadrant = MAP_WIDTHS[study.language]
    columns = columns_of(
        words, "customers.map_", ("facet", facet, "left"), ("said", said, "right"), ("derived", share, "right"),
        ("performance", mean, "right"), ("quadrant", quadrant, "left")) if has_both else columns_of(
        words, "customers.map_", ("facet", 0.32, "left"), ("importance", 0.17, "right"),
        ("performance", 0.15, "right"), ("quadrant", 0.36, "left"))
    return Table("t-map", words.say("customers.map_table"), columns, tuple(rows), "",
                 words.text("customers.map_table_source") if has_both else "", is_dense=True)


def _quadrant(study: Source, f: FacetFinding) -> Cell:
    """Return the quadrant that holds, and below it the one by stated importance where that is another."""
    if not f.quadrant:
        return Statement("–")
    said = study.words.say(f"quadrant.{f.quadrant}")
    if f.quadrant_stated in (None, f.quadrant):
        return said
    stated = study.words.text("customers.map_stated", quadrant=study.words.text(f"quadrant.{f.quadrant_stated}"))
    head, colon, other = stated.partition("：")
    is_torn = bool(colon) and len(stated) > LONGEST_QUADRANT
    lines = (f"{head}{colon}", other) if is_torn else (stated,)
    return Stack((said, *map(Statement, lines)), has_head=False)


def _status_table(study: Source, facets: list[FacetFinding]) -> Table:
    words, rows = study.words, []
    for f in facets:
        key, share = f.level.construct, f.level.unfavourable
        mirrored = study.listed(list(f.mirrors)) or "–"
        rows.append(Row((Statement(study.name(key)),
                         Number(f.level.pomp, "points", f.level.pomp_low, f.level.pomp_high, (f"facet.{key}.pomp",)),
                         Number(share.value if share else None, "percent", trace=(f"facet.{key}.pomp",)),
                         Number(f.importance_derived, "coefficient", f.derived_low, f.derived_high,
                                (f"facet.{key}.importance_derived",)),
                         Statement(mirrored), words.say(f"customer_status.{f.status}"))))
    columns = columns_of(words, "customers.column_",
        ("facet", 0.21, "left"), ("score", 0.12, "left"), ("share", 0.09, "right"), ("derived", 0.18, "left"),
        ("mirrors", 0.26, "left"), ("status", 0.14, "left"))
    return Table("t-facets-customers", words.say("customers.table_title"), columns, tuple(rows), "",
                 words.text("customers.table_source", n=study.n_valid(study.served)), is_dense=True)


def gap_told(study: Source, gap: Gap) -> str:
    """Return a gap with its interval; with a decimal where it would else read as the limit that it misses."""
    limit = study.threshold("gap_points", 10.0)
    return study.estimate(gap.value, gap.ci_low, gap.ci_high, "signed_one" if _is_near(gap, limit) else "signed_points")


def _is_near(gap: Gap, limit: float) -> bool:
    """Tell whether a gap that misses the limit would be printed as if it reached it."""
    return abs(gap.value) < limit and fixed(abs(gap.value), 0) == fixed(limit, 0)


def _gap_figure(study: Source, gaps: list[Gap]) -> Figure:
    words = study.words
    ordered = sorted(gaps, key=lambda gap: -gap.value)
    rows = tuple(ForestRow(
        words.text("customers.pair", problem=study.name(g.problem), facet=study.name(g.facet)), g.value, g.ci_low,
        g.ci_high, None, "", g.is_flagged, gap_told(study, g))
        for g in ordered)
    reach = max(20.0, *(abs(v) for g in ordered for v in (g.ci_low, g.ci_high)))
    edge = float(-(-reach // 10) * 10)
    ticks = tuple((v, study.words.text("customers.tick", value=v)) for v in (-edge, -edge / 2, 0.0, edge / 2, edge))
    chart = Forest(rows, -edge, edge, ticks, words.text("customers.gap_axis"), words.text("customers.gap_head"),
                   reference=0.0)
    flagged = [g for g in ordered if g.is_flagged]
    alt = words.text("customers.gap_alt", n=len(rows), flagged=len(flagged), first=rows[0].label, value=rows[0].text)
    title = words.say("customers.gap_title" if flagged else "customers.gap_title_none", n=len(flagged))
    limit = study.threshold("gap_points", 10.0)
    source = words.with_finer(words.text("customers.gap_source", points=limit), (
        "three" if _is_near(gap, limit) else "coefficient" for gap in gaps))
    return Figure("f-gaps", title, chart, alt, words.text("customers.gap_unit"), source)


def _outcomes(study: Source) -> Table | None:
    words, rows = study.words, []
    for level in study.diagnosis.outcomes:
        if level.mean is not None:
            rows.append(Row((Statement(_of_whom(study, level)),
                             Number(level.mean, "mean", level.ci_low, level.ci_high),
                             Number(level.pomp, "points", level.pomp_low, level.pomp_high),
                             Number(float(level.n), "count"))))
    nps = study.diagnosis.nps
    if nps and nps.value is not None:
        rows.append(Row((words.say("customers.nps", who=study.audience(study.served)),
                         Number(nps.value, "signed_points", nps.ci_low, nps.ci_high),
                         Statement("–"), Number(float(nps.n), "count"))))
    if not rows:
        return None
    columns = columns_of(words, "customers.outcome_",
        ("name", 0.4, "left"), ("mean", 0.24, "left"), ("score", 0.22, "left"), ("n", 0.14, "right"))
    return Table("t-outcomes", words.say("customers.outcome_title"), columns, tuple(rows), "",
                 words.text("customers.outcome_source"))


def _of_whom(study: Source, level: Level) -> str:
    """Return an outcome with whoever was asked about it."""
    item = next((found for key in level.item_frequencies for found in [study.instrument_of(key)] if found), None)
    name = study.name(level.construct)
    return study.words.text("customers.outcome_of", name=name, who=study.audience(item.audience)) if item else name


def _heard(study: Source) -> list[Block]:
    """Return what customers said in interviews, most frequent first; topics that group others are left out."""
    words, book = study.words, study.template.codebook
    heads = {code.parent for code in book.codes} if book else set()
    found = [e for e in study.diagnosis.customer_interviews if e.supports + e.contradicts and e.code not in heads
             and not study.is_of_few(e.n_asked)]
    if not found:
        return []
    lines = []
    for e in sorted(found, key=lambda e: -e.supports):
        key = "customers.heard_against" if e.contradicts else "customers.heard"
        lines.append(words.say(key, name=study.code(e.code), k=e.supports, n=e.n_asked, x=e.contradicts))
    quotes = {p.text: p for e in found for p in study.passages(e.quotes, 1) if p.text}
    head = Heading(words.text("customers.heard_head", n=max(e.n_asked for e in found)))
    said = Bullets(tuple(lines))
    if not quotes:
        return [head, said]
    return [Columns((head, said), (Passages(tuple(quotes.values())[:2]),), "6-6")]


def _so_what(study: Source, facets: list[FacetFinding]) -> Statement:
    focus = _focus(facets)
    if focus:
        return study.words.say("customers.so_what", names=study.names([f.level.construct for f in focus]))
    rated = [f for f in facets if f.level.mean is not None and f.level.unfavourable is not None]
    if not rated:
        return study.words.say("customers.so_what_none")
    lowest, stated = min(rated, key=lambda f: f.level.mean or 0).level, _focus_as_stated(study, _mapped(facets))
    return study.words.say("customers.so_what_stated" if stated else "customers.so_what_lowest",
                           names=study.names([f.level.construct for f in stated]),
                           name=study.in_sentence(lowest.construct),
                           share=lowest.unfavourable.value if lowest.unfavourable else None,
                           trace=(f"facet.{lowest.construct}.pomp",
                                  *(f"facet.{f.level.construct}.quadrant" for f in stated)))
