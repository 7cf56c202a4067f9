"""Path diagrams of a fitted model: its measurement, and its regressions from left to right."""

from __future__ import annotations

from analysis.results.sem import ModelParameter, SemResult
from reports.content import Figure
from reports.figures import MeasurementPaths, PathFactor, PathItem, PathNode, StructurePaths
from reports.measured.frame import Context, anchor
from reports.numbers import printed

WEAK = 0.40
SURE = 0.05
MOST_ITEMS = 38             # whose boxes still fit a page


def measurement_figures(context: Context, place: int, result: SemResult, title: str) -> list[Figure]:
    """Return the diagram of loadings and factor correlations of the first group; nothing where it would not fit."""
    words, group = context.words, result.groups[0] if result.groups else ""
    loadings = [p for p in result.parameters if p.op == "=~" and _is_of(p, group, result)]
    names = list(dict.fromkeys(p.lhs for p in loadings))
    if not loadings or len({p.rhs for p in loadings}) > MOST_ITEMS:
        return []
    owner: dict[str, tuple[int, int]] = {}
    items: dict[str, list[PathItem]] = {name: [] for name in names}
    cross = []
    for p in loadings:
        text = printed(p.std_all, "coefficient")
        if p.rhs in owner:
            cross.append((names.index(p.lhs), *owner[p.rhs], text))
        elif p.rhs in names:
            continue                    # a factor of factors is drawn among the paths
        else:
            owner[p.rhs] = (names.index(p.lhs), len(items[p.lhs]))
            r2 = result.r_squared.get(p.rhs)
            items[p.lhs].append(PathItem(
                context.item(p.rhs), text, "" if r2 is None else printed(1 - r2, "coefficient"),
                p.std_all is not None and abs(p.std_all) < WEAK))
    factors = tuple(PathFactor(context.name(name), tuple(items[name])) for name in names if items[name])
    drawn = [name for name in names if items[name]]
    arcs = tuple((drawn.index(p.lhs), drawn.index(p.rhs), printed(p.std_all, "coefficient"))
                 for p in result.parameters if p.op == "~~" and p.lhs != p.rhs and p.lhs in drawn and p.rhs in drawn
                 and _is_of(p, group, result))
    if not factors:
        return []
    values = [p for p in loadings if p.std_all is not None]
    low = min(values, key=lambda p: abs(p.std_all or 0))
    high = max(values, key=lambda p: abs(p.std_all or 0))
    told = {"low": low.std_all, "low_item": low.rhs, "high": high.std_all, "high_item": high.rhs}
    chart = MeasurementPaths(factors, arcs, tuple(cross), words.text("measured.diagram_residual"))
    return [Figure(anchor("f-model", place), words.say("measured.diagram_title", title=title, **told), chart,  # type: ignore[arg-type]  # numbers and keys, no trace among them
                   words.text("measured.diagram_alt", n=len(factors), k=len(owner), **told), group,
                   context.note(words.text("measured.diagram_note")))]


def structure_figures(context: Context, place: int, result: SemResult, title: str) -> list[Figure]:
    """Return the diagram of the regressions of the first group; nothing where there are none."""
    words, group = context.words, result.groups[0] if result.groups else ""
    paths = [p for p in result.parameters if p.op == "~" and _is_of(p, group, result)]
    names = list(dict.fromkeys(name for p in paths for name in (p.rhs, p.lhs)))
    if not paths:
        return []
    latent = {p.lhs for p in result.parameters if p.op == "=~"}
    nodes = []
    outcomes = {p.lhs for p in paths}
    for name in names:
        r2 = result.r_squared.get(name) if name in outcomes else None
        note = "" if r2 is None else words.text("measured.diagram_r2", value=r2)
        nodes.append(PathNode(context.name(name), name in latent, note))
    lines = tuple((names.index(p.rhs), names.index(p.lhs), printed(p.std_all, "coefficient"),
                   p.p_value is not None and p.p_value < SURE) for p in paths)
    arcs = tuple((names.index(p.lhs), names.index(p.rhs), printed(p.std_all, "coefficient"))
                 for p in result.parameters if p.op == "~~" and p.lhs != p.rhs and p.lhs in names and p.rhs in names
                 and _is_of(p, group, result))
    strongest = max(paths, key=lambda p: abs(p.std_all or 0))
    told = {"n": len(paths), "sure": sum(sure for *_, sure in lines), "outcome": context.name(strongest.lhs),
            "predictor": context.name(strongest.rhs), "beta": strongest.std_all}
    return [Figure(anchor("f-paths", place), words.say("measured.paths_title", title=title, **told),  # type: ignore[arg-type]  # see above
                   StructurePaths(tuple(nodes), lines, arcs), words.text("measured.paths_alt", **told), group,
                   context.note(words.text("measured.paths_note")))]


def _is_of(p: ModelParameter, group: str, result: SemResult) -> bool:
    return len(result.groups) < 2 or p.group == group  # noqa: PLR2004  # one group has no name
