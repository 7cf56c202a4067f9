"""The customer file: tiers and stages, sizes of what could be done, quality of the file, value scenarios."""

from __future__ import annotations

import re

from analysis.crossed import hidden_places
from analysis.privacy import told_count
from analysis.results.customers import CustomerPicture
from analysis.told_figures import is_figure_hidden, is_size_hidden
from reports.content import Block, Column, Columns, Figure, Heading, Number, Paragraph, Row, Section, Statement, Table
from reports.figures import Matrix, MatrixCell
from reports.numbers import HIDDEN, printed
from reports.sections.customer_links import connection_blocks, move_blocks, tier_order
from reports.sections.customer_records import quality_table, record_blocks
from reports.sections.customer_source import CustomerSource, customer_source
from reports.sections.source import Source, capitalised
from reports.sections.table_columns import columns_of

SHADES = (0.01, 0.03, 0.06, 0.12)       # share of all customers from which a cell is a shade darker
SIZES = ("key_customers_count", "at_risk_count", "at_risk_aum", "upgrade_candidates_count", "upgrade_gap_sum",
         "cross_sell_gap_count", "unassigned_valuable_count", "tier_value_mismatch_count", "linked_groups_count",
         "split_groups_count", "hidden_group_value_count", "multi_channel_customers_count", "incomplete_records_count",
         "stale_records_count")
RISK = "at_risk"
AT_RISK = re.compile(r"stage = 'decline' or \(is_upper_tier and last_txn_days > (\d+)\)")
SMALL = 0.01                            # a smaller share is told as below 1%, never as 0%
STYLES = {"at_risk_aum": "money", "upgrade_gap_sum": "money"}
SHARES = ("completeness_pct", "stale_fields_pct", "decline_or_dormant_pct", "linked_customers_pct",
          "linked_upper_tier_pct", "tier_value_mismatch_pct",
          "top_decile_aum_share_pct", "at_risk_upper_tier_pct", "upgrade_candidates_pct", "upper_tier_retention_pct")


def customer_file(study: Source) -> list[Section]:
    """Return what the customer files say; nothing where there is none."""
    source = customer_source(study)
    if source is None:
        return []
    dated = source.picture.as_on or (source.picture.moves.now_on if source.picture.moves else "")
    lead = study.words.say("file.lead_dated", day=dated) if dated else study.words.say("file.lead")
    return [Section("customer-file", study.words.text("part.customer_file"), customer_title(source),
                    tuple(_finding_blocks(source)), lead)]


def file_quality(study: Source) -> list[Section]:
    """Return how well the customer file is filled, for an appendix; nothing where there is no file."""
    source = customer_source(study)
    if source is None:
        return []
    return [Section("customer-quality", study.words.text("part.appendix_customer_file"),
                    study.words.say("file.quality_title"), tuple(_quality_blocks(source)), is_appendix=True)]


def customer_title(study: CustomerSource) -> Statement:
    """Return the finding at the head of the part."""
    picture, pct = study.picture, study.picture.figures.get("decline_or_dormant_pct")
    if pct is None or is_figure_hidden(picture, "decline_or_dormant_pct", study.minimum_group):
        return study.words.say("file.title_plain", n=picture.n_customers)
    return study.words.say("file.title", share=pct, n=picture.n_customers, trace=("data.decline_or_dormant_pct",))


def customer_blocks(study: CustomerSource) -> list[Block]:
    """Return everything on the customer file, for its page."""
    return [*_finding_blocks(study), Heading(study.words.text("file.quality_title")), *_quality_blocks(study)]


def _quality_blocks(study: CustomerSource) -> list[Block]:
    table = quality_table(study)
    return [_quality(study, study.picture), *([table] if table else [])]


def _finding_blocks(study: CustomerSource) -> list[Block]:
    picture = study.picture
    blocks: list[Block] = [_matrix(study, picture)]
    sizes, shares = _sizes(study, picture), _shares(study, picture)
    if sizes and shares:
        blocks.append(Columns((sizes,), (shares,), "7-5"))
    blocks += [Paragraph((said,)) for said in (_managers(study, picture),) if said]
    blocks += [*record_blocks(study), *connection_blocks(study), *move_blocks(study)]
    blocks += [Heading(study.words.text("file.value_head"))] if picture.weights or picture.clv else []
    blocks += [Paragraph((said,), "small") for said in (_weights(study, picture),) if said]
    return [*blocks, _clv(study, picture)] if picture.clv else blocks


