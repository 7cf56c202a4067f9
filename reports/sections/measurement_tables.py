"""Tables and charts of measurement, shared by the study report's appendix and the measurement report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from analysis.results.measurement import FactorSolution, ItemStatistics, ParallelAnalysis, Reliability
from reports.content import Column, Figure, Number, Row, Statement, Table
from reports.figures import Curve, Forest, ForestRow, Series
from reports.numbers import printed, style_beside, style_of_size, styles_of_sizes, with_interval
from reports.sections.table_columns import columns_of
from reports.wording import Words

LOADING_SHOWN = 0.30                    # loadings from here are set bold, as is usual in print
MOST_EIGENVALUES = 15
ALPHA_GOOD, ALPHA_ACCEPTABLE, ALPHA_LIMITED = 0.80, 0.70, 0.60      # diagnostic model, section 3
# Widths of names, items and alphas: Chinese names are short, and its figures wide.
NAMES_AND_ITEMS = {"en": (0.14, 0.55, 0.15), "zh": (0.12, 0.55, 0.17)}

Name = Callable[[str], str]


def reliability_figure(words: Words, scales: Mapping[str, Reliability], name: Name, source: str) -> Figure:
    """Return alpha with its Feldt interval for each scale."""
    ordered = sorted(scales.items(), key=lambda pair: -(pair[1].alpha.value or 0))
    rows = tuple(ForestRow(name(key), r.alpha.value, r.alpha.ci_low, r.alpha.ci_high, r.n, "", False,
                           with_interval(r.alpha.value, r.alpha.ci_low, r.alpha.ci_high, "coefficient", words.language))
                 for key, r in ordered)
    lows = [r.alpha.ci_low for r in scales.values() if r.alpha.ci_low is not None]
    start = 0.4 if not lows or min(lows) >= 0.4 else max(min(lows) // 0.2 * 0.2, 0.0)  # noqa: PLR2004  # axis begins here
    ticks = tuple((round(start + 0.1 * n, 1), f"{start + 0.1 * n:.1f}") for n in range(round((1 - start) * 10) + 1))
    chart = Forest(rows, start, 1.0, ticks, words.text("measure.alpha_axis"), words.text("measure.alpha_head"),
                   words.text("labels_chart.n"), reference=ALPHA_ACCEPTABLE)
    good = sum((r.alpha.value or 0) >= ALPHA_ACCEPTABLE for r in scales.values())
    alt = words.text("measure.alpha_alt", n=len(rows), good=good, first=rows[0].label, value=rows[0].text,
                     last=rows[-1].label, last_value=rows[-1].text)
    return Figure("f-alpha", words.say("measure.alpha_title", good=good, n=len(rows)), chart, alt,
                  words.text("measure.alpha_unit"), source)


def reliability_table(words: Words, scales: Mapping[str, Reliability], name: Name, source: str,
                      verdicts: Mapping[str, str] | None = None,
                      limits: Sequence[float] = (ALPHA_LIMITED, ALPHA_ACCEPTABLE, ALPHA_GOOD)) -> Table:
    """Return alpha, omega, mean inter-item r and verdict for each scale; `limits` are those that alpha is judged by."""
    rows = []
    for key, r in scales.items():
        omega = r.omega_total
        rows.append(Row((
            Statement(name(key)), Number(float(r.k), "count"), Number(float(r.n), "count"),
            Number(r.alpha.value, style_beside(r.alpha.value, limits), r.alpha.ci_low, r.alpha.ci_high),
            Number(omega.value if omega else r.spearman_brown, "coefficient", omega.ci_low if omega else None,
                   omega.ci_high if omega else None),
            Number(r.average_r, "coefficient"), Number(r.mean, "mean"), Number(r.sd, "mean"),
            Statement(words.text(f"quality.{verdicts[key]}") if verdicts else words.text(
                f"quality.{_verdict(r.alpha.value)}")))))
    has_limits = any(r.omega_total and r.omega_total.ci_low is not None for r in scales.values())
    columns = columns_of(words, "measure.column_",
        ("scale", 0.27, "left"), ("items", 0.06, "right"), ("n", 0.06, "right"), ("alpha", 0.15, "left"),
        ("omega" if has_limits else "omega_plain", 0.13, "left"), ("r", 0.06, "right"), ("mean", 0.07, "right"),
        ("sd", 0.06, "right"), ("verdict", 0.14, "left"))
    note = words.with_finer(source, (style_beside(r.alpha.value, limits) for r in scales.values()))
    return Table("t-reliability", words.say("measure.table_title", n=len(rows)), columns, tuple(rows), "", note,
                 is_dense=True)


def _verdict(alpha: float | None) -> str:
    if alpha is None:
        return "cannot_judge"
    return ("good" if alpha >= ALPHA_GOOD else "acceptable" if alpha >= ALPHA_ACCEPTABLE
            else "limited" if alpha >= ALPHA_LIMITED else "not_a_scale")


def item_table(words: Words, scales: Mapping[str, Sequence[ItemStatistics]], name: Name, wording: Name | None,
               source: str) -> Table:
    """Return mean, spread and item-rest correlation of every item, under its scale; without `wording` keys only."""
    rows = []
    for key, items in scales.items():
        rows.append(Row((Statement(name(key)),), is_group=True))
        for item in items:
            label = f"{item.key}{words.text('measure.reversed') if item.is_reverse else ''}"
            spoken = (Statement(wording(item.key)),) if wording else ()
            rows.append(Row((Statement(label), *spoken, Number(float(item.n), "count"),
                             Number(item.mean, "mean"), Number(item.sd, "mean"),
                             Number(item.item_rest_r, "coefficient"), Number(item.alpha_if_dropped, "coefficient"))))
    widths: tuple[tuple[str, float], ...] = (
        (("key", 0.13), ("wording", 0.41), ("n", 0.08), ("mean", 0.08), ("sd", 0.08), ("rest", 0.1), ("dropped", 0.12))
        if wording else (("key", 0.3), ("n", 0.12), ("mean", 0.12), ("sd", 0.12), ("rest", 0.15), ("dropped", 0.19)))
    columns = tuple(Column(words.text(f"measure.item_{key}"), width, "left" if key in ("key", "wording") else "right")
                    for key, width in widths)
    n_items = sum(len(items) for items in scales.values())
    return Table("t-items", words.say("measure.item_title", n=n_items), columns, tuple(rows), "", source, is_dense=True)


def item_summary(words: Words, scales: Mapping[str, Sequence[ItemStatistics]], name: Name, source: str) -> Table:
    """Return the same figures in one row for each scale, its items in their order."""
    def line(values: list[str]) -> Statement:
        return Statement(", ".join(values))

    rows = tuple(Row((
        Statement(name(key)),
        line([words.text("measure.item_mean_sd", key=item.key + (
            words.text("measure.reversed") if item.is_reverse else ""), mean=item.mean, sd=item.sd) for item in items]),
        line([printed(item.item_rest_r, "coefficient") for item in items]),
        line([printed(item.alpha_if_dropped, "coefficient") for item in items]))) for key, items in scales.items())
    names, told, dropped = NAMES_AND_ITEMS[words.language]
    columns = columns_of(words, "measure.summary_", ("scale", names), ("items", told), ("rest", 0.16),
                         ("dropped", dropped))
    n_items = sum(len(items) for items in scales.values())
    return Table("t-items", words.say("measure.item_title", n=n_items), columns, rows, "", source, is_dense=True)


def parallel_figure(words: Words, found: ParallelAnalysis, source: str) -> Figure:
    """Return observed eigenvalues beside those of random data."""
    most = min(MOST_EIGENVALUES, len(found.observed_components))
    series = (Series(words.text("measure.observed"), found.observed_components[:most]),
              Series(words.text("measure.random"), found.random_components_p95[:most], "dashed"))
    # Horn's own count, of components, decides how many factors are extracted: that of factors keeps too many.
    keep = found.retain_components_p95
    alt = words.text("measure.parallel_alt", n=keep, first=found.observed_components[0],
                     random=found.random_components_p95[0])
    chart = Curve(series, tuple(str(place) for place in range(1, most + 1)), words.text("measure.parallel_x"),
                  words.text("measure.parallel_y"))
    return Figure("f-parallel", words.say("measure.parallel_title", n=keep, draws=found.n_draws), chart, alt,
                  words.text("measure.parallel_unit", n=found.n, factors=found.retain_factors_p95), source)


def loading_table(words: Words, found: FactorSolution, wording: Name | None, source: str) -> Table:
    """Return all loadings with communalities; the largest of each row is set bold."""
    k = found.n_factors
    wide = 0.0 if wording is None else 0.36 if k <= 6 else 0.2  # noqa: PLR2004  # more factors leave less room
    each = (1 - 0.12 - wide - 0.09) / k
    spoken = (Column(words.text("measure.item_wording"), wide),) if wording else ()
    columns = (Column(words.text("measure.item_key"), 0.12), *spoken,
               *(Column(words.text("measure.factor", number=number), each, "right") for number in range(1, k + 1)),
               Column("h²", 0.09, "right"))
    rows = []
    for key, loadings, common in zip(found.items, found.loadings, found.communalities, strict=True):
        rows.append(Row((Statement(key), *((Statement(wording(key)),) if wording else ()), *(
            Number(value, style_of_size(value, LOADING_SHOWN),
                   is_emphasised=value is not None and abs(value) >= LOADING_SHOWN)
            for value in loadings), Number(common, "coefficient"))))
    share = Row((Statement(words.text("measure.variance")), *((Statement(""),) if wording else ()), *(
        Number(value, "coefficient") for value in found.variance_explained), Number(None)))
    title = words.say("measure.loading_title", n=k, items=len(found.items))
    note = words.with_finer(source, styles_of_sizes(found.loadings, LOADING_SHOWN))
    return Table("t-loadings", title, columns, (*rows, share), _solution_unit(words, found), note, is_dense=True)


def _solution_unit(words: Words, found: FactorSolution) -> str:
    return words.text("measure.loading_unit", method=found.method, rotation=found.rotation,
                      correlation=found.correlation.capitalize(), n=found.n)


def phi_table(words: Words, found: FactorSolution, source: str) -> Table | None:
    """Return the correlations of the factors; None for orthogonal solutions."""
    if found.phi is None or found.n_factors < 2:  # noqa: PLR2004  # one factor correlates with nothing
        return None
    heads = [words.text("measure.factor", number=number) for number in range(1, found.n_factors + 1)]
    columns = (Column(words.text("measure.factor_head"), 0.2), *(Column(h, 0.8 / len(heads), "right") for h in heads))
    rows = tuple(Row((Statement(head), *(Number(value, "coefficient") if column <= place else Statement("")
                                        for column, value in enumerate(line))))
                 for place, (head, line) in enumerate(zip(heads, found.phi, strict=True)))
    largest = max(abs(value) for place, line in enumerate(found.phi) for column, value in enumerate(line)
                  if column < place and value is not None)
    return Table("t-phi", words.say("measure.phi_title", value=largest), columns, rows, "", source, is_dense=True)


def fit_text(words: Words, found: FactorSolution) -> Statement:
    """Return the fit of a factor solution in one sentence."""
    rmsea = found.rmsea
    parts = [words.text("measure.fit_chi2", chi2=found.chi2, df=found.df, p=found.p_value)
             ] if found.chi2 is not None else []
    if rmsea is not None and rmsea.value is not None:
        parts.append(words.text("measure.fit_rmsea", value=with_interval(rmsea.value, rmsea.ci_low, rmsea.ci_high,
                                                                         "three", words.language)))
    if found.tli is not None:
        parts.append(words.text("measure.fit_tli", value=found.tli))
    if found.rmsr is not None:
        parts.append(words.text("measure.fit_rmsr", value=found.rmsr))
    if found.heywood_items:
        parts.append(words.text("measure.fit_heywood", items=", ".join(found.heywood_items)))
    return words.say("measure.fit", parts=words.join(parts) if parts else "–")
