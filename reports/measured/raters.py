"""Whether raters give the same values: kappa, Krippendorff's alpha and intraclass correlations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.results.raters import AlphaAgreement, KappaAgreement
from analysis.results.scales import Intraclass
from reports.content import Number, Row, Statement, Table
from reports.measured.frame import Context, Part, Widths, anchor, fitted, told_together, told_warnings
from reports.numbers import printed

Found = KappaAgreement | AlphaAgreement


def build(context: Context, results: Mapping[str, Found]) -> list[Part]:
    """Return every agreement in one table."""
    words, rows = context.words, []
    warnings: list[Statement] = []
    for key, found in results.items():
        estimate = found.kappa if isinstance(found, KappaAgreement) else found.alpha
        kind = f"kappa_{found.kind}" if isinstance(found, KappaAgreement) else f"alpha_{found.level}"
        agreed = found.share_agreed if isinstance(found, KappaAgreement) else None
        rows.append(Row((
            Statement(context.title(key)), Statement(words.text(f"measured.raters_{kind}")),
            Number(float(len(found.raters)), "count"), Number(float(found.n), "count"),
            Number(estimate.value, "coefficient", estimate.ci_low, estimate.ci_high), Number(agreed, "percent"),
            Number(found.ac1 if isinstance(found, KappaAgreement) else None, "coefficient"))))
        warnings.extend(told_warnings(words, found.warnings, context.title(key)))
    widths: Widths = [("title", 0.22, "left"), ("kind", 0.26, "left"), ("raters", 0.08, "right"), ("n", 0.08, "right"),
                      ("estimate", 0.2, "right"), ("agreed", 0.09, "right"), ("ac1", 0.09, "right")]
    first = next(iter(results.values()))
    value = (first.kappa if isinstance(first, KappaAgreement) else first.alpha).value
    told: dict[str, Any] = {"title": context.title(next(iter(results))), "value": printed(value, "coefficient")}
    table = Table("t-raters", words.say("measured.raters_table", n=len(rows)),
                  fitted(words, "measured.raters_column_", widths), tuple(rows), "",
                  context.note(words.text("measured.raters_note")), is_dense=True)
    return [Part("relations", words.say("measured.raters_title", **told), (table,),
                 (words.say("measured.raters_point", **told),), tuple(warnings))]


def build_intraclass(context: Context, results: Mapping[str, Intraclass]) -> list[Part]:
    """Return the six intraclass correlations of each set of ratings."""
    return [_intraclass(context, place, key, found) for place, (key, found) in enumerate(results.items())]


def _intraclass(context: Context, place: int, key: str, found: Intraclass) -> Part:
    words, title = context.words, context.title(key)
    forms = {form.name: form.estimate for form in found.forms}
    rows = tuple(Row((
        Statement(words.text(f"measured.intraclass_{form.name}")),
        Statement(words.text(f"measured.intraclass_{form.name}_says")),
        Number(form.estimate.value, "coefficient", form.estimate.ci_low, form.estimate.ci_high), Number(form.f, "mean"),
        Number(float(form.df1), "count"), Number(float(form.df2), "count"), Number(form.p_value, "p")))
        for form in found.forms)
    told: dict[str, Any] = {"title": title, "n": found.n, "k": found.k,
                            "confidence": found.forms[0].estimate.confidence,
                            "single": printed(forms["ICC2"].value, "coefficient"),
                            "mean": printed(forms["ICC2k"].value, "coefficient")}
    widths: Widths = [("form", 0.1, "left"), ("says", 0.38, "left"), ("icc", 0.2, "right"), ("f", 0.09, "right"),
                      ("df1", 0.07, "right"), ("df2", 0.08, "right"), ("p", 0.08, "right")]
    table = Table(anchor("t-icc", place), words.say("measured.intraclass_table", **told),
                  fitted(words, "measured.intraclass_column_", widths), rows, "",
                  context.note(words.text("measured.intraclass_note", **told)), is_dense=True)
    return Part("relations", words.say("measured.intraclass_title", **told), (table,),
                (words.say("measured.intraclass_point", **told),), told_together(words, found.warnings, title))