def _managers(study: CustomerSource, picture: CustomerPicture) -> Statement | None:
    load = picture.managers
    if load is None or told_count(load.n_managers, study.minimum_group) is None:
        return None
    key = "file.managers" if load.median is None else "file.managers_spread"
    return study.words.say(key, managers=load.n_managers, assigned=load.n_assigned, mean=load.mean, median=load.median,
                           low=load.low, high=load.high, trace=("data.customers_per_rm",))


def _weights(study: CustomerSource, picture: CustomerPicture) -> Statement | None:
    """Return the weights of the value index, where they come from, and how much they matter."""
    if not picture.weights or not picture.index_sensitivity:
        return None
    words = study.words
    parts = words.join([words.text("file.weight", part=_part(study, key), weight=weight)
                        for key, weight in picture.weights.items()])
    most = max(picture.index_sensitivity, key=lambda key: picture.index_sensitivity[key])
    key = "file.weights_stated" if picture.consistency_ratio is None else "file.weights_compared"
    return words.say(key, parts=parts, ratio=picture.consistency_ratio, most=_part(study, most),
                     share=picture.index_sensitivity[most])


def _part(study: CustomerSource, key: str) -> str:
    phrase = f"value.{key}"
    return study.words.text(phrase) if study.words.has(phrase) else key.replace("_", " ")


def _matrix(study: CustomerSource, picture: CustomerPicture) -> Figure:
    words = study.words
    keys = study.stages({key for row in picture.customers_by_tier_and_stage.values() for key, n in row.items() if n})
    heads = tuple(study.stage(key) for key in keys)
    rows, cells = [], []
    hidden = hidden_places(picture.customers_by_tier_and_stage, study.minimum_group)
    by_tier = sorted(picture.customers_by_tier_and_stage.items(), key=lambda pair: tier_order(study, pair[0]))
    for tier, counts in by_tier:
        total = sum(max(n, 0) for n in counts.values())
        rows.append((study.tier(tier), HIDDEN if tier in hidden.rows else printed(float(total), "count")))
        cells.append(tuple(_cell(counts.get(key, 0), picture.n_customers, is_hidden=(tier, key) in hidden.cells)
                           for key in keys))
    largest = max(((n, tier, key) for tier, counts in picture.customers_by_tier_and_stage.items()
                   for key, n in counts.items()
                   if key in keys and (tier, key) not in hidden.cells), default=(0, "", ""))
    alt = words.text("file.matrix_alt", rows=len(rows), columns=len(keys), n=largest[0],
                     tier=study.tier(largest[1]) if largest[1] else "–", stage=study.stage(largest[2]))
    return Figure("f-tiers", words.say("file.matrix_title", n=picture.n_customers), Matrix(
        tuple(rows), heads, tuple(cells)), alt, words.text("file.matrix_unit"),
        words.text("file.matrix_source", minimum=study.minimum_group))


def _cell(n: int, total: int, *, is_hidden: bool) -> MatrixCell:
    if n == 0:
        return MatrixCell("–")
    if is_hidden:
        return MatrixCell(HIDDEN)
    return MatrixCell(printed(float(n), "count"), step=sum(n / total >= border for border in SHADES))


def _sizes(study: CustomerSource, picture: CustomerPicture) -> Table | None:
    words = study.words
    rows = tuple(Row((Statement(_size_name(study, key)), _size(study, picture, key)))
                 for key in SIZES if picture.figures.get(key) is not None)
    if not rows:
        return None
    columns = (Column(words.text("file.what"), 0.72), Column(words.text("file.size"), 0.28, "right"))
    source = words.text("file.sizes_source" if study.money else "file.sizes_source_no_unit")
    is_told = any(picture.figures.get(key) is not None for key in SIZES if key.startswith(RISK))
    said = [_at_risk(study)] if is_told else []
    return Table("t-sizes", words.say("file.sizes_title"), columns, rows, "",
                 words.text("labels.between_sentences").join([*filter(None, said), source]), is_dense=True)


