"""How consistently scales measure: alpha, omega and their intervals; a general factor; which items weaken a scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.results.measurement import Omega, Reliability
from reports.content import Block, Column, Number, Row, Statement, Table
from reports.measured.frame import Context, Part, Widths, anchor, fitted, told_together, told_warnings, when
from reports.numbers import printed, style_beside, style_of_size, styles_of_sizes
from reports.sections.measurement_tables import reliability_figure

ACCEPTABLE = 0.70           # diagnostic model, section 3
BETTER_WITHOUT = 0.02       # a gain of alpha below this is within what rounding and chance give
GOOD, LIMITED = 0.80, 0.60
TOLD_HERE = {"heywood", "turned"}       # in a sentence, in the table
LOADING_SHOWN = 0.20        # of group factors; Schmid and Leiman's are small by construction


def build(context: Context, results: Mapping[str, Reliability]) -> list[Part]:
    """Return the reliability of all scales together."""
    words = context.words
    blocks: list[Block] = []
    if len(results) > 1:
        note = context.note(words.text("measured.alpha_note"))
        blocks.append(reliability_figure(words, results, context.title, note))
    blocks.append(_table(context, results))
    good = sum((r.alpha.value or 0) >= ACCEPTABLE for r in results.values())
    title = words.say("measured.scales_title", good=good, n=len(results))
    point = words.say("datafile.point_scales", good=good, n=len(results))
    warnings = [warning for key, r in results.items() for warning in _warnings(context, key, r)]
    return [Part("scales", title, tuple(blocks), (point,), tuple(warnings))]


def _table(context: Context, results: Mapping[str, Reliability]) -> Table:
    words = context.words
    has_second = any(r.lambda6 is not None for r in results.values())
    rows = []
    for key, r in results.items():
        omega = r.omega_total
        rows.append(Row((
            Statement(context.title(key)), Number(float(r.k), "count"), Number(float(r.n), "count"),
            Number(r.alpha.value, style_beside(r.alpha.value, (LIMITED, ACCEPTABLE, GOOD)), r.alpha.ci_low,
                   r.alpha.ci_high),
            Number(r.alpha_standardised, "coefficient"),
            Number(omega.value if omega else r.spearman_brown, "coefficient", omega.ci_low if omega else None,
                   omega.ci_high if omega else None),
            *((Number(r.lambda6, "coefficient"),) if has_second else ()),
            Number(r.average_r, "coefficient"), Number(r.mean, "mean"), Number(r.sd, "mean"),
            Statement(words.text(f"quality.{verdict(r.alpha.value)}")))))
    widths: Widths = [("scale", 0.22, "left"), ("items", 0.06, "right"), ("n", 0.08, "right"), ("alpha", 0.17, "right"),
              ("standardised", 0.09, "right"), ("omega", 0.13, "right"),
              *when(has_second, ("lambda6", 0.06, "right")), ("r", 0.06, "right"), ("mean", 0.07, "right"),
              ("sd", 0.06, "right"), ("verdict", 0.12, "left")]
    columns = fitted(words, "measured.scales_column_", widths)
    styles = [style_beside(r.alpha.value, (LIMITED, ACCEPTABLE, GOOD)) for r in results.values()]
    note = words.text("measured.scales_note", confidence=next(iter(results.values())).alpha.confidence,
                      missing=words.text(f"measured.missing_{next(iter(results.values())).missing}"))
    return Table("t-reliability", words.say("measure.table_title", n=len(rows)), columns, tuple(rows), "",
                 context.note(words.with_finer(note, styles)), is_dense=True)


def verdict(alpha: float | None) -> str:
    """Return the word of the diagnostic model for an alpha."""
    if alpha is None:
        return "cannot_judge"
    return ("good" if alpha >= GOOD else "acceptable" if alpha >= ACCEPTABLE
            else "limited" if alpha >= LIMITED else "not_a_scale")


def _warnings(context: Context, key: str, r: Reliability) -> list[Statement]:
    words, title = context.words, context.title(key)
    against = [item.key for item in r.items if item.item_rest_r is not None and item.item_rest_r < 0]
    alpha = r.alpha.value
    weak = [item for item in r.items if alpha is not None and item.alpha_if_dropped is not None
            and item.alpha_if_dropped > alpha + BETTER_WITHOUT]
    found = []
    if against:
        found.append(words.say("measured.warn_against", title=title, items=words.join(against)))
    found.extend(words.say("measured.warn_weaker", title=title, item=item.key, alpha=alpha,
                           dropped=item.alpha_if_dropped) for item in weak if item.key not in against)
    further = tuple(word for word in r.warnings if not word.startswith("negative_item_rest"))     # told above
    found.extend(told_warnings(words, further, title))
    return found


def build_omega(context: Context, results: Mapping[str, Omega]) -> list[Part]:
    """Return the share of a general factor, with the loadings it rests on."""
    return [_omega(context, place, key, found) for place, (key, found) in enumerate(results.items())]


def _omega(context: Context, place: int, key: str, found: Omega) -> Part:
    words = context.words
    k = len(found.groups[0]) if found.groups else 0
    each = 0.55 / max(k + 1, 1)
    columns = (Column(words.text("measure.item_key"), 0.3), Column("g", each, "right"),
               *(Column(words.text("measured.omega_group", number=group + 1), each, "right") for group in range(k)),
               Column("h²", 0.15, "right"))
    turned = {item: words.text("measured.omega_turned") for item in found.turned_items}
    rows = tuple(
        Row((Statement(context.item(item) + turned.get(item, "")),
             Number(general, style_of_size(general, LOADING_SHOWN), is_emphasised=abs(general) >= LOADING_SHOWN),
             *(Number(value, style_of_size(value, LOADING_SHOWN), is_light=abs(value or 0) < LOADING_SHOWN)
               for value in groups),
             Number(common, "coefficient")))
        for item, general, groups, common in zip(found.items, found.general, found.groups, found.communalities,
                                                 strict=True))
    told: dict[str, Any] = {"title": context.title(key), "total": found.omega_total, "hierarchical": printed(
        found.omega_hierarchical, "coefficient"), "ecv": printed(found.ecv, "percent"), "n": found.n,
            "limit": printed(found.omega_limit, "coefficient")}
    title = words.say("measured.omega_title", **told)
    table = Table(anchor("t-omega", place), words.say("measured.omega_table", **told), columns, rows, "",
                  context.note(words.with_finer(words.text("measured.omega_note", **told), styles_of_sizes(
                      [found.general, *found.groups], LOADING_SHOWN))), is_dense=True)
    warnings = ((words.say("measured.warn_heywood", title=context.title(key), items=words.join(found.heywood_items)),)
                if found.heywood_items else ())
    further = [word for word in found.warnings if word.partition(": ")[0] not in TOLD_HERE]
    warnings = (*warnings, *told_together(words, further, context.title(key)))
    return Part("scales", title, (table,), (words.say("measured.omega_point", **told),), warnings)
