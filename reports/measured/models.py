"""Confirmatory and structural models: fit, loadings, paths, reliability of factors, diagrams, what might be freed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.results.measurement import Estimate
from analysis.results.sem import FactorReliability, ModelParameter, SemResult
from reports.content import Block, Cell, Column, Number, Row, Statement, Table
from reports.measured.diagrams import measurement_figures, structure_figures
from reports.measured.frame import Context, Part, Widths, anchor, fitted, read_as, told_together, told_warnings, when
from reports.numbers import printed, style_of_size
from reports.wording import Words

WEAK = 0.40                 # a standardised loading below it says little of its item (Stevens 2002)
ORDINAL = "WLSMV"
GOOD_CFI, GOOD_RMSEA, GOOD_SRMR = 0.95, 0.06, 0.08      # Hu & Bentler 1999
SURE = 0.05
MORE = ("modification_indices", "bootstrap")


@dataclass(frozen=True)
class FittedModel:
    """A model with what was asked for besides."""

    result: SemResult
    more: Mapping[str, Any]


def read_model(document: Mapping[str, Any]) -> FittedModel:
    """Return the model in a document; CodecError where it has another layout."""
    return FittedModel(read_as(SemResult, document), {key: document[key] for key in MORE if document.get(key)})


def build(context: Context, results: Mapping[str, FittedModel]) -> list[Part]:
    """Return the fit of all models in one table, then each model."""
    parts = [_model(context, place, key, found) for place, (key, found) in enumerate(results.items())]
    first = parts[0]
    blocks = (fit_table(context, "t-models", {key: found.result for key, found in results.items()}), *first.blocks)
    return [Part(first.chapter, first.title, blocks, first.points, first.warnings), *parts[1:]]


def _model(context: Context, place: int, key: str, found: FittedModel) -> Part:
    words, result, title = context.words, found.result, context.title(key)
    loadings = [p for p in result.parameters if p.op == "=~"]
    cfi, rmsea = _judged_by(result)
    told: dict[str, Any] = {"title": title, "cfi": printed(cfi, "three"), "srmr": printed(result.fit.srmr, "three"),
                            "rmsea": printed(rmsea, "three")}
    warnings = [*told_warnings(words, result.warnings, title), *_misfit(context, result, title),
                *_of_factors(context, result, title)]
    weak = [p.rhs for p in loadings if p.std_all is not None and abs(p.std_all) < WEAK]
    if weak:
        warnings.append(words.say("measured.warn_weak_loading", title=title,
                                  items=words.join(list(dict.fromkeys(weak)))))
    return Part("models", words.say("measured.models_title", **told), tuple(_blocks(context, place, found, title)),
                (words.say("measured.models_point", **told),), tuple(warnings))


def _of_factors(context: Context, result: SemResult, title: str) -> tuple[Statement, ...]:
    """Return what is said of single factors, each kind in one sentence with the items of all of them."""
    found = [caution for scale in result.reliability for caution in scale.warnings]
    return told_together(context.words, list(dict.fromkeys(found)), title)


def _blocks(context: Context, place: int, found: FittedModel, title: str) -> list[Block]:
    """Return tables first: they part at the end of a page, where a tall diagram would leave it empty."""
    result, blocks, diagrams = found.result, list[Block](), list[Block]()
    if any(p.op == "=~" for p in result.parameters):
        blocks.append(_loadings(context, place, result, title))
        if result.reliability:
            blocks.append(_reliability(context, place, result, title))
        diagrams.extend(measurement_figures(context, place, result, title))
    paths = [p for p in result.parameters if p.op in ("~", ":=")]
    if paths:
        blocks.append(_paths(context, place, paths, title))
        diagrams.extend(structure_figures(context, place, result, title))
    if found.more.get("bootstrap"):
        blocks.append(_bootstrap(context, place, found.more["bootstrap"], title))
    if found.more.get("modification_indices"):
        blocks.append(_modification(context, place, found, title))
    return [*blocks, *diagrams]


def _judged_by(result: SemResult) -> tuple[float | None, float | None]:
    """Return CFI and RMSEA; scaled for ordinal items, whose plain ones rest on no chi-square."""
    fit, scaled = result.fit, result.fit.scaled
    if result.estimator == ORDINAL and scaled is not None:
        return scaled.cfi_scaled, scaled.rmsea_scaled.value if scaled.rmsea_scaled else None
    return fit.cfi, fit.rmsea.value if fit.rmsea else None


def _misfit(context: Context, result: SemResult, title: str) -> list[Statement]:
    fit, (cfi, rmsea) = result.fit, _judged_by(result)
    poor = [name for name, is_poor in (
        ("CFI", cfi is not None and cfi < GOOD_CFI),
        ("RMSEA", rmsea is not None and rmsea > GOOD_RMSEA),
        ("SRMR", fit.srmr is not None and fit.srmr > GOOD_SRMR)) if is_poor]
    words = context.words
    return [words.say("measured.warn_misfit", title=title, indices=words.join(poor))] if poor else []


def fit_table(context: Context, key: str, results: Mapping[str, SemResult]) -> Table:
    """Return the fit of models, one row each, and a second one where tests are scaled."""
    words, rows = context.words, []
    for name, result in results.items():
        fit = result.fit
        rmsea = fit.rmsea
        rows.append(Row((
            Statement(context.title(name)), Number(float(result.n), "count"), Number(fit.chi2.value, "one"),
            Number(float(fit.chi2.df), "count"), Number(fit.chi2.p_value, "p"), Number(fit.cfi, "three"),
            Number(fit.tli, "three"), Number(rmsea.value if rmsea else None, "three", rmsea.ci_low if rmsea else None,
                                             rmsea.ci_high if rmsea else None),
            Number(fit.srmr, "three"), Number(fit.aic, "one"), Number(fit.bic, "one"))))
        rows.extend(_corrected_rows(words, result))
    widths: Widths = [("model", 0.17, "left"), ("n", 0.07, "right"), ("chi2", 0.09, "right"), ("df", 0.06, "right"),
                      ("p", 0.08, "right"), ("cfi", 0.07, "right"), ("tli", 0.07, "right"), ("rmsea", 0.17, "right"),
                      ("srmr", 0.07, "right"), ("aic", 0.1, "right"), ("bic", 0.1, "right")]
    estimators = words.join(list(dict.fromkeys(result.estimator for result in results.values())))
    missing = dict.fromkeys(words.text(f"measured.missing_{result.missing}") for result in results.values())
    between = words.text("labels.between_sentences")
    note = words.text("measured.model_fit_note", estimator=estimators, missing=between.join(missing))
    if any(result.estimator == ORDINAL for result in results.values()):
        note = between.join([note, words.text("measured.model_fit_note_ordinal")])
    return Table(key, words.say("measured.model_fit_title", n=len(results)), fitted(words, "measured.model_", widths),
                 tuple(rows), "", context.note(note), is_dense=True)


def _corrected_rows(words: Words, result: SemResult) -> list[Row]:
    """Return the scaled test with robust indices; of ordinal items the scaled indices too, by which they are judged."""
    scaled, estimator = result.fit.scaled, result.estimator
    if scaled is None or scaled.chi2 is None:
        return []
    test: tuple[Cell, ...] = (Number(scaled.chi2.value, "one"), Number(float(scaled.chi2.df), "count"),
                              Number(scaled.chi2.p_value, "p"))
    robust = words.text("measured.model_robust", estimator=estimator)
    of_robust = (scaled.cfi_robust, scaled.tli_robust, scaled.rmsea_robust)
    if estimator != ORDINAL:
        return [_corrected_row(robust, test, *of_robust)]
    return [_corrected_row(words.text("measured.model_scaled", estimator=estimator), test, scaled.cfi_scaled,
                           scaled.tli_scaled, scaled.rmsea_scaled),
            _corrected_row(robust, (Statement(""),) * 3, *of_robust)]


def _corrected_row(name: str, test: tuple[Cell, ...], cfi: float | None, tli: float | None,
                   rmsea: Estimate | None) -> Row:
    size = (Number(rmsea.value, "three", rmsea.ci_low, rmsea.ci_high) if rmsea else Number(None, "three"))
    return Row((Statement(name), Statement(""), *test, Number(cfi, "three"), Number(tli, "three"), size,
                Statement(""), Statement(""), Statement("")))


def _loadings(context: Context, place: int, result: SemResult, title: str) -> Table:
    words, rows = context.words, []
    loadings = [p for p in result.parameters if p.op == "=~"]
    wordings = context.has_wordings([p.rhs for p in loadings])
    head = ""
    for p in loadings:
        group = f"{context.name(p.lhs)}" + (f" · {p.group}" if len(result.groups) > 1 else "")
        if group != head:
            rows.append(Row((Statement(group),), is_group=True))
            head = group
        name = p.rhs if len(result.groups) < 2 else f"{p.rhs} in {p.group}"  # noqa: PLR2004  # one group has no name
        rows.append(Row((
            Statement(p.rhs), *((Statement(context.wording(p.rhs)),) if wordings else ()),
            Number(p.estimate, "coefficient"),
            *_error(words.text("measured.model_fixed"), p),
            Number(p.std_all, style_of_size(p.std_all, WEAK), p.std_all_ci_low, p.std_all_ci_high,
                   is_emphasised=p.std_all is not None and abs(p.std_all) >= WEAK),
            Number(result.r_squared.get(name, result.r_squared.get(p.rhs)), "coefficient"))))
    widths: Widths = [("item", 0.14, "left"), *when(wordings, ("wording", 0.3, "left")), ("estimate", 0.1, "right"),
                      ("se", 0.1, "right"), ("p", 0.1, "right"), ("standardised", 0.2, "right"), ("r2", 0.08, "right")]
    return Table(anchor("t-model-loadings", place), words.say("measured.model_loadings_title", title=title),
                 fitted(words, "measured.model_", widths), tuple(rows), "",
                 context.note(words.with_finer(
                     words.text("measured.model_loadings_note", confidence=result.confidence),
                     (style_of_size(p.std_all, WEAK) for p in loadings))), is_dense=True)


def _error(fixed: str, p: ModelParameter) -> tuple[Cell, Cell]:
    if not p.is_free and not p.se:
        return Statement(fixed), Statement("")
    return Number(p.se, "coefficient"), Number(p.p_value, "p")


def _paths(context: Context, place: int, paths: list[ModelParameter], title: str) -> Table:
    words = context.words
    has_groups = len({p.group for p in paths if p.op == "~"}) > 1
    rows = []
    for p in paths:
        outcome, predictor = context.name(p.lhs), context.name(p.rhs)
        name = (words.text("measured.model_defined", name=p.lhs) if p.op == ":="
                else words.text("measured.model_regression", outcome=outcome, predictor=predictor))
        label = f" ({p.label})" if p.label and p.op == "~" else ""
        rows.append(Row((
            Statement(name + label), *((Statement(p.group),) if has_groups else ()),
            Number(p.estimate, "coefficient", p.ci_low, p.ci_high), Number(p.se, "coefficient"), Number(p.p_value, "p"),
            Number(p.std_all, "coefficient", p.std_all_ci_low, p.std_all_ci_high))))
    widths: Widths = [("path", 0.34, "left"), *when(has_groups, ("group", 0.12, "left")), ("estimate", 0.2, "right"),
                      ("se", 0.08, "right"), ("p", 0.09, "right"), ("standardised", 0.2, "right")]
    return Table(anchor("t-model-paths", place), words.say("measured.model_paths_title", title=title, n=len(rows)),
                 fitted(words, "measured.model_", widths), tuple(rows), "",
                 context.note(words.text("measured.model_paths_note")), is_dense=True)


def _reliability(context: Context, place: int, result: SemResult, title: str) -> Table:
    words = context.words
    has_groups = len(result.groups) > 1

    def row(found: FactorReliability) -> Row:
        distinct = "–" if found.is_distinct is None else words.text(
            "measured.model_distinct" if found.is_distinct else "measured.model_not_distinct")
        return Row((Statement(context.name(found.factor)), *((Statement(found.group),) if has_groups else ()),
                    *(Number(value, "coefficient") for value in (
                        found.cr, found.ave, found.omega, found.alpha, found.largest_squared_correlation)),
                    Statement(distinct)))

    widths: Widths = [("factor", 0.26, "left"), *when(has_groups, ("group", 0.12, "left")), ("cr", 0.09, "right"),
                      ("ave", 0.09, "right"), ("omega", 0.09, "right"), ("alpha", 0.09, "right"),
                      ("largest", 0.14, "right"), ("is_distinct", 0.14, "left")]
    return Table(anchor("t-model-reliability", place), words.say("measured.model_reliability_title", title=title),
                 fitted(words, "measured.model_", widths), tuple(map(row, result.reliability)), "",
                 context.note(words.text("measured.model_reliability_note")), is_dense=True)


def _bootstrap(context: Context, place: int, found: list[Mapping[str, Any]], title: str) -> Table:
    words = context.words
    rows = tuple(Row((Statement(_parameter(row)), Number(row["estimate"], "coefficient", row["ci_low"], row["ci_high"]),
                      Number(row["se"], "coefficient"))) for row in found if row["op"] in ("~", ":="))
    columns = (Column(words.text("measured.model_parameter"), 0.5),
               Column(words.text("measured.model_estimate"), 0.3, "right"),
               Column(words.text("measured.model_se"), 0.2, "right"))
    return Table(anchor("t-model-bootstrap", place), words.say(
        "measured.model_bootstrap_title", title=title, n=found[0]["n_resamples"], method=found[0]["method"]), columns,
        rows, "", "", is_dense=True)


def _modification(context: Context, place: int, model: FittedModel, title: str) -> Table:
    words = context.words
    found: list[Mapping[str, Any]] = model.more["modification_indices"]
    is_ordinal = model.result.estimator == ORDINAL
    rows = tuple(Row((Statement(_parameter(row)), Number(row["mi_scaled" if is_ordinal else "mi"], "one"),
                      Number(row["p_value"], "p"), Number(row["epc"], "coefficient"),
                      Number(row["epc_std_all"], "coefficient"))) for row in found)
    note = "measured.model_modification_note_ordinal" if is_ordinal else "measured.model_modification_note"
    columns = (Column(words.text("measured.model_parameter"), 0.4), Column("MI", 0.15, "right"),
               Column(words.text("measured.model_p"), 0.15, "right"), Column("EPC", 0.15, "right"),
               Column(words.text("measured.model_epc_standardised"), 0.15, "right"))
    return Table(anchor("t-model-modification", place), words.say("measured.model_modification_title", title=title,
                                                                  n=len(rows)), columns, rows, "",
                 context.note(words.text(note)), is_dense=True)


def _parameter(row: Mapping[str, Any]) -> str:
    group = f" · {row['group']}" if row.get("group") else ""
    return f"{row['lhs']} {row['op']} {row['rhs']}".strip() + group