def _at_risk(study: CustomerSource) -> str:
    """Return who counts as at risk: in words where the value model has the rule that they are of, else as its rule."""
    rule = study.model.flags.get(RISK, "") if study.model else ""
    known = AT_RISK.fullmatch(rule)
    if known:
        return study.words.text("file.at_risk", days=int(known[1]))
    return study.words.text("file.at_risk_rule", rule=rule) if rule else ""


def _size_name(study: CustomerSource, key: str) -> str:
    name = capitalised(study.words.text(f"data.{key}"))
    return study.words.text("file.in_unit", name=name, unit=study.money) if key in STYLES and study.money else name


def _size(study: CustomerSource, picture: CustomerPicture, key: str) -> Number:
    style, trace = STYLES.get(key, "count"), (f"data.{key}",)
    if is_size_hidden(picture, key, study.minimum_group):
        return Number(None, style, trace=trace, is_hidden=True)  # type: ignore[arg-type]  # the two styles are number styles
    return Number(picture.figures[key], style, trace=trace)  # type: ignore[arg-type]  # the two styles are number styles


def _shares(study: CustomerSource, picture: CustomerPicture) -> Table | None:
    words = study.words
    rows = tuple(Row((Statement(capitalised(words.text(f"data.{key}"))), _share(study, picture, key)))
                 for key in SHARES if picture.figures.get(key) is not None)
    if not rows:
        return None
    columns = (Column(words.text("file.what"), 0.72), Column(words.text("file.share"), 0.28, "right"))
    return Table("t-shares", words.say("file.shares_title"), columns, rows, is_dense=True)


def _share(study: CustomerSource, picture: CustomerPicture, key: str) -> Number:
    value, is_hidden = picture.figures.get(key), is_figure_hidden(picture, key, study.minimum_group)
    return Number(None if value is None or is_hidden else value / 100, "percent", trace=(f"data.{key}",),
                  is_hidden=is_hidden)


def _quality(study: CustomerSource, picture: CustomerPicture) -> Paragraph:
    words = study.words
    missing = words.join([words.text("file.missing_part" if share >= SMALL else "file.missing_small", share=share,
                                     field=study.field(key))
                          for key, share in sorted(picture.missing_share.items(), key=lambda pair: -pair[1])
                          if share > 0]) or words.text("labels.none")
    item = words.say("file.quality", rows=picture.n_rows, customers=picture.n_customers,
                     duplicates=picture.n_duplicate_rows, negative=sum(picture.n_negative.values()),
                     unknown=picture.n_unknown_tier, tenure=picture.n_impossible_tenure, missing=missing)
    return Paragraph((Statement(words.text("file.quality_head")), item), "small")


def _clv(study: CustomerSource, picture: CustomerPicture) -> Table:
    words, model = study.words, study.model
    actions = model.stage_actions if model else {}
    rows = []
    # The number of customers of a stage is the total of a column of the matrix.
    hidden = hidden_places(picture.customers_by_tier_and_stage, study.minimum_group).columns
    for key, scenario in picture.clv.items():
        if scenario.n < study.minimum_group or key in hidden:
            continue
        rows.append(Row((Statement(study.stage(key)), Number(float(scenario.n), "count"),
                         Number(scenario.value, "millions", scenario.low, scenario.high),
                         Number(scenario.assumptions.get("retention"), "percent"),
                         Statement(study.read(actions[key]) if key in actions else "–"))))
    columns = columns_of(words, "file.clv_",
        ("stage", 0.16, "left"), ("n", 0.1, "right"), ("value", 0.22, "left"), ("retention", 0.12, "right"),
        ("action", 0.4, "left"))
    return Table("t-clv", words.say("file.clv_title"), columns, tuple(rows), words.text(
        "file.clv_unit_named" if study.money else "file.clv_unit", unit=study.money),
                 words.text("file.clv_source"), is_dense=True)


